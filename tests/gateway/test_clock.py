"""Time that stands still during work and jumps over waits, and falls back to real time beside foreign threads."""

import asyncio
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import aiohttp
import pytest
from gateway_support import GOOD

from harness.gateway import Gateway, Reply
from harness.gateway.clock import VirtualClock
from harness.gateway.messages import Wire

MOMENT = 0.03
"""Seconds of real time, where it must be real."""


class Scene:
    """A gateway on a virtual clock, and what is needed to ask it."""

    def __init__(self):
        self.clock = VirtualClock()
        self.gateway = Gateway(loop_factory=self.clock.server_loop)

    def run(self, work, on_hang=None):
        """Run a coroutine function in a fresh client loop; its result and the virtual seconds that it took."""
        with asyncio.Runner(loop_factory=self.clock.client_loop) as runner:

            async def observed():
                loop, task = asyncio.get_running_loop(), asyncio.current_task()
                self.clock.begin(on_hang or task.cancel)
                began = loop.time()
                return await work(), loop.time() - began

            return runner.run(observed())


@pytest.fixture
def scene():
    """A running gateway of its own for the test."""
    made = Scene()
    with made.gateway:
        yield made


def slow(delay, wire=Wire.SLOW_FIRST_BYTE):
    """A responder whose answers come late."""
    return lambda request: Reply(200, "OK", GOOD.headers, GOOD.body, wire, delay)


async def fetch(url, **settings):
    """One request, its status and body."""
    async with aiohttp.ClientSession(**settings) as session, session.get(url) as answer:
        return answer.status, await answer.read()


def test_time_stands_still_while_work_is_done(scene):
    """Neither a busy client nor its exchange with the gateway takes any time."""
    with scene.gateway.open(lambda request: GOOD) as listener:

        async def work():
            for _ in range(5):
                await fetch(listener.url)
                time.sleep(MOMENT / 10)  # noqa: ASYNC251 - the point is that it blocks
            return await fetch(listener.url)

        assert scene.run(work) == ((200, GOOD.body), 0.0)


@pytest.mark.parametrize("seconds", [0.001, 1.0, 30.0, 3600.0])
def test_a_sleep_is_over_at_once_and_took_exactly_as_long(scene, seconds):
    """However long."""
    began = time.monotonic()
    _, took = scene.run(lambda: asyncio.sleep(seconds))
    assert took == pytest.approx(seconds, abs=1e-6)
    assert time.monotonic() - began < 1


def test_a_slow_answer_takes_the_time_of_its_delay(scene):
    """The server's timer, and nothing else, moves the clock."""
    with scene.gateway.open(slow(200.0)) as listener:
        assert scene.run(lambda: fetch(listener.url)) == ((200, GOOD.body), pytest.approx(200.0, abs=1e-6))


def test_waits_and_answers_add_up(scene):
    """A back-off as `Retry-After` asks for it between two slow answers."""
    with scene.gateway.open(slow(3.0)) as listener:

        async def work():
            await fetch(listener.url)
            await asyncio.sleep(2.0)
            return await fetch(listener.url)

        assert scene.run(work)[1] == pytest.approx(8.0, abs=1e-6)


@pytest.mark.parametrize(
    "responder", [slow(60.0), slow(120.0, Wire.SLOW_BODY), slow(0.0, Wire.STALLED)], ids=["late", "in pieces", "never"]
)
def test_a_time_out_of_aiohttp_comes_when_it_is_due(scene, responder):
    """Not sooner, although the answer is on its way, and not with the answer."""
    with scene.gateway.open(responder) as listener:

        async def work():
            with pytest.raises(TimeoutError):
                await fetch(listener.url, timeout=aiohttp.ClientTimeout(total=5.5))

        # aiohttp rounds time-outs above five seconds up to whole seconds of its loop
        assert 5.5 <= scene.run(work)[1] <= 6.5


def test_timers_of_both_sides_go_off_in_their_order(scene):
    """The client's and the server's interleave."""
    noted = []
    with scene.gateway.open(slow(1.0)) as quick, scene.gateway.open(slow(3.0)) as late:

        async def note(name, wait):
            await wait
            noted.append((name, round(asyncio.get_running_loop().time() - began, 3)))

        began = None

        async def work():
            nonlocal began
            began = asyncio.get_running_loop().time()
            await asyncio.gather(
                note("client 2", asyncio.sleep(2)),
                note("server 3", fetch(late.url)),
                note("client 0.5", asyncio.sleep(0.5)),
                note("server 1", fetch(quick.url)),
                note("client 4", asyncio.sleep(4)),
            )

        scene.run(work)
    assert noted == [("client 0.5", 0.5), ("server 1", 1.0), ("client 2", 2.0), ("server 3", 3.0), ("client 4", 4.0)]


def test_waiting_for_ever_is_reported(scene):
    """An answer that never comes, and no time-out: told in real time at once, with the clock where it was."""
    hung = []
    with scene.gateway.open(slow(0.0, Wire.STALLED)) as listener:

        async def work():
            task = asyncio.ensure_future(fetch(listener.url, timeout=aiohttp.ClientTimeout(total=None)))
            asyncio.get_running_loop().call_soon(waiting.append, task)
            with suppress(asyncio.CancelledError):
                await task

        waiting = []
        _, took = scene.run(work, lambda: (hung.append(1), waiting[0].cancel()))
    assert hung == [1]
    assert took == 0.0


def test_a_client_that_polls_for_ever_is_reported_too(scene):
    """After hours that pass in no time."""
    hung = []

    async def work():
        hung.append(asyncio.current_task())
        while True:  # noqa: ASYNC110 - a defect that is to be found
            await asyncio.sleep(600)

    with pytest.raises(asyncio.CancelledError):
        scene.run(work, lambda: hung.pop().cancel())


