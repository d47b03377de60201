"""SECRET: credentials go where the venue wants them and nowhere else."""

from collections.abc import Iterator
from functools import lru_cache

from harness.checks.errors import unasked
from harness.checks.exam import Exam
from harness.checks.registry import Verdict, check, failed, passed, skipped
from harness.gateway.faults import FAULTS
from harness.spellings import Secrets
from harness.targets.driving import Outcome, chain, logged

__all__ = ["leaks"]


@lru_cache(maxsize=8)
def _secrets(exam: Exam) -> Secrets:
    names = [credential.name for credential in exam.venue.credentials if credential.secret]
    return Secrets({name: str(exam.credentials[name]) for name in names if name in exam.credentials})


def _outcomes(exam: Exam, method: str) -> Iterator[tuple[str, Outcome]]:
    good, changed = exam.play(method, exam.base(), exam.changed(method))
    yield from (("good", good), ("good again", changed))
    for name in (
        "http-401",
        "http-403",
        "http-500",
        "html-200",
        "truncated-json",
        "reset-before",
        "refused",
        "stalled",
    ):
        plan = exam.changed(method).faulty(FAULTS[name], exam.source(method))
        yield name, exam.play(method, exam.base(), plan)[1]


def leaks(exam: Exam, text: str) -> list[str]:
    """The names of the credentials that a text shows, in any spelling."""
    return _secrets(exam).names(text)


@check("SECRET-log", "no credential is logged, at any level")
def log(exam: Exam, method: str) -> Iterator[Verdict]:
    """Debug included."""
    for case, outcome in _outcomes(exam, method):
        for record in outcome.log:
            if found := leaks(exam, logged(record)):
                yield failed(case, f"{found[0]} was logged by {record.name} at {record.levelname}")
                break
        else:
            yield passed(case)


@check("SECRET-error", "no credential is in the text of an error")
def error(exam: Exam, method: str) -> Iterator[Verdict]:
    """Nor in that of an error it came from."""
    if reason := unasked(exam, method):
        yield skipped("-", reason)
        return
    for case, outcome in _outcomes(exam, method):
        text = " ".join(f"{error} {error!r}" for error in chain(outcome.error))
        if found := leaks(exam, text):
            yield failed(case, f"{found[0]} is in the text of {type(outcome.error).__name__}")
        else:
            yield passed(case)


@check("SECRET-request", "a private key is never sent, and an API key travels in its header only")
def request(exam: Exam, method: str) -> Iterator[Verdict]:
    """Not in URLs, which proxies log, and not in bodies."""
    if reason := unasked(exam, method):
        yield skipped("-", reason)
        return
    for case, outcome in _outcomes(exam, method):
        for seen in outcome.requests:
            elsewhere = f"{seen.path}?{seen.query} {seen.body.decode('utf-8', 'replace')}"
            headers = " ".join(seen.headers.values())
            found = leaks(exam, elsewhere) or [name for name in leaks(exam, headers) if "private" in name]
            if found:
                yield failed(case, f"{found[0]} was sent in {seen.method} {seen.path}")
                break
        else:
            yield passed(case)
