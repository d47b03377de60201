"""WebSocket connections: what a handler is given to accept or refuse one, and to speak over it.

Frames are told as tapes tell them, in kinds and texts, so that what was received is written down as it stands and what
is written down is sent as it stands. `Socket` speaks for either end: a recording proxy has one of each.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from aiohttp import ClientWebSocketResponse, WSMsgType, web

from harness.cassette.tape import Kind
from harness.gateway.messages import Reply, Request

__all__ = ["MAX_MESSAGE", "Message", "Opening", "Socket", "SocketHandler"]

MAX_MESSAGE = 4 * 1024 * 1024
"""Bytes of a client's longest message; a longer one ends the connection with code 1009."""

_NO_CODE = 1005  # "the peer gave none"; it and 1006 are never on the wire
_ABNORMAL = 1006
_REFUSED_UPGRADE = "an upgrade to WebSocket version 13 needs Connection: Upgrade and a Sec-WebSocket-Key of 16 bytes"
_DATA = {WSMsgType.TEXT: Kind.TEXT, WSMsgType.BINARY: Kind.BINARY, WSMsgType.PING: Kind.PING, WSMsgType.PONG: Kind.PONG}


@dataclass(frozen=True, slots=True)
class Message:
    """A frame without its circumstances. `text` is that of `harness.cassette.tape.Frame`: base64, code and reason."""

    kind: Kind
    text: str


class Socket:
    """One end of an open connection; pings and closing frames are the handler's business.

    A client's end must have been opened with `autoping=False, autoclose=False`.
    """

    def __init__(self, end: web.WebSocketResponse | ClientWebSocketResponse, abort: Callable[[], None]) -> None:
        self._end = end
        self._abort = abort

    async def receive(self) -> Message:
        """The next frame. `CLOSE` is the last one: "1006 " where the connection broke or what came was no frame."""
        message = await self._end.receive()
        kind = _DATA.get(message.type)
        if kind is Kind.TEXT:
            return Message(kind, message.data)
        if kind is not None:
            return Message(kind, base64.b64encode(message.data).decode())
        if message.type is WSMsgType.CLOSE:
            return Message(Kind.CLOSE, f"{message.data or _NO_CODE} {message.extra or ''}")
        return Message(Kind.CLOSE, f"{_ABNORMAL} ")

    async def send(self, kind: Kind, text: str) -> None:
        """Send a frame, and wait while the peer reads too slowly; `ConnectionError` when it has gone.

        After `CLOSE` nothing follows: it waits for the peer's own, or, with code 1006, breaks the connection.
        `ValueError` when the text is not that of such a frame.
        """
        match kind:
            case Kind.TEXT:
                await self._end.send_str(text)
            case Kind.BINARY:
                await self._end.send_bytes(_bytes(text))
            case Kind.PING:
                await self._end.ping(_bytes(text))
            case Kind.PONG:
                await self._end.pong(_bytes(text))
            case Kind.CLOSE:
                await self._close(text)
            case Kind.OPEN:
                raise ValueError("a connection that is open cannot be opened")

    async def _close(self, text: str) -> None:
        code, _, reason = text.partition(" ")
        if int(code) == _ABNORMAL:
            self._abort()
        elif int(code) == _NO_CODE:
            await self._end.close()
        else:
            await self._end.close(code=int(code), message=reason.encode())


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"not base64: {error}") from None


class Opening:
    """A client that asks for a WebSocket. A handler accepts or refuses, once; doing neither is a fault of it."""

    def __init__(
        self, handshake: web.BaseRequest, request: Request, answered: Callable[[Reply], None] = lambda _: None
    ) -> None:
        self.request = request
        self.reply: Reply | None = None  # what the client was answered: 101 or a refusal
        self.response: web.WebSocketResponse | None = None
        self._handshake = handshake
        self._answered = answered

    async def accept(self, *, protocols: Sequence[str] = ()) -> Socket | None:
        """Open the connection; `protocols` are the subprotocols that may be agreed upon, the best first.

        `None` when the handshake itself is wrong, which the client has then been told.
        """
        response = web.WebSocketResponse(
            protocols=protocols, autoping=False, autoclose=False, compress=False, max_msg_size=MAX_MESSAGE
        )
        if not response.can_prepare(self._handshake):
            self.refuse(Reply(400, "Bad Request", (("Content-Type", "text/plain"),), _REFUSED_UPGRADE.encode()))
            return None
        self._answer(Reply(101, "Switching Protocols"))  # first: a client that goes at once has been seen all the same
        await response.prepare(self._handshake)
        self.response = response
        return Socket(response, self._abort)

    def refuse(self, reply: Reply) -> None:
        """Answer with HTTP instead."""
        self._answer(reply)

    def _answer(self, reply: Reply) -> None:
        self.reply = reply
        self._answered(reply)

    def _abort(self) -> None:
        if self._handshake.transport is not None:
            self._handshake.transport.abort()


class SocketHandler(Protocol):
    """Serves WebSocket connections: a tape player, or a proxy that records.

    It runs in the gateway's thread, one task a connection, which is cancelled when the client goes. The connection ends
    when it returns.
    """

    async def __call__(self, opening: Opening) -> None:
        """Serve one connection from its handshake to its end."""
        ...
