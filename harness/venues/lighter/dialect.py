"""Lighter's WebSocket: a `type` in every frame, and channels with slashes that are answered with colons."""

from collections.abc import Mapping
from typing import Any, Final

from harness import exact
from harness.venues.dialect import Spoken, Wish, decoded

__all__ = ["LighterDialect"]

_ALREADY_SUBSCRIBED = 30003
_NOT_SUBSCRIBED = 30012
_INVALID = 20001
_WISHES: Final = {
    "subscribe": Wish.SUBSCRIBE,
    "unsubscribe": Wish.UNSUBSCRIBE,
    "ping": Wish.PING,
    "pong": Wish.PONG,
}
_REPLIES: Final = frozenset({"pong", "unsubscribed", "jsonapi/sendtx", "jsonapi/sendtxbatch"})


class LighterDialect:
    """Topics are the channels that clients name: `order_book/36`. `auth` does not select."""

    def opened(self, path: str, query: str) -> str:  # noqa: ARG002 - there is one path
        """Connecting subscribes to nothing."""
        return ""

    def spoken(self, text: str) -> Spoken:
        """By its `type`; a subscription without a channel is nothing."""
        frame = decoded(text)
        wish, channel = _WISHES.get(str(frame.get("type")), Wish.OTHER), frame.get("channel")
        if wish in {Wish.PING, Wish.PONG}:
            return Spoken(wish)
        if wish is Wish.OTHER or not isinstance(channel, str) or not channel:
            return Spoken(Wish.OTHER)
        return Spoken(wish, channel)

    def answered(self, text: str, topics: Mapping[str, int]) -> str | None:
        """By its `channel`; an error without one is about the latest subscription that has no answer yet."""
        frame = decoded(text)
        kind, channel = frame.get("type"), frame.get("channel")
        if kind in _REPLIES:
            return None
        if isinstance(channel, str):
            named = channel.replace(":", "/")
            if named in topics:
                return named
            # the documentation has account_orders:{market_id} as the answer to account_orders/{market_id}/{account}
            return next((topic for topic in topics if topic.startswith(f"{named}/")), "")
        if kind == "error" or (kind is None and "error" in frame):
            return next((topic for topic in reversed(list(topics)) if not topics[topic]), None)
        return ""

    def pong(self) -> str:
        """As recorded."""
        return _told({"type": "pong"})

    def unsubscribed(self, topic: str) -> str:
        """As recorded."""
        return _told({"type": "unsubscribed", "channel": _colons(topic)})

    def repeated(self, topic: str) -> str:
        """Code 30003, and no new snapshot."""
        message = f"Already Subscribed to : {_colons(topic)}"
        return _told({"type": "error", "code": _ALREADY_SUBSCRIBED, "message": message})

    def refused(self, topic: str, why: str) -> str:
        """The flat shape of an error."""
        if not topic:
            return _told({"type": "error", "code": _INVALID, "message": why})
        return _told({"type": "error", "code": _NOT_SUBSCRIBED, "channel": _colons(topic), "message": why})


def _colons(topic: str) -> str:
    return topic.replace("/", ":")


def _told(frame: Mapping[str, Any]) -> str:
    return exact.encode(frame).decode()
