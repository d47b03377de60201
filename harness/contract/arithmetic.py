"""Arithmetic on the exact numbers of an answer, however long they are.

Python's own operators round to the 28 digits of its default context, the sign and the absolute value included.
"""

from collections.abc import Callable, Iterable
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, Inexact
from typing import Any

from harness import exact

__all__ = ["less", "number", "product", "total", "unequal"]

_ROOM = 1000
_EXACT = Context(prec=_ROOM, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[Inexact])


def less(value: Decimal, other: Decimal) -> Decimal:
    """`value - other`, every digit kept; `ValueError` where that takes more than a thousand."""
    return _exactly(_EXACT.subtract, value, other)


def product(value: Decimal, factor: Decimal) -> Decimal:
    """`value * factor`, every digit kept; `ValueError` where that takes more than a thousand."""
    return _exactly(_EXACT.multiply, value, factor)


def total(values: Iterable[Decimal]) -> Decimal:
    """The sum, every digit kept; `ValueError` where that takes more than a thousand."""
    found = Decimal(0)
    for value in values:
        found = _exactly(_EXACT.add, found, value)
    return found


def _exactly(operation: Callable[[Decimal, Decimal], Decimal], left: Decimal, right: Decimal) -> Decimal:
    try:
        return operation(left, right)
    except Inexact:
        raise ValueError(f"{left} and {right} lie too far apart for exact arithmetic") from None


def number(value: Any) -> Decimal:
    """The exact number of a decimal string or JSON number; `ValueError` when it is none."""
    return exact.decimal(value)


def unequal(name: str, value: Decimal, sum_of: str, expected: Decimal, slack: Decimal) -> str | None:
    """A sentence when two figures differ by more than `slack`, else `None`."""
    return None if less(value, expected).copy_abs() <= slack else f"{name} is {value} but {sum_of} is {expected}"
