"""The requests that a listener has seen."""

from collections.abc import Callable, Iterator, Sequence
from threading import Condition
from typing import overload

from harness.gateway.messages import Seen

__all__ = ["RequestLog"]


class RequestLog(Sequence[Seen]):
    """Requests in the order of their arrival. Reading never disturbs the gateway's thread, which goes on appending."""

    def __init__(self) -> None:
        self._seen: list[Seen] = []
        self._arrival = Condition()
        self._waiting = 0  # who waits counts itself first, so an arrival need not take the lock for nobody

    def append(self, seen: Seen) -> None:
        """Note a request; wakes whoever waits."""
        self._seen.append(seen)
        if self._waiting:
            with self._arrival:
                self._arrival.notify_all()

    def snapshot(self) -> tuple[Seen, ...]:
        """What has been seen up to now."""
        return tuple(self._seen)

    def clear(self) -> None:
        """Forget everything, between two steps."""
        self._seen = []

    def wait(self, count: int = 1, timeout: float = 10.0) -> bool:
        """Block until `count` requests have been seen; false when `timeout` seconds of wall time passed before."""
        return self.wait_for(lambda seen: len(seen) >= count, timeout)

    def wait_for(self, condition: Callable[[Sequence[Seen]], bool], timeout: float = 10.0) -> bool:
        """Block until the condition holds; false when `timeout` seconds of wall time passed before."""
        with self._arrival:
            self._waiting += 1
            try:
                return self._arrival.wait_for(lambda: condition(self.snapshot()), timeout)
            finally:
                self._waiting -= 1

    def __len__(self) -> int:
        return len(self._seen)

    def __iter__(self) -> Iterator[Seen]:
        return iter(self.snapshot())

    @overload
    def __getitem__(self, index: int) -> Seen: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Seen, ...]: ...
    def __getitem__(self, index: int | slice) -> Seen | tuple[Seen, ...]:
        return self.snapshot()[index]

    def __repr__(self) -> str:
        return f"<RequestLog of {len(self._seen)}>"
