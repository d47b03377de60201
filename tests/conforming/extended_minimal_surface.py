"""Extended with nothing but accessors: no mappings of balances, plain objects with text sides under odd keys."""

import asyncio
import json
import logging
import random
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime

import aiohttp

LOG = logging.getLogger("bot.venues.extended")


class GoneError(Exception):
    pass


class Entry:
    """A position."""


class Account:
    def __init__(self, url, key):
        self._url, self._key = url, key
        self._session = aiohttp.ClientSession(headers={"X-Api-Key": key, "User-Agent": "bot/1.0"})
        self._funds = {"USD": (Decimal(0), Decimal(0))}
        self.account_positions = {}

    def get_balance(self, asset):
        return self._funds[asset][0]

    def get_available_balance(self, asset):
        return self._funds[asset][1]

    async def _fetch(self, route):
        attempt = 0
        while True:
            attempt += 1
            wait = 0.0
            try:
                async with asyncio.timeout(9):
                    async with self._session.get(self._url + route) as r:
                        payload = await r.read()
            except (aiohttp.ClientError, TimeoutError) as e:
                why = f"{type(e).__name__}"
            else:
                if r.status == 200 or (r.status == 404 and route == "/user/balance"):
                    return r.status, payload
                if r.status not in (429, 500, 502, 503, 504):
                    raise GoneError(f"{route} answered {r.status}")
                why = f"status {r.status}"
                wait = self._asked(r.headers.get("Retry-After"))
            if attempt == 3:
                raise GoneError(f"{route} failed three times, last with {why}")
            wait = max(wait, random.uniform(0.5, 1.0) * 2**attempt)  # noqa: S311 - jitter
            LOG.warning("%s: %s, next attempt in %.1f s", route, why, wait)
            await asyncio.sleep(wait)

    @staticmethod
    def _asked(value):
        if not value:
            return 0.0
        try:
            return float(value)
        except ValueError:
            return (parsedate_to_datetime(value) - datetime.now(tz=UTC)).total_seconds()

    async def _update_balances(self):
        status, payload = await self._fetch("/user/balance")
        if status == 404:
            if payload and not self._envelope(payload):
                raise GoneError("/user/balance answered 404, and it was not the venue")
            self._funds = {"USD": (Decimal(0), Decimal(0))}
            return
        data = self._checked("/user/balance", payload)
        if not isinstance(data["collateralName"], str):
            raise GoneError("/user/balance: collateralName")
        self._funds = {data["collateralName"]: (Decimal(data["equity"]), Decimal(data["availableForTrade"]))}

    async def _update_positions(self):
        _, payload = await self._fetch("/user/positions")
        entries = {}
        for row in self._checked("/user/positions", payload):
            entry = Entry()
            entry.trading_pair = row["market"]
            entry.position_side = row["side"]
            if entry.position_side not in ("LONG", "SHORT") or not isinstance(entry.trading_pair, str):
                raise GoneError(f"/user/positions: {entry.position_side!r} in {entry.trading_pair!r}")
            sign = {"LONG": 0, "SHORT": 1}[entry.position_side]
            entry.amount = Decimal(row["size"])
            if sign:
                entry.amount = entry.amount.copy_negate()
            entry.entry_price = Decimal(row["openPrice"])
            entry.unrealized_pnl = Decimal(row["unrealisedPnl"])
            entry.leverage = Decimal(row["leverage"])
            if entry.amount and row.get("status") != "CLOSED":
                entries[uuid.uuid4()] = entry
        self.account_positions = entries

    @staticmethod
    def _envelope(payload):
        try:
            return json.loads(payload)["status"] == "ERROR"
        except (ValueError, LookupError, TypeError):
            return False

    @staticmethod
    def _checked(route, payload):
        document = json.loads(payload)
        if document.get("status") not in {"OK", "ok"}:
            raise GoneError(f"{route}: {document}")
        return document["data"]


async def build(base_url, ws_url, credentials, trading_pairs):
    return Account(base_url, credentials["api_key"])
