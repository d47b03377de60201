"""Loading a large cassette: by its layout, and by vcrpy through its YAML parser."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import vcr

from harness.cassette import store
from tests.bench.specimens import cassette

__all__ = ["Loading", "measure"]

INTERACTIONS = 10_000


@dataclass(frozen=True, slots=True)
class Loading:
    """Seconds to load the same file of this many interactions."""

    interactions: int
    ours: float
    vcrpy: float


def measure(folder: Path) -> Loading:
    """Best of three for us, one time for vcrpy; the cassette is written to the folder."""
    path = folder / "large.yaml"
    store.save(path, cassette(INTERACTIONS))
    ours = min(_seconds(lambda: store.load(path)) for _ in range(3))

    def peer() -> None:
        with vcr.use_cassette(str(path), record_mode="none") as opened:
            if len(opened) != INTERACTIONS:
                raise RuntimeError("vcrpy did not load every interaction")

    return Loading(INTERACTIONS, ours, _seconds(peer))


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
