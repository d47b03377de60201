"""Which parts of a contract were exercised, and which never were."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from harness.checks.errors import refusals
from harness.checks.exam import Exam
from harness.contract.edits import breakages, collapses, repetitions, unknown_openness
from harness.contract.reading import Kind
from harness.fuzz.bodies import SPOILERS
from harness.fuzz.plays import faults_of

__all__ = ["Coverage", "universe"]


def universe(exam: Exam, method: str) -> frozenset[str]:
    """Everything that fuzzing a method can exercise: fields, breakages of each field, bytes, faults, situations."""
    found = {f"fault {name}" for name in faults_of(exam)}
    found |= {f"situation {name}" for name in exam.library.scenarios()}
    found |= {f"breakage {name}" for name, _ in SPOILERS}
    for reading in exam.contract.of(method):
        found |= {f"breakage {edit.name}" for _, edit in breakages(reading, 0)}
        found |= {
            f"breakage {edit.name}"
            for edit in (*collapses(reading), *repetitions(reading, 0), *unknown_openness(reading))
        }
        found |= {f"breakage {edit.name}" for edit in refusals(exam, method)}
        found |= {f"{column.into} {value!r}" for column in reading.columns for value in column.values}
        found |= {f"{column.into} changed" for column in reading.columns if column.kind is not Kind.ASSET}
    return frozenset(found)


class Coverage:
    """How often each part was exercised. Coverages of several processes add up."""

    def __init__(self, counts: Mapping[str, int] | None = None) -> None:
        self.counts: Counter[str] = Counter(counts or {})

    def note(self, touched: Iterable[str]) -> None:
        """Count what a step exercised."""
        self.counts.update(touched)

    def add(self, other: "Coverage") -> None:
        """Take in the counts of another run."""
        self.counts.update(other.counts)

    def missed(self, whole: Iterable[str]) -> Sequence[str]:
        """What was never exercised."""
        return sorted(part for part in whole if not self.counts[part])
