"""mitmproxy's flow files: one typed netstring (tnetstring) after the other, each the state of one flow.

Read by a parser of our own: the format is small and has kept its shape, and mitmproxy itself would bring some
thirty libraries with narrow pins.
"""

import base64
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from harness.cassette.capture import Capture, Exchange, Message, Socket, plain_body
from harness.cassette.model import Interaction, Request, Response
from harness.cassette.tape import Direction, Kind
from harness.errors import UsageError

__all__ = ["looks_like_flows", "read"]

_CURE = "save it with mitmdump -w FILE"
_LONGEST = 12  # digits of a length
_DEFAULT_PORTS = {"http": 80, "https": 443}


def looks_like_flows(head: bytes) -> bool:
    """Whether a file that begins so is a flow file."""
    length, colon, _ = head.partition(b":")
    return bool(colon) and length.isdigit() and len(length) <= _LONGEST


def read(path: Path) -> Capture:
    """The exchanges and connections of a flow file; `UsageError` when it is none, or is cut short."""
    exchanges: list[Exchange] = []
    sockets: list[Socket] = []
    tools: dict[str, str] = {}
    left_out = Counter[str]()
    try:
        with path.open("rb") as file:
            for number, flow in enumerate(_values(file), 1):
                try:
                    tools["mitmproxy flow format"] = str(flow["version"])
                    found = _flow(flow)
                except (ValueError, LookupError, TypeError, AttributeError):
                    raise UsageError(f"flow {number} is not complete", where=str(path), cure=_CURE) from None
                if isinstance(found, Exchange):
                    exchanges.append(found)
                elif isinstance(found, Socket):
                    sockets.append(found)
                else:
                    left_out[found] += 1
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path)) from None
    except ValueError as error:
        raise UsageError(f"not a flow file: {error}", where=str(path), cure=_CURE) from None
    return Capture("mitmproxy flow file", tuple(exchanges), tuple(sockets), tools, left_out)


def _values(file: IO[bytes]) -> Iterator[Any]:
    while head := file.read(1):
        while not head.endswith(b":"):
            more = file.read(1)
            if not more.isdigit() and more != b":":
                raise ValueError("no length where one should be")
            head += more
        if not looks_like_flows(head):
            raise ValueError("no length where one should be")
        data = file.read(int(head[:-1]))
        kind = file.read(1)
        if len(data) != int(head[:-1]) or not kind:
            raise ValueError("it is cut short")
        yield _value(data, kind)


def _value(data: bytes, kind: bytes) -> Any:
    if kind not in _TYPES:
        raise ValueError(f"a value of an unknown type {kind!r}")
    return _TYPES[kind](data)


def _dictionary(data: bytes) -> dict[str, Any]:
    items = list(_items(data))
    names = (name.decode() if isinstance(name, bytes) else name for name in items[::2])
    return dict(zip(names, items[1::2], strict=True))


_TYPES: Mapping[bytes, Callable[[bytes], Any]] = {
    b",": bytes,
    b";": lambda data: data.decode("utf-8", "surrogateescape"),
    b"#": int,
    b"^": float,  # times only
    b"!": lambda data: data == b"true",
    b"~": lambda _: None,
    b"]": lambda data: list(_items(data)),
    b"}": _dictionary,
}


def _items(data: bytes) -> Iterator[Any]:
    at = 0
    while at < len(data):
        colon = data.index(b":", at)
        start = colon + 1
        end = start + int(data[at:colon])
        if end >= len(data):
            raise ValueError("a value is cut short")
        yield _value(data[start:end], data[end : end + 1])
        at = end + 1


def _flow(flow: Mapping[str, Any]) -> Exchange | Socket | str:
    """What a flow is, or why it is nothing to take."""
    if flow.get("type") != "http":
        return "neither HTTP nor WebSocket"
    asked, answered = flow["request"], flow.get("response")
    if answered is None or answered.get("content") is None:
        return "without an answer"
    url = _url(asked)
    if (socket := flow.get("websocket")) is not None:
        messages = tuple(_message(told) for told in socket["messages"] if not told[4])
        return Socket(url.replace("http", "ws", 1), _ms(asked["timestamp_start"]), messages)
    sent_headers, headers = _headers(asked["headers"]), _headers(answered["headers"])
    sent = plain_body(asked["content"] or b"", sent_headers)
    body = plain_body(answered["content"], headers)
    if body is None or sent is None:
        return "in an encoding that is not known"
    request = Request(_text(asked["method"]), url, sent or None, sent_headers)
    response = Response(int(answered["status_code"]), _text(answered["reason"]), body, headers)
    return Exchange(Interaction(request, response), datetime.fromtimestamp(asked["timestamp_start"], UTC))


def _url(asked: Mapping[str, Any]) -> str:
    """As the client named the host; in a transparent proxy the flow itself has its address only."""
    scheme, port = _text(asked["scheme"]) or "https", int(asked["port"])
    named = _text(asked.get("authority") or b"") or _headers(asked["headers"]).get("Host", ("",))[0]
    suffix = "" if _DEFAULT_PORTS.get(scheme) == port else f":{port}"
    host = (named or f"{asked['host']}{suffix}").removesuffix(f":{_DEFAULT_PORTS.get(scheme)}")
    return f"{scheme}://{host}{_text(asked['path'])}"


def _text(value: bytes | str) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _headers(pairs: Sequence[Sequence[bytes]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        key = "Host" if name.lower() == b"host" else _text(name)
        found[key] = (*found.get(key, ()), _text(value))
    return found


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _message(told: Sequence[Any]) -> Message:
    opcode, from_client, content, at = told[:4]
    direction = Direction.SENT if from_client else Direction.RECEIVED
    if opcode == 1:
        text = content.decode("utf-8", "replace") if isinstance(content, bytes) else content
        return Message(_ms(at), direction, Kind.TEXT, text)
    data = content if isinstance(content, bytes) else content.encode()
    return Message(_ms(at), direction, Kind.BINARY, base64.b64encode(data).decode())
