"""Strict reading of answers."""

from decimal import Decimal

import pytest

from harness.connectors.reading import EXACT, Node
from harness.errors import MalformedAnswer


def node(value):
    return Node({"rows": [value]}, "GET /thing").field("rows").rows()[0]


@pytest.mark.parametrize("text", ["0", "-0.00", "12.50", "0.10", "1e-7", "1" * 40 + ".5"])
def test_a_decimal_string_is_read_exactly(text):
    """The number's own text survives."""
    assert node(text).number().compare_total(Decimal(text)) == 0


@pytest.mark.parametrize(
    "value", [None, True, 1, Decimal("1.5"), "", " 1", "1_000", "+1", "NaN", "Infinity", "٣", [], {}]
)
def test_anything_else_is_no_decimal_string(value):
    """The error names the endpoint, the status and the place."""
    with pytest.raises(MalformedAnswer, match=r"GET /thing: HTTP 200: \$\.rows\[0\] is "):
        node(value).number()


@pytest.mark.parametrize(("value", "read"), [(20, 20), (Decimal("20.0"), 20), (10**30, 10**30)])
def test_an_integer_is_a_whole_json_number(value, read):
    """1.0 is an integer in JSON Schema too."""
    assert node(value).integer() == read


@pytest.mark.parametrize("value", [None, True, "20", Decimal("1.5"), Decimal("1e999999")])
def test_anything_else_is_no_integer(value):
    """Quoted numbers are another type, and enormous ones are not expanded."""
    with pytest.raises(MalformedAnswer):
        node(value).integer()


@pytest.mark.parametrize("value", [None, True, [], {}, "SIDEWAYS", 2, "a" * 80])
def test_an_unknown_enum_value_is_an_error(value):
    """It is never taken for one of the known ones, `True` not for 1 either."""
    with pytest.raises(MalformedAnswer, match="not one of 1, LONG") as caught:
        node(value).one_of({1: "a", "LONG": "b"})
    assert ("'SIDEWAYS'" in str(caught.value)) == (value == "SIDEWAYS")
    assert "aaaa" not in str(caught.value)


def test_a_missing_field_is_named():
    """The place is that of the field, not of its parent."""
    with pytest.raises(MalformedAnswer, match=r"\$\.rows\[0\]\.size is missing"):
        node({}).field("size")


def test_a_field_of_something_else_than_an_object_is_an_error():
    """A list or null has no fields."""
    for value in (None, [], "x"):
        with pytest.raises(MalformedAnswer, match="not an object"):
            node(value).field("size")


def test_text_is_not_empty():
    """An empty market name would become an empty trading pair."""
    with pytest.raises(MalformedAnswer, match="is empty"):
        node("").text()


def test_differences_are_exact():
    """The default context would round a figure of thirty digits."""
    big = Decimal("123456789012345678901234567890.123")
    assert str(EXACT.subtract(big, Decimal("0.023"))) == "123456789012345678901234567890.100"
