"""`harness fuzz`: payloads that no one recorded, through a connector's own client."""

import os
import secrets
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, redirect_stdout
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from harness.commands.outputs import Outputs
from harness.commands.progress import Progress
from harness.errors import UsageError
from harness.findings import Report, Result, Status, worst_exit_code
from harness.venues import NAMES, venue

if TYPE_CHECKING:
    from harness.commands.shards import Examiner
    from harness.fuzz.task import Share, Telling

__all__ = ["Request", "run"]

INTERRUPTED = 130
REFERENCE = "reference connectors"
EXAMPLES = 1000
_ENDLESS = 10**9
CHECK = "FUZZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The options, as given."""

    target: str = ""
    venues: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    examples: int | None = None
    minutes: float | None = None
    seed: int | None = None
    jobs: int = 1
    save: Path | None = None
    database: str = ""


@dataclass(frozen=True, slots=True)
class _Task:
    """A share as a worker does it."""

    share: "Share"

    @property
    def target(self) -> str:
        return self.share.target

    def run(self, examiner: "Examiner", tell: "Callable[[Telling], None]") -> None:
        tell(self.share.run(examiner.exam(self.share.target, self.share.venue), tell))


def run(request: Request, outputs: Outputs) -> int:
    """Fuzz, report, save, and return the exit code. `UsageError` for wrong options, before the work starts."""
    _demand(request)
    seed = secrets.randbelow(1 << 32) if request.seed is None else request.seed
    shares = _shares(request, seed)
    told: dict[int, Telling] = {}
    interrupted = False
    with Progress() as progress, redirect_stdout(sys.stderr):

        def tell(place: int, telling: "Telling") -> None:
            told[place] = telling
            progress.say(_so_far(told.values()))

        try:
            _work(request, shares, tell)
        except KeyboardInterrupt:
            interrupted = True
    parts = _merged(told)
    saved = _saved(request, parts)
    report = Report("fuzz", request.target or REFERENCE, ",".join(request.venues or NAMES), _results(parts, saved))
    outputs.write(report, _shown(parts, seed, interrupted=interrupted), interrupted=interrupted)
    return INTERRUPTED if interrupted else worst_exit_code([report])


def _demand(request: Request) -> None:
    if request.target and not request.venues:
        raise UsageError("--target needs its venue", where="--venue", cure=f"add one of {', '.join(NAMES)}")
    if len(set(request.venues)) < len(request.venues):
        raise UsageError("a venue is named twice", where="--venue")
    for name in request.venues:
        venue(name)
    if request.examples is not None and request.minutes is not None:
        raise UsageError("--examples and --minutes exclude each other", where="--minutes", cure="give one of them")
    for option, value in (("--examples", request.examples), ("--minutes", request.minutes), ("--jobs", request.jobs)):
        if value is not None and not value > 0:  # NaN is not above zero either
            raise UsageError(f"{value} is not above zero", where=option)
    from harness.fuzz.database import database

    database(request.database)
    from harness.contract.oracle import contract

    for name in request.venues or NAMES:
        known = contract(name).methods()
        for method in request.methods:
            if method not in known:
                raise UsageError(f"unknown method {method!r}", where="--method", cure=f"known are {', '.join(known)}")
    _demand_folder(request.save)


def _demand_folder(path: Path | None) -> None:
    """Findings are written at the end, and an hour of fuzzing must not be lost to a folder that cannot be."""
    if path is None:
        return
    where = f"--save {path}"
    if path.exists() and not path.is_dir():
        raise UsageError("is not a folder", where=where)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot be made: {error.strerror}", where=where) from None
    if not os.access(path, os.W_OK):
        raise UsageError("cannot be written to", where=where)


def _shares(request: Request, seed: int) -> "list[Share]":
    from harness.contract.oracle import contract
    from harness.fuzz.task import Share

    parts = [
        (name, method)
        for name in request.venues or NAMES
        for method in dict.fromkeys(request.methods or contract(name).methods())
    ]
    whole = (request.examples or EXAMPLES) if request.minutes is None else _ENDLESS
    rounds = -(-len(parts) // request.jobs)  # how many methods one process has to do, each in its part of the time
    splits = max(request.jobs // len(parts), 1)
    seconds = None if request.minutes is None else request.minutes * 60 / rounds
    return [
        Share(
            target=request.target,
            venue=name,
            method=method,
            examples=-(-whole // splits),
            seconds=seconds,
            seed=seed + split,
            database=request.database,
        )
        for split in range(splits)
        for name, method in parts
    ]


def _work(request: Request, shares: "Sequence[Share]", tell: "Callable[[int, Telling], None]") -> None:
    tasks = [_Task(share) for share in shares]
    if request.jobs > 1:
        from harness.commands.workers import side_by_side

        with closing(side_by_side(tasks, request.jobs)) as tellings:
            for place, telling in tellings:
                tell(place, telling)
        return
    from harness.commands.shards import Examiner
    from harness.targets.driving import Rig

    with Rig() as rig:
        examiner = Examiner(rig)
        for place, task in enumerate(tasks):
            examiner.perform(task, partial(tell, place))


def _so_far(tellings: "Iterable[Telling]") -> str:
    told = list(tellings)
    rate = sum(telling.examples / telling.seconds for telling in told[-1:] if telling.seconds)
    done = sum(telling.examples for telling in told)
    found = sum(len(telling.troubles) for telling in told)
    last = told[-1]
    touched = sum(1 for part in last.whole if last.counts.get(part))
    where = f"{last.venue} {last.method}, {touched} of {len(last.whole)} parts of its contract"
    return f"{done} examples, {rate:.0f} a second, {found} findings · {where}"


def _merged(told: "dict[int, Telling]") -> "list[Telling]":
    from harness.fuzz.task import merged

    groups: dict[tuple[str, str], list[Telling]] = {}
    for _, telling in sorted(told.items()):
        groups.setdefault((telling.venue, telling.method), []).append(telling)
    return [merged(group) for group in groups.values()]


def _saved(request: Request, parts: "Sequence[Telling]") -> dict[str, Path]:
    """Scenario of a finding -> where its cassette was written."""
    if request.save is None:
        return {}
    from harness.fuzz.saving import write

    troubles = [trouble for part in parts for trouble in part.troubles]
    paths = [write(request.save, trouble.cassette) for trouble in troubles]
    return {path.stem: path for path in paths}


def _results(parts: "Sequence[Telling]", saved: dict[str, Path]) -> tuple[Result, ...]:
    from harness.fuzz.coverage import Coverage

    results = []
    for part in parts:
        for trouble in part.troubles:
            name = trouble.cassette.provenance.scenario if trouble.cassette.provenance is not None else ""
            evidence = dict(trouble.evidence) | ({"saved": str(saved[name])} if name in saved else {})
            results.append(
                Result(trouble.check, part.method, name, Status.FAIL, trouble.message, evidence, venue=part.venue)
            )
        missed = Coverage(part.counts).missed(part.whole)
        evidence = {"examples": part.examples, "calls": part.calls, "never exercised": list(missed)}
        status = Status.SKIP if not part.examples else Status.FAIL if part.troubles else Status.PASS
        if status is not Status.FAIL:
            results.append(Result(CHECK, part.method, "generated plays", status, "", evidence, venue=part.venue))
    return tuple(results)


def _shown(parts: "Sequence[Telling]", seed: int, *, interrupted: bool) -> Callable[[Report, TextIO], None]:
    def show(report: Report, file: TextIO) -> None:
        from harness.report.terminal import show_fuzzing

        show_fuzzing(report, parts, file, seed=seed, interrupted=interrupted)

    return show
