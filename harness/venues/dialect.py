"""How the WebSocket of an exchange is spoken: which frame asks for what, and which frame answers it.

A subscription goes by its topic, a text that leaves out whatever does not select: credentials, defaults, the order of
keys. Everything here is a pure function of the frames' text.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

__all__ = ["Dialect", "Spoken", "Wish", "decoded"]


_DECODER = json.JSONDecoder(parse_float=str)  # fractions select nothing, and there are millions of frames


class Wish(Enum):
    """What a frame of the client is for."""

    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    PING = "ping"
    PONG = "pong"
    OTHER = "other"  # a request over the socket, or nothing that the venue understands


@dataclass(frozen=True, slots=True)
class Spoken:
    """A frame of the client, understood. `topic` is empty unless it subscribes or unsubscribes."""

    wish: Wish
    topic: str = ""


class Dialect(Protocol):
    """The language of one venue's WebSocket."""

    def opened(self, path: str, query: str) -> str:
        """The topic that connecting subscribes to; empty where frames subscribe. `path` is below the WebSocket base."""
        ...

    def spoken(self, text: str) -> Spoken:
        """What a text frame of the client is for."""
        ...

    def answered(self, text: str, topics: Mapping[str, int]) -> str | None:
        """The topic that a frame of the venue answers; `topics` are the open ones, oldest first, with their answers.

        Empty when it answers none, such as a greeting; `None` when it answers another frame of the client, such as a
        ping.
        """
        ...

    def pong(self) -> str:
        """The venue's answer to a ping of the client's."""
        ...

    def unsubscribed(self, topic: str) -> str:
        """The venue's answer to the end of a subscription; empty when it says nothing."""
        ...

    def repeated(self, topic: str) -> str:
        """The venue's answer to a subscription that is open already."""
        ...

    def refused(self, topic: str, why: str) -> str:
        """The venue's error frame about a topic, or, when it is empty, about a frame that is none of a subscription."""
        ...


def decoded(text: str) -> Mapping[str, Any]:
    """The JSON object in a frame; an empty one when it holds anything else."""
    try:
        document = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, Mapping) else {}
