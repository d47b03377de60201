"""Building a connector, calling its methods against a listener, and noting everything that could be seen of it."""

import asyncio
import inspect
import threading
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

from harness.errors import UsageError
from harness.gateway.clock import VirtualClock
from harness.gateway.inline import Inline
from harness.gateway.messages import Reply, Request, Responder, Seen
from harness.gateway.server import Gateway, Listener
from harness.targets.loading import Target
from harness.targets.observation import Snapshot, observe
from harness.targets.outcome import Outcome, recorded

__all__ = ["Rig", "Session", "Setting"]

PATIENCE = 60.0
"""Seconds of real time after which a step is broken off: only code that blocks its thread ever needs them.

Enough for a blocking client with a time-out of ten seconds and three attempts, or with one of thirty and no more than
two: to break it off sooner would report a client that does give up as one that never does.
"""

FLOOD = 150
"""Requests of one call after which it is broken off: it would go on for ever."""

_PATIENCE_INLINE = 5.0
"""The same where nobody can be answered while the thread is blocked: it would be for ever."""

_A_MOMENT = 0.25  # seconds of real time in which a loop that is free comes to rest

_PATIENCE_LOST = 20.0
"""The same for the steps after one that was broken off: a client without any time-out is not waited for long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a factory is given beside the URLs."""

    credentials: Mapping[str, Any]
    trading_pairs: Sequence[str]
    assets: Sequence[str]  # collateral that may be asked for
    rest_prefix: str
    ws_prefix: str


class Rig:
    """A running gateway and its clock, shared by the sessions that follow one another.

    With `inline` there is no gateway's thread: the connector's own loop serves it as well, which is quicker, and
    possible only for a connector that never blocks it (`never_blocks`).
    """

    def __init__(self, *, tls: bool = False, inline: bool = False) -> None:
        self.clock = VirtualClock()
        self.patience = _PATIENCE_INLINE if inline else PATIENCE
        self.was_blocked = False  # a step took longer than anybody waits
        self.watchdog = _Watchdog()
        self._gateway = None if inline else Gateway(loop_factory=self.clock.server_loop, tls=tls)

    def open(self, responder: Responder, loop: asyncio.AbstractEventLoop) -> Listener:
        """A listener for the client in this loop."""
        return Inline(loop).open(responder) if self._gateway is None else self._gateway.open(responder)

    def never_blocks(self, target: Target, setting: "Setting", responder: Responder, method: str) -> bool:
        """Whether a connector's loop was free whenever it waited for an answer, in one call of a method."""
        asked, blocked = 0, 0

        def answer(request: Request) -> Reply | Awaitable[Reply]:
            nonlocal asked, blocked
            asked += 1
            blocked += not self.clock.wait_until_idle(_A_MOMENT)
            return responder(request)

        with self.session(target, setting, answer) as session:
            outcome = session.call(method)
        return bool(asked) and not blocked and not outcome.hung

    def session(self, target: Target, setting: Setting, responder: Responder) -> "Session":
        """A fresh connector with a listener and an event loop of its own; a context manager."""
        return Session(self, target, setting, responder)

    def __enter__(self) -> Self:
        self.watchdog.start()
        if self._gateway is not None:
            self._gateway.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._gateway is not None:
            self._gateway.close()
        self.watchdog.stop()


