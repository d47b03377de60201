"""Running Hypothesis over the plays of one method, and keeping the smallest play of every violation."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.database import ExampleDatabase
from hypothesis.errors import Flaky, StopTest

from harness.checks.exam import Exam
from harness.fuzz.arena import Arena
from harness.fuzz.coverage import Coverage
from harness.fuzz.database import Addition
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

    def size(self) -> tuple[int, int]:
        """How much one has to read: steps, and bytes of the answers."""
        return len(self.play), sum(len(answer.body) for step in self.play for _, answer in step.scene.answers)


@dataclass(slots=True)
class Fuzzing:
    """What one run did. It is filled while the run goes on, so that an interrupted one is not lost."""

    method: str
    found: dict[tuple[str, str], Found] = field(default_factory=dict)  # by check and cause
    after: dict[tuple[str, str], set[str]] = field(default_factory=dict)  # the same, and every step that it followed
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
    with Arena(exam, run.method) as arena:
        (outcome,) = exam.play(run.method, exam.base())
        playwright = Playwright(exam, run.method, outcome.requests)
        _Search(run, budget, arena, playwright, progress or (lambda _: None)).go()


class _Search:
    """Looks for violations in passes over the plays.

    What one pass found the next one looks away from, and goes on with what is left of the budget, until nothing more is
    found: what goes wrong in every play would hide all the rest.
    """

    def __init__(
        self, run: Fuzzing, budget: Budget, arena: Arena, playwright: Playwright, progress: Callable[[Fuzzing], None]
    ) -> None:
        self._run, self._budget, self._arena, self._playwright, self._progress = (
            run,
            budget,
            arena,
            playwright,
            progress,
        )
        self._known: tuple[Violation, ...] = ()  # what earlier passes found
        self._began = time.monotonic()

    def go(self) -> None:
        for number in count():
            self._known = tuple(found.violation for found in self._run.found.values())
            is_over = self._pass(number)
            found_nothing = len(self._run.found) == len(self._known)
            if is_over or found_nothing or self._budget.until_first or self._run.examples >= self._budget.examples:
                break
        if not self._budget.until_first:
            self._leave_causes()

    def _leave_causes(self) -> None:
        """What was found before its cause was, and follows from it, is no finding of its own."""
        every = {key: found.violation for key, found in self._run.found.items()}
        for key, violation in every.items():
            if violation.follows_from(other for name, other in every.items() if name != key):
                del self._run.found[key]

    def _is_news(self, violation: Violation) -> bool:
        is_known = any(known.key() == violation.key() for known in self._known)
        return not is_known and not violation.follows_from(self._known)

    def _pass(self, number: int) -> bool:
        """One run of Hypothesis; whether the time is over."""
        kept = self._budget.database
        left = replace(
            self._budget,
            examples=self._budget.examples - self._run.examples,
            # what earlier passes found would seem mended, because it is looked away from
            database=kept if kept is None or not number else Addition(kept),
        )
        errors: list[BaseException] = []
        try:
            _given(self._playwright, left)(self._look)()
        except (_ViolationError, _OutOfTimeError, Flaky, BaseExceptionGroup) as told:
            errors = list(_leaves(told))
            for error in errors:
                if not isinstance(error, _ViolationError | _OutOfTimeError | Flaky | StopTest):
                    raise
        finally:
            self._run.seconds = time.monotonic() - self._began
        return any(isinstance(error, _OutOfTimeError) for error in errors)

    def _look(self, play: Play) -> None:
        run, seconds = self._run, self._budget.seconds
        passed = time.monotonic() - self._began
        if seconds is not None and passed > (seconds + _GRACE if run.found else seconds):
            raise _OutOfTimeError
        run.examples += 1
        for step in play:
            run.coverage.note(step.touched)
        every = self._arena.violations(play)
        for one in every:
            run.after.setdefault(one.key(), set()).add(play[-1].label)
        violations = [one for one in every if self._is_news(one)]
        run.calls, run.seconds = self._arena.calls, time.monotonic() - self._began
        if violations:
            found, key = Found(violations[0], play), violations[0].key()
            if key not in run.found or found.size() <= run.found[key].size():
                run.found[key] = found
        self._progress(run)
        if violations:
            raise _error_type(" ".join(violations[0].key()))(violations[0].message)


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
        test = given(play=playwright.plays())(lambda play: look(play))  # noqa: PLW0108 - it is given a function
        # the settings come last, because `seed` would take the database away from them
        return configured(test if budget.seed is None else seed(budget.seed)(test))

    return decorate


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error
