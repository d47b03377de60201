"""The form of a number is that of its own text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.drift.lexemes import Form, Kind, form_of, mantissa, parts_of


@pytest.mark.parametrize(
    ("text", "quoted", "form"),
    [
        ("1", False, Form(Kind.INTEGER, "+", 0, 0)),
        ("1.0", False, Form(Kind.FRACTION, "+", 1, 0)),
        ("-1e-7", False, Form(Kind.EXPONENT, "-", 7, -7)),
        ("1.5E+3", False, Form(Kind.EXPONENT, "+", 0, 3)),
        ("0", False, Form(Kind.INTEGER, "0", 0, None)),
        ("0.10", True, Form(Kind.TEXT_DECIMAL, "+", 2, -1)),
        ("0.1", True, Form(Kind.TEXT_DECIMAL, "+", 1, -1)),
        ("-0.000", True, Form(Kind.TEXT_DECIMAL, "0", 3, None)),
        ("1000.05", True, Form(Kind.TEXT_DECIMAL, "+", 2, 3)),
        ("123456789012345678901234567890", True, Form(Kind.TEXT_INTEGER, "+", 0, 29)),
        ("1e-7", True, Form(Kind.TEXT_EXPONENT, "+", 7, -7)),
        ("", True, Form(Kind.TEXT_EMPTY)),
        ("0x" + "aB" * 20, True, Form(Kind.TEXT_ADDRESS)),
        ("0x12", True, Form(Kind.TEXT_HEX)),
        ("123e4567-e89b-12d3-a456-426614174000", True, Form(Kind.TEXT_UUID)),
        ("2026-01-02T03:04:05Z", True, Form(Kind.TEXT_TIME)),
        ("BTC", True, Form(Kind.TEXT)),
        (".", True, Form(Kind.TEXT)),
        ("1 000", True, Form(Kind.TEXT)),
        ("\u0661", True, Form(Kind.TEXT)),
    ],
)
def test_a_text_has_a_form(text, quoted, form):
    """Sign, digits after the point, power of ten, and whether it is a number at all."""
    assert form_of(text, quoted=quoted) == form


def test_a_mantissa_is_the_same_for_what_a_power_of_ten_makes_of_a_number():
    """And not for another number."""
    assert mantissa("20.05") == mantissa("2005") == mantissa("2.005e3") == mantissa("0.02005") == "2005"
    assert mantissa("-20.05") == "-2005"
    assert mantissa("0.00") == mantissa("BTC") == ""


NUMBERS = st.one_of(
    st.integers(-(10**20), 10**20).map(str),
    st.decimals(allow_nan=False, allow_infinity=False, places=4).map(lambda number: f"{number:f}"),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.from_regex(r"-?(0|[1-9][0-9]{0,6})(\.[0-9]{1,9})?([eE][+-]?[0-9]{1,3})?", fullmatch=True),
)
STRINGS = st.one_of(
    NUMBERS,
    st.text(max_size=8),
    st.from_regex(r"0x[0-9a-f]{1,6}", fullmatch=True),
    st.from_regex(r"0x[0-9a-fA-F]{40}", fullmatch=True),
    st.sampled_from(["", "\n", "0\n0", "1\n2", "\x02", "\x020", "\x03", "~", "e1", "z9", "+5", "-", "00", "0x", "Ee"]),
)


def by_each(column, quoted):
    """What the parts of a column are, one text after the other."""
    forms = [form_of(text if quoted else text.decode(), quoted=quoted) for text in column]
    return {
        kind: (
            sum(1 for form in forms if form.kind == kind),
            next(index for index, form in enumerate(forms) if form.kind == kind),
            max(index for index, form in enumerate(forms) if form.kind == kind),
            {form for form in forms if form.kind == kind},
        )
        for kind in {form.kind for form in forms}
    }


def in_bulk(column, quoted):
    """The same by the column as a whole."""
    return {
        kind: (part.count, part.first, part.last, set(part.forms))
        for kind, part in parts_of(column, quoted=quoted).items()
    }


@given(st.lists(STRINGS, min_size=1, max_size=120))
@settings(max_examples=150, deadline=None)
def test_a_column_of_strings_is_read_as_its_texts_are(column):
    """Whatever stands beside what, in long columns and in short ones."""
    assert in_bulk(column, quoted=True) == by_each(column, quoted=True)


@given(st.lists(NUMBERS.map(str.encode), min_size=1, max_size=120))
@settings(max_examples=150, deadline=None)
def test_a_column_of_numbers_is_read_as_its_texts_are(column):
    """JSON numbers, with exponents and without."""
    assert in_bulk(column, quoted=False) == by_each(column, quoted=False)


@pytest.mark.parametrize(
    "column",
    [
        [f"{price / 100:.2f}" for price in range(1, 20_000, 37)],
        [f"0x{number:064x}" for number in range(500)],
        [f"M{number}-USD" for number in range(500)],
        [f"{number}e-{number % 30}" for number in range(1, 500)],
        [f"{number}" if number % 3 else f"{number}.5" for number in range(500)],
    ],
)
def test_long_columns_of_every_sort_are_read_as_their_texts_are(column):
    """Prices, hashes, names, exponents, integers among decimals."""
    assert in_bulk(column, quoted=True) == by_each(column, quoted=True)
