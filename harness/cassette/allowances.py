"""Look-alikes that a project declares to be none, each with its reason: a TOML file of `[[allow]]` tables."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from harness.errors import UsageError

__all__ = ["Allowance", "allowances", "reason_for"]

_FIELDS = ("file", "kind", "reason")
_CURE = "each [[allow]] has a file (a pattern), a kind and a reason, all of them text"


@dataclass(frozen=True, slots=True)
class Allowance:
    """In files that match a pattern, look-alikes of one kind are none, and why."""

    file: str
    kind: str
    reason: str


def allowances(path: Path) -> tuple[Allowance, ...]:
    """The allowances of a file; `UsageError` when it cannot be read, or one has no reason."""
    try:
        entries = tomllib.loads(path.read_text("utf-8")).get("allow")
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=f"--allow {path}") from None
    except ValueError as error:
        raise UsageError(f"not TOML: {error}", where=f"--allow {path}", cure=_CURE) from None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UsageError("no [[allow]] in it", where=f"--allow {path}", cure=_CURE)
    for number, entry in enumerate(entries, 1):
        values = [entry.get(name) for name in _FIELDS]
        if set(entry) != set(_FIELDS) or not all(isinstance(value, str) and value.strip() for value in values):
            raise UsageError(f"[[allow]] number {number} is not complete", where=f"--allow {path}", cure=_CURE)
    return tuple(Allowance(*(entry[name] for name in _FIELDS)) for entry in entries)


def reason_for(allowed: Sequence[Allowance], file: Path, kind: str) -> str:
    """Why a look-alike in this file is none; empty when nobody says so."""
    name = file.as_posix()
    return next((one.reason for one in allowed if one.kind == kind and fnmatchcase(name, one.file)), "")
