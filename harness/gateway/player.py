"""Playing tapes to clients: whoever subscribes hears what the tape recorded as the answer to that subscription."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from harness.cassette.tape import Direction, Frame, Kind
from harness.errors import UsageError
from harness.gateway import unmatched
from harness.gateway.sockets import Opening, Socket
from harness.gateway.tracks import CONNECTING, Take, Tracks
from harness.venues.dialect import Dialect, Wish
from harness.venues.facts import Venue

__all__ = ["Pace", "TapePlayer"]

_log = logging.getLogger(__name__)
_IN_A_ROW = 64  # frames that are sent before others get their turn
_SOON = 1e-6  # seconds; a timer may go off a little too early
_NOT_RECORDED = "not recorded"
_BROKEN = "1006"  # nobody is left to be told


class Pace(StrEnum):
    """When frames are sent."""

    RECORDED = "recorded"
    FAST = "fast"  # as soon as the client takes them


class TapePlayer:
    """Serves connections below a venue's WebSocket base from tapes; a `SocketHandler`.

    A topic that was subscribed to more than once is answered in the recorded order, subscription by subscription, and
    the last one repeats. `note` is told, in one line without credentials, of everything that no tape answers.
    """

    def __init__(
        self,
        venue: Venue,
        paths: Sequence[Path],
        *,
        pace: Pace = Pace.RECORDED,
        note: Callable[[str], None] = _log.warning,
    ) -> None:
        if venue.dialect is None:
            raise UsageError(f"{venue.title} has no WebSocket that is known")
        self.venue = venue
        self.pace = pace
        self.dialect: Dialect = venue.dialect
        self._tracks = Tracks(venue, venue.dialect, paths)
        self._played: dict[str, int] = {}
        self._note = note

    def topics(self) -> tuple[str, ...]:
        """What the tapes answer."""
        return self._tracks.topics()

    def reset(self) -> None:
        """Begin again with the first takes; open connections go on with what they play."""
        self._played.clear()

    def next_take(self, topic: str) -> Take | None:
        """The take that answers the next subscription to a topic; `None` when nothing is recorded."""
        number = self._played.get(topic, 0)
        take = self._tracks.take(topic, number)
        if take is not None:
            self._played[topic] = number + 1
        return take

    def missed(self, what: str) -> None:
        """Say that no tape answers something."""
        self._note(f"{_NOT_RECORDED}: {unmatched.masked(what)}")

    async def __call__(self, opening: Opening) -> None:
        """Serve one connection from its handshake to its end."""
        path, prefix = opening.request.path, self.venue.ws_prefix
        if path.rstrip("/") != prefix and not path.startswith(f"{prefix}/"):
            what = f"no recording of {self.venue.title} answers a WebSocket that is not below {prefix}"
            opening.refuse(unmatched.reply(what, ()))
            return
        socket = await opening.accept()
        if socket is not None:
            topic = self.dialect.opened(path.removeprefix(prefix) or "/", opening.request.query)
            await _Conversation(self, socket).hold(topic or CONNECTING)


class _Reel:
    """A take that is being played. `ahead` is its next frame, `None` at its end, and `due` when that is to be sent.

    Times are seconds of the conversation; frames that are due at once go in the order of their lines. `subscribed` are
    the times at which the client has subscribed so far: what a connection heard after its n-th subscription is as late
    as the client's n-th one.
    """

    def __init__(self, take: Take, began: float, subscribed: Sequence[float]) -> None:
        self._frames = take.frames()
        self._shift = began - take.began / 1000
        self._subscribed = subscribed
        self._recorded: list[float] = []  # when the recorded client had subscribed, up to the next frame
        self.ahead: Frame | None = None
        self.due = began
        self.line = 0

    @property
    def is_early(self) -> bool:
        """Whether the next frame was recorded after more subscriptions than there are."""
        return len(self._recorded) > len(self._subscribed)

    def catch_up(self) -> None:
        """Be as late as the client is."""
        for mine, recorded in zip(self._subscribed, self._recorded, strict=False):
            self._shift = max(self._shift, mine - recorded)
        if self.ahead is not None:
            self.due = self.ahead.at / 1000 + self._shift

    async def advance(self) -> None:
        self.ahead = None
        for found in self._frames:
            if found is None:
                await asyncio.sleep(0)
                continue
            self.line, frame = found
            if frame.direction is Direction.SENT:
                self._recorded.append(frame.at / 1000)
                continue
            self.ahead = frame
            self.catch_up()
            return

    def close(self) -> None:
        self._frames.close()


class _Conversation:
    """One connection: a task that sends what is due, and one that hears the client.

    At the recorded pace a frame is due as long after the subscription as it was recorded. At full speed time is that
    of the frame sent last, so that the frames of several subscriptions keep the order that they had between them, and
    what a connection heard after its n-th subscription waits for the n-th.
    """

    def __init__(self, player: TapePlayer, socket: Socket) -> None:
        self._player = player
        self._dialect = player.dialect
        self._socket = socket
        self._fast = player.pace is Pace.FAST
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._sent_at = 0.0
        self._subscribed: list[float] = []
        self._reels: dict[str, _Reel] = {}
        self._changed = asyncio.Event()
        self._hanging_up = False

    async def hold(self, topic: str) -> None:
        """Speak until either side closes; `topic` is what connecting subscribes to."""
        await self._begin(topic)
        sending, hearing = asyncio.create_task(self._send()), asyncio.create_task(self._hear())
        try:
            await asyncio.wait((sending, hearing), return_when=asyncio.FIRST_COMPLETED)
            if self._hanging_up:
                await sending
        finally:
            sending.cancel()
            hearing.cancel()
            ended = await asyncio.gather(sending, hearing, return_exceptions=True)
            for reel in self._reels.values():
                reel.close()
        for error in ended:
            if isinstance(error, Exception):
                raise error

    async def _begin(self, topic: str, began: float = 0.0) -> None:
        take = self._player.next_take(topic)
        if take is not None:
            reel = _Reel(take, began, self._subscribed)
            await reel.advance()
            self._reels[topic] = reel
            self._changed.set()
        elif topic != CONNECTING:
            self._player.missed(topic)
            await self._say(self._dialect.refused(topic, _NOT_RECORDED))

    def _now(self) -> float:
        return self._sent_at if self._fast else self._loop.time() - self._began

    async def _send(self) -> None:
        sent = 0
        while True:
            self._changed.clear()
            reel = self._next()
            if reel is None or reel.ahead is None:
                await self._changed.wait()
                continue
            moment = self._began + reel.due
            if not self._fast and moment - self._loop.time() > _SOON:
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(moment):
                        await self._changed.wait()
                continue
            self._sent_at = max(self._sent_at, reel.due)
            self._hanging_up = reel.ahead.kind is Kind.CLOSE
            await self._socket.send(reel.ahead.kind, reel.ahead.text)
            if self._hanging_up:
                return
            await reel.advance()
            sent += 1
            if sent % _IN_A_ROW == 0:
                await asyncio.sleep(0)

    def _next(self) -> _Reel | None:
        """The reel whose next frame comes first."""
        ready = [reel for reel in self._reels.values() if reel.ahead is not None and not (self._fast and reel.is_early)]
        return min(ready, key=lambda reel: (reel.due, reel.line), default=None)

    async def _hear(self) -> None:
        while True:
            message = await self._socket.receive()
            match message.kind:
                case Kind.CLOSE:
                    if not self._hanging_up and not message.text.startswith(_BROKEN):
                        await self._socket.send(Kind.CLOSE, message.text)
                    return
                case Kind.PING:
                    await self._socket.send(Kind.PONG, message.text)
                case Kind.TEXT:
                    await self._answer(message.text)
                case Kind.BINARY:
                    await self._answer("")

    async def _answer(self, text: str) -> None:
        spoken = self._dialect.spoken(text)
        match spoken.wish:
            case Wish.PING:
                await self._say(self._dialect.pong())
            case Wish.SUBSCRIBE if spoken.topic in self._reels:
                await self._say(self._dialect.repeated(spoken.topic))
            case Wish.SUBSCRIBE:
                now = self._now()
                await self._begin(spoken.topic, now)
                self._subscribed.append(now)
                for reel in self._reels.values():
                    reel.catch_up()
                self._changed.set()
            case Wish.UNSUBSCRIBE if spoken.topic in self._reels:
                self._reels.pop(spoken.topic).close()
                await self._say(self._dialect.unsubscribed(spoken.topic))
            case Wish.UNSUBSCRIBE:
                await self._say(self._dialect.refused(spoken.topic, "not subscribed"))
            case Wish.OTHER:
                self._player.missed("the answer to a frame that subscribes to nothing")
                await self._say(self._dialect.refused("", "no recording answers this frame"))

    async def _say(self, text: str) -> None:
        if text:
            await self._socket.send(Kind.TEXT, text)
