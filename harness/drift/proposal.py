"""Writes what drift asks for as a patch: of the schema, and of the contract where a field is only called otherwise.

A patch is a proposal. What a new value means, or a new unit, nobody can read from a payload: that stays a remark.
"""

import difflib
import re
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from harness import exact, resources
from harness.contract import oracle
from harness.drift.consumption import parts
from harness.drift.difference import Difference
from harness.drift.located import Span, replaced, spans
from harness.drift.rules import Reach
from harness.venues import NAMES

__all__ = ["patch"]

_NAMED = frozenset({"DRIFT-renamed", "DRIFT-case"})
_GONE = frozenset({"DRIFT-removed", "DRIFT-optional"})
_TYPES = {"s": "epochSeconds", "ms": "epochMilliseconds", "µs": "epochMicroseconds"}
_SCALARS = frozenset({"null", "boolean", "integer", "number", "string", "object", "array"})


def patch(differences: Iterable[Difference]) -> str:
    """A unified patch, empty when nothing can be proposed; remarks stand before it, as patch programs allow."""
    remarks: list[str] = []
    schemas: dict[str, str] = {}
    contracts: dict[str, str] = {}
    for one in differences:
        venue, _, _ = parts(one.topic)
        path = resources.schemas() / f"{one.topic}.json"
        if venue not in NAMES or not path.is_file():
            continue
        text = schemas.get(one.topic, path.read_text("utf-8"))
        changed = _in_schema(text, one)
        if changed is None or (
            one.rule == "DRIFT-enum" and one.reach is Reach.READ
        ):  # what it means is not in a schema
            remarks.append(f"{one.rule} {one.topic} {one}")
        if changed is None:
            continue
        schemas[one.topic] = changed
        source = _contract_of(venue)
        old = contracts.get(venue, source.read_text("utf-8"))
        contracts[venue] = _in_contract(old, one, venue)
    diffs = [
        _diff(f"schemas/{topic}.json", resources.schemas() / f"{topic}.json", text) for topic, text in schemas.items()
    ]
    diffs += [_diff(f"harness/contract/{venue}.py", _contract_of(venue), text) for venue, text in contracts.items()]
    head = "".join(f"# by hand: {remark}\n" for remark in remarks)
    return head + "".join(diffs)


def _contract_of(venue: str) -> Path:
    return Path(str(oracle.__file__)).with_name(f"{venue}.py")


def _diff(name: str, path: Path, text: str) -> str:
    old, new = path.read_text("utf-8").splitlines(keepends=True), text.splitlines(keepends=True)
    return "".join(difflib.unified_diff(old, new, f"a/{name}", f"b/{name}"))


def _in_schema(text: str, one: Difference) -> str | None:
    """The schema that takes the difference in; `None` where that needs a person."""
    document, places = exact.decode(text), spans(text)
    parent, _, name = one.path.rpartition("/")
    holder = _holder(document, parent)
    if one.to.startswith(f"{parent}/") and f"{holder}/properties/{one.to.rpartition('/')[2]}" in places:
        name = one.to.rpartition("/")[2]  # what is proposed of its name was taken in before
    if one.rule == "DRIFT-added":
        return None if holder is None else _added(text, holder, name, one)
    if holder is None or f"{holder}/properties/{name}" not in places:
        return None
    at = f"{holder}/properties/{name}"
    if one.rule in _NAMED:
        new = one.to.rpartition("/")[2]
        text = replaced(text, places[f"{at}~name"], new)
        return _required(text, holder, lambda names: [new if each == name else each for each in names])
    if one.rule in _GONE:
        return _required(text, holder, lambda names: [each for each in names if each != name])
    if one.rule == "DRIFT-moved":
        return _wrapped(text, places[at], one)
    return _wider(text, places[at], one)


def _wrapped(text: str, span: Span, one: Difference) -> str | None:
    """The member's schema, or else what holds it now; `None` where the value is not in its own place."""
    if not one.to.startswith(f"{one.path}/"):
        return None
    old = other = _plain(exact.decode(text[span[0] : span[1]]))
    for name in reversed(one.to.removeprefix(f"{one.path}/").split("/")):
        held = {"type": "object", "required": [name], "properties": {name: other}}
        other = {"type": "array", "items": other} if name == "*" else held
    return replaced(text, span, {"anyOf": [old, other]})


