"""What passes through the gateway: a client's request, the reply to it, and the note kept of both."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum

from multidict import CIMultiDictProxy

__all__ = ["FRAMING", "Reply", "Request", "Responder", "Seen", "Wire"]

FRAMING = frozenset({"connection", "content-length", "keep-alive", "transfer-encoding"})
"""Headers that describe the connection and not the message; the gateway writes its own."""


class Wire(Enum):
    """How a reply's bytes reach the client."""

    WHOLE = "whole"
    TRUNCATED = "truncated"  # the length is that of the whole body, the connection closes half-way
    SHORT_LENGTH = "short length"  # the length is half of what is sent
    SLOW_FIRST_BYTE = "slow first byte"  # everything, after `Reply.delay`
    SLOW_BODY = "slow body"  # the body in pieces, over `Reply.delay`
    STALLED = "stalled"  # the request is taken and never answered
    REFUSED = "refused"  # this connection is reset, and every further one is refused
    RESET_BEFORE = "reset before"  # TCP reset instead of an answer
    RESET_BODY = "reset body"  # TCP reset in the middle of the body


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it arrived: `path` and `query` are still percent-encoded, `headers` ignores the case of names.

    Whatever may hold a credential is left out of the `repr`.
    """

    method: str
    path: str
    query: str = field(repr=False)
    headers: CIMultiDictProxy[str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. Its framing (`Content-Length` and the like) is the gateway's; `body` goes out as it stands."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    wire: Wire = Wire.WHOLE
    delay: float = 0.0  # seconds of the gateway's loop, for the slow ways
    unmatched: bool = False  # no recording answers the request

    def header(self, name: str) -> str | None:
        """The first header of this name, in any case."""
        return next((value for known, value in self.headers if known.lower() == name.lower()), None)


Responder = Callable[[Request], Reply | Awaitable[Reply]]
"""Answers a request, at once or when it is awaited. It runs in the gateway's thread and must not block."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A request and the reply it was given; `at` is the time of the gateway's loop in seconds."""

    at: float
    method: str
    path: str
    query: str = field(repr=False)
    headers: CIMultiDictProxy[str] = field(repr=False)
    body: bytes = field(repr=False)
    reply: Reply

    @property
    def unmatched(self) -> bool:
        """Whether no recording answered it."""
        return self.reply.unmatched
