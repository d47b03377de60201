"""The parts of a run that can be examined apart from one another: one venue and some methods each."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.checks.exam import Exam
from harness.checks.recorded import PARSE, REFUSE, run_recorded
from harness.checks.running import run
from harness.errors import UsageError
from harness.findings import Result
from harness.targets.driving import Rig
from harness.targets.loading import reference, resolve

__all__ = ["Examiner", "Shard"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """What to examine. No target means the reference connector; no checks means all."""

    target: str
    venue: str
    methods: tuple[str, ...]
    checks: tuple[str, ...] = ()
    payloads: Path | None = None


class Examiner:
    """Examines shards on one rig; those of one venue share their plays."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._exams: dict[tuple[str, str], Exam] = {}

    def examine(self, shard: Shard) -> Iterator[Result]:
        """Every result of a shard. `UsageError` when the target cannot be imported, built or run at all."""
        try:
            exam = self._exam(shard.target, shard.venue)
            ordinary = tuple(name for name in shard.checks if name not in (PARSE, REFUSE))
            if ordinary or not shard.checks:
                yield from run(exam, shard.methods, ordinary)
            if shard.payloads is not None:
                for result in run_recorded(exam, shard.payloads, shard.methods):
                    if _is_meant(result.check, shard.checks):
                        yield result
        except SystemExit as error:
            what = f"the target ended the process: SystemExit({error.code!r})"
            raise UsageError(what, where=shard.target or shard.venue, cure="let it raise an error instead") from None

    def _exam(self, target: str, venue: str) -> Exam:
        if (target, venue) not in self._exams:
            found = resolve(target, venue) if target else reference(venue)
            self._exams[target, venue] = Exam(self._rig, found)
        return self._exams[target, venue]


def _is_meant(check: str, names: Collection[str]) -> bool:
    return not names or check in names or check.partition("-")[0] in names
