"""Lighter on lighter-sdk's `AccountApi`, asked by index, with retries of its own."""

import asyncio
import atexit
import functools
import json
import ssl
import tempfile
from decimal import Decimal
from enum import IntEnum
from pathlib import Path
from types import SimpleNamespace

import aiohttp
import lighter
import pydantic
from lighter.exceptions import ApiException


class PositionSide(IntEnum):
    SHORT = -1
    LONG = 1


class LighterError(RuntimeError):
    pass


@functools.cache
def pinned_roots():
    """A file with the few roots that may vouch for the venue, so that the SDK need not read all of the system's."""
    known = ssl.create_default_context()
    roots = {der: str(about["subject"]) for der, about in _roots(known)}
    chosen = [der for der, subject in roots.items() if "Google Trust Services" in subject or "ISRG" in subject]
    with tempfile.NamedTemporaryFile("w", suffix=".pem", delete=False) as file:
        file.writelines(ssl.DER_cert_to_PEM_cert(der) for der in chosen or roots)
    atexit.register(Path(file.name).unlink, missing_ok=True)
    return file.name if roots else None


def _roots(context):
    return zip(context.get_ca_certs(binary_form=True), context.get_ca_certs(), strict=True)


class LighterSdkConnector:
    def __init__(self, host, index):
        self._host, self._index = host, index
        self._sdk = None
        self._account_balances = {}
        self._account_available_balances = {}
        self.account_positions = {}

    async def _api(self):
        if self._sdk is None:
            self._sdk = lighter.ApiClient(lighter.Configuration(host=self._host, ssl_ca_cert=pinned_roots()))
        return lighter.AccountApi(self._sdk)

    async def _account(self):
        api = await self._api()
        for attempt in range(5):
            last = attempt == 4
            try:
                answer = await api.account(by="index", value=str(self._index), _request_timeout=8)
                break
            except ApiException as error:
                if last or not (error.status == 429 or error.status >= 500):
                    raise LighterError(f"/api/v1/account: HTTP {error.status} {error.reason}") from error
                asked = (error.headers or {}).get("Retry-After") or ""
                await asyncio.sleep(max(0.4 * 2**attempt, float(asked) if asked.isdigit() else 3.0 if asked else 0))
            except (aiohttp.ClientError, TimeoutError) as error:
                if last:
                    raise LighterError(f"/api/v1/account: {type(error).__name__}") from error
                await asyncio.sleep(0.4 * 2**attempt)
            except (pydantic.ValidationError, ValueError, TypeError, AttributeError) as error:
                raise LighterError(f"/api/v1/account: HTTP 200 with something else: {type(error).__name__}") from error
        if answer is None or answer.code != 200:
            raise LighterError(f"/api/v1/account: {answer and answer.code} {answer and answer.message}")
        rows = [row for row in answer.accounts or [] if row.account_index == self._index]
        if len(rows) != 1:
            raise LighterError(f"/api/v1/account: {len(rows)} rows of account {self._index}")
        return rows[0]

    async def _update_balances(self):
        account = await self._account()
        total, available = _decimal(account.total_asset_value), _decimal(account.available_balance)
        self._account_balances["USDC"] = total
        self._account_available_balances["USDC"] = available

    async def _update_positions(self):
        account = await self._account()
        if not isinstance(account.positions, list):
            raise LighterError("/api/v1/account: no positions")
        fresh = {}
        for row in account.positions:
            size = _decimal(row.position)
            if not size:
                continue
            if not isinstance(row.symbol, str):
                raise LighterError("/api/v1/account: a position without symbol")
            side = PositionSide(row.sign)
            fresh[row.market_id] = SimpleNamespace(
                trading_pair=f"{row.symbol}-USDC",
                position_side=side,
                amount=size if side > 0 else size.copy_negate(),
                entry_price=_decimal(row.avg_entry_price),
                unrealized_pnl=_decimal(row.unrealized_pnl),
                leverage=100 / _decimal(row.initial_margin_fraction),
            )
        self.account_positions = fresh

    async def close(self):
        if self._sdk is not None:
            await self._sdk.close()
            self._sdk = None


def _decimal(text):
    if not isinstance(text, str):
        raise LighterError(f"/api/v1/account: {json.dumps(text, default=str)} where a decimal string is documented")
    try:
        return Decimal(text)
    except ArithmeticError:
        raise LighterError(f"/api/v1/account: {text!r} is no number") from None


def build(base_url, ws_url, credentials, trading_pairs):
    return LighterSdkConnector(base_url, credentials["account_index"])
