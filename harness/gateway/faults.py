"""The catalogue of what servers and networks do to an answer, each under a stable name.

A fault takes the good reply and makes the bad one of it, so that a truncated body is a truncated *real* body.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from types import MappingProxyType

from harness.gateway.messages import Reply, Wire

__all__ = ["FAULTS", "Fault", "catalogue", "envelope"]

_JSON = "application/json"
_HTML = "text/html; charset=utf-8"
_TEXT = "text/plain; charset=utf-8"
_NO_GZIP = b"\x1f\x8b\xff"  # gzip's mark and a method of compression that there is not
_SLOW = 3.0  # seconds: longer than any healthy answer, shorter than any sensible time-out
_ASK_AGAIN = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Fault:
    """One way of failing. `family` is http, body, transport or slow; `status` is the HTTP status a client may see."""

    name: str
    summary: str
    family: str
    apply: Callable[[Reply], Reply]
    status: int | None = None

    @property
    def refuses_connections(self) -> bool:
        """Whether the fault is `Listener.refuse()`; applied to a reply it resets the connection and then refuses."""
        return self.name == "refused"

    def carrying(self, body: bytes, content_type: str = _JSON) -> "Fault":
        """The same fault with another body, such as the venue's own error envelope."""
        apply = self.apply
        return replace(self, apply=lambda reply: _with_body(apply(reply), body, content_type))


def envelope(status: int, body: bytes, *, name: str = "", content_type: str = _JSON) -> Fault:
    """The venue's own error envelope under any HTTP status, 200 included."""
    return Fault(
        name or f"envelope-{status}",
        f"the venue's error envelope with HTTP {status}",
        "http",
        lambda reply: _answer(reply, status, body, content_type),
        status,
    )


def _now() -> datetime:
    return datetime.now(UTC)


def catalogue(now: Callable[[], datetime] = _now) -> Mapping[str, Fault]:
    """Every fault by name; `now` is the wall clock that dates in `Retry-After` are reckoned from."""

    def date(_: Reply) -> str:
        # whole seconds only, so round up: never sooner than announced
        return format_datetime((now() + _ASK_AGAIN + timedelta(microseconds=999_999)).replace(microsecond=0), True)

    seconds = str(int(_ASK_AGAIN.total_seconds()))
    faults = (
        _http("http-400", 400, "bad request", (b'{"error":"bad request"}', _JSON)),
        _http("http-401", 401, "credentials not accepted, no body"),
        _http("http-403", 403, "forbidden by a firewall, HTML", (_page("403 Forbidden"), _HTML)),
        _http("http-404", 404, "not found by a proxy, HTML", (_page("404 Not Found"), _HTML)),
        _http("http-418", 418, "banned", (b'{"error":"banned"}', _JSON)),
        _http("http-422", 422, "not understood, plain text", (b"Failed to deserialize the request", _TEXT)),
        _http("http-429", 429, "asked too often", (b'{"error":"too many requests"}', _JSON)),
        _http("http-429-seconds", 429, "asked too often, Retry-After in seconds", after=lambda _: seconds),
        _http("http-429-date", 429, "asked too often, Retry-After as a date", after=date),
        _http("http-500", 500, "the venue failed", (b'{"error":"internal server error"}', _JSON)),
        _http("http-502-html", 502, "bad gateway, HTML", (_page("502 Bad Gateway"), _HTML)),
        _http("http-503", 503, "unavailable", (b"unavailable", _TEXT)),
        _http("http-503-seconds", 503, "unavailable, Retry-After in seconds", after=lambda _: seconds),
        _http("http-504", 504, "gateway time-out, HTML", (_page("504 Gateway Time-out"), _HTML)),
        Fault("html-200", "a maintenance page with HTTP 200", "body", _html_200, 200),
        Fault("empty-body", "HTTP 200 with no body", "body", _emptied, 200),
        Fault("truncated-json", "a whole answer whose JSON is cut", "body", _cut, 200),
        Fault("bad-gzip", "said to be gzip, and is not", "body", _bad_gzip, 200),
        _wire("truncated-body", "the connection closes in the middle of the body", "transport", Wire.TRUNCATED, 200),
        _wire("wrong-length", "fewer bytes announced than sent", "transport", Wire.SHORT_LENGTH, 200),
        _wire("refused", "nobody listens", "transport", Wire.REFUSED),
        _wire("reset-before", "the connection is reset before an answer", "transport", Wire.RESET_BEFORE),
        _wire("reset-body", "the connection is reset in the middle of the body", "transport", Wire.RESET_BODY, 200),
        _wire("slow-first-byte", "a good answer that begins late", "slow", Wire.SLOW_FIRST_BYTE, 200),
        _wire("slow-body", "a good answer that comes in pieces", "slow", Wire.SLOW_BODY, 200),
        _wire("stalled", "the request is taken and never answered", "slow", Wire.STALLED),
    )
    return MappingProxyType({fault.name: fault for fault in faults})


def _http(
    name: str,
    status: int,
    summary: str,
    carried: tuple[bytes, str] = (b"", ""),
    after: Callable[[Reply], str] | None = None,
) -> Fault:
    def apply(reply: Reply) -> Reply:
        answer = _answer(reply, status, *carried)
        if after is None:
            return answer
        return replace(answer, headers=(*answer.headers, ("Retry-After", after(reply))))

    return Fault(name, f"HTTP {status}: {summary}", "http", apply, status)


def _wire(name: str, summary: str, family: str, wire: Wire, status: int | None = None) -> Fault:
    delay = _SLOW if wire in {Wire.SLOW_FIRST_BYTE, Wire.SLOW_BODY} else 0.0
    return Fault(name, summary, family, lambda reply: replace(reply, wire=wire, delay=delay), status)


def _answer(reply: Reply, status: int, body: bytes, content_type: str) -> Reply:
    return _with_body(replace(reply, status=status, reason=HTTPStatus(status).phrase), body, content_type)


def _with_body(reply: Reply, body: bytes, content_type: str) -> Reply:
    kept = tuple(pair for pair in reply.headers if pair[0].lower() not in {"content-type", "content-encoding"})
    typed = (("Content-Type", content_type),) if content_type else ()
    return replace(reply, headers=(*kept, *typed), body=body)


def _html_200(reply: Reply) -> Reply:
    return _answer(reply, 200, _page("Scheduled maintenance"), _HTML)


def _emptied(reply: Reply) -> Reply:
    return replace(reply, status=200, reason="OK", body=b"")


def _cut(reply: Reply) -> Reply:
    """Two thirds of an object, array or string, which are never JSON; of a number they could be."""
    text = reply.body.strip()
    return replace(reply, body=text[: max(len(text) * 2 // 3, 1)] if text[:1] in {b"{", b"[", b'"'} else b"{")


def _bad_gzip(reply: Reply) -> Reply:
    kept = tuple(pair for pair in reply.headers if pair[0].lower() != "content-encoding")
    # no text either, so that a client that never decompresses cannot read it and be blamed for a right answer
    return replace(reply, headers=(*kept, ("Content-Encoding", "gzip")), body=_NO_GZIP + reply.body)


def _page(title: str) -> bytes:
    return f"<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n".encode()


FAULTS: Mapping[str, Fault] = catalogue()
"""The catalogue reckoned from the real clock."""
