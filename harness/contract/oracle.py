"""Interprets a contract: given a venue's answers, the state that an update must end in, or that it must fail.

The oracle never sees a connector. It reads the recorded bytes with the columns of the contract and nothing else.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib import import_module
from typing import Any

from harness import exact
from harness.contract.arithmetic import less
from harness.contract.pointer import MISSING, look_up
from harness.contract.reading import Column, Contract, Kind, Reading, RowChoice
from harness.errors import UsageError
from harness.model import AccountState, Position, PositionSide
from harness.venues import venue

__all__ = ["Answer", "Failure", "broken_invariants", "contract", "expect", "reading_of"]


_REMEMBERED = 8192


@dataclass(frozen=True, slots=True)
class Answer:
    """What a venue answered: HTTP status and exact body.

    `document`, where it is given, is what the body decodes to, so that nobody has to decode it again.
    """

    status: int
    body: bytes
    document: Any = field(default=MISSING, compare=False, repr=False)

    def decoded(self) -> Any:
        """The decoded body; `ValueError` when it is not JSON."""
        return exact.decode(self.body) if self.document is MISSING else self.document


@dataclass(frozen=True, slots=True)
class Failure:
    """The update must not succeed: it raises, or keeps the state it had and says so in the log."""

    reason: str


class _NotUnderstoodError(Exception):
    pass


def contract(name: str) -> Contract:
    """The contract of a venue; `UsageError` when the harness does not know it."""
    venue(name)
    found: Contract = import_module(f"harness.contract.{name}").CONTRACT
    return found


def reading_of(rules: Contract, method: str, answers: Mapping[str, Answer]) -> Reading:
    """The reading of a method that holds in the account mode which the answers tell.

    Raises `UsageError` for a method that the contract does not know. Where the mode is not understood it is the reading
    that holds by default, and `expect` says that the update must fail.
    """
    readings = rules.of(method)
    if not readings:
        raise UsageError(f"the contract of {rules.venue} says nothing of {method}", where="--method")
    by_default = next((reading for reading in readings if reading.mode is None or reading.mode.default), readings[0])
    told = next((_told_mode(reading, answers) for reading in readings if reading.mode is not None), MISSING)
    return next((reading for reading in readings if reading.mode and told in reading.mode.values), by_default)


def _told_mode(reading: Reading, answers: Mapping[str, Answer]) -> Any:
    """What the venue says of the account's mode; `MISSING` where it was not recorded or refused to say."""
    answer = None if reading.mode is None else answers.get(reading.mode.endpoint)
    if answer is None or answer.status != 200:
        return MISSING
    try:
        return answer.decoded()
    except ValueError as error:
        return error


def expect(
    rules: Contract, method: str, answers: Mapping[str, Answer], credentials: Mapping[str, str]
) -> AccountState | Failure:
    """The state that `method` must end in when the venue answers like this, keyed by endpoint name."""
    reading = reading_of(rules, method, answers)
    told = _told_mode(reading, answers)
    if reading.mode is not None and told is not MISSING and told not in reading.mode.values:
        return Failure(f"{reading.mode.endpoint} is {told!r}, not a mode that is known")
    answer = answers.get(reading.endpoint)
    if answer is None:
        return Failure(f"{reading.endpoint} is not answered")
    try:
        return _read(rules, reading, answer, credentials)
    except _NotUnderstoodError as reason:
        return Failure(str(reason))


def broken_invariants(rules: Contract, endpoint: str, document: Any) -> tuple[str, ...]:
    """Which invariants of an endpoint a valid document breaks, a sentence each."""
    broken = []
    for invariant in rules.invariants:
        if invariant.endpoint == endpoint:
            try:
                told = invariant.broken(document)
            except (KeyError, TypeError, ValueError, AttributeError):
                continue  # of a document that is not valid only the schema can speak
            if told:
                broken.append(f"{invariant.name}: {told}")
    return tuple(broken)


def _read(rules: Contract, reading: Reading, answer: Answer, credentials: Mapping[str, str]) -> AccountState:
    if reading.nothing is not None and answer.status == reading.nothing.status and _is_venues_own(answer.body):
        return AccountState(total={reading.nothing.asset: Decimal(0)}, available={reading.nothing.asset: Decimal(0)})
    if answer.status != 200:
        raise _NotUnderstoodError(f"HTTP {answer.status}")
    try:
        document = answer.decoded()
    except ValueError as error:
        raise _NotUnderstoodError(f"not JSON: {error}") from None
    if reading.success is not None:
        at, values = reading.success
        told = look_up(document, at)
        if told not in values:
            raise _NotUnderstoodError(f"{at} is {told!r}")
    row = document
    if reading.choice is not None:
        row = _chosen(reading.choice, document, credentials)
    if reading.rows is None:
        return _balances(reading, row)
    return _positions(rules, reading, row)


def _is_venues_own(body: bytes) -> bool:
    if not body.strip():
        return True
    try:
        document = exact.decode(body)
    except ValueError:
        return False
    return isinstance(document, dict) and document.get("status") == "ERROR"


