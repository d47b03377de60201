"""Asks a venue's public routes what they answer now: its known hosts over verified TLS only, without credentials."""

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from harness import exact
from harness.contract.payloads import Payload
from harness.drift.captures import topic_of
from harness.drift.observer import Observer, decode
from harness.drift.summary import Summary
from harness.errors import UsageError
from harness.venues import venue
from harness.venues.facts import Auth, Endpoint, Param, Venue

__all__ = ["Asked", "Question", "plan", "trust", "watch"]

_LARGEST = 64 << 20  # bytes of an answer
_PATIENCE = aiohttp.ClientTimeout(total=30)
_USUAL: Mapping[str, str] = {
    "asset": "BTC",
    "candle_type": "trades",
    "coin": "BTC",
    "count_back": "10",
    "limit": "50",
    "market": "BTC-USD",
    "market_id": "1",
    "resolution": "1h",
}
"""Values that any venue which has the parameter understands."""


@dataclass(frozen=True, slots=True)
class Question:
    """One request, and the endpoint that it is for."""

    endpoint: Endpoint
    path: str
    query: Mapping[str, str]
    body: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a venue said: the summary, its payloads by where they came from, and why some questions had no answer."""

    summary: Summary
    payloads: Mapping[str, Payload]
    unanswered: Mapping[str, str]


def plan(facts: Venue, known: Mapping[str, str], now: float) -> tuple[list[Question], list[str]]:
    """The public questions whose parameters are known, and the endpoints that cannot be asked."""
    questions, missing = [], []
    for endpoint in facts.endpoints:
        if endpoint.auth is not Auth.NONE or not endpoint.reads:
            continue
        values = {param.name: _value(param, known, now) for param in endpoint.params if param.required}
        names = [part[1:-1] for part in endpoint.path.split("/") if part.startswith("{")]
        places = {name: known.get(name) or _USUAL.get(name, "") for name in names}
        if not all(values.values()) or not all(places.values()):
            missing.append(endpoint.name)
            continue
        body = {**values, **endpoint.discriminator} if endpoint.discriminator else None
        path = endpoint.path.format(**places)
        questions.append(Question(endpoint, path, {} if body else {k: str(v) for k, v in values.items()}, body))
    return questions, missing


def _value(param: Param, known: Mapping[str, str], now: float) -> Any:
    if param.name in known:
        return known[param.name]
    lowered = param.name.lower()
    if param.unit in {"s", "ms"} or "time" in lowered:
        moment = now if "end" in lowered or "to" in lowered else now - 86_400
        return int(moment * (1 if param.unit == "s" else 1000))
    return _USUAL.get(param.name) or (param.values[0] if param.values else "") or param.default


def trust(authority: Path | None = None) -> ssl.SSLContext:
    """A context that verifies: against the usual authorities or, where one is given, against that alone."""
    try:
        return ssl.create_default_context(cafile=None if authority is None else str(authority))
    except (OSError, ssl.SSLError) as error:
        cure = "--ca takes a file of PEM certificates"
        raise UsageError(f"not a certificate authority: {error}", where=f"--ca {authority}", cure=cure) from None


async def watch(  # noqa: PLR0913 - each is somebody else's to choose
    name: str,
    environment: str,
    context: ssl.SSLContext,
    *,
    known: Mapping[str, str] | None = None,
    resolver: AbstractResolver | None = None,
    port: int | None = None,
    clock: Callable[[], float] = time,
) -> Asked:
    """Ask everything that can be asked of a venue's environment, one question after the other.

    `UsageError` for an environment that the venue does not have, and when nothing answered.
    """
    facts = venue(name)
    if environment not in facts.environments:
        cure = f"known are {', '.join(facts.environments)}"
        raise UsageError(f"{name} has no environment {environment!r}", where="--live", cure=cure)
    base = URL(facts.environments[environment].rest)
    if port is not None:
        base = base.with_port(port)
    questions, missing = plan(facts, known or {}, clock())
    unanswered = dict.fromkeys(missing, "not asked: a parameter is not known, --param NAME=VALUE tells it")
    observer, payloads = Observer(), {}
    connector = aiohttp.TCPConnector(ssl=context, resolver=resolver, limit=1)
    async with aiohttp.ClientSession(connector=connector, timeout=_PATIENCE) as session:
        for question in questions:
            answered = await _ask(session, base, facts, question)
            if isinstance(answered, str):
                unanswered[question.endpoint.name] = answered
                continue
            origin = f"{question.endpoint.method} {question.path}"
            topic = topic_of(answered)
            if topic is not None and answered.text is None:
                payloads[origin] = answered
                observer.add(topic, decode(exact.encode(answered.body).decode()), origin, 0)
    if not payloads:
        reasons = next((told for told in unanswered.values() if not told.startswith("not asked")), "nothing to ask")
        raise UsageError(f"nothing answered: {reasons}", where=f"--live {environment}")
    return Asked(observer.summary(), payloads, unanswered)


async def _ask(session: aiohttp.ClientSession, base: URL, facts: Venue, question: Question) -> Payload | str:
    """The payload, or why there is none. Nobody is followed to another host."""
    url = base.with_path(f"{base.path.rstrip('/')}{question.path}").with_query(question.query)
    body = None if question.body is None else dict(question.body)
    try:
        async with session.request(question.endpoint.method, url, json=body, allow_redirects=False) as answer:
            if answer.status in {301, 302, 303, 307, 308}:
                return f"HTTP {answer.status}: a redirect, which is not followed"
            raw = await answer.content.read(_LARGEST + 1)
            while len(raw) <= _LARGEST and (more := await answer.content.read(_LARGEST)):
                raw += more
    except (aiohttp.ClientError, TimeoutError) as error:
        return f"{type(error).__name__}: {error}"
    if len(raw) > _LARGEST:
        return "larger than what is read"
    try:
        decoded: Any = exact.decode(raw)
    except ValueError:
        return f"HTTP {answer.status}: not JSON"
    if answer.status >= 400:
        return f"HTTP {answer.status}"
    path = f"{facts.rest_prefix}{question.path}"
    return Payload(
        venue=facts.name,
        transport="rest",
        method=question.endpoint.method,
        path=path,
        status=answer.status,
        body=decoded,
        request_body=body,
        hint=question.endpoint.name,
        kind="observed",
        origin=str(url),
    )
