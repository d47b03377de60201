"""Running Hypothesis over the plays of one method, and keeping the smallest play of every violation."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from math import inf
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.database import ExampleDatabase
from hypothesis.errors import Flaky, StopTest

from harness.checks.exam import Exam
from harness.fuzz.arena import Arena
from harness.fuzz.coverage import Coverage
from harness.fuzz.plays import Playwright
from harness.fuzz.referee import Violation
from harness.fuzz.steps import Play

__all__ = ["Budget", "Found", "Fuzzing", "fuzz", "fuzz_into"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How long to look. Without a seed the run is derandomised: the same examples every time."""

    examples: int
    seconds: float | None = None
    seed: int | None = None
    database: ExampleDatabase | None = None
    until_first: bool = False  # stop at the first violation, as it is: whether there is one, not which is smallest


@dataclass(frozen=True, slots=True)
class Found:
    """A violation with the smallest play that shows it."""

    violation: Violation
    play: Play


@dataclass(slots=True)
class Fuzzing:
    """What one run did. It is filled while the run goes on, so that an interrupted one is not lost."""

    method: str
    found: dict[str, Found] = field(default_factory=dict)
    coverage: Coverage = field(default_factory=Coverage)
    examples: int = 0
    calls: int = 0
    seconds: float = 0.0


class _ViolationError(AssertionError):
    """Base of the errors by which Hypothesis tells violations apart: a type for each check and cause."""


class _OutOfTimeError(KeyboardInterrupt):
    """An interrupt, because that is what Hypothesis lets through at once instead of shrinking it like a failure."""


_GRACE = 30.0  # seconds that a found violation is shrunk on when the time is over


@cache
def _error_type(name: str) -> type[_ViolationError]:
    return type(name, (_ViolationError,), {})


def fuzz(exam: Exam, method: str, budget: Budget, progress: Callable[[Fuzzing], None] | None = None) -> Fuzzing:
    """Generate plays within the budget; every kind of violation is shrunk to its smallest play.

    `KeyboardInterrupt` passes through after the result was completed as far as it goes; see `Fuzzing`.
    """
    run = Fuzzing(method)
    fuzz_into(run, exam, budget, progress)
    return run


def fuzz_into(run: Fuzzing, exam: Exam, budget: Budget, progress: Callable[[Fuzzing], None] | None = None) -> None:
    """The same, into a result that the caller keeps whatever happens."""
    began, last = time.monotonic(), inf if budget.seconds is None else budget.seconds
    with Arena(exam, run.method) as arena:

        def look(play: Play) -> None:
            if time.monotonic() - began > (last if not run.found else last + _GRACE):
                raise _OutOfTimeError
            run.examples += 1
            for step in play:
                run.coverage.note(step.touched)
            violations = arena.violations(play)
            run.calls, run.seconds = arena.calls, time.monotonic() - began
            if progress is not None:
                progress(run)
            if violations:
                first = violations[0]
                run.found[first.check] = Found(first, play)
                raise _error_type(first.check.replace("-", "_"))(first.message)

        try:
            _given(Playwright(exam, run.method), budget)(look)()
        except (_ViolationError, _OutOfTimeError, Flaky, BaseExceptionGroup) as told:
            for error in _leaves(told):
                if not isinstance(error, _ViolationError | _OutOfTimeError | Flaky | StopTest):
                    raise
        finally:
            run.seconds = time.monotonic() - began


def _given(playwright: Playwright, budget: Budget) -> Callable[[Callable[[Play], None]], Callable[[], Any]]:
    phases = [Phase.generate, *([] if budget.until_first else [Phase.shrink])]
    phases += [Phase.reuse] if budget.database is not None else []
    configured = settings(
        max_examples=budget.examples,
        deadline=None,
        database=budget.database,
        derandomize=budget.seed is None and budget.database is None,
        report_multiple_bugs=not budget.until_first,
        suppress_health_check=list(HealthCheck),
        phases=phases,
        print_blob=False,
    )

    def decorate(look: Callable[[Play], None]) -> Callable[[], Any]:
        test = given(playwright.plays())(look)
        # the settings come last, because `seed` would take the database away from them
        return configured(test if budget.seed is None else seed(budget.seed)(test))

    return decorate


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error
