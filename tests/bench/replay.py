"""One replayed request: by the gateway over a real socket, and by vcrpy inside the client's process."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import aiohttp
import vcr

from harness.cassette import store
from harness.gateway import Gateway
from harness.gateway.index import Index, Playback
from harness.gateway.point import rest_url
from harness.venues import venue
from tests.bench.specimens import account_uri, cassette

__all__ = ["Replay", "measure"]

SIZES = (10, 100, 1_000, 3_000)
WARM_UP = 200
REQUESTS = 1_000
PEER_REQUESTS = 30


@dataclass(frozen=True, slots=True)
class Replay:
    """Median milliseconds a request, with this many interactions in the cassette.

    `floor` is the same client against a socket that answers constant bytes and reads nothing: no server is faster.
    """

    interactions: int
    ours: float
    vcrpy: float
    floor: float


def measure(folder: Path) -> list[Replay]:
    """Every size; the cassettes are written to the folder."""
    floor = _floor()
    return [_measure(folder / f"{size}.yaml", size, floor) for size in SIZES]


def _measure(path: Path, size: int, floor: float) -> Replay:
    store.save(path, cassette(size))
    facts = venue("lighter")
    # spread over the cassette, so that a linear search is not measured at its start
    spread = [size * n // PEER_REQUESTS for n in range(PEER_REQUESTS)]
    with Gateway() as gateway, gateway.open(Playback(Index(facts, store.load(path)))) as listener:
        base = rest_url(facts, listener)
        ours = asyncio.run(_ask([account_uri(base, n % size) for n in range(REQUESTS)], WARM_UP))
    with vcr.use_cassette(str(path), record_mode="none", allow_playback_repeats=True):
        base = facts.environments["mainnet"].rest
        peer = asyncio.run(_ask([account_uri(base, n) for n in spread], 2))
    return Replay(size, ours, peer, floor)


async def _ask(urls: Sequence[str], warm_up: int) -> float:
    """Median milliseconds of requests one after the other on one kept-alive connection."""
    taken = []
    async with aiohttp.ClientSession() as session:
        for url in (*urls[:warm_up], *urls):
            began = time.perf_counter()
            async with session.get(url) as answer:
                body = await answer.read()
            taken.append(time.perf_counter() - began)
            if answer.status != 200 or not body:
                raise RuntimeError(f"not replayed: HTTP {answer.status}")
    return median(taken[warm_up:]) * 1e3


class _Constant(asyncio.Protocol):
    """Answers whatever comes."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if isinstance(self._transport, asyncio.Transport):
            self._transport.write(self._answer)


def _floor() -> float:
    body = cassette(1).interactions[0].response.body
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)

    async def serve() -> asyncio.Server:
        return await asyncio.get_running_loop().create_server(lambda: _Constant(answer), "127.0.0.1", 0)

    with Gateway() as gateway:
        server = gateway.run(serve())
        port = server.sockets[0].getsockname()[1]
        try:
            return asyncio.run(_ask([account_uri(f"http://127.0.0.1:{port}", n) for n in range(REQUESTS)], WARM_UP))
        finally:
            gateway.loop.call_soon_threadsafe(server.close)
