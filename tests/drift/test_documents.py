"""What a document allows, as a shape; two schema versions; the vendor's OpenAPI documents."""

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from drift_support import obj, rules, said, seen

from harness.drift import openapi, versions
from harness.drift.documents import claim_of_topic, topics
from harness.errors import UsageError
from harness.venues import NAMES, venue

SPECS = Path(__file__).parents[2].parent / "shared" / "specs"
DATES = ("2025-04", "2025-10", "2025-12", "2026-03")


def test_every_schema_of_the_project_has_a_shape():
    """With a root that is no riddle."""
    assert len(topics()) > 150
    assert not [topic for topic in topics() if not claim_of_topic(topic).traits[""].types]


def test_every_topic_with_a_schema_is_an_endpoint_or_a_channel():
    """Or the errors of a venue."""
    for topic in topics():
        name, transport, thing = topic.split("/")
        facts = venue(name)
        known = facts.endpoints if transport == "rest" else facts.channels
        assert thing == "error" or thing in {each.name for each in known}, topic
    assert {topic.partition("/")[0] for topic in topics()} == set(NAMES)


def test_alternatives_allow_what_either_does():
    """A field that one of two objects lacks is optional; bounds are the outer ones."""
    one, two = (
        obj(["a", "b"], a={"type": "integer", "minimum": 3}, b={}),
        obj(["a"], a={"type": "integer", "minimum": 1}),
    )
    traits = said({"anyOf": [one, two]}).traits
    assert (traits["/a"].required, traits["/a"].minimum) == (True, 1)
    assert not traits["/b"].required


def test_parts_of_an_all_of_are_taken_together():
    """As OpenAPI documents inherit."""
    parent = {"allOf": [obj(["a"], a={"type": "string"}), obj(["b"], b={"type": ["string", "null"]})]}
    traits = said(parent).traits
    assert traits["/a"].required
    assert traits["/b"].types == {"string", "null"}


@pytest.mark.parametrize("word", ["nullable", "x-nullable"])
def test_openapi_has_words_of_its_own_for_null(word):
    """Version 3.0, and generators of version 2."""
    assert said({"type": "string", word: True}).traits[""].types == {"string", "null"}


def test_a_schema_that_refers_to_itself_comes_to_an_end():
    """Trees, for instance."""
    tree = {"type": "object", "properties": {"left": {"$ref": "#"}, "value": {"type": "integer"}}}
    assert "/left/value" in said({**tree, "$ref": "#"}).traits


def test_values_that_one_branch_lists_are_allowed_beside_the_others_pattern():
    """An empty text, or a decimal."""
    either = {"anyOf": [{"const": ""}, {"type": "string", "pattern": "^[0-9]+$"}]}
    assert rules(said(obj(a=either)), seen({"a": ""}, {"a": "17"})) == set()
    assert rules(said(obj(a=either)), seen({"a": "x"})) == {("DRIFT-format", "/a")}


def folder(tmp_path, name, **documents):
    """A folder of schemas by endpoint."""
    for endpoint, document in documents.items():
        path = tmp_path / name / "lighter" / "rest" / f"{endpoint}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document))
    return tmp_path / name


def test_two_folders_of_schemas_are_compared_by_name(tmp_path):
    """And judged by who reads the fields."""
    old = folder(tmp_path, "old", account=obj(["total"], total={"type": "integer"}), info=obj())
    new = folder(tmp_path, "new", account=obj(total={"type": "integer"}), status=obj())
    told = {(one.rule, one.topic, str(one.severity)) for one in versions.between(old, new)}
    assert told == {
        ("DRIFT-optional", "lighter/rest/account", "compatible"),
        ("DRIFT-endpoint-removed", "lighter/rest/info", "risky"),
        ("DRIFT-endpoint-added", "lighter/rest/status", "compatible"),
    }
    file = Path("lighter", "rest", "account.json")
    (one,) = versions.between(old / file, new / file)
    assert one.rule == "DRIFT-optional"


@pytest.mark.parametrize(("name", "text"), [("x.json", "{"), ("x.json", "[]"), ("nothing.json", None)])
def test_what_is_no_schema_is_wrong_usage(name, text, tmp_path):
    """One line, with the file."""
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(UsageError, match=name):
        versions.between(tmp_path / name, tmp_path / name)


def specs():
    """The vendor's documents of four dates, or a skip."""
    if not SPECS.is_dir():
        pytest.skip("the collection of OpenAPI documents is not beside this checkout")
    return [openapi.read(SPECS / f"lighter-openapi-{date}.json", "lighter") for date in DATES]


def test_the_vendors_documents_differ_step_by_step_as_their_changes_are_known():
    """Counted over all, and a sample by hand."""
    steps = specs()
    found = [openapi.between(old, new) for old, new in pairwise(steps)]
    assert [len(differences) > 50 for differences in found] == [True] * 3
    told = [{(one.rule, one.topic, one.path) for one in differences} for differences in found]
    assert ("DRIFT-removed", "lighter/rest/pnl", "/pnl/*/value") in told[0]
    assert ("DRIFT-parameter-enum", "lighter/rest/trades", "") in told[0]
    assert ("DRIFT-fraction", "GET /api/v1/referral/points", "/referrals/*/total_points") in told[1]
    assert ("DRIFT-enum", "lighter/rest/trades", "/trades/*/type") in told[1]
    assert ("DRIFT-endpoint-removed", "lighter/rest/candlesticks", "") in told[2]
    assert ("DRIFT-endpoint-added", "lighter/rest/candles", "") in told[2]
    added = Counter(one.rule for differences in found for one in differences)["DRIFT-endpoint-added"]
    removed = Counter(one.rule for differences in found for one in differences)["DRIFT-endpoint-removed"]
    assert len(steps[0].operations) + added - removed == len(steps[3].operations)


def test_no_document_differs_from_itself():
    """Whatever it holds."""
    for document in specs():
        assert openapi.between(document, document, every=True) == ()


def test_an_openapi_document_of_version_three_is_read_too(tmp_path):
    """Contents, components, request bodies; YAML as well as JSON."""
    text = """
openapi: 3.0.3
paths:
  /orders:
    post:
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
      responses: {'201': {content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}}
components:
  schemas:
    Order: {type: object, required: [size], properties: {size: {type: string}, note: {type: string, nullable: true}}}
"""
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(text)
    new.write_text(
        text.replace("required: [size]", "required: [size, note]").replace(
            "size: {type: string}", "size: {type: number}"
        )
    )
    found = {(one.rule, one.path) for one in openapi.between(openapi.read(old), openapi.read(new))}
    assert found == {
        ("DRIFT-retyped", "/size"),
        ("DRIFT-parameter-required", ""),
        ("DRIFT-parameter-type", ""),
    }


@pytest.mark.parametrize(
    ("name", "text"), [("x.json", "{}"), ("x.json", "{"), ("x.yaml", "a: ["), ("nothing.json", None)]
)
def test_what_is_no_openapi_document_is_wrong_usage(name, text, tmp_path):
    """One line, with the file."""
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(UsageError, match=name):
        openapi.read(tmp_path / name)
