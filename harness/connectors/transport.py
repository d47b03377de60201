"""Requests to a venue: time-outs, retries, bounded concurrency, typed errors, exact numbers."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from ipaddress import ip_address
from typing import Any

import aiohttp
from yarl import URL

from harness import __version__, exact
from harness.connectors.retry import RetryPolicy, retry_after
from harness.errors import (
    AuthError,
    ConnectorError,
    MalformedAnswer,
    RateLimited,
    Refused,
    Unreachable,
    UsageError,
    VenueUnavailable,
)
from harness.spellings import Secrets

__all__ = ["Answer", "Dialect", "Explain", "Refusal", "Route", "Transport"]

_log = logging.getLogger(__name__)
_LONGEST_TEXT = 200


class _NotJson(Enum):
    NOT_JSON = "not JSON"


NOT_JSON = _NotJson.NOT_JSON


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path below the REST base. `variant` tells apart what shares a path, in messages only."""

    method: str
    path: str
    variant: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.path}{f' {self.variant}' if self.variant else ''}"


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. `document` is decoded JSON with exact numbers, or `NOT_JSON`.

    `request_number` grows with every request that a transport sends, so that of two answers the newer can be told.
    """

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes
    document: Any
    request_number: int

    @property
    def is_success(self) -> bool:
        """Whether the HTTP status is a success."""
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a venue's error envelope says."""

    message: str
    code: str | None = None
    too_often: bool = False


Explain = Callable[[Any], Refusal | None]
"""Reads a venue's error envelope from a decoded document; `None` when it is not one."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Dialect:
    """How to speak to a venue: its error envelope, the headers of every request, and what must never be shown."""

    explain: Explain
    headers: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Failure:
    error: ConnectorError
    again: bool
    asked_for: timedelta | None = None


class _Ended(aiohttp.ClientConnectionError):
    """Hides from aiohttp what ended an exchange, so that it does not send the request again itself."""

    def __init__(self, cause: Exception) -> None:
        super().__init__()
        self.cause = cause


async def _send_once(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """A client middleware. aiohttp repeats a GET at once when its connection is lost: outside the retry policy."""
    try:
        return await send(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        cause = error
    raise _Ended(cause)


def _is_this_host(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


def _base(url: str) -> URL:
    where, cure = "base_url", "give the venue's REST base, such as https://host/api/v1"
    try:
        base = URL(url)
    except ValueError:
        raise UsageError("not a URL", where=where, cure=cure) from None
    if base.scheme not in {"http", "https"} or not base.host:
        raise UsageError("not an absolute HTTP URL", where=where, cure=cure)
    if base.scheme == "http" and not _is_this_host(base.host):
        raise UsageError(f"unencrypted HTTP to {base.host}", where=where, cure="use https beyond this computer")
    return base


class Transport:
    """Asks a venue over one aiohttp session, which is made at the first request in the loop that runs then.

    Asked again, as `RetryPolicy` allows: 429, 5xx, and whatever ended an exchange below HTTP (refused, reset, timed
    out, a body that broke off or cannot be decompressed). Never asked again: other 4xx, redirects (which are not
    followed, because they would carry the credentials elsewhere), certificates that cannot be verified, and a body
    that arrived whole but is not JSON: the venue would say the same again.

    Every request must be safe to repeat. `concurrency` bounds the requests under way; a pause between two attempts
    does not count. Neither errors nor log records hold query strings, headers or any of the secrets.
    """

    def __init__(
        self, base_url: str, dialect: Dialect, *, policy: RetryPolicy | None = None, concurrency: int = 4
    ) -> None:
        self._base = _base(base_url)
        self._explain = dialect.explain
        self._headers = {"Accept": "application/json", "User-Agent": f"connector-harness/{__version__}"}
        self._headers.update(dialect.headers)
        self._scrub = Secrets.of(dialect.secrets).scrub
        self._policy = policy or RetryPolicy()
        self._slots = asyncio.Semaphore(concurrency)
        self._session: aiohttp.ClientSession | None = None
        self._closed = False
        self._requests = 0

    async def close(self) -> None:
        """Close the session for good; may be called more than once. A request under way fails, and is not retried."""
        self._closed = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def ask(
        self,
        route: Route,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        also_good: Callable[[Answer], bool] = lambda _: False,
    ) -> Answer:
        """The venue's answer: a 2xx JSON document that is no error envelope, or one that `also_good` takes for good.

        Raises the kinds of `ConnectorError`; the last attempt's when there was more than one.
        """
        policy = self._policy
        deadline = policy.clock() + policy.total_timeout
        attempt = 0
        while True:
            attempt += 1
            outcome = await self._attempt(route, query, body, also_good, deadline - policy.clock())
            if isinstance(outcome, Answer):
                return outcome
            pause = policy.wait(attempt, outcome.asked_for) if outcome.again and not self._closed else None
            if pause is None or policy.clock() + pause >= deadline:
                raise outcome.error
            _log.warning("%s; attempt %d of %d, next in %.2f s", outcome.error, attempt, policy.attempts, pause)
            await policy.sleep(pause)

    async def _attempt(
        self,
        route: Route,
        query: Mapping[str, str] | None,
        body: Any,
        also_good: Callable[[Answer], bool],
        seconds_left: float,
    ) -> Answer | _Failure:
        # errors are made outside the `except` blocks: aiohttp's hold the request's headers, and a chained exception
        # would carry them into tracebacks
        seconds = min(seconds_left, self._policy.attempt_timeout)
        try:
            async with asyncio.timeout(seconds_left), self._slots:
                if self._closed:
                    return _Failure(Unreachable(str(route), "the connector is closed"), again=False)
                answer = await self._exchange(route, query, body, seconds)
        except TimeoutError:
            reason, again = f"no whole answer within {seconds:g} s", True
        except (aiohttp.ClientError, OSError) as error:
            cause = error.cause if isinstance(error, _Ended) else error
            reason, again = self._scrub(_below_http(cause)), not isinstance(cause, _UNVERIFIED)
        else:
            return answer if also_good(answer) else self._judged(route, answer)
        return _Failure(Unreachable(str(route), reason), again)

    async def _exchange(self, route: Route, query: Mapping[str, str] | None, body: Any, seconds: float) -> Answer:
        self._requests += 1
        number = self._requests
        headers = dict(self._headers)
        if body is not None:
            headers["Content-Type"] = "application/json"
        async with self._open_session().request(
            route.method,
            self._base.with_path(self._base.path.rstrip("/") + route.path),
            params=query,
            data=None if body is None else exact.encode(body),
            headers=headers,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=seconds),
        ) as response:
            raw = await response.read()
            return Answer(
                response.status, response.reason or "", response.headers, raw, _decoded(raw), request_number=number
            )

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), middlewares=(_send_once,))
        return self._session

    def _judged(self, route: Route, answer: Answer) -> Answer | _Failure:
        """The answer itself, or why it is none."""
        refusal = None if answer.document is NOT_JSON else self._explain(answer.document)
        kind = _kind(answer, refusal)
        if kind is None:
            return answer
        endpoint, asked_for = str(route), _asked_for(answer)
        reason = self._shown(_said(answer) if refusal is None else refusal.message)
        code = None if refusal is None or refusal.code is None else self._shown(refusal.code)
        if kind is RateLimited:
            limited = RateLimited(endpoint, reason, status=answer.status, code=code, retry_after=asked_for)
            return _Failure(limited, again=True, asked_for=asked_for)
        error = kind(endpoint, reason, status=answer.status, code=code)
        return _Failure(error, again=kind is VenueUnavailable, asked_for=asked_for)

    def _shown(self, text: str) -> str:
        """A venue's words, on one line and fit to be shown."""
        one_line = " ".join(self._scrub(text).split())
        printable = "".join(letter if letter.isprintable() else "?" for letter in one_line)
        return printable[:_LONGEST_TEXT]


