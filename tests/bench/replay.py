"""One replayed request: by the gateway over a real socket, and by vcrpy inside the client's process."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
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
from harness.venues.facts import Venue
from tests.bench.specimens import account_uri, cassette

__all__ = ["Replay", "measure"]

SIZES = (10, 100, 1_000, 3_000)
DIFFERENT = 10  # requests, the same number for everybody
REPEATS = 12
ROUNDS = 25
PEER_ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Replay:
    """Milliseconds a request, with this many interactions in the cassette.

    `floor` is the same client against a socket that answers constant bytes and reads nothing: no server is faster.
    """

    interactions: int
    ours: float
    vcrpy: float
    floor: float


def measure(folder: Path) -> tuple[float, list[Replay]]:
    """Milliseconds of a request never asked before, at the largest size, and the figures of every size.

    The cassettes are written to the folder.

    What is compared is asked in turns, round after round, so that a machine's bad moment falls on all alike; each
    figure is the best round's.
    """
    paths = {size: folder / f"{size}.yaml" for size in SIZES}
    for size, path in paths.items():
        store.save(path, cassette(size))
    facts = venue("lighter")
    with Gateway() as gateway, ExitStack() as listeners:
        bases = {0: f"http://127.0.0.1:{listeners.enter_context(_constant(gateway))}"}
        for size, path in paths.items():
            index = Index(facts, store.load(path))
            bases[size] = rest_url(facts, listeners.enter_context(gateway.open(Playback(index))))
        urls = {size: _spread(base, size) * REPEATS for size, base in bases.items()}
        ours = asyncio.run(_in_turns(urls, ROUNDS))
        # odd ones are not among the spread, so each of these is asked for the first time
        new = [account_uri(bases[SIZES[-1]], number) for number in range(1, SIZES[-1], 2)]
        first = asyncio.run(_in_turns({0: new}, 1))[0]
    return first, [Replay(size, ours[size], _vcrpy(path, size, facts), ours[0]) for size, path in paths.items()]


def _vcrpy(path: Path, size: int, facts: Venue) -> float:
    urls = _spread(facts.environments["mainnet"].rest, size)
    with vcr.use_cassette(str(path), record_mode="none", allow_playback_repeats=True):
        return asyncio.run(_in_turns({size: urls}, PEER_ROUNDS))[size]


def _spread(base: str, size: int) -> list[str]:
    """Requests from all over the cassette, so that a linear search is not measured at its start."""
    return [account_uri(base, size * n // DIFFERENT) for n in range(DIFFERENT)]


async def _in_turns(urls: Mapping[int, Sequence[str]], rounds: int) -> dict[int, float]:
    """Milliseconds a request: the median of a round, one request after the other on a kept-alive connection."""
    best = dict.fromkeys(urls, float("inf"))
    async with aiohttp.ClientSession() as session:
        for _ in range(rounds):
            for name, asked in urls.items():
                best[name] = min(best[name], median([await _ask(session, url) for url in asked]))
    return best


async def _ask(session: aiohttp.ClientSession, url: str) -> float:
    began = time.perf_counter()
    async with session.get(url) as answer:
        body = await answer.read()
    taken = time.perf_counter() - began
    if answer.status != 200 or not body:
        raise RuntimeError(f"not replayed: HTTP {answer.status}")
    return taken * 1e3


class _Constant(asyncio.Protocol):
    """Answers whatever comes."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if isinstance(self._transport, asyncio.Transport):
            self._transport.write(self._answer)


@contextmanager
def _constant(gateway: Gateway) -> Iterator[int]:
    """The port of a socket in the gateway's thread that answers with constant bytes."""
    body = cassette(1).interactions[0].response.body
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)

    async def serve() -> asyncio.Server:
        return await asyncio.get_running_loop().create_server(lambda: _Constant(head + body), "127.0.0.1", 0)

    server = gateway.run(serve())
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        gateway.loop.call_soon_threadsafe(server.close)
