"""Observing a capture: on one core beside decoding it with the standard library, in constant memory, on two cores."""

import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.drift.captures import chunks
from harness.drift.engine import observed

__all__ = ["Rates", "capture", "measure"]

TOPIC = "lighter/rest/account"
ROUNDS = 9
SAMPLE = 3 << 20
SPEED_UP = 256 << 20
LARGE = 1 << 30
SMALL = 64 << 20


@dataclass(frozen=True, slots=True)
class Rates:
    """Megabytes a second, and megabytes of memory that the observing process held at the most."""

    observed: float
    decoded: float
    small_memory: float
    large_memory: float
    one_core: float
    two_cores: float


def _account(chance: random.Random, positions: int) -> dict[str, object]:
    """An account that changes from one answer to the next."""
    rows = [
        {
            "market_id": market,
            "symbol": f"M{market}",
            "initial_margin_fraction": "20.00",
            "open_order_count": chance.randrange(9),
            "sign": chance.choice([1, -1]),
            "position": f"{chance.random() * 10:.5f}",
            "avg_entry_price": f"{chance.random() * 70000:.2f}",
            "position_value": f"{chance.random() * 70000:.6f}",
            "unrealized_pnl": f"{chance.gauss(0, 100):.6f}",
            "realized_pnl": f"{chance.gauss(0, 100):.6f}",
            "liquidation_price": "0",
            "margin_mode": 0,
            "allocated_margin": "0.000000",
        }
        for market in range(positions)
    ]
    account = {"account_index": 7, "available_balance": f"{chance.random() * 1e4:.6f}", "positions": rows}
    return {"code": 200, "total": 1, "accounts": [account]}


def capture(path: Path, size: int) -> Path:
    """A capture of about a size: different accounts of 20 to 100 positions, over and over."""
    chance = random.Random(7)  # noqa: S311 - the same in every run
    lines = [
        json.dumps(_account(chance, chance.choice([20, 40, 60, 100])), separators=(",", ":")).encode() + b"\n"
        for _ in range(200)
    ]
    block = b"".join(lines)
    with path.open("wb") as file:
        for _ in range(max(size // len(block), 1)):
            file.write(block)
    return path


def measure(folder: Path) -> Rates:
    """Best of several rounds that take turns; memory is that of processes of their own."""
    sample = capture(folder / "sample.jsonl", SAMPLE)
    lines = sample.read_bytes().splitlines()
    megabytes = sample.stat().st_size / 1e6
    ours = theirs = 0.0
    for _ in range(ROUNDS):
        theirs = max(theirs, megabytes / _cost(lambda: [_decode(line) for line in lines]))
        ours = max(ours, megabytes / _cost(lambda: observed(chunks([sample], topic=TOPIC))))
    small, large = (_memory(capture(folder / f"{size}.jsonl", size)) for size in (SMALL, LARGE))
    several = capture(folder / "several.jsonl", SPEED_UP)
    whole = several.stat().st_size / 1e6
    one, two = (whole / _elapsed(several, jobs) for jobs in (1, 2))
    return Rates(ours, theirs, small, large, one, two)


def _decode(line: bytes) -> None:
    json.loads(line)


def _cost(work: Callable[[], object]) -> float:
    """Processor seconds, which others on the machine disturb less."""
    began = time.process_time()
    work()
    return time.process_time() - began


def _elapsed(path: Path, jobs: int) -> float:
    began = time.perf_counter()
    observed(chunks([path], topic=TOPIC), jobs=jobs)
    return time.perf_counter() - began


def _memory(path: Path) -> float:
    """Megabytes that a process held at the most while it observed a capture."""
    command = [sys.executable, "-m", "tests.bench.drifting", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    path.unlink()
    return float(done.stdout)


def _peak() -> float:
    """Megabytes; what the kernel reports of a process that has ended would count its parent as well."""
    status = Path("/proc/self/status")
    if status.is_file():
        told = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(told.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    observed(chunks([Path(sys.argv[1])], topic=TOPIC))
    print(_peak())  # noqa: T201 - read by whoever started it
