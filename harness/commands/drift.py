"""`harness drift`: what differs from the schemas and from older recordings, whom it hurts, and the proof."""

import asyncio
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from harness.commands.outputs import Outputs, probe, write_file
from harness.commands.progress import Progress
from harness.drift.rules import Severity, ranked
from harness.errors import UsageError
from harness.findings import Report, Result, Status, worst_exit_code
from harness.venues import NAMES, venue

if TYPE_CHECKING:
    from harness.contract.payloads import Payload
    from harness.drift.captures import Seen
    from harness.drift.difference import Difference
    from harness.drift.impact import Prover

__all__ = ["Request", "run"]

CHECK = "DRIFT"
INTERRUPTED = 130
KINDS = ("sdk", "openapi", "schemas")
_CLASSES = (Severity.BREAKING, Severity.RISKY, Severity.COMPATIBLE)
_PLAYED = 40
"""Differences that are proven by a replay; of more, the worst."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The options, as given. `what` are recordings, or a word of `KINDS` and what to compare."""

    what: tuple[str, ...] = ()
    against: tuple[Path, ...] = ()
    venue: str = ""
    topic: str = ""
    kinds: tuple[str, ...] = ()
    target: str = ""
    fail_on: str = "breaking"
    every: bool = False
    jobs: int = 1
    engine: str = "processes"
    scheduler: str = ""
    save: Path | None = None
    propose: Path | None = None
    live: str = ""
    params: tuple[str, ...] = ()
    authority: Path | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """The differences by topic, an empty tuple where there are none; and what was not looked at, with the reason."""

    compared: dict[str, "tuple[Difference, ...]"]
    left_out: dict[str, str]
    payloads: "dict[str, Payload]"
    interrupted: bool = False


def run(request: Request, outputs: Outputs) -> int:
    """Compare, report, and return the exit code. `UsageError` for wrong options and unreadable input."""
    _demand(request)
    with Progress() as progress, redirect_stdout(sys.stderr):  # what a connector prints must not mix with a report
        found = _found(request, progress.say)
        progress.say("playing what differs to the connector")
        results = tuple(_results(request, found))
    venues = dict.fromkeys(result.venue for result in results if result.venue)
    report = Report("drift", " ".join(request.what) or f"live {request.live}", ",".join(venues), results)
    if request.propose is not None:
        from harness.drift.proposal import patch

        write_file("--propose", request.propose, patch(one for each in found.compared.values() for one in each))
    outputs.write(report, _show, interrupted=found.interrupted)
    return INTERRUPTED if found.interrupted else worst_exit_code([report])


def _demand(request: Request) -> None:
    if request.fail_on not in _CLASSES:
        cure = f"known are {', '.join(_CLASSES)}"
        raise UsageError(f"unknown class {request.fail_on!r}", where="--fail-on", cure=cure)
    if request.jobs < 1:
        raise UsageError(f"{request.jobs} is not above zero", where="--jobs")
    if request.venue:
        venue(request.venue)
    if (request.target or request.live) and not request.venue:
        option = "--target" if request.target else "--live"
        raise UsageError(f"{option} needs its venue", where="--venue", cure=f"add one of {', '.join(NAMES)}")
    if bool(request.what) == bool(request.live):
        cure = "name recordings, or sdk, openapi or schemas with two versions; or ask with --live mainnet"
        raise UsageError("one thing is compared at a time", where="harness drift", cure=cure)
    for param in request.params:
        if "=" not in param:
            raise UsageError(f"{param!r} is not NAME=VALUE", where="--param")
    for option, path in (("--save", request.save), ("--propose", request.propose)):
        if path is not None:
            probe(option, path)


def _found(request: Request, say: Callable[[str], None]) -> _Found:
    match request.what[:1]:
        case ("sdk",):
            return _Found(_by_topic(_sdk(request, say)), {}, {})
        case ("openapi",):
            from harness.drift.openapi import between, read

            old, new = (read(Path(name), request.venue) for name in _pair(request))
            return _Found(_by_topic(between(old, new, every=request.every)), {}, {})
        case ("schemas",):
            from harness.drift import versions

            before, after = map(Path, _pair(request))
            return _Found(_by_topic(versions.between(before, after, every=request.every)), {}, {})
    return _payloads(request, say)


def _pair(request: Request) -> tuple[str, str]:
    if len(request.what) != 3:
        raise UsageError(f"{request.what[0]} takes an old and a new version", where="harness drift")
    return request.what[1], request.what[2]


