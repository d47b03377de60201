"""Time that stands still while anybody works and jumps when everybody waits.

A connector that backs off for half a minute, or waits five minutes for an answer that never comes, is observed in
milliseconds and with exact times, although nothing of it is patched: its event loop takes its time and its idle waits
from a clock that it shares with the gateway's. When neither loop has anything to do and no bytes are under way
between them, only a timer can go off next, so the clock moves to the earliest one.

Blocking clients and other threads have time of their own: while one works the clock runs at the pace of real time. A
thread counts from its start to its end, whichever call started it; one of an executor while it has a job. What they
sleep between two requests is on the clock when the second one comes. An answer that is to come late is not waited for
in full.
"""

import asyncio
import selectors
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import thread as pools
from typing import Any

__all__ = ["VirtualClock"]

_HORIZON = 4 * 3600.0  # nobody waits longer than this for one answer
_GRACE = 0.25  # seconds of real time after which a client that neither asks nor sets a timer is taken to block
_BLOCKED = 0.05  # seconds of real time without work that are no accident of scheduling: somebody slept
_A_TURN = 0.0005  # seconds of real time between two looks at another thread
_A_WAKING = 0.02  # seconds of real time in which a thread that was given something to do has begun
_EXECUTOR_THREADS = "asyncio_"  # so a loop's default executor names them; idle ones stay alive
_RESTING = pools.__file__, "_worker"  # where a thread of a pool is that has nothing to do


class VirtualClock:
    """The time shared by one serving loop (the gateway's, in its own thread) and one asking loop after the other."""

    def __init__(self) -> None:
        self._now = time.monotonic()
        self._changed = threading.Condition()
        self._server: asyncio.AbstractEventLoop | None = None
        self._server_due: float | None = None
        self._probes_sent = 0  # by the client
        self._probes_seen = 0  # by the server
        self._probes_settled = -1  # everything that came before this one has been dealt with
        self._bystanders = frozenset(threading.enumerate())
        self._is_idle = False
        self._jobs = 0  # handed to executors by the client's loop, and not done
        self._horizon = self._now + _HORIZON
        self._on_hang: Callable[[], None] | None = None

    def now(self) -> float:
        """Seconds; only differences mean anything."""
        return self._now

    def server_loop(self) -> asyncio.AbstractEventLoop:
        """A new event loop for the gateway's thread."""
        loop = _Loop(self, _ServerSelector(self))
        self._server = loop
        return loop

    def client_loop(self) -> asyncio.AbstractEventLoop:
        """A new event loop for the code under observation."""
        self._jobs = 0  # those of an earlier loop concern nobody any more
        self._bystanders = frozenset(threading.enumerate())
        return _ClientLoop(self, _ClientSelector(self))

    def begin(self, on_hang: Callable[[], None] | None = None) -> None:
        """Start an observation; `on_hang` is called in the client's loop when it would wait for ever."""
        self._horizon = self._now + _HORIZON
        self._on_hang = on_hang

    def _advance(self, moment: float) -> None:
        with self._changed:
            self._now = max(self._now, moment)

    # the server's side

    def _server_parks(self, due: float | None) -> None:
        with self._changed:
            self._server_due = due
            self._probes_settled = self._probes_seen
            self._changed.notify_all()

    def _probe_arrived(self, number: int) -> None:
        self._probes_seen = number

    # the client's side

    def settle(self) -> None:
        """Wait until the server has dealt with everything that was sent to it so far and waits itself."""
        server = self._server
        if server is None or server.is_closed():
            return
        self._probes_sent += 1
        number = self._probes_sent
        try:
            server.call_soon_threadsafe(self._probe_arrived, number)
        except RuntimeError:  # closed in between
            return
        with self._changed:
            self._changed.wait_for(lambda: self._probes_settled >= number, timeout=5)

    def wait_until_idle(self, seconds: float) -> bool:
        """Whether the client's loop has nothing to do, within so many seconds of real time; from another thread."""
        until = time.monotonic() + seconds
        while not self._is_idle and time.monotonic() < until:
            time.sleep(_A_TURN)
        return self._is_idle

    def _client_waits(self, selector: selectors.BaseSelector, timeout: float | None) -> list[Any]:
        self._is_idle = True
        try:
            return self._client_idles(selector, timeout)
        finally:
            self._is_idle = False

    def _client_idles(self, selector: selectors.BaseSelector, timeout: float | None) -> list[Any]:
        if self._others_work():
            return self._idle_in_real_time(selector, timeout)
        if events := self._look(selector):
            return events
        due = None if timeout is None else self._now + timeout
        served = self._server_due
        if served is not None and served <= min(self._horizon, self._horizon if due is None else due):
            self._advance(served)
            self.settle()  # waking it lets its timers go off
            return selector.select(0)
        if due is None or due > self._horizon:
            if self._on_hang is not None:
                on_hang, self._on_hang = self._on_hang, None
                on_hang()
                return []
            return self._idle_in_real_time(selector, timeout)
        self._advance(due)
        return []

    def _look(self, selector: selectors.BaseSelector) -> list[Any]:
        """What has come by now; the last look gave way to the server, which often was enough."""
        events = selector.select(0)
        if not events:
            self.settle()
            events = selector.select(0)
        return events

    def _job(self, change: int) -> None:
        self._jobs += change

    def _others_work(self) -> bool:
        """Whether anybody may be at work whom neither selector sees."""
        if self._jobs:
            return True
        strangers = [thread for thread in threading.enumerate() if thread not in self._bystanders]
        strangers = [thread for thread in strangers if not thread.name.startswith(_EXECUTOR_THREADS)]
        if not strangers or _any_works(strangers):
            return bool(strangers)
        time.sleep(_A_WAKING)  # one that was given a job just now may not have noticed yet
        return _any_works(strangers)

    def _idle_in_real_time(self, selector: selectors.BaseSelector, timeout: float | None) -> list[Any]:
        now, began = self._now, time.monotonic()  # the server may move the clock in the meantime
        slice_ = _GRACE if timeout is None else min(timeout, _GRACE)  # whoever works may be done before
        events = selector.select(slice_)
        self._advance(now + (slice_ if slice_ == timeout and not events else time.monotonic() - began))
        return events


