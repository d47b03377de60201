"""Print every measurement with its peer's, and whether the target is met."""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import drifting, fuzzing, loading, replay, serving, validation


def main(arguments: list[str]) -> int:
    """Always 0: a loaded machine is slow, and the ratios within one run are what counts."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--requests", type=int, default=serving.REQUESTS, help="before memory is looked at again")
    parser.add_argument("--frames", type=int, default=serving.FRAMES, help="of the long tape")
    wanted = parser.parse_args(arguments)
    row = "{:<44}{:>12}{:>20}{:>9}  {}"
    lines = [row.format("", "harness", "peer", "ratio", "target")]
    with TemporaryDirectory() as folder:
        first, replays = replay.measure(Path(folder))
        for one in replays:
            what = f"replay of a request, {one.interactions:,} interactions"
            told = f"0.25 ms: {_met(one.ours <= 0.25)} (no server is below {one.floor:.2f} ms here)"
            ours, peer = f"{one.ours:.2f} ms", f"{one.vcrpy:.2f} ms vcrpy"
            lines.append(row.format(what, ours, peer, f"{one.vcrpy / one.ours:.1f}x", told))
        what = f"the same, each for the first time, {replays[-1].interactions:,}"
        lines.append(row.format(what, f"{first:.2f} ms", "", "", f"0.25 ms: {_met(first <= 0.25)}"))
        growth = replays[-1].ours / replays[0].ours
        peer_growth = replays[-1].vcrpy / replays[0].vcrpy
        what = f"growth from {replays[0].interactions} to {replays[-1].interactions:,}"
        lines.append(row.format(what, f"{growth:.2f}x", f"{peer_growth:.0f}x vcrpy", "", f"flat: {_met(growth < 1.5)}"))
        load = loading.measure(Path(folder))
        drift = drifting.measure(Path(folder))
        served = serving.measure_requests(Path(folder), wanted.requests)
        taped = serving.measure_frames(Path(folder), wanted.frames)
    what = f"loading {load.interactions:,} interactions"
    ours, peer = f"{load.ours:.2f} s", f"{load.vcrpy:.2f} s vcrpy"
    lines.append(row.format(what, ours, peer, f"{load.vcrpy / load.ours:.1f}x", f"1 s: {_met(load.ours <= 1)}"))
    lines += [row.format(*cells) for cells in (*_serving(served), *_playing(taped))]
    rate = validation.measure()
    what = f"validations of {rate.positions} positions"
    ours, peer, ratio = f"{rate.ours:,.0f}/s", f"{rate.jsonschema:,.0f}/s jsonschema", rate.ours / rate.jsonschema
    lines.append(row.format(what, ours, peer, f"{ratio:.0f}x", f"30x: {_met(ratio >= 30)}"))
    for one_venue in fuzzing.measure():
        lines += [row.format(*cells) for cells in _fuzzing(one_venue)]
    lines += [row.format(*cells) for cells in _drifting(drift)]
    print("\n".join(line.rstrip() for line in lines))  # noqa: T201
    return 0


def _fuzzing(rates: fuzzing.Rates) -> list[tuple[str, ...]]:
    made, share = rates.generated / rates.field_by_field, rates.end_to_end / rates.bare
    return [
        (
            f"{rates.venue}: accounts generated",
            f"{rates.generated:,.0f}/s",
            f"{rates.field_by_field:,.0f}/s by field",
            f"{made:.0f}x",
            f"1,000/s: {_met(rates.generated >= 1000)}",
        ),
        (
            f"{rates.venue}: accounts played and judged",
            f"{rates.end_to_end:,.0f}/s",
            f"{rates.bare:,.0f}/s bare",
            f"{share:.2f}x",
            f"300/s: {_met(rates.end_to_end >= 300)}, 0.5x: {_met(share >= 0.5)}",
        ),
    ]


def _drifting(rates: drifting.Rates) -> list[tuple[str, ...]]:
    cost, speed_up = rates.decoded / rates.observed, rates.two_cores / rates.one_core
    growth = rates.large_memory / rates.small_memory
    return [
        (
            "payloads observed on one core",
            f"{rates.observed:,.0f} MB/s",
            f"{rates.decoded:,.0f} MB/s json",
            f"{cost:.1f}x",
            f"at most 3x the cost: {_met(cost <= 3)}",
        ),
        (
            "memory on a capture of 1 GB",
            f"{rates.large_memory:,.0f} MB",
            f"{rates.small_memory:,.0f} MB on 64 MB",
            f"{growth:.2f}x",
            f"flat: {_met(growth < 1.2)}",
        ),
        (
            "payloads observed on two cores",
            f"{rates.two_cores:,.0f} MB/s",
            f"{rates.one_core:,.0f} MB/s on one",
            f"{speed_up:.2f}x",
            "",
        ),
    ]


def _serving(served: serving.Requests) -> list[tuple[str, ...]]:
    share, growth = served.ours / served.bare, served.after - served.before
    return [
        (
            f"requests served, {serving.INTERACTIONS:,} interactions",
            f"{served.ours:,.0f}/s",
            f"{served.bare:,.0f}/s aiohttp",
            f"{share:.2f}x",
            f"0.5x: {_met(share >= 0.5)}",
        ),
        (
            f"memory after {served.count:,} requests",
            f"{served.after:.1f} MB",
            f"{served.before:.1f} MB before",
            f"{served.after / served.before:.2f}x",
            f"constant: {_met(growth < 5)}",
        ),
    ]


def _playing(taped: serving.Frames) -> list[tuple[str, ...]]:
    return [
        (
            f"frames of a tape of {taped.count:,}",
            f"{taped.ours:,.0f}/s",
            f"{taped.bare:,.0f}/s aiohttp",
            f"{taped.ours / taped.bare:.2f}x",
            f"(of {taped.size} bytes; aiohttp sends one that it has)",
        ),
        (
            f"most memory of a tape of {taped.count:,}",
            f"{taped.peak:.1f} MB",
            f"{taped.peak_short:.1f} MB of {serving.SHORT:,}",
            f"{taped.peak / taped.peak_short:.2f}x",
            f"constant: {_met(taped.peak - taped.peak_short < 5)}",
        ),
    ]


def _met(reached: bool) -> str:
    return "met" if reached else "missed"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
