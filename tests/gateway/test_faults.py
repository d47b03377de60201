"""Each fault as a real client sees it."""

import asyncio
import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp
import pytest
from gateway_support import GOOD, ask

from harness.gateway import Gateway, Reply, Wire
from harness.gateway.faults import FAULTS, catalogue, envelope

STATUSES = {
    "http-400": (400, "application/json"),
    "http-401": (401, None),
    "http-403": (403, "text/html; charset=utf-8"),
    "http-404": (404, "text/html; charset=utf-8"),
    "http-418": (418, "application/json"),
    "http-422": (422, "text/plain; charset=utf-8"),
    "http-429": (429, "application/json"),
    "http-429-seconds": (429, None),
    "http-429-date": (429, None),
    "http-500": (500, "application/json"),
    "http-502-html": (502, "text/html; charset=utf-8"),
    "http-503": (503, "text/plain; charset=utf-8"),
    "http-503-seconds": (503, None),
    "http-504": (504, "text/html; charset=utf-8"),
    "html-200": (200, "text/html; charset=utf-8"),
    "empty-body": (200, "application/json"),
    "truncated-json": (200, "application/json"),
}
BROKEN = {
    "bad-gzip": aiohttp.ClientPayloadError,
    "truncated-body": aiohttp.ClientPayloadError,
    "wrong-length": aiohttp.ClientError,
    "refused": aiohttp.ClientOSError,
    "reset-before": (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError),
    "reset-body": (aiohttp.ClientOSError, aiohttp.ClientPayloadError),
    "stalled": TimeoutError,
}
SLOW = {"slow-first-byte", "slow-body"}


class Hasty(asyncio.SelectorEventLoop):
    """A loop whose delays last a hundredth of what they say."""

    def call_later(self, delay, callback, *args, context=None):
        return super().call_later(delay / 100, callback, *args, context=context)


@pytest.fixture(scope="module")
def hasty():
    """A gateway that does not take its time."""
    with Gateway(loop_factory=Hasty) as running:
        yield running


@pytest.fixture
def suffer(hasty):
    """Ask once while a fault lasts."""
    listeners = []

    def asked(fault, **kwargs):
        listener = hasty.open(lambda _: fault.apply(GOOD))
        listeners.append(listener)
        return ask(listener.url, **kwargs)

    yield asked
    for listener in listeners:
        listener.close()


def test_every_fault_is_held_by_one_of_these_tests():
    """A new one needs a line here."""
    assert set(FAULTS) == STATUSES.keys() | BROKEN.keys() | SLOW
    assert {fault.family for fault in FAULTS.values()} == {"http", "body", "transport", "slow"}
    assert all(fault.name == name for name, fault in FAULTS.items())


@pytest.mark.parametrize("name", STATUSES)
def test_a_fault_of_the_answer_arrives_whole(suffer, name):
    """Its status and content type are those it is named for, and a good reply's other headers stay."""
    status, headers, body = suffer(FAULTS[name])
    assert (status, headers.get("Content-Type")) == STATUSES[name]
    assert headers.getall("X-Twice") == ["1", "2"]
    if "html" in (headers.get("Content-Type") or ""):
        assert body.startswith(b"<!DOCTYPE html>")


@pytest.mark.parametrize("name", BROKEN)
def test_a_fault_of_the_wire_raises_in_the_client(suffer, name):
    """Nothing that reads the whole body gets one."""
    with pytest.raises(BROKEN[name]):
        suffer(FAULTS[name], timeout=0.2 if name == "stalled" else 5.0)


@pytest.mark.parametrize("name", SLOW)
def test_a_slow_answer_is_a_good_one_in_the_end(suffer, name):
    """Patience is rewarded."""
    assert suffer(FAULTS[name])[2] == GOOD.body


@pytest.mark.parametrize("name", SLOW)
def test_a_slow_answer_is_too_slow_for_the_impatient(listen, name):
    """In real time it takes longer than a short time-out."""
    listener = listen(lambda _: FAULTS[name].apply(GOOD))
    with pytest.raises(TimeoutError):
        ask(listener.url, timeout=0.1)


