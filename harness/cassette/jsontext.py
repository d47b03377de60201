"""Editing the text of JSON where it stands: what is not edited keeps its bytes, numbers their digits."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from harness import exact

__all__ = ["Path", "Scalar", "edited", "scalars"]

Path = tuple[str | int, ...]
"""Keys and indices from the root."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A string, number, boolean or null in the text, or, with `is_key`, the name of the member that follows."""

    path: Path
    start: int
    end: int
    is_key: bool = False

    def value(self, text: str) -> Any:
        """What it stands for, numbers exactly."""
        told = text[self.start : self.end]
        return _plain(told) if told[0] == '"' else int(told) if told.lstrip("-").isdecimal() else exact.decode(told)


def _plain(string: str) -> str:
    """What a JSON string says."""
    return string[1:-1] if "\\" not in string else str(json.loads(string))


def scalars(text: str) -> Iterator[Scalar]:
    """Every scalar and key of a JSON text in order. The text must be valid: this only looks for places."""
    path: list[str | int] = []
    is_object: list[bool] = []
    wants_key = False
    for match in _TOKEN.finditer(text):
        part = match[0]
        if part in "{[":
            is_object.append(part == "{")
            path.append("" if part == "{" else 0)
            wants_key = part == "{"
        elif part in "}]":
            is_object.pop()
            path.pop()
            wants_key = False
        elif part == ",":
            last = path[-1]
            if isinstance(last, int):
                path[-1] = last + 1
            wants_key = is_object[-1]
        elif part == ":":
            wants_key = False
        elif wants_key:
            path[-1] = _plain(part)
            yield Scalar(tuple(path), match.start(), match.end(), is_key=True)
        else:
            yield Scalar(tuple(path), match.start(), match.end())


def edited(text: str, edits: Iterable[tuple[Scalar, Any]]) -> str:
    """The text with other values in some places. ASCII stays ASCII: letters that were escaped are escaped again."""
    is_ascii = text.isascii()
    parts, done = [], 0
    for scalar, value in sorted(edits, key=lambda edit: edit[0].start):
        told = _encoded(value, is_ascii) if isinstance(value, str) else exact.encode(value).decode()
        parts += [text[done : scalar.start], told]
        done = scalar.end
    return "".join([*parts, text[done:]])


def _encoded(value: str, is_ascii: bool) -> str:
    """A JSON string; a lone surrogate can only stand in it as an escape."""
    return json.dumps(value, ensure_ascii=is_ascii or bool(_SURROGATE.search(value)))
