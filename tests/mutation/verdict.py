"""What checks and fuzzing say of the reference connectors, one of whose modules is a mutant.

Each mutant has a process of its own, forked from one that has loaded everything but the connectors: so it costs what
the checks cost that it takes to notice it. The quickest families come first, because most mutants die of the first
wrong figure.
"""

import gc
import logging
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.util import spec_from_loader

from harness.checks.exam import Exam, Library
from harness.checks.registry import checks
from harness.checks.running import run_one
from harness.findings import Status
from harness.fuzz.engine import Budget, fuzz
from harness.targets.driving import Rig
from harness.targets.loading import reference
from harness.venues import venue as facts_of
from tests.mutation.mutants import Mutant

__all__ = ["EXAMPLES", "judged"]

EXAMPLES = 300
"""Generated plays for each update method of one venue; of a shared module, which three venues play, a tenth of it."""

SECONDS = 60
"""Several times what an unharmed connector takes; whatever lasts longer is noticed by its lasting."""

_ORDER = ("PLACEHOLDER", "PARSE", "EVOLVE", "STATE", "ERROR", "REQUEST", "SECRET", "RETRY", "LEAK")


class _Replaced(InspectLoader, MetaPathFinder):
    """Finds one module in a text instead of its file."""

    def __init__(self, name: str, source: str) -> None:
        self._name, self._source = name, source

    def find_spec(self, name, path=None, target=None):
        return spec_from_loader(name, self) if name == self._name else None

    def get_source(self, fullname):
        return self._source


@cache
def library(venue: str) -> Library:
    """The cassettes of a venue, read before the first fork."""
    found = Library(facts_of(venue))
    for scenario in found.scenarios():
        found.phases(scenario)
    return found


def judged(mutant: Mutant, venues: Sequence[str]) -> str | None:
    """What gave the mutant away: a finding, a generated one, or how it fell over; `None` where it survives."""
    for venue in venues:
        library(venue)
    gc.freeze()  # LEAK collects garbage, and nothing of what is here by now is any
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        signal.alarm(SECONDS)
        told = _told(mutant, venues)
        os.write(writing, told.encode()[:4000])
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return f"no end within {SECONDS} s"
    return told or None


def _told(mutant: Mutant, venues: Sequence[str]) -> str:
    sys.meta_path.insert(0, _Replaced(f"harness.connectors.{mutant.module}", mutant.source))
    logging.disable(logging.NOTSET)
    try:
        return next(_findings(venues), "")
    except BaseException as error:  # noqa: BLE001 - a connector that cannot even be made is noticed
        return f"{type(error).__name__}: {error}"


def _findings(venues: Sequence[str]) -> Iterator[str]:
    """Checks on every venue, then fuzzing on every venue."""
    with Rig() as rig:
        exams = [Exam(rig, reference(venue), library(venue)) for venue in venues]
        for exam in exams:
            for check in sorted(checks().values(), key=lambda check: _ORDER.index(check.family)):
                for method in filter(check.applies_to, exam.contract.methods()):
                    for result in run_one(exam, method, check):
                        if result.status in {Status.FAIL, Status.ERROR}:
                            yield f"{result.check}: {exam.venue.name} {method} {result.case}: {result.message}"
        budget = Budget(examples=EXAMPLES if len(exams) == 1 else EXAMPLES // 10, until_first=True)
        for exam in exams:
            for method in exam.contract.methods():
                for found in fuzz(exam, method, budget).found.values():
                    yield f"fuzzing, {found.violation.check}: {exam.venue.name} {method}: {found.violation.message}"
