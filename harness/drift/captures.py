"""Recordings as documents of topics: payload files, cassettes, tapes, JSON Lines of bodies, summaries of earlier ones.

A recording is cut into chunks that can be read apart from one another. Nothing is held longer than it is looked at, so
that a capture of a gigabyte needs no more memory than one of a megabyte.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from harness import exact
from harness.cassette import tape
from harness.checks.validation import is_refusal, payloads_of
from harness.contract import exceptions
from harness.contract.payloads import Payload, candidates, from_document, validate
from harness.drift.documents import claim_of_topic, topics
from harness.drift.observer import Observer, decode
from harness.drift.summary import Summary
from harness.drift.summary import from_document as summary_of
from harness.errors import UsageError
from harness.findings import Status
from harness.venues import NAMES, venue
from harness.venues.facts import Venue

__all__ = ["Chunk", "Seen", "chunks", "observe", "topic_of"]

CHUNK = 32 << 20
"""Bytes of a capture that one process reads at a time."""
_LINES = frozenset({".jsonl", ".ndjson"})
_FILES = frozenset({".json", ".yaml", ".yml"})
_CURE = "name payload files (.json), cassettes (.yaml), tapes (.ws.jsonl), JSON Lines (.jsonl) or folders of them"


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of the input: whole files, or the lines of one that begin between two places."""

    files: tuple[Path, ...]
    start: int = 0
    stop: int = 0
    topic: str = ""  # of lines that are bodies and nothing else
    kinds: tuple[str, ...] = ()  # provenances that count; all when none is named


@dataclass(slots=True)
class Seen:
    """What a chunk, or many, had to say. `unknown` are payloads of no known endpoint, with what they are."""

    summary: Summary
    unknown: dict[str, str]
    interrupted: bool = False  # by somebody who did not want to wait for the rest

    def absorb(self, other: "Seen") -> None:
        """Take in another, which must not be used afterwards."""
        self.summary.absorb(other.summary)
        self.unknown |= other.unknown


def chunks(paths: Iterable[Path], *, topic: str = "", kinds: Collection[str] = ()) -> list[Chunk]:
    """The input in parts. `UsageError` for a path that is missing, empty or holds something else."""
    if topic and topic not in topics():
        cure = "write it as lighter/rest/account; the names are those of schemas/"
        raise UsageError(f"unknown topic {topic!r}", where="--topic", cure=cure)
    found: list[Chunk] = []
    small: list[Path] = []
    for file in dict.fromkeys(file for path in paths for file in _below(path)):
        if file.name.endswith(tape.SUFFIX):
            found.append(Chunk((file,)))
        elif file.suffix.lower() in _LINES:
            size = file.stat().st_size
            found += [Chunk((file,), start, min(start + CHUNK, size), topic) for start in range(0, size, CHUNK)]
        else:
            small.append(file)
    rest = iter(small)
    while group := tuple(islice(rest, 200)):
        found.append(Chunk(group))
    return [replace(chunk, kinds=tuple(kinds)) for chunk in found]


def _below(path: Path) -> list[Path]:
    if path.is_dir():
        files = [file for file in path.rglob("*") if file.suffix.lower() in _LINES | _FILES and file.is_file()]
        if not files:
            raise UsageError("no recordings", where=str(path), cure=_CURE)
        return sorted(files)
    if not path.is_file():
        raise UsageError("no such file or folder", where=str(path))
    if path.suffix.lower() not in _LINES | _FILES:
        raise UsageError("not a recording", where=str(path), cure=_CURE)
    return [path]


class _Maps(dict[str, Collection[str]]):
    """Asks the schema of a topic which of its objects are maps, once."""

    def get(self, topic: str, default: Any = None) -> Any:
        if topic not in self:
            shape = claim_of_topic(topic)
            self[topic] = default if shape is None else shape.maps
        return self[topic]


def observe(chunk: Chunk) -> Seen:
    """Read one chunk."""
    return _Reader(chunk).read()


