"""Strategies from schemas: only valid documents, for every schema there is, and not only the shortest of them."""

from decimal import Decimal
from functools import cache

import pytest
from fuzz_support import drawn
from hypothesis.errors import Unsatisfiable

from harness import exact, resources
from harness.contract import schemas
from harness.contract.schemas import Schema
from harness.errors import HarnessFault
from harness.fuzz.schemas import from_schema
from harness.venues import NAMES

ROOT = resources.schemas()
FILES = sorted(path.relative_to(ROOT).with_suffix("").as_posix() for path in ROOT.glob("*/*/*.json"))
GROUPS = [(venue, transport) for venue in NAMES for transport in ("rest", "ws")]


@cache
def common():
    """What every schema may refer to."""
    return exact.decode((ROOT / "common.json").read_bytes())


def made_of(document, **options):
    """The strategy of a schema that is no file."""
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:harness:test", **document}
    return from_schema(Schema("test", whole, common()), common(), **options)


@pytest.mark.parametrize("group", GROUPS, ids="-".join)
def test_every_schema_has_a_strategy_whose_documents_are_valid(group):
    """The reference implementation, which is slow and so asked once, agrees; and there is more than one document."""
    names = [name for name in FILES if name.startswith("/".join(group))]
    assert names
    for name in names:
        schema = schemas.load(name)
        documents = drawn(from_schema(schema, common(), most_rows=2), 3)
        assert len({repr(document) for document in documents}) > 1, name
        assert all(schema.is_valid(document) for document in documents), name
        assert schemas.reference_validator(schema.document, common()).is_valid(documents[-1]), name


def test_a_strategy_reaches_what_a_condition_speaks_of():
    """Frames of an order book have levels in snapshots and in changes, which luck would hardly find."""
    frames = drawn(from_schema(schemas.load("extended/ws/orderbooks"), common(), most_rows=3), 40)
    assert {frame["type"] for frame in frames if frame["data"]["b"]} == {"SNAPSHOT", "DELTA"}


@pytest.mark.parametrize(
    ("schema", "holds"),
    [
        ({"type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?$"}, lambda d: Decimal(d).is_finite()),
        ({"type": "integer", "minimum": 3, "maximum": 5}, lambda d: 3 <= d <= 5),
        ({"type": "array", "prefixItems": [{"const": 1}, {"const": 2}], "minItems": 2, "maxItems": 3}, len),
        ({"type": ["null", "boolean"]}, lambda d: d is None or isinstance(d, bool)),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"enum": ["x"]}}}, lambda d: d == "x"),
        ({"$ref": "#/$defs/a", "minLength": 3, "$defs": {"a": {"type": "string"}}}, lambda d: len(d) >= 3),
        ({"type": "object", "required": ["a"], "properties": {"a": {"type": "null"}}}, lambda d: d["a"] is None),
        (
            {
                "type": "object",
                "required": ["a"],
                "properties": {"a": {"type": "integer"}},
                "anyOf": [{"required": ["b"]}, {"required": ["c"]}],
            },
            lambda d: "a" in d and ("b" in d or "c" in d),
        ),
        ({"type": "string", "pattern": "^0x[0-9a-fA-F]{40}$"}, lambda d: len(d) == 42),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_each_keyword_narrows_what_is_generated(schema, holds):
    """Each document does what its keyword asks for."""
    documents = drawn(made_of(schema), 20)
    assert documents
    assert all(holds(document) for document in documents)


def test_numbers_and_texts_reach_their_edges():
    """Above 2^53, thirty digits, negative zero, leading zeros, and letters of other alphabets."""
    integers = drawn(made_of({"type": "integer"}), 60)
    assert any(number > 2**53 for number in integers)
    assert 0 in integers
    texts = drawn(made_of({"$ref": "urn:harness:common#/$defs/decimal"}), 150)
    assert any(len(text) >= 30 for text in texts)
    assert "-0" in texts
    assert any(text.startswith("00") for text in texts)
    assert any(not text.isascii() for text in drawn(made_of({"type": "string"}), 40))


@pytest.mark.parametrize("rows", [1, 7])
def test_an_open_list_has_at_most_the_rows_that_were_asked_for(rows):
    """And reaches them."""
    lists = drawn(made_of({"type": "array", "items": {"type": "null"}}, most_rows=rows), 60)
    assert {min(map(len, lists)), max(map(len, lists))} == {0, rows}


def test_fields_that_nobody_knows_are_added():
    """The schemas are open, and venues add fields without notice."""
    documents = drawn(made_of({"type": "object", "required": ["a"], "properties": {"a": {"type": "null"}}}), 30)
    assert any(document.keys() - {"a"} for document in documents)
    assert any(document.keys() == {"a"} for document in documents)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "uniqueItems": True},
        {"type": "object", "properties": {"a": {"type": "string", "format": "date"}}, "required": ["a"]},
        {"$ref": "#/$defs/a", "$defs": {"a": {"type": "array", "contains": {"const": 1}}}},
        {"type": "object", "if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": {"required": ["c"]}},
    ],
    ids=str,
)
def test_an_unknown_keyword_raises(schema):
    """A strategy that ignores one would look like one that finds nothing wrong."""
    with pytest.raises(HarnessFault, match=r"keyword '(uniqueItems|format|contains|else)'"):
        drawn(made_of(schema), 5)


def test_a_schema_that_nothing_conforms_to_is_no_success():
    """Nothing generated must not look like nothing found."""
    with pytest.raises(Unsatisfiable):
        drawn(made_of({"type": "string", "minLength": 1, "not": {"type": "string"}}), 5)
