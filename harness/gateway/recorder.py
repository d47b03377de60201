"""A gateway that passes on: to the venue what a client says, to the client what the venue answers, noting both.

It is a responder and a handler of WebSockets, and speaks to the hosts of one venue only.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from harness.cassette import capture
from harness.cassette.capture import Capture, Exchange, plain_body
from harness.cassette.model import Environment, Interaction, Response
from harness.cassette.model import Request as Recorded
from harness.cassette.tape import Direction, Kind
from harness.gateway.caution import Caution
from harness.gateway.guard import Guard
from harness.gateway.messages import FRAMING, Reply, Request
from harness.gateway.sockets import Message, Opening, Socket
from harness.gateway.upstream import Upstream

__all__ = ["FORM", "Recorder"]

FORM = "gateway of harness record"
_HOP_BY_HOP = FRAMING | {"host", "te", "trailer", "upgrade", "proxy-authorization", "proxy-connection", "expect"}
_NOT_PASSED = _HOP_BY_HOP | {"accept-encoding", "origin"}
_OF_A_HANDSHAKE = "sec-websocket-"
_CODINGS = "gzip, deflate"  # those that can be undone
_NORMAL, _BROKEN, _POLICY_VIOLATION = "1000 ", "1006 ", "1008 "
_TEXT = (("Content-Type", "text/plain; charset=utf-8"),)


def _now() -> float:
    return time.time()


class Recorder:
    """Serves the clients of one recording; use it in one event loop, and close it there.

    Answers reach the client as the venue gave them, without compression, and redirects to the venue lead back here.
    What `caution` refuses, and what the venue could not be asked, is answered here and counted, not recorded.
    """

    def __init__(self, upstream: Upstream, caution: Caution, *, now: Callable[[], float] = _now) -> None:
        self._upstream, self._caution, self._now = upstream, caution, now
        self._guard = Guard()
        self._session: aiohttp.ClientSession | None = None
        self._exchanges: list[Exchange] = []
        self._sockets: list[_Conversation] = []
        self._left_out: Counter[str] = Counter()

    def capture(self) -> Capture:
        """What was recorded up to now: unredacted, and only ever in memory."""
        sockets = tuple(conversation.recorded() for conversation in self._sockets)
        tools = {"aiohttp": aiohttp.__version__}
        return Capture(FORM, tuple(self._exchanges), sockets, tools, dict(self._left_out))

    async def close(self) -> None:
        """Release the connections to the venue."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    # HTTP

    async def __call__(self, request: Request) -> Reply:
        """Ask the venue, note both, and give its answer back."""
        if (refused := self._refused(request)) is not None:
            return refused
        at = self._moment()
        url = self._upstream.rest(request.path, request.query)
        try:
            answer = await self._asked(request, url)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return self._unreachable(error)
        if any(name.lower() == "content-encoding" for name in answer.headers):
            self._left_out["answers in an encoding that cannot be undone"] += 1
            return self._passed_on(request, answer)
        sent = Recorded(request.method, str(url), request.body or None, _written(_grouped(request.headers.items())))
        came = replace(answer, reason=_utf8(answer.reason), headers=_written(answer.headers))
        self._exchanges.append(Exchange(Interaction(sent, came), at, Environment(self._upstream.environment)))
        return self._passed_on(request, answer)

    def _refused(self, request: Request) -> Reply | None:
        """The answer to what is not passed on: what web pages ask, other hosts, and what may trade."""
        if (foreign := self._guard.refusal(request)) is not None:
            self._left_out["requests that are not for this gateway"] += 1
            return foreign
        refusal = self._caution.of_request(request)
        if not refusal:
            return None
        self._left_out[refusal] += 1
        return Reply(403, "Forbidden", _TEXT, f"{refusal}\n".encode())

    async def _asked(self, request: Request, url: URL) -> Response:
        headers = _passed(request.headers)
        headers["Accept-Encoding"] = _CODINGS
        async with self._open_session().request(
            request.method, url, data=request.body or None, headers=headers, allow_redirects=False
        ) as response:
            body = await response.read()
            told = _grouped((_text(name), _text(value)) for name, value in response.raw_headers)
            plain = plain_body(body, told)
            if plain is not None:
                told = {name: values for name, values in told.items() if name.lower() != "content-encoding"}
            return Response(response.status, response.reason or "", body if plain is None else plain, told)

    def _passed_on(self, request: Request, answer: Response) -> Reply:
        here = request.headers.get("Host", "")
        pairs = [(name, value) for name, values in answer.headers.items() for value in values]
        headers = tuple(
            (name, self._led_back(value, here) if name.lower() == "location" else value) for name, value in pairs
        )
        return Reply(answer.status, answer.reason, headers, answer.body)

    def _led_back(self, location: str, here: str) -> str:
        """A redirect within the venue goes through the recording as well."""
        with suppress(ValueError):
            url = URL(location)
            if url.host in self._upstream.hosts() and here:
                return f"http://{here}{url.raw_path_qs}"
        return location

    def _unreachable(self, error: Exception) -> Reply:
        reason = f"the venue could not be asked: {type(error).__name__}"
        self._left_out[reason] += 1
        return Reply(502, "Bad Gateway", _TEXT, f"{reason}\n".encode())

    # WebSocket

    async def converse(self, opening: Opening) -> None:
        """Open the same connection to the venue, and carry frames between the two until one of them ends."""
        request = opening.request
        if (refused := self._refused(request)) is not None:
            opening.refuse(refused)
            return
        url = self._upstream.ws(request.path, request.query)
        protocols = [part.strip() for part in request.headers.get("Sec-WebSocket-Protocol", "").split(",") if part]
        try:
            theirs = await self._open_session().ws_connect(
                url,
                protocols=protocols,
                headers=_passed(request.headers),
                autoping=False,
                autoclose=False,
                max_msg_size=0,
            )
        except aiohttp.WSServerHandshakeError as error:
            self._left_out[f"a handshake that the venue answered with HTTP {error.status}"] += 1
            opening.refuse(Reply(error.status, "", _TEXT))
            return
        except (aiohttp.ClientError, OSError, ValueError) as error:
            opening.refuse(self._unreachable(error))
            return
        conversation = _Conversation(str(url), self._moment(), self._now, self._caution)
        self._sockets.append(conversation)
        try:
            ours = await opening.accept(protocols=[theirs.protocol] if theirs.protocol else ())
            if ours is not None:
                await conversation.between(ours, Socket(theirs, lambda: None))
        finally:
            await theirs.close()
            self._left_out.update(conversation.refused)

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = self._upstream.session()
        return self._session

    def _moment(self) -> datetime:
        return datetime.fromtimestamp(self._now(), UTC)


