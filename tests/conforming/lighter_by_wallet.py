"""Lighter asked by wallet: the row is chosen, the total summed up, and a row not understood keeps its old entry."""

import asyncio
import logging
from decimal import Decimal, InvalidOperation
from enum import Enum

import aiohttp

logger = logging.getLogger(__name__)


class PositionSide(Enum):
    LONG = "long"
    SHORT = "short"


class Position:
    __slots__ = ("amount", "entry_price", "leverage", "position_side", "trading_pair", "unrealized_pnl")

    def __init__(self, **values):
        for name, value in values.items():
            setattr(self, name, value)


class LighterWalletConnector:
    def __init__(self, url, wallet, index):
        self._url, self._wallet, self._index = url, wallet, index
        self._http = aiohttp.ClientSession(url, timeout=aiohttp.ClientTimeout(total=15, connect=5))
        self._symbols = None
        self._account_balances = {"USDC": Decimal(0)}
        self._account_available_balances = {"USDC": Decimal(0)}
        self.account_positions = {}

    async def _get(self, path, **params):
        delay = 0.25
        for tries_left in range(4, -1, -1):
            try:
                async with self._http.get(path, params=params) as response:
                    if response.status == 200:
                        document = await response.json()
                        if not isinstance(document, dict) or document.get("code") != 200:
                            raise ValueError(f"GET {path}: HTTP 200 with an error or nothing in it: {document}")
                        return document
                    if not tries_left or (response.status != 429 and response.status < 500):
                        raise OSError(f"GET {path}: HTTP {response.status}: {(await response.text())[:100]}")
                    asked = response.headers.get("Retry-After")
            except (TimeoutError, aiohttp.ClientConnectionError, aiohttp.ClientPayloadError):
                if not tries_left:
                    raise
                asked = None
            await asyncio.sleep(max(delay, 3 if asked and not asked.isdigit() else int(asked or 0)))
            delay *= 2
        return None

    async def _row(self):
        if self._symbols is None:
            books = await self._get("/api/v1/orderBooks")
            self._symbols = {book["market_id"]: book["symbol"] for book in books["order_books"]}
        document = await self._get("/api/v1/account", by="l1_address", value=self._wallet)
        return next(row for row in document["accounts"] if row["account_index"] == self._index)

    async def _update_balances(self):
        row = await self._row_or_error()
        total = sum((Decimal(position["unrealized_pnl"]) for position in row["positions"]), Decimal(row["collateral"]))
        available = Decimal(row["available_balance"])
        self._account_balances, self._account_available_balances = {"USDC": total}, {"USDC": available}

    async def _row_or_error(self):
        try:
            return await self._row()
        except StopIteration:
            raise LookupError(f"GET /api/v1/account: account {self._index} is not there") from None

    async def _update_positions(self):
        row = await self._row_or_error()
        fresh, doubtful = {}, 0
        if not isinstance(row["positions"], list):
            raise TypeError("GET /api/v1/account: positions are no list")
        for market in row["positions"]:
            try:
                entry = self._read(market)
            except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
                doubtful += 1
                logger.warning("a position of /api/v1/account is not understood and kept as it was: %r", error)
                market_id = market.get("market_id") if isinstance(market, dict) else None
                if market_id in self.account_positions:
                    fresh[market_id] = self.account_positions[market_id]
                continue
            if entry is not None:
                fresh[market["market_id"]] = entry
        self.account_positions = fresh

    def _read(self, market):
        size = self._number(market["position"])
        if size == 0:
            return None
        side = {1: PositionSide.LONG, -1: PositionSide.SHORT}[market["sign"]]
        symbol = market["symbol"]
        if not isinstance(symbol, str):
            raise TypeError("symbol is not text")
        if symbol != self._symbols.get(market["market_id"], symbol):
            logger.info("market %s was renamed", market["market_id"])
        return Position(
            trading_pair=symbol + "-USDC",
            position_side=side,
            amount=size if side is PositionSide.LONG else size.copy_negate(),
            entry_price=self._number(market["avg_entry_price"]),
            unrealized_pnl=self._number(market["unrealized_pnl"]),
            leverage=Decimal(100) / self._number(market["initial_margin_fraction"]),
        )

    @staticmethod
    def _number(text):
        try:
            return Decimal(text)
        except InvalidOperation:
            raise ValueError(f"{text!r} is no number") from None

    async def close(self):
        await self._http.close()


async def build(base_url, ws_url, credentials, trading_pairs):
    return LighterWalletConnector(base_url, credentials["l1_address"], credentials["account_index"])
