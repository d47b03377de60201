"""The frames of tapes as payloads: each text frame is matched to its channel and validated."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from harness import exact
from harness.cassette import tape
from harness.cassette.tape import Direction, Frame, Kind
from harness.checks.validation import KIND_OF, judge
from harness.contract.payloads import Payload
from harness.errors import UsageError
from harness.findings import Result
from harness.venues import NAMES

__all__ = ["holds_others", "tapes_of", "validate_tape"]

_OTHERS = frozenset({".json", ".yaml", ".yml"})


def tapes_of(paths: Iterable[Path]) -> list[Path]:
    """The tapes among files and in folders, each once."""
    found: dict[Path, Path] = {}
    for path in paths:
        files = sorted(path.rglob(f"*{tape.SUFFIX}")) if path.is_dir() else [path]
        for file in files:
            if file.name.endswith(tape.SUFFIX) and (path.is_dir() or path.is_file()):
                found.setdefault(file.resolve(), file)
    return list(found.values())


def holds_others(path: Path) -> bool:
    """Whether anything but tapes is to be looked for here; whoever looks says what is missing or strange."""
    if not path.is_dir():
        return not (path.is_file() and path.name.endswith(tape.SUFFIX))
    files = list(path.rglob("*"))
    return any(file.suffix.lower() in _OTHERS for file in files) or not tapes_of([path])


def validate_tape(path: Path, kinds: Collection[str] = ()) -> Iterator[Result]:
    """A result for each text frame, `file.ws.jsonl#3` for the third line below the provenance.

    `UsageError` for a file that is no tape, or one of a venue that is not known.
    """
    loaded = tape.load(path)
    recorded = loaded.provenance
    if recorded.venue not in NAMES:
        raise UsageError(f"unknown venue {recorded.venue!r}", where=str(path), cure=f"known: {', '.join(NAMES)}")
    kind = KIND_OF[recorded.environment]
    if kinds and kind not in kinds:
        return
    opened: dict[int, str] = {}
    for number, frame in enumerate(loaded.frames, 1):
        if frame.kind is Kind.OPEN:
            opened[frame.connection] = frame.text
        elif frame.kind is Kind.TEXT:
            origin = f"{path}#{number}"
            payload = _payload(recorded.venue, opened.get(frame.connection, ""), frame, origin)
            yield judge(replace(payload, kind=kind))


def _payload(venue: str, path: str, frame: Frame, origin: str) -> Payload:
    try:
        body, text = exact.decode(frame.text), None
    except ValueError:
        body, text = None, frame.text
    method = "SEND" if frame.direction is Direction.SENT else "RECV"
    return Payload(
        venue=venue, transport="ws", method=method, path=path, status=200, body=body, text=text, origin=origin
    )
