"""Sums over the exact numbers of an answer, for the invariants."""

from decimal import Decimal
from typing import Any

from harness import exact

__all__ = ["number", "unequal"]


def number(value: Any) -> Decimal:
    """The exact number of a decimal string or JSON number; `ValueError` when it is none."""
    return exact.decimal(value)


def unequal(name: str, value: Decimal, sum_of: str, expected: Decimal, slack: Decimal) -> str | None:
    """A sentence when two figures differ by more than `slack`, else `None`."""
    return None if abs(value - expected) <= slack else f"{name} is {value} but {sum_of} is {expected}"
