"""Extended's public REST routes."""

from harness.venues.extended.params import CANDLE_INTERVALS, CURSOR, END, LIMIT, MARKETS, PAGES, START
from harness.venues.facts import Endpoint, Pagination, Param

__all__ = ["ENDPOINTS"]

ENDPOINTS = (
    Endpoint(
        name="info-markets",
        method="GET",
        path="/info/markets",
        summary="Markets with their trading rules and statistics",
        source="documentation: Get markets; SDK: InfoModule.get_markets",
        params=(MARKETS,),
    ),
    Endpoint(
        name="info-market-stats",
        method="GET",
        path="/info/markets/{market}/stats",
        summary="Statistics, prices and funding rate of one market",
        source="documentation: Get market statistics; SDK: InfoModule.get_market_statistics",
    ),
    Endpoint(
        name="info-market-orderbook",
        method="GET",
        path="/info/markets/{market}/orderbook",
        summary="Order book of one market",
        source="documentation: Get market order book; SDK: InfoModule.get_orderbook_snapshot",
    ),
    Endpoint(
        name="info-market-trades",
        method="GET",
        path="/info/markets/{market}/trades",
        summary="Last public trades of one market",
        source="documentation: Get market last trades",
    ),
    Endpoint(
        name="info-candles",
        method="GET",
        path="/info/candles/{market}/{candle_type}",
        summary="Candles; the type is trades, mark-prices or index-prices",
        source="documentation: Get candles history; SDK: InfoModule.get_candles_history",
        params=(
            Param(name="interval", required=True, values=CANDLE_INTERVALS),
            Param(name="limit", required=True),
            Param(name="endTime", unit="ms", default="now"),
        ),
        pagination=Pagination(style="time", parameter="endTime", max_limit=10_000),
    ),
    Endpoint(
        name="info-funding",
        method="GET",
        path="/info/{market}/funding",
        summary="Funding rates of one market that were applied, one an hour",
        source="documentation: Get funding rates history; SDK: InfoModule.get_funding_rates_history",
        params=(START, END, CURSOR, LIMIT),
        pagination=PAGES,
    ),
    Endpoint(
        name="info-open-interests",
        method="GET",
        path="/info/{market}/open-interests",
        summary="Open interest of one market over time",
        source="documentation: Get open interest history, which spells an hour P1H; recorded request with PT1H",
        params=(Param(name="interval", required=True, values=("P1H", "PT1H", "P1D")), START, END, LIMIT),
        pagination=Pagination(style="time", parameter="endTime", max_limit=300),
    ),
    Endpoint(
        name="info-assets",
        method="GET",
        path="/info/assets",
        summary="Assets with their ids and resolutions on chain",
        source="SDK: InfoModule.get_assets; recorded answer",
        params=(Param(name="type", values=("SPOT", "PERPETUAL"), default="both"),),
    ),
    Endpoint(
        name="info-asset-price",
        method="GET",
        path="/info/assets/{asset}/price",
        summary="Price of one asset",
        source="SDK: InfoModule.get_asset_price",
    ),
    Endpoint(
        name="info-settings",
        method="GET",
        path="/info/settings",
        summary="Settings of the venue",
        source="SDK: InfoModule.get_settings",
    ),
)
