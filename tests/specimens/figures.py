"""Figures from the wrong field, in the wrong unit, or without their digits; names that nobody knows."""

from decimal import Decimal
from typing import Any

from specimens.base import Answer, Balances, number
from specimens.venues import Extended, Hyperliquid, Lighter


class BalanceForEquity(Extended):
    """`balance` leaves out the unrealised PnL."""

    def total(self, data: Any) -> Decimal:
        return number(data["balance"])


class WithdrawalForTrade(Extended):
    """What can be withdrawn is not what can be traded with."""

    def available(self, data: Any) -> Decimal:
        return number(data["availableForWithdrawal"])


class FieldsThatAreNotSent(Extended):
    """Names guessed from another venue, with a default that hides it."""

    def total(self, data: Any) -> Decimal:
        return number(data.get("totalEquity", 0))

    def available(self, data: Any) -> Decimal:
        return number(data.get("freeCollateral", 0))


class MarkForEntry(Extended):
    """The mark price shows every position without profit or loss."""

    def entry(self, row: Any) -> Decimal:
        return number(row["markPrice"])


class ValueForAmount(Extended):
    """Notional value in USD where units of the base asset belong."""

    def amount(self, row: Any) -> Decimal:
        return number(row["value"]).copy_sign(super().amount(row))


class RealisedForUnrealised(Extended):
    """The profit that was taken already."""

    def profit(self, row: Any) -> Decimal:
        return number(row["realisedPnl"])


class MidPriceProfit(Extended):
    """A near miss: the PnL at the mid price."""

    def profit(self, row: Any) -> Decimal:
        return number(row["midPriceUnrealisedPnl"])


class CollateralForEquity(Lighter):
    """`collateral` leaves out the unrealised PnL."""

    def total(self, account: Any) -> Decimal:
        return number(account["collateral"])


class TotalFromOneAvailableFromAnother(Lighter):
    """The available balance is taken from the spot assets of the same answer."""

    def available(self, account: Any) -> Decimal:
        assets = {asset["symbol"]: asset for asset in account["assets"]}
        return number(assets.get("USDC", {"balance": "0"})["balance"])


class MarginFractionAsLeverage(Lighter):
    """20 percent of margin shown as a leverage of 20."""

    def leverage(self, row: Any) -> Decimal:
        return number(row["initial_margin_fraction"])


class AtMostFifty(Lighter):
    """No market of that day allowed more."""

    def leverage(self, row: Any) -> Decimal:
        return min(super().leverage(row), Decimal(50))


class ReversedLeverage(Lighter):
    """The fraction of a hundred, upside down."""

    def leverage(self, row: Any) -> Decimal:
        return number(row["initial_margin_fraction"]) / 100


class NotionalForAmount(Lighter):
    """`position_value` is in USDC."""

    def amount(self, row: Any) -> Decimal:
        return number(row["position_value"]).copy_abs() * self.sign(row)


class RawUsdForAccountValue(Hyperliquid):
    """`totalRawUsd` leaves out what the positions are worth."""

    def margin(self, document: Any) -> tuple[Decimal, Decimal]:
        return number(document["marginSummary"]["totalRawUsd"]), number(document["withdrawable"])


class AvailableReckoned(Hyperliquid):
    """Equity less margin is not what the venue lets one withdraw."""

    def margin(self, document: Any) -> tuple[Decimal, Decimal]:
        summary = document["crossMarginSummary"]
        total = number(summary["accountValue"])
        return total, total - number(summary["totalMarginUsed"])


class MaxLeverage(Hyperliquid):
    """The most that the market allows, not what the position has."""

    def leverage(self, row: Any) -> Decimal:
        return number(row["maxLeverage"])


class HoldNotSubtracted(Hyperliquid):
    """What is held for spot orders is said to be available."""

    def spot(self, document: Any) -> tuple[Decimal, Decimal]:
        total, _ = super().spot(document)
        return total, total


class Floats(Lighter):
    """Money as floats."""

    def total(self, account: Any) -> float:
        return float(account["total_asset_value"])

    def available(self, account: Any) -> float:
        return float(account["available_balance"])


class FloatThenDecimal(Extended):
    """A float on the way, hidden by a Decimal at the end."""

    def entry(self, row: Any) -> Decimal:
        return Decimal(float(row["openPrice"]))


class TextForNumber(Hyperliquid):
    """Prices stay texts."""

    def entry(self, row: Any) -> str:
        return str(number(row["entryPx"]))


class Truncated(Hyperliquid):
    """`int()` cuts off everything below one coin."""

    def amount(self, row: Any) -> Decimal:
        return Decimal(int(number(row["szi"])))


class EightDecimals(Hyperliquid):
    """Rounding that no ordinary price notices."""

    def entry(self, row: Any) -> Decimal:
        return round(number(row["entryPx"]), 8)


class WrongQuote(Lighter):
    """`BTC-USD` at a venue that settles in USDC."""

    def pair(self, row: Any) -> str:
        return super().pair(row).removesuffix("C")


class UpperCase(Hyperliquid):
    """`kPEPE` is not `KPEPE`."""

    def pair(self, row: Any) -> str:
        return super().pair(row).upper()


class WrongAsset(Extended):
    """The collateral is USD, whatever stable coin pays for it."""

    def balances(self, answer: Answer) -> Balances:
        return {"USDC": super().balances(answer)["USD"]}


class AccessorOfTheOther(Extended):
    """`get_available_balance` looks into the total."""

    def get_available_balance(self, asset: str) -> Decimal:
        return self.get_balance(asset)


class OneOfWhatIsNotHeld(Extended):
    """A default that keeps a division from failing."""

    def get_balance(self, asset: str) -> Decimal:
        return self._account_balances.get(asset, Decimal(1))


class RoundedPnl(Lighter):
    """Cents are enough for a PnL, somebody thought."""

    def profit(self, row: Any) -> Decimal:
        return round(super().profit(row), 2)
