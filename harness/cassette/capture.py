"""What other tools recorded, in one shape: HTTP exchanges and WebSocket connections of any host, with their times."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from harness.cassette.model import Environment, Interaction
from harness.cassette.tape import Direction, Kind

__all__ = ["Capture", "Exchange", "Message", "Socket", "plain_body", "told_time"]


_GZIP = b"\x1f\x8b\x08"
_UNDONE = frozenset({"", "identity", "gzip", "x-gzip"})


@dataclass(frozen=True, slots=True)
class Exchange:
    """An interaction, when it began, and, where that is not told by the host, the environment."""

    interaction: Interaction
    at: datetime | None = None
    environment: Environment | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A WebSocket message. `at` is in milliseconds since 1970; `text` as in a frame of a tape."""

    at: int
    direction: Direction
    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Socket:
    """A WebSocket connection; `at` is when it was opened, in milliseconds since 1970."""

    url: str
    at: int
    messages: tuple[Message, ...]
    environment: Environment | None = None


@dataclass(frozen=True, slots=True)
class Capture:
    """The contents of one source. `left_out` counts what could not be taken, by reason."""

    form: str  # what kind of file it is
    exchanges: tuple[Exchange, ...] = ()
    sockets: tuple[Socket, ...] = ()
    tools: Mapping[str, str] = field(default_factory=dict)  # name -> version
    left_out: Mapping[str, int] = field(default_factory=dict)


def plain_body(body: bytes, headers: Mapping[str, tuple[str, ...]]) -> bytes | None:
    """A body without its content encoding; as it is when that was undone before; `None` when it cannot be undone."""
    told = ", ".join(
        value for name, values in headers.items() if name.lower() == "content-encoding" for value in values
    )
    for encoding in reversed([part.strip().lower() for part in told.split(",")]):
        undone: bytes | None = body
        if body.startswith(_GZIP):  # whatever the headers say
            undone = _inflated(body, zlib.MAX_WBITS | 16)
        elif encoding == "deflate":
            undone = _inflated(body, zlib.MAX_WBITS)
            undone = _inflated(body, -zlib.MAX_WBITS) if undone is None else undone
            undone = body if undone is None and _is_text(body) else undone
        elif encoding not in _UNDONE and not _is_text(body):
            undone = None
        if undone is None:
            return None
        body = undone
    return body


def _inflated(body: bytes, bits: int) -> bytes | None:
    """What the members of a compressed body hold, one after the other; `None` when it is none, or not whole."""
    plain = b""
    try:
        while True:
            engine = zlib.decompressobj(bits)
            plain += engine.decompress(body)
            if not engine.eof:
                return None
            body = engine.unused_data
            if not body.startswith(_GZIP):
                return plain
    except zlib.error:
        return None


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def told_time(exchange: Exchange) -> datetime | None:
    """When an exchange was recorded: as its source tells, or by the `Date` header of the answer."""
    if exchange.at is not None:
        return exchange.at
    headers = exchange.interaction.response.headers
    date = next((values[0] for name, values in headers.items() if name.lower() == "date" and values), "")
    try:
        told = parsedate_to_datetime(date)
    except ValueError:
        return None
    return told.astimezone(UTC) if told.tzinfo else told.replace(tzinfo=UTC)
