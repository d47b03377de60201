"""Lighter's documents for an account situation.

Shapes are those of the recorded answers with the fields that the models of lighter-sdk 1.1.8 have come to name.
total_asset_value = collateral + the sum of unrealized_pnl, to the last digit.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from harness.model import PositionSide
from harness.sim.credentials import CREDENTIALS, LIGHTER_API_PUBLIC_KEY
from harness.sim.lighter_markets import (
    asset_details,
    exchange_stats,
    funding_rates,
    listed,
    order_book,
    order_book_detail,
)
from harness.sim.markets import CONFIGURED, MARKETS
from harness.sim.numbers import fixed, rounded
from harness.sim.situations import ZERO, Account, Figures, Holding, Kind, Mode, Order, Situation
from harness.sim.turn import STARTED_AT, Turn

__all__ = ["detailed", "order", "position", "turns"]

_API = "/api/v1"
_CONFIGURED_INDEX = int(CREDENTIALS["lighter"]["account_index"])
_L1_ADDRESS = CREDENTIALS["lighter"]["l1_address"]
_API_KEY_INDEX = CREDENTIALS["lighter"]["api_key_index"]
_ALL_API_KEYS = "255"
_TYPES = {Kind.MAIN: 0, Kind.SUB: 1, Kind.POOL: 2}
_FIRST_ORDER_INDEX = 39687971468375991
_MAINTENANCE = Decimal("0.6")  # of the initial margin


def _percent(holding: Holding) -> Decimal:
    """`initial_margin_fraction`: 100 / leverage, in percent with two decimals."""
    return rounded(Decimal(100) / holding.leverage, 2)


def position(holding: Holding, figures: Figures, orders: tuple[Order, ...]) -> dict[str, Any]:
    """A row of `positions`; the row of a flat market has size 0 and sign 1."""
    resting = sum(1 for order in orders if order.market is holding.market)
    return {
        "market_id": holding.market.id,
        "symbol": holding.market.thousands_symbol,
        "initial_margin_fraction": fixed(_percent(holding), 2),
        "open_order_count": resting,
        "pending_order_count": 0,
        "position_tied_order_count": 0,
        "sign": -1 if holding.side is PositionSide.SHORT else 1,
        "position": fixed(holding.size, holding.market.size_decimals),
        "avg_entry_price": fixed(holding.entry, holding.market.price_decimals),
        "position_value": fixed(figures.value(holding), 6),
        "unrealized_pnl": fixed(figures.pnl(holding), 6),
        "realized_pnl": fixed(holding.realized, 6),
        "liquidation_price": "0" if holding.liquidation is None or not holding.size else fixed(holding.liquidation, 0),
        "total_funding_paid_out": fixed(rounded(figures.value(holding) * Decimal("0.000119")), 6),
        "margin_mode": 0 if holding.allocated is None else 1,
        "allocated_margin": fixed(holding.allocated or ZERO, 6),
        "total_discount": "0.000000",
        "margin_set_flag": 0,
    }


def _margin(figures: Figures) -> Decimal:
    """The initial margin of the positions that share theirs, from the fractions as they are written."""
    shared = (holding for holding in figures.open if holding.allocated is None)
    return sum((rounded(figures.value(holding) * _percent(holding) / 100) for holding in shared), ZERO)


def _pool_info() -> dict[str, Any]:
    return {
        "status": 0,
        "operator_fee": "10.0000",
        "min_operator_share_rate": "5.0000",
        "total_shares": 250_000_000,
        "operator_shares": 15_000_000,
        "annual_percentage_yield": Decimal("7.4163"),
        "daily_returns": [{"timestamp": STARTED_AT - 86_400, "daily_return": Decimal("0.000205")}],
        "share_prices": [{"timestamp": STARTED_AT - 86_400, "share_price": Decimal("1.001668")}],
        "sharpe_ratio": Decimal("1.83"),
        "strategies": [],
    }


def _summary(account: Account, moment: int) -> dict[str, Any]:
    """The fields that `account` and `accountsByL1Address` share."""
    figures = Figures(account)
    available = max(ZERO, figures.cross_equity - _margin(figures) - figures.reserved)
    return {
        "code": 0,
        "account_type": _TYPES[account.kind],
        "index": account.index or _CONFIGURED_INDEX,
        "l1_address": _L1_ADDRESS,
        "cancel_all_time": 0,
        "total_order_count": len(account.orders),
        "total_isolated_order_count": 0,
        "pending_order_count": 0,
        "available_balance": fixed(available, 6),
        "status": 1,
        "collateral": fixed(account.collateral, 6),
        "transaction_time": (STARTED_AT + moment) * 1_000_000,
        "account_trading_mode": 0 if account.mode is Mode.CLASSIC else 1,
    }


def detailed(account: Account, moment: int) -> dict[str, Any]:
    """A row of `accounts` in `GET /api/v1/account`."""
    figures = Figures(account)
    margin = _margin(figures)
    document = {
        **_summary(account, moment),
        "account_index": account.index or _CONFIGURED_INDEX,
        "name": account.name,
        "description": "",
        "can_invite": account.kind is Kind.MAIN,
        "referral_points_percentage": "",
        "can_rfq": False,
        "can_rfq_market_ids": None,
        "created_at": STARTED_AT - 20_000_000,
        "metadata": {"color": ""},
        "agent_enabled": False,
        "positions": [position(holding, figures, account.orders) for holding in account.holdings],
        "assets": [
            {
                "symbol": row.asset,
                "asset_id": row.asset_id,
                "balance": fixed(row.total, 6 if row.asset == "USDC" else 8),
                "locked_balance": fixed(row.locked, 6 if row.asset == "USDC" else 8),
                "margin_mode": "disabled",
                "margin_balance": fixed(ZERO, 6 if row.asset == "USDC" else 8),
                "multiplier": "1",
            }
            for row in account.spot
        ],
        "total_asset_value": fixed(figures.equity, 6),
        "cross_asset_value": fixed(figures.cross_equity, 6),
        "cross_initial_margin_requirement": fixed(margin, 6),
        "cross_maintenance_margin_requirement": fixed(rounded(margin * _MAINTENANCE), 6),
        "shares": [],
        "pending_unlocks": [],
        "approved_integrators": [],
    }
    return {**document, "pool_info": _pool_info()} if account.kind is Kind.POOL else document


def order(number: int, of: Order, moment: int) -> dict[str, Any]:
    """A row of `orders` in `GET /api/v1/accountActiveOrders`."""
    market, at = of.market, STARTED_AT + moment - 61
    index = of.id if of.id > _FIRST_ORDER_INDEX else _FIRST_ORDER_INDEX + number
    remaining = of.size - of.filled
    size_scale = max(market.size_decimals, -int(of.size.as_tuple().exponent))
    return {
        "order_index": index,
        "client_order_index": 178554256601 + number,
        "order_id": str(index),
        "client_order_id": str(178554256601 + number),
        "market_index": market.id,
        "owner_account_index": _CONFIGURED_INDEX,
        "initial_base_amount": fixed(of.size, market.size_decimals),
        "price": fixed(of.price, market.price_decimals),
        "nonce": 281474959535008 + number,
        "remaining_base_amount": fixed(remaining, market.size_decimals),
        "is_ask": not of.is_buy,
        "base_size": int(remaining.scaleb(size_scale)),
        "base_price": int(of.price.scaleb(market.price_decimals)),
        "filled_base_amount": fixed(of.filled, market.size_decimals),
        "filled_quote_amount": fixed(rounded(of.filled * of.price), 6),
        "side": "",
        "type": "limit",
        "time_in_force": "good-till-time",
        "reduce_only": False,
        "trigger_price": fixed(ZERO, market.price_decimals),
        "order_expiry": (at + 2_419_200) * 1000,
        "status": "open",
        "trigger_status": "na",
        "trigger_time": 0,
        "parent_order_index": 0,
        "parent_order_id": "0",
        "to_trigger_order_id_0": "0",
        "to_trigger_order_id_1": "0",
        "to_cancel_order_id_0": "0",
        "integrator_fee_collector_index": "",
        "integrator_taker_fee": "",
        "integrator_maker_fee": "",
        "order_flags": 0,
        "block_height": 543323 + number,
        "timestamp": at,
        "created_at": at,
        "updated_at": at,
        "transaction_time": at * 1_000_000 + 396_486,
    }


def _accounts(accounts: tuple[Account, ...], moment: int) -> dict[str, Any]:
    return {"code": 200, "total": len(accounts), "accounts": [detailed(account, moment) for account in accounts]}


def _limits() -> dict[str, Any]:
    return {
        "code": 200,
        "max_llp_percentage": 25,
        "user_tier": "standard",
        "can_create_public_pool": False,
        "max_llp_amount": "0.000000",
        "current_maker_fee_tick": 0,
        "current_taker_fee_tick": 0,
        "effective_lit_stakes": "0.00000000",
        "leased_lit": "0.00000000",
        "user_tier_name": "standard",
        "bo_user_tier_name": "standard",
        "bo_fee_rate": 1,
    }


def _api_keys(moment: int) -> dict[str, Any]:
    key = {
        "account_index": _CONFIGURED_INDEX,
        "api_key_index": int(_API_KEY_INDEX),
        "nonce": 722,
        "public_key": LIGHTER_API_PUBLIC_KEY,
        "transaction_time": (STARTED_AT + moment - 86_400) * 1_000_000,
    }
    return {"code": 200, "api_keys": [key]}


def turns(situation: Situation) -> Iterator[Turn]:
    """Every read-only request that a connector may make in this situation, each with its answer."""
    account, moment = situation.configured, situation.moment
    mine, by_account = f"account_index={_CONFIGURED_INDEX}", f"{_API}/account"
    markets = listed(situation)

    yield Turn(path="/", document={"status": 200, "network_id": 1, "timestamp": STARTED_AT + moment})
    one = _accounts((account,), moment)
    yield Turn(path=by_account, query=f"by=index&value={_CONFIGURED_INDEX}", document=one)
    every = _accounts(situation.accounts, moment)
    yield Turn(path=by_account, query=f"by=l1_address&value={_L1_ADDRESS}", document=every)
    wallet = {
        "code": 200,
        "l1_address": _L1_ADDRESS,
        "sub_accounts": [_summary(each, moment) for each in situation.accounts],
    }
    yield Turn(path=f"{_API}/accountsByL1Address", query=f"l1_address={_L1_ADDRESS}", document=wallet)
    yield Turn(path=f"{_API}/accountLimits", query=mine, document=_limits())
    for symbol in CONFIGURED:
        market_id = MARKETS[symbol].id
        orders = [
            order(number, each, moment) for number, each in enumerate(account.orders) if each.market.id == market_id
        ]
        query = f"{mine}&market_id={market_id}"
        yield Turn(path=f"{_API}/accountActiveOrders", query=query, document={"code": 200, "orders": orders})
    for key in (_API_KEY_INDEX, _ALL_API_KEYS):
        query = f"{mine}&api_key_index={key}"
        yield Turn(path=f"{_API}/apikeys", query=query, document=_api_keys(moment))
    query = f"{mine}&api_key_index={_API_KEY_INDEX}"
    yield Turn(path=f"{_API}/nextNonce", query=query, document={"code": 200, "nonce": 723})
    books = {"code": 200, "order_books": [order_book(market) for market in markets]}
    yield Turn(path=f"{_API}/orderBooks", document=books)
    details = [order_book_detail(market) for market in markets]
    document = {"code": 200, "order_book_details": details, "spot_order_book_details": []}
    yield Turn(path=f"{_API}/orderBookDetails", document=document)
    yield Turn(path=f"{_API}/assetDetails", document={"code": 200, "asset_details": asset_details(account)})
    yield Turn(path=f"{_API}/funding-rates", document={"code": 200, "funding_rates": funding_rates(markets)})
    yield Turn(path=f"{_API}/exchangeStats", document={"code": 200, **exchange_stats(markets)})
