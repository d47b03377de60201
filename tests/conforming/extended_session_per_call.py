"""Extended with a session for each call, a decorator that retries after 1, 2 and 4 seconds, and a 30 s time-out."""

import asyncio
import dataclasses
import functools
import json
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from enum import StrEnum

import aiohttp


class PositionSide(StrEnum):
    LONG = "LONG"
    SHORT = "SHORT"


class ExtendedError(Exception):
    """Anything that this venue did not do right."""


class UnavailableError(ExtendedError):
    """Worth another try."""

    def __init__(self, message, wait=0.0):
        super().__init__(message)
        self.wait = wait


@dataclasses.dataclass(frozen=True)
class Position:
    trading_pair: str
    position_side: PositionSide
    amount: Decimal
    entry_price: Decimal
    unrealized_pnl: Decimal
    leverage: Decimal

    @classmethod
    def from_json(cls, row):
        side = PositionSide(row["side"])
        size = _money(row["size"])
        return cls(
            trading_pair=_text(row["market"]),
            position_side=side,
            amount=size if side is PositionSide.LONG else size.copy_negate(),
            entry_price=_money(row["openPrice"]),
            unrealized_pnl=_money(row["unrealisedPnl"]),
            leverage=_money(row["leverage"]),
        )


def _money(value):
    if not isinstance(value, str):
        raise ExtendedError(f"money must be a string, not {value!r}")
    return Decimal(value)


def _text(value):
    if not isinstance(value, str):
        raise ExtendedError(f"a name must be a string, not {value!r}")
    return value


def retrying(stop_after=4, first=1.0):
    def decorate(function):
        @functools.wraps(function)
        async def wrapper(*args, **kwargs):
            pause = first
            for attempt in range(stop_after):
                try:
                    return await function(*args, **kwargs)
                except UnavailableError as error:
                    if attempt == stop_after - 1:
                        raise
                    await asyncio.sleep(max(pause, error.wait))
                    pause *= 2
            raise AssertionError

        return wrapper

    return decorate


def _wait(header):
    if header is None:
        return 0.0
    if header.isdecimal():
        return float(header)
    return max(0.0, (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds())


class Rest:
    def __init__(self, base, key):
        self._base, self._key = base, key

    @retrying()
    async def get(self, path, *, accept=(200,)):
        timeout = aiohttp.ClientTimeout(total=30)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, headers={"X-Api-Key": self._key}) as http,
                http.get(f"{self._base}{path}", allow_redirects=False) as answer,
            ):
                text = await answer.text()
        except (TimeoutError, aiohttp.ClientError) as error:
            raise UnavailableError(f"{path}: {type(error).__name__}") from None
        if answer.status == 429 or answer.status >= 500:
            raise UnavailableError(f"{path}: HTTP {answer.status}", _wait(answer.headers.get("Retry-After")))
        if answer.status not in accept:
            raise ExtendedError(f"{path}: HTTP {answer.status}")
        return answer.status, text


class Connector:
    def __init__(self, rest):
        self._rest = rest
        self._account_balances = {}
        self._account_available_balances = {}
        self.account_positions = {}

    async def _update_balances(self):
        status, text = await self._rest.get("/user/balance", accept=(200, 404))
        if status == 404:
            if text.strip():
                try:
                    code = json.loads(text)["error"]["code"]
                except (ValueError, KeyError, TypeError):
                    raise ExtendedError("/user/balance: HTTP 404 from somebody else") from None
                assert code is not None
            asset, total, available = "USD", Decimal(0), Decimal(0)
        else:
            data = self._data("/user/balance", text)
            asset = _text(data["collateralName"])
            total, available = _money(data["equity"]), _money(data["availableForTrade"])
        self._account_balances = {asset: total}
        self._account_available_balances = {asset: available}

    async def _update_positions(self):
        _, text = await self._rest.get("/user/positions")
        rows = self._data("/user/positions", text)
        if not isinstance(rows, list):
            raise ExtendedError("/user/positions: data is no list")
        live = [row for row in rows if row.get("status") != "CLOSED" and _money(row["size"]) != 0]
        self.account_positions = {index: Position.from_json(row) for index, row in enumerate(live)}

    @staticmethod
    def _data(path, text):
        document = json.loads(text, parse_float=Decimal)
        if document["status"] not in ("OK", "ok"):
            raise ExtendedError(f"{path}: {document['error']}")
        return document["data"]


def build(*, base_url, ws_url, credentials, trading_pairs):
    return Connector(Rest(base_url, credentials["api_key"]))
