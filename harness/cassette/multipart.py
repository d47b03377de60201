"""`multipart/form-data` (RFC 7578): other values in the parts of a body, everything else as it stands."""

import re
from collections.abc import Callable

__all__ = ["boundary", "rewritten"]

_BOUNDARY = re.compile(r'multipart/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"]+)"|([^\s;]+))', re.IGNORECASE)
_BLANK = re.compile(rb"\r?\n\r?\n")
_NAME = re.compile(rb'name="([^"]*)"', re.IGNORECASE)
_FILE = re.compile(rb'(filename\*?=)("[^"]*"|[^\s;]+)', re.IGNORECASE)


def boundary(content_type: str) -> bytes:
    """What parts the parts, by the header `Content-Type`; empty when that is another one."""
    match = _BOUNDARY.search(content_type)
    return (match[1] or match[2]).encode() if match else b""


def rewritten(body: bytes, between: bytes, change: Callable[[str, str], str]) -> bytes:
    """The body with `change(name, value)` in place of each value; names of files, and what is outside the parts, go."""
    head, *parts = re.split(rb"(\r?\n|^)--" + re.escape(between), body)
    told = [] if not head else [b""]
    for line, part in zip(parts[::2], parts[1::2], strict=True):
        told.append(line + b"--" + between + _part(part, change))
    return b"".join(told)


def _part(part: bytes, change: Callable[[str, str], str]) -> bytes:
    if part.startswith(b"--"):
        return b"--\r\n"
    end = _BLANK.search(part)
    headers, blank, value = (part[: end.start()], end[0], part[end.end() :]) if end else (part, b"", b"")
    name = _NAME.search(headers)
    told = change(name[1].decode("utf-8", "replace") if name else "", value.decode("utf-8", "surrogateescape"))
    return _FILE.sub(rb'\1"redacted"', headers) + blank + told.encode("utf-8", "surrogateescape")
