"""Requests of the reference connectors, over a real socket: what is retried, what is raised, what is never shown."""

import asyncio
import base64
import gc
import logging
from datetime import timedelta
from decimal import Decimal
from urllib.parse import quote

import pytest
from aiohttp import web
from connector_support import JSON, answer, text

from harness.connectors.extended import explain
from harness.connectors.transport import Dialect, Route, Transport
from harness.errors import (
    AuthError,
    MalformedAnswer,
    RateLimited,
    Refused,
    Unreachable,
    UsageError,
    VenueUnavailable,
)
from harness.gateway import Gateway, Reply, Wire

ROUTE = Route("GET", "/thing")
GOOD = answer({"status": "OK", "data": {}})
ENVELOPE = {"status": "ERROR", "error": {"code": 1006, "message": "out of order"}}
SECRET = "s3cret/key+with=odd&signs"


def ask(listener, pace, *, times=1, query=None, **options):
    """Ask `times` times at once; the answers, or the first error."""

    async def work():
        transport = Transport(
            listener.url,
            Dialect(explain=explain, headers={"X-Api-Key": "k" * 8}, secrets=(SECRET,)),
            policy=pace.policy(**options),
        )
        try:
            return await asyncio.gather(*(transport.ask(ROUTE, query=query) for _ in range(times)))
        finally:
            await transport.close()

    return asyncio.run(work())


def test_numbers_keep_their_text(serve, pace):
    """Fractions and exponents are exact decimals, and integers above 2^53 stay whole."""
    listener = serve(Reply(200, "OK", (JSON,), b'{"a": 0.10, "b": 1e-7, "c": 123456789012345678901234567890}'))
    [got] = ask(listener, pace)
    assert str(got.document["a"]) == "0.10"
    assert got.document["b"] == Decimal("1e-7")
    assert got.document["c"] == 123456789012345678901234567890


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_passing_failure_is_retried_with_growing_pauses(serve, pace, status):
    """Two failures and a success end in the success, after two pauses."""
    listener = serve(text("<html>no</html>", status), answer(ENVELOPE, status), GOOD)
    assert ask(listener, pace)[0].document == {"status": "OK", "data": {}}
    assert pace.pauses == [0.5, 1.0]


@pytest.mark.parametrize(
    ("status", "kind"), [(429, RateLimited), (500, VenueUnavailable), (502, VenueUnavailable), (503, VenueUnavailable)]
)
def test_a_lasting_failure_is_raised_after_four_attempts(serve, pace, status, kind):
    """The error is that of the last attempt and names endpoint, status and the venue's own code."""
    listener = serve(answer(ENVELOPE, status))
    with pytest.raises(kind, match=rf"GET /thing: HTTP {status} code 1006: out of order") as caught:
        ask(listener, pace)
    assert len(listener.log) == 4
    assert pace.pauses == [0.5, 1.0, 2.0]
    assert (caught.value.status, caught.value.code) == (status, "1006")


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (answer(ENVELOPE, 400), Refused),
        (text("", 401), AuthError),
        (text("<html>", 403), AuthError),
        (text("<html>", 404), Refused),
        (text("I'm a teapot", 418, "text/plain"), Refused),
        (text("Failed to deserialize", 422, "text/plain"), Refused),
        (answer(ENVELOPE, 200), Refused),
        (text("<html>", 200), MalformedAnswer),
        (text("", 200), MalformedAnswer),
        (text('{"status":"OK","da', 200, "application/json"), MalformedAnswer),
        (text('{"a": NaN}', 200, "application/json"), MalformedAnswer),
        (text("[" * 100_000, 200, "application/json"), MalformedAnswer),
        (Reply(200, "OK", (JSON,), b"\xff\xfe\xfa"), MalformedAnswer),
        (answer({}, 304), MalformedAnswer),
    ],
)
def test_an_answer_that_would_stay_the_same_is_not_asked_for_again(serve, pace, reply, kind):
    """One request, one typed error that names endpoint and status."""
    listener = serve(reply)
    with pytest.raises(kind, match=rf"GET /thing: HTTP {reply.status}"):
        ask(listener, pace)
    assert len(listener.log) == 1
    assert pace.pauses == []


def test_a_plain_text_refusal_is_quoted(serve, pace):
    """The venue's own words are in the message when they are text and not a page."""
    with pytest.raises(Refused, match="Failed to deserialize the body"):
        ask(serve(text("Failed to\n deserialize the body", 422, "text/plain")), pace)
    with pytest.raises(Refused) as caught:
        ask(serve(text("<html>long page</html>", 404)), pace)
    assert "long page" not in str(caught.value)


