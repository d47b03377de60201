"""What a difference does to a connector: who reads it, and what it makes of the very payload that shows it."""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from harness import exact
from harness.checks.exam import Exam
from harness.checks.recorded import scene_of
from harness.checks.validation import payloads_of
from harness.contract.payloads import Payload, from_document
from harness.contract.reading import Reading
from harness.drift.consumption import parts, reached
from harness.drift.difference import Difference
from harness.drift.rules import Severity
from harness.errors import UsageError
from harness.targets.driving import Rig
from harness.targets.loading import reference, resolve
from harness.targets.outcome import Outcome

__all__ = ["Impact", "Prover", "found_in"]

_ROWS = 3
_CHECKS: Mapping[str, str] = {
    "DRIFT-removed": "EVOLVE-missing",
    "DRIFT-renamed": "EVOLVE-missing",
    "DRIFT-case": "EVOLVE-missing",
    "DRIFT-moved": "EVOLVE-missing",
    "DRIFT-optional": "EVOLVE-missing",
    "DRIFT-nullable": "EVOLVE-null",
    "DRIFT-enum": "EVOLVE-enum",
    "DRIFT-retyped": "EVOLVE-type",
    "DRIFT-format": "EVOLVE-type",
}
"""The check that a connector fails which does not notice; of every other rule it is that of the figures."""
_FIGURES = "PARSE-values"


@dataclass(frozen=True, slots=True)
class Impact:
    """One method that a difference reaches. `told` is a sentence of what the connector does with the payload."""

    method: str
    into: tuple[str, ...]
    check: str
    told: str = ""


class Prover:
    """Tells whom differences reach, and proves it by playing. A context manager; it begins to play when it must.

    `payloads` are those that no recording holds. Whatever goes beyond `most` is told and not played.
    """

    def __init__(self, target: str, venue: str, payloads: Mapping[str, Payload] | None = None, most: int = 40) -> None:
        self._target, self._venue, self._payloads, self._left = target, venue, payloads or {}, most
        self._stack = ExitStack()
        self._exams: dict[str, Exam] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def impacts(self, difference: Difference) -> tuple[Impact, ...]:
        """The methods that read what has changed, with what they make of the payload that shows it."""
        found: dict[str, list[str]] = {}
        for reader in reached(difference.topic, difference.path):
            found.setdefault(reader.method, []).append(reader.into)
        loud = found and difference.severity in {Severity.BREAKING, Severity.RISKY}
        payload = None
        if loud and self._left > 0 and difference.origin:
            self._left -= 1
            payload = self._payloads.get(difference.origin) or found_in(difference)
        check = _CHECKS.get(difference.rule, _FIGURES)
        return tuple(
            Impact(method, tuple(dict.fromkeys(into)), check, self._told(method, into, difference, payload))
            for method, into in found.items()
        )

    def _told(self, method: str, into: Iterable[str], difference: Difference, payload: Payload | None) -> str:
        name = parts(difference.topic)[0]
        if payload is None or (self._target and name != self._venue):
            return ""
        return _played(self._exam(name), method, into, difference, payload)

    def _exam(self, name: str) -> Exam:
        if name not in self._exams:
            rig = self._stack.enter_context(Rig())
            self._exams[name] = Exam(rig, resolve(self._target, name) if self._target else reference(name))
        return self._exams[name]


def _played(exam: Exam, method: str, into: Iterable[str], difference: Difference, payload: Payload) -> str:
    if not exam.has(method):
        return ""
    endpoint = parts(difference.topic)[2]
    reading = next((one for one in exam.contract.of(method) if one.endpoint == endpoint), None)
    if reading is None:
        return ""  # what only chooses a reading is played with the reading itself
    scene, credentials = scene_of(exam, reading, payload)
    (outcome,) = exam.play(method, scene, credentials=credentials)
    return _sentence(exam, reading, tuple(into), outcome)


def _sentence(exam: Exam, reading: Reading, into: tuple[str, ...], outcome: Outcome) -> str:
    subject = f"`{reading.method}` of {exam.venue.name}"
    if outcome.error is not None or outcome.hung:
        return f"{subject} would fail: {outcome.how()}"
    reported = _reported(reading, into, outcome)
    if not reported:
        told = "and say so in its log" if outcome.warnings else "in silence"
        return f"{subject} would report nothing, {told}"
    return f"{subject} would report {reported}"


def _reported(reading: Reading, into: tuple[str, ...], outcome: Outcome) -> str:
    """The part of the state in which the field ends, as the connector shows it."""
    state = outcome.state
    if reading.rows is None:
        named = [name for name in into if name in {"total", "available"}] or ["total", "available"]
        shown = []
        for name in named:
            held = (state.total if name == "total" else state.available) or {}
            shown += [f"{name} {value} {asset}" for asset, value in sorted(held.items())]
        return ", ".join(shown)
    rows = state.positions or ()
    shown = []
    for row in rows[:_ROWS]:
        values = [f"{name} {row.values[name]}" for name in into if name in row.values]
        values += [row.side] if "position_side" in into else []
        values = values or [f"amount {row.values['amount']}"]
        shown.append(f"{', '.join(values)} for {row.trading_pair}")
    more = len(rows) - _ROWS
    return "; ".join(shown) + (f" and {more} more" if more > 0 else "")


def found_in(difference: Difference) -> Payload | None:
    """The payload that shows a difference, from the recording that it was seen in; `None` where that is gone."""
    file = difference.origin.partition("#")[0]
    path = Path(file)
    if not path.is_file():
        return None
    try:
        if path.suffix.lower() in {".yaml", ".yml"}:
            return next((one for one in payloads_of(path) if one.origin == difference.origin), None)
        if path.suffix.lower() in {".jsonl", ".ndjson"}:
            return _of_line(path, difference)
        return next(iter(payloads_of(path)), None)
    except UsageError:
        return None


def _of_line(path: Path, difference: Difference) -> Payload | None:
    with path.open("rb") as opened:
        opened.seek(difference.place)
        document: Any = exact.decode(opened.readline())
    if isinstance(document, dict) and {"exchange", "body"} <= document.keys():
        return from_document(document, str(path))
    venue, transport, _ = parts(difference.topic)
    return Payload(venue=venue, transport=transport, method="GET", path="", status=200, body=document)
