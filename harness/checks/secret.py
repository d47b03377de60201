"""SECRET: credentials go where the venue wants them and nowhere else."""

import base64
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

from harness import exact
from harness.checks.errors import unasked
from harness.checks.exam import Exam
from harness.checks.registry import Verdict, check, failed, passed, skipped
from harness.gateway.faults import FAULTS, envelope
from harness.spellings import Secrets
from harness.targets.outcome import Outcome, logged, shown

__all__ = ["leaks"]

_MASKED = 12
"""So many characters in a row are no longer a key that is masked."""

_QUOTED = 150
"""Where an echo ends in the venue's words, so that whoever shortens these shortens every form of it alike."""


@lru_cache(maxsize=8)
def _secrets(exam: Exam) -> Secrets:
    names = [credential.name for credential in exam.venue.credentials if credential.secret]
    return Secrets({name: str(exam.credentials[name]) for name in names if name in exam.credentials})


def _echoes(secret: str) -> Iterator[tuple[str, str]]:
    """The forms in which a header comes back: as it went, and re-encoded with something before and after it."""
    yield "upper case", secret.upper()
    yield "hexadecimal", secret.encode().hex()
    raws = {"base64": secret.encode()}
    with suppress(ValueError):
        raws["base64 of the bytes"] = bytes.fromhex(secret.removeprefix("0x"))
    for name, raw in raws.items():
        for before in range(3):
            text = base64.b64encode(b"key"[:before] + raw + b"~").decode()
            yield f"{name} after {before}", text
            yield f"{name} for URLs after {before}", text.replace("+", "-").replace("/", "_")


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


@check("SECRET-echo", "a credential that is hidden where the venue says it again is hidden in every encoding")
def echo(exam: Exam, method: str) -> Iterator[Verdict]:
    """A refusal that quotes the request's own headers, as proxies and gateways write them.

    Whoever shows the venue's words as they come is not asked, and whoever shows none of them hides everything.
    """
    if reason := unasked(exam, method):
        yield skipped("-", reason)
        return
    (good,) = exam.play(method, exam.base())
    carried = {value for seen in good.requests for value in seen.headers.values()}
    sent = [
        credential.name
        for credential in exam.venue.credentials
        if credential.secret and str(exam.credentials.get(credential.name)) in carried
    ]
    if not sent:
        yield skipped("-", "no credential is sent as it is, so that none can come back")
        return
    secret = str(exam.credentials[sent[0]])
    for carrier in ("text", "envelope"):
        if secret in _quoted(exam, method, carrier, secret):
            yield skipped(carrier, "the connector shows what the venue says as it comes")
            continue
        for form, text in _echoes(secret):
            said = _quoted(exam, method, carrier, text)
            if _shows(said, text) or leaks(exam, said):
                yield failed(
                    f"{form}, {carrier}", f"{sent[0]}, echoed by the venue ({form}), is in what was said of it"
                )
            else:
                yield passed(f"{form}, {carrier}")


def _quoted(exam: Exam, method: str, carrier: str, text: str) -> str:
    """What a connector says of a refusal that holds a text, which ends at the same place however long it is."""
    words = text.rjust(_QUOTED, ".")
    if carrier == "text":
        fault = envelope(400, words.encode(), name=f"echo-{text}", content_type="text/plain")
    else:
        body = exact.encode(_filled(exam.contract.error_envelopes[0], words))
        fault = envelope(400, body, name=f"echo-envelope-{text}")
    _, after = exam.play(method, exam.base(), exam.changed(method).faulty(fault, exam.source(method)))
    return " ".join([shown(after.error), *(logged(record) for record in after.log if record.name != "asyncio")])


def _shows(said: str, text: str) -> bool:
    """Whether more of a text is to be read than whoever masks the middle of a key leaves at its ends."""
    return any(text[start : start + _MASKED] in said for start in range(len(text) - _MASKED + 1))


def _filled(value: Any, words: str) -> Any:
    """The same document with these words in place of every text of more than one."""
    if isinstance(value, Mapping):
        return {name: _filled(item, words) for name, item in value.items()}
    return words if isinstance(value, str) and " " in value else value
