"""Amounts that are not the account's own: what may grow together by the contract is multiplied, and sums hold again."""

from collections.abc import Iterator
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal
from typing import Any

from harness import exact
from harness.cassette.jsontext import Scalar, edited, scalars
from harness.contract.balancing import balanced
from harness.contract.oracle import broken_invariants, contract
from harness.contract.pointer import locate, look_up, replaced
from harness.errors import UsageError

__all__ = ["scaled_text"]

_ROUNDING = Context(prec=1000, rounding=ROUND_HALF_EVEN, Emax=MAX_EMAX, Emin=MIN_EMIN)


def scaled_text(venue: str, endpoint: str, text: str, factor: Decimal) -> tuple[str, int]:
    """The JSON text of a valid answer with scaled amounts, and how many were changed.

    Amounts keep their number of decimals, and one that is not zero stays so. `UsageError` when the sums of the contract
    do not hold afterwards.
    """
    document = exact.decode(text)
    told = document
    for pattern in _patterns(venue, endpoint):
        for at in locate(told, pattern):
            told = replaced(told, at, _scaled(look_up(told, at), factor))
    if told == document:
        return text, 0
    told = balanced(venue, endpoint, told)
    if broken := broken_invariants(contract(venue), endpoint, told):
        cure = "choose another factor, or leave the amounts as they are"
        raise UsageError(f"amounts of {endpoint} cannot be scaled by {factor}: {broken[0]}", where="--scale", cure=cure)
    edits = list(_differences(text, told))
    return edited(text, edits), len(edits)


def _patterns(venue: str, endpoint: str) -> tuple[str, ...]:
    readings = [reading for reading in contract(venue).readings if reading.endpoint == endpoint]
    return tuple(dict.fromkeys(pattern for reading in readings for pattern in reading.scaled))


def _scaled(value: Any, factor: Decimal) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return value
    try:
        number = exact.decimal(value)
    except ValueError:
        return value
    smallest = Decimal((0, (1,), min(0, int(number.as_tuple().exponent))))
    grown = _ROUNDING.quantize(_ROUNDING.multiply(number, factor), smallest)
    if number and not grown:
        grown = smallest.copy_sign(number)
    if isinstance(value, str):
        return f"{grown:f}"
    return int(grown) if isinstance(value, int) else grown


def _differences(text: str, told: Any) -> Iterator[tuple[Scalar, Any]]:
    for scalar in scalars(text):
        if scalar.is_key:
            continue
        value = told
        for step in scalar.path:
            value = value[step]
        if value != scalar.value(text) or str(value) != str(scalar.value(text)):
            yield scalar, value
