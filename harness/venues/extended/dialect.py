"""Extended's WebSocket: the path is the subscription, and the client says nothing."""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, unquote

from harness import exact
from harness.venues.dialect import Spoken, Wish
from harness.venues.facts import Channel

__all__ = ["ExtendedDialect"]

_MARKET_NOT_FOUND = 1001


class ExtendedDialect:
    """Topics are paths below the base, with the parameters that a channel documents as selecting, sorted by name."""

    def __init__(self, channels: Sequence[Channel]) -> None:
        self._channels = [channel for channel in channels if channel.path != "*"]

    def opened(self, path: str, query: str) -> str:
        """The path; `?X-API-KEY=` and whatever else is not documented to select is left out."""
        path = unquote(path).rstrip("/") or "/"
        channel = next((one for one in self._channels if one.matches(path, None)), None)
        selecting = {param.name for param in channel.params if param.selects} if channel else set()
        kept = sorted(f"{name}={value}" for name, value in parse_qsl(query) if name in selecting)
        return f"{path}{'?' if kept else ''}{'&'.join(kept)}"

    def spoken(self, text: str) -> Spoken:  # noqa: ARG002 - whatever it says
        """Nothing that the venue understands."""
        return Spoken(Wish.OTHER)

    def answered(self, text: str, topics: Mapping[str, int]) -> str | None:  # noqa: ARG002 - whatever it says
        """Whatever comes belongs to the path."""
        return ""

    def pong(self) -> str:
        """There are protocol pings only."""
        return ""

    def unsubscribed(self, topic: str) -> str:  # noqa: ARG002 - there is no such frame
        """Who wants no more, disconnects."""
        return ""

    def repeated(self, topic: str) -> str:
        """There is one subscription a connection."""
        return self.refused(topic, "subscribed already")

    def refused(self, topic: str, why: str) -> str:
        """The envelope of REST, as observed for an unknown market."""
        told = f"{topic}: {why}" if topic else why
        error = {"code": _MARKET_NOT_FOUND, "message": told}
        return exact.encode({"status": "ERROR", "error": error}).decode()
