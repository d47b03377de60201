"""RETRY: what passes is tried again, politely and not for ever; what stays is not.

Times are those of the shared virtual clock, so they are exact and cost nothing.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from harness import exact
from harness.checks.errors import unasked
from harness.checks.exam import Exam
from harness.checks.registry import Verdict, check, failed, passed, skipped
from harness.checks.state import unusable
from harness.gateway.faults import FAULTS, envelope
from harness.targets.outcome import Outcome

_MOST = 12
"""Attempts beyond which it is hammering, whatever the pauses."""

_ROUNDING = 0.05
"""Seconds that a date in `Retry-After` may lose between two clocks."""


def _transient(exam: Exam, method: str, names: Iterable[str]) -> Iterator[Verdict]:
    if reason := unusable(exam, method) or unasked(exam, method):
        yield skipped("-", reason)
        return
    (good,) = exam.play(method, exam.base())
    for name in names:
        (outcome,) = exam.play(method, exam.base().faulty(FAULTS[name], exam.source(method), times=1))
        if outcome.error is not None:
            yield failed(
                name, f"given up after one failure that passes: {outcome.how()}", requests=_count(exam, outcome)
            )
        elif outcome.state.part(method) != good.state.part(method):
            yield failed(
                name,
                f"one failure that passes, and the answer after it never reached the state: {outcome.how()}",
                expected=good.state.document(method),
                actual=outcome.state.document(method),
                requests=_count(exam, outcome),
            )
        else:
            yield passed(name)


def _count(exam: Exam, outcome: Outcome) -> dict[str, int]:
    names = [name for seen in outcome.requests for name in exam.names([seen])]
    return {name: names.count(name) for name in dict.fromkeys(names)}


def _times(exam: Exam, method: str, outcome: Outcome) -> list[float]:
    """When the answer was asked for."""
    return [seen.at for seen in outcome.requests if exam.names([seen]) & exam.source(method)]


@check("RETRY-throttled", "429 is tried again")
def throttled(exam: Exam, method: str) -> Iterator[Verdict]:
    """With and without Retry-After."""
    return _transient(exam, method, ("http-429", "http-429-seconds", "http-429-date"))


@check("RETRY-server", "5xx is tried again")
def server(exam: Exam, method: str) -> Iterator[Verdict]:
    """500, 502, 503 and 504."""
    return _transient(exam, method, ("http-500", "http-502-html", "http-503", "http-504"))


@check("RETRY-reset", "a connection that breaks is tried again")
def reset(exam: Exam, method: str) -> Iterator[Verdict]:
    """Reset before the answer."""
    return _transient(exam, method, ("reset-before",))


@check("RETRY-after", "Retry-After is honoured, in seconds and as a date")
def after(exam: Exam, method: str) -> Iterator[Verdict]:
    """The second attempt comes no sooner than the venue asked for."""
    if reason := unasked(exam, method):
        yield skipped("-", reason)
        return
    for name in ("http-429-seconds", "http-429-date"):
        (outcome,) = exam.play(method, exam.base().faulty(FAULTS[name], exam.source(method), times=1))
        times = _times(exam, method, outcome)
        if len(times) < 2:
            yield skipped(name, "not tried again at all")
        elif times[1] - times[0] < 2 - _ROUNDING:
            yield failed(
                name,
                "asked again sooner than Retry-After allows",
                expected="at least 2 s later",
                actual=f"{times[1] - times[0]:.3f} s later",
            )
        else:
            yield passed(name)


@check("RETRY-backoff", "attempts are spaced out")
def backoff(exam: Exam, method: str) -> Iterator[Verdict]:
    """No attempt follows an error status at once.

    Of a connection that breaks, HTTP clients repeat an idempotent request once by themselves, so it is not asked here.
    """
    if reason := unasked(exam, method):
        yield skipped("-", reason)
        return
    for name in ("http-429", "http-503"):
        _, outcome = exam.play(method, exam.base(), exam.changed(method).faulty(FAULTS[name], exam.source(method)))
        times = _times(exam, method, outcome)
        gaps = [later - earlier for earlier, later in pairwise(times)]
        if not gaps:
            yield skipped(name, "not tried again at all")
        elif min(gaps[1:] or gaps) <= 0:  # some libraries make the first further attempt at once
            told = ", ".join(f"{gap:.3f} s" for gap in gaps[:6])
            yield failed(name, "an attempt follows a failure at once", expected="a pause that grows", actual=told)
        else:
            yield passed(name)


@check("RETRY-bounded", "a failure that stays is given up after a few attempts")
def bounded(exam: Exam, method: str) -> Iterator[Verdict]:
    """A venue that is down is not hammered, and the update ends."""
    if reason := unasked(exam, method):
        yield skipped("-", reason)
        return
    for name in ("http-429", "http-503", "reset-before"):
        _, outcome = exam.play(method, exam.base(), exam.changed(method).faulty(FAULTS[name], exam.source(method)))
        attempts = len(_times(exam, method, outcome))
        if outcome.hung:
            yield failed(name, f"never given up: {attempts} attempts and no end")
        elif attempts > _MOST:
            yield failed(name, f"{attempts} attempts", expected=f"at most {_MOST}", actual=str(attempts))
        else:
            yield passed(name)


@check("RETRY-permanent", "a refusal is final: 4xx and failed authentication are not tried again")
def permanent(exam: Exam, method: str) -> Iterator[Verdict]:
    """400, 401, 403, 404 and 422 are asked once, and so is 400 in the venue's own words."""
    if reason := unasked(exam, method):
        yield skipped("-", reason)
        return
    (good,) = exam.play(method, exam.base())
    usual = len(_times(exam, method, good))
    faults = [FAULTS[name] for name in ("http-400", "http-401", "http-403", "http-404", "http-422")]
    faults.append(envelope(400, exact.encode(exam.contract.error_envelopes[0]), name="envelope-400"))
    for fault in faults:
        name = fault.name
        _, outcome = exam.play(method, exam.base(), exam.changed(method).faulty(fault, exam.source(method)))
        attempts = len(_times(exam, method, outcome))
        if attempts > usual:
            yield failed(name, f"a final refusal was asked {attempts} times", expected=str(usual), actual=str(attempts))
        else:
            yield passed(name)
