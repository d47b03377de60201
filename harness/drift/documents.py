"""Claims: the shape that a JSON Schema, an OpenAPI document or an SDK's model gives to an answer."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from harness import exact, resources
from harness.contract import schemas
from harness.drift.shape import Node, Shape, Trait, flattened

__all__ = ["claim", "claim_of_topic", "common_of", "topics"]

_DEEPEST = 24
_ALL = ("null", "boolean", "integer", "number", "string", "object", "array")
_SECONDS = Decimal(1_000_000_000)
_UNITS = {_SECONDS * 1000**power: unit for power, unit in enumerate(("s", "ms", "µs", "ns"))}
_BOUNDS = {"^[0-9]+(\\.[0-9]+)?$": Decimal(0), "^(?=.*[1-9])[0-9]+(\\.[0-9]+)?$": Decimal(0)}
"""Patterns of decimal strings that cannot be negative, and so have a least value."""


def claim(name: str, schema: Mapping[str, Any], *roots: Mapping[str, Any]) -> Shape:
    """The shape that a schema allows. `roots` are documents that its references point into, its own one first."""
    return flattened(name, _Reader(roots or (schema,)).node(schema, 0), claim=True)


@cache
def claim_of_topic(topic: str) -> Shape | None:
    """The shape that the project's own schema gives to a topic, `lighter/rest/account` say; `None` without a schema."""
    if topic not in topics():
        return None
    common = common_of(schemas.folder())
    document = schemas.load(topic).document
    return claim(topic, document, document, common)


def common_of(folder: Path) -> Mapping[str, Any]:
    """The definitions that the schemas of a folder share; nothing where it has none."""
    path = folder / "common.json"
    found: Mapping[str, Any] = exact.decode(path.read_bytes()) if path.is_file() else {}
    return found


@cache
def topics() -> frozenset[str]:
    """The names of all schemas of the project."""
    root = resources.schemas()
    return frozenset(str(path.relative_to(root).with_suffix("").as_posix()) for path in root.glob("*/*/*.json"))


class _Reader:
    def __init__(self, roots: tuple[Mapping[str, Any], ...]) -> None:
        self._roots = roots
        self._under_way: list[str] = []
        self._named = {str(root["$id"]): root for root in roots if "$id" in root}

    def node(self, schema: Any, depth: int) -> Node:
        """The tree of a schema."""
        if not isinstance(schema, Mapping) or depth > _DEEPEST:
            return Node(Trait())
        node = self._own(schema, depth)
        if "$ref" in schema:
            reference = str(schema["$ref"])
            if reference not in self._under_way:  # what refers to itself is read once
                self._under_way.append(reference)
                node = _narrowed(node, self.node(self._resolved(reference), depth + 1))
                self._under_way.pop()
        for part in schema.get("allOf", ()):
            node = _narrowed(node, self.node(part, depth + 1))
        for word in ("anyOf", "oneOf"):
            if schema.get(word):
                branches = [self.node(part, depth + 1) for part in schema[word]]
                whole = branches[0]
                for branch in branches[1:]:
                    whole = _widened(whole, branch)
                node = _narrowed(node, whole)
        if schema.get("nullable") is True or schema.get("x-nullable") is True:  # OpenAPI 3.0 and 2.0
            node.trait = replace(node.trait, types=node.trait.types | {"null"} if node.trait.types else frozenset())
        return node

    def _resolved(self, reference: str) -> Any:
        base, _, pointer = reference.partition("#")
        document: Any = self._named.get(base) if base else self._roots[0]
        for part in pointer.split("/")[1:]:
            document = document.get(part.replace("~1", "/").replace("~0", "~")) if document is not None else None
        return document

    def _own(self, schema: Mapping[str, Any], depth: int) -> Node:
        """What a schema says by itself."""
        node = Node(_trait(schema))
        required = frozenset(schema.get("required", ()) if isinstance(schema.get("required"), list | tuple) else ())
        for name, part in schema.get("properties", {}).items():
            child = self.node(part, depth + 1)
            child.trait = replace(child.trait, required=name in required)
            node.fields[name] = child
        for name in required - node.fields.keys():
            node.fields[name] = Node(Trait(required=True))
        items = [self.node(part, depth + 1) for part in schema.get("prefixItems", ())]
        if isinstance(schema.get("items"), Mapping):
            items.append(self.node(schema["items"], depth + 1))
        for item in items:
            node.items = item if node.items is None else _widened(node.items, item)
        others = [schema.get("additionalProperties"), *schema.get("patternProperties", {}).values()]
        for other in others:
            if isinstance(other, Mapping) and other and not node.fields:
                entry = self.node(other, depth + 1)
                node.entries = entry if node.entries is None else _widened(node.entries, entry)
        if not node.trait.types and (node.fields or node.entries is not None):
            node.trait = replace(node.trait, types=frozenset({"object"}))
        if not node.trait.types and node.items is not None:
            node.trait = replace(node.trait, types=frozenset({"array"}))
        return node


