"""`harness serve` and a bare server of aiohttp, each in a process of its own, asked by the same client."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness import exact
from harness.cassette import store, tape
from harness.cassette.model import Environment, Provenance
from harness.cassette.tape import Direction, Frame, Kind, Tape
from tests.bench.specimens import account_uri, cassette

__all__ = [
    "FRAMES",
    "INTERACTIONS",
    "REQUESTS",
    "SHORT",
    "Frames",
    "Requests",
    "measure_frames",
    "measure_requests",
]

INTERACTIONS = 10_000
REQUESTS = 20_000
FRAMES = 1_000_000
SHORT = 1_000
CONNECTIONS = 8
ROUNDS = 5
A_ROUND = 4_000
_SUBSCRIPTION = b'{"type":"subscribe","channel":"order_book/1"}'
_KEY = "AAAAAAAAAAAAAAAAAAAAAA=="


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests a second, and the megabytes that the server's process holds before and after `count` requests."""

    ours: float
    bare: float
    before: float
    after: float
    count: int


@dataclass(frozen=True, slots=True)
class Frames:
    """Frames a second from a tape of `count`, and the most megabytes held, for a short tape as well."""

    count: int
    size: int  # bytes of one
    ours: float
    bare: float
    peak: float
    peak_short: float


def measure_requests(folder: Path, count: int = REQUESTS) -> Requests:
    """Rounds take turns, and each rate is the best round's; then `count` requests more."""
    path = folder / "served.yaml"
    large = cassette(INTERACTIONS)
    store.save(path, large)
    body = folder / "body.json"
    body.write_bytes(large.interactions[0].response.body)
    with ExitStack() as stack:
        ours, process = stack.enter_context(_served("--scenario", path))
        bare = stack.enter_context(_bare(body, 0))
        clients = {port: stack.enter_context(_clients(port)) for port in (ours, bare)}
        best = dict.fromkeys(clients, 0.0)
        for _ in range(ROUNDS):
            for port, connected in clients.items():
                best[port] = max(best[port], _asked(connected, A_ROUND))
        before = _megabytes(process, "VmRSS")
        for _ in range(count // A_ROUND):
            _asked(clients[ours], A_ROUND)
        return Requests(best[ours], best[bare], before, _megabytes(process, "VmRSS"), count)


def measure_frames(folder: Path, count: int = FRAMES) -> Frames:
    """One replay each."""
    text = _text(count)
    body = folder / "frame.json"
    body.write_text(text)
    size = len(text) + 4  # the head of a frame of 126 bytes and more
    rates, peaks = {}, {}
    for number in (SHORT, count):
        path = folder / f"{number}{tape.SUFFIX}"
        _write(path, number)
        with _served("--scenario", path, "--pace", "fast") as (port, process):
            rates[number] = number / _drained(port, "/stream", number * size)
            peaks[number] = _megabytes(process, "VmHWM")
        path.unlink()
    with _bare(body, count) as port:
        bare = count / _drained(port, "/", count * size)
    return Frames(count, size, rates[count], bare, peaks[count], peaks[SHORT])


def _text(number: int) -> str:
    levels = [{"price": f"7701{level}.1", "size": "0.00533"} for level in range(4)]
    book = {"code": 0, "asks": levels, "bids": [], "offset": 9, "nonce": 10_000_000 + number, "begin_nonce": 10_000_000}
    frame = {"channel": "order_book:1", "offset": 9, "order_book": book, "type": "update/order_book"}
    return exact.encode(frame).decode()


def _write(path: Path, count: int) -> None:
    told = Provenance(
        venue="lighter", environment=Environment.SIMULATOR, scenario="bench", recorded_at="2026-01-01T00:00:00Z"
    )

    def frames() -> Iterator[Frame]:
        yield Frame(0, 1, Direction.SENT, Kind.OPEN, "/stream")
        yield Frame(1, 1, Direction.SENT, Kind.TEXT, _SUBSCRIPTION.decode())
        for number in range(count):
            yield Frame(2 + number // 20, 1, Direction.RECEIVED, Kind.TEXT, _text(number))

    tape.save(path, Tape(told, frames()))


@contextmanager
def _served(*arguments: object) -> Iterator[tuple[int, int]]:
    """Port and process id of a running `harness serve`."""
    command = [sys.executable, "-m", "harness", "serve", "--venue", "lighter", "--quiet", *map(str, arguments)]
    with _running(command) as process:
        for line in process.stdout or ():
            if found := re.match(r"control\s+http://127\.0\.0\.1:(\d+)/", line):
                yield int(found[1]), process.pid
                return
        raise RuntimeError("harness serve did not start")


@contextmanager
def _bare(body: Path, count: int) -> Iterator[int]:
    with _running([sys.executable, "-m", "tests.bench.bare", str(body), str(count)]) as process:
        yield int((process.stdout or iter(())).__next__())


@contextmanager
def _running(command: list[str]) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()


@contextmanager
def _clients(port: int) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        yield [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60)) for _ in range(CONNECTIONS)
        ]


def _asked(clients: list[socket.socket], count: int) -> float:
    """Requests a second; every connection has one under way, for accounts from all over the cassette."""
    asked = 0
    began = time.perf_counter()
    while asked < count:
        for client in clients:
            index = asked * 7919 % INTERACTIONS
            client.sendall(f"GET {account_uri('', index)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            asked += 1
        for client in clients:
            head, _, body = client.recv(65_536).partition(b"\r\n\r\n")
            if b" 200 " not in head or not body:
                raise RuntimeError(f"not served: {head[:80]!r}")
            missing = int(head.lower().partition(b"content-length: ")[2].split(b"\r")[0]) - len(body)
            while missing:
                missing -= len(client.recv(missing))
    return asked / (time.perf_counter() - began)


def _drained(port: int, path: str, size: int) -> float:
    """Seconds from the subscription to the last byte of the frames, which are taken as they come."""
    lines = ["Host: 127.0.0.1", "Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Key: {_KEY}"]
    head = "\r\n".join([f"GET {path} HTTP/1.1", *lines, "Sec-WebSocket-Version: 13", "", ""])
    with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
        began = time.perf_counter()
        client.sendall(head.encode())
        heard = b""
        while b"\r\n\r\n" not in heard:
            heard += client.recv(65_536)
        client.sendall(bytes((0x81, 0x80 | len(_SUBSCRIPTION))) + bytes(4) + _SUBSCRIPTION)  # masked with zeros
        missing = size - len(heard.partition(b"\r\n\r\n")[2])
        while missing > 0:
            chunk = client.recv(1_000_000)
            if not chunk:
                raise RuntimeError(f"the server closed, {missing} bytes early")
            missing -= len(chunk)
        return time.perf_counter() - began


def _megabytes(process: int, what: str) -> float:
    """Of a process, as Linux counts it."""
    found = re.search(rf"{what}:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    if found is None:
        raise RuntimeError(f"no {what}")
    return int(found[1]) / 1024
