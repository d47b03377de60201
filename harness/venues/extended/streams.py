"""Extended's WebSocket streams. A stream's path is the subscription; the client sends no frames.

Without the market, the last segment, a public stream carries every market and its frames keep their shape.
"""

from harness.venues.facts import Auth, Channel, Param

__all__ = ["CHANNELS"]

CHANNELS = (
    Channel(
        name="orderbooks",
        path="/orderbooks/{market}",
        also=("/orderbooks",),
        summary="Order book: a snapshot each minute, deltas between; with ?depth=1 the best levels, all snapshots",
        source="documentation: Order book stream; SDK: StreamClient.subscribe_to_orderbooks; recorded frames",
        params=(Param(name="depth", values=("1",), default="the full book"),),
    ),
    Channel(
        name="orderbooks-rfq",
        path="/orderbooks/rfq/{market}",
        summary="Order book of a market that trades by request for quotes",
        source="recorded frame",
    ),
    Channel(
        name="publictrades",
        path="/publicTrades/{market}",
        also=("/publicTrades",),
        summary="Public trades",
        source="documentation: Trades stream; SDK: StreamClient.subscribe_to_public_trades; recorded frames",
    ),
    Channel(
        name="funding",
        path="/funding/{market}",
        also=("/funding",),
        summary="Funding rates as they are applied, one an hour",
        source="documentation: Funding rates stream; SDK: StreamClient.subscribe_to_funding_rates",
    ),
    Channel(
        name="candles",
        path="/candles/{market}/{candle_type}",
        summary="Candles; ?interval= is an ISO 8601 duration, the type is trades, mark-prices or index-prices",
        source="documentation: Candles stream; SDK: StreamClient.subscribe_to_candles",
        params=(Param(name="interval", required=True),),
    ),
    Channel(
        name="prices-mark",
        path="/prices/mark/{market}",
        also=("/prices/mark",),
        summary="Mark prices",
        source="documentation: Mark price stream; recorded frames",
    ),
    Channel(
        name="prices-index",
        path="/prices/index/{market}",
        also=("/prices/index",),
        summary="Index prices",
        source="documentation: Index price stream",
    ),
    Channel(
        name="account",
        path="/account",
        summary="Orders, fills, balance and positions: first a snapshot of each kind, then what changes",
        source="documentation: Account updates stream; SDK: StreamClient.subscribe_to_account_updates; observed frames",
        auth=Auth.API_KEY,
    ),
    Channel(
        name="error",
        path="*",
        summary="What a stream answers instead of data",
        source="observed frame of the order book stream for an unknown market",
        frames={"status": ("ERROR",)},
    ),
)