def _any_works(threads: Iterable[threading.Thread]) -> bool:
    """Whether one of them does anything but wait for a job of its pool."""
    frames = sys._current_frames()  # noqa: SLF001 - public in spite of its name
    resting = (
        (frame.f_code.co_filename, frame.f_code.co_name) == _RESTING
        for frame in (frames.get(thread.ident or 0) for thread in threads if thread.is_alive())
        if frame is not None
    )
    return not all(resting)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self, clock: VirtualClock, selector: selectors.BaseSelector) -> None:
        self._clock = clock
        super().__init__(selector)

    def time(self) -> float:
        return self._clock.now()


class _ClientLoop(_Loop):
    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:  # type: ignore[override]
        future = super().run_in_executor(executor, func, *args)
        self._clock._job(+1)  # noqa: SLF001 - one module, two halves of one clock
        future.add_done_callback(lambda _: self._clock._job(-1))  # noqa: SLF001
        return future


class _Delegating(selectors.BaseSelector):
    """A selector that leaves everything but the waiting to the platform's own."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._inner = selectors.DefaultSelector()

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._inner.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._inner.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._inner.modify(fileobj, events, data)

    def close(self) -> None:
        self._inner.close()

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._inner.get_map()


class _ServerSelector(_Delegating):
    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(clock)
        self._woke = clock.now(), _idle_time()

    def select(self, timeout: float | None = None) -> list[Any]:
        events = self._inner.select(0)
        if events or (timeout is not None and timeout <= 0):
            self._wakes()
            return events
        due = None if timeout is None else self._clock.now() + timeout
        self._clock._server_parks(due)  # noqa: SLF001 - one module, two halves of one clock
        # beyond the horizon are time-outs of connections, which no client waits for
        events = self._inner.select(timeout if timeout is None or timeout > _HORIZON else min(timeout, _GRACE))
        if not events and due is not None:
            self._clock._advance(due)  # noqa: SLF001 - nobody moved the clock: a client that blocks
        self._wakes()
        return events

    def _wakes(self) -> None:
        """Put on the clock what a client slept, since we last did something, where no loop could see it."""
        now, idle = self._woke
        slept = _idle_time() - idle
        if slept >= _BLOCKED:
            self._clock._advance(now + slept)  # noqa: SLF001 - one module, two halves of one clock
        self._woke = self._clock.now(), _idle_time()


def _idle_time() -> float:
    """Seconds in which nobody in this process worked; only differences mean anything."""
    return time.monotonic() - time.process_time()


class _ClientSelector(_Delegating):
    def select(self, timeout: float | None = None) -> list[Any]:
        events = self._inner.select(0)
        if events or (timeout is not None and timeout <= 0):
            return events
        return self._clock._client_waits(self._inner, timeout)  # noqa: SLF001 - one module, two halves of one clock
