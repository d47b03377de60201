"""Extended on the vendor's SDK, pointed at `base_url` by its endpoint configuration, with retries around it."""

import asyncio
import logging
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum

import aiohttp
import pydantic
from x10.clients.rest import RestApiClient
from x10.config import MAINNET_CONFIG
from x10.core.stark_account import StarkPerpetualAccount
from x10.errors import ApiNotAuthorizedError, ApiRateLimitError

log = logging.getLogger("desk.extended")


class Side(Enum):
    LONG = 1
    SHORT = -1


class ConnectorError(Exception):
    pass


@dataclass
class Holding:
    trading_pair: str
    position_side: Side
    amount: Decimal
    entry_price: Decimal
    unrealized_pnl: Decimal
    leverage: Decimal


class SdkConnector:
    def __init__(self, client):
        self._client = client
        self._account_balances = {}
        self._account_available_balances = {}
        self.account_positions = {}

    async def _ask(self, what, call):  # noqa: C901 - every way in which the SDK fails
        for pause in (1.0, 2.0, 4.0, None):
            wait = 0.0
            try:
                answer = await call()
            except ApiRateLimitError as error:
                problem, wait = error, 3.5  # the SDK hides Retry-After; be generous
            except ApiNotAuthorizedError:
                raise ConnectorError(f"{what}: HTTP 401, the API key is not accepted") from None
            except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, TimeoutError) as error:
                problem = error
            except pydantic.ValidationError as error:
                places = "; ".join(".".join(map(str, e["loc"])) + ": " + e["msg"] for e in error.errors())
                raise ConnectorError(f"{what}: HTTP 200, but not the documented answer: {places}") from None
            except Exception as error:
                if not _is_server_error(error):
                    raise ConnectorError(f"{what} failed: {error}") from error
                problem = error
            else:
                if answer.status != "OK" or answer.data is None:
                    raise ConnectorError(f"{what}: {answer.status} {answer.error}")
                return answer.data
            if pause is None:
                raise ConnectorError(f"{what} given up: {type(problem).__name__} {problem}") from problem
            log.info("%s: %s, again soon", what, type(problem).__name__)
            await asyncio.sleep(max(pause, wait))
        raise AssertionError

    async def _update_balances(self):
        try:
            balance = await self._ask("GET /user/balance", self._client.account.get_balance)
        except ConnectorError as error:
            if not _is_no_funds(error.__cause__):
                raise
            totals = available = {"USD": Decimal(0)}
        else:
            totals = {balance.collateral_name: balance.equity}
            available = {balance.collateral_name: balance.available_for_trade}
        self._account_balances, self._account_available_balances = dict(totals), dict(available)

    async def _update_positions(self):
        rows = await self._ask("GET /user/positions", self._client.account.get_positions)
        self.account_positions = {
            (row.market, row.side): Holding(
                row.market,
                Side[row.side],
                row.size if row.side == "LONG" else row.size.copy_negate(),
                row.open_price,
                row.unrealised_pnl,
                row.leverage,
            )
            for row in rows
            if row.status == "OPENED" and row.size
        }

    async def close(self):
        await self._client.close()


def _head(error):
    """`code NNN` of the SDK's own sentence, which stands before the body that the venue sent."""
    before, found, after = str(error).partition(": code ")
    status, dash, body = after.partition(" - ")
    return (int(status), body) if found and dash and before.startswith("Error response from ") else (None, "")


def _is_server_error(error):
    status, _ = _head(error)
    return status is not None and status >= 500


def _is_no_funds(error):
    status, body = _head(error)
    return status == 404 and (not body.strip() or body.lstrip().startswith('{"status":"ERROR"'))


async def build(base_url, ws_url, credentials, trading_pairs):
    endpoints = replace(
        MAINNET_CONFIG.endpoints, api_base_url=base_url, api_base_order_management_url=base_url, stream_url=ws_url
    )
    account = StarkPerpetualAccount(
        vault=credentials["vault_id"],
        private_key=credentials["private_key"],
        public_key=credentials["public_key"],
        api_key=credentials["api_key"],
    )
    defaults = replace(MAINNET_CONFIG.defaults, request_timeout_seconds=10)
    return SdkConnector(RestApiClient(replace(MAINNET_CONFIG, endpoints=endpoints, defaults=defaults), account))