BROKEN = {
    "reset before": answer({}, wire=Wire.RESET_BEFORE),
    "reset body": answer({"a": "b" * 100}, wire=Wire.RESET_BODY),
    "truncated": answer({"a": "b" * 100}, wire=Wire.TRUNCATED),
    "stalled": answer({}, wire=Wire.STALLED),
    "bad gzip": Reply(200, "OK", (JSON, ("Content-Encoding", "gzip")), b"not gzip at all"),
}


@pytest.mark.parametrize("reply", BROKEN.values(), ids=BROKEN)
def test_an_exchange_that_breaks_off_is_retried(serve, pace, reply):
    """What ended below HTTP is asked again and can still succeed."""
    listener = serve(reply, GOOD)
    assert ask(listener, pace, attempt_timeout=0.2)[0].status == 200
    assert len(listener.log) == 2
    assert pace.pauses == [0.5]


@pytest.mark.parametrize("reply", BROKEN.values(), ids=BROKEN)
def test_an_exchange_that_always_breaks_off_is_bounded(serve, pace, reply):
    """After four attempts the error says that there was no answer, without words of the HTTP library."""
    listener = serve(reply)
    with pytest.raises(Unreachable, match="GET /thing: ") as caught:
        ask(listener, pace, attempt_timeout=0.1)
    assert len(listener.log) == 4
    assert "127.0.0.1" not in str(caught.value)


def test_a_refused_connection_is_retried(serve, pace):
    """Nobody listening is a failure that may pass."""
    listener = serve(GOOD)
    listener.refuse()
    with pytest.raises(Unreachable, match="cannot connect"):
        ask(listener, pace)
    assert len(pace.pauses) == 3


def test_a_certificate_that_cannot_be_verified_is_final(pace):
    """TLS verification stays on, and no request is sent to a server that fails it."""
    with Gateway(tls=True) as gateway, gateway.open(lambda _: GOOD) as listener:
        with pytest.raises(Unreachable, match="TLS certificate"):
            ask(listener, pace)
        assert len(listener.log) == 0
    assert pace.pauses == []


def test_retry_after_in_seconds_is_waited_for(serve, pace):
    """The venue's pause replaces a shorter one of ours, for 503 as for 429."""
    listener = serve(
        answer(ENVELOPE, 429, headers=[("Retry-After", "7")]),
        answer(ENVELOPE, 503, headers=[("Retry-After", "9")]),
        answer(ENVELOPE, 429, headers=[("Retry-After", "0")]),
        GOOD,
    )
    ask(listener, pace)
    assert pace.pauses == [7.0, 9.0, 2.0]


def test_retry_after_as_a_date_is_read_against_the_date_of_the_answer(serve, pace):
    """The clocks of venue and client may differ by hours without a difference to the pause."""
    dates = [("Date", "Sat, 01 Jan 2022 00:00:00 GMT"), ("Retry-After", "Sat, 01 Jan 2022 00:00:12 GMT")]
    ask(serve(answer(ENVELOPE, 429, headers=dates), GOOD), pace)
    assert pace.pauses == [12.0]


def test_a_pause_beyond_the_longest_is_the_callers_decision(serve, pace):
    """A venue that wants to be left alone for an hour is not asked again, and the error says for how long."""
    listener = serve(answer(ENVELOPE, 429, headers=[("Retry-After", "3600")]))
    with pytest.raises(RateLimited) as caught:
        ask(listener, pace)
    assert caught.value.retry_after == timedelta(hours=1)
    assert len(listener.log) == 1


def test_the_overall_time_is_bounded(serve, pace):
    """No pause is begun that would end after the deadline."""
    listener = serve(answer(ENVELOPE, 429, headers=[("Retry-After", "20")]))
    with pytest.raises(RateLimited):
        ask(listener, pace, total_timeout=30.0)
    assert pace.pauses == [20.0]


def test_redirects_are_not_followed(serve, pace):
    """The other host never sees the credentials."""
    other = serve(GOOD)
    with pytest.raises(MalformedAnswer, match="redirect"):
        ask(serve(text("", 307, headers=[("Location", f"{other.url}/thing")])), pace)
    assert len(other.log) == 0


def test_requests_under_way_are_bounded():
    """Four requests are under way together, and never five."""

    async def work():
        under_way, peak, full = 0, 0, asyncio.Event()

        async def handle(_request):
            nonlocal under_way, peak
            under_way += 1
            peak = max(peak, under_way)
            if under_way == 4:
                full.set()
            await full.wait()
            for _ in range(200):  # a fifth request would arrive meanwhile
                await asyncio.sleep(0)
            under_way -= 1
            return web.json_response({"status": "OK"})

        runner = web.ServerRunner(web.Server(handle))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        transport = Transport(f"http://127.0.0.1:{runner.addresses[0][1]}", Dialect(explain=explain))
        await asyncio.gather(*(transport.ask(ROUTE) for _ in range(12)))
        await transport.close()
        await runner.cleanup()
        return peak

    assert asyncio.run(asyncio.wait_for(work(), 10)) == 4


