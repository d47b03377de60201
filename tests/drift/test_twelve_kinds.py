"""The twelve kinds of response drift, each put into its class, in every field; and silence where only values differ.

Every field that a contract reads goes through every kind. Of all the other fields, judged as if they were read, a part
does; `HARNESS_DRIFT=all` tries each, some five thousand cases.
"""

import os
import random
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest
from twelve import KINDS, cases, leaves, observed, other_values

from harness.checks.validation import payloads_of
from harness.contract.oracle import contract
from harness.contract.pointer import locate, look_up, replaced
from harness.contract.reading import Kind
from harness.drift.captures import topic_of
from harness.drift.consumption import reached, readers
from harness.drift.documents import claim_of_topic
from harness.drift.judgement import differences
from harness.drift.rules import Severity, ranked
from harness.venues import NAMES

CASSETTES = Path(__file__).parents[2] / "cassettes"
PART = 1 if os.environ.get("HARNESS_DRIFT") == "all" else 25
ENUMERATED = {Kind.SIDE, Kind.OPENNESS}


@cache
def baseline(venue):
    """Topic -> the recorded documents of a venue, from its ordinary situations."""
    found = defaultdict(list)
    for path in sorted((CASSETTES / venue).glob("*.yaml")):
        if "hundred" in path.name:
            continue  # the same again
        for payload in payloads_of(path):
            topic = topic_of(payload) if payload.text is None and payload.status < 400 else None
            if topic and not topic.endswith("/error") and payload.body not in found[topic]:
                found[topic].append(payload.body)
    return {topic: tuple(documents) for topic, documents in found.items()}


@cache
def before(topic):
    """What was seen of a topic."""
    return observed(topic, baseline(topic.partition("/")[0])[topic])


def is_enumerated(topic, path):
    """Whether the values of a field are told apart, by its schema or by the contract."""
    venue, _, endpoint = topic.split("/")
    told = {
        field.pattern
        for reading in contract(venue).readings
        for field in reading.fields()
        if reading.endpoint == endpoint and field.column.kind in ENUMERATED
    }
    success = {reading.success[0] for reading in contract(venue).readings if reading.success is not None}
    trait = claim_of_topic(topic).traits.get(path)
    return path in told or (bool(readers(topic)) and path in success) or (trait is not None and not trait.open)


def is_share(topic, path):
    """Whether a field is a share of a hundred."""
    venue = topic.partition("/")[0]
    return any(
        field.pattern == path and field.column.kind is Kind.PERCENT_MARGIN
        for reading in contract(venue).readings
        for field in reading.fields()
    )


def keeping(topic, changed, document):
    """A changed document with the values of enumerations and shares, and of what the schema bounds, as they were."""
    for path in leaves(document):
        trait = claim_of_topic(topic).traits.get(path)
        bounded = trait is not None and trait.maximum is not None and not trait.units
        if bounded or is_enumerated(topic, path) or is_share(topic, path):
            for at in locate(document, path):
                changed = replaced(changed, at, look_up(document, at))
    return changed


def every_case(venue, *, read):
    """The cases of all fields that are read, or of all."""
    for topic, documents in baseline(venue).items():
        paths = {path for document in documents for path in leaves(document)}
        for path in sorted(paths):
            who = reached(topic, path)
            if claim_of_topic(topic).maps & {path.rpartition("/")[0]} or (read and not who):
                continue
            if read and all(one.optional for one in who):
                continue  # by contract it may be missing
            told = {"enumerated": is_enumerated(topic, path), "share": is_share(topic, path)}
            yield from cases(topic, documents, path, **told)


def verdict(case, *, every):
    """What is wrong with what is said of a case; empty when nothing is."""
    found = differences(case.topic, observed(case.topic, case.documents), before(case.topic), every=every)
    of_field = [one for one in found if case.path in {one.path, one.to}]
    if not any(one.rule in case.rules and one.severity == case.severity for one in of_field):
        return f"{case.kind} in {case.topic} {case.path}: {[f'{one.severity} {one.rule}' for one in found]}"
    worst = max((one.severity for one in found), key=ranked)
    return "" if worst == Severity(case.severity) else f"{case.kind} in {case.path} is {worst}: {found[0]}"


@pytest.mark.parametrize("venue", NAMES)
def test_every_kind_of_drift_in_every_field_that_is_read_is_put_into_its_class(venue):
    """No miss, and nothing that is worse elsewhere."""
    tried = list(every_case(venue, read=True))
    assert len(tried) > 40
    assert not [told for case in tried if (told := verdict(case, every=False))]


@pytest.mark.parametrize("venue", NAMES)
def test_so_is_drift_in_every_field_of_every_recorded_answer_as_if_it_were_read(venue):
    """A part of them unless all are asked for."""
    tried = list(every_case(venue, read=False))
    assert len(tried) > 300
    assert not [told for case in tried[::PART] if (told := verdict(case, every=True))]


def test_all_twelve_kinds_are_tried():
    """In the fields of one venue or another."""
    assert {case.kind for venue in NAMES for case in every_case(venue, read=False)} == set(KINDS)


@pytest.mark.parametrize("venue", NAMES)
def test_other_values_of_the_same_kind_are_no_drift(venue):
    """Whatever they are, and though every field were read."""
    chance = random.Random(venue)  # noqa: S311 - the same in every run
    for topic, documents in baseline(venue).items():
        for _ in range(4):
            changed = [keeping(topic, other_values(document, chance), document) for document in documents]
            assert differences(topic, observed(topic, changed), before(topic), every=True) == ()


@pytest.mark.parametrize("venue", NAMES)
def test_a_part_of_what_was_recorded_is_no_drift(venue):
    """One document says less than many, and nothing else."""
    for topic, documents in baseline(venue).items():
        for document in documents:
            assert differences(topic, observed(topic, [document]), before(topic), every=True) == ()
