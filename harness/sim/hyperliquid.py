"""Hyperliquid's documents for an account situation; every one is an answer to `POST /info`.

Shapes are those of the recorded answers with the fields of today (`cumFunding`, `maxLeverage`, `time`). accountValue =
totalRawUsd + the sum of signed size * mark; the cross summary leaves isolated positions out.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from harness.model import PositionSide
from harness.sim.credentials import CREDENTIALS
from harness.sim.hyperliquid_markets import all_mids, asset_contexts, listed, meta, spot_meta
from harness.sim.numbers import rounded, trimmed
from harness.sim.situations import ZERO, Account, Figures, Holding, Mode, Order, Situation
from harness.sim.turn import STARTED_AT, Turn

__all__ = ["clearinghouse_state", "order", "turns"]

_ADDRESS = CREDENTIALS["hyperliquid"]["address"]
_ABSTRACTION = {
    Mode.CLASSIC: "disabled",
    Mode.UNIFIED: "unifiedAccount",
    Mode.PORTFOLIO_MARGIN: "portfolioMargin",
}
_MAINTENANCE = Decimal("0.5")  # of the initial margin
_FIRST_OID = 62269971


def _signed(holding: Holding, figures: Figures) -> Decimal:
    value = figures.value(holding)
    return value if holding.side is PositionSide.LONG else -value


def _raw_usd(holding: Holding, figures: Figures) -> Decimal:
    """An isolated position's cash: its margin with PnL, less its signed value."""
    return (holding.allocated or ZERO) + figures.pnl(holding) - _signed(holding, figures)


def _margin_used(holding: Holding, figures: Figures) -> Decimal:
    if holding.allocated is None:
        return figures.margin(holding)
    return holding.allocated + figures.pnl(holding)


def position(holding: Holding, figures: Figures) -> dict[str, Any]:
    """A row of `assetPositions`."""
    margin_at_entry = holding.cost / holding.leverage
    leverage: dict[str, Any] = {"type": "cross", "value": holding.leverage}
    if holding.allocated is not None:
        leverage = {
            "type": "isolated",
            "value": holding.leverage,
            "rawUsd": trimmed(_raw_usd(holding, figures)),
        }
    liquidation = holding.liquidation if holding.is_open else None
    funding = rounded(figures.value(holding) * Decimal("0.000217"))
    return {
        "type": "oneWay",
        "position": {
            "coin": holding.market.symbol,
            "szi": trimmed(holding.amount),
            "leverage": leverage,
            "entryPx": trimmed(holding.entry),
            "positionValue": trimmed(figures.value(holding)),
            "unrealizedPnl": trimmed(figures.pnl(holding)),
            "returnOnEquity": trimmed(rounded(figures.pnl(holding) / margin_at_entry, 8) if margin_at_entry else ZERO),
            "liquidationPx": None if liquidation is None else trimmed(liquidation),
            "marginUsed": trimmed(_margin_used(holding, figures)),
            "maxLeverage": holding.market.max_leverage,
            "cumFunding": {
                "allTime": trimmed(funding * 3),
                "sinceOpen": trimmed(funding),
                "sinceChange": trimmed(rounded(funding / 4)),
            },
        },
    }


def _summary(value: Decimal, holdings: tuple[Holding, ...], figures: Figures) -> dict[str, str]:
    return {
        "accountValue": trimmed(value),
        "totalNtlPos": trimmed(sum((figures.value(holding) for holding in holdings), ZERO)),
        "totalRawUsd": trimmed(value - sum((_signed(holding, figures) for holding in holdings), ZERO)),
        "totalMarginUsed": trimmed(sum((_margin_used(holding, figures) for holding in holdings), ZERO)),
    }


def clearinghouse_state(account: Account, now_ms: int) -> dict[str, Any]:
    """The answer to `clearinghouseState`."""
    figures = Figures(account)
    cross = tuple(holding for holding in figures.open if holding.allocated is None)
    return {
        "marginSummary": _summary(figures.equity, figures.open, figures),
        "crossMarginSummary": _summary(figures.cross_equity, cross, figures),
        "crossMaintenanceMarginUsed": trimmed(rounded(figures.cross_margin * _MAINTENANCE)),
        "withdrawable": trimmed(max(ZERO, figures.available - account.withheld)),
        "assetPositions": [position(holding, figures) for holding in account.holdings],
        "time": now_ms,
    }


