"""Too few attempts, too many, too soon."""

from typing import Any, ClassVar

from specimens.base import Answer
from specimens.venues import Extended, Hyperliquid, Lighter


class NeverAgain(Lighter):
    """One attempt, whatever happens."""

    attempts: ClassVar[int] = 1


class ThrottledIsFinal(Extended):
    """429 is treated like any other 4xx."""

    def passes(self, status: int) -> bool:
        return status != 429 and super().passes(status)


class ServerErrorIsFinal(Hyperliquid):
    """5xx is treated like a refusal."""

    def passes(self, status: int) -> bool:
        return status < 500 and super().passes(status)


class ResetIsFinal(Hyperliquid):
    """Only an HTTP status is worth another attempt."""

    def passes(self, status: int) -> bool:
        return status != 0 and super().passes(status)


class RetryAfterIgnored(Extended):
    """The venue says when to come back, and nobody listens."""

    def pause(self, attempt: int, answer: Answer) -> float:
        return 0.1 * 2**attempt


class DateIgnored(Lighter):
    """`Retry-After` is read as seconds only."""

    def pause(self, attempt: int, answer: Answer) -> float:
        asked = answer.headers.get("Retry-After", "0")
        return max(0.1 * 2**attempt, float(asked) if asked.isdecimal() else 0.0)


class WithoutPause(Hyperliquid):
    """Another attempt at once, except where the venue names a time."""

    def pause(self, attempt: int, answer: Answer) -> float:
        return super().pause(attempt, answer) if "Retry-After" in answer.headers else 0.0


class TwentyAttempts(Lighter):
    """A failure that stays is asked about for a long time."""

    attempts: ClassVar[int] = 20

    def pause(self, attempt: int, answer: Answer) -> float:
        return super().pause(min(attempt, 4), answer)


class ForEver(Hyperliquid):
    """`while True`, so that an update never ends while the venue is down."""

    attempts: ClassVar[int] = 10**9

    def pause(self, attempt: int, answer: Answer) -> float:
        return 3600.0


class EverythingAgain(Extended):
    """Refusals and failed authentication are asked about four times."""

    def passes(self, status: int) -> bool:
        return True


class RefusalAgain(Extended):
    """What the venue refuses in its own words is taken for a passing mood."""

    async def send(self, method: str, path: str, **how: Any) -> Answer:
        answer = await super().send(method, path, **how)
        self.refused = b'"ERROR"' in answer.body
        return answer

    def passes(self, status: int) -> bool:
        return super().passes(status) or self.refused
