"""What the checks stand on: where it comes from, how old it is, and whether it is played."""

from datetime import UTC, datetime, timedelta

import pytest

from harness.checks.evidence import AGE, UNPLAYED, aged, by_environment, unplayed
from harness.checks.exam import Library, Recorded
from harness.errors import UsageError
from harness.findings import Status
from harness.venues import venue

NOW = datetime(2026, 6, 30, tzinfo=UTC)
OLD = Recorded("old.yaml", "lighter", "mainnet", "2025-06-30T00:00:00Z")
YOUNG = Recorded("young.yaml", "lighter", "testnet", "2026-06-01T00:00:00Z")
WRITTEN = Recorded("written.yaml", "lighter", "documentation", "2020-01-01T00:00:00Z")


def told(limit):
    """File and status of each that is told to be old."""
    return [(result.case, result.status) for result in aged([OLD, YOUNG, WRITTEN], limit, NOW)]


def test_an_old_recording_is_mentioned_and_fails_where_a_limit_is_set():
    """What was written from documentation does not grow old by itself."""
    assert told(None) == [("old.yaml", Status.SKIP)]
    assert told(timedelta(days=400)) == []
    assert told(timedelta(days=10)) == [("old.yaml", Status.FAIL), ("young.yaml", Status.FAIL)]


def test_a_recording_that_does_not_tell_when_is_as_bad_as_an_old_one():
    """Nobody knows what the exchange says today."""
    (result,) = aged([Recorded("a.yaml", "lighter", "mainnet", "yesterday")], timedelta(days=9), NOW)
    assert (result.check, result.status) == (AGE, Status.FAIL)
    assert "does not tell when" in result.message


def test_the_evidence_is_counted_by_environment():
    """Every one is named; files without a provenance are unknown."""
    counts = by_environment([OLD, YOUNG, WRITTEN, Recorded("b.yaml", "lighter")])
    assert counts == {"mainnet": 1, "testnet": 1, "simulator": 0, "documentation": 1, "unknown": 1}


def test_a_library_knows_what_was_played_and_what_was_not():
    """A recording that nobody asks for proves nothing."""
    library = Library(venue("lighter"))
    library.phases("flat")
    (played,) = library.played()
    assert (played.venue, played.environment) == ("lighter", "documentation")
    results = list(unplayed([library], library.played()))
    assert {result.check for result in results} == {UNPLAYED}
    assert len(results) == len(library.files()) - 1
    assert not any(result.case == played.file for result in results)


def test_a_recording_that_is_gone_is_an_error_that_names_the_file(tmp_path):
    """Not a check that quietly proves less."""
    with pytest.raises(UsageError, match=r"lighter/long_and_short\.yaml: no such cassette"):
        Library(venue("lighter"), tmp_path).phases("long_and_short")
