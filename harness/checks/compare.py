"""Comparing the state that a connector shows with the state that the contract says, difference by difference."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from harness.contract.reading import Reading
from harness.model import AccountState, Position, PositionSide
from harness.targets.observation import POSITION_FIELDS, SeenPosition, Snapshot, number

__all__ = ["Difference", "differences"]

_FLOAT_NOISE = Decimal("1e-9")
_ROUNDING = Decimal("1e-27")
"""Python's decimals reckon with 28 digits unless told otherwise; whoever negates a longer one loses the rest."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which the state is not what it must be. `kind` decides which check speaks of it."""

    kind: str  # value, precision, side, leverage, name, missing, extra, accessor, absent
    at: str
    expected: str
    actual: str

    def __str__(self) -> str:
        return f"{self.at}: expected {self.expected}, got {self.actual}"

    def cause(self) -> tuple[str, str]:
        """What two differences of one cause have in common."""
        return self.kind, self.at.rpartition(".")[2]


def differences(reading: Reading, expected: AccountState, seen: Snapshot) -> tuple[Difference, ...]:
    """Everything in which a snapshot differs from what is expected."""
    if expected.positions is not None:
        return tuple(_positions(reading, expected.positions, seen.positions))
    found = [*_balances(reading, "total", expected.total, seen.total)]
    found += _balances(reading, "available", expected.available, seen.available)
    found += _accessors("get_balance", seen.total, seen.told_total)
    return (*found, *_accessors("get_available_balance", seen.available, seen.told_available))


def _figure(reading: Reading, into: str, expected: Decimal, actual: Any) -> str | None:
    """The kind of difference between two figures, if any."""
    if type(actual) is Decimal and actual == expected:
        return None
    column = next((column for column in reading.columns if column.into == into), None)
    got = number(actual)
    if got is None:
        return "value"
    slack = abs(expected) * _ROUNDING
    if column is not None:
        slack = max(slack, column.slack + abs(expected) * column.tolerance)
    if isinstance(actual, str) and got == expected:
        return "precision"  # the digits are there, but nobody can reckon with a text
    if isinstance(actual, float):
        return "precision" if abs(got - expected) <= max(abs(expected) * _FLOAT_NOISE, slack) else "value"
    if abs(got - expected) <= slack:
        return None
    return "precision" if expected != 0 and abs(got - expected) <= abs(expected) * _FLOAT_NOISE else "value"


def _balances(
    reading: Reading, part: str, expected: Mapping[str, Decimal] | None, seen: Mapping[str, Any] | None
) -> Iterable[Difference]:
    if expected is None:
        return
    if seen is None:
        yield Difference("absent", part, "a mapping or an accessor", "neither")
        return
    strangers = {asset: value for asset, value in seen.items() if asset not in expected and number(value) != 0}
    for asset, amount in expected.items():
        actual = seen.get(asset, Decimal(0))
        renamed = next((name for name, value in strangers.items() if number(value) == amount and amount != 0), None)
        if number(actual) == 0 and renamed is not None:
            yield Difference("name", f"{asset}.{part}", asset, renamed)
            del strangers[renamed]
        elif (kind := _figure(reading, part, amount, actual)) is not None:
            yield Difference(kind, f"{asset}.{part}", str(amount), _shown(actual))
    for asset, value in strangers.items():
        yield Difference("extra", f"{asset}.{part}", "no such asset", _shown(value))


def _accessors(name: str, held: Mapping[str, Any] | None, told: Mapping[str, Any] | None) -> Iterable[Difference]:
    """An accessor says what the mapping holds, and of an asset that it does not hold 0 or nothing."""
    for asset, value in (held or {}).items():
        said = (told or {}).get(asset)
        if told is not None and number(said) != number(value):
            yield Difference("accessor", f"{asset}.{name}", _shown(value), _shown(said))
    for asset, said in (told or {}).items():
        if asset not in (held or {}) and number(said):
            yield Difference("accessor", f"{asset}.{name}", "0", _shown(said))


def _positions(
    reading: Reading, expected: tuple[Position, ...], seen: tuple[SeenPosition, ...] | None
) -> Iterable[Difference]:
    if seen is None:
        yield Difference("absent", "account_positions", "a mapping", "nothing")
        return
    if len(seen) == len(expected) and all(map(_is_exact, seen, expected)):
        return  # most often
    left = {id(row): row for row in seen}
    keyed = {row.key(): row for row in reversed(seen)}  # of several, the first
    for position in expected:
        match = keyed.get((position.trading_pair, position.position_side.name)) or _match(position, [*left.values()])
        if match is None:
            yield Difference("missing", f"{position.trading_pair}", _told(position), "no entry")
            continue
        keyed.pop(match.key(), None)
        del left[id(match)]
        yield from _position(reading, position, match)
    for stranger in left.values():
        shown = " ".join([stranger.side, *(f"{name}={_shown(stranger.values[name])}" for name in POSITION_FIELDS)])
        yield Difference("extra", stranger.trading_pair, "no entry", shown)


def _is_exact(seen: SeenPosition, expected: Position) -> bool:
    """Whether an entry leaves nothing to say."""
    values = seen.values
    return (
        seen.trading_pair == expected.trading_pair
        and seen.side == ("LONG" if expected.position_side is PositionSide.LONG else "SHORT")
        and type(amount := values["amount"]) is Decimal
        and amount == expected.amount
        and type(price := values["entry_price"]) is Decimal
        and price == expected.entry_price
        and type(pnl := values["unrealized_pnl"]) is Decimal
        and pnl == expected.unrealized_pnl
        and type(leverage := values["leverage"]) is Decimal
        and leverage == expected.leverage
    )


def _match(position: Position, seen: list[SeenPosition]) -> SeenPosition | None:
    """The entry that stands for a position: same pair and side, same pair, or same size and entry price."""
    same_pair = [row for row in seen if row.trading_pair == position.trading_pair]
    for row in same_pair:
        if row.side == position.position_side.name:
            return row
    if same_pair:
        return next(
            (row for row in same_pair if abs(number(row.values["amount"]) or 0) == abs(position.amount)), None
        ) or (same_pair[0] if len(same_pair) == 1 else None)
    for row in seen:
        amount, price = number(row.values["amount"]), number(row.values["entry_price"])
        if amount is not None and abs(amount) == abs(position.amount) and price == position.entry_price:
            return row
    return None


def _position(reading: Reading, expected: Position, seen: SeenPosition) -> Iterable[Difference]:
    pair = expected.trading_pair
    if seen.trading_pair != pair:
        yield Difference("name", f"{pair}.trading_pair", pair, seen.trading_pair)
    if seen.side != expected.position_side.name:
        yield Difference("side", f"{pair}.position_side", expected.position_side.name, seen.side)
    for name in POSITION_FIELDS:
        wanted, actual = getattr(expected, name), seen.values[name]
        kind = _figure(reading, name, wanted, actual)
        if kind is None:
            continue
        got = number(actual)
        if name == "amount" and got is not None and got == wanted.copy_negate():
            kind = "side"
        elif name == "leverage" and kind == "value":
            kind = "leverage"
        yield Difference(kind, f"{pair}.{name}", str(wanted), _shown(actual))


def _told(position: Position) -> str:
    return f"{position.position_side.name} {position.amount} at {position.entry_price}"


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"float {value!r}"
    return repr(value) if isinstance(value, str) or value is None else str(value)
