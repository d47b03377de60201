"""Strategies from the project's JSON Schemas: whole documents that no recording shows.

Every keyword of draft 2020-12 that `schemas/` uses is understood; an unknown one raises, because a strategy that
generates nothing, or too little, must never look like one that found nothing.
"""

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

from harness.contract.schemas import Schema
from harness.errors import HarnessFault
from harness.fuzz.values import decimals

__all__ = ["from_schema"]

_ANNOTATIONS = frozenset({"$schema", "$id", "$defs", "$comment", "title", "description", "examples", "default"})
_FILTERED = frozenset({"if", "then", "else", "not", "propertyNames", "dependentRequired", "minProperties"})
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
_UNKNOWN: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    st.sampled_from(("fieldAddedLater", "neu", "x-∆")), st.none() | st.booleans() | _TEXT, max_size=1
)


def from_schema(schema: Schema, common: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Documents that conform to a schema, with fields that nobody knows now and then."""
    resolver = _Resolver(schema.document, common)
    return resolver.strategy(schema.document).filter(schema.is_valid)


class _Resolver:
    """Builds strategies; `$ref`s are followed lazily, so that recursive definitions are fine."""

    def __init__(self, document: Mapping[str, Any], common: Mapping[str, Any]) -> None:
        self._document, self._common = document, common
        self._referred: dict[str, st.SearchStrategy[Any]] = {}

    def strategy(self, schema: Any) -> st.SearchStrategy[Any]:
        if not isinstance(schema, Mapping):
            return st.none() | st.booleans() | _TEXT if schema else st.nothing()
        if unknown := schema.keys() - _UNDERSTOOD:
            raise HarnessFault(f"no strategy for the JSON Schema keyword {min(unknown)!r}")
        if "const" in schema or "enum" in schema:
            return st.sampled_from(schema.get("enum", [schema.get("const")]))
        if "$ref" in schema:
            return self._reference(schema["$ref"])
        if "allOf" in schema:
            return self.strategy(self._together(schema))
        branches = schema.get("anyOf", schema.get("oneOf"))
        return self._typed(schema) if branches is None else self._any(schema, branches)

    def _any(self, schema: Mapping[str, Any], branches: list[Any]) -> st.SearchStrategy[Any]:
        rest = {key: value for key, value in schema.items() if key not in {"anyOf", "oneOf"}}
        typed = any(key in rest for key in ("type", "properties", "items"))
        if not typed:
            return st.one_of([self.strategy(branch) for branch in branches])
        return st.one_of([self.strategy({**rest, **branch}) for branch in branches])

    def _together(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """One object of what `allOf` demands; its conditions (`if` without properties) stay with the filter."""
        merged = {key: value for key, value in schema.items() if key != "allOf"}
        for branch in schema["allOf"]:
            part = self._resolved(branch["$ref"]) if "$ref" in branch else branch
            if "allOf" in part:
                part = self._together(part)
            merged = {**part, **merged}
            merged["properties"] = {**part.get("properties", {}), **merged.get("properties", {})}
            merged["required"] = sorted({*part.get("required", ()), *merged.get("required", ())})
        return {key: value for key, value in merged.items() if value or key not in {"properties", "required"}}

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
            return st.builds(_merged, known, _UNKNOWN)
        if extra is False:
            return known
        keys = self._keys(schema)
        more = st.dictionaries(keys, self.strategy(extra), min_size=schema.get("minProperties", 0), max_size=5)
        return st.builds(_merged, known, more)

    def _keys(self, schema: Mapping[str, Any]) -> st.SearchStrategy[str]:
        names = schema.get("propertyNames")
        found: st.SearchStrategy[str] = _TEXT if names is None else self.strategy({"type": "string", **names})
        return found

    def _array(self, schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
        prefix = [self.strategy(part) for part in schema.get("prefixItems", ())]
        least, most = schema.get("minItems", 0), schema.get("maxItems", _MOST_ROWS)
        rest = self.strategy(schema.get("items", True))
        tail = st.lists(rest, min_size=max(least - len(prefix), 0), max_size=max(most - len(prefix), 0))
        if not prefix:
            return tail
        return st.builds(lambda head, more: [*head, *more], st.tuples(*prefix), tail)


def _merged(known: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
    return {**extra, **known}


def _implied(schema: Mapping[str, Any]) -> str:
    marks = {"properties": "object", "required": "object", "items": "array", "prefixItems": "array"}
    marks |= {"pattern": "string", "minLength": "string", "minimum": "number", "maximum": "number"}
    return next((kind for keyword, kind in marks.items() if keyword in schema), "any")


_DECIMAL_PATTERNS = {
    r"^-?[0-9]+(\.[0-9]+)?$": decimals(),
    r"^[0-9]+(\.[0-9]+)?$": decimals(0),
    r"^(?=.*[1-9])[0-9]+(\.[0-9]+)?$": decimals(1, 10**14).filter(lambda text: text.strip("0.") != ""),
}


def _string(schema: Mapping[str, Any]) -> st.SearchStrategy[str]:
    pattern = schema.get("pattern")
    if pattern is None:
        return st.text(_LETTERS, min_size=schema.get("minLength", 0), max_size=12)
    if pattern in _DECIMAL_PATTERNS:
        return _DECIMAL_PATTERNS[pattern]
    # `$` also matches before a final line break, which JSON Schema's regular expressions do not
    return st.from_regex(pattern, alphabet=st.characters(codec="ascii")).filter(lambda text: "\n" not in text)


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
