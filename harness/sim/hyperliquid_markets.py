"""Hyperliquid's documents about markets and tokens."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from harness.sim.markets import CONFIGURED, MARKETS, Market
from harness.sim.numbers import rounded, trimmed
from harness.sim.situations import Account

__all__ = ["all_mids", "asset_contexts", "listed", "meta", "spot_meta"]


def listed(account: Account) -> list[Market]:
    """The configured markets, those that the account is in, and a delisted one, in the order of the universe."""
    held = (holding.market.symbol for holding in account.holdings)
    return [MARKETS[symbol] for symbol in dict.fromkeys((*CONFIGURED, *held, "MATIC"))]


def _mid(market: Market) -> Decimal:
    return market.mark - Decimal(5).scaleb(-market.price_decimals - 1)


def meta(markets: Sequence[Market]) -> dict[str, Any]:
    """The answer to `meta`. Only a delisted market has `isDelisted`."""
    universe: list[dict[str, Any]] = []
    for number, market in enumerate(markets):
        row = {
            "name": market.symbol,
            "szDecimals": market.size_decimals,
            "maxLeverage": market.max_leverage,
            "marginTableId": 50 + number,
        }
        universe.append(row if market.active else {**row, "isDelisted": True})
    return {"universe": universe}


def asset_contexts(markets: Sequence[Market]) -> list[dict[str, Any]]:
    """The second half of the answer to `metaAndAssetCtxs`; `funding` is the rate of one hour."""
    return [
        {
            "funding": trimmed(Decimal(125 - 9 * (number % 23)).scaleb(-7)),
            "openInterest": trimmed(rounded(Decimal(841_276) / market.mark, market.size_decimals)),
            "prevDayPx": trimmed(rounded(market.mark * Decimal("0.989"), market.price_decimals)),
            "dayNtlVlm": trimmed(Decimal("27009889.88843") / (number + 1) // 1),
            "premium": trimmed(Decimal(31 - number % 60).scaleb(-5)),
            "oraclePx": trimmed(rounded(market.mark * Decimal("1.0007"), market.price_decimals)),
            "markPx": trimmed(market.mark),
            "midPx": trimmed(_mid(market)),
            "impactPxs": [
                trimmed(market.mark - Decimal(2).scaleb(-market.price_decimals)),
                trimmed(market.mark + Decimal(1).scaleb(-market.price_decimals)),
            ],
        }
        for number, market in enumerate(markets)
    ]


def all_mids(markets: Sequence[Market]) -> dict[str, str]:
    """The answer to `allMids`: coin -> price; a delisted market has none."""
    return {market.symbol: trimmed(_mid(market)) for market in markets if market.active}


def spot_meta(account: Account) -> dict[str, Any]:
    """The answer to `spotMeta`: USDC, the account's coins, and the pair of each with USDC."""
    coins = [row for row in account.spot if row.asset != "USDC"]
    tokens = [("USDC", 0, 8), *((row.asset, 100 + row.asset_id, 2) for row in coins)]
    return {
        "tokens": [
            {
                "name": name,
                "szDecimals": decimals,
                "weiDecimals": 8,
                "index": index,
                "tokenId": f"0x{index + 1:032x}",
                "isCanonical": True,
                "evmContract": None,
                "fullName": None,
            }
            for name, index, decimals in tokens
        ],
        "universe": [
            {"name": f"@{row.asset_id}", "tokens": [100 + row.asset_id, 0], "index": row.asset_id, "isCanonical": False}
            for row in coins
        ],
    }