def test_a_slow_body_begins_at_once(listen):
    """The head is there long before the body."""
    listener = listen(lambda _: FAULTS["slow-body"].apply(GOOD))

    async def main():
        async with aiohttp.ClientSession() as session, session.get(listener.url) as answer:
            return answer.status

    assert asyncio.run(asyncio.wait_for(main(), 1.0)) == 200


def test_a_truncated_answer_is_honest_about_the_whole_length(listen):
    """The client can tell that something is missing."""
    listener = listen(lambda _: FAULTS["truncated-body"].apply(GOOD))

    async def main():
        async with aiohttp.ClientSession() as session, session.get(listener.url) as answer:
            return answer.content_length

    assert asyncio.run(main()) == len(GOOD.body)


@pytest.mark.parametrize("body", [b"", b"7", b"12345", b"true", b'"default"', b"[]", b"{}", b'{"a": [1, 2]}   \n\n  '])
def test_cut_json_is_never_json(body):
    """Not of a number either, two thirds of which are one."""
    cut = FAULTS["truncated-json"].apply(Reply(200, "OK", (), body)).body
    with pytest.raises(ValueError):
        json.loads(cut)


def test_retry_after_comes_in_seconds_and_as_a_date(suffer):
    """Two seconds ahead, rounded up to what a date can say."""
    assert suffer(FAULTS["http-429-seconds"])[1]["Retry-After"] == "2"
    assert suffer(FAULTS["http-503-seconds"])[1]["Retry-After"] == "2"
    now = datetime(2026, 11, 23, 12, 0, 0, 300_000, tzinfo=UTC)
    date = catalogue(lambda: now)["http-429-date"].apply(GOOD).header("Retry-After")
    assert date is not None
    assert date.endswith(" GMT")
    assert parsedate_to_datetime(date) == datetime(2026, 11, 23, 12, 0, 3, tzinfo=UTC)
    assert FAULTS["http-429"].apply(GOOD).header("Retry-After") is None


def test_an_error_status_can_carry_the_venues_own_envelope(suffer):
    """Status and Retry-After stay, the body is the venue's."""
    body = b'{"code":23000,"message":"Too Many Requests"}'
    status, headers, received = suffer(FAULTS["http-429-seconds"].carrying(body))
    assert (status, headers["Retry-After"], headers["Content-Type"], received) == (429, "2", "application/json", body)


def test_an_envelope_can_come_with_http_200(suffer):
    """An error that only the body tells."""
    fault = envelope(200, b'{"status":"err","response":"no"}')
    status, _, body = suffer(fault)
    assert (fault.name, status, body) == ("envelope-200", 200, b'{"status":"err","response":"no"}')


def test_after_a_refusal_nobody_listens_until_accepted(listen):
    """The one fault that outlives its request."""
    listener = listen(lambda _: FAULTS["refused"].apply(GOOD))
    assert [name for name, fault in FAULTS.items() if fault.refuses_connections] == ["refused"]
    for _ in range(2):
        with pytest.raises(aiohttp.ClientOSError):
            ask(listener.url)
    assert len(listener.log) == 1
    listener.responder = lambda _: GOOD
    listener.accept()
    assert ask(listener.url)[2] == GOOD.body


def test_no_fault_echoes_what_was_sent(hasty):
    """A client's secrets cannot come back to it in an answer."""
    secret = "s3cr3t-t0k3n"
    for fault in FAULTS.values():
        if fault.apply(GOOD).wire in {Wire.STALLED, Wire.REFUSED, Wire.RESET_BEFORE}:
            continue
        with hasty.open(lambda _, fault=fault: fault.apply(GOOD)) as listener:
            try:
                _, headers, body = ask(f"{listener.url}/{secret}?auth={secret}", headers={"X-Api-Key": secret})
            except aiohttp.ClientError:
                continue
            assert secret not in f"{headers}{body!r}"
