"""What is packed into a stream of bytes: base64, and gzip or deflate, on their own or inside base64; piece by piece."""

import base64
import re
import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

__all__ = ["Sink", "Unpacker"]

_BREAK = rb"(?:\\r)?(?:\\n|\r?\n)[ \t]*"
_RUN = re.compile(rb"[\w+/-]{24,}+(?:" + _BREAK + rb"[\w+/-]++)*+")
_REST = re.compile(rb"[\w+/-]*+(?:" + _BREAK + rb"[\w+/-]++)*+")
_LATER = re.compile(_BREAK + rb"(?=H4sI|eA|eF|eJ|eN)")  # a line that may begin with the base64 of gzip or zlib
_BREAKS = re.compile(rb"\\[rn]|\s+")
_STANDARD = bytes.maketrans(b"-_", b"+/")
_COMPRESSED = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")
_EITHER = zlib.MAX_WBITS | 32  # gzip or zlib, by the header
_BARE = -zlib.MAX_WBITS
_PIECE = 1 << 20


class Sink(Protocol):
    """Who is given the bytes of one thing that was packed."""

    def feed(self, data: bytes) -> None:
        """The next of them, a megabyte at most."""

    def close(self) -> None:
        """There are no more."""


class _Inflating:
    """A compressed stream that may go on in the next piece."""

    def __init__(self, sink: Sink) -> None:
        self._engine, self._sink = zlib.decompressobj(_EITHER), sink
        self.open, self.told = True, False

    def feed(self, data: bytes) -> None:
        try:
            while data and not self._engine.eof:
                if plain := self._engine.decompress(data, _PIECE):
                    self.told = True
                    self._sink.feed(plain)
                data = self._engine.unconsumed_tail
        except zlib.error:
            self.open = False
        else:
            self.open = not self._engine.eof
        if not self.open:
            self._sink.close()


class _Run:
    """A run of base64; its bytes go on, inflated where they are compressed."""

    def __init__(self, opened: Callable[[], Sink]) -> None:
        self._opened, self._rest, self._begun = opened, b"", False
        self._sink: Sink | None = None
        self._inflating: _Inflating | None = None

    def feed(self, text: bytes) -> None:
        text = self._rest + _BREAKS.sub(b"", text).translate(_STANDARD)
        whole = len(text) - len(text) % 4
        self._rest = text[whole:]
        self._pass(base64.b64decode(text[:whole]))

    def close(self) -> None:
        if len(self._rest) > 1:
            self._pass(base64.b64decode(self._rest + b"=" * (-len(self._rest) % 4)))
        if self._sink is not None:
            self._sink.close()
        if self._inflating is not None and self._inflating.open:
            self._inflating.feed(b"")

    def _pass(self, data: bytes) -> None:
        if not data:
            return
        if not self._begun:
            self._begun = True
            if _COMPRESSED.match(data):
                self._inflating = _Inflating(self._opened())
            elif (bare := _deflated(data)) is not None:
                data += b"\n" + bare
        if self._inflating is not None:
            if self._inflating.open:
                self._inflating.feed(data)
            if self._inflating.told:
                return
        if self._sink is None:
            self._sink = self._opened()
        self._sink.feed(data)


def _deflated(data: bytes) -> bytes | None:
    """What a deflate stream without a header begins with; `None` for what is none."""
    engine = zlib.decompressobj(_BARE)
    try:
        told = engine.decompress(data, _PIECE)
    except zlib.error:
        return None
    return told or None


class Unpacker:
    """Finds what is packed in a stream. `opened(place)` gives the sink for what began at that place.

    Places are counted in bytes since the stream began. Memory does not grow with what is packed.
    """

    def __init__(self, opened: Callable[[int], Sink]) -> None:
        self._opened = opened
        self._runs: list[_Run] = []
        self._inflating: list[_Inflating] = []
        self._place = 0
        self._last = b""

    def feed(self, data: bytes) -> None:
        """The next piece of the stream."""
        for stream in self._inflating:
            stream.feed(data)
        for begin in self._compressed(data):
            stream = _Inflating(self._opened(max(0, self._place + begin)))
            stream.feed((self._last[begin:] if begin < 0 else b"") + data[max(0, begin) :])
            self._inflating.append(stream)
        self._inflating = [stream for stream in self._inflating if stream.open]
        self._unrolled(data)
        self._place += len(data)
        self._last = data[-2:]

    def close(self) -> None:
        """The stream has ended."""
        for run in self._runs:
            run.close()
        self._runs = []

    def _compressed(self, data: bytes) -> Iterator[int]:
        for match in _COMPRESSED.finditer(self._last + data):
            if match.end() > len(self._last):
                yield match.start() - len(self._last)

    def _unrolled(self, data: bytes) -> None:
        begin = 0
        if self._runs:
            rest = _REST.match(data)
            begin = rest.end() if rest else 0
            self._go_on(self._runs, data[:begin], ended=bool(data[begin:].strip()))
        for match in _RUN.finditer(data, begin):
            starts = [match.start(), *(later.end() for later in _LATER.finditer(data, *match.span()))]
            ended = bool(data[match.end() : match.end() + 8].strip())
            for start in starts:
                self._go_on([self._begun(start)], data[start : match.end()], ended=ended)

    def _begun(self, start: int) -> _Run:
        place = self._place + start
        return _Run(lambda: self._opened(place))

    def _go_on(self, runs: list[_Run], text: bytes, *, ended: bool) -> None:
        for run in runs:
            run.feed(text)
            if ended:
                run.close()
        self._runs = [] if ended else [*(run for run in self._runs if run not in runs), *runs]
