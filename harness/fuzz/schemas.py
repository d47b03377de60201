"""Strategies from the project's JSON Schemas: whole documents that no recording shows.

Every keyword of draft 2020-12 that `schemas/` uses is understood; an unknown one raises, because a strategy that
generates nothing, or too little, must never look like one that found nothing.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

from harness.contract.schemas import Schema
from harness.errors import HarnessFault
from harness.fuzz.values import decimals

__all__ = ["from_schema"]

_ANNOTATIONS = frozenset({"$schema", "$id", "$defs", "$comment", "title", "description", "examples", "default"})
_CONDITIONAL = ("if", "then")
_FILTERED = frozenset({*_CONDITIONAL, "not", "propertyNames", "dependentRequired", "minProperties"})
"""Keywords that narrow what the others generate: documents that they refuse are drawn again."""

_UNDERSTOOD = (
    _ANNOTATIONS
    | _FILTERED
    | frozenset(
        {
            "$ref",
            "additionalProperties",
            "allOf",
            "anyOf",
            "const",
            "enum",
            "items",
            "maxItems",
            "maximum",
            "minItems",
            "minLength",
            "minimum",
            "oneOf",
            "pattern",
            "prefixItems",
            "properties",
            "required",
            "type",
        }
    )
)

_MOST_ROWS = 20
_LETTERS = st.characters(codec="utf-8")
_TEXT = st.text(_LETTERS, max_size=12)
_UNKNOWN: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    ({}, {}, {"fieldAddedLater": None}, {"neu": "ünïcode 💶"}, {"x-∆": True}, {"nested": {"deep": [1, "2"]}})
)


def from_schema(schema: Schema, common: Mapping[str, Any], *, most_rows: int = _MOST_ROWS) -> st.SearchStrategy[Any]:
    """Documents that conform to a schema, with fields that nobody knows now and then.

    `common` is the decoded `common.json`; `most_rows` bounds every list whose length the schema leaves open.
    `HarnessFault` for a keyword that is not understood, when the strategy is first drawn from.
    """
    resolver = _Resolver(schema.document, common, most_rows)
    return resolver.strategy(schema.document).filter(schema.is_valid)


class _Resolver:
    """Builds strategies; `$ref`s are followed lazily, so that recursive definitions are fine."""

    def __init__(self, document: Mapping[str, Any], common: Mapping[str, Any], most_rows: int) -> None:
        self._document, self._common, self._most_rows = document, common, most_rows
        self._referred: dict[str, st.SearchStrategy[Any]] = {}

    def strategy(self, schema: Any) -> st.SearchStrategy[Any]:
        if not isinstance(schema, Mapping):
            return st.none() | st.booleans() | _TEXT if schema else st.nothing()
        if unknown := schema.keys() - _UNDERSTOOD:
            raise HarnessFault(f"no strategy for the JSON Schema keyword {min(unknown)!r}")
        if "const" in schema or "enum" in schema:
            return st.sampled_from([schema["const"]] if "const" in schema else schema["enum"])
        if "$ref" in schema:
            narrowed = schema.keys() - _ANNOTATIONS - {"$ref"}
            return self.strategy(self._plain(schema)) if narrowed else self._reference(schema["$ref"])
        if "allOf" in schema or "if" in schema:
            return self._together(schema)
        branches = schema.get("anyOf", schema.get("oneOf"))
        return self._typed(schema) if branches is None else self._any(schema, branches)

    def _any(self, schema: Mapping[str, Any], branches: list[Any]) -> st.SearchStrategy[Any]:
        rest = _without(schema, "anyOf", "oneOf")
        if not rest.keys() - _ANNOTATIONS:
            return st.one_of([self.strategy(branch) for branch in branches])
        return st.one_of([self.strategy(_merged(rest, self._plain(branch))) for branch in branches])

    def _together(self, schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
        """One object of what `allOf` and conditions demand."""
        parts = [self._plain(branch) for branch in schema.get("allOf", ())]
        whole: Mapping[str, Any] = {}
        for part in (*parts, _without(schema, "allOf")):
            whole = _merged(whole, _without(part, *_CONDITIONAL))
        conditions = [part for part in (*parts, schema) if "if" in part]
        return self._conditional(whole, conditions) if conditions else self.strategy(whole)

    def _conditional(self, schema: Mapping[str, Any], conditions: list[Mapping[str, Any]]) -> st.SearchStrategy[Any]:
        """What each condition leads to, and what none of them speaks of: drawn on purpose, not by luck."""
        base = _without(schema, *_CONDITIONAL)
        variants = [self.strategy(_merged(_merged(base, _discriminator(part)), part["then"])) for part in conditions]
        rest: Mapping[str, Any] = base
        for part in conditions:
            rest = _excluding(rest, part)
        return st.one_of([*variants, self.strategy(rest)] if rest else variants)

    def _plain(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """A schema with what it refers to in its place."""
        if "$ref" not in schema:
            return schema
        return _merged(self._plain(self._resolved(schema["$ref"])), _without(schema, "$ref"))

    def _reference(self, reference: str) -> st.SearchStrategy[Any]:
        if reference not in self._referred:
            self._referred[reference] = st.deferred(lambda: self.strategy(self._resolved(reference)))
        return self._referred[reference]

    def _resolved(self, reference: str) -> Any:
        base, _, pointer = reference.partition("#")
        found: Any = self._common if base else self._document
        for part in pointer.split("/")[1:]:
            found = found[part.replace("~1", "/").replace("~0", "~")]
        return found

    def _typed(self, schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
        told = schema.get("type", _implied(schema))
        kinds = told if isinstance(told, list) else [told]
        builders: Mapping[str, Callable[[Mapping[str, Any]], st.SearchStrategy[Any]]] = {
            "object": self._object,
            "array": self._array,
            "string": _string,
            "integer": _integer,
            "number": _number,
            "boolean": lambda _: st.booleans(),
            "null": lambda _: st.none(),
            "any": lambda _: st.none() | st.booleans() | _TEXT,
        }
        return st.one_of([builders[kind](schema) for kind in kinds])

    def _object(self, schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
        properties = schema.get("properties", {})
        required = schema.get("required", [])
        fields = {name: self.strategy(properties.get(name, True)) for name in required}
        optional = {name: self.strategy(part) for name, part in properties.items() if name not in required}
        known = st.fixed_dictionaries(fields, optional=optional)
        extra = schema.get("additionalProperties", True)
        if extra is True:
            return st.builds(_joined, known, _UNKNOWN)
        if extra is False:
            return known
        keys = self._keys(schema)
        more = st.dictionaries(keys, self.strategy(extra), min_size=schema.get("minProperties", 0), max_size=5)
        return st.builds(_joined, known, more)

    def _keys(self, schema: Mapping[str, Any]) -> st.SearchStrategy[str]:
        names = schema.get("propertyNames")
        found: st.SearchStrategy[str] = _TEXT if names is None else self.strategy({"type": "string", **names})
        return found

    def _array(self, schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
        prefix = [self.strategy(part) for part in schema.get("prefixItems", ())]
        least = schema.get("minItems", 0)
        most = schema.get("maxItems", max(self._most_rows, least))
        rest = self.strategy(schema.get("items", True))
        tail = st.lists(rest, min_size=max(least - len(prefix), 0), max_size=max(most - len(prefix), 0))
        if not prefix:
            return tail
        return st.builds(lambda head, more: [*head, *more], st.tuples(*prefix), tail)


def _joined(known: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
    return {**extra, **known}


def _without(schema: Mapping[str, Any], *keywords: str) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key not in keywords}


def _merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """What both demand; where they speak of the same, the second is the narrower one."""
    merged = {**first, **second}
    for keyword in first.keys() & second.keys():
        one, other = first[keyword], second[keyword]
        if keyword == "properties":
            both = {name: _merged(one[name], other[name]) for name in one.keys() & other.keys()}
            merged[keyword] = {**one, **other, **both}
        elif keyword == "required":
            merged[keyword] = sorted({*one, *other})
        elif keyword == "items" and isinstance(one, Mapping) and isinstance(other, Mapping):
            merged[keyword] = _merged(one, other)
        elif keyword == "allOf":
            merged[keyword] = [*one, *other]
    return merged


def _discriminator(condition: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part of an `if` that can be made true by construction: constants of properties."""
    told = condition["if"].get("properties", {})
    constants = {name: part for name, part in told.items() if "const" in part}
    return {"properties": constants} if constants else {}


