"""The WebSocket of Hyperliquid: one path, and a `channel` in every frame that the venue sends.

The channel's name is the subscription's `type`, but for `userEvents`, whose frames come as `user`. Frames of
`orderUpdates` and `user` do not name the account: one connection can follow one account only.
"""

from collections.abc import Mapping

from harness.venues.facts import Auth, Channel
from harness.venues.hyperliquid.names import kebab

__all__ = ["CHANNELS"]

_PATH = "/"
_ACCOUNT = {"user": "{address}"}
_MARKET = {"coin": "{coin}"}

_RECORDED = "recorded payload; hyperliquid-python-sdk types."
_OBSERVED = "observed payload; "
_SDK = "hyperliquid-python-sdk types."
_DOCUMENTED = "documentation, Websocket: "


def _sent(name: str, method: tuple[str, ...], summary: str, source: str, auth: Auth = Auth.NONE) -> Channel:
    return Channel(
        name=name,
        path=_PATH,
        summary=summary,
        source=source,
        frames={"method": method},
        auth=auth,
        sent_by_client=True,
    )


def _control(channel: str, summary: str, source: str) -> Channel:
    return Channel(name=kebab(channel), path=_PATH, summary=summary, source=source, frames={"channel": (channel,)})


def _feed(kind: str, summary: str, source: str, selection: Mapping[str, str], *, channel: str = "") -> Channel:
    return Channel(
        name=kebab(kind),
        path=_PATH,
        summary=summary,
        source=source,
        frames={"channel": (channel or kind,)},
        subscribe={"method": "subscribe", "subscription": {"type": kind, **selection}},
    )


_CONTROL = (
    _sent("subscribe", ("subscribe", "unsubscribe"), "Start or end a feed", "hyperliquid-python-sdk WebsocketManager"),
    _sent("ping", ("ping",), "Keep the connection", "hyperliquid-python-sdk WebsocketManager.send_ping"),
    _sent("post-request", ("post",), "A request of the REST API", _DOCUMENTED + "post requests", Auth.SIGNATURE),
    _control("subscriptionResponse", "A subscription was understood", "recorded payload"),
    _control("pong", "Answer to a ping", _SDK + "PongMsg"),
    _control("post", "Answer to a post request", "observed payload; " + _DOCUMENTED + "post requests"),
    _control("error", "A frame of the client was not understood", "observed payload"),
)

_MARKETS = (
    _feed("allMids", "Mid prices of all markets", _OBSERVED + "SDK AllMidsMsg", {}),
    _feed("l2Book", "20 levels a side, always whole", _RECORDED + "L2BookMsg", _MARKET),
    _feed("bbo", "The best level of each side, when it changes", _SDK + "BboMsg", _MARKET),
    _feed("trades", "Public trades", _RECORDED + "TradesMsg", _MARKET),
    _feed(
        "candle",
        "The current candle, at every trade",
        "recorded payload; hyperliquid-python-sdk WebsocketManager",
        {**_MARKET, "interval": "{interval}"},
    ),
    _feed("activeAssetCtx", "Prices and funding", _RECORDED + "ActiveAssetCtxMsg", _MARKET),
    Channel(
        name="active-spot-asset-ctx",
        path=_PATH,
        summary="Prices of a spot pair, subscribed to like those of a perpetual market",
        source=_SDK + "ActiveSpotAssetCtxMsg",
        frames={"channel": ("activeSpotAssetCtx",)},
        subscribe={"method": "subscribe", "subscription": {"type": "activeAssetCtx", **_MARKET}},
    ),
    Channel(
        name="l2-book-data",
        path=_PATH,
        summary="What an l2-book frame carries, without the frame; only test data of other projects has it so",
        source="mock of nautilus_trader; hyperliquid-python-sdk types.L2BookData",
        frames={"channel": ()},  # no frame of the venue is one: it is found by its name alone
    ),
)

_ACCOUNTS = (
    _feed(
        "clearinghouseState",
        "Margin and positions, always whole",
        "observed payload",
        {**_ACCOUNT, "dex": ""},
    ),
    _feed("spotState", "Token balances, always whole", "observed payload", _ACCOUNT),
    _feed(
        "activeAssetData",
        "Leverage and tradable size of an account in a market",
        _SDK + "ActiveAssetDataMsg",
        {**_ACCOUNT, **_MARKET},
    ),
    _feed("orderUpdates", "Changes of orders", _OBSERVED + "SDK OtherWsMsg", _ACCOUNT),
    _feed("userFills", "Fills, a snapshot first", _RECORDED + "UserFillsMsg", _ACCOUNT),
    _feed(
        "userEvents",
        "Fills, funding, liquidations and cancels by the venue",
        _RECORDED + "UserEventsMsg",
        _ACCOUNT,
        channel="user",
    ),
    _feed(
        "userFundings",
        "Funding payments, a snapshot first",
        _DOCUMENTED + "WsUserFundings; SDK OtherWsMsg",
        _ACCOUNT,
    ),
    _feed(
        "userNonFundingLedgerUpdates",
        "Deposits, withdrawals and transfers, a snapshot first",
        _DOCUMENTED + "WsUserNonFundingLedgerUpdates; SDK OtherWsMsg",
        _ACCOUNT,
    ),
    _feed("webData2", "All of an account, for the venue's own pages", _SDK + "OtherWsMsg", _ACCOUNT),
    _feed("notification", "Text for the account's owner", _DOCUMENTED + "Notification", _ACCOUNT),
)

CHANNELS: tuple[Channel, ...] = (*_CONTROL, *_MARKETS, *_ACCOUNTS)
