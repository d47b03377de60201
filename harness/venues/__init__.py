"""Facts of the exchanges, one module each."""

from importlib import import_module

from harness.errors import UsageError
from harness.venues.facts import Venue

__all__ = ["NAMES", "venue"]

NAMES = ("extended", "lighter", "hyperliquid")


def venue(name: str) -> Venue:
    """The facts of the venue of this name; `UsageError` when the harness does not know it."""
    if name not in NAMES:
        raise UsageError(f"unknown venue {name!r}", where="--venue", cure=f"known are {', '.join(NAMES)}")
    facts: Venue = import_module(f"harness.venues.{name}").VENUE
    return facts
