"""Reading a cassette from any YAML: other projects' recordings, or our own after somebody edited them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

import yaml

from harness import exact
from harness.cassette.model import Cassette, Environment, Interaction, Provenance, Request, Response
from harness.errors import UsageError

__all__ = ["parse", "provenance", "read"]

_RECORD_AGAIN = "a cassette is YAML with 'version: 1' and a list of 'interactions', as vcrpy writes it"


class _Loader(yaml.CSafeLoader):
    """YAML with the harmless Python tags of older cassettes, exact numbers, and dates left as the text they are."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def _text(loader: _Loader, node: yaml.ScalarNode) -> str:
    return loader.construct_scalar(node)


def _tuple(loader: _Loader, node: yaml.SequenceNode) -> tuple[Any, ...]:
    return tuple(loader.construct_sequence(node, deep=True))


def _number(loader: _Loader, node: yaml.ScalarNode) -> Decimal:
    try:
        return Decimal(loader.construct_scalar(node))
    except ArithmeticError:
        raise yaml.constructor.ConstructorError(None, None, "not a finite number", node.start_mark) from None


_Loader.add_constructor("tag:yaml.org,2002:python/str", _text)
_Loader.add_constructor("tag:yaml.org,2002:python/unicode", _text)
_Loader.add_constructor("tag:yaml.org,2002:python/tuple", _tuple)
_Loader.add_constructor("tag:yaml.org,2002:float", _number)


def parse(text: str, where: str) -> Any:
    """The document that a YAML text stands for."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a subclass of the safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f" in line {mark.line + 1}" if mark is not None else ""
        raise UsageError(f"not YAML: {error.problem}{line}", where=where, cure=_RECORD_AGAIN) from None
    except (yaml.YAMLError, ValueError) as error:
        raise UsageError(f"not YAML: {error}", where=where, cure=_RECORD_AGAIN) from None


def read(document: Any, where: str) -> Cassette:
    """The cassette in a YAML document; `UsageError` names the interaction and key that is missing or mistyped."""
    if not isinstance(document, Mapping):
        raise UsageError("not a cassette: not a mapping", where=where, cure=_RECORD_AGAIN)
    root = _Part(document, "the cassette", where)
    version = root.get("version", int)
    if version != 1:
        raise UsageError(f"version {version} is not supported", where=where, cure="only 'version: 1' is known")
    interactions = tuple(_interactions(root.get("interactions", Sequence), where))
    return Cassette(provenance(document, where), interactions)


def provenance(document: Mapping[str, Any], where: str) -> Provenance | None:
    """The `recorded` mapping of a cassette; `None` when it has none."""
    if document.get("recorded") is None:
        return None
    part = _Part(document, "the cassette", where).part("recorded")
    environment = part.get("environment", str)
    if environment not in set(Environment):
        known = ", ".join(Environment)
        raise UsageError(f"'recorded' has an unknown environment {environment!r}", where=where, cure=f"known: {known}")
    return Provenance(
        venue=part.get("venue", str),
        environment=Environment(environment),
        scenario=part.get("scenario", str),
        recorded_at=part.get("recorded_at", str),
        tools={str(name): str(release) for name, release in part.get("tools", Mapping, {}).items()},
        redactions=part.get("redactions", int, 0),
        note=part.get("note", str, ""),
        sha256=part.get("sha256", str, ""),
    )


def _interactions(entries: Sequence[Any], where: str) -> Iterator[Interaction]:
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, Mapping):
            raise UsageError(f"interaction {number} is not a mapping", where=where, cure=_RECORD_AGAIN)
        part = _Part(entry, f"interaction {number}", where)
        request, response = part.part("request"), part.part("response")
        status = response.part("status")
        yield Interaction(
            Request(request.get("method", str), request.get("uri", str), request.bytes("body"), request.headers()),
            Response(
                status.get("code", int),
                status.get("message", str | None, "") or "",
                response.part("body").bytes("string") or b"",
                response.headers(),
            ),
        )


class _Part:
    """A mapping of the document, and its place in it."""

    _REQUIRED: ClassVar[object] = object()
    _KINDS: ClassVar[dict[Any, str]] = {
        int: "an integer",
        str: "text",
        str | None: "text",
        Mapping: "a mapping",
        Sequence: "a list",
    }

    def __init__(self, values: Mapping[str, Any], name: str, where: str) -> None:
        self._values, self._name, self._where = values, name, where

    def get(self, key: str, kind: Any, default: Any = _REQUIRED) -> Any:
        value = self._values.get(key, default)
        if value is self._REQUIRED:
            raise UsageError(f"{self._name} has no {key!r}", where=self._where, cure=_RECORD_AGAIN)
        is_text_for_list = kind is Sequence and isinstance(value, str | bytes)
        is_bool_for_int = kind is int and isinstance(value, bool)
        if not isinstance(value, kind) or is_text_for_list or is_bool_for_int:
            raise self._mistyped(key, self._KINDS[kind])
        return value

    def part(self, key: str) -> "_Part":
        return _Part(self.get(key, Mapping), f"{self._name}: {key!r}", self._where)

    def bytes(self, key: str) -> bytes | None:
        """A body: text, binary, nothing, or a structure, which vcrpy stores for aiohttp's `json=`."""
        match self._values.get(key):
            case None:
                return None
            case bytes() as body:
                return body
            case str() as text:
                return text.encode()
            case dict() | list() as structure:
                return exact.encode(structure)
        raise self._mistyped(key, "text or binary")

    def headers(self) -> dict[str, tuple[str, ...]]:
        headers = self.get("headers", Mapping, {})
        return {str(name): self._header(str(name), values) for name, values in headers.items()}

    def _header(self, name: str, values: Any) -> tuple[str, ...]:
        every = values if isinstance(values, list | tuple) else (values,)
        if not all(isinstance(value, str) for value in every):
            raise self._mistyped(f"headers.{name}", "text or a list of texts")
        return tuple(every)

    def _mistyped(self, key: str, kind: str) -> UsageError:
        shown = json.dumps(self._values.get(key), default=str)
        return UsageError(f"{self._name}: {key!r} is not {kind}: {shown:.60}", where=self._where, cure=_RECORD_AGAIN)
