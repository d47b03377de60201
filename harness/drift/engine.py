"""Spreads the reading of recordings over processes or a Dask cluster: a map, and a reduction in any order."""

import gc
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, ProcessPoolExecutor, wait
from itertools import islice
from multiprocessing import get_context

from harness.drift.captures import Chunk, Seen, observe
from harness.drift.summary import Summary
from harness.errors import HarnessFault, UsageError

__all__ = ["ENGINES", "observed"]

ENGINES = ("processes", "dask")


def observed(
    chunks: Sequence[Chunk],
    *,
    jobs: int = 1,
    engine: str = "processes",
    scheduler: str = "",
    tell: Callable[[int], None] = lambda _: None,
) -> Seen:
    """What all chunks say together, whoever reads them. `tell` hears how many have been read.

    Whoever interrupts gets what was read until then.

    `UsageError` for an unknown engine, for one that is not installed, and for what a chunk holds.
    """
    if engine not in ENGINES:
        raise UsageError(f"unknown engine {engine!r}", where="--engine", cure=f"known are {', '.join(ENGINES)}")
    if engine == "dask":
        parts = _by_dask(chunks, jobs, scheduler)
    elif jobs > 1 and len(chunks) > 1:
        parts = _by_processes(chunks, jobs)
    else:
        parts = map(_observed, chunks)
    whole = Seen(Summary(), {})
    try:
        for done, part in enumerate(parts, 1):
            whole.absorb(part)
            tell(done)
    except KeyboardInterrupt:
        whole.interrupted = True
    return whole


def _observed(chunk: Chunk) -> Seen:
    """One chunk. Decoded JSON has no cycles, and looking for some would cost a third of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        return observe(chunk)
    finally:
        if was:
            gc.enable()


def _by_processes(chunks: Iterable[Chunk], jobs: int) -> Iterator[Seen]:
    """As they are done; no more are under way than there are hands, so that results do not pile up."""
    waiting = iter(chunks)
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_deafen) as pool:
        busy = {pool.submit(_observed, chunk) for chunk in islice(waiting, jobs + 1)}
        try:
            while busy:
                done, busy = wait(busy, return_when=FIRST_COMPLETED)
                busy |= {pool.submit(_observed, chunk) for chunk in islice(waiting, len(done))}
                for future in done:
                    yield future.result()
        except BrokenExecutor:
            raise HarnessFault("a process that read recordings ended before it was done") from None
        finally:
            for future in busy:
                future.cancel()


def _deafen() -> None:
    """An interrupt is the parent's to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _by_dask(chunks: Sequence[Chunk], jobs: int, scheduler: str) -> Iterator[Seen]:
    """The same on a cluster: that of the scheduler, or one of this machine."""
    try:
        from dask.distributed import Client, LocalCluster, as_completed
    except ImportError:
        cure = "pip install 'connector-harness[dask]'"
        raise UsageError("dask is not installed", where="--engine dask", cure=cure) from None
    if scheduler:
        with Client(scheduler) as client:
            yield from (part for _, part in as_completed(client.map(_observed, chunks, pure=False), with_results=True))
        return
    with (
        LocalCluster(n_workers=jobs, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as cluster,
        Client(cluster) as client,
    ):
        yield from (part for _, part in as_completed(client.map(_observed, chunks, pure=False), with_results=True))
