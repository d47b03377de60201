"""A report as one JSON document, the shape that `--json` promises."""

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import simplejson

from harness.findings import Report

__all__ = ["text"]


def text(report: Report, *, interrupted: bool = False) -> str:
    """The document, indented, in ASCII. `"interrupted": true` is there only when the run did not get to its end."""
    document = _plain(report.document()) | ({"interrupted": True} if interrupted else {})
    told: str = simplejson.dumps(document, use_decimal=True, indent=2)
    return told + "\n"


def _plain(value: Any) -> Any:
    """JSON values only: a connector's state may hold anything, NaN included."""
    match value:
        case Mapping():
            return {str(key): _plain(inner) for key, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(inner) for inner in value]
    is_number = isinstance(value, float | Decimal) and math.isfinite(value)
    return value if is_number or value is None or isinstance(value, bool | int) else str(value)