def _excluding(schema: Mapping[str, Any], condition: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema without the enum values of a condition; empty when no value is left."""
    for name, part in _discriminator(condition).get("properties", {}).items():
        known = schema.get("properties", {}).get(name, {})
        if "enum" in known:
            left = [value for value in known["enum"] if value != part["const"]]
            narrowed = {**schema["properties"], name: {**known, "enum": left}}
            return {**schema, "properties": narrowed} if left else {}
    return schema


def _implied(schema: Mapping[str, Any]) -> str:
    marks = {"properties": "object", "required": "object", "items": "array", "prefixItems": "array"}
    marks |= {"pattern": "string", "minLength": "string", "minimum": "number", "maximum": "number"}
    return next((kind for keyword, kind in marks.items() if keyword in schema), "any")


_DIGITS = st.integers(0, 10**18).map(str) | st.sampled_from(("0", "007", str(2**53 + 1), "9" * 30))
_PATTERNS = {
    r"^-?[0-9]+(\.[0-9]+)?$": decimals(),
    r"^(-?[0-9]+(\.[0-9]+)?)?$": decimals() | st.just(""),
    r"^[0-9]+(\.[0-9]+)?$": decimals(0),
    r"^(?=.*[1-9])[0-9]+(\.[0-9]+)?$": decimals(1, 10**14).filter(lambda text: text.strip("0.") != ""),
    r"^[0-9]+$": _DIGITS,
    r"^[0-9]*$": _DIGITS | st.just(""),
    r"^1[0-9]{12}$": st.integers(10**12, 2 * 10**12 - 1).map(str),
}
"""Frequent patterns in one draw or two: a regular expression takes a draw for each character."""

_HEX = re.compile(r"\^0x\[0-9a-fA-F\]\{(\d+)\}\$")


def _string(schema: Mapping[str, Any]) -> st.SearchStrategy[str]:
    pattern = schema.get("pattern")
    if pattern is None:
        return st.text(_LETTERS, min_size=schema.get("minLength", 0), max_size=12)
    if pattern in _PATTERNS:
        return _PATTERNS[pattern]
    if known := _HEX.fullmatch(pattern):
        return st.builds(_hexadecimal, st.integers(0, 16 ** int(known[1]) - 1), st.just(int(known[1])))
    # `$` also matches before a final line break, which JSON Schema's regular expressions do not
    return st.from_regex(pattern, alphabet=st.characters(codec="ascii")).filter(lambda text: "\n" not in text)


def _hexadecimal(number: int, width: int) -> str:
    return f"0x{number:0{width}{'X' if number % 2 else 'x'}}"


def _integer(schema: Mapping[str, Any]) -> st.SearchStrategy[int]:
    low, high = schema.get("minimum"), schema.get("maximum")
    usual = st.integers(low, high)
    edges = [edge for edge in (0, 1, 2**53 + 1, 2**63, 10**29) if _within(edge, low, high)]
    return usual | st.sampled_from(edges) if edges else usual


def _within(value: int, low: Any, high: Any) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


def _number(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    low, high = schema.get("minimum"), schema.get("maximum")
    return st.decimals(low, high, allow_nan=False, allow_infinity=False, places=8) | _integer(schema)
