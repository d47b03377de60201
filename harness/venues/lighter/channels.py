"""WebSocket channels and control frames of Lighter, all on one path.

A client names a channel with slashes and the server answers with colons: `order_book/36` becomes `order_book:36`.
"""

from harness.venues.facts import Auth, Channel

__all__ = ["CHANNELS"]

_ASYNCAPI = "asyncapi.json of elliottech/lighter-python"
_DOCUMENTATION = "apidocs.lighter.xyz, WebSocket Reference"


def _stream(  # noqa: PLR0913 - the columns of a table
    name: str,
    topic: str,
    summary: str,
    source: str,
    *,
    auth: Auth = Auth.NONE,
    also: tuple[str, ...] = (),
) -> Channel:
    kind = topic.partition("/")[0]
    frame = {"type": "subscribe", "channel": topic}
    return Channel(
        name=name,
        path="/",
        summary=summary,
        source=source,
        frames={"type": (f"subscribed/{kind}", f"update/{kind}", *also)},
        subscribe=frame if auth is Auth.NONE else {**frame, "auth": "{auth}"},
        auth=auth,
    )


def _control(name: str, kind: str, summary: str, source: str, *, sent_by_client: bool = False) -> Channel:
    return Channel(
        name=name, path="/", summary=summary, source=source, frames={"type": (kind,)}, sent_by_client=sent_by_client
    )


_MARKETS = (
    _stream(
        "order-book",
        "order_book/{market_id}",
        "A whole book on subscribing, then its changes every 50 ms; chained by begin_nonce and nonce",
        "recorded frames",
    ),
    _stream("ticker", "ticker/{market_id}", "Best bid and ask", "recorded frames"),
    _stream(
        "trade",
        "trade/{market_id}",
        "Public trades; the latest 50 are repeated on every subscribing",
        "recorded frames",
    ),
    _stream(
        "market-stats",
        "market_stats/{market_id}",
        "Prices, funding and open interest of a perpetual market, or of `all`",
        "observed frames",
    ),
    _stream(
        "spot-market-stats",
        "spot_market_stats/{market_id}",
        "Prices and volume of a spot market, or of `all`",
        "observed frames",
    ),
    _stream("candle", "candle/{market_id}/{resolution}", "Candles with one-letter keys", "documented frames"),
    _stream("height", "height", "Height of the latest block", "recorded frames"),
)

_ACCOUNTS = (
    _stream(
        "account-all",
        "account_all/{account_index}",
        "Positions, assets, trades, funding and pool shares of an account",
        "documented frames",
        also=("update/account",),  # the type in the documented example, against the documented structure
    ),
    _stream("user-stats", "user_stats/{account_index}", "Collateral and margin of an account", "documented frames"),
    _stream(
        "account-all-assets",
        "account_all_assets/{account_index}",
        "Balances per asset",
        "documented frames",
        auth=Auth.TOKEN,
    ),
    _stream(
        "account-all-orders",
        "account_all_orders/{account_index}",
        "Orders of an account by market",
        "recorded frames",
        auth=Auth.TOKEN,
    ),
    _stream(
        "account-orders",
        "account_orders/{market_id}/{account_index}",
        "Orders of an account in one market",
        "documented frames",
        auth=Auth.TOKEN,
    ),
    _stream(
        "account-all-positions",
        "account_all_positions/{account_index}",
        "Positions of an account by market, flat ones too",
        "recorded frames",
        auth=Auth.TOKEN,
    ),
    _stream(
        "account-all-trades",
        "account_all_trades/{account_index}",
        "Trades of an account by market; the first frame is always empty",
        "documented frames",
        auth=Auth.TOKEN,
    ),
    _stream(
        "account-market",
        "account_market/{market_id}/{account_index}",
        "Orders, position and trades of an account in one market",
        _DOCUMENTATION,
        auth=Auth.TOKEN,
    ),
    _stream("account-tx", "account_tx/{account_index}", "Transactions of an account", _DOCUMENTATION, auth=Auth.TOKEN),
    _stream(
        "account-spot-avg-entry-prices",
        "account_spot_avg_entry_prices/{account_index}",
        "Average entry prices of spot assets",
        _ASYNCAPI,
        auth=Auth.TOKEN,
    ),
    _stream(
        "notification",
        "notification/{account_index}",
        "Liquidations, deleverages and announcements",
        "documented frames",
        auth=Auth.TOKEN,
    ),
    _stream("pool-data", "pool_data/{account_index}", "Activity of a public pool", _DOCUMENTATION, auth=Auth.TOKEN),
    _stream("pool-info", "pool_info/{account_index}", "Terms of a public pool", _DOCUMENTATION, auth=Auth.TOKEN),
)

_CONTROL = (
    _control("connected", "connected", "First frame of a connection", "recorded frames"),
    _control("unsubscribed", "unsubscribed", "Confirms an unsubscription", "recorded frames"),
    _control("ping", "ping", "Asks the client for a pong", "observed frames; lighter-sdk WsClient"),
    _control("pong", "pong", "Answers a ping of the client", "recorded frames"),
    _control("shutdown", "shutdown", "Announces that the server closes the connection", "lighter-sdk WsClient"),
    Channel(
        name="error",
        path="/",
        summary="A refused subscription or a request that was not understood",
        source="observed frames",
        frames={"type": ("error",)},
        untyped="error",
    ),
    _control("jsonapi-sendtx", "jsonapi/sendtx", "Answers a transaction sent over the socket", "observed frames"),
    _control("jsonapi-sendtxbatch", "jsonapi/sendtxbatch", "Answers a batch sent over the socket", _ASYNCAPI),
)

_REQUESTS = (
    _control("subscribe-request", "subscribe", "Opens a subscription", "recorded frames", sent_by_client=True),
    _control("unsubscribe-request", "unsubscribe", "Ends a subscription", _ASYNCAPI, sent_by_client=True),
    _control("ping-request", "ping", "Asks the server for a pong", _ASYNCAPI, sent_by_client=True),
    _control("pong-reply", "pong", "Answers a ping of the server", "observed frames", sent_by_client=True),
    _control("sendtx-request", "jsonapi/sendtx", "Submits a signed transaction", _ASYNCAPI, sent_by_client=True),
    _control(
        "sendtxbatch-request", "jsonapi/sendtxbatch", "Submits signed transactions", _ASYNCAPI, sent_by_client=True
    ),
)

CHANNELS: tuple[Channel, ...] = _MARKETS + _ACCOUNTS + _CONTROL + _REQUESTS
