"""REQUEST: what is asked is what the venue documents, with the right credentials, over a verified connection."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote

from harness.checks.errors import unasked
from harness.checks.exam import Exam
from harness.checks.registry import Verdict, check, failed, passed, skipped
from harness.checks.scenes import Scene, Script, json_of
from harness.gateway.faults import FAULTS
from harness.gateway.messages import Seen
from harness.targets.driving import Rig
from harness.venues.facts import Auth, Endpoint

__all__ = ["auth_problem", "problems"]

_MOST = 10
"""Requests of one update, whatever the size of the account."""

_TOKEN_NAMES = frozenset({"auth"})


@check("REQUEST-documented", "every request has a documented method, path and parameters")
def documented(exam: Exam, method: str) -> Iterator[Verdict]:
    """Unknown routes and parameters, missing ones, values that the venue refuses, and JSON under another name."""
    (outcome,) = exam.play(method, exam.base())
    if not outcome.requests:
        yield skipped("good", "nothing was requested")
        return
    wrong = list(dict.fromkeys(problem for seen in outcome.requests for problem in problems(exam, seen)))
    if wrong:
        yield failed("good", wrong[0], problems=wrong[:5])
    else:
        yield passed("good")


def problems(exam: Exam, seen: Seen) -> Iterator[str]:
    """In what a request differs from what the venue documents."""
    below = unquote(seen.path).removeprefix(exam.venue.rest_prefix)
    body = json_of(seen.body)
    asked = f"{seen.method} {seen.path}"
    found = exam.venue.find(seen.method, below or "/", body or {})
    if not found or not seen.path.startswith(exam.venue.rest_prefix):
        yield f"{asked} is no documented route"
        return
    endpoint = found[0]
    given = _parameters(endpoint, seen, body)
    for param in endpoint.params:
        if param.required and param.name not in given:
            yield f"{asked}: {param.name} is required"
        if param.values and param.name in given and given[param.name] not in param.values:
            yield f"{asked}: {param.name}={given[param.name]!r} is not one of {', '.join(param.values)}"
    for name in given.keys() - {param.name for param in endpoint.params} - _TOKEN_NAMES - endpoint.discriminator.keys():
        yield f"{asked}: {name} is no documented parameter"
    if seen.method == "POST" and body is not None and not _is_called_json(seen):
        yield f"{asked}: the body is JSON, and Content-Type says {seen.headers.get('Content-Type', 'nothing')}"
    if seen.unmatched:
        yield f"{asked}: asks for something else than the configured account ({seen.reply.body.decode()[:300]})"


def _is_called_json(seen: Seen) -> bool:
    return seen.headers.get("Content-Type", "").partition(";")[0].strip().lower() == "application/json"


def _parameters(endpoint: Endpoint, seen: Seen, body: object) -> dict[str, str]:
    given = dict(parse_qsl(seen.query, keep_blank_values=True))
    if endpoint.method == "POST" and isinstance(body, dict):
        given |= {name: str(value) for name, value in body.items()}
    return given


@check("REQUEST-auth", "private routes carry the credentials that the venue documents")
def auth(exam: Exam, method: str) -> Iterator[Verdict]:
    """An API key in its header, a token in its parameter or header; in a second attempt as well."""
    again = exam.base().faulty(FAULTS["http-500"], exam.source(method), times=1)
    requests = [seen for scene in (exam.base(), again) for seen in exam.play(method, scene)[-1].requests]
    private = [(endpoint, seen) for seen in requests for endpoint in exam.endpoints([seen])]
    private = [(endpoint, seen) for endpoint, seen in private if endpoint.auth in {Auth.API_KEY, Auth.TOKEN}]
    if not private:
        yield skipped("good", "no request of this update needs credentials")
        return
    for endpoint, seen in private:
        if problem := auth_problem(exam, endpoint, seen):
            yield failed(endpoint.name, f"{seen.method} {seen.path}: {problem}")
        else:
            yield passed(endpoint.name)


def auth_problem(exam: Exam, endpoint: Endpoint, seen: Seen) -> str | None:
    """What is wrong with the credentials of a request to a private endpoint, if anything."""
    if endpoint.auth is Auth.API_KEY:
        given = seen.headers.get("X-Api-Key")
        if given is None:
            return "no X-Api-Key header"
        return None if given == exam.credentials["api_key"] else "X-Api-Key is not the configured key"
    if endpoint.auth is not Auth.TOKEN:
        return None
    given = seen.headers.get("Authorization") or dict(parse_qsl(seen.query)).get("auth")
    return None if given else "neither an auth parameter nor an Authorization header"


@check("REQUEST-tls", "a certificate that cannot be verified ends the conversation before anything is said")
def tls(exam: Exam, method: str) -> Iterator[Verdict]:
    """A stranger in the middle learns nothing."""
    if reason := unasked(exam, method):
        yield skipped("unknown certificate", reason)
        return
    with Rig(tls=True) as rig:
        stranger = Exam(rig, exam.target, exam.library)
        scene = exam.base()
        script = Script(exam.venue, exam.library.playback(scene.scenario, scene.phase), scene)
        with rig.session(exam.target, stranger.setting(), script) as session:
            outcome = session.call(method)
    if outcome.requests:
        yield failed(
            "unknown certificate",
            f"{outcome.requests[0].method} {outcome.requests[0].path} was sent over TLS that was not verified",
        )
    else:
        yield passed("unknown certificate")


@check("REQUEST-storm", "the number of requests does not grow with the account")
def storm(exam: Exam, method: str) -> Iterator[Verdict]:
    """A hundred positions are not a hundred requests."""
    if "hundred_positions" not in exam.library.scenarios():
        return
    (outcome,) = exam.play(method, Scene("hundred_positions"))
    if not outcome.requests:
        yield skipped("hundred_positions", "nothing was requested")
    elif len(outcome.requests) > _MOST:
        yield failed(
            "hundred_positions",
            f"{len(outcome.requests)} requests for one update",
            expected=f"at most {_MOST}",
            actual=str(len(outcome.requests)),
        )
    else:
        yield passed("hundred_positions")
