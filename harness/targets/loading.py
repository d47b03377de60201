"""From `module:factory` on the command line to a factory that can be called."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from harness.errors import UsageError

__all__ = ["Factory", "Target", "reference", "resolve"]

Factory = Callable[..., Any]
"""Takes `base_url`, `ws_url`, `credentials` and `trading_pairs` by keyword, and returns a connector."""


@dataclass(frozen=True, slots=True)
class Target:
    """A connector under test: how it is called in reports, its venue and its factory."""

    name: str
    venue: str
    factory: Factory


def reference(venue: str) -> Target:
    """The reference connector of a venue."""
    return resolve(f"harness.connectors.{venue}:build", venue)


def resolve(name: str, venue: str) -> Target:
    """The target of this name; `UsageError` when it cannot be imported or called.

    Modules of the current folder can be named, as with `python -m`.
    """
    module_name, _, attribute = name.partition(":")
    cure = "write it as module:factory, where the module can be imported from here"
    if not module_name or not attribute:
        raise UsageError(f"{name!r} is not a target", where="--target", cure=cure)
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        found: Any = import_module(module_name)
    except (Exception, SystemExit) as error:  # a script run by its import ends with SystemExit
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise UsageError(f"cannot import {module_name!r}: {reason}", where="--target", cure=cure) from error
    for part in attribute.split("."):
        found = getattr(found, part, None)
    if not callable(found):
        what = "has no callable"
        raise UsageError(f"module {module_name!r} {what} {attribute!r}", where="--target", cure=cure)
    return Target(name, venue, found)
