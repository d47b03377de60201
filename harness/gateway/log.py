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

    def append(self, seen: Seen) -> None:
        """Note a request; wakes whoever waits."""
        with self._arrival:
            self._seen.append(seen)
            self._arrival.notify_all()

    def snapshot(self) -> tuple[Seen, ...]:
        """What has been seen up to now."""
        return tuple(self._seen)

    def clear(self) -> None:
        """Forget everything, between two steps."""
        with self._arrival:
            self._seen = []

    def wait(self, count: int = 1, timeout: float = 10.0) -> bool:
        """Block until `count` requests have been seen; false when `timeout` seconds of wall time passed before."""
        return self.wait_for(lambda seen: len(seen) >= count, timeout)

    def wait_for(self, condition: Callable[[Sequence[Seen]], bool], timeout: float = 10.0) -> bool:
        """Block until the condition holds; false when `timeout` seconds of wall time passed before."""
        with self._arrival:
            return self._arrival.wait_for(lambda: condition(self._seen), timeout)

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