def _trait(schema: Mapping[str, Any]) -> Trait:
    told = schema.get("type", ())
    types = frozenset([told] if isinstance(told, str) else told)
    values = frozenset(_text(value) for value in _listed(schema))
    if values and not types:
        types = frozenset(map(_type_of_text, values))
    pattern = str(schema.get("pattern", ""))
    low, high = _bound(schema, "inimum"), _bound(schema, "aximum")
    if low is None:
        low = _BOUNDS.get(pattern)
    if values and types and types <= {"integer", "number"}:
        values = frozenset(text.strip('"') for text in values)  # documents quote them now and then
        numbers = [Decimal(text) for text in values]
        low, high = min(numbers), max(numbers)
    unit = _UNITS.get(low) if low is not None and high is not None and high < low * 10 else None
    unit = unit or {"^1[0-9]{9}$": "s", "^1[0-9]{12}$": "ms", "^1[0-9]{15}$": "µs"}.get(pattern)
    return Trait(
        types=types,
        values=values,
        open=not values,
        units=frozenset({unit} if unit else ()),
        patterns=(pattern,) if pattern else (),
        minimum=low,
        maximum=high,
        title=str(schema.get("title", "")),
    )


def _listed(schema: Mapping[str, Any]) -> list[Any]:
    if "const" in schema:
        return [schema["const"]]
    return list(schema["enum"]) if isinstance(schema.get("enum"), list | tuple) else []


def _bound(schema: Mapping[str, Any], word: str) -> Decimal | None:
    """`minimum` or `exclusiveMinimum`; in the older drafts the latter is a flag."""
    for name in (f"m{word}", f"exclusiveM{word}"):
        value = schema.get(name)
        if isinstance(value, int | Decimal | float) and not isinstance(value, bool):
            return Decimal(str(value))
    return None


def _text(value: Any) -> str:
    return exact.encode(value).decode()


def _type_of_text(text: str) -> str:
    if text[0] in '"{[':
        return {'"': "string", "{": "object", "[": "array"}[text[0]]
    if text in {"null", "true", "false"}:
        return "null" if text == "null" else "boolean"
    return "integer" if text.lstrip("-").isdecimal() else "number"


def _all(types: frozenset[str]) -> frozenset[str]:
    return types or frozenset(_ALL)


def _narrowed(one: Node, other: Node) -> Node:
    """What both allow."""
    first, second = one.trait, other.trait
    types = _all(first.types) & (_all(second.types) | ({"integer"} if "number" in second.types else frozenset()))
    both = not first.open and not second.open
    trait = Trait(
        types=frozenset() if types == frozenset(_ALL) else types,
        required=first.required or second.required,
        values=first.values & second.values if both else first.values or second.values,
        open=first.open and second.open,
        units=first.units or second.units,
        patterns=first.patterns or second.patterns,
        minimum=max((low for low in (first.minimum, second.minimum) if low is not None), default=None),
        maximum=min((high for high in (first.maximum, second.maximum) if high is not None), default=None),
        title=first.title or second.title,
    )
    fields = dict(other.fields)
    for name, child in one.fields.items():
        fields[name] = _narrowed(child, fields[name]) if name in fields else child
    items = (
        one.items if other.items is None else other.items if one.items is None else _narrowed(one.items, other.items)
    )
    entries = one.entries if other.entries is None else other.entries
    return Node(trait, fields, items, entries)


def _widened(one: Node, other: Node) -> Node:
    """What either allows."""
    first, second = one.trait, other.trait
    anything = not first.types or not second.types
    ranged = [trait for trait in (first, second) if not trait.types or trait.types & {"integer", "number", "string"}]
    trait = Trait(
        types=frozenset() if anything else first.types | second.types,
        required=first.required and second.required,
        values=first.values | second.values,
        open=first.open or second.open,
        units=first.units | second.units,
        patterns=_either(first, second),
        minimum=_outer(ranged, "minimum", min),
        maximum=_outer(ranged, "maximum", max),
        title=first.title or second.title,
    )
    fields: dict[str, Node] = {}
    both_objects = "object" in _all(first.types) and "object" in _all(second.types)
    for name in [*one.fields, *(name for name in other.fields if name not in one.fields)]:
        pair = [node.fields[name] for node in (one, other) if name in node.fields]
        child = _widened(*pair) if len(pair) == 2 else pair[0]
        if len(pair) == 1 and both_objects:
            child.trait = replace(child.trait, required=False)
        fields[name] = child
    items = _widened(one.items, other.items) if one.items and other.items else one.items or other.items
    entries = _widened(one.entries, other.entries) if one.entries and other.entries else one.entries or other.entries
    return Node(trait, fields, items, entries)


def _either(first: Trait, second: Trait) -> tuple[str, ...]:
    """The patterns of strings; none as soon as a branch allows any string."""
    stringy = [trait for trait in (first, second) if (not trait.types or "string" in trait.types) and trait.open]
    if any(not trait.patterns for trait in stringy):
        return ()
    return tuple(dict.fromkeys(pattern for trait in stringy for pattern in trait.patterns))


def _outer(traits: list[Trait], name: str, choose: Any) -> Decimal | None:
    bounds = [getattr(trait, name) for trait in traits]
    return None if not bounds or None in bounds else choose(bounds)