def spot_clearinghouse_state(account: Account) -> dict[str, Any]:
    """The answer to `spotClearinghouseState`."""
    return {
        "balances": [
            {
                "coin": row.asset,
                "token": 0 if row.asset == "USDC" else 100 + row.asset_id,
                "total": trimmed(row.total),
                "hold": trimmed(row.locked),
                "entryNtl": trimmed(ZERO if row.asset == "USDC" else rounded(row.value * Decimal("0.931"))),
            }
            for row in account.spot
        ]
    }


def order(number: int, of: Order, now_ms: int) -> dict[str, Any]:
    """A row of the answer to `openOrders`."""
    return {
        "coin": of.market.symbol,
        "side": "B" if of.is_buy else "A",
        "limitPx": trimmed(of.price),
        "sz": trimmed(of.size - of.filled),
        "oid": _FIRST_OID + number,
        "timestamp": now_ms - 61_233,
        "origSz": trimmed(of.size),
    }


def _frontend_order(number: int, of: Order, now_ms: int) -> dict[str, Any]:
    return {
        **order(number, of, now_ms),
        "children": [],
        "isPositionTpsl": False,
        "isTrigger": False,
        "orderType": "Limit",
        "reduceOnly": False,
        "tif": "Gtc",
        "triggerCondition": "N/A",
        "triggerPx": "0.0",
        "cloid": None,
    }


def _fees() -> dict[str, Any]:
    return {
        "dailyUserVlm": [{"date": "2026-05-31", "userCross": "10471.2", "userAdd": "3302.8", "exchange": "5120349.1"}],
        "feeSchedule": {
            "cross": "0.00045",
            "add": "0.00015",
            "spotCross": "0.0007",
            "spotAdd": "0.0004",
            "tiers": {
                "vip": [{"ntlCutoff": "5000000.0", "cross": "0.0004", "add": "0.00012"}],
                "mm": [{"makerFractionCutoff": "0.005", "add": "-0.00001"}],
            },
            "referralDiscount": "0.04",
        },
        "userCrossRate": "0.00045",
        "userAddRate": "0.00015",
        "activeReferralDiscount": "0.0",
    }


def _ask(kind: str, document: Any, **more: str) -> Turn:
    return Turn(method="POST", path="/info", body={"type": kind, **more}, document=document)


def turns(situation: Situation) -> Iterator[Turn]:
    """Every read-only request that a connector may make in this situation, each with its answer."""
    account, now_ms = situation.configured, (STARTED_AT + situation.moment) * 1000
    markets = listed(account)

    yield _ask("userAbstraction", _ABSTRACTION[account.mode], user=_ADDRESS)
    yield _ask("clearinghouseState", clearinghouse_state(account, now_ms), user=_ADDRESS)
    yield _ask("spotClearinghouseState", spot_clearinghouse_state(account), user=_ADDRESS)
    yield _ask("userRole", {"role": "user"}, user=_ADDRESS)
    orders = [order(number, each, now_ms) for number, each in enumerate(account.orders)]
    yield _ask("openOrders", orders, user=_ADDRESS)
    frontend = [_frontend_order(number, each, now_ms) for number, each in enumerate(account.orders)]
    yield _ask("frontendOpenOrders", frontend, user=_ADDRESS)
    yield _ask("userFees", _fees(), user=_ADDRESS)
    usage = {"cumVlm": "2870116.41", "nRequestsUsed": 28183, "nRequestsCap": 2880116}
    yield _ask("userRateLimit", usage, user=_ADDRESS)
    yield _ask("meta", meta(markets))
    yield _ask("spotMeta", spot_meta(account))
    yield _ask("metaAndAssetCtxs", [meta(markets), asset_contexts(markets)])
    yield _ask("allMids", all_mids(markets))
    yield _ask("perpDexs", [None])
