"""Answers that are not what they were, read as if they were."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from specimens.base import LONG, SHORT, Answer, Balances, Position, PositionSide, number
from specimens.venues import Extended, Hyperliquid, Lighter


@dataclass
class _Leverage:
    """Every field that was known at the time."""

    type: str
    value: int
    rawUsd: str = "0"  # noqa: N815 - the venue's name


class StrictModel(Hyperliquid):
    """A model that refuses every field it does not know."""

    def leverage(self, row: Any) -> Decimal:
        return number(_Leverage(**row["leverage"]).value)


class StrictAnswer(Extended):
    """The set of fields is compared with the one of the documentation."""

    def rows(self, answer: Answer) -> list[Any]:
        if answer.document().keys() - {"status", "data", "pagination"}:
            raise ValueError("unexpected fields")
        return super().rows(answer)


class UnknownSideIsLong(Extended):
    """Whatever is not SHORT is taken for LONG."""

    def side(self, row: Any) -> PositionSide:
        return SHORT if row["side"] == "SHORT" else LONG


class UnknownModeIsOrdinary(Hyperliquid):
    """Whatever is not one of the two modes of the spot wallet is taken for a perpetuals account."""

    def wallet(self, mode: Answer) -> str:
        return self.modes.get(str(mode.document()), "clearinghouseState")


class UnknownSignIsShort(Lighter):
    """Whatever is not 1 is taken for a short."""

    def sign(self, row: Any) -> int:
        return 1 if row["sign"] == 1 else -1


class UnknownStatusIsClosed(Extended):
    """Whatever is not OPENED is taken for closed, a missing status as well."""

    def is_open(self, row: Any) -> bool:
        return row.get("status") == "OPENED"


class NullIsZero(Extended):
    """`or 0`."""

    def total(self, data: Any) -> Decimal:
        return number(data["equity"] or 0)

    def available(self, data: Any) -> Decimal:
        return number(data["availableForTrade"] or 0)


class NullRowsAreNone(Hyperliquid):
    """`or []`."""

    def rows(self, answer: Answer) -> list[Any]:
        return [row["position"] for row in answer.document()["assetPositions"] or []]


class MissingIsZero(Lighter):
    """`.get(…, 0)`."""

    def total(self, account: Any) -> Decimal:
        return number(account.get("total_asset_value", 0))

    def available(self, account: Any) -> Decimal:
        return number(account.get("available_balance", 0))


class MissingRowsAreNone(Extended):
    """`.get("data", [])`."""

    def rows(self, answer: Answer) -> list[Any]:
        rows = answer.document().get("data", [])
        if not isinstance(rows, list):
            raise TypeError("data is no list")
        return rows


class NoNumberIsZero(Lighter):
    """What cannot be read as a number counts as 0."""

    def total(self, account: Any) -> Decimal:
        try:
            return number(account["total_asset_value"])
        except InvalidOperation:
            return Decimal(0)


class EverythingHasADefault(Extended):
    """Nothing that the venue leaves out is ever noticed."""

    def balances(self, answer: Answer) -> Balances:
        if answer.status == 404:
            return super().balances(answer)
        data = answer.document().get("data") or {}
        return {"USD": (number(data.get("equity") or 0), number(data.get("availableForTrade") or 0))}


class BadRowKeptAsItWas(Lighter):
    """The old entry stays, which is right, and nobody is told, which is not."""

    def position(self, row: Any) -> Position | None:
        try:
            return super().position(row)
        except (ArithmeticError, LookupError, TypeError):
            return self.account_positions.get(f"{row.get('symbol')}-{self.asset}")


class WholeLeverage(Hyperliquid):
    """Leverage is an integer, today."""

    def leverage(self, row: Any) -> Decimal:
        return Decimal(int(super().leverage(row)))
