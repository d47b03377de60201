"""OpenAPI documents, versions 2 and 3: what their operations ask for and answer, and how two of them differ."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from harness import exact
from harness.drift.comparison import compare
from harness.drift.consumption import judged
from harness.drift.difference import Difference
from harness.drift.documents import claim
from harness.drift.rules import Severity, ranked
from harness.drift.shape import Shape
from harness.errors import UsageError
from harness.venues import NAMES, venue

__all__ = ["Api", "Operation", "between", "read"]

_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path. `parameters` maps names to what is said of them; `answer` is that of a success."""

    method: str
    path: str
    parameters: Mapping[str, Mapping[str, Any]]
    answer: Shape | None
    statuses: frozenset[str]
    deprecated: bool
    security: str


@dataclass(frozen=True, slots=True)
class Api:
    """A document: its operations by method and path."""

    name: str
    operations: Mapping[tuple[str, str], Operation] = field(default_factory=dict)


def read(path: Path, venue_name: str = "") -> Api:
    """Read a document; answers are named after the venue's endpoints where the path is one of theirs.

    `UsageError` when it cannot be read or is no OpenAPI document.
    """
    cure = "name an OpenAPI document, JSON or YAML"
    try:
        raw = path.read_bytes()
        document = exact.decode(raw) if path.suffix.lower() == ".json" else yaml.safe_load(raw)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path)) from None
    except (ValueError, yaml.YAMLError) as error:
        raise UsageError(f"neither JSON nor YAML: {error}", where=str(path), cure=cure) from None
    if not isinstance(document, Mapping) or not isinstance(document.get("paths"), Mapping):
        raise UsageError("not an OpenAPI document: no paths", where=str(path), cure=cure)
    base = str(document.get("basePath", "")).rstrip("/")
    operations = {}
    for at, item in document["paths"].items():
        for method in _METHODS:
            if isinstance(item, Mapping) and isinstance(item.get(method), Mapping):
                one = _operation(document, method.upper(), base + at, item, venue_name)
                operations[one.method, one.path] = one
    return Api(path.name, operations)


def _operation(
    document: Mapping[str, Any], method: str, path: str, item: Mapping[str, Any], venue_name: str
) -> Operation:
    told = item[method.lower()]
    responses = told.get("responses", {})
    success = next((responses[code] for code in sorted(responses, key=str) if str(code).startswith("2")), None)
    schema = _schema(_resolved(document, success))
    listed = [_resolved(document, one) for one in (*item.get("parameters", ()), *told.get("parameters", ()))]
    parameters = {f"{one.get('in')} {one.get('name')}": one for one in listed if one.get("in") != "body"}
    for body in [one for one in listed if one.get("in") == "body"] + [_resolved(document, told.get("requestBody"))]:
        parameters |= _members(document, body)
    security = told.get("security", document.get("security", []))
    return Operation(
        method,
        path,
        parameters,
        None if schema is None else claim(_topic(venue_name, method, path), schema, document),
        frozenset(map(str, responses)),
        bool(told.get("deprecated")),
        exact.encode(security).decode(),
    )