def _kind(answer: Answer, refusal: Refusal | None) -> type[ConnectorError] | None:
    """Which error an answer is; `None` when it is a good one."""
    kinds: tuple[tuple[bool, type[ConnectorError] | None], ...] = (
        (answer.status == 429 or (refusal is not None and refusal.too_often), RateLimited),
        (answer.status >= 500, VenueUnavailable),
        (answer.status in {401, 403}, AuthError),
        (answer.status >= 400 or refusal is not None, Refused),
        (not answer.is_success or answer.document is NOT_JSON, MalformedAnswer),
    )
    return next((kind for applies, kind in kinds if applies), None)


_UNVERIFIED = (aiohttp.ClientConnectorCertificateError, aiohttp.ServerFingerprintMismatch)
_BELOW_HTTP: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (_UNVERIFIED, "the server's TLS certificate cannot be verified"),
    (aiohttp.ServerDisconnectedError, "the connection was closed before an answer came"),
    (aiohttp.ClientPayloadError, "the body broke off or cannot be decompressed"),
    (aiohttp.ClientResponseError, "what came back is not HTTP"),
    (aiohttp.ClientConnectorError, "cannot connect"),
)


def _below_http(error: Exception) -> str:
    """What ended an exchange, in words of ours: those of aiohttp may hold the whole URL."""
    said = next((text for kind, text in _BELOW_HTTP if isinstance(error, kind)), "the connection was lost")
    detail = error.strerror if isinstance(error, OSError) and not isinstance(error, _UNVERIFIED) else ""
    return f"{said}: {detail}" if detail else said


def _decoded(raw: bytes) -> Any:
    try:
        return exact.decode(raw)
    except (ValueError, RecursionError):  # JSON nested thousands of levels deep is no answer of a venue either
        return NOT_JSON


def _content_type(answer: Answer) -> str:
    return answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _described(answer: Answer) -> str:
    return f"{len(answer.body)} bytes of {_content_type(answer)[:40] or 'no stated type'}" if answer.body else "empty"


def _said(answer: Answer) -> str:
    """The best words of an answer without an error envelope; a page of HTML is only named."""
    if answer.is_success:
        return f"not JSON: {_described(answer)}"
    if answer.status < 400:
        return "a redirect or the like, which is not followed"
    if answer.body and _content_type(answer) == "text/plain":
        return answer.body.decode(errors="replace")
    return f"{answer.reason} ({_described(answer)})".strip()


def _asked_for(answer: Answer) -> timedelta | None:
    return retry_after(answer.headers.get("Retry-After"), answer.headers.get("Date"))
