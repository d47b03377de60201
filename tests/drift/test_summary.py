"""Summaries merge, in any order and however the input is cut."""

import json

import pytest
from drift_support import TOPIC, summary_of
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.drift import observer as observing
from harness.drift.observer import Observer, decode
from harness.drift.summary import FIELDS, VALUES, Summary, from_document, merged
from harness.errors import UsageError

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(["0", "-0", "1", "1.0", "1e-7", "12345678901234567890", "-3.50"]),
    st.sampled_from(['"1"', '"0.10"', '"1e-7"', '""', '"BTC"', '"0xab"', '"LONG"']),
    st.integers(0, 40).map(lambda number: f'"name{number}"'),
)


def told(value):
    """A scalar as JSON text."""
    return value if isinstance(value, str) else json.dumps(value)


def listed(inner):
    """A list as JSON text."""
    return st.lists(inner, max_size=3).map(lambda found: f"[{','.join(found)}]")


def membered(inner):
    """An object as JSON text; some of its names are data."""
    names = st.sampled_from(["a", "b", "c", "0", "17", "x/y", "0x1234567890"])
    pairs = st.dictionaries(names, inner, max_size=4)
    return pairs.map(lambda found: "{" + ",".join(f"{json.dumps(key)}:{value}" for key, value in found.items()) + "}")


DOCUMENTS = st.recursive(SCALARS.map(told), lambda inner: st.one_of(listed(inner), membered(inner)), max_leaves=10)
PARTS = st.lists(
    st.tuples(DOCUMENTS, st.sampled_from(["a", "b"]), st.integers(0, 9)), max_size=9, unique_by=lambda one: one[1:]
)


def observed(part, topic=TOPIC):
    """The summary of documents with origin and place."""
    observer = Observer()
    for text, origin, place in part:
        observer.add(topic, decode(text), origin, place)
    return observer.summary()


@given(PARTS, st.integers(0, 9), st.integers(0, 9))
@settings(max_examples=100, deadline=None)
def test_merging_is_associative_and_commutative(part, start, end):
    """Files, hours and machines combine in any order, into what one reader of all would have seen."""
    a, b, c = (observed(piece) for piece in (part[:start], part[start : start + end], part[start + end :]))
    left = merged([merged([a, b]), c]).document()
    assert left == merged([a, merged([b, c])]).document()
    assert left == merged([c, b, a]).document()
    assert left == observed(part).document()
    assert merged([a, Summary()]).document() == a.document()


@given(PARTS)
@settings(max_examples=50, deadline=None)
def test_how_the_input_is_cut_into_batches_does_not_matter(part):
    """One document at a time, or all at once."""
    whole = observed(part).document()
    size, observing._BATCH = observing._BATCH, 1
    try:
        assert observed(part).document() == whole
    finally:
        observing._BATCH = size


@given(PARTS)
@settings(max_examples=50, deadline=None)
def test_a_summary_survives_its_file(part):
    """The JSON form is the summary."""
    document = observed(part).document()
    assert from_document(json.loads(json.dumps(document))).document() == document


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({}, "not a summary"),
        ([], "not a summary"),
        ({"harness_summary": 99, "topics": {}}, "version 99"),
        ({"harness_summary": 1, "topics": {"x": {"documents": 1}}}, "broken"),
        ({"harness_summary": 1, "topics": []}, "broken"),
    ],
)
def test_what_is_no_summary_is_said_to_be_none(document, reason):
    """With the way to get one."""
    with pytest.raises(UsageError, match=reason):
        from_document(document, "old.json")


def test_examples_are_the_first_and_the_last_by_origin_and_place():
    """Not by the order of arrival."""
    observer = Observer()
    for text, origin, place in (('"m"', "b", 5), ('"z"', "c", 1), ('"a"', "b", 2), ('"q"', "b", 2)):
        observer.add(TOPIC, decode(text), origin, place)
    (seen,) = observer.summary().topics[TOPIC].root.kinds.values()
    assert seen.first == ("b", 2, '"a"')
    assert seen.last == ("c", 1, '"z"')


def test_values_are_counted_while_they_are_few():
    """And forgotten, all of them, when they are many, however they came."""
    few = summary_of(*(f'"{number % VALUES}"' for number in range(100))).topics[TOPIC].root
    assert few.values is not None
    assert sum(few.values.values()) == 100
    many = [summary_of(*(f'"{number}"' for number in range(start, start + VALUES))) for start in (0, 5)]
    assert merged(many).topics[TOPIC].root.values is None


def test_an_object_of_very_many_members_is_a_map():
    """Its paths do not grow with what it is keyed by, also when no single reader saw them all."""
    halves = [
        summary_of(*({f"COIN{number}": {"px": "1.5"}} for number in range(start, start + FIELDS // 2 + 9)))
        for start in (0, FIELDS // 2 + 9)
    ]
    assert all(half.topics[TOPIC].root.fields for half in halves)
    root = merged(halves).topics[TOPIC].root
    assert not root.fields
    assert root.entries.count == FIELDS + 18
    assert list(root.entries.fields) == ["px"]
