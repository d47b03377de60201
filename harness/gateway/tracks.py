"""Finding the frames that a tape recorded as the answer to a subscription, without keeping any of them in memory.

A tape is read once. Of each line is kept to which take it belongs, in two bytes; a take is then played by reading the
file again from where it begins, and leaving out the lines of others.
"""

from array import array
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.cassette import tape
from harness.cassette.tape import Direction, Frame, Kind
from harness.errors import UsageError
from harness.venues.dialect import Dialect, Wish
from harness.venues.facts import Venue

__all__ = ["CONNECTING", "Take", "Tracks"]

CONNECTING = ""
"""The topic of what a connection hears that answers no subscription: greetings, pings, its end."""

_MOST = 65_535  # takes of a tape: what two bytes can count
_BREATH = 20_000  # lines of others that are skipped in a row


@dataclass(frozen=True, slots=True)
class Take:
    """One recorded run of a topic. `began` is when it was subscribed to, in milliseconds of the tape."""

    path: Path
    began: int
    offset: int  # where in the file the first line after the subscription begins
    line: int  # and which one it is, counted from 0
    mark: int
    marks: "array[int]" = field(repr=False)  # of each line of the tape: the take that it belongs to

    def frames(self) -> Generator[tuple[int, Frame] | None, None, None]:
        """Its frames with their lines, in the recorded order; `None` now and then while there are none, for a breath.

        Among what a connection hears are the client's subscriptions, which tell what was recorded after them.
        """
        skipped = 0
        with self.path.open("rb") as file:
            file.seek(self.offset)
            for number, line in enumerate(file, self.line):
                if self.marks[number] == self.mark:
                    yield number, tape.parse(line, f"{self.path}:{number + 1}")
                    continue
                skipped += 1
                if skipped % _BREATH == 0:
                    yield None


class Tracks:
    """The takes of every topic of one or more tapes of a venue, in the recorded order.

    `UsageError` for a file that is no tape, or one of another venue.
    """

    def __init__(self, venue: Venue, dialect: Dialect, paths: Sequence[Path]) -> None:
        self._takes: dict[str, list[Take]] = {}
        for path in paths:
            told = tape.load(path).provenance.venue
            if told != venue.name:
                raise UsageError(f"a tape of {told}", where=str(path), cure=f"name one of {venue.name}")
            for topic, take in _Reading(venue, dialect, path).takes():
                self._takes.setdefault(topic, []).append(take)

    def topics(self) -> tuple[str, ...]:
        """What can be subscribed to."""
        return tuple(topic for topic in self._takes if topic != CONNECTING)

    def take(self, topic: str, number: int) -> Take | None:
        """The take of this number, from 0, or the last one; `None` when nothing is recorded."""
        takes = self._takes.get(topic)
        return takes[min(number, len(takes) - 1)] if takes else None


class _Connection:
    """A recorded connection while the tape is read: its own take, and those of the topics that are open."""

    def __init__(self, mark: int) -> None:
        self.mark = mark
        self.open: dict[str, int] = {}  # topic -> take
        self.answers: dict[str, int] = {}  # topic -> how many frames it has had


class _Reading:
    """One pass over a tape."""

    def __init__(self, venue: Venue, dialect: Dialect, path: Path) -> None:
        self._prefix = venue.ws_prefix
        self._dialect = dialect
        self._path = path
        self._marks = array("H", [0])  # of the line of provenance
        self._found: list[tuple[str, Take]] = []
        self._connections: dict[int, _Connection] = {}

    def takes(self) -> Sequence[tuple[str, Take]]:
        with self._path.open("rb") as file:
            offset = len(file.readline())
            for number, line in enumerate(file, 1):
                offset += len(line)
                where = f"{self._path}:{number + 1}"
                self._marks.append(self._mark(tape.parse(line, where), offset, where))
        return self._found

    def _mark(self, frame: Frame, after: int, where: str) -> int:
        """The take to which a line belongs, 0 for none; `after` is where the next line begins."""
        if frame.kind is Kind.OPEN:
            self._connections[frame.connection] = self._opened(frame, after, where)
            return 0
        connection = self._connections.get(frame.connection)
        if connection is None:
            raise UsageError("a frame of a connection that is not open", where=where, cure="record the tape again")
        if frame.direction is Direction.SENT:
            return self._sent(connection, frame, after, where)
        return self._received(connection, frame)

    def _opened(self, frame: Frame, after: int, where: str) -> _Connection:
        path, _, query = frame.text.partition("?")
        topic = self._dialect.opened(path.removeprefix(self._prefix) or "/", query)
        return _Connection(self._began(topic or CONNECTING, frame, after, where))

    def _sent(self, connection: _Connection, frame: Frame, after: int, where: str) -> int:
        spoken = self._dialect.spoken(frame.text) if frame.kind is Kind.TEXT else None
        if spoken is None:
            return 0
        if spoken.wish is Wish.UNSUBSCRIBE:
            connection.open.pop(spoken.topic, None)
            connection.answers.pop(spoken.topic, None)
        if spoken.wish is not Wish.SUBSCRIBE or spoken.topic in connection.open:
            return 0
        connection.open[spoken.topic] = self._began(spoken.topic, frame, after, where)
        connection.answers[spoken.topic] = 0
        return connection.mark

    def _received(self, connection: _Connection, frame: Frame) -> int:
        if frame.kind is not Kind.TEXT:
            return 0 if frame.kind is Kind.PONG else connection.mark
        topic = self._dialect.answered(frame.text, connection.answers)
        if topic is None:
            return 0
        if topic not in connection.open:
            return connection.mark
        connection.answers[topic] += 1
        return connection.open[topic]

    def _began(self, topic: str, frame: Frame, after: int, where: str) -> int:
        mark = len(self._found) + 1
        if mark > _MOST:
            raise UsageError(f"more than {_MOST} subscriptions", where=where, cure="cut the tape in two")
        take = Take(self._path, frame.at, after, len(self._marks) + 1, mark, self._marks)
        self._found.append((topic, take))
        return mark
