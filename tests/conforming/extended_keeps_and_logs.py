"""Extended in the manner of Hummingbot: one lazy session, failures logged at error, the state kept, nothing raised."""

import asyncio
import json
import logging
from collections import namedtuple
from decimal import Decimal, InvalidOperation
from enum import Enum

import aiohttp

_logger = None
ATTEMPTS = 4


class PositionSide(Enum):
    LONG = "LONG"
    SHORT = "SHORT"
    BOTH = "BOTH"


Position = namedtuple(  # noqa: PYI024 - as this school of connectors does it
    "Position", ["trading_pair", "position_side", "amount", "entry_price", "unrealized_pnl", "leverage"]
)


class ExtendedPerpetualDerivative:
    @classmethod
    def logger(cls):
        global _logger  # noqa: PLW0603 - as this school of connectors does it
        if _logger is None:
            _logger = logging.getLogger(cls.__name__)
        return _logger

    def __init__(self, extended_api_key, domain, trading_pairs):
        self._api_key = extended_api_key
        self._domain = domain
        self._trading_pairs = trading_pairs
        self._client = None
        self._account_balances = {}
        self._account_available_balances = {}
        self.account_positions = {}

    def get_balance(self, currency):
        return self._account_balances.get(currency, Decimal(0))

    def get_available_balance(self, currency):
        return self._account_available_balances.get(currency, Decimal(0))

    async def _get_client(self):
        if self._client is None or self._client.closed:
            self._client = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))
        return self._client

    async def _api_get(self, path):
        client = await self._get_client()
        for attempt in range(1, ATTEMPTS + 1):
            pause = 0.5 * 2**attempt
            try:
                async with client.get(self._domain + path, headers={"X-Api-Key": self._api_key}) as response:
                    body = await response.read()
                    status = response.status
                    if (status == 429 or status >= 500) and attempt < ATTEMPTS:
                        asked = response.headers.get("Retry-After", "")
                        await asyncio.sleep(max(pause, float(asked)) if asked.isdigit() else max(pause, 3.0))
                        continue
                    return status, body
            except (TimeoutError, aiohttp.ClientPayloadError, aiohttp.ClientConnectionError):
                if attempt == ATTEMPTS:
                    raise
                await asyncio.sleep(pause)
        raise AssertionError("unreachable")

    async def _update_balances(self):
        try:
            status, body = await self._api_get("/user/balance")
            if status == 404 and (not body.strip() or self._is_error_envelope(body)):
                totals, available = {"USD": Decimal(0)}, {"USD": Decimal(0)}
            else:
                data = self._data("/user/balance", status, body)
                asset = self._name(data["collateralName"])
                totals = {asset: self._decimal(data["equity"])}
                available = {asset: self._decimal(data["availableForTrade"])}
        except asyncio.CancelledError:
            raise
        except Exception:  # noqa: BLE001 - kept and logged
            self.logger().exception("Could not fetch balances from /user/balance; keeping the last known ones.")
            return
        self._account_balances = totals
        self._account_available_balances = available

    async def _update_positions(self):
        try:
            status, body = await self._api_get("/user/positions")
            fresh = {}
            for row in self._data("/user/positions", status, body):
                size = self._decimal(row["size"])
                if size == 0 or row.get("status", "OPENED") == "CLOSED":
                    continue
                side = PositionSide[row["side"]]
                pair = self._name(row["market"])
                fresh[f"{pair}{side.name}"] = Position(
                    trading_pair=pair,
                    position_side=side,
                    amount=size * (Decimal(-1) if side is PositionSide.SHORT else Decimal(1)),
                    entry_price=self._decimal(row["openPrice"]),
                    unrealized_pnl=self._decimal(row["unrealisedPnl"]),
                    leverage=self._decimal(row["leverage"]),
                )
        except asyncio.CancelledError:
            raise
        except Exception as e:  # noqa: BLE001 - kept and logged
            self.logger().error(f"Unexpected error while fetching positions: {e}", exc_info=True)
            return
        self.account_positions.clear()
        self.account_positions.update(fresh)

    @staticmethod
    def _is_error_envelope(body):
        try:
            document = json.loads(body)
        except ValueError:
            return False
        return isinstance(document, dict) and document.get("status") == "ERROR"

    @staticmethod
    def _data(path, status, body):
        if status != 200:
            raise OSError(f"Error executing request GET {path}. HTTP status is {status}. Error: {body[:200]!r}")
        document = json.loads(body)
        if document["status"].upper() != "OK":
            raise OSError(f"GET {path}: {document.get('error')}")
        if not isinstance(document["data"], dict | list):
            raise TypeError(f"GET {path}: data is {type(document['data']).__name__}")
        return document["data"]

    @staticmethod
    def _decimal(text):
        if not isinstance(text, str):
            raise TypeError(f"expected a decimal string, got {text!r}")
        try:
            return Decimal(text)
        except InvalidOperation:
            raise ValueError(f"not a decimal: {text!r}") from None

    @staticmethod
    def _name(text):
        if not isinstance(text, str) or not text:
            raise TypeError(f"expected a name, got {text!r}")
        return text


def build(base_url, ws_url, credentials, trading_pairs):
    return ExtendedPerpetualDerivative(credentials["api_key"], base_url, trading_pairs)
