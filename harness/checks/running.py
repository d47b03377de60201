"""Running checks: which, on which methods, and what becomes of a check that breaks."""

import traceback
from collections.abc import Collection, Iterator

from harness.checks.exam import Exam
from harness.checks.registry import Check, checks, verdicts
from harness.errors import UsageError
from harness.findings import Result, Status

__all__ = ["run", "run_one", "selected"]


def selected(names: Collection[str]) -> tuple[Check, ...]:
    """The checks of these ids or families, all when none is named; `UsageError` for an unknown one."""
    known = checks()
    for name in names:
        if name not in known and not any(check.family == name for check in known.values()):
            families = ", ".join(dict.fromkeys(check.family for check in known.values()))
            cure = f"families are {families}; ids are listed in docs/checks.md"
            raise UsageError(f"unknown check {name!r}", where="--check", cure=cure)
    return tuple(check for check in known.values() if not names or check.id in names or check.family in names)


def run(exam: Exam, methods: Collection[str] = (), names: Collection[str] = ()) -> Iterator[Result]:
    """Every selected check on every selected method, a result for each case; `UsageError` for an unknown one."""
    for method in methods:
        _known(exam, method)
    for method in methods or exam.contract.methods():
        for check in selected(names):
            if not check.applies_to(method):
                continue
            yield from run_one(exam, method, check)


def run_one(exam: Exam, method: str, check: Check) -> Iterator[Result]:
    """One check of one method. A target without the method is absent; a check that raises is the harness's fault."""
    venue = exam.venue.name
    _known(exam, method)
    if not exam.has(method):
        yield Result(check.id, method, "-", Status.ABSENT, f"the target has no {method}", venue=venue)
        return
    try:
        for verdict in verdicts(check.run(exam, method)):
            yield Result(check.id, method, verdict.case, verdict.status, verdict.message, verdict.evidence, venue=venue)
    except UsageError:
        raise
    except Exception as error:  # noqa: BLE001 - one broken check must not hide what the others found
        told = traceback.format_exception_only(error)[-1].strip()
        where = traceback.extract_tb(error.__traceback__)[-1]
        evidence = {"where": f"{where.name} in line {where.lineno}"}
        yield Result(check.id, method, "-", Status.ERROR, f"the check itself failed: {told}", evidence, venue=venue)


def _known(exam: Exam, method: str) -> None:
    if method not in exam.contract.methods():
        cure = f"known are {', '.join(exam.contract.methods())}"
        raise UsageError(f"unknown method {method!r}", where="--method", cure=cure)
