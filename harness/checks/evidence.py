"""RECORDING: whether what the checks stand on is young enough, and whether all of it is played."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from harness.cassette.model import Environment
from harness.checks.exam import Library, Recorded
from harness.findings import Result, Status

__all__ = ["AGE", "UNPLAYED", "USUAL_AGE", "aged", "by_environment", "unplayed"]

AGE = "RECORDING-age"
UNPLAYED = "RECORDING-unplayed"

USUAL_AGE = timedelta(days=180)
"""Older than this, and a recording is mentioned."""

_GROW_OLD = frozenset({Environment.MAINNET, Environment.TESTNET})
"""What was simulated, or written from documentation, is not what an exchange answered at some time."""


def aged(played: Iterable[Recorded], limit: timedelta | None, now: datetime) -> Iterator[Result]:
    """Recordings that are older than the limit, which fail, or, without one, older than usual, which do not."""
    status = Status.SKIP if limit is None else Status.FAIL
    for recorded in sorted(played):
        if recorded.environment not in _GROW_OLD:
            continue
        age = _age(recorded, now)
        if age is None:
            message = f"it does not tell when it was recorded: {recorded.recorded_at!r}"
        elif age > (limit or USUAL_AGE):
            message = f"{recorded.environment} of {age.days} days ago; record it again"
        else:
            continue
        evidence = {"recorded_at": recorded.recorded_at, "environment": recorded.environment}
        yield Result(AGE, "", recorded.file, status, message, evidence, venue=recorded.venue)


def _age(recorded: Recorded, now: datetime) -> timedelta | None:
    try:
        told = datetime.fromisoformat(recorded.recorded_at)
    except ValueError:
        return None
    return now - (told if told.tzinfo else told.replace(tzinfo=UTC))


def unplayed(libraries: Iterable[Library], played: Collection[Recorded]) -> Iterator[Result]:
    """Recordings that no check asked for: nothing would be noticed if they were wrong."""
    files = {recorded.file for recorded in played}
    for library in libraries:
        for path in library.files():
            if str(path) not in files:
                what = "no check plays this recording"
                yield Result(UNPLAYED, "", str(path), Status.FAIL, what, venue=library.venue)


def by_environment(played: Iterable[Recorded]) -> Mapping[str, int]:
    """How many of the recordings come from where, each environment named."""
    counts = Counter(recorded.environment for recorded in played)
    told = {str(environment): counts[environment] for environment in Environment}
    return told | ({"unknown": counts[""]} if counts[""] else {})
