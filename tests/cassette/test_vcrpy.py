"""Plain vcrpy opens and replays what the harness saves."""

import asyncio
import urllib.request

import aiohttp
import pytest
import vcr

from harness.cassette import store
from harness.cassette.model import Cassette, Environment, Interaction, Provenance, Request, Response

BODIES = [b'{"a":0.10}', b"", b"\xff\x00", "\u2028 \x85 \ufeff \U0001f600 \r\n".encode(), b'{"n":' + b"9" * 30 + b"}"]
PROVENANCE = Provenance(
    venue="hyperliquid", environment=Environment.SIMULATOR, scenario="flat", recorded_at="2026-11-23T00:00:00Z"
)


@pytest.fixture
def recorded(tmp_path):
    """A cassette of one request for each body, told apart by the request's body."""
    path = tmp_path / "hyperliquid" / "flat.yaml"
    interactions = tuple(
        Interaction(
            Request("POST", "https://venue.test/info?n=1", b'{"n":%d}' % n, {"Content-Type": ("application/json",)}),
            Response(200, "OK", body, {"Content-Type": ("application/json",), "Set-Cookie": ("a=1", "b=2")}),
        )
        for n, body in enumerate(BODIES)
    )
    plain = Interaction(Request("GET", "https://venue.test/plain"), Response(404, "Not Found", b"no"))
    store.save(path, Cassette(PROVENANCE, (*interactions, plain)))
    return vcr.use_cassette(str(path), record_mode="none", match_on=["method", "uri", "body"])


def test_an_aiohttp_client_under_vcrpy_gets_the_recorded_bytes(recorded):
    """Matched by method, address and body, in any order."""

    async def ask():
        headers = {"Content-Type": "application/json"}
        answers = {}
        async with aiohttp.ClientSession(headers=headers) as session:
            for n in reversed(range(len(BODIES))):
                async with session.post("https://venue.test/info?n=1", data=b'{"n":%d}' % n, headers=headers) as answer:
                    assert (answer.status, answer.headers.getall("Set-Cookie")) == (200, ["a=1", "b=2"])
                    answers[n] = await answer.read()
            async with session.get("https://venue.test/plain") as answer:
                assert (answer.status, answer.reason, await answer.read()) == (404, "Not Found", b"no")
        return [answers[n] for n in range(len(BODIES))]

    with recorded as played:
        assert asyncio.run(ask()) == BODIES
        assert played.all_played


def test_a_blocking_client_under_vcrpy_gets_the_recorded_bytes(recorded):
    """The same file serves urllib."""
    with recorded:
        for n, body in enumerate(BODIES):
            request = urllib.request.Request(
                "https://venue.test/info?n=1", b'{"n":%d}' % n, {"Content-Type": "application/json"}
            )
            with urllib.request.urlopen(request) as answer:  # noqa: S310 - replayed
                assert answer.read() == body


def test_vcrpy_refuses_what_is_not_recorded(recorded):
    """The matching is real: another body finds nothing."""
    with recorded, pytest.raises(vcr.errors.CannotOverwriteExistingCassetteException):
        urllib.request.urlopen(urllib.request.Request("https://venue.test/info?n=1", b'{"n":99}'))


def test_what_vcrpy_records_is_loaded(tmp_path):
    """A file written by vcrpy's own serializer gives the same interactions."""
    from vcr.request import Request as Recorded
    from vcr.serialize import serialize
    from vcr.serializers import yamlserializer

    requests = [Recorded("POST", "https://venue.test/info", b'{"n":1}', {"Accept": "*/*"}) for _ in BODIES]
    responses = [
        {"status": {"code": 200, "message": "OK"}, "headers": {"X": ["1", "2"]}, "body": {"string": body}}
        for body in BODIES
    ]
    text = serialize({"requests": requests, "responses": responses}, yamlserializer)
    loaded = store.loads(text)
    assert [interaction.response.body for interaction in loaded.interactions] == BODIES
    assert {interaction.request.body for interaction in loaded.interactions} == {b'{"n":1}'}
    assert loaded.interactions[0].response.headers == {"X": ("1", "2")}
