"""Breaking the bytes of an answer: what no edit of a decoded document can do."""

from collections.abc import Callable

from harness import exact

__all__ = ["SPOILERS", "spoilt"]


def _cut(body: bytes, number: int) -> bytes:
    return body[: 1 + number % max(len(body) - 1, 1)]


def _wrapped(body: bytes, _: int) -> bytes:
    return b'{"result":' + body + b"}"


def _quoted(body: bytes, _: int) -> bytes:
    return b'"' + body.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def _trailing(body: bytes, _: int) -> bytes:
    return body + body


def _invalid_utf8(body: bytes, number: int) -> bytes:
    at = number % len(body)
    return body[:at] + b"\xff\xfe" + body[at:]


def _repeated_key(body: bytes, _: int) -> bytes:
    """JSON leaves open which of two equal keys counts; that the values are the same leaves nothing to choose."""
    try:
        document = exact.decode(body)
    except ValueError:
        return body + body
    if not isinstance(document, dict) or not document:
        return body + body
    member = exact.encode(dict([next(iter(document.items()))]))[1:-1]
    return b"{" + member + b"," + body[body.index(b"{") + 1 :]


SPOILERS: tuple[tuple[str, Callable[[bytes, int], bytes]], ...] = (
    ("the body cut short", _cut),
    ("the answer wrapped in another object", _wrapped),
    ("the answer as a text", _quoted),
    ("two answers in one body", _trailing),
    ("invalid UTF-8", _invalid_utf8),
    ("a key twice", _repeated_key),
    ("NaN", lambda _body, _number: b"NaN"),
)


def spoilt(body: bytes, number: int) -> tuple[bytes, str]:
    """The body broken in the way that a number stands for, and what that way is called."""
    name, spoil = SPOILERS[number % len(SPOILERS)]
    return spoil(body, number // len(SPOILERS)), name