def test_cancellation_passes_and_frees_the_slot(serve, pace):
    """A cancelled request raises `CancelledError`, is not retried, and leaves room for the next."""
    listener = serve(answer({}, wire=Wire.STALLED), GOOD)

    async def work():
        transport = Transport(listener.url, Dialect(explain=explain), policy=pace.policy(), concurrency=1)
        stuck = asyncio.create_task(transport.ask(ROUTE))
        await asyncio.to_thread(listener.log.wait, 1)
        stuck.cancel()
        with pytest.raises(asyncio.CancelledError):
            await stuck
        got = await transport.ask(ROUTE)
        await transport.close()
        return got.status

    assert asyncio.run(work()) == 200
    assert pace.pauses == []


def test_closing_ends_a_request_under_way_without_a_new_session(serve, pace):
    """A closed transport neither retries nor asks again, and may be closed twice."""
    listener = serve(answer({}, wire=Wire.STALLED))

    async def work():
        transport = Transport(listener.url, Dialect(explain=explain), policy=pace.policy())
        stuck = asyncio.create_task(transport.ask(ROUTE))
        await asyncio.to_thread(listener.log.wait, 1)
        await transport.close()
        with pytest.raises(Unreachable):
            await stuck
        with pytest.raises(Unreachable, match="closed"):
            await transport.ask(ROUTE)
        await transport.close()

    asyncio.run(work())
    assert len(listener.log) == 1
    assert pace.pauses == []


def test_closing_drops_the_connection_that_is_kept_for_later(serve):
    """The venue sees it closed while the event loop still runs, and aiohttp has nothing to complain about."""
    listener = serve(GOOD)
    complaints = []

    async def work():
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context["message"]))
        transport = Transport(listener.url, Dialect(explain=explain))
        await transport.ask(ROUTE)
        kept = listener.connections()
        await transport.close()
        gc.collect()
        return kept, await asyncio.to_thread(listener.wait_until_idle)

    assert asyncio.run(work()) == (1, True)
    assert complaints == []


ECHOES = {
    "plain": SECRET,
    "percent": quote(SECRET, safe=""),
    "hex": SECRET.encode().hex().upper(),
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "basic auth": base64.b64encode(f"user:{SECRET}".encode()).decode(),
    "split over lines": f"{SECRET}\n{SECRET}",
}


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
@pytest.mark.parametrize("status", [400, 429, 500])
def test_no_secret_is_shown_even_when_the_venue_echoes_it(serve, pace, caplog, echo, status):
    """Neither the error nor a log record holds it in any encoding, nor does a chained exception."""
    listener = serve(answer({"status": "ERROR", "error": {"code": echo, "message": f"bad key {echo}"}}, status))
    with caplog.at_level(logging.DEBUG), pytest.raises((Refused, RateLimited, VenueUnavailable)) as caught:
        ask(listener, pace, query={"token": SECRET})
    shown = f"{caught.value}{caught.value!r}{caught.value.code}{caplog.text}"
    for line in echo.splitlines():
        assert line not in shown
    assert "bad key" in shown
    assert "token" not in shown
    assert caught.value.__context__ is None


def test_every_retry_is_logged_as_a_warning(serve, pace, caplog):
    """A pause is never silent."""
    ask(serve(answer(ENVELOPE, 500), GOOD), pace)
    [record] = [record for record in caplog.records if record.name == "harness.connectors.transport"]
    assert record.levelno == logging.WARNING
    assert "HTTP 500" in record.getMessage()
    assert "attempt 1 of 4" in record.getMessage()


@pytest.mark.parametrize("url", ["http://api.example.com", "ftp://127.0.0.1", "api.example.com/v1", ""])
def test_a_base_url_that_would_show_the_key_to_others_is_refused(url):
    """Unencrypted HTTP is for this computer only."""
    with pytest.raises(UsageError, match="base_url"):
        Transport(url, Dialect(explain=explain))


@pytest.mark.parametrize("url", ["https://api.example.com/api/v1/", "http://localhost:1", "http://[::1]:1/x"])
def test_https_and_loopback_base_urls_are_accepted(url):
    """The harness's own servers speak plain HTTP on loopback."""
    Transport(url, Dialect(explain=explain))
