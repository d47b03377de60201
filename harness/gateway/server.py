"""The loopback HTTP and WebSocket server: one thread, one event loop, any number of listeners on ports of their own."""

import asyncio
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from functools import cache
from threading import Condition, Thread, get_ident
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from aiohttp import WSCloseCode, web

from harness.errors import HarnessFault
from harness.gateway.delivery import deliver, deliver_whole
from harness.gateway.log import RequestLog
from harness.gateway.messages import Reply, Request, Responder, Seen, Wire
from harness.gateway.sockets import Opening, SocketHandler

__all__ = ["KEEP_ALIVE", "Gateway", "Listener"]

HOST = "127.0.0.1"
KEEP_ALIVE = 10 * 365 * 86_400.0
"""Seconds an idle connection is kept. Far beyond any delay, so that a clock that jumps to the next timer can tell."""

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_TOO_LARGE = Reply(413, "Request Entity Too Large")
_FAULT = Reply(500, "Internal Server Error", (("X-Harness", "fault"),))


class Gateway:
    """A thread that serves listeners, so that a client that blocks its own thread is answered all the same.

    `loop_factory` makes the thread's event loop; every delay is a timer of that loop. With `tls`, listeners speak
    HTTPS, with this context or else with a certificate that no client trusts. Used as a context manager, or with
    `start` and `close`.
    """

    def __init__(
        self, *, loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None, tls: ssl.SSLContext | bool = False
    ) -> None:
        self._loop_factory = loop_factory or asyncio.new_event_loop
        self._ssl = tls if isinstance(tls, ssl.SSLContext) else _untrusted_certificate() if tls else None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None
        self._listeners: set[Listener] = set()

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop of the gateway's thread; `HarnessFault` while the gateway is not running."""
        if self._loop is None:
            raise HarnessFault("the gateway is not running: use it as a context manager, or call start()")
        return self._loop

    def start(self) -> Self:
        """Start the thread."""
        if self._thread is not None:
            raise HarnessFault("the gateway is running already")
        self._loop = loop = self._loop_factory()
        self._thread = Thread(target=self._serve, args=(loop,), name="harness-gateway", daemon=True)
        self._thread.start()
        return self

    def open(
        self,
        responder: Responder,
        sockets: SocketHandler | None = None,
        *,
        host: str = HOST,
        port: int = 0,
        note: Callable[[Seen], None] | None = None,
    ) -> "Listener":
        """Listen on a port, a free one of the loopback interface unless told otherwise; from any thread but our own.

        With `note`, which runs in the gateway's thread, what was seen goes there, and the listener's log stays empty.
        `OSError` when the port is taken or the address is not this machine's.
        """
        listener = Listener(self, responder, self._ssl, sockets=sockets, address=(host, port), note=note)
        self.run(listener.listen())
        self._listeners.add(listener)
        return listener

    def close(self) -> None:
        """Close every listener and end the thread. Closing twice is fine."""
        if self._thread is None or self._loop is None:
            return
        for listener in tuple(self._listeners):
            listener.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._thread = self._loop = None

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Run a coroutine in the gateway's loop and wait for it."""
        thread = self._thread
        if thread is None or not thread.is_alive() or thread.ident == get_ident():
            work.close()
            raise HarnessFault("not possible from the gateway's own thread, or while the gateway is not running")
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def forget(self, listener: "Listener") -> None:
        """Called by a listener that was closed."""
        self._listeners.discard(listener)

    def cut(self, listener: "Listener") -> None:
        """Close the listener."""
        listener.close()

    @staticmethod
    def _serve(loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
            tasks = asyncio.all_tasks(loop)
            for task in tasks:
                task.cancel()
            loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        finally:
            asyncio.set_event_loop(None)
            loop.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Host(Protocol):
    """Where listeners live."""

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Run a coroutine in the loop that serves, and wait for it."""
        ...

    def forget(self, listener: "Listener") -> None:
        """Called by a listener that was closed."""
        ...

    def cut(self, listener: "Listener") -> None:
        """Drop every client and let nobody in any more; from any thread, at any time."""
        ...


class Listener:
    """One port of the gateway; a context manager that closes at the end.

    `responder` and `sockets` may be replaced at any time. Without `sockets`, a request for a WebSocket is one like any
    other.
    """

    def __init__(  # noqa: PLR0913 - what a port has
        self,
        gateway: Host,
        responder: Responder,
        context: ssl.SSLContext | None,
        *,
        sockets: SocketHandler | None = None,
        address: tuple[str, int] = (HOST, 0),
        note: Callable[[Seen], None] | None = None,
    ) -> None:
        self.responder = responder
        self.sockets = sockets
        self.log = RequestLog()
        self._note = note or self.log.append
        self._gateway = gateway
        self._ssl = context
        self.host, port = address
        if port:
            _demand_free(self.host, port)
        # Bound but never listening: it keeps the port ours while connections are refused.
        self._reserved = _bound(self.host, port)
        self.port: int = self._reserved.getsockname()[1]
        self._listening: socket.socket | None = None
        self._server: asyncio.Server | None = None
        self._http: _Server | None = None
        self._closed = False

    @property
    def url(self) -> str:
        """Scheme, host and port, without a path."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http{'s' if self._ssl else ''}://{host}:{self.port}"

    async def listen(self) -> None:
        """Begin to accept connections; in the gateway's loop."""
        if self._closed or self._server is not None:
            return
        if self._http is None:
            self._http = _Server(self._handle)
        self._listening = listening = _bound(self.host, self.port)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._http, sock=listening, ssl=self._ssl, backlog=1024)

    def refuse(self) -> None:
        """Drop every connection and refuse new ones, on this port, until `accept`."""
        self._gateway.run(self._refuse())

    def accept(self) -> None:
        """Listen again on the same port."""
        self._gateway.run(self.listen())

    def connections(self) -> int:
        """How many client connections are open now."""
        return 0 if self._http is None else len(self._http.transports)

    def wait_until_idle(self, timeout: float = 5.0) -> bool:
        """Block until no connection is open; false when `timeout` seconds of wall time passed before."""
        return self._http is None or self._http.wait_until_idle(timeout)

    def cut(self) -> None:
        """Drop every connection and accept no more, from any thread, whatever keeps the loop that serves."""
        self._gateway.cut(self)

    def sockets_in_use(self) -> list[Any]:
        """The listening socket and those of all connections."""
        transports = tuple(self._http.transports) if self._http is not None else ()
        found = [self._listening, *(transport.get_extra_info("socket") for transport in transports)]
        return [one for one in found if one is not None]

    def close(self) -> None:
        """Drop every connection and give the port back. Closing twice is fine."""
        if self._closed:
            return
        self._closed = True
        self._gateway.run(self._refuse())
        self._reserved.close()
        self._gateway.forget(self)

    async def _refuse(self) -> None:
        self._drop()

    def _drop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._http is not None:
            for transport in tuple(self._http.transports):
                transport.abort()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path, _, query = request.raw_path.partition("?")
        loop = asyncio.get_running_loop()
        if request.headers.get("Expect", "").lower() == "100-continue" and request.transport is not None:
            request.transport.write(_CONTINUE)  # curl waits a second for it before it sends a large body
        try:
            body = await request.read() if request.can_read_body else b""
        except web.HTTPRequestEntityTooLarge:
            self._note(Seen(loop.time(), request.method, path, query, request.headers, b"", _TOO_LARGE))
            raise
        asked = Request(request.method, path, query, request.headers, body)
        if self.sockets is not None and request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._converse(request, asked, self.sockets)
        at = loop.time()
        reply = self._answer(asked)
        if not isinstance(reply, Reply):
            reply = await self._awaited(asked, reply)
        self._note(Seen(at, asked.method, path, query, asked.headers, body, reply))
        if reply.wire is Wire.WHOLE:
            return deliver_whole(request, reply)
        response = await deliver(request, reply)
        if reply.wire is Wire.REFUSED:
            self._drop()
        return response

    async def _converse(self, request: web.BaseRequest, asked: Request, handler: SocketHandler) -> web.StreamResponse:
        at = asyncio.get_running_loop().time()

        def answered(reply: Reply) -> None:
            self._note(Seen(at, asked.method, asked.path, asked.query, asked.headers, asked.body, reply))

        opening = Opening(request, asked, answered)
        try:
            await handler(opening)
        except ConnectionError:  # the client went in the middle of a frame
            pass
        except Exception:  # noqa: BLE001 - a handler is foreign code, and the thread must go on serving
            _log.exception("the WebSocket handler of %s failed on %s", self.url, asked.path)
            if opening.response is not None:
                await opening.response.close(code=WSCloseCode.INTERNAL_ERROR)
        if opening.response is not None:
            return opening.response
        if opening.reply is None:
            opening.refuse(_FAULT)
        return deliver_whole(request, opening.reply or _FAULT)

    def _answer(self, request: Request) -> Reply | Awaitable[Reply]:
        try:
            return self.responder(request)
        except Exception:  # noqa: BLE001 - a responder is foreign code, and the thread must go on serving
            return self._failed(request)

    async def _awaited(self, request: Request, reply: Awaitable[Reply]) -> Reply:
        try:
            return await reply
        except Exception:  # noqa: BLE001 - as above
            return self._failed(request)

    def _failed(self, request: Request) -> Reply:
        _log.exception("the responder of %s failed on %s %s", self.url, request.method, request.path)
        return _FAULT

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Server(web.Server):
    """aiohttp's low-level server, which also knows its transports.

    A handler is cancelled when its client goes, so that a stalled reply never outlives the connection.
    """

    def __init__(self, handler: Callable[[web.BaseRequest], Coroutine[Any, Any, web.StreamResponse]]) -> None:
        super().__init__(handler, handler_cancellation=True, access_log=None, keepalive_timeout=KEEP_ALIVE)
        self.transports: set[asyncio.Transport] = set()
        self._change = Condition()

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        self.transports.add(transport)

    def connection_lost(self, handler: web.RequestHandler, exc: BaseException | None = None) -> None:
        transport = handler.transport
        super().connection_lost(handler, exc)
        with self._change:
            if transport is not None:
                self.transports.discard(transport)
            self._change.notify_all()

    def wait_until_idle(self, timeout: float) -> bool:
        with self._change:
            return self._change.wait_for(lambda: not self.transports, timeout)


def _demand_free(host: str, port: int) -> None:
    """Fail like any server does on a port in use; sockets that share theirs would not notice each other."""
    with socket.socket(_family(host), socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _bound(host: str, port: int) -> socket.socket:
    bound = socket.socket(_family(host), socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    with suppress(AttributeError, OSError):  # where the system lacks it, a refusing port is not kept for us
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind((host, port))
    bound.setblocking(False)
    return bound


@cache
def _untrusted_certificate() -> ssl.SSLContext:
    import trustme  # slow to import, and rarely needed

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert(HOST, "localhost").configure_cert(context)
    return context
