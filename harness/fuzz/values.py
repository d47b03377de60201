"""Values of single fields: what venues send every day, and what they could send without breaking their own rules."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from harness.contract.reading import Column, Kind

__all__ = ["EXTREMES", "Values", "decimals", "values_of"]

EXTREMES = (
    "0",
    "1",
    "0.00000000",
    "-0",
    "-0.000000",
    "-1",
    "0.00000001",
    "-0.000000000000000001",
    "000123.4500",
    "9007199254740993",  # above 2^53, where a float loses it
    "123456789012345678901234567890",
    "-123456789012345.678901234567890",
    "0.123456789012345678901234567890",
    "99999999999999999999.99999999",
    "15298.072264000002",  # the noise of somebody else's float, kept in a string
)
"""Decimal texts at the edge of what a schema allows."""

_PERCENTAGES = ("20.00", "5.00", "50.00", "33.33", "2.00", "100.00", "1.25", "0.50", "66.66")
_SCALES = (0, 1, 2, 4, 5, 6, 8, 12)
_SPREAD = 0x9E3779B97F4A7C15  # an odd number: multiplying by it modulo 2^50 visits every value once
_MODULUS = 1 << 50


def _text(digits: int, scale: int) -> str:
    sign, digits = ("-", -digits) if digits < 0 else ("", digits)
    whole = str(digits).rjust(scale + 1, "0")
    return f"{sign}{whole[:-scale]}.{whole[-scale:]}" if scale else f"{sign}{whole}"


def decimals(low: int = -(10**14), high: int = 10**14) -> st.SearchStrategy[str]:
    """Decimal texts of realistic scales in two draws, or an extreme in one."""
    ordinary = st.builds(_text, st.integers(low, high), st.sampled_from(_SCALES))
    edges = [text for text in EXTREMES if low < 0 or not text.startswith("-")]
    return ordinary | st.sampled_from(edges)


@dataclass(frozen=True, slots=True)
class Values:
    """The valid values of one field, each with numbers: even ones are edges, odd ones any decimal.

    `at` is relative to the row, or a pattern in the whole document; `column` is what the contract reads there, if any.
    """

    at: str
    in_row: bool
    column: Column | None
    edges: tuple[Any, ...]
    forms: tuple[Callable[[int], Any], ...]  # further values, made from a number

    def __getitem__(self, number: int) -> Any:
        number, is_ordinary = divmod(number, 2)
        if self.forms and is_ordinary:
            return self.forms[number % len(self.forms)](number)
        return self.edges[number % len(self.edges)]


def _unsigned(number: int) -> str:
    return _text(number * _SPREAD % _MODULUS, _SCALES[number // 2 % len(_SCALES)])


def _signed(number: int) -> str:
    text = _unsigned(number)
    return f"-{text}" if number // 16 % 2 else text


def _count(number: int) -> int:
    return number * _SPREAD % 100 + 1


def values_of(column: Column, at: str, is_valid: Callable[[Any], bool], *, in_row: bool) -> Values | None:
    """What a field may hold, as `is_valid` says of each candidate; `None` where names would have to be made up."""
    if column.kind in {Kind.SYMBOL, Kind.ASSET}:
        return None
    candidates: Sequence[Any] = (*EXTREMES, *range(1, 51), *(Decimal(text) for text in ("0.10", "1E-7")))
    if column.kind is Kind.PERCENT_MARGIN:
        return Values(at, in_row, column, tuple(filter(is_valid, _PERCENTAGES)), ())
    if column.values:
        return Values(at, in_row, column, tuple(filter(is_valid, column.values)), ())
    forms = [form for form in (_signed, _unsigned, _count) if all(is_valid(form(number)) for number in range(1, 40))]
    return Values(at, in_row, column, tuple(filter(is_valid, candidates)), tuple(forms[:1]))
