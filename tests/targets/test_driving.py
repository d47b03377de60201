"""What one call of one method did is seen whole: errors, log, state, requests, hangs."""

import asyncio
import logging
import threading
from decimal import Decimal
from types import SimpleNamespace

import aiohttp
import pytest

from harness.errors import UsageError
from harness.gateway import Reply
from harness.gateway.messages import Wire
from harness.targets.driving import Rig, Setting
from harness.targets.loading import Target
from harness.targets.observation import observe
from harness.targets.outcome import Outcome, chain

GOOD = Reply(200, "OK", (("Content-Type", "application/json"),), b'{"equity":"1"}')
SETTING = Setting(
    credentials={"api_key": "k"}, trading_pairs=("BTC-USD",), assets=("USD",), rest_prefix="/api", ws_prefix="/ws"
)
LOGGER = "some_shop.connector"


@pytest.fixture(scope="module")
def rig():
    """A running gateway and its clock."""
    with Rig() as running:
        yield running


@pytest.fixture
def drive(rig):
    """Open a session around an update method, or around a factory of one's own."""
    sessions = []

    def opened(update=None, *, factory=None, reply=GOOD, **more):
        def build(**given):
            connector = SimpleNamespace(given=given, _account_balances={}, **more)
            connector._update_balances = (lambda: update(connector)) if update else None
            return connector

        session = rig.session(Target("shop:build", "lighter", factory or build), SETTING, lambda request: reply)
        sessions.append(session)
        return session.__enter__()

    yield opened
    for session in sessions:
        if session.connector is not None:
            session.__exit__(None, None, None)


async def ask(connector, path="/balance"):
    """One request of the connector."""
    async with aiohttp.ClientSession() as client, client.get(connector.given["base_url"] + path) as answer:
        return await answer.json()


def test_a_factory_is_given_urls_with_the_venues_prefixes_and_copies_of_the_rest(drive):
    """By keyword."""
    session = drive()
    given = session.connector.given
    assert given["base_url"] == f"{session.listener.url}/api"
    assert given["ws_url"] == f"ws://127.0.0.1:{session.listener.port}/ws"
    assert (given["credentials"], given["trading_pairs"]) == ({"api_key": "k"}, ["BTC-USD"])
    assert given["credentials"] is not SETTING.credentials


def test_a_good_call_shows_state_requests_and_what_it_returned(drive):
    """And is neither loud nor hung."""

    async def update(connector):
        connector._account_balances["USD"] = Decimal((await ask(connector))["equity"])
        return 7

    outcome = drive(update).call("_update_balances")
    assert (outcome.error, outcome.hung, outcome.returned, outcome.warnings) == (None, False, 7, ())
    assert outcome.state.total == {"USD": Decimal(1)}
    assert [(seen.method, seen.path) for seen in outcome.requests] == [("GET", "/api/balance")]
    assert outcome.silent
    assert outcome.how() == "said nothing"


def test_a_method_that_is_not_async_is_called_all_the_same(drive):
    """Its result is what it returned."""
    assert drive(lambda connector: 3).call("_update_balances").returned == 3


def test_each_call_shows_only_its_own_requests_and_records(drive):
    """What went before is forgotten."""

    async def update(connector):
        logging.getLogger(LOGGER).warning("again")
        await ask(connector)

    session = drive(update)
    for _ in range(2):
        outcome = session.call("_update_balances")
        assert (len(outcome.requests), outcome.warnings) == (1, ("again",))


def test_an_error_is_the_outcome_with_everything_that_it_came_from(drive):
    """Nothing escapes."""

    async def update(connector):
        try:
            raise KeyError("equity")
        except KeyError as error:
            raise RuntimeError("no balance") from error

    outcome = drive(update).call("_update_balances")
    assert not outcome.silent
    assert outcome.how() == "raised RuntimeError: no balance"
    assert outcome.said() == "RuntimeError: no balance\nKeyError: 'equity'"


def test_a_circle_of_causes_ends():
    """Every error once."""
    first, second = ValueError("1"), ValueError("2")
    first.__cause__, second.__cause__ = second, first
    assert list(chain(first)) == [first, second]
    assert list(chain(None)) == []


@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL])
def test_the_log_is_captured_at_every_level_and_speaks_from_warning_on(drive, level):
    """Debug is kept because secrets leak there too."""

    async def update(connector):
        logging.getLogger(LOGGER).log(level, "balance of %s", "USD")

    outcome = drive(update).call("_update_balances")
    assert [record.levelno for record in outcome.log if record.name == LOGGER] == [level]
    assert outcome.warnings == (("balance of USD",) if level >= logging.WARNING else ())
    assert outcome.silent is (level < logging.WARNING)


@pytest.mark.parametrize(
    ("name", "is_heard"),
    [
        ("asyncio", False),
        ("aiohttp.client", False),
        ("harness.gateway.server", False),
        ("harness.connectors.lighter", True),
        ("asyncio_of_mine", True),
        ("root", True),
    ],
)
def test_plumbing_does_not_speak_for_the_connector(drive, name, is_heard):
    """Its warnings are no answer to a failure."""

    async def update(connector):
        logging.getLogger(None if name == "root" else name).error("x")

    assert drive(update).call("_update_balances").warnings == (("x",) if is_heard else ())


