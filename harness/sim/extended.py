"""Extended's documents for an account situation.

Shapes are those of the live answers (`createdAt`, `status`, `midPriceUnrealisedPnl`; spot equity in the balance), with
what the models of x10-python-trading-starknet 2.6.0 insist on.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from harness.model import PositionSide
from harness.sim.credentials import CREDENTIALS
from harness.sim.extended_markets import assets, listed, market, order_book, stats
from harness.sim.markets import CONFIGURED, MARKETS
from harness.sim.numbers import fixed, floored
from harness.sim.situations import ZERO, Account, Figures, Holding, Order, Situation
from harness.sim.turn import STARTED_AT, Turn

__all__ = ["balance", "order", "positions", "turns"]

_ACCOUNT_ID = 3342
_FIRST_POSITION_ID = 2052253880279891968
_MAINTENANCE = Decimal("0.5")  # of the initial margin, as in the recorded account
_OPENED_BEFORE_MS = 5_400_000
_HISTORY_FROM_MS = 1_767_225_600_000
_AFTER_HOUR_MS = 1_792  # funding is booked a moment after the hour


def _ok(data: Any, **more: Any) -> dict[str, Any]:
    return {"status": "OK", "data": data, **more}


def balance(account: Account, now_ms: int) -> dict[str, Any]:
    """`data` of `GET /user/balance`: equity = balance + unrealisedPnl + spotEquity."""
    figures = Figures(account, floored)
    spot = sum((row.counted for row in account.spot), ZERO)
    spot_for_trade = spot - sum((floored(row.locked * row.price) for row in account.spot), ZERO)
    equity = figures.equity + spot
    margin = figures.cross_margin + figures.reserved
    available = max(ZERO, figures.equity + spot_for_trade - margin)
    withdrawable = max(ZERO, min(account.collateral, available - max(ZERO, figures.total_pnl)) - account.withheld)
    ratio = min(Decimal(1), figures.cross_margin * _MAINTENANCE / equity) if equity > 0 else ZERO
    return {
        "collateralName": "USD",
        "balance": fixed(account.collateral, 6),
        "status": "ACTIVE",
        "equity": fixed(equity, 6),
        "spotEquity": fixed(spot, 6),
        "spotEquityForAvailableForTrade": fixed(spot_for_trade, 6),
        "availableForTrade": fixed(available, 6),
        "availableForWithdrawal": fixed(withdrawable, 6),
        "unrealisedPnl": fixed(figures.total_pnl, 6),
        "initialMargin": fixed(margin, 6),
        "marginRatio": fixed(floored(ratio, 4), 4),
        "updatedTime": now_ms,
        "collateralReservedForSpotOrders": "0",
        "exposure": fixed(figures.total_value, 6),
        "leverage": fixed(floored(figures.total_value / equity, 4) if equity > 0 else ZERO, 4),
        "accountHealth": fixed(1 - floored(ratio, 4), 4),
    }


def position(number: int, holding: Holding, figures: Figures, now_ms: int) -> dict[str, Any]:
    """A row of `GET /user/positions`. A closed row keeps its size; its value, margin and PnL are zero."""
    pnl = figures.pnl(holding)
    return {
        "id": _FIRST_POSITION_ID + 7919 * number,
        "accountId": _ACCOUNT_ID,
        "market": f"{holding.market.thousands_symbol}-USD",
        "status": "CLOSED" if holding.closed else "OPENED",
        "side": holding.side.name,
        "leverage": str(holding.leverage),
        "size": fixed(holding.size, holding.market.size_decimals),
        "value": fixed(figures.value(holding), 6),
        "openPrice": fixed(holding.entry, holding.market.price_decimals),
        "markPrice": fixed(holding.mark, 12),
        "liquidationPrice": "0" if holding.liquidation is None else fixed(holding.liquidation, 2),
        "margin": fixed(figures.margin(holding), 6),
        "unrealisedPnl": fixed(pnl, 6),
        "midPriceUnrealisedPnl": fixed(pnl - Decimal("0.145330") if holding.is_open else pnl, 6),
        "realisedPnl": fixed(holding.realized, 6),
        "createdAt": now_ms - _OPENED_BEFORE_MS - number,
        "updatedAt": now_ms - number,
    }


def positions(account: Account, now_ms: int) -> list[dict[str, Any]]:
    """`data` of `GET /user/positions`."""
    figures = Figures(account, floored)
    return [position(number, holding, figures, now_ms) for number, holding in enumerate(account.holdings)]


def order(of: Order, now_ms: int) -> dict[str, Any]:
    """A row of `GET /user/orders`."""
    market_ = of.market
    return {
        "id": of.id,
        "accountId": _ACCOUNT_ID,
        "externalId": f"{of.id * 7 + 1}",
        "market": f"{market_.thousands_symbol}-USD",
        "type": "LIMIT",
        "side": "BUY" if of.is_buy else "SELL",
        "status": "PARTIALLY_FILLED" if of.filled else "NEW",
        "price": fixed(of.price, market_.price_decimals),
        "averagePrice": fixed(of.price if of.filled else ZERO, market_.price_decimals),
        "qty": fixed(of.size, market_.size_decimals),
        "filledQty": fixed(of.filled, market_.size_decimals),
        "payedFee": fixed(of.filled * of.price * Decimal("0.0002"), 6),
        "reduceOnly": False,
        "postOnly": not of.filled,
        "createdTime": now_ms - 61_233,
        "updatedTime": now_ms - 61_233,
        "timeInForce": "GTT",
        "expireTime": now_ms + 86_400_000,
    }


def _trade(number: int, holding: Holding, now_ms: int) -> dict[str, Any]:
    return {
        "id": _FIRST_POSITION_ID + 7919 * number + 1,
        "accountId": _ACCOUNT_ID,
        "market": f"{holding.market.thousands_symbol}-USD",
        "orderId": _FIRST_POSITION_ID + 7919 * number - 1,
        "side": "BUY" if holding.side is PositionSide.LONG else "SELL",
        "price": fixed(holding.entry, holding.market.price_decimals),
        "qty": fixed(holding.size, holding.market.size_decimals),
        "value": fixed(floored(holding.size * holding.entry), 6),
        "fee": fixed(floored(holding.size * holding.entry * Decimal("0.00025")), 6),
        "tradeType": "TRADE",
        "createdTime": now_ms - _OPENED_BEFORE_MS - number,
        "isTaker": number % 2 == 0,
    }


def _funding(number: int, holding: Holding, figures: Figures, now_ms: int) -> dict[str, Any]:
    rate = Decimal("0.000013")
    paid = floored(figures.value(holding) * rate)
    return {
        "id": 3950 + number,
        "accountId": _ACCOUNT_ID,
        "market": f"{holding.market.thousands_symbol}-USD",
        "positionId": _FIRST_POSITION_ID + 7919 * number,
        "side": holding.side.name,
        "size": fixed(holding.size, holding.market.size_decimals),
        "value": fixed(figures.value(holding), 6),
        "markPrice": fixed(holding.mark, 12),
        "fundingFee": fixed(-paid if holding.side is PositionSide.LONG else paid, 6),
        "fundingRate": fixed(rate, 6),
        "paidTime": now_ms + _AFTER_HOUR_MS - 3_600_000,
    }


def _past(now_ms: int) -> dict[str, Any]:
    return {
        "id": _FIRST_POSITION_ID - 104_729,
        "accountId": _ACCOUNT_ID,
        "market": "SOL-USD",
        "side": "LONG",
        "exitType": "TRADE",
        "leverage": "4",
        "size": "12.40",
        "maxPositionSize": "18.60",
        "openPrice": "139.8500",
        "exitPrice": "144.2100",
        "realisedPnl": "53.284711",
        "realisedPnlBreakdown": {
            "tradePnl": "54.064000",
            "fundingFees": "0.103289",
            "openFees": "-0.433535",
            "closeFees": "-0.449043",
        },
        "createdTime": now_ms - 90_000_000,
        "closedTime": now_ms - 80_000_000,
    }


def _info() -> dict[str, Any]:
    return {
        "accountId": _ACCOUNT_ID,
        "description": "Main account",
        "accountIndex": 0,
        "status": "ACTIVE",
        "l2Key": CREDENTIALS["extended"]["public_key"],
        "l2Vault": CREDENTIALS["extended"]["vault_id"],
        "bridgeStarknetAddress": "0x0483bd6e2f9c6f3b0f1f7be1c0e1f06a05a2f6c13f0f6c1b6a4f39bd8f1c7e2a",
        "accountIndexForKeyGeneration": 0,
    }


def _spot_rows(account: Account, now_ms: int) -> list[dict[str, Any]]:
    return [
        {
            "accountId": _ACCOUNT_ID,
            "asset": row.asset,
            "balance": fixed(row.total, 0),
            "indexPrice": fixed(row.price, 0),
            "notionalValue": fixed(row.value, 0),
            "contributionFactor": fixed(row.weight, 0),
            "equityContribution": fixed(row.counted, 0),
            "availableToWithdraw": fixed(row.total - row.locked, 0),
            "updatedAt": now_ms,
        }
        for row in account.spot
    ]


def turns(situation: Situation) -> Iterator[Turn]:
    """Every read-only request that a connector may make in this situation, each with its answer."""
    account, now_ms = situation.configured, (STARTED_AT + situation.moment) * 1000
    figures = Figures(account, floored)
    names = [f"{MARKETS[symbol].thousands_symbol}-USD" for symbol in CONFIGURED]
    leverages = {f"{holding.market.thousands_symbol}-USD": holding.leverage for holding in account.holdings}
    leverages = {**dict.fromkeys(names, 10), **leverages}
    some = tuple(enumerate(figures.open[:5]))

    yield Turn(path="/user/balance", document=_ok(balance(account, now_ms)))
    yield Turn(path="/user/positions", document=_ok(positions(account, now_ms)))
    yield Turn(path="/user/account/info", document=_ok(_info()))
    yield Turn(path="/user/accounts", document=_ok([_info()]))
    rows = [{"market": name, "leverage": str(leverage)} for name, leverage in leverages.items()]
    yield Turn(path="/user/leverage", document=_ok(rows))
    for name in names:
        row = {"market": name, "leverage": str(leverages[name])}
        yield Turn(path="/user/leverage", query=f"market={name}", document=_ok([row]))
    yield Turn(path="/user/spot/balances", document=_ok(_spot_rows(account, now_ms)))
    yield Turn(path="/user/orders", document=_ok([order(each, now_ms) for each in account.orders]))
    trades = [_trade(number, holding, now_ms) for number, holding in some]
    yield Turn(path="/user/trades", document=_ok(trades, pagination=_page(trades)))
    past = [_past(now_ms)]
    yield Turn(path="/user/positions/history", document=_ok(past, pagination=_page(past)))
    paid = [_funding(number, holding, figures, now_ms) for number, holding in some]
    funding = _ok(paid, pagination=_page(paid))
    yield Turn(path="/user/funding/history", query=f"fromTime={_HISTORY_FROM_MS}", document=funding)
    for name in names:
        fee = {"market": name, "makerFeeRate": "0.00000", "takerFeeRate": "0.00025", "builderFeeRate": "0.0001"}
        yield Turn(path="/user/fees", query=f"market={name}", document=_ok([fee]))
    yield Turn(path="/info/markets", document=_ok([market(each, now_ms) for each in listed(account)]))
    yield Turn(path="/info/assets", document=_ok(assets(account)))
    for symbol in CONFIGURED[:2]:
        path = f"/info/markets/{MARKETS[symbol].thousands_symbol}-USD"
        yield Turn(path=f"{path}/stats", document=_ok(stats(MARKETS[symbol], now_ms)))
        yield Turn(path=f"{path}/orderbook", document=_ok(order_book(MARKETS[symbol])))


def _page(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"cursor": rows[-1]["id"], "count": len(rows)} if rows else {"count": 0}
