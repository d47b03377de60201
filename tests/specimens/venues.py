"""The three correct connectors."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, ClassVar

from harness.model import Position, PositionSide
from specimens.base import LONG, SHORT, Answer, Balances, Connector, VenueError, number, text

__all__ = ["Extended", "Hyperliquid", "Lighter"]


class Extended(Connector):
    """`GET /user/balance` and `GET /user/positions` with an API key."""

    venue = "extended"

    def headers(self) -> dict[str, str]:
        return {"X-Api-Key": self.credentials["api_key"]}

    async def ask_balances(self) -> Answer:
        return await self.ask("GET", "/user/balance")

    async def ask_positions(self) -> Answer:
        return await self.ask("GET", "/user/positions")

    def refusal(self, document: Any) -> str | None:
        told = document.get("status") if isinstance(document, dict) else None
        return None if told == "OK" else f"status {told}"

    def problem(self, path: str, answer: Answer) -> str | None:
        return None if self.has_no_funds(path, answer) else super().problem(path, answer)

    def has_no_funds(self, path: str, answer: Answer) -> bool:
        """The 404 of this very route, empty or in the venue's own envelope."""
        if path != "/user/balance" or answer.status != 404:
            return False
        try:
            return not answer.body or answer.document()["status"] == "ERROR"
        except (LookupError, TypeError, ValueError):
            return False

    def balances(self, answer: Answer) -> Balances:
        if answer.status == 404:
            return {"USD": (Decimal(0), Decimal(0))}
        data = answer.document()["data"]
        return {text(data["collateralName"]): (self.total(data), self.available(data))}

    def total(self, data: Any) -> Decimal:
        return number(data["equity"])

    def available(self, data: Any) -> Decimal:
        return number(data["availableForTrade"])

    def rows(self, answer: Answer) -> list[Any]:
        rows = answer.document()["data"]
        if not isinstance(rows, list):
            raise TypeError("data is no list")
        return rows

    def position(self, row: Any) -> Position | None:
        return super().position(row) if self.is_open(row) else None

    def is_open(self, row: Any) -> bool:
        return {"OPENED": True, "CLOSED": False}[row.get("status", "OPENED")]

    def amount(self, row: Any) -> Decimal:
        size = number(row["size"])
        return size if self.side(row) is LONG else -size

    def pair(self, row: Any) -> str:
        return text(row["market"])

    def side(self, row: Any) -> PositionSide:
        return PositionSide(row["side"])

    def entry(self, row: Any) -> Decimal:
        return number(row["openPrice"])

    def profit(self, row: Any) -> Decimal:
        return number(row["unrealisedPnl"])

    def leverage(self, row: Any) -> Decimal:
        return number(row["leverage"])


class Lighter(Connector):
    """`GET /api/v1/account` by account index, which tells balances and positions at once."""

    venue = "lighter"
    asset: ClassVar[str] = "USDC"

    def question(self) -> dict[str, str]:
        return {"by": "index", "value": str(self.credentials["account_index"])}

    async def ask_balances(self) -> Answer:
        return await self.ask("GET", "/api/v1/account", params=self.question())

    async def ask_positions(self) -> Answer:
        return await self.ask("GET", "/api/v1/account", params=self.question())

    def refusal(self, document: Any) -> str | None:
        told = document.get("code") if isinstance(document, dict) else None
        return None if told == 200 else f"code {told}"

    def account(self, answer: Answer) -> Any:
        """The configured account among those of the wallet."""
        accounts = answer.document()["accounts"]
        wanted = int(self.credentials["account_index"])
        return next(row for row in accounts if self.index(row) == wanted)

    def index(self, row: Any) -> int:
        index = row.get("account_index", row.get("index"))
        if not isinstance(index, int):
            raise TypeError(f"no account index: {index!r}")
        return index

    def understood(self, read: Callable[[Answer], Any], answer: Answer) -> Any:
        try:
            return super().understood(read, answer)
        except StopIteration:
            raise VenueError(f"{read.__name__}: the configured account is not in the answer") from None

    def balances(self, answer: Answer) -> Balances:
        account = self.account(answer)
        return {self.asset: (self.total(account), self.available(account))}

    def total(self, account: Any) -> Decimal:
        return number(account["total_asset_value"])

    def available(self, account: Any) -> Decimal:
        return number(account["available_balance"])

    def rows(self, answer: Answer) -> list[Any]:
        rows = self.account(answer)["positions"]
        if not isinstance(rows, list):
            raise TypeError("positions is no list")
        return rows

    def amount(self, row: Any) -> Decimal:
        return number(row["position"]) * self.sign(row)

    def sign(self, row: Any) -> int:
        return {1: 1, -1: -1}[row["sign"]]

    def pair(self, row: Any) -> str:
        return f"{text(row['symbol'])}-{self.asset}"

    def side(self, row: Any) -> PositionSide:
        return LONG if self.sign(row) > 0 else SHORT

    def entry(self, row: Any) -> Decimal:
        return number(row["avg_entry_price"])

    def profit(self, row: Any) -> Decimal:
        return number(row["unrealized_pnl"])

    def leverage(self, row: Any) -> Decimal:
        return 100 / number(row["initial_margin_fraction"])


class Hyperliquid(Connector):
    """`POST /info`; the account's mode says where its collateral is."""

    venue = "hyperliquid"
    asset: ClassVar[str] = "USD"
    modes: ClassVar[Mapping[str, str]] = {
        "default": "clearinghouseState",
        "disabled": "clearinghouseState",
        "dexAbstraction": "clearinghouseState",
        "unifiedAccount": "spotClearinghouseState",
        "portfolioMargin": "spotClearinghouseState",
    }

    async def info(self, kind: str) -> Answer:
        return await self.ask("POST", "/info", json={"type": kind, "user": self.credentials["address"]})

    async def ask_balances(self) -> Answer:
        mode = await self.info("userAbstraction")
        return await self.info(self.understood(self.wallet, mode))

    async def ask_positions(self) -> Answer:
        return await self.info("clearinghouseState")

    def wallet(self, mode: Answer) -> str:
        return self.modes[mode.document()]

    def refusal(self, document: Any) -> str | None:
        refused = isinstance(document, dict) and document.get("status") == "err"
        return str(document["response"]) if refused else None

    def balances(self, answer: Answer) -> Balances:
        document = answer.document()
        total, available = self.spot(document) if "balances" in document else self.margin(document)
        return {self.asset: (total, available)}

    def margin(self, document: Any) -> tuple[Decimal, Decimal]:
        return number(document["crossMarginSummary"]["accountValue"]), number(document["withdrawable"])

    def spot(self, document: Any) -> tuple[Decimal, Decimal]:
        rows = {text(row["coin"]): row for row in document["balances"]}
        row = rows.get("USDC", {"total": "0", "hold": "0"})
        return number(row["total"]), number(row["total"]) - number(row["hold"])

    def rows(self, answer: Answer) -> list[Any]:
        rows = answer.document()["assetPositions"]
        if not isinstance(rows, list):
            raise TypeError("assetPositions is no list")
        return [row["position"] for row in rows]

    def amount(self, row: Any) -> Decimal:
        return number(row["szi"])

    def pair(self, row: Any) -> str:
        return f"{text(row['coin'])}-{self.asset}"

    def side(self, row: Any) -> PositionSide:
        return LONG if self.amount(row) > 0 else SHORT

    def entry(self, row: Any) -> Decimal:
        return number(row["entryPx"])

    def profit(self, row: Any) -> Decimal:
        return number(row["unrealizedPnl"])

    def leverage(self, row: Any) -> Decimal:
        return number(row["leverage"]["value"])