@pytest.mark.parametrize("closed", ["propagate", "disable"])
def test_a_connector_that_was_told_to_keep_its_log_to_itself_is_heard(drive, closed):
    """By a logging configuration that is none of its own business; everything is as before afterwards."""
    logger = logging.getLogger("some_shop.private")
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)

    async def update(connector):
        logger.warning("kept")

    session = drive(update)
    try:
        if closed == "propagate":
            logger.propagate = False
        else:
            logging.disable(logging.CRITICAL)
        assert session.call("_update_balances").warnings == ("kept",)
        assert logging.root.manager.disable == (logging.CRITICAL if closed == "disable" else logging.NOTSET)
    finally:
        logger.propagate = True
        logging.disable(logging.NOTSET)
    assert (root.level, root.handlers, logger.handlers) == (level, handlers, [])


def test_a_record_whose_arguments_do_not_fit_is_still_a_warning():
    """Logging itself would only complain of it; pytest's handler would raise, so that the record is made by hand."""
    record = logging.LogRecord(LOGGER, logging.WARNING, __file__, 1, "HTTP %d", ("404",), None)
    outcome = Outcome(error=None, log=(record,), state=observe(None, ()), requests=(), hung=False)
    assert outcome.warnings == ("HTTP %d ('404',)",)


@pytest.mark.parametrize("bounded", [False, True])
def test_a_request_that_is_never_answered_hangs_unless_it_has_a_time_out(drive, bounded):
    """Seen without waiting."""

    async def update(connector):
        limit = aiohttp.ClientTimeout(total=300 if bounded else None)
        async with aiohttp.ClientSession(timeout=limit) as client, client.get(connector.given["base_url"]) as answer:
            return answer.status

    outcome = drive(update, reply=Reply(200, "OK", wire=Wire.STALLED)).call("_update_balances")
    assert outcome.hung is not bounded
    assert isinstance(outcome.error, TimeoutError if bounded else asyncio.CancelledError)
    assert outcome.how().startswith("raised TimeoutError" if bounded else "waited for ever")


def test_calls_at_once_overlap_and_the_first_error_counts(drive):
    """All of them run to their end."""
    began, ended = [], []

    async def update(connector):
        began.append(len(ended))
        await ask(connector)
        ended.append(1)
        if len(ended) == 2:
            raise ValueError("second")

    outcome = drive(update).call_together("_update_balances", 3)
    assert began == [0, 0, 0]
    assert len(ended) == len(outcome.requests) == 3
    assert str(outcome.error) == "second"


def test_a_call_is_cancelled_as_soon_as_its_request_came(drive):
    """The connector sees `CancelledError` where it waits."""
    seen = []

    async def update(connector):
        try:
            await ask(connector)
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    outcome = drive(update, reply=Reply(200, "OK", wire=Wire.STALLED)).call_and_cancel("_update_balances", bool)
    assert seen == ["cancelled"]
    assert isinstance(outcome.error, asyncio.CancelledError)
    assert (outcome.hung, len(outcome.requests)) == (False, 1)


def test_a_call_that_ends_before_it_is_cancelled_is_a_good_one(drive):
    """`when` never held."""

    async def update(connector):
        return 5

    outcome = drive(update).call_and_cancel("_update_balances", lambda seen: False)
    assert outcome.error is None


def test_an_async_factory_is_awaited(drive):
    """In the connector's own loop."""

    async def build(**given):
        await asyncio.sleep(0)
        return SimpleNamespace(loop=asyncio.get_running_loop(), _update_balances=asyncio.get_running_loop().time)

    session = drive(factory=build)
    assert session.has("_update_balances")
    assert not session.has("_update_positions")


def raising(**given):
    raise ConnectionError("first line\nsecond line")


def nothing(**given):
    return None


def strict(url):
    return url


async def stuck(**given):
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("factory", "told"),
    [
        (raising, "shop:build: the factory raised ConnectionError: first line; it is called with base_url"),
        (strict, "shop:build: the factory raised TypeError: "),
        (nothing, "shop:build: the factory returned None; it must return the connector"),
        (stuck, "shop:build: the factory raised CancelledError"),
    ],
)
def test_a_factory_that_makes_no_connector_is_wrong_usage(drive, factory, told):
    """In one line that says how it is called."""
    with pytest.raises(UsageError) as raised:
        drive(factory=factory)
    assert str(raised.value).startswith(told)
    assert "\n" not in str(raised.value)


def test_tasks_that_a_connector_leaves_behind_are_seen_and_ended(drive):
    """By the name of their coroutine."""
    ended = []

    async def watch_for_ever():
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(1)

    async def update(connector):
        connector.task = asyncio.create_task(watch_for_ever())
        await asyncio.sleep(0)

    session = drive(update)
    session.call("_update_balances")
    assert ["watch_for_ever" in name for name in session.pending_tasks()] == [True]
    session.__exit__(None, None, None)
    session.connector = None
    assert ended == [1]


def test_a_connector_is_closed_with_its_session(rig):
    """Once, by its own method, whatever that does."""
    closed = []

    async def close():
        closed.append(1)
        raise OSError("too late")

    target = Target("shop:build", "lighter", lambda **given: SimpleNamespace(close=close))
    with rig.session(target, SETTING, lambda request: GOOD):
        pass
    assert closed == [1]


def test_a_session_ends_although_a_thread_still_waits_for_its_answer(rig):
    """A blocking client without a time-out, cancelled."""
    import urllib.request

    ended = threading.Event()

    def block(url):
        try:
            urllib.request.urlopen(url)  # noqa: S310 - loopback
        finally:
            ended.set()

    def build(base_url, **given):
        return SimpleNamespace(_update_balances=lambda: asyncio.to_thread(block, base_url))

    stalled = Reply(200, "OK", wire=Wire.STALLED)
    with rig.session(Target("shop:build", "lighter", build), SETTING, lambda request: stalled) as session:
        outcome = session.call_and_cancel("_update_balances", bool)
        assert isinstance(outcome.error, asyncio.CancelledError)
    assert ended.wait(5)
