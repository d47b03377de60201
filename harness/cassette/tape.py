"""Tapes: the WebSocket frames of one scenario, as JSON Lines beside the cassette (`long_and_short.ws.jsonl`).

The first line is the provenance, sealed with the SHA-256 of all that follows; then every frame is a line. Tapes are
written and read a frame at a time, so that one of a million frames needs no more memory than one of ten.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from harness.cassette.model import Environment, Provenance
from harness.cassette.writing import written_whole
from harness.errors import UsageError

__all__ = ["SUFFIX", "Direction", "Frame", "Kind", "Tape", "lines", "load", "parse", "save"]

SUFFIX = ".ws.jsonl"
_VERSION = 1
_UNSEALED = "0" * 64
_CURE = "a tape is JSON Lines: its provenance, then a frame a line; record it again"


class Direction(StrEnum):
    """Who sent a frame, seen from the client."""

    SENT = "sent"
    RECEIVED = "received"


class Kind(StrEnum):
    """What a line tells: a frame, or that a connection began or ended."""

    OPEN = "open"
    TEXT = "text"
    BINARY = "binary"
    PING = "ping"
    PONG = "pong"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Frame:
    """One line. `text` is the exact text; of binary, ping and pong its base64.

    Of `OPEN`, which the client sends, it is path and query on the host; of `CLOSE` the code, a space and the reason.
    """

    at: int  # milliseconds since the first connection was opened
    connection: int  # counted from 1
    direction: Direction
    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Tape:
    """The frames of one scenario of one venue; those of a loaded tape are read from its file when asked for."""

    provenance: Provenance
    frames: Iterable[Frame]


@dataclass(frozen=True, slots=True)
class _Stored:
    path: Path

    def __iter__(self) -> Iterator[Frame]:
        with _opened(self.path) as file:
            next(file, None)
            for number, line in enumerate(file, 2):
                yield parse(line, f"{self.path}:{number}")


def load(path: Path, *, verify: bool = True) -> Tape:
    """Open a tape.

    `UsageError` when it cannot be read or is no tape, and, with `verify`, when its frames are not those that were
    sealed; while frames are read, when a line is none.
    """
    with _opened(path) as file:
        provenance = _provenance(next(file, b""), str(path))
        if verify:
            digest = sha256()
            for line in file:
                digest.update(line)
            if digest.hexdigest() != provenance.sha256:
                what = "edited by hand, or cut short: the frames are not those whose SHA-256 the first line gives"
                raise UsageError(what, where=str(path), cure="restore the file, or record it again")
    return Tape(provenance, _Stored(path))


def save(path: Path, tape: Tape) -> None:
    """Write a tape, whole or not at all: whoever reads meanwhile sees the old one or the new one."""
    with written_whole(path) as file:
        _write(file, tape)


def lines(tape: Tape) -> Iterator[bytes]:
    """The lines of the file that a tape becomes, one at a time; the seal in the first is left open."""
    yield _head(replace(tape.provenance, sha256=_UNSEALED))
    yield from map(_line, tape.frames)


def _write(file: IO[bytes], tape: Tape) -> None:
    """The seal is known last and stands first: its place is kept until then."""
    digest = sha256()
    told = lines(tape)
    file.write(next(told))
    for line in told:
        digest.update(line)
        file.write(line)
    file.seek(0)
    file.write(_head(replace(tape.provenance, sha256=digest.hexdigest())))


def _head(provenance: Provenance) -> bytes:
    told = {field.name: getattr(provenance, field.name) for field in fields(provenance)}
    told["tools"] = dict(provenance.tools)
    return _encoded({"version": _VERSION, "recorded": told})


def _line(frame: Frame) -> bytes:
    return _encoded(
        {
            "ms": frame.at,
            "connection": frame.connection,
            "direction": frame.direction,
            "kind": frame.kind,
            "text": frame.text,
        }
    )


def _encoded(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8") + b"\n"


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path)) from None


def _provenance(line: bytes, where: str) -> Provenance:
    try:
        document = json.loads(line)
        told = document["recorded"]
        if document["version"] != _VERSION:
            raise UsageError(f"version {document['version']} is not supported", where=where, cure=_CURE)
        known = {field.name for field in fields(Provenance)}
        kept = {name: value for name, value in told.items() if name in known}
        return Provenance(**{**kept, "environment": Environment(told["environment"])})
    except (ValueError, TypeError, LookupError, AttributeError):
        raise UsageError("not a tape: the first line is not its provenance", where=where, cure=_CURE) from None


def parse(line: bytes, where: str) -> Frame:
    """The frame in a line below the first; `UsageError`, which names where, for any other line."""
    try:
        told = json.loads(line.decode())
        text = told["text"]
        frame = Frame(int(told["ms"]), int(told["connection"]), Direction(told["direction"]), Kind(told["kind"]), text)
    except (ValueError, TypeError, LookupError):
        raise UsageError("not a frame", where=where, cure=_CURE) from None
    if not isinstance(text, str):
        raise UsageError("a frame without text", where=where, cure=_CURE)
    return frame