def _wider(text: str, span: Span, one: Difference) -> str | None:
    """The member's schema, or else what was seen."""
    match one.rule:
        case "DRIFT-nullable":
            other: Any = {"type": "null"}
        case "DRIFT-unit" if one.after in _TYPES:
            other = {"$ref": f"urn:harness:common#/$defs/{_TYPES[one.after]}"}
        case "DRIFT-retyped" | "DRIFT-fraction":
            types = [each for each in one.after.partition(" ")[0].split("/") if each in _SCALARS]
            other = {"type": types[0] if len(types) == 1 else types} if types else None
        case "DRIFT-enum" if one.after != "any value":
            other = {"enum": [_decoded(value) for value in one.after.split(", ")]}
        case "DRIFT-exponent":
            other = {"type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?$"}
        case _:
            other = None
    if other is None:
        return None
    old = exact.decode(text[span[0] : span[1]])
    if "enum" in other and isinstance(old, dict) and "enum" in old:
        return replaced(text, span, _plain({**old, "enum": [*old["enum"], *other["enum"]]}))
    description = {key: old.pop(key) for key in ("description",) if isinstance(old, dict) and key in old}
    return replaced(text, span, {"anyOf": [_plain(old), other], **description})


def _decoded(value: str) -> Any:
    try:
        return _plain(exact.decode(value))
    except ValueError:
        return value


def _plain(value: Any) -> Any:
    """Decimals of a schema's bounds as JSON writes them."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, str | int | bool) or value is None else float(value)


def _required(text: str, holder: str, change: Any) -> str:
    places = spans(text)
    span = places.get(f"{holder}/required")
    if span is None:
        return text
    names = exact.decode(text[span[0] : span[1]])
    return replaced(text, span, change(names)) if change(names) != names else text


def _added(text: str, holder: str, name: str, one: Difference) -> str | None:
    """The schema with one more member, after the last and laid out like it."""
    places = spans(text)
    types = [each for each in one.after.partition(" ")[0].split("/") if each in _SCALARS]
    whole = places.get(f"{holder}/properties")
    members = [at for at in places if at.rpartition("/")[0] == f"{holder}/properties" and not at.endswith("~name")]
    if whole is None or not types or not members or f"{holder}/properties/{name}" in members:
        return None
    last = max(members, key=lambda at: places[at][1])
    begin = places[f"{last}~name"][0]
    line = text[text.rfind("\n", 0, begin) + 1 : begin]
    joint = f",\n{line}" if not line.strip() else ", "
    told = exact.encode({"type": types[0] if len(types) == 1 else types}).decode().replace(":", ": ")
    end = places[last][1]
    return f'{text[:end]}{joint}"{name}": {told}{text[end:]}'


def _holder(document: Any, path: str) -> str | None:
    """The pointer of the object schema that describes what is at a path of the answer."""
    found = [_settled(document, "", 0)]
    for name in path.split("/")[1:]:
        found = [inner for at in found for inner in _inner(document, at, name)]
        if not found:
            return None
    return next((at for at in _branches(document, found) if "properties" in _resolve(document, at)), None)


def _inner(document: Any, at: str, name: str) -> list[str]:
    steps = []
    for branch in _branches(document, [at]):
        schema = _resolve(document, branch)
        if name == "*":
            steps += [
                f"{branch}/{word}" for word in ("items", "additionalProperties") if isinstance(schema.get(word), dict)
            ]
            steps += [f"{branch}/prefixItems/{index}" for index in range(len(schema.get("prefixItems", ())))]
        elif name in schema.get("properties", {}):
            steps.append(f"{branch}/properties/{name}")
    return [_settled(document, step, 0) for step in steps]


def _branches(document: Any, found: Iterable[str]) -> list[str]:
    """The schemas themselves and their alternatives."""
    told = []
    for at in found:
        told.append(at)
        schema = _resolve(document, at)
        for word in ("anyOf", "oneOf", "allOf"):
            told += [_settled(document, f"{at}/{word}/{index}", 0) for index in range(len(schema.get(word, ())))]
    return told


def _settled(document: Any, at: str, depth: int) -> str:
    """Follow references within the file."""
    schema = _resolve(document, at)
    reference = schema.get("$ref", "") if isinstance(schema, dict) else ""
    if reference.startswith("#/") and depth < 8:
        return _settled(document, reference[1:], depth + 1)
    return at


def _resolve(document: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, list):
            document = document[int(key)]
        elif isinstance(document, dict):
            document = document.get(key, {})
    return document


def _renamed(new: str, found: re.Match[str]) -> str:
    return f'{found[1]}"{new}"'


def _in_contract(source: str, one: Difference, venue: str) -> str:
    """The contract that reads the field where it is now. Only names are changed: a meaning is never guessed."""
    if one.rule not in _NAMED | {"DRIFT-moved"} or not one.to:
        return source
    _, _, endpoint = parts(one.topic)
    for reading in oracle.contract(venue).readings:
        if reading.endpoint != endpoint:
            continue
        for column in reading.columns:
            whole = reading.prefix() + column.at
            if whole == one.path and one.to.startswith(reading.prefix()):
                new = one.to.removeprefix(reading.prefix())
                named = rf'(into="{column.into}",\s*at=)"{re.escape(column.at)}"'
                source = re.sub(named, partial(_renamed, new), source)
    return source.replace(f'"{one.path}"', f'"{one.to}"')
