"""One request and its answer, before either is written as bytes."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

__all__ = ["STARTED_AT", "Turn"]

STARTED_AT = 1780272000
"""The first moment of every scenario, in seconds since 1970: 2026-06-01T00:00:00Z."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """`path` is below the REST base. The answer is `document`, or `text` where it is not JSON."""

    path: str
    method: str = "GET"
    query: str = ""
    body: Any = None
    document: Any = None
    text: str | None = None
    media_type: str = "application/json"
    status: int = HTTPStatus.OK
