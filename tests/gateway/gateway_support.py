"""A made-up venue and cassettes of it."""

import asyncio
import base64
import os
import socket
from dataclasses import replace

import aiohttp

from harness.cassette import tape
from harness.cassette.model import Cassette, Environment, Interaction, Provenance, Request, Response
from harness.cassette.tape import Direction, Frame, Kind, Tape
from harness.gateway import Reply
from harness.venues.facts import Endpoint, Param, RateLimit, Venue
from harness.venues.facts import Environment as Deployment

VENUE = Venue(
    name="bazaar",
    title="Bazaar",
    environments={"mainnet": Deployment(rest="https://bazaar.test/api/v1", ws="wss://bazaar.test/ws")},
    rest_prefix="/api/v1",
    ws_prefix="/ws",
    endpoints=(
        Endpoint(
            name="account",
            method="GET",
            path="/account",
            summary="",
            source="",
            params=(
                Param(name="by", required=True, default="index"),
                Param(name="value", required=True, ignore_case=True),
                Param(name="limit", selects=False),
                Param(name="auth", selects=False),
            ),
        ),
        Endpoint(name="order", method="GET", path="/orders/{id}", summary="", source=""),
        Endpoint(name="meta", method="POST", path="/info", summary="", source="", discriminator={"type": "meta"}),
        Endpoint(
            name="state",
            method="POST",
            path="/info",
            summary="",
            source="",
            params=(Param(name="type", required=True), Param(name="user", required=True), Param(name="dex")),
            discriminator={"type": "state"},
        ),
    ),
    channels=(),
    credentials=(),
    rate_limit=RateLimit(requests=60, seconds=60),
    pair_of="{symbol}-USD",
)

GOOD = Reply(200, "OK", (("Content-Type", "application/json"), ("X-Twice", "1"), ("X-Twice", "2")), b'{"a":0.10}' * 9)


def recording(method, uri, answer, body=None, status=200):
    """One interaction; `uri` is relative to the made-up venue's mainnet."""
    headers = {"Content-Type": ("application/json",), "Content-Length": ("999",), "Content-Encoding": ("gzip",)}
    request = Request(method, f"https://bazaar.test/api/v1{uri}", body)
    return Interaction(request, Response(status, "", answer, headers))


def cassette(*interactions):
    """A cassette without provenance."""
    return Cassette(None, interactions)


def ask(url, *, method="GET", timeout=5.0, **kwargs):
    """One request of a fresh aiohttp client: status, headers and body."""

    async def main():
        limit = aiohttp.ClientTimeout(total=timeout)
        async with aiohttp.ClientSession(timeout=limit) as session, session.request(method, url, **kwargs) as answer:
            return answer.status, answer.headers, await answer.read()

    return asyncio.run(main())


PROVENANCE = Provenance(
    venue="lighter", environment=Environment.SIMULATOR, scenario="test", recorded_at="2026-06-01T00:00:00Z"
)


def taped(path, *lines, venue="lighter"):
    """Write a tape of lines `(milliseconds, connection, "<" from the venue or ">" to it, text)` or with a kind last."""
    frames = [
        Frame(at, connection, Direction.RECEIVED if way == "<" else Direction.SENT, *_kind_and_text(*rest))
        for at, connection, way, *rest in lines
    ]
    tape.save(path, Tape(replace(PROVENANCE, venue=venue), frames))
    return path


def _kind_and_text(text, kind=Kind.TEXT):
    return Kind(kind), text


def converse(url, talk, **options):
    """What `talk(socket)` returns, with a WebSocket of a fresh aiohttp client."""

    async def main():
        async with aiohttp.ClientSession() as session, session.ws_connect(url, **options) as socket:
            return await asyncio.wait_for(talk(socket), 10)

    return asyncio.run(main())


async def texts(socket, count):
    """The next text frames."""
    return [await socket.receive_str(timeout=5) for _ in range(count)]


def raw_websocket(listener, path, *lines):
    """A TCP connection that asked for a WebSocket; nothing of the answer is read yet."""
    head = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{listener.port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        *lines,
    ]
    connection = socket.create_connection(("127.0.0.1", listener.port), timeout=5)
    connection.sendall("\r\n".join([*head, "", ""]).encode())
    return connection
