"""pytest plugin: a connector's factory becomes one test for each update method and check, or for each method fuzzed.

Loaded by every pytest run of an environment, so nothing heavy is imported before one of its functions is called.
"""

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from harness.checks.exam import Exam
    from harness.errors import UsageError
    from harness.findings import Result
    from harness.targets.driving import Rig
    from harness.targets.loading import Target

__all__ = ["contract_tests", "fuzz_tests"]

_FIXTURE = "harness_results"
_BUDGET = "HARNESS_FUZZ_EXAMPLES"
_EXAMPLES = 50


@dataclass(frozen=True, slots=True)
class _Question:
    target: "Target"
    method: str
    check: str = ""
    examples: int = 0  # of a question without a check: how many plays are generated


def contract_tests(
    target: str | Callable[..., Any],
    *,
    venue: str,
    methods: Sequence[str] | None = None,
    checks: Sequence[str] | None = None,
) -> Callable[..., None]:
    """A test function, parametrized by update method and check, for a connector of one venue.

    `target` is the factory or its name, `module:factory`; `checks` are ids or families. Assign the result to a name
    that pytest collects: `test_contract = contract_tests("my.connector:build", venue="extended")`. Wrong arguments
    are errors of the collection.
    """
    from harness.checks.running import selected
    from harness.errors import UsageError

    found, known = _resolved("contract_tests", target, venue, methods)
    try:
        chosen = selected(tuple(checks or ()))
    except UsageError as wrong:
        raise _refused("contract_tests", wrong) from None
    questions = [
        pytest.param(_Question(found, method, check.id), id=f"{method}-{check.id}")
        for method in known
        for check in chosen
        if check.applies_to(method)
    ]
    return _asking(questions)


def fuzz_tests(
    target: str | Callable[..., Any],
    *,
    venue: str,
    methods: Sequence[str] | None = None,
    examples: int | None = None,
) -> Callable[..., None]:
    """A test function, parametrized by update method, that plays generated answers and faults to a connector.

    The plays are the same in every run: `examples` of each method, 50 unless told; the environment variable
    HARNESS_FUZZ_EXAMPLES counts instead where it is set. A failure shows the smallest play. Arguments are otherwise
    those of `contract_tests`.
    """
    from harness.errors import UsageError

    told = os.environ.get(_BUDGET, "") or str(_EXAMPLES if examples is None else examples)
    if not told.isdecimal() or int(told) == 0:
        raise _refused("fuzz_tests", UsageError(f"{told!r} is no number of examples above zero"))
    found, known = _resolved("fuzz_tests", target, venue, methods)
    return _asking([pytest.param(_Question(found, method, examples=int(told)), id=method) for method in known])


def _resolved(
    caller: str, target: str | Callable[..., Any], venue: str, methods: Sequence[str] | None
) -> "tuple[Target, tuple[str, ...]]":
    """The target and the methods that are meant; wrong arguments are errors of the collection."""
    from harness.contract.oracle import contract
    from harness.errors import UsageError
    from harness.targets.loading import Target, resolve

    try:
        known = contract(venue).methods()
        for method in methods or ():
            if method not in known:
                raise UsageError(f"unknown method {method!r}", where="methods", cure=f"known are {', '.join(known)}")
        found = resolve(target, venue) if isinstance(target, str) else Target(_name(target), venue, target)
    except UsageError as wrong:
        raise _refused(caller, wrong) from None
    return found, tuple(methods or known)


def _refused(caller: str, wrong: "UsageError") -> Exception:
    told = "; ".join(part for part in (wrong.what, wrong.cure) if part)
    return pytest.Collector.CollectError(f"{caller}: {told}")


def _asking(questions: Sequence[Any]) -> Callable[..., None]:
    @pytest.mark.parametrize(_FIXTURE, questions, indirect=True)
    def test(harness_results: "Sequence[Result]") -> None:
        _judge(harness_results)

    return test


def _name(factory: Callable[..., Any]) -> str:
    return f"{getattr(factory, '__module__', '?')}:{getattr(factory, '__qualname__', repr(factory))}"


def _judge(results: "Sequence[Result]") -> None:
    from harness.findings import Status
    from harness.report.evidence import folded, paragraphs

    told = {status: [result for result in results if result.status is status] for status in Status}
    if told[Status.FAIL]:
        lines = [line for finding in folded(told[Status.FAIL]) for line in paragraphs(finding)]
        pytest.fail("\n".join(lines), pytrace=False)
    if not told[Status.PASS]:
        pytest.skip("; ".join(dict.fromkeys(result.message for result in results)))


class _Examination:
    """The exams of one pytest process, whose tests share a rig and every play."""

    def __init__(self, rig: "Rig") -> None:
        self._rig = rig
        self._exams: dict[Target, Exam] = {}

    def answer(self, question: _Question) -> "tuple[Result, ...]":
        from harness.checks.exam import Exam
        from harness.checks.registry import checks
        from harness.checks.running import run_one

        if question.target not in self._exams:
            self._exams[question.target] = Exam(self._rig, question.target)
        exam = self._exams[question.target]
        if question.check:
            return tuple(run_one(exam, question.method, checks()[question.check]))
        from harness.fuzz.task import fuzzed

        return fuzzed(exam, question.method, question.examples)


@pytest.fixture(scope="session")
def harness_examination() -> Iterator[_Examination]:
    """A running gateway for the contract tests of this process."""
    from harness.targets.driving import Rig

    with Rig() as rig:
        yield _Examination(rig)


@pytest.fixture
def harness_results(request: pytest.FixtureRequest, harness_examination: _Examination) -> "tuple[Result, ...]":
    """What one check says of one method. A factory that raises and a fault of the harness are errors of the set-up."""
    from harness.errors import UsageError
    from harness.findings import Status

    results: tuple[Result, ...] = ()
    wrong = ""
    try:
        with _undisturbed():
            results = harness_examination.answer(request.param)
    except UsageError as error:
        wrong = str(error)
    for result in results:
        if result.status is Status.ERROR:
            wrong = f"a fault of the harness: {result.message} {dict(result.evidence)}"
    if wrong:
        pytest.fail(wrong, pytrace=False)
    return results


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the log of the connector out of pytest's report: the harness quotes from it what matters."""
    root = logging.getLogger()
    handlers = tuple(root.handlers)
    for handler in handlers:
        root.removeHandler(handler)
    try:
        yield
    finally:
        for handler in handlers:
            root.addHandler(handler)
