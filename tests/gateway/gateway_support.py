"""A made-up venue and cassettes of it."""

import asyncio

import aiohttp

from harness.cassette.model import Cassette, Interaction, Request, Response
from harness.gateway import Reply
from harness.venues.facts import Endpoint, Environment, Param, RateLimit, Venue

VENUE = Venue(
    name="bazaar",
    title="Bazaar",
    environments={"mainnet": Environment(rest="https://bazaar.test/api/v1", ws="wss://bazaar.test/ws")},
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