class _Conversation:
    """One WebSocket: frames are noted in the order in which they came here."""

    def __init__(self, url: str, at: datetime, now: Callable[[], float], caution: Caution) -> None:
        self._url, self._at, self._now, self._caution = url, at, now, caution
        self._messages: list[capture.Message] = []
        self.refused: Counter[str] = Counter()

    def recorded(self) -> capture.Socket:
        return capture.Socket(self._url, int(self._at.timestamp() * 1000), tuple(self._messages))

    async def between(self, ours: Socket, theirs: Socket) -> None:
        """Carry frames until one end closes: then the other is closed likewise, and nothing else is noted."""
        ways = (self._carry(ours, theirs, Direction.SENT), self._carry(theirs, ours, Direction.RECEIVED))
        tasks = [asyncio.ensure_future(way) for way in ways]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            found = await asyncio.gather(*tasks, return_exceptions=True)
        here, there = next((told for told in found if isinstance(told, tuple)), (_BROKEN, _BROKEN))
        await asyncio.gather(ours.send(Kind.CLOSE, here), theirs.send(Kind.CLOSE, there), return_exceptions=True)

    async def _carry(self, source: Socket, sink: Socket, direction: Direction) -> tuple[str, str]:
        """How both ends, ours and theirs, are to be closed when one of them has closed or said what may trade."""
        while True:
            message = await source.receive()
            if direction is Direction.SENT and (refusal := self._caution.of_message(message)):
                self.refused[refusal] += 1
                return f"{_POLICY_VIOLATION}{refusal}", _NORMAL
            self._note(direction, message)
            if message.kind is Kind.CLOSE:
                return message.text, message.text
            await sink.send(message.kind, message.text)

    def _note(self, direction: Direction, message: Message) -> None:
        at = int(self._now() * 1000)
        self._messages.append(capture.Message(at, direction, message.kind, message.text))


def _passed(headers: Mapping[str, str]) -> CIMultiDict[str]:
    kept = [(name, value) for name, value in headers.items() if name.lower() not in _NOT_PASSED]
    return CIMultiDict((name, value) for name, value in kept if not name.lower().startswith(_OF_A_HANDSHAKE))


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")  # whatever it is, the client gets these bytes again


def _utf8(text: str) -> str:
    """What a cassette can hold: what else there is of bytes becomes U+FFFD."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _written(headers: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {_utf8(name): tuple(map(_utf8, values)) for name, values in headers.items()}


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Headers as a cassette has them: each name once, as it was spelled first."""
    found: dict[str, tuple[str, list[str]]] = {}
    for name, value in pairs:
        found.setdefault(name.lower(), (name, []))[1].append(value)
    return {name: tuple(values) for name, values in found.values() if name.lower() not in _HOP_BY_HOP}
