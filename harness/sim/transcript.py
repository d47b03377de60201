"""Writing down the frames of a scenario, with times that pass as they are told to."""

from typing import Any

from harness import exact
from harness.cassette.tape import Direction, Frame, Kind
from harness.sim.turn import STARTED_AT

__all__ = ["Transcript"]


class Transcript:
    """The frames so far, of one connection after the other; every frame comes some milliseconds after the last one."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self._at = 0
        self._connection = 0

    @property
    def now_ms(self) -> int:
        """Milliseconds since 1970."""
        return STARTED_AT * 1000 + self._at

    def wait(self, milliseconds: int) -> None:
        """Let time pass."""
        self._at += milliseconds

    def open(self, path: str) -> None:
        """The client connects; `path` is below the host."""
        self._connection += 1
        self._write(Direction.SENT, Kind.OPEN, path)

    def sent(self, document: Any) -> None:
        """The client says something."""
        self._at += 3
        self._write(Direction.SENT, Kind.TEXT, exact.encode(document).decode())

    def received(self, document: Any) -> None:
        """The venue says something."""
        self._at += 17
        self._write(Direction.RECEIVED, Kind.TEXT, exact.encode(document).decode())

    def _write(self, direction: Direction, kind: Kind, text: str) -> None:
        self.frames.append(Frame(self._at, self._connection, direction, kind, text))
