"""One recorded answer or frame, matched to its endpoint or channel and validated against the schema."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import exact
from harness.contract import schemas
from harness.errors import UsageError
from harness.findings import Result, Status
from harness.venues import NAMES, venue
from harness.venues.facts import Channel, Endpoint, Venue

__all__ = ["CHECK", "Payload", "candidates", "from_document", "read", "validate"]

CHECK = "SCHEMA"
_ERRORS_FROM = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """What a venue said once. `body` is decoded JSON with exact numbers, or `text` holds what was not JSON."""

    venue: str
    transport: str  # "rest" or "ws"
    method: str  # HTTP method, or RECV / SEND for a frame
    path: str  # as requested, with the prefix of the base URL
    status: int
    body: Any = None
    text: str | None = None
    request_body: Any = None
    hint: str = ""  # name of the folder it was found in, which by convention is its endpoint's
    kind: str = ""  # recorded, observed, documented, mock
    origin: str = ""  # where it was read from

    @property
    def facts(self) -> Venue:
        """The venue's facts."""
        return venue(self.venue)


def read(path: Path) -> Payload:
    """Read a payload file; `UsageError` names what is wrong with it."""
    try:
        document = exact.decode(path.read_bytes())
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path)) from None
    except ValueError as error:
        raise UsageError(f"not JSON: {error}", where=str(path), cure="a payload file is a JSON object") from None
    if not isinstance(document, Mapping):
        raise UsageError("not a payload file: not a JSON object", where=str(path))
    return from_document(document, str(path), hint=path.resolve().parent.name)


def from_document(document: Mapping[str, Any], origin: str, *, hint: str = "") -> Payload:
    """The payload that a payload file's decoded JSON stands for."""
    for key, kind in {"exchange": str, "transport": str, "path": str, "body": object}.items():
        if key not in document or not isinstance(document[key], kind):
            raise UsageError(f"not a payload file: {key!r} is missing or not text", where=origin)
    if document["exchange"] not in NAMES:
        raise UsageError(f"unknown exchange {document['exchange']!r}", where=origin, cure=f"known: {', '.join(NAMES)}")
    if document["transport"] not in {"rest", "ws"}:
        raise UsageError(f"unknown transport {document['transport']!r}", where=origin, cure="known: rest, ws")
    is_text = document.get("body_encoding") == "text"
    provenance = document.get("provenance")
    status = document.get("status", 200)
    if not isinstance(status, int):
        raise UsageError(f"'status' is not an HTTP status: {status!r}", where=origin)
    return Payload(
        venue=document["exchange"],
        transport=document["transport"],
        method=str(document.get("method") or ("GET" if document["transport"] == "rest" else "RECV")),
        path=document["path"],
        status=status,
        body=None if is_text else document["body"],
        text=str(document["body"]) if is_text else None,
        request_body=document.get("request_body"),
        hint=hint,
        kind=str(provenance.get("kind", "")) if isinstance(provenance, Mapping) else "",
        origin=origin,
    )


def _below(path: str, prefix: str) -> str | None:
    """The path below the base URL, without its query; a path that lacks the prefix stands for itself."""
    path = path.partition("?")[0]
    return path[len(prefix) :] or "/" if prefix and f"{path}/".startswith(f"{prefix}/") else path


def candidates(payload: Payload) -> tuple[Endpoint | Channel, ...]:
    """The endpoints or channels that a payload may come from, the likeliest first; empty when none is known.

    The request decides. Where it was not recorded whole, the folder's name does, and else every candidate stays.
    """
    facts = payload.facts
    found: tuple[Endpoint | Channel, ...]
    if payload.transport == "rest":
        found = facts.find(payload.method, _below(payload.path, facts.rest_prefix) or "/", payload.request_body)
        undecided = payload.request_body is None
    else:
        path = _below(payload.path, facts.ws_prefix) or "/"
        found = facts.find_channels(path, payload.body, sent_by_client=payload.method == "SEND")
        undecided = True
        if not found:
            sent = payload.method == "SEND"
            found = tuple(c for c in facts.channels if c.name == payload.hint and c.sent_by_client == sent)
    if undecided and len(found) > 1:
        named = tuple(candidate for candidate in found if candidate.name == payload.hint)
        return named or found
    return found


def validate(payload: Payload) -> Result:
    """Validate a payload against the schema of its endpoint or channel."""
    found = candidates(payload)
    if not found:
        what = f"{payload.method} {payload.path}"
        return _result(payload, Status.ABSENT, f"no endpoint or channel of {payload.venue} is known for {what}")
    if payload.text is not None:
        return _validate_text(payload, found)
    if payload.transport == "rest" and payload.status >= _ERRORS_FROM:
        names = [f"{payload.venue}/rest/error"]
    else:
        names = [f"{payload.venue}/{payload.transport}/{candidate.name}" for candidate in found]
    loaded = [schemas.load(name) for name in names]
    for schema in loaded:
        if schema.is_valid(payload.body):
            return _result(payload, Status.PASS, "", schema=schema.name)
    problems = loaded[0].problems(payload.body)
    return _result(
        payload,
        Status.FAIL,
        f"{loaded[0].name}: {problems[0]}",
        schema=loaded[0].name,
        problems=[{"at": problem.at, "message": problem.message, "rule": problem.rule} for problem in problems],
    )


def _validate_text(payload: Payload, found: tuple[Endpoint | Channel, ...]) -> Result:
    if payload.transport == "rest" and payload.status >= _ERRORS_FROM:
        return _result(payload, Status.PASS, "")  # proxies and rate limiters answer in any format
    may_be_empty = any(isinstance(candidate, Endpoint) and candidate.empty_body for candidate in found)
    if payload.text == "" and may_be_empty:
        return _result(payload, Status.PASS, "")
    return _result(payload, Status.FAIL, f"{found[0].name}: a success whose body is not JSON: {payload.text!r:.80}")


def _result(payload: Payload, status: Status, message: str, **evidence: Any) -> Result:
    return Result(CHECK, payload.hint, payload.origin, status, message, evidence)
