"""HAR files (HTTP Archive 1.2), as browsers and proxies save them, with the WebSocket messages that Chrome adds."""

import base64
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from harness import exact
from harness.cassette.capture import Capture, Exchange, Message, Socket, plain_body
from harness.cassette.model import Interaction, Request, Response
from harness.cassette.tape import Direction, Kind
from harness.errors import UsageError

__all__ = ["read"]

_CURE = "save it again as HAR with content"
_KINDS = {1: Kind.TEXT, 2: Kind.BINARY, 9: Kind.PING, 10: Kind.PONG}


def read(path: Path) -> Capture:
    """The exchanges and connections of a HAR file; `UsageError` when it is none."""
    try:
        log = exact.decode(path.read_bytes().decode("utf-8-sig"))["log"]
        entries = list(log["entries"])
        creator = log.get("creator") or {}
        tools = {str(creator["name"]): str(creator.get("version", ""))} if creator.get("name") else {}
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path)) from None
    except (ValueError, LookupError, TypeError, AttributeError):
        raise UsageError("not a HAR file: no log with entries", where=str(path), cure=_CURE) from None
    exchanges, sockets, left_out = [], [], Counter[str]()
    for number, entry in enumerate(entries, 1):
        try:
            if "_webSocketMessages" in entry:
                sockets.append(_socket(entry))
                continue
            exchange = _exchange(entry)
        except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError):
            raise UsageError(f"entry {number} is not complete", where=str(path), cure=_CURE) from None
        if isinstance(exchange, str):
            left_out[exchange] += 1
        else:
            exchanges.append(exchange)
    return Capture("HAR file", tuple(exchanges), tuple(sockets), tools, left_out)


def _exchange(entry: Mapping[str, Any]) -> Exchange | str:
    """An exchange, or why there is none."""
    asked, answered = entry["request"], entry["response"]
    status = int(answered["status"])
    if status < 100:
        return "without an answer"
    content = answered.get("content") or {}
    if "text" not in content and (content.get("size") or 0) > 0 and not 300 <= status < 400:
        return "without the body of the answer"
    headers = _headers(answered["headers"])
    body = plain_body(_bytes(content.get("text", ""), content.get("encoding", "")), headers)
    if body is None:
        return "in an encoding that is not known"
    response = Response(status, str(answered.get("statusText", "")), body, headers)
    request = Request(str(asked["method"]), str(asked["url"]), _sent(asked.get("postData")), _headers(asked["headers"]))
    return Exchange(Interaction(request, response), _time(entry["startedDateTime"]))


def _bytes(text: str, encoding: str) -> bytes:
    return base64.b64decode(text) if encoding == "base64" else text.encode("utf-8", "surrogatepass")


def _sent(data: Mapping[str, Any] | None) -> bytes | None:
    if not data:
        return None
    if "text" in data:
        return _bytes(data["text"], data.get("encoding") or data.get("_encoding", ""))
    pairs = (f"{pair['name']}={pair.get('value', '')}" for pair in data.get("params", ()))
    return "&".join(pairs).encode()  # encoded already, as they were sent


def _headers(pairs: Iterable[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        name = str(pair["name"])
        if not name.startswith(":"):  # of HTTP/2, and told by method and address
            found[name] = (*found.get(name, ()), *str(pair["value"]).split("\n"))
    return found


def _time(text: str) -> datetime:
    told = datetime.fromisoformat(text)
    return told.astimezone(UTC) if told.tzinfo else told.replace(tzinfo=UTC)


def _socket(entry: Mapping[str, Any]) -> Socket:
    messages = tuple(_message(told) for told in entry["_webSocketMessages"] if told["opcode"] in _KINDS)
    return Socket(str(entry["request"]["url"]), int(_time(entry["startedDateTime"]).timestamp() * 1000), messages)


def _message(told: Mapping[str, Any]) -> Message:
    direction = Direction.SENT if told["type"] == "send" else Direction.RECEIVED
    return Message(int(Decimal(told["time"]) * 1000), direction, _KINDS[told["opcode"]], str(told["data"]))