class _Reader:
    def __init__(self, chunk: Chunk) -> None:
        self._chunk = chunk
        self._observer = Observer(_Maps())
        self._unknown: dict[str, str] = {}

    def read(self) -> Seen:
        whole = Summary()
        for file in self._chunk.files:
            if file.name.endswith(tape.SUFFIX):
                self._tape(file)
            elif file.suffix.lower() in _LINES:
                self._lines(file)
            elif (old := _old_summary(file)) is not None:
                whole.absorb(old)
            else:
                for place, payload in enumerate(payloads_of(file)):
                    self._payload(payload, place)
        whole.absorb(self._observer.summary())
        return Seen(whole, self._unknown)

    def _is_meant(self, payload: Payload) -> bool:
        return not self._chunk.kinds or payload.kind in self._chunk.kinds

    def _payload(self, payload: Payload, place: int) -> None:
        if not self._is_meant(payload):
            return
        try:
            self._note(payload, place)
        except RecursionError:
            raise UsageError("nested too deeply", where=payload.origin, cure="leave this one out") from None

    def _note(self, payload: Payload, place: int) -> None:
        what = f"{payload.method} {payload.path}"
        if payload.venue not in NAMES:
            self._unknown[payload.origin] = f"no venue is known for {what}"
        elif payload.text is not None:
            return  # proxies and rate limiters answer in any format
        elif (topic := topic_of(payload)) is None:
            self._unknown[payload.origin] = f"no endpoint or channel of {payload.venue} is known for {what}"
        elif not exceptions.reason(payload.venue, topic.rpartition("/")[2], payload.body):
            text = exact.encode(payload.body).decode()
            self._observer.add(topic, decode(text), payload.origin, place, len(text))

    def _lines(self, file: Path) -> None:
        """The lines that begin in the chunk, whoever ends them. A place is an offset, however the file is cut."""
        origin = str(file)
        with file.open("rb") as opened:
            if self._chunk.start:
                opened.seek(self._chunk.start - 1)
                opened.readline()
            at = opened.tell()
            while at < self._chunk.stop and (line := opened.readline()):
                if not line.isspace():
                    self._line(line, origin, at)
                at += len(line)

    def _line(self, line: bytes, origin: str, at: int) -> None:
        try:
            document = decode(line.decode("utf-8"))
        except ValueError as error:
            raise UsageError(f"not JSON: {error}", where=f"{origin}, byte {at}", cure="a line is one body") from None
        if self._chunk.topic:
            self._observer.add(self._chunk.topic, document, origin, at, len(line))
            return
        if not isinstance(document, dict) or not {"exchange", "transport", "path", "body"} <= document.keys():
            cure = "add --topic lighter/rest/account, or write payload files, one a line"
            raise UsageError("bodies without a word of their endpoint", where=origin, cure=cure)
        status = int(document.get("status", b"200"))
        payload = from_document({**document, "status": status}, f"{origin}@{at}")
        if payload.text is not None or not self._is_meant(payload):
            return
        topic = _topic_of_line(payload)
        if topic is None:
            what = f"{payload.method} {payload.path}"
            self._unknown[payload.origin] = f"no endpoint or channel of {payload.venue} is known for {what}"
        else:
            self._observer.add(topic, payload.body, origin, at, len(line))

    def _tape(self, file: Path) -> None:
        recorded = tape.load(file, verify=False)
        name = recorded.provenance.venue
        guide = _Guide(venue(name))
        paths: dict[int, str] = {}
        for place, frame in enumerate(recorded.frames):
            if frame.kind is tape.Kind.OPEN:
                paths[frame.connection] = frame.text
            if frame.kind is not tape.Kind.TEXT or frame.direction is not tape.Direction.RECEIVED:
                continue
            try:
                document = decode(frame.text)
            except ValueError:
                continue  # a frame that is no JSON belongs to no channel
            if channel := guide.channel(paths.get(frame.connection, ""), document):
                self._observer.add(f"{name}/ws/{channel}", document, str(file), place, len(frame.text))
            else:
                self._unknown[f"{file}#{place}"] = "a frame of no known channel"


def _old_summary(file: Path) -> Summary | None:
    if file.suffix.lower() != ".json":
        return None
    with file.open("rb") as opened:
        if b'"harness_summary"' not in opened.read(64):
            return None
    try:
        return summary_of(json.loads(file.read_bytes()), str(file))
    except ValueError:
        raise UsageError("a summary that is broken", where=str(file), cure="harness drift --save writes one") from None


def topic_of(payload: Payload) -> str | None:
    """The topic that a payload belongs to; of several, the one whose schema it conforms to."""
    found = candidates(payload)
    if not found:
        return None
    if payload.transport == "rest" and (payload.status >= 400 or is_refusal(payload, found[0].name)):
        return f"{payload.venue}/rest/error"
    if len(found) > 1:
        verdict = validate(payload)
        if verdict.status is Status.PASS:
            return str(verdict.evidence["schema"])
    return f"{payload.venue}/{payload.transport}/{found[0].name}"


def _topic_of_line(payload: Payload) -> str | None:
    found = candidates(payload)
    if payload.transport == "rest" and payload.status >= 400:
        return f"{payload.venue}/rest/error" if found else None
    return f"{payload.venue}/{payload.transport}/{found[0].name}" if found else None


class _Guide:
    """Tells the channel of a frame by the fields that tell channels apart, remembering what they told before."""

    def __init__(self, facts: Venue) -> None:
        self._facts = facts
        self._fields = sorted({name for channel in facts.channels for name in channel.frames})
        self._untyped = sorted({channel.untyped for channel in facts.channels if channel.untyped})
        self._known: dict[tuple[Any, ...], str] = {}

    def channel(self, path: str, frame: Any) -> str:
        """Its name, empty when there is none."""
        path = path.partition("?")[0].removeprefix(self._facts.ws_prefix) or "/"
        if not isinstance(frame, dict):
            key: tuple[Any, ...] = (path, type(frame))
        else:
            told = (value if isinstance(value := frame.get(name), str) else None for name in self._fields)
            key = (path, *told, *(name in frame for name in self._untyped))
        if key not in self._known:
            found = self._facts.find_channels(path, frame)
            if len(self._known) > 4096:
                self._known.clear()
            self._known[key] = found[0].name if found else ""
        return self._known[key]
