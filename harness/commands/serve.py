"""`harness serve`: the recordings of a venue on a port, for any client in any language, until it is interrupted."""

import ipaddress
import os
import select
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from types import FrameType
from typing import TYPE_CHECKING

from harness.commands.discretion import quiet_libraries
from harness.commands.listening import demand_port, listening
from harness.commands.progress import Progress
from harness.errors import UsageError
from harness.venues import venue
from harness.venues.facts import Venue

if TYPE_CHECKING:
    from harness.commands.recordings import Recordings
    from harness.gateway import Listener
    from harness.gateway.service import Service

__all__ = ["Request", "run"]

_MOST_WAITING = 10_000  # lines that nobody has read yet; what comes then is not shown
_MOMENT = 0.1  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The options, as given. `faults` are `NAME` or `NAME:ENDPOINT`."""

    venue: str
    scenario: str = "long_and_short"
    host: str = "127.0.0.1"
    port: int = 0
    expose: bool = False
    allowed_hosts: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    pace: str = "recorded"
    quiet: bool = False


def run(request: Request) -> int:
    """Serve until SIGINT or SIGTERM, and return 0. `UsageError` for wrong options and for a port that is taken."""
    lines = _Lines()
    with _ended_by_signals(lines):
        _serve(request, lines)
    return 0


def _serve(request: Request, lines: "_Lines") -> None:
    facts = venue(request.venue)
    host = _address(request)
    from harness.commands.recordings import find
    from harness.gateway import Gateway

    with Progress() as progress:
        progress.say(f"reading {request.scenario}")
        found = find(facts, request.scenario)
        service = _service(request, facts, found, lines)
    quiet_libraries()
    with (
        Gateway() as gateway,
        listening(gateway, service, service.converse, host=host, port=request.port, note=service.note) as listener,
    ):
        for line in _banner(facts, request, found, listener):
            lines.tell(line)
        lines.show()


def _service(request: Request, facts: Venue, found: "Recordings", lines: "_Lines") -> "Service":
    from harness.gateway.guard import LOOPBACK, Guard
    from harness.gateway.index import Index, Playback
    from harness.gateway.journal import Journal
    from harness.gateway.player import Pace, TapePlayer
    from harness.gateway.service import Service
    from harness.gateway.switchboard import Switchboard

    if request.pace not in set(Pace):
        raise UsageError(f"unknown pace {request.pace!r}", where="--pace", cure=f"known are {', '.join(Pace)}")
    switchboard = Switchboard(Playback(Index(facts, *found.cassettes)))
    for fault in request.faults:
        name, _, endpoint = fault.partition(":")
        try:
            switchboard.arm(name, endpoint)
        except UsageError as wrong:
            raise UsageError(wrong.what, where=f"--fault {fault}", cure=wrong.cure) from None
    journal = Journal((lambda _: None) if request.quiet else lines.tell)
    player = None
    if found.tapes:
        player = TapePlayer(facts, found.tapes, pace=Pace(request.pace), note=journal.say)
    names = {*LOOPBACK, request.host, *request.allowed_hosts}
    if request.expose:
        names.add(socket.gethostname())
    return Service(switchboard, player, journal, Guard(names, any_address=request.expose))


def _address(request: Request) -> str:
    host = "127.0.0.1" if request.host == "localhost" else request.host
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        raise UsageError(f"{host!r} is no IP address", where="--host", cure="such as 127.0.0.1") from None
    demand_port(request.port)
    if not address.is_loopback and not request.expose:
        what = f"other machines could reach {host}"
        raise UsageError(what, where="--host", cure="leave it out, or add --expose if that is meant")
    return host


def _banner(facts: Venue, request: Request, found: "Recordings", listener: "Listener") -> Iterator[str]:
    from harness.gateway.control import PREFIX
    from harness.gateway.point import rest_url, ws_url

    origins = ", ".join(dict.fromkeys(str(told.environment) for told in found.provenances))
    answers = sum(len(cassette.interactions) for cassette in found.cassettes)
    tapes = {0: "no tape", 1: "a tape"}.get(len(found.tapes), f"{len(found.tapes)} tapes")
    yield f"{facts.title}, {request.scenario} ({origins or 'origin unknown'}): {answers} answers, {tapes}"
    yield f"REST       {rest_url(facts, listener)}"
    if found.tapes:
        yield f"WebSocket  {ws_url(facts, listener)}"
    yield f"control    {listener.url}{PREFIX}/"


class _Lines:
    """What is to be printed. The gateway's thread never waits for whoever reads it."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[str | None] = SimpleQueue()
        self._missed = 0
        self._stopped = False
        self.showing = False

    def tell(self, line: str) -> None:
        """One more line, unless too many have not been read."""
        if self._waiting.qsize() < _MOST_WAITING:
            self._waiting.put(line)
        else:
            self._missed += 1

    def show(self) -> None:
        """Print until stopped, and then what is left as long as somebody reads it."""
        self.showing = True
        while (line := self._waiting.get()) is not None:
            self._print(line)

    def stop(self) -> None:
        """Nothing more is to come; may be called by a signal's handler."""
        self._stopped = True
        self._waiting.put(None)

    def _print(self, line: str) -> None:
        if self._missed and self._waiting.empty():
            line, self._missed = f"{line}\n({self._missed} lines not shown)", 0
        while not _is_read():
            if self._stopped:
                _discard()
                return
        try:
            sys.stdout.write(f"{line}\n")
            if self._waiting.empty():
                sys.stdout.flush()
        except BrokenPipeError:
            _discard()


def _is_read() -> bool:
    """Whether standard output takes a line without making us wait; looks for a moment."""
    try:
        return bool(select.select([], [sys.stdout], [], _MOMENT)[1])
    except (OSError, ValueError):  # a file on some systems, or no file at all
        return True


def _discard() -> None:
    """Nobody reads. What is in the buffers goes, too, or the process would end only with its reader."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _ended_by_signals(lines: _Lines) -> Iterator[None]:
    """Both signals end the work: at once while it is being prepared, else in good order."""

    def end(_number: int, _frame: FrameType | None) -> None:
        if not lines.showing:
            raise KeyboardInterrupt
        lines.stop()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