def test_beside_a_foreign_thread_time_is_real(scene):
    """What the thread does is waited for, a time-out does not jump over it."""

    async def work():
        loop, answered = asyncio.get_running_loop(), asyncio.Event()
        thread = threading.Timer(MOMENT, lambda: loop.call_soon_threadsafe(answered.set))
        thread.start()
        await asyncio.wait_for(answered.wait(), 60)
        thread.join()

    assert 0 < scene.run(work)[1] < 10


def test_a_thread_counts_in_later_calls_too(scene):
    """One that an earlier call started, as a connector with a loop of its own has it."""
    own_loop, thread = asyncio.new_event_loop(), []
    with asyncio.Runner(loop_factory=scene.clock.client_loop) as runner:

        async def observed(start):
            scene.clock.begin(asyncio.current_task().cancel)
            if start:
                thread.append(threading.Thread(target=own_loop.run_forever))
                thread[0].start()
            there = asyncio.run_coroutine_threadsafe(asyncio.sleep(MOMENT, "done"), own_loop)
            return await asyncio.wait_for(asyncio.wrap_future(there), 60)

        assert [runner.run(observed(start)) for start in (True, False)] == ["done", "done"]
        own_loop.call_soon_threadsafe(own_loop.stop)
        thread[0].join()
        own_loop.close()


def test_a_thread_of_a_pool_counts_while_it_has_a_job(scene):
    """In later calls too, and not while it waits for one."""
    took = []
    with ThreadPoolExecutor(1) as pool, asyncio.Runner(loop_factory=scene.clock.client_loop) as runner:

        async def observed():
            scene.clock.begin(asyncio.current_task().cancel)
            job = asyncio.wrap_future(pool.submit(threading.Event().wait, MOMENT))
            assert await asyncio.wait_for(job, 60) is False
            began = time.monotonic()
            await asyncio.sleep(1.5)
            took.append(time.monotonic() - began)

        for _ in range(3):
            runner.run(observed())
    assert max(took) < 1


def test_a_thread_of_the_executor_counts_while_it_has_a_job(scene):
    """In the second call too, when it is no new thread any more."""

    def block():
        threading.Event().wait(MOMENT)
        return "done"

    with asyncio.Runner(loop_factory=scene.clock.client_loop) as runner:
        for _ in range(2):

            async def observed():
                scene.clock.begin(asyncio.current_task().cancel)
                return await asyncio.wait_for(asyncio.to_thread(block), 60)

            assert runner.run(observed()) == "done"


def test_an_idle_thread_of_the_executor_is_no_hindrance(scene):
    """It stays alive after its first job, and waits are over at once all the same."""

    async def work():
        await asyncio.to_thread(threading.active_count)
        began = time.monotonic()
        await asyncio.sleep(1.5)
        return time.monotonic() - began

    assert scene.run(work)[0] < 1


def test_a_blocking_client_in_a_thread_gets_its_slow_answer(scene):
    """In real time, from the gateway's timer."""
    with scene.gateway.open(slow(MOMENT)) as listener:

        def ask():
            with urllib.request.urlopen(listener.url, timeout=10) as answer:  # noqa: S310 - loopback
                return answer.status

        status, took = scene.run(lambda: asyncio.to_thread(ask))
    assert status == 200
    assert 0 < took < 10


def test_a_client_that_blocks_its_own_loop_gets_its_slow_answer(scene):
    """Nobody but the gateway can move the clock then."""
    with scene.gateway.open(slow(MOMENT)) as listener:

        async def work():
            with urllib.request.urlopen(listener.url, timeout=10) as answer:  # noqa: ASYNC210, S310 - the point
                return answer.status

        assert scene.run(work)[0] == 200


def test_a_client_without_any_loop_gets_its_slow_answer(scene):
    """The clock needs nobody who asks."""
    with scene.gateway.open(slow(MOMENT)) as listener, urllib.request.urlopen(listener.url, timeout=10) as answer:  # noqa: S310
        assert answer.read() == GOOD.body


def test_the_same_takes_the_same_time_every_time(scene):
    """Two hundred times, with timers of both sides under way and a time-out between them."""
    with scene.gateway.open(slow(0.75)) as listener, scene.gateway.open(slow(9.0)) as late:

        async def work():
            waits = [asyncio.sleep(0.25), asyncio.sleep(1.5), fetch(listener.url)]
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.gather(fetch(late.url), *waits), 4)

        async def often():
            loop, took = asyncio.get_running_loop(), []
            for _ in range(200):
                began = loop.time()
                await work()
                took.append(round(loop.time() - began, 6))
            return took

        took, _ = scene.run(often)
    assert set(took) == {4.0}


def test_time_never_goes_back_and_is_shared(scene):
    """By every loop of the clock."""
    before = scene.clock.now()
    scene.run(lambda: asyncio.sleep(5))
    assert scene.gateway.loop.time() == scene.clock.now() >= before + 5


def test_what_a_client_sleeps_between_two_requests_is_on_the_clock(scene):
    """In its own loop and in a thread of the executor, so that a pause is seen where nothing else moves the clock."""
    seen = []

    def responder(request):
        seen.append(scene.gateway.loop.time())
        return GOOD

    def ask(url):
        for _ in range(2):
            with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - loopback
                answer.read()
            threading.Event().wait(0.2)

    async def in_loop():
        ask(listener.url)

    with scene.gateway.open(responder) as listener:
        scene.run(in_loop)
        scene.run(lambda: asyncio.to_thread(ask, listener.url))
    assert seen[1] - seen[0] >= 0.15
    assert seen[3] - seen[2] >= 0.15
