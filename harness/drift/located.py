"""Finds and changes parts of a JSON text in place, so that a patch shows what changed and nothing else."""

import json
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

__all__ = ["Span", "replaced", "spans"]

Span = tuple[int, int]
_BLANKS = " \t\r\n"


def spans(text: str) -> dict[str, Span]:
    """Where the value at each JSON pointer stands; a member's name stands at its pointer with `~name` after it."""
    found: dict[str, Span] = {}
    _value(text, _skip(text, 0), "", found)
    return found


def _skip(text: str, at: int) -> int:
    while text[at] in _BLANKS:
        at += 1
    return at


def _value(text: str, at: int, pointer: str, found: dict[str, Span]) -> int:
    start = at
    if text[at] == "{":
        at = _skip(text, at + 1)
        while text[at] != "}":
            begin = at
            name, at = scanstring(text, at + 1)
            inner = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
            found[f"{inner}~name"] = (begin, at)
            at = _skip(text, _skip(text, at) + 1)
            at = _skip(text, _value(text, at, inner, found))
            at = _skip(text, at + 1) if text[at] == "," else at
        at += 1
    elif text[at] == "[":
        at, index = _skip(text, at + 1), 0
        while text[at] != "]":
            at = _skip(text, _value(text, at, f"{pointer}/{index}", found))
            at = _skip(text, at + 1) if text[at] == "," else at
            index += 1
        at += 1
    else:
        _, length = json.JSONDecoder().raw_decode(text[at : at + 1 + _scalar(text, at)])
        at += length
    found[pointer] = (start, at)
    return at


def _scalar(text: str, at: int) -> int:
    """An upper bound of the length of a scalar."""
    if text[at] == '"':
        return int(scanstring(text, at + 1)[1]) - at
    end = at
    while end < len(text) and text[end] not in ",]}" + _BLANKS:
        end += 1
    return end - at - 1


def replaced(text: str, span: Span, value: Any) -> str:
    """The text with another value in a place: one line where it was one, else indented as it was."""
    old = text[span[0] : span[1]]
    if "\n" not in old:
        return text[: span[0]] + json.dumps(value, ensure_ascii=False) + text[span[1] :]
    line = text[text.rfind("\n", 0, span[0]) + 1 : span[0]]
    indent = line[: len(line) - len(line.lstrip())]
    told = json.dumps(value, ensure_ascii=False, indent=2).replace("\n", f"\n{indent}")
    return text[: span[0]] + told + text[span[1] :]
