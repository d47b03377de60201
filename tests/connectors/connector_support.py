"""What the connector tests share: scripted answers, a clock that nobody waits for, and a connector at a gateway."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock

from harness.connectors.retry import RetryPolicy
from harness.gateway import Listener, Reply, Request

JSON = ("Content-Type", "application/json")


def answer(document, status=200, *, headers=(), **how):
    """An answer with a JSON body."""
    return Reply(status, "", (JSON, *headers), json.dumps(document).encode(), **how)


def text(body, status=200, kind="text/html", *, headers=(), **how):
    """An answer whose body is not JSON."""
    return Reply(status, "", (("Content-Type", kind), *headers), body.encode(), **how)


class Script:
    """Answers in order; the last one repeats."""

    def __init__(self, *replies: Reply | Sequence[Reply]) -> None:
        self._replies = list(replies)
        self._lock = Lock()

    def __call__(self, request: Request) -> Reply:
        with self._lock:
            return self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]


@dataclass
class Pace:
    """Time that passes only in pauses, which are written down."""

    pauses: list[float] = field(default_factory=list)
    now: float = 0.0

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)

    def policy(self, **options) -> RetryPolicy:
        """The usual policy with the longest jitter, on this time."""
        return RetryPolicy(sleep=self.sleep, clock=lambda: self.now, uniform=lambda _, high: high, **options)


Work = Callable[..., Awaitable[None]]
Serve = Callable[..., Listener]
