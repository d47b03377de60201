"""JSON pointers (RFC 6901), with `*` for any index of a list, on decoded documents."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

__all__ = ["MISSING", "locate", "look_up", "removed", "replaced"]


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"


MISSING = _Missing()
"""What `look_up` returns where there is nothing; `None` is JSON's null."""


@lru_cache(maxsize=4096)
def _parts(pointer: str) -> tuple[str, ...]:
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])


def _step(document: Any, part: str) -> Any:
    if isinstance(document, dict):
        return document.get(part, MISSING)
    if isinstance(document, list) and part.isdecimal() and int(part) < len(document):
        return document[int(part)]
    return MISSING


def look_up(document: Any, pointer: str) -> Any:
    """The value at a pointer without `*`, or `MISSING`."""
    for part in _parts(pointer):
        document = document.get(part, MISSING) if isinstance(document, dict) else _step(document, part)
        if document is MISSING:
            break
    return document


def locate(document: Any, pattern: str) -> Iterator[str]:
    """The pointers of all values that a pattern reaches, in document order."""
    yield from _locate(document, _parts(pattern), "")


def _locate(document: Any, parts: Sequence[str], at: str) -> Iterator[str]:
    if not parts:
        yield at
        return
    head, *rest = parts
    if head == "*" and isinstance(document, list):
        for index, item in enumerate(document):
            yield from _locate(item, rest, f"{at}/{index}")
        return
    value = _step(document, head)
    if value is not MISSING:
        escaped = head.replace("~", "~0").replace("/", "~1")
        yield from _locate(value, rest, f"{at}/{escaped}")


def replaced(document: Any, pointer: str, value: Any) -> Any:
    """A copy with another value at the pointer; everything beside the path is shared with the original."""
    return _rebuilt(document, _parts(pointer), value)


def removed(document: Any, pointer: str) -> Any:
    """A copy without the value at the pointer."""
    return _rebuilt(document, _parts(pointer), MISSING)


def _rebuilt(document: Any, parts: Sequence[str], value: Any) -> Any:
    if not parts:
        return value
    head, *rest = parts
    if isinstance(document, list):
        changed = list(document)
        changed[int(head)] = _rebuilt(document[int(head)], rest, value)
        return [item for item in changed if item is not MISSING]
    child = _rebuilt(document.get(head), rest, value)
    if child is MISSING:
        return {key: item for key, item in document.items() if key != head}
    return {**document, head: child}
