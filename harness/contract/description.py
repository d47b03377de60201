"""Which fields of a document the schemas describe. Schemas are open: an unknown field is valid, and not described."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from harness.contract.schemas import Schema

__all__ = ["Description"]

_BRANCHES = ("allOf", "anyOf", "oneOf")
_CONDITIONS = ("if", "then", "else")


class Description:
    """What some schemas, of which any may hold, say of one value. It is false when they say nothing."""

    __slots__ = ("_children", "_nodes")

    def __init__(self, nodes: Iterable[tuple[Schema | None, Any]] = ()) -> None:
        found: dict[int, tuple[Schema | None, Any]] = {}
        for schema, node in nodes:
            for part in _parts(schema, node):
                found.setdefault(id(part), (schema, part))
        self._nodes = tuple(found.values())
        self._children: dict[str | int, Description] = {}

    @classmethod
    def of(cls, schemas: Iterable[Schema]) -> "Description":
        """Of whole documents."""
        return cls((schema, schema.document) for schema in schemas)

    @classmethod
    def named(cls, members: Iterable[str]) -> "Description":
        """Of an object of which only the names of its members are known."""
        return cls([(None, {"properties": dict.fromkeys(members, True)})])

    def __bool__(self) -> bool:
        return bool(self._nodes)

    def __getitem__(self, step: str | int) -> "Description":
        """Of the member of an object, or of the item of a list."""
        if isinstance(step, int):
            step = min(step, 64)  # no schema tells that many items apart
        child = self._children.get(step)
        if child is None:
            child = Description((schema, below) for schema, node in self._nodes for below in _below(node, step))
            if len(self._children) < 4096:
                self._children[step] = child
        return child


def _parts(schema: Schema | None, node: Any, seen: frozenset[int] = frozenset()) -> Iterator[Any]:
    """A schema and all that it refers to or is put together of."""
    if id(node) in seen or node is False:
        return
    yield node
    if not isinstance(node, Mapping):
        return
    inner = [*(branch for name in _BRANCHES for branch in node.get(name, ()))]
    inner += [node[name] for name in _CONDITIONS if name in node]
    if schema is not None and "$ref" in node:
        inner.append(_referred(schema, node["$ref"]))
    for part in inner:
        yield from _parts(schema, part, seen | {id(node)})


def _referred(schema: Schema, reference: str) -> Any:
    base, _, pointer = reference.partition("#")
    node: Any = schema.common if base == schema.common["$id"] else schema.document
    for step in pointer.split("/")[1:]:
        node = node[step.replace("~1", "/").replace("~0", "~")]
    return node


def _below(node: Any, step: str | int) -> Iterator[Any]:
    if not isinstance(node, Mapping):
        return
    if isinstance(step, int):
        prefix = node.get("prefixItems", ())
        if step < len(prefix):
            yield prefix[step]
        elif "items" in node:
            yield node["items"]
        return
    patterns = [told for pattern, told in node.get("patternProperties", {}).items() if _compiled(pattern).search(step)]
    if step in node.get("properties", {}):
        yield node["properties"][step]
    yield from patterns
    if step not in node.get("properties", {}) and not patterns and node.get("additionalProperties") is not None:
        yield node["additionalProperties"]


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