class _Watchdog:
    """One thread that notices, within half a second, that a step takes longer than it may."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="harness-watchdog", daemon=True)
        self._armed: tuple[float, Callable[[], None]] | None = None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def arm(self, seconds: float, bite: Callable[[], None]) -> None:
        """Call `bite`, once and in another thread, unless disarmed within so many seconds of real time."""
        self._armed = (time.monotonic() + seconds, bite)

    def disarm(self) -> None:
        self._armed = None

    def _watch(self) -> None:
        while not self._stopped.wait(0.5):
            armed = self._armed
            if armed is not None and time.monotonic() > armed[0] and self._armed is armed:
                self._armed = None
                armed[1]()


class Session:
    """One connector in one event loop. Its methods are called from ordinary code, one step after the other."""

    def __init__(self, rig: Rig, target: Target, setting: Setting, responder: Responder) -> None:
        self._rig, self._target, self._setting = rig, target, setting
        self._responder = responder
        self._watch: _Watch | None = None
        self._runner = asyncio.Runner(loop_factory=rig.clock.client_loop)
        self.listener = rig.open(self._answer, self._runner.get_loop())
        self.connector: Any = None
        self.built: Outcome | None = None

    def __enter__(self) -> Self:
        try:
            self.built = self._step(self._build)
            if self.built.error is not None:
                error = self.built.error
                what = f"the factory raised {type(error).__name__}: {error}".splitlines()[0]
                cure = "it is called with base_url, ws_url, credentials and trading_pairs by keyword"
                raise UsageError(what, where=self._target.name, cure=cure) from error
            if self.connector is None:
                cure = "it must return the connector"
                raise UsageError("the factory returned None", where=self._target.name, cure=cure)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self.connector is not None:
                self.close()
        finally:
            self._end()

    def _answer(self, request: Request) -> Reply | Awaitable[Reply]:
        """Runs in the gateway's thread."""
        if self._watch is not None:
            self._watch.count()
        return self._responder(request)

    def _end(self) -> None:
        # what a connector without close() leaves behind is collected at any time, and nobody's business by then
        self._runner.get_loop().set_exception_handler(lambda *_: None)
        try:
            self.listener.close()  # first: a thread that waits for an answer of it would keep the loop from closing
        finally:
            self._runner.close()

    async def _build(self) -> None:
        setting = self._setting
        made = self._target.factory(
            base_url=self.listener.url + setting.rest_prefix,
            ws_url="ws" + self.listener.url.removeprefix("http") + setting.ws_prefix,
            credentials=dict(setting.credentials),
            trading_pairs=list(setting.trading_pairs),
        )
        self.connector = await made if inspect.isawaitable(made) else made

    def snapshot(self) -> Snapshot:
        """The state as it is now."""
        return observe(self.connector, self._setting.assets)

    def has(self, method: str) -> bool:
        """Whether the connector has a method of this name."""
        return callable(getattr(self.connector, method, None))

    def call(self, method: str) -> Outcome:
        """Call a method without arguments and await it."""
        return self._step(lambda: _awaited(getattr(self.connector, method)()))

    def call_together(self, method: str, times: int) -> Outcome:
        """Call a method several times at once; the first error counts."""

        async def together() -> None:
            calls = (_awaited(getattr(self.connector, method)()) for _ in range(times))
            for result in await asyncio.gather(*calls, return_exceptions=True):
                if isinstance(result, BaseException):
                    raise result

        return self._step(together)

    def call_and_cancel(self, method: str, when: Callable[[Sequence[Seen]], bool]) -> Outcome:
        """Call a method and cancel it as soon as `when` holds of the requests that came."""
        came_late = False

        async def cancelled() -> None:
            nonlocal came_late
            task = asyncio.ensure_future(_awaited(getattr(self.connector, method)()))
            while not task.done() and not when(self.listener.log.snapshot()):  # noqa: ASYNC110 - it waits for a thread
                await asyncio.sleep(0.01)
            came_late = not task.cancel()
            await task

        return replace(self._step(cancelled), uncancelled=came_late)

    def close(self) -> Outcome:
        """Call the connector's `close`, if it has one."""
        return self._step(lambda: _awaited(self.connector.close()) if self.has("close") else _nothing())

    def pending_tasks(self) -> tuple[str, ...]:
        """Names of the tasks that the connector left in its loop."""
        return tuple(str(task.get_coro()) for task in asyncio.all_tasks(self._runner.get_loop()))

    def settle(self) -> None:
        """Let both loops deal with everything under way."""
        for _ in range(3):  # a transport that is told to close does so in a later turn of its loop
            self.settled()
            self._rig.clock.settle()

    def settled(self) -> Outcome:
        """A turn of the loop in which the connector is asked nothing."""
        return self._step(_nothing)

    def _step(self, work: Callable[[], Awaitable[Any]]) -> Outcome:
        self.listener.log.clear()
        error: BaseException | None = None
        returned: Any = None
        self._watch = watch = _Watch(self.listener, self._rig)
        with recorded() as records:
            try:
                # not the runner's own run(), which sets a signal handler each time; an interrupt ends a run anyhow
                returned = self._runner.get_loop().run_until_complete(watch.over(work))
            except (Exception, asyncio.CancelledError) as raised:  # noqa: BLE001 - whatever a connector raises is the outcome
                error = raised
        if watch.out_of_patience:
            self._rig.patience, self._rig.was_blocked = min(self._rig.patience, _PATIENCE_LOST), True
        state = observe(self.connector, self._setting.assets)
        return Outcome(
            error=error,
            log=tuple(records),
            state=state,
            requests=self.listener.log.snapshot(),
            hung=watch.hung,
            returned=returned,
        )


class _Watch:
    """Ends a step that would never end by itself."""

    def __init__(self, listener: Listener, rig: Rig) -> None:
        self._listener = listener
        self._rig = rig
        self._requests = 0
        self._break_off: Callable[[], None] = lambda: None
        self.hung = False
        self.out_of_patience = False

    def count(self) -> None:
        """One more request; from any thread."""
        self._requests += 1
        if self._requests >= FLOOD:
            self._break_off()

    async def over(self, work: Callable[[], Awaitable[Any]]) -> Any:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine that runs has a task

        def hang() -> None:
            self.hung = True
            task.cancel()

        def break_off() -> None:
            with suppress(RuntimeError):  # the loop may have ended just now
                loop.call_soon_threadsafe(hang)

        def out_of_patience() -> None:
            self.out_of_patience = True
            self._listener.cut()
            break_off()

        self._break_off = break_off
        self._rig.watchdog.arm(self._rig.patience, out_of_patience)
        self._rig.clock.begin(hang)
        try:
            return await work()
        finally:
            self._break_off = lambda: None
            self._rig.watchdog.disarm()


async def _nothing() -> None:
    return None


async def _awaited(result: Any) -> Any:
    return await result if inspect.isawaitable(result) else result
