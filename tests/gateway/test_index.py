"""Recorded answers are found by what a request asks for, and played in order."""

import json
import re

import pytest
from gateway_support import VENUE, ask, cassette, recording
from multidict import CIMultiDict, CIMultiDictProxy

from harness import venues
from harness.gateway import Request
from harness.gateway.index import Index, Playback
from harness.gateway.point import extended_sdk, hyperliquid_sdk, lighter_sdk, rest_url, ws_url
from harness.gateway.question import Interpreter


def request(method, target, body=b"", **headers):
    path, _, query = f"/api/v1{target}".partition("?")
    return Request(method, path, query, CIMultiDictProxy(CIMultiDict(headers)), body)


def bodies(index, *args):
    return [response.body for response in index.answers(request(*args))]


ACCOUNTS = Index(
    VENUE,
    cassette(
        recording("GET", "/account?by=index&value=1", b"one"),
        recording("GET", "/account?by=index&value=2", b"two"),
        recording("GET", "/account?by=l1_address&value=0xAbC", b"by address"),
        recording("GET", "/account?by=index&value=1", b"one, later"),
        recording("GET", "/orders/7", b"order 7"),
        recording("GET", "/orders/8", b"order 8"),
        recording("GET", "/unknown?a=1&a=2", b"undocumented"),
        recording("POST", "/info", b"meta", b'{"type": "meta"}'),
        recording("POST", "/info", b"state of a", b'{"type":"state","user":"0xa"}'),
        recording("POST", "/info", b"state of a on dex", b'{"type":"state","user":"0xa","dex":"xyz"}'),
        recording("POST", "/form", b"form", b"tx_type=14&tx_info=%7B%7D"),
        recording("POST", "/raw", b"raw", b"\xff\x00"),
    ),
)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (("GET", "/account?value=2&by=index"), [b"two"]),
        (("GET", "/account?by=index&value=1"), [b"one", b"one, later"]),
        (("GET", "/account?value=1"), [b"one", b"one, later"]),
        (("GET", "/account?by=l1_address&value=0xABC"), [b"by address"]),
        (("GET", "/account?by=index&value=2&limit=5&auth=token"), [b"two"]),
        (("GET", "/account?by=index&value=2&verbose=1"), []),
        (("GET", "/account?by=index&value=3"), []),
        (("GET", "/account?by=index"), []),
        (("POST", "/account?by=index&value=1"), []),
        (("GET", "/orders/7"), [b"order 7"]),
        (("GET", "/orders/9"), []),
        (("GET", "/%6Frders/8"), [b"order 8"]),
        (("GET", "/unknown?a=2&a=1"), [b"undocumented"]),
        (("GET", "/unknown?a=1"), []),
        (("POST", "/info", b'{"type":"meta"}'), [b"meta"]),
        (("POST", "/info", b'{ "user": "0xa", "type": "state" }'), [b"state of a"]),
        (("POST", "/info", b'{"type":"state","user":"0xa","dex":""}'), [b"state of a"]),
        (("POST", "/info", b'{"type":"state","user":"0xa","dex":"xyz"}'), [b"state of a on dex"]),
        (("POST", "/info", b'{"type":"state","user":"0xb"}'), []),
        (("POST", "/info", b'{"type":"other"}'), []),
        (("POST", "/info"), []),
        (("POST", "/form", b"tx_info=%7B%7D&tx_type=14"), [b"form"]),
        (("POST", "/raw", b"\xff\x00"), [b"raw"]),
        (("POST", "/raw", b"\xff\x01"), []),
    ],
)
def test_a_request_is_answered_by_what_it_asks_for(asked, expected):
    """Order, spelling, defaults and parameters that do not select make no difference; anything else does."""
    assert bodies(ACCOUNTS, *asked) == expected


@pytest.mark.parametrize("name", venues.NAMES)
def test_every_endpoint_of_a_venue_is_recognised_as_the_venue_does(name):
    """The shortcut through remembered paths finds what `Venue.find` finds."""
    facts = venues.venue(name)
    interpreter = Interpreter(facts)
    for endpoint in facts.endpoints:
        body = json.dumps(dict(endpoint.discriminator)).encode() if endpoint.discriminator else None
        path = re.sub(r"\{\w+\}", "7", endpoint.path)
        found = facts.find(endpoint.method, path, dict(endpoint.discriminator))
        assert interpreter.ask(endpoint.method, path, "", body).endpoint == found[0].name


def test_a_path_outside_the_rest_base_is_not_answered():
    """A connector that forgets the prefix would fail live too."""
    outside = Request("GET", "/account", "by=index&value=1", CIMultiDictProxy(CIMultiDict()), b"")
    reply = ACCOUNTS.reply(outside)
    assert (reply.status, reply.unmatched) == (501, True)
    assert "/api/v1" in json.loads(reply.body)["error"]


def test_a_recorded_answer_keeps_its_headers_but_not_its_framing():
    """The gateway frames it anew, decoded as it was stored."""
    reply = ACCOUNTS.reply(request("GET", "/orders/7"))
    assert (reply.status, reply.reason) == (200, "OK")
    assert reply.headers == (("Content-Type", "application/json"),)


