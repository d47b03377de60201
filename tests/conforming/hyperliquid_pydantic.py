"""Hyperliquid with strict pydantic models; it raises, and keys its positions by pair and side."""

import asyncio
from decimal import Decimal
from enum import Enum
from typing import Annotated, Literal

import aiohttp
from pydantic import BaseModel, BeforeValidator, ConfigDict, StrictInt, StrictStr, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel


class PositionSide(str, Enum):  # noqa: UP042 - as written before 3.11
    LONG = "LONG"
    SHORT = "SHORT"


def _from_text(value):
    if not isinstance(value, str):
        raise ValueError("must be a decimal string")  # noqa: TRY004 - pydantic wants ValueError
    return value


Money = Annotated[Decimal, BeforeValidator(_from_text)]


class Model(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True, hide_input_in_errors=True)


class Leverage(Model):
    type: StrictStr
    value: StrictInt


class PositionModel(Model):
    coin: StrictStr
    szi: Money
    entry_px: Money
    unrealized_pnl: Money
    leverage: Leverage


class AssetPosition(Model):
    position: PositionModel


class Summary(Model):
    account_value: Money


class State(Model):
    cross_margin_summary: Summary
    withdrawable: Money
    asset_positions: list[AssetPosition]


class SpotRow(Model):
    coin: StrictStr
    total: Money
    hold: Money


class Spot(Model):
    balances: list[SpotRow]


MODE = TypeAdapter(Literal["unifiedAccount", "portfolioMargin", "default", "disabled", "dexAbstraction"])
STATE, SPOT = TypeAdapter(State), TypeAdapter(Spot)


class InfoError(Exception):
    def __init__(self, kind, what, *, again=False, wait=0.0):
        super().__init__(f"POST /info {kind}: {what}")
        self.again, self.wait = again, wait


class Position(BaseModel):
    trading_pair: str
    position_side: PositionSide
    amount: Decimal
    entry_price: Decimal
    unrealized_pnl: Decimal
    leverage: Decimal


class Connector:
    def __init__(self, http, address):
        self._http, self._address = http, address
        self._account_balances = {}
        self._account_available_balances = {}
        self.account_positions = {}

    async def _once(self, kind, model):
        try:
            async with self._http.post("/info", json={"type": kind, "user": self._address}) as answer:
                raw = await answer.read()
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, TimeoutError) as error:
            raise InfoError(kind, type(error).__name__, again=True) from error
        if answer.status != 200:
            asked = answer.headers.get("retry-after", "0")
            wait = float(asked) if asked.isdigit() else 4.0
            raise InfoError(kind, f"HTTP {answer.status}", again=answer.status in {429, 500, 502, 503, 504}, wait=wait)
        try:
            return model.validate_json(raw)
        except ValidationError as error:
            raise InfoError(kind, f"HTTP 200, {error}") from None

    async def _info(self, kind, model):
        for pause in (0.3, 0.9, 2.7):
            try:
                return await self._once(kind, model)
            except InfoError as error:
                if not error.again:
                    raise
                await asyncio.sleep(max(pause, error.wait))
        return await self._once(kind, model)

    async def _update_balances(self):
        if await self._info("userAbstraction", MODE) in {"unifiedAccount", "portfolioMargin"}:
            spot = await self._info("spotClearinghouseState", SPOT)
            held = {row.coin: (row.total, row.total - row.hold) for row in spot.balances}
            total, available = held.get("USDC", (Decimal(0), Decimal(0)))
        else:
            state = await self._info("clearinghouseState", STATE)
            total, available = state.cross_margin_summary.account_value, state.withdrawable
        self._account_balances = {"USD": total}
        self._account_available_balances = {"USD": available}

    async def _update_positions(self):
        state = await self._info("clearinghouseState", STATE)
        fresh = {}
        for row in (item.position for item in state.asset_positions):
            if row.szi:
                side = PositionSide.LONG if row.szi > 0 else PositionSide.SHORT
                fresh[f"{row.coin}-USD", side] = Position(
                    trading_pair=f"{row.coin}-USD",
                    position_side=side,
                    amount=row.szi,
                    entry_price=row.entry_px,
                    unrealized_pnl=row.unrealized_pnl,
                    leverage=Decimal(row.leverage.value),
                )
        self.account_positions = fresh

    async def close(self):
        await self._http.close()


async def build(*, base_url, ws_url, credentials, trading_pairs):
    timeout = aiohttp.ClientTimeout(total=20)
    return Connector(aiohttp.ClientSession(base_url, timeout=timeout), credentials["address"])