def _sdk(request: Request, say: Callable[[str], None]) -> "Sequence[Difference]":
    from harness.drift import sdk

    if len(request.what) == 2:
        say(f"loading {request.what[1]}")
        return sdk.against_schemas(sdk.installed(request.what[1]), every=request.every)
    loaded = []
    for name in _pair(request):
        say(f"loading {name}")
        loaded.append(sdk.released(name))
    return sdk.between(*loaded, every=request.every)


def _by_topic(differences: "Iterable[Difference]") -> "dict[str, tuple[Difference, ...]]":
    found: dict[str, tuple[Difference, ...]] = {}
    for one in differences:
        found[one.topic] = (*found.get(one.topic, ()), one)
    return found


def _payloads(request: Request, say: Callable[[str], None]) -> _Found:
    from harness.drift.judgement import drift

    old = _read(request, request.against, say).summary if request.against else None
    payloads: dict[str, Payload] = {}
    interrupted = False
    if request.live:
        from harness.drift.live import trust, watch

        known = dict(param.split("=", 1) for param in request.params)
        say(f"asking {request.venue} {request.live}")
        asked = asyncio.run(watch(request.venue, request.live, trust(request.authority), known=known))
        new, left_out, payloads = asked.summary, dict(asked.unanswered), dict(asked.payloads)
    else:
        seen = _read(request, tuple(map(Path, request.what)), say)
        new, left_out, interrupted = seen.summary, seen.unknown, seen.interrupted
    if request.save is not None:
        write_file("--save", request.save, json.dumps(new.document(), ensure_ascii=True) + "\n")
    if not any(_is_meant(request, name) for name in new.topics) and not left_out and not interrupted:
        what = f"no payloads of {request.venue}" if request.venue else "no payloads"
        raise UsageError(what, where=" ".join(request.what), cure="name other files, or another --venue or --kind")
    topics = {name: found for name, found in drift(new, old, every=request.every) if _is_meant(request, name)}
    return _Found(topics, left_out, payloads, interrupted)


def _is_meant(request: Request, topic: str) -> bool:
    return not request.venue or topic.startswith(f"{request.venue}/")


def _read(request: Request, paths: tuple[Path, ...], say: Callable[[str], None]) -> "Seen":
    from harness.drift.captures import chunks
    from harness.drift.engine import observed

    parts = chunks(paths, topic=request.topic, kinds=request.kinds)
    return observed(
        parts,
        jobs=request.jobs,
        engine=request.engine,
        scheduler=request.scheduler,
        tell=lambda done: say(f"{done} of {len(parts)} parts read"),
    )


def _results(request: Request, found: _Found) -> "Iterable[Result]":
    from harness.drift.impact import Prover

    with Prover(request.target, request.venue, found.payloads, most=_PLAYED) as prover:
        for topic, differences in found.compared.items():
            if not differences:
                yield Result(CHECK, "", topic, Status.PASS, venue=_venue(topic))
            for one in differences:
                yield _result(request, one, prover)
    for origin, reason in found.left_out.items():
        status = Status.SKIP if request.live else Status.ABSENT
        yield Result(CHECK, "", origin, status, reason, venue=request.venue)


def _venue(topic: str) -> str:
    name = topic.partition("/")[0]
    return name if name in NAMES else ""


def _result(request: Request, one: "Difference", prover: "Prover") -> Result:
    impacts = prover.impacts(one)
    failing = ranked(one.severity) >= ranked(Severity(request.fail_on))
    schema = Path("schemas", f"{one.topic}.json")
    evidence = {
        "class": str(one.severity),
        "topic": one.topic,
        "path": one.path or "/",
        "before": one.before,
        "after": one.after,
        **({"to": one.to} if one.to else {}),
        **({"recording": one.origin} if one.origin else {}),
        "against": one.against,
        **({"read by": [f"{each.method}: {', '.join(each.into)}" for each in impacts]} if impacts else {}),
        **({"impact": told} if (told := [each.told for each in impacts if each.told]) else {}),
        **({"checks": sorted({each.check for each in impacts})} if impacts else {}),
        **({"schema_file": str(schema)} if _venue(one.topic) and schema.is_file() else {}),
    }
    method = ", ".join(each.method for each in impacts)
    status = Status.FAIL if failing else Status.PASS
    case = f"{one.topic} {one.path or '/'}"
    return Result(one.rule, method, case, status, f"{one}", evidence, venue=_venue(one.topic))


def _show(report: Report, file: TextIO) -> None:
    from harness.report.terminal import show_drift

    show_drift(report, file)
