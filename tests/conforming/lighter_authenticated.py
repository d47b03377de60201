"""Lighter with a token from the SDK's signer on every request, a lock around each update and a circuit breaker."""

import asyncio
import functools
import time
from decimal import Decimal
from types import SimpleNamespace

import aiohttp
import lighter
import simplejson

TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})


class BreakerOpenError(Exception):
    pass


class Breaker:
    """After eight failed updates in a row, nothing is asked for half a minute."""

    def __init__(self, threshold=8, rest=30.0):
        self._threshold, self._rest = threshold, rest
        self._failures, self._until = 0, 0.0

    def check(self):
        if time.monotonic() < self._until:
            raise BreakerOpenError("/api/v1/account is not asked: too many failures")

    def note(self, *, good):
        self._failures = 0 if good else self._failures + 1
        if self._failures >= self._threshold:
            self._until = time.monotonic() + self._rest


@functools.cache
def signer_of(account_index, key_index, key):
    """The SDK's native library holds one client a process and account; it asks the venue nothing for a token."""
    return lighter.SignerClient(
        url="https://mainnet.zklighter.elliot.ai", account_index=account_index, api_private_keys={key_index: key}
    )


class Lighter:
    def __init__(self, base_url, credentials):
        self._base_url = base_url
        self._index = credentials["account_index"]
        self._key_index = credentials["api_key_index"]
        self._signer = signer_of(self._index, self._key_index, credentials["api_key_private_key"])
        self._token, self._token_until = None, 0.0
        self._locks = {"balances": asyncio.Lock(), "positions": asyncio.Lock()}
        self._breaker = Breaker()
        self._connector = None
        self._balances = {"USDC": Decimal(0), "ETH": Decimal(0)}
        self._available = {"USDC": Decimal(0), "ETH": Decimal(0)}
        self.account_positions = []

    def get_balance(self, asset):
        return self._balances.get(asset, Decimal(0))

    def get_available_balance(self, asset):
        return self._available.get(asset, Decimal(0))

    def _auth(self):
        if time.time() > self._token_until - 60:
            self._token, error = self._signer.create_auth_token_with_expiry(
                deadline=3600, api_key_index=self._key_index
            )
            if error:
                raise PermissionError(f"no token: {error}")
            self._token_until = time.time() + 3600
        return self._token

    async def _request(self):
        if self._connector is None:
            self._connector = aiohttp.TCPConnector(limit=4)
        query = {"by": "index", "value": self._index, "auth": self._auth()}
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=12)
        async with (
            aiohttp.ClientSession(connector=self._connector, connector_owner=False, timeout=timeout) as session,
            session.get(self._base_url + "/api/v1/account", params=query) as response,
        ):
            return response.status, response.headers, await response.read()

    async def _account(self):
        self._breaker.check()
        try:
            account = await self._attempts()
        except Exception:
            self._breaker.note(good=False)
            raise
        self._breaker.note(good=True)
        return account

    async def _attempts(self):
        for pause in (0.5, 1.5, 4.5, 0):
            try:
                status, headers, body = await self._request()
            except (aiohttp.ClientError, TimeoutError) as error:
                if not pause:
                    raise ConnectionError(f"GET /api/v1/account: {type(error).__name__}") from None
                await asyncio.sleep(pause)
                continue
            if status in TRANSIENT and pause:
                asked = headers.get("Retry-After", "0")
                await asyncio.sleep(max(pause, float(asked) if asked.isdigit() else 3))
                continue
            if status != 200:
                raise ConnectionError(f"GET /api/v1/account: HTTP {status}")
            document = simplejson.loads(body, use_decimal=True)
            if document["code"] != 200:
                raise ConnectionError(f"GET /api/v1/account: code {document['code']}: {document.get('message')}")
            for row in document["accounts"]:
                if row["index"] == self._index:
                    return row
            raise LookupError(f"GET /api/v1/account: no account {self._index}")
        raise AssertionError

    async def _update_balances(self):
        async with self._locks["balances"]:
            row = await self._account()
            total, available = Decimal(row["total_asset_value"]), Decimal(row["available_balance"])
            self._balances = {"USDC": total, "ETH": Decimal(0)}
            self._available = {"USDC": available, "ETH": Decimal(0)}

    async def _update_positions(self):
        async with self._locks["positions"]:
            row = await self._account()
            self.account_positions = [
                SimpleNamespace(
                    trading_pair=f"{p['symbol'] + ''}-USDC",
                    position_side=("LONG", "SHORT")[(1, -1).index(p["sign"])],
                    amount=Decimal(p["position"]).copy_sign(p["sign"]),
                    entry_price=Decimal(p["avg_entry_price"]),
                    unrealized_pnl=Decimal(p["unrealized_pnl"]),
                    leverage=1 / (Decimal(p["initial_margin_fraction"]) / 100),
                )
                for p in row["positions"]
                if Decimal(p["position"]) != 0
            ]

    async def close(self):
        if self._connector is not None:
            await self._connector.close()


async def build(base_url, ws_url, credentials, trading_pairs):
    return Lighter(base_url, credentials)
