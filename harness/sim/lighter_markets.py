"""Lighter's documents about markets and assets. Statistics are JSON numbers, limits are strings."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from harness.sim.markets import CONFIGURED, MARKETS, Market
from harness.sim.numbers import fixed, rounded
from harness.sim.situations import Account, Situation, SpotBalance

__all__ = ["asset_details", "exchange_stats", "funding_rates", "listed", "order_book", "order_book_detail"]

_LISTED_AT_MS = "1752829532673"
_USDC_ASSET_ID = 3
_INSURANCE_FUND = 281474976710655


def listed(situation: Situation) -> list[Market]:
    """The markets that the wallet's accounts are in, the configured ones, and an inactive one; by market id."""
    held = {holding.market.symbol for account in situation.accounts for holding in account.holdings}
    return sorted((MARKETS[symbol] for symbol in {*CONFIGURED, *held, "MATIC"}), key=lambda market: market.id)


def order_book(market: Market) -> dict[str, Any]:
    """A row of `order_books` in `GET /api/v1/orderBooks`."""
    return {
        "symbol": market.thousands_symbol,
        "market_id": market.id,
        "market_type": "perp",
        "base_asset_id": 0,
        "quote_asset_id": 0,
        "status": "active" if market.active else "inactive",
        "taker_fee": "0.0000",
        "is_taker_fee_enabled": True,
        "maker_fee": "0.0000",
        "is_maker_fee_enabled": True,
        "liquidation_fee": "1.0000",
        "min_base_amount": fixed(Decimal(5).scaleb(-market.size_decimals), market.size_decimals),
        "min_quote_amount": "10.000000",
        "order_quote_limit": "281474976.710655",
        "supported_size_decimals": market.size_decimals,
        "supported_price_decimals": market.price_decimals,
        "supported_quote_decimals": 6,
        "created_at": _LISTED_AT_MS,
    }


def _day(market: Market) -> dict[str, Any]:
    base = rounded(Decimal(481297) / market.mark, market.size_decimals)
    return {
        "last_trade_price": market.mark + Decimal(1).scaleb(-market.price_decimals),
        "daily_trades_count": 11973 + market.id,
        "daily_base_token_volume": base,
        "daily_quote_token_volume": rounded(base * market.mark),
        "daily_price_change": Decimal("0.5294300840859545"),
    }


def order_book_detail(market: Market) -> dict[str, Any]:
    """A row of `order_book_details` in `GET /api/v1/orderBookDetails`; margin fractions are in basis points."""
    least = 10_000 // market.max_leverage
    return {
        **order_book(market),
        "size_decimals": market.size_decimals,
        "price_decimals": market.price_decimals,
        "quote_multiplier": 1,
        "default_initial_margin_fraction": 2 * least,
        "min_initial_margin_fraction": least,
        "maintenance_margin_fraction": least * 3 // 5,
        "closeout_margin_fraction": least * 2 // 5,
        **_day(market),
        "daily_price_low": rounded(market.mark * Decimal("0.981"), market.price_decimals),
        "daily_price_high": rounded(market.mark * Decimal("1.017"), market.price_decimals),
        "open_interest": rounded(Decimal(39559) / market.mark, market.size_decimals),
        "daily_chart": {},
        "market_config": {
            "market_margin_mode": 0,
            "insurance_fund_account_index": _INSURANCE_FUND,
            "liquidation_mode": 0,
            "force_reduce_only": not market.active,
            "trading_hours": "",
            "funding_fee_discounts_enabled": False,
            "hidden": False,
            "rfq_enabled": False,
        },
        "strategy_index": 2,
    }


def funding_rates(markets: Sequence[Market]) -> list[dict[str, Any]]:
    """`funding_rates`: each market's rate for eight hours here and on other exchanges, theirs first."""
    return [
        {
            "market_id": market.id,
            "exchange": exchange,
            "symbol": market.thousands_symbol,
            "rate": Decimal(factor * (7 + market.id % 11)).scaleb(-7),
        }
        for market in markets
        for exchange, factor in (("binance", 100), ("hyperliquid", -43), ("lighter", 64))
    ]


def _asset(row: SpotBalance) -> dict[str, Any]:
    decimals = 6 if row.asset_id == _USDC_ASSET_ID else 8
    return {
        "asset_id": row.asset_id,
        "symbol": row.asset,
        "l1_decimals": 6 if row.asset_id == _USDC_ASSET_ID else 18,
        "decimals": decimals,
        "min_transfer_amount": fixed(Decimal(1), decimals),
        "min_withdrawal_amount": fixed(Decimal(1), decimals),
        "margin_mode": "enabled" if row.asset_id == _USDC_ASSET_ID else "disabled",
        "index_price": fixed(row.price, 6),
        "l1_address": f"0x{row.asset_id:040x}",
    }


def asset_details(account: Account) -> list[dict[str, Any]]:
    """`asset_details`: the collateral and the account's spot assets."""
    usdc = SpotBalance(asset="USDC", asset_id=_USDC_ASSET_ID, total=Decimal(0), locked=Decimal(0), price=Decimal(1))
    return [_asset(row) for row in {usdc.asset: usdc, **{row.asset: row for row in account.spot}}.values()]


def exchange_stats(markets: Sequence[Market]) -> dict[str, Any]:
    """`GET /api/v1/exchangeStats` without its code."""
    days = [{"symbol": market.thousands_symbol, **_day(market)} for market in markets]
    return {
        "total": len(days),
        "order_book_stats": days,
        "daily_usd_volume": sum(day["daily_quote_token_volume"] for day in days),
        "daily_trades_count": sum(day["daily_trades_count"] for day in days),
    }
