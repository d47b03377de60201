"""Every check by its stable id."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.checks.exam import Exam
from harness.findings import Status
from harness.targets.outcome import Outcome

__all__ = ["Check", "Run", "Verdict", "check", "checks", "contrast", "failed", "passed", "skipped", "verdicts"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check says of one case."""

    case: str
    status: Status
    message: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)


Run = Callable[[Exam, str], Iterable[Verdict]]


@dataclass(frozen=True, slots=True)
class Check:
    """One property. `run` is given the exam and the method, and yields a verdict for each case."""

    id: str
    proves: str
    run: Run
    methods: tuple[str, ...] = ()  # those that it can be asked of; empty when all

    def applies_to(self, method: str) -> bool:
        """Whether the check can say anything of a method."""
        return not self.methods or method in self.methods

    @property
    def family(self) -> str:
        """`STATE` of `STATE-atomic`."""
        return self.id.partition("-")[0]


_CHECKS: dict[str, Check] = {}


def check(identifier: str, proves: str, *methods: str) -> Callable[[Run], Run]:
    """Register a function as the check of this id, for these methods or for all."""

    def register(run: Run) -> Run:
        _CHECKS[identifier] = Check(identifier, proves, run, methods)
        return run

    return register


def checks() -> Mapping[str, Check]:
    """All checks by id, in the order of their families."""
    from harness.checks import accounts, errors, evolve, leak, parse, placeholder, request, retry, secret, state

    families: tuple[Any, ...] = (placeholder, parse, accounts, state, errors, retry, request, evolve, secret, leak)
    order = {module.__name__: place for place, module in enumerate(families)}
    return dict(sorted(_CHECKS.items(), key=lambda item: order[item[1].run.__module__]))


def passed(case: str) -> Verdict:
    """The property holds in this case."""
    return Verdict(case, Status.PASS)


def failed(case: str, message: str, **evidence: Any) -> Verdict:
    """A finding."""
    return Verdict(case, Status.FAIL, message, evidence)


def contrast(case: str, message: str, method: str, expected: Outcome, actual: Outcome) -> Verdict:
    """A finding whose evidence is the state that one call left and that which another did."""
    return failed(case, message, expected=expected.state.document(method), actual=actual.state.document(method))


def skipped(case: str, reason: str) -> Verdict:
    """Nothing can be said in this case, for this reason."""
    return Verdict(case, Status.SKIP, reason)


def verdicts(found: Iterable[Verdict]) -> Iterator[Verdict]:
    """The verdicts, or a skip where a check found no case at all: saying nothing must not look like a pass."""
    empty = True
    for verdict in found:
        empty = False
        yield verdict
    if empty:
        yield skipped("-", "no case of this venue applies")
