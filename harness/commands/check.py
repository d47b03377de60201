"""`harness check`: the checks on a connector, or on the reference connectors."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, TextIO

from harness.commands.outputs import Outputs
from harness.commands.progress import Progress
from harness.errors import UsageError
from harness.findings import Report, Result, worst_exit_code
from harness.venues import NAMES, venue

if TYPE_CHECKING:
    from harness.checks.exam import Recorded
    from harness.commands.shards import Shard

__all__ = ["Request", "run"]

INTERRUPTED = 130
REFERENCE = "reference connectors"
_RECORDED = frozenset({"PARSE-recorded", "ERROR-recorded"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The options, as given."""

    target: str = ""
    venues: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    payloads: Path | None = None
    cassettes: Path | None = None
    max_age: int | None = None
    unplayed: bool = False


def run(request: Request, outputs: Outputs) -> int:
    """Run the checks, report, and return the exit code. `UsageError` for wrong options, before the work starts."""
    _demand(request)
    names = request.venues or NAMES
    from harness.checks.evidence import by_environment

    found: list[tuple[int, Result]] = []
    played: set[Recorded] = set()
    interrupted, begin = False, monotonic()
    with Progress() as progress, redirect_stdout(sys.stderr):  # what a connector prints must not mix with a report

        def tell(place: int, told: "Result | Recorded") -> None:
            if not isinstance(told, Result):
                played.add(told)
                return
            found.append((place, told))
            progress.show(told)

        try:
            _examine(request, names, tell)
        except KeyboardInterrupt:
            interrupted = True
    ordered = tuple(result for _, result in sorted(found, key=lambda pair: pair[0]))
    if not interrupted:
        ordered += tuple(_of_recordings(request, names, played))
    report = Report("check", request.target or REFERENCE, ",".join(names), ordered, by_environment(played))
    outputs.write(report, _shown(monotonic() - begin, interrupted=interrupted), interrupted=interrupted)
    if interrupted:
        return INTERRUPTED
    if request.payloads is not None and not any(result.check in _RECORDED for result in ordered):
        _demand_payloads(request)
    return worst_exit_code([report])


def _of_recordings(request: Request, names: Sequence[str], played: "set[Recorded]") -> Iterator[Result]:
    from harness.checks.evidence import aged, unplayed
    from harness.checks.exam import Library

    limit = None if request.max_age is None else timedelta(days=request.max_age)
    yield from aged(played, limit, datetime.now(UTC))
    if request.unplayed:
        yield from unplayed([Library(venue(name)) for name in names], played)


def _demand(request: Request) -> None:
    if request.unplayed and (request.methods or request.checks):
        cure = "leave out --check and --method, or --unplayed"
        raise UsageError("only a whole run tells what no check plays", where="--unplayed", cure=cure)
    if request.target and not request.venues:
        cure = f"add --venue with one of {', '.join(NAMES)}"
        raise UsageError("--target needs the venue that it is for", where="--venue", cure=cure)
    if len(set(request.venues)) < len(request.venues):
        raise UsageError("a venue is named twice", where="--venue")
    for name in request.venues:
        venue(name)
    if request.payloads is None and (asked := sorted(_RECORDED & set(request.checks))):
        raise UsageError(f"{asked[0]} is about payload files", where="--check", cure="add --payloads DIR")
    if request.payloads is not None and not request.payloads.is_dir():
        cure = "--payloads takes a folder of payload files"
        raise UsageError("no such folder", where=str(request.payloads), cure=cure)
    if request.cassettes is not None and not request.cassettes.is_dir():
        cure = "--cassettes takes a folder that harness fuzz --save wrote"
        raise UsageError("no such folder", where=str(request.cassettes), cure=cure)


def _demand_payloads(request: Request) -> None:
    if not request.checks or any(name in _RECORDED or name in {"PARSE", "ERROR"} for name in request.checks):
        what = "no payload there is an answer that an update method reads"
        raise UsageError(what, where=f"--payloads {request.payloads}", cure="see docs/checks.md#parse-recorded")


def _shown(seconds: float, *, interrupted: bool) -> Callable[[Report, TextIO], None]:
    def show(report: Report, file: TextIO) -> None:
        from harness.report.terminal import show_check

        show_check(report, file, seconds=seconds, interrupted=interrupted)

    return show


def _examine(request: Request, names: Sequence[str], tell: "Callable[[int, Result | Recorded], None]") -> None:
    """Tell results with the place that they have in the report. One venue is examined here, several side by side."""
    from harness.contract.oracle import contract

    if len(names) == 1:
        from harness.commands.shards import Examiner
        from harness.targets.driving import Rig

        with Rig() as rig:
            shard = _shard(request, names[0], request.methods or contract(names[0]).methods())
            Examiner(rig).perform(shard, lambda result: tell(0, result))
        return
    from harness.commands.workers import side_by_side

    parts = [(name, method) for name in names for method in request.methods or contract(name).methods()]
    # the more ways a method has to read its venue, the longer it takes; the longest must not begin last
    order = sorted(range(len(parts)), key=lambda place: -len(contract(parts[place][0]).of(parts[place][1])))
    shards = [_shard(request, parts[place][0], parts[place][1:]) for place in order]
    with closing(side_by_side(shards, max(2, os.cpu_count() or 1))) as results:
        for place, result in results:
            tell(order[place], result)


def _shard(request: Request, name: str, methods: tuple[str, ...]) -> "Shard":
    from harness.commands.shards import Shard

    return Shard(
        target=request.target,
        venue=name,
        methods=methods,
        checks=request.checks,
        payloads=request.payloads,
        cassettes=request.cassettes,
    )
