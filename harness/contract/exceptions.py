"""Real payloads that contradict the schemas for a reason that is known and not the venue's."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from harness import exact, resources
from harness.errors import UsageError

__all__ = ["LIMIT", "Exempt", "digest", "load", "reason"]

LIMIT = 5
"""More than these, and it is the schemas that are wrong."""

_FIELDS = ("venue", "endpoint", "sha256", "reason")


@dataclass(frozen=True, slots=True)
class Exempt:
    """One such payload: endpoint or channel by name, the digest of its body, and why it is let pass."""

    venue: str
    endpoint: str
    sha256: str
    reason: str


def digest(body: Any) -> str:
    """The SHA-256, in hexadecimal, of decoded JSON encoded compactly with sorted keys: layout does not matter."""
    return sha256(exact.encode(_sorted(body))).hexdigest()


def _sorted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


@cache
def load(path: Path | None = None) -> tuple[Exempt, ...]:
    """The exceptions of a file, by default `schemas/exceptions.json`; `UsageError` for a malformed one."""
    path = path or resources.schemas() / "exceptions.json"
    try:
        entries = exact.decode(path.read_bytes())
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path)) from None
    except ValueError as error:
        raise UsageError(f"not JSON: {error}", where=str(path)) from None
    cure = f"it is a list of at most {LIMIT} objects with {', '.join(_FIELDS)}"
    if not isinstance(entries, list) or len(entries) > LIMIT:
        raise UsageError("not a list of exceptions", where=str(path), cure=cure)
    for entry in entries:
        if not isinstance(entry, Mapping) or not all(isinstance(entry.get(name), str) for name in _FIELDS):
            raise UsageError(f"not an exception: {entry!r:.80}", where=str(path), cure=cure)
    return tuple(Exempt(*(entry[name] for name in _FIELDS)) for entry in entries)


def reason(venue: str, endpoint: str, body: Any) -> str | None:
    """Why this body may contradict the schema of its endpoint; `None` when it may not."""
    candidates = [entry for entry in load() if (entry.venue, entry.endpoint) == (venue, endpoint)]
    if not candidates:
        return None
    found = digest(body)
    return next((entry.reason for entry in candidates if entry.sha256 == found), None)
