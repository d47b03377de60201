"""SECRET: credentials go where the venue wants them and nowhere else."""

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from urllib.parse import quote

from harness.checks.errors import unasked
from harness.checks.exam import Exam
from harness.checks.registry import Verdict, check, failed, passed, skipped
from harness.gateway.faults import FAULTS
from harness.targets.driving import Outcome, logged, shown

__all__ = ["leaks", "spellings"]

_SHORTEST = 8


def spellings(secret: str) -> frozenset[str]:
    """The forms in which a secret can travel: plain, without 0x, base64, hex, URL- and JSON-escaped, lower case."""
    bare = secret.removeprefix("0x")
    raw = [secret.encode(), bare.encode()]
    forms = {secret, bare, quote(secret, safe=""), json.dumps(secret)[1:-1]}
    forms |= {base64.b64encode(data).decode().rstrip("=") for data in raw} | {data.hex() for data in raw}
    if len(bare) % 2 == 0:
        with suppress(ValueError):  # not every secret is hexadecimal
            forms.add(base64.b64encode(bytes.fromhex(bare)).decode().rstrip("="))
    return frozenset(form.lower() for form in forms if len(form) >= _SHORTEST)


@lru_cache(maxsize=8)
def _secrets(exam: Exam) -> Mapping[str, frozenset[str]]:
    names = [credential.name for credential in exam.venue.credentials if credential.secret]
    return {name: spellings(str(exam.credentials[name])) for name in names if name in exam.credentials}


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
    lowered = text.lower()
    return [name for name, forms in _secrets(exam).items() if any(form in lowered for form in forms)]


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
        if found := leaks(exam, shown(outcome.error)):
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
