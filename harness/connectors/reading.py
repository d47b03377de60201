"""Strict reading of decoded JSON: what is missing, null or of another type is an error that names its place."""

import re
from collections.abc import Mapping
from decimal import Context, Decimal
from typing import Any, TypeVar

from harness.errors import MalformedAnswer

__all__ = ["EXACT", "Node"]

# the default context rounds to 28 digits even in `-x`; sums of venue figures must stay exact
EXACT = Context(prec=1000)

_is_decimal = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?", re.ASCII).fullmatch
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}", re.ASCII)

_T = TypeVar("_T")


def _kind(value: Any) -> str:
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "a boolean"),
        ((int, Decimal), "a number"),
        (str, "text"),
        (dict, "an object"),
        (list, "a list"),
    )
    return "null" if value is None else next((name for kind, name in kinds if isinstance(value, kind)), "unknown")


class Node:
    """A value inside an answer, and where it stands there (`$.data[0].size`).

    Every method raises `MalformedAnswer` with that place. Values are named by their type only, so that an answer that
    holds a credential does not carry it into a message; unknown enum values are shown when they look like a name.
    """

    __slots__ = ("_endpoint", "_key", "_parent", "_status", "_value")

    def __init__(
        self,
        value: Any,
        endpoint: str,
        *,
        status: int = 200,
        key: str | int = "",
        parent: "Node | None" = None,
    ) -> None:
        self._value, self._endpoint, self._status, self._key, self._parent = value, endpoint, status, key, parent

    def _child(self, value: Any, key: str | int) -> "Node":
        return Node(value, self._endpoint, status=self._status, key=key, parent=self)

    def _at(self) -> str:
        """The place; put together only when somebody asks, for most answers are good."""
        if self._parent is None:
            return "$"
        return self._parent._at() + (f"[{self._key}]" if isinstance(self._key, int) else f".{self._key}")

    def error(self, what: str) -> MalformedAnswer:
        """The error that says what is wrong with this value."""
        return MalformedAnswer(self._endpoint, f"{self._at()} {what}", status=self._status)

    def field(self, name: str) -> "Node":
        """A field that must be there; it may still be null, which the reading of it refuses."""
        try:
            return Node(self._value[name], self._endpoint, status=self._status, key=name, parent=self)
        except (KeyError, TypeError):
            self.optional(name)  # says what is wrong when this is no object at all
        raise self._child(None, name).error("is missing")

    def optional(self, name: str) -> "Node | None":
        """A field that may be left out."""
        value = self._value
        if not isinstance(value, dict):
            raise self.error(f"is {_kind(value)}, not an object")
        return Node(value[name], self._endpoint, status=self._status, key=name, parent=self) if name in value else None

    def rows(self) -> tuple["Node", ...]:
        """The elements of a list."""
        if not isinstance(self._value, list):
            raise self.error(f"is {_kind(self._value)}, not a list")
        return tuple(self._child(value, index) for index, value in enumerate(self._value))

    def text(self) -> str:
        """Text that is not empty."""
        if not isinstance(self._value, str):
            raise self.error(f"is {_kind(self._value)}, not text")
        if not self._value:
            raise self.error("is empty")
        return self._value

    def integer(self) -> int:
        """A whole JSON number."""
        value = self._value
        if isinstance(value, Decimal) and value.adjusted() < 40 and value == value.to_integral_value():
            value = int(value)  # 20.0 is an integer in JSON Schema too
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.error(f"is {_kind(value)}, not an integer")
        return value

    def number(self) -> Decimal:
        """A decimal number in a string, as all three venues send money, sizes and prices."""
        if not isinstance(self._value, str):
            raise self.error(f"is {_kind(self._value)}, not a decimal string")
        if not _is_decimal(self._value):
            raise self.error("is text, not a decimal string")
        return Decimal(self._value)

    def unsigned(self) -> Decimal:
        """A decimal string that is not below zero."""
        number = self.number()
        if number < 0:
            raise self.error("is negative where the venue documents an unsigned number")
        return number

    def one_of(self, known: Mapping[Any, _T]) -> _T:
        """What a known enum value stands for."""
        if not isinstance(self._value, bool | dict | list) and self._value in known:
            return known[self._value]
        shown = repr(self._value) if isinstance(self._value, str) and _NAME.fullmatch(self._value) else ""
        if isinstance(self._value, int):
            shown = str(self._value)[:12]
        names = ", ".join(map(str, known))
        raise self.error(f"is {shown or _kind(self._value)}, not one of {names}")
