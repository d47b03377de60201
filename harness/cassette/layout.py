"""The canonical text of a cassette: YAML whose every value is written as JSON on a line of its own.

Any YAML reader understands it, a changed body is one changed line in a diff, and the harness reads it back a line at a
time with the JSON decoder, some thirty times as fast as a YAML parser.
"""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from harness.cassette.model import Cassette, Interaction, Request, Response
from harness.errors import UsageError

__all__ = ["INTERACTIONS", "VERSION", "canonical", "read_interactions", "seal", "write"]

VERSION = 1
INTERACTIONS = "interactions:\n"
_BINARY = "!!binary "
_STRING = '{"string": '

# A JSON string may hold these as they are; YAML forbids them, or folds them as line breaks.
_NOT_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def write(cassette: Cassette) -> str:
    """The whole text of a cassette, sealed with the SHA-256 of its interactions."""
    interactions = canonical(cassette.interactions)
    lines = [f"version: {VERSION}\n"]
    if cassette.provenance is not None:
        recorded = replace(cassette.provenance, sha256=seal(interactions))
        fields = {name: getattr(recorded, name) for name in recorded.__dataclass_fields__}
        fields["environment"], fields["tools"] = str(recorded.environment), dict(recorded.tools)
        lines.append("recorded:\n")
        lines += [f"  {name}: {_json(value)}\n" for name, value in fields.items()]
    if not cassette.interactions:
        return "".join([*lines, "interactions: []\n"])
    return "".join([*lines, INTERACTIONS, interactions])


def seal(interactions: str) -> str:
    """The SHA-256, in hexadecimal, of the text below the line `interactions:`."""
    return sha256(interactions.encode()).hexdigest()


def canonical(interactions: Iterable[Interaction]) -> str:
    """The text below the line `interactions:`, which is what a seal is of, whatever the layout of the file."""
    return "".join(map(_interaction, interactions))


def _interaction(interaction: Interaction) -> str:
    request, response = interaction.request, interaction.response
    status = _json({"code": response.status, "message": response.reason})
    return (
        "- request:\n"
        f"    method: {_json(request.method)}\n"
        f"    uri: {_json(request.uri)}\n"
        f"    body: {'null' if request.body is None else _bytes(request.body)}\n"
        f"    headers: {_headers(request.headers)}\n"
        "  response:\n"
        f"    status: {status}\n"
        f"    headers: {_headers(response.headers)}\n"
        f"    body: {_STRING}{_bytes(response.body)}}}\n"
    )


_LINES = (
    "- request:",
    "    method: ",
    "    uri: ",
    "    body: ",
    "    headers: ",
    "  response:",
    "    status: ",
    "    headers: ",
    f"    body: {_STRING}",
)


def read_interactions(text: str) -> tuple[Interaction, ...]:
    """What `write` wrote below the line `interactions:`; `ValueError` for text in any other layout."""
    lines = text.split("\n")
    if lines.pop():
        raise ValueError("the last line does not end")
    size = len(_LINES)
    if len(lines) % size:
        raise ValueError("an interaction is not complete")
    return tuple(_read(lines[start : start + size]) for start in range(0, len(lines), size))


def _read(lines: list[str]) -> Interaction:
    values = []
    for line, prefix in zip(lines, _LINES, strict=True):
        if not line.startswith(prefix):
            raise ValueError(f"not {prefix!r}")
        values.append(line[len(prefix) :])
    _, method, uri, sent, sent_headers, _, status, headers, body = values
    if not body.endswith("}"):
        raise ValueError("the body does not end")
    told = json.loads(status)
    return Interaction(
        Request(json.loads(method), json.loads(uri), _read_bytes(sent), _read_headers(sent_headers)),
        Response(told["code"], told["message"], _read_bytes(body[:-1]) or b"", _read_headers(headers)),
    )


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isascii() and "\x7f" not in text else _NOT_YAML.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xD800 <= code <= 0xDFFF:
        raise UsageError(
            f"text with the lone surrogate U+{code:04X} cannot be written to a cassette",
            cure="leave out the header or address that holds bytes which are not UTF-8",
        )
    return f"\\u{code:04x}"


def _bytes(body: bytes) -> str:
    try:
        return _json(body.decode())
    except UnicodeDecodeError:
        return f'{_BINARY}"{base64.b64encode(body).decode()}"'


def _read_bytes(text: str) -> bytes | None:
    if text.startswith(_BINARY):
        return base64.b64decode(json.loads(text[len(_BINARY) :]))
    value = json.loads(text)
    return None if value is None else value.encode()


def _headers(headers: Mapping[str, tuple[str, ...]]) -> str:
    return _json({name: list(values) for name, values in headers.items()})


def _read_headers(text: str) -> dict[str, tuple[str, ...]]:
    return {name: tuple(values) for name, values in json.loads(text).items()}
