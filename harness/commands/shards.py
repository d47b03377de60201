"""The parts of a run that can be done apart from one another: one venue and some methods each."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from harness.checks.exam import Exam, Recorded
from harness.checks.recorded import PARSE, REFUSE, run_recorded
from harness.checks.running import run
from harness.errors import UsageError
from harness.findings import Result
from harness.targets.driving import Rig
from harness.targets.loading import reference, resolve

__all__ = ["Examiner", "Shard", "Task"]


class Task(Protocol):
    """A part of a run. It travels to another process, and so does everything that it tells."""

    def run(self, examiner: "Examiner", tell: Callable[[Any], None]) -> None:
        """Do it. `UsageError` when the target cannot be imported, built or run at all."""


class Examiner:
    """What the tasks of one process share: a rig, and for each target its exam with every play."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._exams: dict[tuple[str, str], Exam] = {}

    def exam(self, target: str, venue: str) -> Exam:
        """The exam of a target; no target means the reference connector."""
        if (target, venue) not in self._exams:
            found = resolve(target, venue) if target else reference(venue)
            self._exams[target, venue] = Exam(self._rig, found)
        return self._exams[target, venue]

    def perform(self, task: Task, tell: Callable[[Any], None]) -> None:
        """Do a task; a target that ends the process is wrong usage."""
        try:
            task.run(self, tell)
        except SystemExit as error:
            what = f"the target ended the process: SystemExit({error.code!r})"
            raise UsageError(
                what, where=getattr(task, "target", "") or "--target", cure="let it raise an error instead"
            ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """What to examine. No target means the reference connector; no checks means all."""

    target: str
    venue: str
    methods: tuple[str, ...]
    checks: tuple[str, ...] = ()
    payloads: Path | None = None
    cassettes: Path | None = None

    def run(self, examiner: Examiner, tell: Callable[[Result | Recorded], None]) -> None:
        """Tell every result, and then every recording that was played."""
        exam = examiner.exam(self.target, self.venue)
        ordinary = tuple(name for name in self.checks if name not in (PARSE, REFUSE))
        if ordinary or not self.checks:
            for result in run(exam, self.methods, ordinary):
                tell(result)
        for result in run_recorded(exam, self.payloads, self.methods) if self.payloads is not None else ():
            if _is_meant(result.check, self.checks):
                tell(result)
        if self.cassettes is not None:
            from harness.fuzz.saving import replay

            for result in replay(exam, self.cassettes, self.methods):
                if _is_meant(result.check, self.checks):
                    tell(result)
        for recorded in exam.library.played():
            tell(recorded)


def _is_meant(check: str, names: Collection[str]) -> bool:
    return not names or check in names or check.partition("-")[0] in names
