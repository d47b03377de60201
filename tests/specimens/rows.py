"""Sides and signs, rows that must not count, and rows that must."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from specimens.base import LONG, SHORT, Answer, Balances, Position, PositionSide, VenueError, number
from specimens.venues import Extended, Hyperliquid, Lighter


class UnsignedShort(Extended):
    """`size` as it comes, without the sign of a short."""

    def amount(self, row: Any) -> Decimal:
        self.side(row)
        return number(row["size"])


class SideFromProfit(Extended):
    """A position that gains is not therefore long."""

    def side(self, row: Any) -> PositionSide:
        return LONG if number(row["unrealisedPnl"]) >= 0 else SHORT


class SignIgnored(Lighter):
    """`position` is unsigned, so that every position looks long."""

    def sign(self, row: Any) -> int:
        return 1


class AbsoluteSize(Hyperliquid):
    """`abs(szi)` with the right side, but without the sign."""

    def position(self, row: Any) -> Position | None:
        read = super().position(row)
        return read and Position(
            read.trading_pair,
            read.position_side,
            abs(read.amount),
            read.entry_price,
            read.unrealized_pnl,
            read.leverage,
        )


class ClosedKept(Extended):
    """`status` is not read."""

    def is_open(self, row: Any) -> bool:
        return True


class ZeroRowsKept(Lighter):
    """A market without exposure is listed all the same."""

    def position(self, row: Any) -> Position | None:
        return Position(
            self.pair(row), self.side(row), self.amount(row), self.entry(row), self.profit(row), self.leverage(row)
        )


class ZeroSizeKept(Hyperliquid):
    """Every row is taken for a position."""

    position = ZeroRowsKept.position


class FirstRowOnly(Extended):
    """Good enough for an account with one position."""

    def rows(self, answer: Answer) -> list[Any]:
        return super().rows(answer)[:1]


class FiftyRows(Hyperliquid):
    """A page size that the venue does not have."""

    def rows(self, answer: Answer) -> list[Any]:
        return super().rows(answer)[:50]


class ConfiguredMarketsOnly(Extended):
    """A position in a market that is not traded by the strategy is a risk all the same."""

    def position(self, row: Any) -> Position | None:
        return super().position(row) if self.pair(row) in self.trading_pairs else None


class DelistedSkipped(Hyperliquid):
    """A market that is no longer traded can still hold a position."""

    delisted: ClassVar[frozenset[str]] = frozenset({"MATIC"})

    def position(self, row: Any) -> Position | None:
        return None if row.get("coin") in self.delisted else super().position(row)


class FirstAccount(Lighter):
    """Asked by wallet, and the first account of it taken."""

    def question(self) -> dict[str, str]:
        return {"by": "l1_address", "value": self.credentials["l1_address"]}

    def account(self, answer: Answer) -> Any:
        return answer.document()["accounts"][0]


class RichestAccount(FirstAccount):
    """The main account is the one with the most money, somebody thought; it was a pool."""

    def account(self, answer: Answer) -> Any:
        return max(answer.document()["accounts"], key=self.total)


class LastThatIsNoPool(FirstAccount):
    """Right as long as the venue lists the main account after the others."""

    def account(self, answer: Answer) -> Any:
        return [row for row in answer.document()["accounts"] if row["account_type"] != 2][-1]


class FirstOfTheWallet(FirstAccount):
    """Without an index, whichever account comes first."""

    def account(self, answer: Answer) -> Any:
        accounts = answer.document()["accounts"]
        wanted = self.credentials.get("account_index", self.index(accounts[0]))
        return next(row for row in accounts if self.index(row) == wanted)


class SumOfTheWallet(FirstOfTheWallet):
    """Without an index, everything that the wallet owns, pools of others' money included."""

    def total(self, account: Any) -> Decimal:
        return self.over_all("total_asset_value") if self.everything else super().total(account)

    def balances(self, answer: Answer) -> Balances:
        self.everything = None if "account_index" in self.credentials else answer.document()["accounts"]
        return super().balances(answer)

    def over_all(self, name: str) -> Decimal:
        return sum((number(row[name]) for row in self.everything or ()), Decimal(0))

    def available(self, account: Any) -> Decimal:
        return self.over_all("available_balance") if self.everything else super().available(account)


class FirstPageOnly(FirstAccount):
    """A second account is refused where it is seen, and the second page is not looked at."""

    def account(self, answer: Answer) -> Any:
        accounts = answer.document()["accounts"]
        wanted = self.credentials.get("account_index")
        if wanted is None and len(accounts) > 1:
            raise VenueError("GET /api/v1/account: several accounts")
        return next(row for row in accounts if wanted is None or self.index(row) == wanted)


class PagesForEver(FirstPageOnly):
    """The next page is asked for as long as one is named."""

    async def ask_positions(self) -> Answer:
        answer = await super().ask_positions()
        while cursor := answer.document().get("next_cursor"):
            answer = await self.ask("GET", "/api/v1/account", params={**self.question(), "cursor": cursor})
        return answer


class SpotAssetAsCollateral(Lighter):
    """Every row of `assets` becomes a balance."""

    def balances(self, answer: Answer) -> Balances:
        assets = self.account(answer)["assets"]
        spot = {asset["symbol"]: (number(asset["balance"]), number(asset["balance"])) for asset in assets}
        return {**spot, **super().balances(answer)}


class BothNames(Extended):
    """The collateral twice, to be found under either name."""

    def balances(self, answer: Answer) -> Balances:
        read = super().balances(answer)
        return {**read, "USDC": next(iter(read.values()))}


class UnifiedIgnored(Hyperliquid):
    """The perpetuals account of a unified account is empty."""

    async def ask_balances(self) -> Answer:
        return await self.info("clearinghouseState")


class ModeUnheardOf(Hyperliquid):
    """A documented mode that the account of its author was never in."""

    modes: ClassVar[Mapping[str, str]] = {
        name: kind for name, kind in Hyperliquid.modes.items() if name != "dexAbstraction"
    }


class AbstractionIsSpot(Hyperliquid):
    """What is called an abstraction was taken for another name of a unified account."""

    modes: ClassVar[Mapping[str, str]] = {**Hyperliquid.modes, "dexAbstraction": "spotClearinghouseState"}


class SpotAlways(Hyperliquid):
    """The spot wallet, whatever the account's mode."""

    async def ask_balances(self) -> Answer:
        return await self.info("spotClearinghouseState")


class LastInTheAlphabet(Hyperliquid):
    """Among the assets of its author, the collateral was the last one."""

    def spot(self, document: Any) -> tuple[Decimal, Decimal]:
        row = max(document["balances"], key=lambda each: (each["coin"] >= "USDC", each["coin"]))
        return number(row["total"]), number(row["total"]) - number(row["hold"])


class FirstSpotRow(Hyperliquid):
    """The first row is USDC, except when it is not."""

    def spot(self, document: Any) -> tuple[Decimal, Decimal]:
        row = (document["balances"] or [{"total": "0", "hold": "0"}])[0]
        return number(row["total"]), number(row["total"]) - number(row["hold"])


class NotFoundRaises(Extended):
    """An account without funds answers 404, which is no failure on this route."""

    def has_no_funds(self, path: str, answer: Answer) -> bool:
        return False
