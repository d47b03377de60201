"""The leak scan: known secrets in every form, and what looks like a credential, in written bytes of any kind.

Files are read a megabyte at a time. What is packed in them (base64, gzip, deflate, one in the other) is unpacked on the
way and searched like the file itself.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from harness.cassette.lookalikes import lookalikes
from harness.cassette.unpacking import Unpacker
from harness.errors import UsageError
from harness.spellings import Secrets
from harness.venues import NAMES, venue

__all__ = ["KNOWN", "PATTERN", "Leak", "scan", "scan_file"]

KNOWN = "SCAN-known"
PATTERN = "SCAN-pattern"

_READ = 1 << 20
_OVERLAP = 1 << 16  # more than the longest form of a secret takes with every letter escaped twice
_PROCESSED = 1 << 18
_DEPTH = 3  # base64 in gzip in base64
_ALLOWED = re.compile(r"harness-scan: allow ([\w-]+(?:, [\w-]+)*) because (\S.{0,200})")


@dataclass(frozen=True, slots=True)
class Leak:
    """A place where a secret is. It holds nothing of it: `name` is how the known secret is called, else empty."""

    check: str  # KNOWN or PATTERN
    line: int  # counted from 1
    kind: str
    name: str = ""
    packed: bool = False
    reason: str = ""  # why it is none, by a remark in its line or the one before; only look-alikes can be explained

    def __str__(self) -> str:
        how = f"{self.kind}{', inside base64 or compressed bytes' if self.packed else ''}"
        return f"{self.name} is there: {how}" if self.name else f"this looks like a credential: {how}"


Tell = Callable[[Leak], None]


class _Scanner:
    """Looks through one stream of bytes."""

    def __init__(self, secrets: Secrets, hashes: Collection[bytes], tell: Tell, depth: int = 0) -> None:
        self._secrets, self._hashes, self._tell, self._depth = secrets, hashes, tell, depth
        self._unpacker = Unpacker(self._opened) if depth < _DEPTH else None
        self._buffer, self._lines, self._done = b"", 0, 0  # what was read, lines before it, how much of it is done
        self._place, self._piece_lines = 0, 0
        self._breaks: list[int] = []
        self._small: list[tuple[int, bytes]] = []

    def feed(self, data: bytes) -> None:
        self._buffer += data
        if len(self._buffer) - self._done >= _PROCESSED:
            self._process(len(self._buffer) - _OVERLAP)
        if self._unpacker is None:
            return
        self._breaks = [match.start() for match in re.finditer(b"\n", data)]
        self._unpacker.feed(data)
        self._flush()
        self._place += len(data)
        self._piece_lines += len(self._breaks)

    def close(self) -> None:
        self._process(len(self._buffer))
        if self._unpacker is not None:
            self._unpacker.close()
            self._flush()

    def _process(self, until: int) -> None:
        text, start = self._buffer, self._done
        breaks = [match.start() for match in re.finditer(b"\n", text)]

        def line_of(place: int) -> int:
            return self._lines + 1 + bisect_right(breaks, place - 1)

        for sighting in self._secrets.find(text):
            if start <= sighting.start < until:
                self._tell(Leak(KNOWN, line_of(sighting.start), sighting.kind, sighting.name))
        for found in lookalikes(text, self._hashes):
            if start <= found.start < until:
                reason = _reason(text, found.start, found.kind)
                self._tell(Leak(PATTERN, line_of(found.start), found.kind, reason=reason))
        kept = max(0, until - _OVERLAP)
        self._lines += bisect_right(breaks, kept - 1)
        self._buffer, self._done = text[kept:], until - kept

    def _opened(self, place: int) -> "_Inside":
        line = self._piece_lines + 1 + bisect_right(self._breaks, place - self._place - 1)
        return _Inside(self, line)

    def inner(self, line: int) -> "_Scanner":
        """One for something that was packed in this line."""
        return _Scanner(self._secrets, self._hashes, self._telling(lambda _: line), self._depth + 1)

    def later(self, line: int, data: bytes) -> None:
        """Something small that was packed in this line: looked through together with others of its size."""
        self._small.append((line, data.replace(b"\n", b" ")))

    def _flush(self) -> None:
        if not self._small:
            return
        small, self._small = self._small, []
        scanner = _Scanner(self._secrets, self._hashes, self._telling(lambda n: small[n - 1][0]), self._depth + 1)
        scanner.feed(b"\n".join(data for _, data in small))
        scanner.close()

    def _telling(self, line_of: Callable[[int], int]) -> Tell:
        return lambda leak: self._tell(replace(leak, line=line_of(leak.line), packed=True))


class _Inside:
    """What was packed in a line: looked through on its own once it is large."""

    def __init__(self, outer: _Scanner, line: int) -> None:
        self._outer, self._line, self._data = outer, line, b""
        self._scanner: _Scanner | None = None

    def feed(self, data: bytes) -> None:
        if self._scanner is None and len(self._data) + len(data) > _PROCESSED:
            self._scanner = self._outer.inner(self._line)
            data, self._data = self._data + data, b""
        if self._scanner is not None:
            self._scanner.feed(data)
        else:
            self._data += data

    def close(self) -> None:
        if self._scanner is not None:
            self._scanner.close()
        elif self._data:
            self._outer.later(self._line, self._data)
            self._data = b""


def _reason(text: bytes, place: int, kind: str) -> str:
    begin = text.rfind(b"\n", max(0, place - _OVERLAP), place)
    begin = text.rfind(b"\n", max(0, begin - _OVERLAP), max(0, begin)) + 1
    end = text.find(b"\n", place, place + _OVERLAP)
    lines = text[begin : end if end >= 0 else len(text)].decode("utf-8", "replace")
    remarks = _ALLOWED.finditer(lines)
    return next((remark[2].strip() for remark in remarks if kind in remark[1].split(", ")), "")


def _hashes() -> frozenset[bytes]:
    return frozenset(name.encode() for known in NAMES for name in venue(known).privacy.hashes)


def scan(pieces: Iterable[bytes], secrets: Secrets) -> Iterator[Leak]:
    """The leaks in a stream of bytes, each line, secret and form once."""
    found: list[Leak] = []
    told: set[Leak] = set()
    scanner = _Scanner(secrets, _hashes(), found.append)

    def fresh() -> Iterator[Leak]:
        for leak in found:
            if leak not in told:
                told.add(leak)
                yield leak
        found.clear()

    for piece in _gathered(pieces):
        scanner.feed(piece)
        yield from fresh()
    scanner.close()
    yield from fresh()


def _gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces that are worth the work."""
    together, size = [], 0
    for piece in pieces:
        together.append(piece)
        size += len(piece)
        if size >= _PROCESSED:
            yield b"".join(together)
            together, size = [], 0
    yield b"".join(together)


def scan_file(path: Path, secrets: Secrets) -> Iterator[Leak]:
    """The leaks in a file, whatever it is; `UsageError` when it cannot be read."""
    try:
        with path.open("rb") as file:
            yield from scan(_pieces(file), secrets)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path)) from None


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(_READ):
        yield piece
