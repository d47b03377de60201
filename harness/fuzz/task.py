"""One share of a fuzzing run: a method of a target, a budget, and what is told of it while it goes on."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from harness.cassette.model import Cassette
from harness.checks.exam import Exam
from harness.findings import Result, Status
from harness.fuzz.coverage import Coverage, universe
from harness.fuzz.database import Partition, database
from harness.fuzz.engine import Budget, Found, Fuzzing, fuzz, fuzz_into
from harness.fuzz.saving import as_cassette

__all__ = ["Share", "Telling", "Trouble", "fuzzed", "merged"]

_PAUSE = 0.5  # seconds between two tellings
_SHOWN = 1500
_MOST_LABELS = 12


@dataclass(frozen=True, slots=True)
class Trouble:
    """A finding in a form that travels between processes."""

    check: str
    message: str
    cause: str
    evidence: Mapping[str, Any]
    cassette: Cassette

    def size(self) -> int:
        """How much one has to read: of two findings of one kind the smaller is kept."""
        return sum(len(interaction.response.body) for interaction in self.cassette.interactions)


@dataclass(frozen=True, slots=True)
class Telling:
    """How far a share has come."""

    venue: str
    method: str
    examples: int = 0
    calls: int = 0
    seconds: float = 0.0
    counts: Mapping[str, int] = field(default_factory=dict)
    whole: frozenset[str] = frozenset()
    troubles: tuple[Trouble, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one process is asked to do."""

    target: str
    venue: str
    method: str
    examples: int
    seconds: float | None
    seed: int
    database: str

    def run(self, exam: Exam, tell: Callable[[Telling], None]) -> Telling:
        """Fuzz within the budget; `tell` hears of it now and then, and of every new finding."""
        kept = database(self.database)
        budget = Budget(
            examples=self.examples,
            seconds=self.seconds,
            seed=self.seed,
            database=None if kept is None else Partition(kept, self.target, self.venue, self.method),
        )
        run, whole = Fuzzing(self.method), universe(exam, self.method)
        last, known = monotonic(), 0

        def progress(current: Fuzzing) -> None:
            nonlocal last, known
            if monotonic() - last > _PAUSE or len(current.found) > known:
                last, known = monotonic(), len(current.found)
                tell(_telling(exam, current, whole))

        fuzz_into(run, exam, budget, progress)
        return _telling(exam, run, whole)


def fuzzed(exam: Exam, method: str, examples: int) -> tuple[Result, ...]:
    """A derandomised run as results: each finding with its smallest play, or one that passed."""
    if not exam.has(method):
        told = f"the target has no {method}"
        return (Result("FUZZ", method, "generated plays", Status.ABSENT, told, venue=exam.venue.name),)
    run = fuzz(exam, method, Budget(examples=examples))
    found = _troubles(exam, run)
    if not found:
        return (Result("FUZZ", method, "generated plays", Status.PASS, venue=exam.venue.name),)
    return tuple(
        Result(
            trouble.check,
            method,
            "generated plays",
            Status.FAIL,
            trouble.message,
            trouble.evidence,
            venue=exam.venue.name,
        )
        for trouble in found
    )


def _telling(exam: Exam, run: Fuzzing, whole: frozenset[str]) -> Telling:
    troubles = _troubles(exam, run)
    counts = dict(run.coverage.counts)
    return Telling(exam.venue.name, run.method, run.examples, run.calls, run.seconds, counts, whole, troubles)


def _troubles(exam: Exam, run: Fuzzing) -> tuple[Trouble, ...]:
    return tuple(_trouble(exam, run.method, found, run.after[key]) for key, found in run.found.items())


def _trouble(exam: Exam, method: str, found: Found, after: Collection[str]) -> Trouble:
    violation = found.violation
    evidence = {
        "steps": [f"{step.act.value}: {step.label}" for step in found.play],
        "expected": violation.expected,
        "actual": str(violation.actual),
        "payload": _payload(found),
        "also after": sorted(set(after) - {found.play[-1].label})[:_MOST_LABELS],
    }
    shown = {name: value for name, value in evidence.items() if value not in ("", "None", [])}
    return Trouble(violation.check, violation.message, violation.cause, shown, as_cassette(exam, method, found))


def _payload(found: Found) -> str:
    answers = [answer for step in found.play for _, answer in step.scene.answers]
    text = answers[-1].body.decode("utf-8", "backslashreplace") if answers else ""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]} … ({len(text)} characters)"


def merged(tellings: list[Telling]) -> Telling:
    """What several shares of one method did together."""
    coverage = Coverage()
    troubles: dict[tuple[str, str], Trouble] = {}
    for telling in tellings:
        coverage.add(Coverage(telling.counts))
        for trouble in telling.troubles:
            key = (trouble.check, trouble.cause)
            if key not in troubles or trouble.size() < troubles[key].size():
                troubles[key] = trouble
    first = tellings[0]
    return Telling(
        first.venue,
        first.method,
        sum(telling.examples for telling in tellings),
        sum(telling.calls for telling in tellings),
        max(telling.seconds for telling in tellings),
        dict(coverage.counts),
        first.whole,
        tuple(troubles.values()),
    )