def _members(document: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The members of a request body, as parameters."""
    schema = _resolved(document, _schema(body) or {})
    required = schema.get("required", ())
    return {
        f"body {name}": {"name": name, "in": "body", "required": name in required, "schema": told}
        for name, told in schema.get("properties", {}).items()
    }


def _schema(answer: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if "schema" in answer:
        return dict(answer["schema"])
    content = answer.get("content", {})
    for kind in ("application/json", *content):
        if isinstance(content.get(kind), Mapping) and "schema" in content[kind]:
            return dict(content[kind]["schema"])
    return None


def _resolved(document: Mapping[str, Any], told: Any) -> Mapping[str, Any]:
    for _ in range(8):
        if not isinstance(told, Mapping) or "$ref" not in told:
            break
        reference, told = str(told["$ref"]), document
        for part in reference.split("/")[1:]:
            told = told.get(part, {}) if isinstance(told, Mapping) else {}
    return told if isinstance(told, Mapping) else {}


def _topic(venue_name: str, method: str, path: str) -> str:
    """The project's own name of the answer, so that the contract can say who reads it."""
    if venue_name in NAMES:
        facts = venue(venue_name)
        found = facts.find(method, path.removeprefix(facts.rest_prefix))
        if len(found) == 1:
            return f"{venue_name}/rest/{found[0].name}"
    return f"{method} {path}"


def between(old: Api, new: Api, *, every: bool = False) -> tuple[Difference, ...]:
    """How the newer of two documents differs, the worst first."""
    found: list[Difference] = []
    for key, was in old.operations.items():
        now = new.operations.get(key)
        if now is None:
            found.append(_of_endpoint("DRIFT-endpoint-removed", old, was, " ".join(key), "nothing"))
            continue
        found += _requests(old, was, now)
        found += _lifecycle(old, was, now)
        if was.answer is not None and now.answer is not None:
            found += compare(was.answer, now.answer)
    for key, now in new.operations.items():
        if key not in old.operations:
            found.append(_of_endpoint("DRIFT-endpoint-added", old, now, "nothing", " ".join(key)))
    told = [judged(one, every=every) for one in found]
    heard = [one for one in told if one.severity is not Severity.NOISE]
    return tuple(sorted(heard, key=lambda one: (-ranked(one.severity), one.topic, one.path, one.rule)))


def _of_endpoint(rule: str, old: Api, operation: Operation, before: str, after: str) -> Difference:
    topic = f"{operation.method} {operation.path}" if operation.answer is None else operation.answer.name
    return Difference(rule=rule, topic=topic, path="", before=before, after=after, against=old.name)


def _requests(old: Api, was: Operation, now: Operation) -> Iterator[Difference]:
    for name, one in now.parameters.items():
        before = was.parameters.get(name)
        if before is None:
            rule = "DRIFT-parameter-required" if one.get("required") else "DRIFT-parameter-added"
            yield _of_endpoint(rule, old, now, "nothing", name)
        elif one.get("required") and not before.get("required"):
            yield _of_endpoint("DRIFT-parameter-required", old, now, f"{name} optional", f"{name} required")
    for name, one in was.parameters.items():
        after = now.parameters.get(name)
        if after is None:
            yield _of_endpoint("DRIFT-parameter-removed", old, now, name, "nothing")
            continue
        types = _of_parameter(one, "type"), _of_parameter(after, "type")
        if types[0] != types[1] and not (types == ("integer", "number") or None in types):
            yield _of_endpoint("DRIFT-parameter-type", old, now, f"{name} {types[0]}", f"{name} {types[1]}")
        values = _of_parameter(one, "enum"), _of_parameter(after, "enum")
        gone = [value for value in values[0] or () if values[1] and value not in values[1]]
        if gone or (values[1] and not values[0]):
            was_told = ", ".join(map(str, values[0])) if values[0] else "any value"
            now_told = ", ".join(map(str, values[1] or ()))
            yield _of_endpoint("DRIFT-parameter-enum", old, now, f"{name} {was_told}", f"{name} {now_told}")


def _of_parameter(parameter: Mapping[str, Any], word: str) -> Any:
    schema = parameter.get("schema")
    return parameter.get(word, schema.get(word) if isinstance(schema, Mapping) else None)


def _lifecycle(old: Api, was: Operation, now: Operation) -> Iterator[Difference]:
    if now.deprecated and not was.deprecated:
        yield _of_endpoint("DRIFT-endpoint-deprecated", old, now, "in use", "deprecated")
    if was.statuses != now.statuses:
        before, after = ", ".join(sorted(was.statuses)), ", ".join(sorted(now.statuses))
        yield _of_endpoint("DRIFT-status", old, now, before, after)
    if was.security != now.security:
        yield _of_endpoint("DRIFT-auth", old, now, was.security, now.security)
