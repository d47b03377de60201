"""What a server that runs for long remembers of its requests: the latest, and nothing that may be secret."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from harness.gateway.messages import Seen, Wire
from harness.gateway.unmatched import masked

__all__ = ["KEPT", "Entry", "Journal"]

KEPT = 1_000
"""Requests that are remembered."""
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One request. `path` is without query, its long words are hidden; `status` is that of the answer."""

    at: datetime
    method: str
    path: str
    status: int
    wire: Wire
    unmatched: bool

    def __str__(self) -> str:
        told = f"{self.at.astimezone():%H:%M:%S} {self.method} {self.path} {self.status}"
        if self.unmatched:
            return f"{told} not recorded"
        return told if self.wire is Wire.WHOLE else f"{told} {self.wire.value}"

    def document(self) -> Mapping[str, Any]:
        """For the control API."""
        return {
            "at": self.at.isoformat(timespec="milliseconds"),
            "method": self.method,
            "path": self.path,
            "status": self.status,
            "wire": self.wire.value,
            "unmatched": self.unmatched,
        }


def _now() -> datetime:
    return datetime.now(UTC)


class Journal:
    """The latest requests; each is also told to `tell`. Used from the gateway's thread alone."""

    def __init__(self, tell: Callable[[str], None] = lambda _: None, *, now: Callable[[], datetime] = _now) -> None:
        self.seen = 0
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._tell = tell
        self._now = now

    def note(self, seen: Seen) -> None:
        """Remember a request."""
        reply = seen.reply
        path = masked(seen.path).encode("ascii", "backslashreplace").decode()
        path = path if len(path) <= _LONGEST else f"{path[:_LONGEST]}..."
        entry = Entry(self._now(), seen.method, path, reply.status, reply.wire, reply.unmatched)
        self.seen += 1
        self._entries.append(entry)
        self._tell(str(entry))

    def say(self, what: str) -> None:
        """Tell something that is no request."""
        self._tell(what)

    def entries(self) -> tuple[Entry, ...]:
        """The latest, oldest first."""
        return tuple(self._entries)

    def clear(self) -> None:
        """Forget them."""
        self._entries.clear()
