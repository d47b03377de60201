"""The JSON Schemas of the project: loading them, and validating decoded JSON against them.

`jsonschema-rs` gives the verdict and `jsonschema`, the reference, the explanation; a test holds that they agree.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from harness import exact, resources
from harness.errors import UsageError

__all__ = ["Problem", "Schema", "folder", "load", "reference_validator"]

_COMMON = "common.json"


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why a document is not valid. `at` is a JSON pointer into the document."""

    at: str
    message: str
    rule: str  # JSON pointer into the schema

    def __str__(self) -> str:
        return f"{self.at or '/'}: {self.message}"


def _pointer(parts: Any) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


class Schema:
    """One schema file with what it refers to. `name` is its path below the folder, without the suffix."""

    def __init__(self, name: str, document: dict[str, Any], common: dict[str, Any]) -> None:
        self.name = name
        self.document = document
        self.common = common
        registry = jsonschema_rs.Registry([(common["$id"], common)])
        self._fast = jsonschema_rs.Draft202012Validator(document, registry=registry)

    def is_valid(self, instance: Any) -> bool:
        """Whether a document decoded by `harness.exact` conforms."""
        return self._fast.is_valid(instance)

    def problems(self, instance: Any, limit: int = 5) -> tuple[Problem, ...]:
        """Why a document does not conform, the most telling first; empty when it does."""
        if self.is_valid(instance):
            return ()
        from jsonschema.exceptions import best_match, relevance

        errors = list(self._reference.iter_errors(instance))
        # of a failed anyOf or oneOf, the closest branch says more than the keyword itself
        told = [best_match([error]) for error in sorted(errors, key=relevance, reverse=True)]
        return tuple(
            Problem(_pointer(error.absolute_path), _shortened(error.message), _pointer(error.absolute_schema_path))
            for error in told[:limit]
            if error is not None
        )

    @property
    def _reference(self) -> Any:
        return reference_validator(self.document, self.common)


def reference_validator(document: Mapping[str, Any], common: Mapping[str, Any]) -> Any:
    """The same schema in the reference implementation.

    Like the fast one it follows the specification where Python does not: 1.0 is an integer, and `$` in a pattern is the
    end of the text, not the place before a last line break.
    """
    from jsonschema import Draft202012Validator, ValidationError, validators
    from referencing import Registry, Resource

    def is_integer(_: Any, instance: Any) -> bool:
        if isinstance(instance, bool):
            return False
        return isinstance(instance, int) or (isinstance(instance, Decimal) and instance == instance.to_integral_value())

    def pattern(_: Any, wanted: str, instance: Any, __: Any) -> Iterator[ValidationError]:
        if isinstance(instance, str) and not re.search(_in_python(wanted), instance):
            yield ValidationError(f"{instance!r} does not match {wanted!r}")

    checker = Draft202012Validator.TYPE_CHECKER.redefine("integer", is_integer)
    extended = validators.extend(Draft202012Validator, {"pattern": pattern}, type_checker=checker)  # type: ignore[no-untyped-call]
    return extended(document, registry=Registry().with_resource(common["$id"], Resource.from_contents(common)))


@cache
def _in_python(pattern: str) -> str:
    """A pattern of ECMA 262, as JSON Schema has them, in Python's dialect."""
    return re.sub(r"(\\.|\[(?:\\.|[^\]\\])*\])|\$", lambda found: found[1] or r"\Z", pattern)


def _shortened(message: str, limit: int = 300) -> str:
    return message if len(message) <= limit else f"{message[: limit // 2]} … {message[-limit // 2 :]}"


def folder() -> Path:
    """Where the schemas are."""
    return resources.schemas()


@cache
def _document(path: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = exact.decode(path.read_bytes())
    except OSError as error:
        raise UsageError(f"schema cannot be read: {error.strerror}", where=str(path)) from None
    except ValueError as error:
        raise UsageError(f"schema is not JSON: {error}", where=str(path)) from None
    return document


@cache
def load(name: str) -> Schema:
    """The schema `<venue>/rest/<endpoint>` or `<venue>/ws/<channel>`; `UsageError` when there is none."""
    root = folder()
    return Schema(name, _document(root / f"{name}.json"), _document(root / _COMMON))
