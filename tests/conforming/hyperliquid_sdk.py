"""Hyperliquid on the vendor's blocking SDK, each call in a thread of asyncio's executor."""

import asyncio
import logging
from decimal import Decimal
from enum import Enum

import requests
from hyperliquid.info import Info

log = logging.getLogger("hl")
NO_META = {"universe": []}
NO_SPOT_META = {"universe": [], "tokens": []}


class PositionSide(Enum):
    LONG = "LONG"
    SHORT = "SHORT"


class HyperliquidError(Exception):
    pass


class RefusedError(HyperliquidError):
    def __init__(self, status, headers):
        super().__init__(f"HTTP {status}")
        self.again = status == 429 or status >= 500
        asked = headers.get("Retry-After", "")
        self.wait = float(asked) if asked.isdigit() else 3.0 if asked else 0.0


def refuse(response, *args, **kwargs):
    """A hook of requests: the SDK itself raises KeyError for a 4xx whose JSON has no code, and drops the headers."""
    if response.status_code >= 400:
        raise RefusedError(response.status_code, response.headers)


class Row:
    def __init__(self, position):
        self.trading_pair = f"{position['coin'] + ''}-USD"
        self.amount = Decimal(position["szi"])
        self.position_side = PositionSide.LONG if self.amount > 0 else PositionSide.SHORT
        self.entry_price = Decimal(position["entryPx"])
        self.unrealized_pnl = Decimal(position["unrealizedPnl"])
        leverage = position["leverage"]["value"]
        if not isinstance(leverage, int):
            raise TypeError(f"leverage is {leverage!r}")
        self.leverage = Decimal(leverage)


class HyperliquidSdkConnector:
    def __init__(self, base_url, address):
        self._info = Info(base_url, skip_ws=True, meta=NO_META, spot_meta=NO_SPOT_META, timeout=1.5)
        self._info.session.hooks["response"].append(refuse)
        self._address = address
        self._account_balances = {}
        self._account_available_balances = {}
        self.account_positions = {}

    async def _ask(self, kind, call, expected):
        for pause in (0.5, 1, 2, None):
            try:
                answer = await asyncio.to_thread(call, self._address)
            except RefusedError as error:
                problem, again, asked = str(error), error.again, error.wait
            except requests.RequestException as error:
                problem, again, asked = type(error).__name__, not isinstance(error, requests.Timeout), 0
            else:
                if not isinstance(answer, expected) or (isinstance(answer, dict) and "error" in answer):
                    raise HyperliquidError(f"/info {kind}: HTTP 200, but no answer")
                if isinstance(answer, dict) and answer.get("status") == "err":
                    raise HyperliquidError(f"/info {kind}: {answer['response']}")
                return answer
            if not again or pause is None:
                raise HyperliquidError(f"/info {kind}: {problem}")
            log.info("/info %s: %s, again in %s s", kind, problem, pause)
            await asyncio.sleep(max(pause, asked))
        raise AssertionError

    async def _update_balances(self):
        mode = await self._ask("userAbstraction", self._info.query_user_abstraction_state, str)
        if mode in ("unifiedAccount", "portfolioMargin"):
            spot = await self._ask("spotClearinghouseState", self._info.spot_user_state, dict)
            row = next((row for row in spot["balances"] if row["coin"] == "USDC"), {"total": "0", "hold": "0"})
            total = Decimal(row["total"])
            available = total - Decimal(row["hold"])
        elif mode in ("default", "disabled", "dexAbstraction"):
            state = await self._ask("clearinghouseState", self._info.user_state, dict)
            total, available = Decimal(state["crossMarginSummary"]["accountValue"]), Decimal(state["withdrawable"])
        else:
            raise HyperliquidError(f"/info userAbstraction: {mode!r} is not known")
        self._account_balances, self._account_available_balances = {"USD": total}, {"USD": available}

    async def _update_positions(self):
        state = await self._ask("clearinghouseState", self._info.user_state, dict)
        rows = [Row(item["position"]) for item in state["assetPositions"]]
        self.account_positions = {row.trading_pair: row for row in rows if row.amount}


def build(base_url, ws_url, credentials, trading_pairs):
    return HyperliquidSdkConnector(base_url, credentials["address"])
