"""What a summary holds of the payloads that it was made from."""

import pytest
from drift_support import TOPIC, seen, summary_of

from harness.drift.lexemes import Kind
from harness.drift.observer import decode
from harness.drift.shape import evidence


def test_numbers_are_told_apart_by_their_text():
    """A form, the digits after the point, the sign and the power of ten of each."""
    root = summary_of("[1, 1.0, 1e-7, -250, 0]", '["1", "0.10", "0.1", "-1e3"]').topics[TOPIC].root.items
    told = {
        kind: (seen.times, "".join(sorted(seen.signs)), seen.scale, seen.magnitude) for kind, seen in root.kinds.items()
    }
    assert told == {
        Kind.INTEGER: (3, "+-0", (0, 0), (0, 2)),
        Kind.FRACTION: (1, "+", (1, 1), (0, 0)),
        Kind.EXPONENT: (1, "+", (7, 7), (-7, -7)),
        Kind.TEXT_INTEGER: (1, "+", (0, 0), (0, 0)),
        Kind.TEXT_DECIMAL: (2, "+", (1, 2), (-1, -1)),
        Kind.TEXT_EXPONENT: (1, "-", (0, 0), (3, 3)),
    }
    assert root.values is not None
    assert {"1", "1.0", '"1"', '"0.10"', '"0.1"'} <= root.values.keys()


def test_presence_and_null_are_counted():
    """A field can be there, be null, or be missing in some of the objects."""
    traits = seen({"rows": [{"a": 1, "b": None}, {"a": 2}]}, {"rows": [{"a": 3, "b": 4}]}).traits
    assert (traits["/rows/*/a"].count, traits["/rows/*/a"].parents, traits["/rows/*/a"].required) == (3, 3, True)
    assert (traits["/rows/*/b"].count, traits["/rows/*/b"].parents, traits["/rows/*/b"].required) == (2, 3, False)
    assert traits["/rows/*/b"].types == {"null", "integer"}


def test_lists_have_sizes():
    """The smallest and the greatest."""
    root = summary_of([1, 2, 3], [], [4]).topics[TOPIC].root
    assert root.kinds[Kind.ARRAY].size == (0, 3)
    assert root.items.count == 4


@pytest.mark.parametrize(
    "keys", [("0", "17"), ("0x" + "a" * 40, "0x" + "b" * 40), ("@107", "@1"), ("#12", "#5")], ids=lambda keys: keys[0]
)
def test_keys_that_are_ids_are_no_fields(keys):
    """Markets and accounts by number or address share one path."""
    shape = seen({key: {"size": "1.0"} for key in keys})
    assert set(shape.traits) == {"", "/*", "/*/size"}
    assert shape.maps == {""}


def test_keys_that_a_schema_calls_data_are_no_fields():
    """Coins by name, which nobody could tell from fields."""
    summary = summary_of({"BTC": "1.0", "ETH": "2.0"}, topic=TOPIC, maps={TOPIC: [""]})
    assert set(evidence(TOPIC, summary.topics[TOPIC]).traits) == {"", "/*"}


@pytest.mark.parametrize(
    ("values", "unit"),
    [
        ([1700000000, 1700000001], {"s"}),
        ([1700000000000], {"ms"}),
        (["1700000000000"], {"ms"}),
        ([1700000000000000, 0], {"µs"}),
        ([1700000000000000000], {"ns"}),
        ([1700000000, 17], set()),
        ([9999999999], set()),
        ([-1700000000], set()),
        (["1700000000.5"], set()),
    ],
)
def test_a_time_is_known_by_its_size(values, unit):
    """Seconds, milliseconds, microseconds; zero stands for never, and an id of ten digits for none."""
    assert seen(values).traits["/*"].units == unit


@pytest.mark.parametrize("text", ["NaN", "Infinity", "{", "[1,]", '{"a":1}x', "[" * 100_000])
def test_what_is_not_json_is_not_decoded(text):
    """As everywhere in the harness."""
    with pytest.raises(ValueError):
        decode(text)


def test_names_with_slashes_are_escaped_as_json_pointers_have_it():
    """A path can be looked up again."""
    assert "/a~1b/c~0d" in seen({"a/b": {"c~d": 1}}).traits


def test_mixed_types_at_one_path_stay_apart():
    """Also where numbers stand among strings, null among either."""
    traits = seen([1, "1", None, True, {"a": 1}, [2]], ["x", 1.5]).traits
    assert traits["/*"].types == {"integer", "string", "null", "boolean", "object", "array", "number"}
    assert {"/*/a", "/*/*"} <= set(traits)


def test_long_texts_are_cut_and_surrogates_survive():
    """An example is for people; a payload may hold anything."""
    (kind,) = summary_of(f'"{"x" * 5000}"', '"\\ud800"').topics[TOPIC].root.kinds.values()
    assert len(kind.last[2]) < 200
    assert kind.times == 2
