"""Hyperliquid's WebSocket: a `method` in every frame of the client, a `channel` in every frame of the venue."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from harness import exact
from harness.venues.dialect import Spoken, Wish, decoded

__all__ = ["HyperliquidDialect"]

_WISHES: Final = {"subscribe": Wish.SUBSCRIBE, "unsubscribe": Wish.UNSUBSCRIBE, "ping": Wish.PING}
_FEED_OF: Final = {"user": "userEvents", "activeSpotAssetCtx": "activeAssetCtx"}
"""Channel -> the type of the subscription that it answers, where the two differ."""
_TOLD_IN: Final = {"coin": ("coin", "s"), "user": ("user",), "interval": ("interval", "i"), "dex": ("dex",)}
"""Field of a subscription -> where the data of its frames say so; candles have one-letter keys."""


class HyperliquidDialect:
    """Topics are subscriptions without null, false and empty fields, which are the defaults; users in lower case."""

    def opened(self, path: str, query: str) -> str:  # noqa: ARG002 - there is one path
        """Connecting subscribes to nothing."""
        return ""

    def spoken(self, text: str) -> Spoken:
        """By its `method`; a subscription without a type is nothing."""
        frame = decoded(text)
        wish = _WISHES.get(str(frame.get("method")), Wish.OTHER)
        if wish in {Wish.SUBSCRIBE, Wish.UNSUBSCRIBE}:
            topic = _topic(frame.get("subscription"))
            return Spoken(wish, topic) if topic else Spoken(Wish.OTHER)
        return Spoken(wish)

    def answered(self, text: str, topics: Mapping[str, int]) -> str | None:
        """By channel and the fields that its data tell; where they tell too little, the latest that fits.

        An error is about the latest subscription that has no answer yet.
        """
        frame = decoded(text)
        channel, data = frame.get("channel"), frame.get("data")
        match channel:
            case "pong" | "post":
                return None
            case "subscriptionResponse":
                confirmed = data if isinstance(data, Mapping) else {}
                return _topic(confirmed.get("subscription")) if confirmed.get("method") == "subscribe" else None
            case "error":
                return next((topic for topic in reversed(list(topics)) if not topics[topic]), None)
            case str():
                return next(_fitting(_FEED_OF.get(channel, channel), data, topics), "")
        return ""

    def pong(self) -> str:
        """As the SDK's PongMsg."""
        return _told({"channel": "pong"})

    def unsubscribed(self, topic: str) -> str:
        """As observed."""
        return _told(
            {"channel": "subscriptionResponse", "data": {"method": "unsubscribe", "subscription": _fields(topic)}}
        )

    def repeated(self, topic: str) -> str:
        """An error frame, of which the venue has one shape."""
        return self.refused(topic, "Already subscribed")

    def refused(self, topic: str, why: str) -> str:
        """The reason, for people, with the subscription as it was understood."""
        return _told({"channel": "error", "data": f"{why}: {topic}" if topic else why})


def _topic(subscription: Any) -> str:
    if not isinstance(subscription, Mapping) or not isinstance(subscription.get("type"), str):
        return ""
    kept = {"type": subscription["type"]}
    for name in sorted(subscription.keys() - {"type"}):
        value = subscription[name]
        if value is not None and value is not False and value != "":
            kept[name] = value.lower() if name == "user" and isinstance(value, str) else value
    return _told(kept)


@lru_cache(maxsize=4096)
def _fields(topic: str) -> Mapping[str, Any]:
    return decoded(topic)


def _fitting(feed: str, data: Any, topics: Mapping[str, int]) -> Iterator[str]:
    first = data[0] if isinstance(data, list) and data else data  # trades come in lists, of one coin each
    told = first if isinstance(first, Mapping) else {}
    for topic in reversed(list(topics)):
        fields = _fields(topic)
        if fields["type"] == feed and all(_agrees(told, name, fields.get(name, "")) for name in _TOLD_IN):
            yield topic


def _agrees(told: Mapping[str, Any], name: str, asked: Any) -> bool:
    """Whether the data say the same, or say nothing."""
    said = next((told[key] for key in _TOLD_IN[name] if key in told), None)
    if said is None or not isinstance(said, str):
        return True
    return said.lower() == str(asked).lower() if name == "user" else said == asked


def _told(frame: Mapping[str, Any]) -> str:
    return exact.encode(frame).decode()
