"""When a request is asked again, and how long to wait before that."""

import asyncio
import math
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

__all__ = ["RetryPolicy", "retry_after"]

_RANDOM = random.SystemRandom()


def _loop_time() -> float:
    return asyncio.get_running_loop().time()


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Exponential backoff with full jitter, bounded in attempts and in time. Times are in seconds.

    Full jitter keeps many clients from coming back together; the floor keeps it from becoming no wait at all.
    `sleep`, `clock` (monotonic) and `uniform` are what the policy knows of the outside.
    """

    attempts: int = 4
    attempt_timeout: float = 10.0
    total_timeout: float = 60.0
    base: float = 0.5
    ceiling: float = 8.0
    floor: float = 0.25
    longest_retry_after: float = 30.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = _loop_time
    uniform: Callable[[float, float], float] = _RANDOM.uniform

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ValueError(f"attempts must be at least 1, not {self.attempts}")
        if not 0 < self.floor <= self.ceiling:
            raise ValueError(f"floor must be above 0 and at most the ceiling {self.ceiling}, not {self.floor}")

    def wait(self, attempt: int, asked_for: timedelta | None) -> float | None:
        """How long to wait after failed attempt number `attempt` (from 1); `None` when there must be no other.

        A venue that asks for a longer pause than `longest_retry_after` is not asked again: coming back sooner than it
        said is what gets an address banned, and waiting that long is the caller's decision.
        """
        if attempt >= self.attempts:
            return None
        jittered = max(self.floor, self.uniform(0, min(self.ceiling, self.base * 2 ** (attempt - 1))))
        if asked_for is None:
            return jittered
        seconds = asked_for.total_seconds()
        return None if seconds > self.longest_retry_after else max(jittered, seconds)


def retry_after(value: str | None, date: str | None) -> timedelta | None:
    """What a `Retry-After` header asks for: seconds, or an HTTP date; `None` when it is absent or says neither.

    A date is read against the answer's own `Date` header, because the clocks of the two sides may differ.
    """
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        then = _moment(value)
        return None if then is None else max(timedelta(), then - (_moment(date or "") or datetime.now(UTC)))
    if not math.isfinite(seconds) or seconds < 0:
        return None
    return timedelta(seconds=min(seconds, 1e9))


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
