"""Extended's documents about markets and assets."""

from decimal import Decimal
from typing import Any

from harness.sim.books import opening
from harness.sim.markets import CONFIGURED, MARKETS, Market
from harness.sim.numbers import fixed, floored
from harness.sim.situations import Account

__all__ = ["assets", "listed", "market", "order_book", "stats"]

_RESOLUTION = 1_000_000
_HOUR_MS = 3_600_000
_LISTED_AT_MS = 1_752_829_532_673


def listed(account: Account) -> list[Market]:
    """The markets that the account is in, the configured ones, and an inactive one."""
    symbols = dict.fromkeys((*CONFIGURED, *(holding.market.symbol for holding in account.holdings), "MATIC"))
    return [MARKETS[symbol] for symbol in symbols]


def _step(decimals: int) -> str:
    return fixed(Decimal(1).scaleb(-decimals), 0)


def stats(of: Market, now_ms: int) -> dict[str, Any]:
    """`data` of `GET /info/markets/{market}/stats`."""
    tick = Decimal(1).scaleb(-of.price_decimals)
    base = Decimal(3025) / of.mark * 1000
    places = of.price_decimals
    return {
        "dailyVolume": fixed(floored(base * of.mark * 7), 6),
        "dailyVolumeBase": fixed(floored(base * 7, of.size_decimals), of.size_decimals),
        "dailyPriceChange": fixed(floored(of.mark / 180, places), 0),
        "dailyPriceChangePercentage": "0.0055",
        "dailyLow": fixed(floored(of.mark * Decimal("0.979"), places), 0),
        "dailyHigh": fixed(floored(of.mark * Decimal("1.013"), places), 0),
        "lastPrice": fixed(of.mark + 2 * tick, 0),
        "askPrice": fixed(of.mark + 3 * tick, 0),
        "bidPrice": fixed(of.mark - 4 * tick, 0),
        "markPrice": fixed(of.mark, 12),
        "indexPrice": fixed(of.mark * Decimal("1.000509"), 12),
        "fundingRate": "0.000013",
        "nextFundingRate": now_ms - now_ms % _HOUR_MS + _HOUR_MS,
        "openInterest": fixed(floored(base * of.mark), 6),
        "openInterestBase": fixed(floored(base, of.size_decimals), of.size_decimals),
        "deleverageLevels": {
            "shortPositions": [{"level": 1, "rankingLowerBound": "-815.7788"}],
            "longPositions": [{"level": 1, "rankingLowerBound": "-47234.9095"}],
        },
    }


def market(of: Market, now_ms: int) -> dict[str, Any]:
    """A row of `GET /info/markets`."""
    symbol = of.thousands_symbol
    return {
        "name": f"{symbol}-USD",
        "uiName": f"{symbol}-USD",
        "type": "PERPETUAL",
        "category": "Crypto",
        "subCategory": "L1",
        "assetName": symbol,
        "assetPrecision": of.size_decimals,
        "collateralAssetName": "USD",
        "collateralAssetPrecision": 6,
        "description": symbol,
        "active": of.active,
        "status": "ACTIVE" if of.active else "DELISTED",
        "isRfq": False,
        "isOffHours": False,
        "tradingHours": "CONTINUOUS",
        "marketStats": stats(of, now_ms),
        "tradingConfig": {
            "minOrderSize": _step(max(of.size_decimals - 1, 0)),
            "minOrderSizeChange": _step(of.size_decimals),
            "minPriceChange": _step(of.price_decimals),
            "maxMarketOrderValue": "3000000",
            "maxLimitOrderValue": "15000000",
            "maxPositionValue": "60000000",
            "maxLeverage": f"{of.max_leverage}.00",
            "hourlyFundingRateCap": "0.25",
            "maxNumOrders": "200",
            "limitPriceCap": "0.05",
            "limitPriceFloor": "0.05",
            "riskFactorConfig": [
                {"upperBound": "4000000", "riskFactor": fixed(floored(Decimal(1) / of.max_leverage, 4), 2)}
            ],
        },
        "l2Config": {
            "type": "STARKX",
            "collateralId": "0x1",
            "syntheticId": f"0x{symbol.encode().hex()}2d36".ljust(32, "0"),
            "syntheticResolution": _RESOLUTION,
            "collateralResolution": _RESOLUTION,
        },
        "visibleOnUi": of.active,
        "createdAt": _LISTED_AT_MS,
    }


def order_book(of: Market) -> dict[str, Any]:
    """`data` of `GET /info/markets/{market}/orderbook`."""
    book = opening(of, Decimal(1).scaleb(-of.price_decimals))

    def levels(side: str) -> list[dict[str, str]]:
        return [{"qty": fixed(size, 0), "price": fixed(price, 0)} for price, size in book.ranked(side)]

    return {"market": f"{of.thousands_symbol}-USD", "bid": levels("bids"), "ask": levels("asks")}


def assets(account: Account) -> list[dict[str, Any]]:
    """`data` of `GET /info/assets`: the collateral, then the account's spot assets."""
    rows = [(1, "USD", True), *((100 + row.asset_id, row.asset, False) for row in account.spot)]
    return [
        {
            "id": number,
            "name": name,
            "symbol": name,
            "description": f"{name} collateral" if collateral else name,
            "precision": 6,
            "isActive": True,
            "isCollateral": collateral,
            "starkexId": hex(number),
            "starkexResolution": _RESOLUTION,
            "l1Id": f"0x{number:040x}",
            "l1Resolution": _RESOLUTION,
            "version": 3,
            "createdAt": _LISTED_AT_MS,
            "type": "SPOT",
            "canBeUsedAsCollateral": True,
            "riskFactors": [],
            "availableForTradeFactors": [],
        }
        for number, name, collateral in rows
    ]