def test_a_body_that_was_stored_compressed_is_replayed_decompressed():
    """Other projects' cassettes hold gzip bytes."""
    import gzip

    index = Index(VENUE, cassette(recording("GET", "/orders/7", gzip.compress(b'{"a":0.10}'))))
    assert index.reply(request("GET", "/orders/7")).body == b'{"a":0.10}'


def test_playback_follows_the_recorded_order_and_the_last_answer_repeats():
    """Each question has a position of its own."""
    play = Playback(ACCOUNTS)
    one = request("GET", "/account?by=index&value=1")
    assert [play(one).body for _ in range(3)] == [b"one", b"one, later", b"one, later"]
    assert play(request("GET", "/orders/7")).body == b"order 7"
    play.reset()
    assert play(one).body == b"one"


def test_a_phase_stands_still():
    """However often a connector asks within a step, it gets the answers of that step."""
    play = Playback(ACCOUNTS)
    one, seven = request("GET", "/account?by=index&value=1"), request("GET", "/orders/7")
    for phase, expected in ((1, b"one, later"), (0, b"one"), (5, b"one, later")):
        play.phase(phase)
        assert {play(one).body for _ in range(3)} == {expected}
        assert play(seven).body == b"order 7"
    play.phase(None)
    assert [play(one).body for _ in range(2)] == [b"one", b"one, later"]
    with pytest.raises(ValueError):
        play.phase(-1)


def test_an_unmatched_request_is_told_what_comes_closest_and_what_differs():
    """The developer reads the cure in the answer."""
    reply = ACCOUNTS.reply(request("GET", "/account?by=index&value=3"))
    told = json.loads(reply.body)
    assert (reply.status, reply.unmatched, reply.header("x-harness")) == (501, True, "unmatched")
    assert "GET /account (account)" in told["error"]
    assert len(told["closest"]) == 3
    assert told["closest"][0] == {
        "recorded": "GET /account",
        "endpoint": "account",
        "differs": [{"what": "value", "expected": "1", "got": "3"}],
    }


def test_an_unmatched_method_path_or_body_is_named():
    """Whatever it is that differs."""

    def differences(*asked):
        return json.loads(ACCOUNTS.reply(request(*asked)).body)["closest"][0]["differs"]

    assert {"what": "path", "expected": "/orders/7", "got": "/order/7"} in differences("GET", "/order/7")
    assert {"what": "method", "expected": "GET", "got": "PUT"} in differences("PUT", "/orders/7")
    assert differences("POST", "/info", b'{"type":"state","user":"0xa","dex":"zyx"}') == [
        {"what": "dex", "expected": "(absent)", "got": "zyx"}
    ]


@pytest.mark.parametrize(
    "asked",
    [
        ("GET", "/account?by=index&value=3&token=SECRET-0123456789-0123456789"),
        ("GET", "/account/SECRET-0123456789-0123456789"),
        ("POST", "/info", b'{"type":"other","signature":"SECRET-0123456789-0123456789"}'),
        ("POST", "/raw", b"SECRET-0123456789-0123456789"),
        ("GET", "/account?by=index&value=" + "SECRET-0123456789" * 4),
    ],
)
def test_an_unmatched_answer_does_not_echo_what_may_be_a_secret(asked):
    """Undocumented values, long values and long path segments stay hidden, and headers are never shown."""
    reply = ACCOUNTS.reply(request(*asked, **{"X-Api-Key": "SECRET"}))
    assert reply.unmatched
    assert b"secret" not in reply.body.lower()


def test_an_unmatched_request_is_marked_in_the_log(listen):
    """A run can list what its cassettes lack."""
    listener = listen(Playback(ACCOUNTS))
    ask(f"{rest_url(VENUE, listener)}/orders/7")
    ask(f"{rest_url(VENUE, listener)}/orders/9")
    assert [seen.unmatched for seen in listener.log] == [False, True]


def test_an_empty_index_says_so_too():
    """No closest recording is no crash."""
    assert json.loads(Index(VENUE).reply(request("GET", "/orders/7")).body)["closest"] == []


def test_clients_are_pointed_by_their_base_addresses(listen):
    """Every address of a vendor's client leads to the listener."""
    listener = listen(Playback(ACCOUNTS))
    assert rest_url(VENUE, listener) == f"{listener.url}/api/v1"
    assert ws_url(VENUE, listener) == f"ws://127.0.0.1:{listener.port}/ws"


@pytest.mark.parametrize("name", venues.NAMES)
def test_vendors_clients_are_pointed_by_configuration(listen, name):
    """Host and paths of the SDK's own configuration objects."""
    listener = listen(Playback(Index(venues.venue(name))))
    if name == "lighter":
        pytest.importorskip("lighter", reason="lighter-sdk is not installed")
        assert lighter_sdk(listener).host == listener.url
    elif name == "extended":
        pytest.importorskip("x10", reason="x10-python-trading-starknet is not installed")
        endpoints = extended_sdk(listener).endpoints
        assert endpoints.api_base_url == f"{listener.url}/api/v1"
        assert not [url for url in vars(endpoints).values() if "extended.exchange" in url and "127.0.0.1" not in url]
    else:
        pytest.importorskip("hyperliquid", reason="hyperliquid-python-sdk is not installed")
        nothing = {"universe": [], "tokens": []}
        assert hyperliquid_sdk(listener, meta=nothing, spot_meta=nothing).base_url == listener.url