def _chosen(choice: RowChoice, document: Any, credentials: Mapping[str, str]) -> Any:
    rows = look_up(document, choice.rows)
    if not isinstance(rows, list):
        raise _NotUnderstoodError(f"{choice.rows} is no list")
    wanted = choice.constant or str(credentials.get(choice.credential, ""))
    nameless = False
    for row in rows:
        told = next((value for at in choice.at if (value := look_up(row, at)) is not MISSING), MISSING)
        if isinstance(told, str | int) and not isinstance(told, bool):
            if str(told) == wanted:
                return row
        else:
            nameless = True
    if nameless:  # it may be the wanted one; rows beside a wanted one that is there do not matter, in any order
        raise _NotUnderstoodError(f"{choice.rows}: a row without {' or '.join(choice.at)}")
    if choice.missing_is_zero:
        return {}
    raise _NotUnderstoodError(f"{choice.rows}: no row for {wanted}")


def _value(column: Column, told: Any) -> Any:
    if told is MISSING and column.optional:
        return None
    match column.kind:
        case Kind.SIDE | Kind.OPENNESS:
            if isinstance(told, bool) or not isinstance(told, str | int) or told not in column.values:
                raise _NotUnderstoodError(f"{column.at} is {told!r}, not one of {list(column.values)}")
            return column.values[told]
        case Kind.SYMBOL | Kind.ASSET:
            if not isinstance(told, str) or not told:
                raise _NotUnderstoodError(f"{column.at} is {told!r}, not a name")
            return told
        case _:
            return _number(column, told)


def _number(column: Column, told: Any) -> Decimal:
    try:
        number = exact.decimal(None if told is MISSING else told)
    except ValueError:
        raise _NotUnderstoodError(f"{column.at} is {told!r}, not a decimal") from None
    if column.kind is Kind.UNSIGNED and number < 0:
        raise _NotUnderstoodError(f"{column.at} is {number}, a size without a sign")
    if column.kind is Kind.PERCENT_MARGIN:
        if number <= 0:
            raise _NotUnderstoodError(f"{column.at} is {number}, a margin of nothing")
        return Decimal(100) / number
    return number


def _balances(reading: Reading, row: Any) -> AccountState:
    if reading.choice is not None and reading.choice.missing_is_zero and row == {}:
        zero = {reading.constant_asset: Decimal(0)}
        return AccountState(total=zero, available=zero)
    values = {column.into: _value(column, look_up(row, column.at)) for column in reading.columns}
    asset = values.get("asset", reading.constant_asset)
    available = less(values["total"], values["hold"]) if "hold" in values else values["available"]
    return AccountState(total={asset: values["total"]}, available={asset: available})


def _positions(rules: Contract, reading: Reading, row: Any) -> AccountState:
    rows = look_up(row, reading.rows or "")
    if not isinstance(rows, list):
        raise _NotUnderstoodError(f"{reading.rows} is no list")
    pair_of = venue(rules.venue).pair_of
    known = _rows_of(reading)
    found = [known.read(item, pair_of) for item in rows]
    return AccountState(positions=tuple(position for position in found if position is not None))


class _Rows:
    """What rows mean, remembered by the row itself: generated answers share most of theirs with the recorded ones.

    A row that is remembered is kept, so that no other one can have its identity; decoded answers are never changed.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._known: dict[int, tuple[Any, Position | None]] = {}

    def read(self, row: Any, pair_of: str) -> Position | None:
        kept = self._known.get(id(row))
        if kept is not None:
            return kept[1]
        told = [look_up(row, column.at) for column in self._reading.columns]
        position = _position(self._reading, pair_of, *told)
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[id(row)] = row, position
        return position


_rows_of = cache(_Rows)


def _position(reading: Reading, pair_of: str, *told: Any) -> Position | None:
    """The entry that a row stands for; `told` are its values, one for each column."""
    columns = dict(
        zip((column.into for column in reading.columns), zip(reading.columns, told, strict=True), strict=True)
    )
    size = _value(*columns["amount"])
    openness = next((pair for pair in columns.values() if pair[0].kind is Kind.OPENNESS), None)
    if size == 0 or (openness is not None and _value(*openness) == "flat"):
        return None
    values = {into: _value(*pair) for into, pair in columns.items()}
    side = PositionSide(values["position_side"]) if "position_side" in values else _side_of(size)
    return Position(
        trading_pair=re.sub(r"\{\w+\}", lambda _: str(values["trading_pair"]), pair_of),
        position_side=side,
        amount=size.copy_abs().copy_negate() if side is PositionSide.SHORT else size.copy_abs(),  # never rounded
        entry_price=values["entry_price"],
        unrealized_pnl=values["unrealized_pnl"],
        leverage=values["leverage"],
    )


def _side_of(size: Decimal) -> PositionSide:
    return PositionSide.SHORT if size < 0 else PositionSide.LONG
