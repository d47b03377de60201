"""ERROR: a failure is never silent, and says where it happened.

A connector may raise, or keep its state and log at warning or above. Both are open; silence is not.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from harness import exact
from harness.checks.exam import Exam
from harness.checks.registry import Verdict, check, contrast, failed, passed, skipped
from harness.checks.scenes import FaultPlan, Scene
from harness.checks.state import lost, unusable
from harness.contract.edits import Edit, put
from harness.contract.oracle import Failure
from harness.contract.pointer import look_up
from harness.gateway.faults import FAULTS, Fault, envelope
from harness.targets.outcome import Outcome, chain

__all__ = ["GATEWAYS", "MISLEADING", "SUCCESS_IN_BODY", "marks", "refusals", "unasked"]

_HTTP = tuple(
    name for name, fault in FAULTS.items() if fault.family == "http" and not name.endswith(("-seconds", "-date"))
)
SUCCESS_IN_BODY = Fault(
    "http-500-good-body",
    "HTTP 500 with the body of a good answer",
    "http",
    lambda reply: replace(reply, status=500, reason="Internal Server Error"),
    500,
)
GATEWAYS = {
    "http-404-message": b'{"message":"no Route matched with those values"}',
    "http-404-path": b'{"timestamp":"2026-06-01T00:00:00Z","status":404,"error":"Not Found","path":"/"}',
    "http-404-error": b'{"error":{"message":"no such route"}}',
    "http-404-denied": b'{"status":"DENIED","error":{"message":"denied by a rule"}}',
    "http-404-not-found": b'{"status":"NOT_FOUND","error":{"message":"no such route"}}',
    "http-404-text": b'"not found"',
}
"""What gateways before a venue say in JSON of a route that they do not know."""
_BODY = tuple(name for name, fault in FAULTS.items() if fault.family == "body")
_TRANSPORT = tuple(name for name, fault in FAULTS.items() if fault.family == "transport")
_LATE = ("slow-first-byte", "slow-body")


def _openness(exam: Exam, method: str, faults: Iterable[Fault]) -> Iterator[Verdict]:
    if reason := unasked(exam, method):
        yield skipped("-", reason)
        return
    for fault in faults:
        _, after = exam.play(method, exam.base(), exam.changed(method).faulty(fault, exam.source(method)))
        yield _open(fault.name, fault.summary, after)


def _open(case: str, what: str, after: Outcome) -> Verdict:
    if after.hung:
        return failed(case, f"the update waits for ever after {what}")
    if after.silent:
        return failed(
            case,
            f"nothing was raised and nothing logged at warning or above after {what}",
            expected="an error, or the old state and a warning",
            actual="silence",
        )
    return passed(case)


def unasked(exam: Exam, method: str) -> str | None:
    """Why faults on the answer cannot reach this method, if so."""
    (outcome,) = exam.play(method, exam.base())
    return None if exam.asked(outcome) & exam.source(method) else "the update does not ask for the answer at all"


@check("ERROR-http", "an HTTP error status is never taken for an answer")
def http(exam: Exam, method: str) -> Iterator[Verdict]:
    """Every status of the catalogue, with JSON, text, HTML and no body, and with the body of a success."""
    summary = "HTTP 404: not found by a gateway, JSON"
    gateways = [replace(envelope(404, told, name=name), summary=summary) for name, told in GATEWAYS.items()]
    return _openness(exam, method, [*(FAULTS[name] for name in _HTTP), *gateways, SUCCESS_IN_BODY])


@check("ERROR-body", "a body that is no answer is never taken for one")
def body(exam: Exam, method: str) -> Iterator[Verdict]:
    """HTML, nothing, half a document, broken compression, with HTTP 200."""
    return _openness(exam, method, [FAULTS[name] for name in _BODY])


@check("ERROR-transport", "a connection that breaks is never taken for an answer")
def transport(exam: Exam, method: str) -> Iterator[Verdict]:
    """Refused, reset and cut off."""
    return _openness(exam, method, [FAULTS[name] for name in _TRANSPORT])


@check("ERROR-envelope", "the venue's own error envelope is never taken for an answer, whatever its HTTP status")
def envelopes(exam: Exam, method: str) -> Iterator[Verdict]:
    """The documented ones with HTTP 200 and 400, around a whole answer, and every recorded one as it was recorded."""
    if reason := unasked(exam, method):
        yield skipped("-", reason)
        return
    told = [exact.encode(document) for document in exam.contract.error_envelopes]
    faults = [envelope(200, text, name=f"envelope-200-{place}") for place, text in enumerate(told)]
    faults.append(envelope(400, told[0], name="envelope-400"))
    yield from _openness(exam, method, faults)
    for edit in refusals(exam, method):
        _, after = exam.play(method, exam.base(), exam.changed(method).edited(edit))
        yield _open(edit.name, f"{edit.name}, with the account in it all the same", after)
    yield from _recorded(exam, method)


def refusals(exam: Exam, method: str) -> Iterator[Edit]:
    """A whole answer that says of itself that it is none; nothing where the venue has no mark of success."""
    reading = exam.reading(method)
    if reading.success is None:
        return
    at, good = reading.success
    for mark, told in {look_up(told, at): told for told in exam.contract.error_envelopes}.items():
        yield Edit(f"{at} {mark!r}", reading.endpoint, partial(_united, told))
    for mark in (0, 599) if isinstance(good[0], int) else ("ERR", "PENDING"):
        yield put(reading.endpoint, at, mark, f"{at} {mark!r}")


def _united(told: Mapping[str, Any], document: Any) -> Any:
    return {**document, **told}


def _recorded(exam: Exam, method: str) -> Iterator[Verdict]:
    if "errors" not in exam.library.scenarios():
        return
    for phase in range(exam.library.phases("errors")):
        scene = Scene("errors", phase)
        if isinstance(exam.expected(method, scene), Failure):
            _, after = exam.play(method, exam.base(), scene)
            yield _open(f"errors, step {phase + 1}", f"a recorded error: {exam.excerpt(method, scene, 200)}", after)


@check("ERROR-timeout", "a late answer is an answer, and one that never comes is given up")
def timeout(exam: Exam, method: str) -> Iterator[Verdict]:
    """Three seconds late, in pieces, and never."""
    if reason := unasked(exam, method):
        yield skipped("-", reason)
        return
    (prompt,) = exam.play(method, exam.base())
    for name in _LATE:
        (late,) = exam.play(method, exam.base().faulty(FAULTS[name], exam.source(method)))
        if late.silent and late.state.part(method) != prompt.state.part(method):
            what = f"{FAULTS[name].summary}: another state, and nothing said"
            yield contrast(name, what, method, prompt, late)
        else:
            yield passed(name)
    fault = FAULTS["stalled"]
    _, never = exam.play(method, exam.base(), exam.changed(method).faulty(fault, exam.source(method)))
    yield _open("stalled", "a request that is never answered", never)


@check("ERROR-message", "an error names the endpoint and the HTTP status")
def message(exam: Exam, method: str) -> Iterator[Verdict]:
    """Whoever reads the log at night can tell what was asked and what came back."""
    if reason := unasked(exam, method):
        yield skipped("-", reason)
        return
    for name in ("http-400", "http-401", "http-500", "http-502-html"):
        fault = FAULTS[name]
        _, after = exam.play(method, exam.base(), exam.changed(method).faulty(fault, exam.source(method)))
        if after.silent or after.hung:
            yield skipped(name, "nothing was said at all")
            continue
        said = f"{after.said()} {' '.join(repr(error) for error in chain(after.error))}".lower()
        missing = [] if str(fault.status) in said else [f"the status {fault.status}"]
        if not any(part.lower() in said for part in marks(exam, method)):
            missing.append("the endpoint")
        if missing:
            yield failed(
                name,
                f"the error does not name {' and '.join(missing)}",
                expected=f"HTTP {fault.status} and {exam.venue.endpoint(next(iter(exam.source(method)))).path}",
                actual=after.said()[:300],
            )
        else:
            yield passed(name)


def marks(exam: Exam, method: str) -> list[str]:
    """Words by which an endpoint can be recognised."""
    marks = [method]
    for name in exam.source(method):
        endpoint = exam.venue.endpoint(name)
        marks += [part for part in endpoint.path.split("/") if len(part) > 3]
        marks += list(endpoint.discriminator.values())
    return marks


@check("ERROR-cancel", "a cancelled update ends at once, as cancelled, and changes nothing")
def cancel(exam: Exam, method: str) -> Iterator[Verdict]:
    """Cancelled while the venue has not answered yet."""
    if reason := unusable(exam, method) or unasked(exam, method):
        yield skipped("-", reason)
        return
    session, script = exam.session(exam.base())
    held = FaultPlan(FAULTS["stalled"], exam.source(method), hold=True)
    waiting = Scene(exam.base().scenario, edits=exam.changed(method).edits, plan=held)
    with session:
        before = exam.step(session, script, exam.base(), lambda s: s.call(method))
        after = exam.step(
            session,
            script,
            waiting,
            lambda s: s.call_and_cancel(method, lambda seen: bool(exam.names(seen) & exam.source(method))),
        )
    if after.uncancelled:
        yield skipped("in the middle", "the update blocks its thread, and had ended before it could be cancelled")
    elif not isinstance(after.error, asyncio.CancelledError):
        yield failed("in the middle", f"CancelledError did not come through: the update {after.how()}")
    elif after.state.part(method) != before.state.part(method):
        yield contrast("in the middle", "a cancelled update changed the state", method, before, after)
    else:
        yield passed("in the middle")


MISLEADING: Mapping[str, tuple[int, bytes, bytes]] = {
    "trace id with 404": (
        500,
        b'{"error":"internal error","trace":"a1b2f0-upstream"}',
        b'{"error":"internal error","trace":"a404f0-not-found"}',
    ),
    "text that says not found": (
        500,
        b"upstream said: 500 Internal Server Error, the answer was lost",
        b"upstream said: 404 Not Found, balance not found, no balance",
    ),
    "message with another status": (
        400,
        b'{"status":"ERROR","code":20001,"error":{"code":1006,"message":"wrong"}}',
        b'{"status":"ERROR","code":20001,"error":{"code":1006,"message":"404 429"}}',
    ),
}
"""Case -> HTTP status, a body, and the same with words in it that mean another error."""


@check("ERROR-text", "no error is recognised by searching its text")
def text(exam: Exam, method: str) -> Iterator[Verdict]:
    """An error whose text mentions another one is treated like the same error without it."""
    if reason := unusable(exam, method) or unasked(exam, method):
        yield skipped("-", reason)
        return
    for case, (status, told, misleading) in MISLEADING.items():
        scenes = [
            exam.changed(method).faulty(envelope(status, body, name=f"{name}-{case}"), exam.source(method))
            for name, body in (("plain", told), ("text", misleading))
        ]
        _, plain = exam.play(method, exam.base(), scenes[0])
        before, after = exam.play(method, exam.base(), scenes[1])
        if plain.silent == after.silent and lost(method, before, after) == lost(method, before, plain):
            yield passed(case)
        else:
            yield failed(
                case,
                f"HTTP {status} is treated differently because of its text: the connector {after.how()}",
                expected=before.state.document(method),
                actual=after.state.document(method),
                payload=misleading.decode(),
            )
