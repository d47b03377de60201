"""JSON with exact numbers: money is read from the number's own text and never passes through a float."""

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

import simplejson
from simplejson.raw_json import RawJSON

__all__ = ["decimal", "decode", "encode", "encoded"]

_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not a JSON number")


def decode(body: bytes | str) -> Any:
    """Decode JSON; fractions and exponents become `Decimal`, integers stay `int` of any size.

    Raises `ValueError` (of which `json.JSONDecodeError` and `UnicodeDecodeError` are kinds) for what is not JSON,
    `NaN` and `Infinity` included, and for what no venue sends: exponents beyond any `Decimal`, nesting without end.
    """
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_refuse)
    except InvalidOperation:
        raise ValueError("a number whose exponent is out of range") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None


def encode(value: Any) -> bytes:
    """Encode as compact JSON in UTF-8; a `Decimal` becomes a number with the same digits and exponent.

    Half a surrogate pair, which UTF-8 does not know, stays the escape that it was.

    Raises `ValueError` for what is not a finite number.
    """
    text: str = simplejson.dumps(value, use_decimal=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode(errors="backslashreplace")


def encoded(value: Any) -> Any:
    """A value that was encoded already: it may stand anywhere in what is encoded later, and costs nothing there."""
    return RawJSON(encode(value).decode())


def decimal(value: Any) -> Decimal:
    """The exact number behind a decoded JSON value: a decimal string, an `int` or a `Decimal`.

    Raises `ValueError` for anything else; a `float` is refused because its own text is already lost, and a string with
    blanks, underscores or digits of other scripts because Python alone takes it for a number.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueError(f"not a decimal number: {value!r}")  # noqa: TRY004 - what is wrong is the venue's value
    if isinstance(value, str) and not _DECIMAL.fullmatch(value):
        raise ValueError(f"not a decimal number: {value!r}")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise ValueError(f"not a decimal number: {value!r}") from None
    if not number.is_finite():
        raise ValueError(f"not a finite number: {value!r}")
    return number
