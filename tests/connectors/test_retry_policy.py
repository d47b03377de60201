"""When a request is asked again, without any network."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from harness.connectors.retry import RetryPolicy, retry_after


def test_pauses_double_up_to_the_ceiling():
    """With the longest jitter the pause is the bound itself."""
    policy = RetryPolicy(attempts=8, uniform=lambda _, high: high)
    assert [policy.wait(attempt, None) for attempt in range(1, 8)] == [0.5, 1, 2, 4, 8, 8, 8]


def test_a_pause_is_never_nothing():
    """With the shortest jitter the floor is left, whatever `Retry-After` says."""
    policy = RetryPolicy(uniform=lambda low, _: low)
    assert policy.wait(1, None) == policy.wait(1, timedelta()) == policy.floor > 0


def test_jitter_is_random():
    """Clients that failed together do not come back together."""
    policy = RetryPolicy()
    assert len({policy.wait(3, None) for _ in range(50)}) > 10


def test_the_last_attempt_has_no_pause():
    """Attempts are bounded."""
    assert RetryPolicy(attempts=2).wait(2, timedelta(seconds=1)) is None


def test_the_longest_pause_that_a_venue_may_ask_for():
    """Up to it the venue is obeyed, beyond it there is no further attempt."""
    policy = RetryPolicy()
    assert policy.wait(1, timedelta(seconds=30)) == 30
    assert policy.wait(1, timedelta(seconds=31)) is None


@pytest.mark.parametrize("options", [{"attempts": 0}, {"floor": 0.0}, {"floor": 9.0}])
def test_a_policy_that_would_storm_is_refused(options):
    """No attempts, or pauses of nothing, are a mistake of configuration."""
    with pytest.raises(ValueError):
        RetryPolicy(**options)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("2", 2),
        (" 3 ", 3),
        ("1.5", 1.5),
        ("-1", None),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_in_seconds(value, seconds):
    """Whole and broken seconds are understood, and nonsense is as good as absent."""
    assert retry_after(value, None) == (None if seconds is None else timedelta(seconds=seconds))


def test_retry_after_may_be_absent():
    """Most answers do not have it."""
    assert retry_after(None, None) is None


def test_a_date_in_the_past_asks_for_no_pause():
    """The moment has come already."""
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 2015 07:29:00 GMT") == timedelta()


def test_a_date_without_a_date_of_the_answer_is_read_against_our_clock():
    """Servers without a clock leave the header out."""
    asked_for = retry_after(format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=False), None)
    assert timedelta(minutes=59) < asked_for <= timedelta(hours=1)
