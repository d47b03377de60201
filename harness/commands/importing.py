"""`harness import`: what other tools recorded becomes a cassette and a tape, redacted and searched for leaks."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from secrets import token_bytes
from typing import TYPE_CHECKING

from harness.commands.discretion import discreet
from harness.commands.outputs import Outputs
from harness.errors import UsageError
from harness.findings import Report, Result, Status, worst_exit_code
from harness.spellings import Secrets
from harness.venues import venue

if TYPE_CHECKING:
    from harness.cassette.known import Known
    from harness.cassette.model import Environment
    from harness.cassette.publishing import Place

__all__ = ["Request", "run"]

CHECK = "IMPORT"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_SHORTEST_KEY = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The options, as given."""

    sources: tuple[Path, ...]
    to: Path
    venue: str
    scenario: str = ""
    environment: str = ""
    variables: tuple[str, ...] = ()
    secrets: Path | None = None
    key_variable: str = "HARNESS_PSEUDONYM_KEY"
    scale: str = ""
    force: bool = False


def run(request: Request, outputs: Outputs) -> int:
    """Import, report, and return the exit code. `UsageError` for wrong options and for sources that are none."""
    from harness.cassette.known import known
    from harness.report.terminal import show_import

    held = known(request.variables, request.secrets)
    secrets = Secrets(held.searched())
    with discreet(secrets):
        results = tuple(_imported(request, held))
    report = Report("import", secrets.scrub(" ".join(map(str, request.sources))), request.venue, results)
    outputs.write(report, show_import)
    return worst_exit_code([report])


def _imported(request: Request, held: "Known") -> Iterator[Result]:
    from harness.cassette.gathering import gather
    from harness.cassette.publishing import Place, leaks, publish
    from harness.cassette.redaction import Redactor
    from harness.cassette.sources import open_source

    facts = venue(request.venue)
    environment = _environment(request.environment)
    place = Place(request.to, facts.name, _scenario(request))
    if not request.force:
        place.demand_free()
    redactor = Redactor(
        facts,
        key=_key(request.key_variable),
        secrets=held.secrets,
        identities=held.identities,
        scale=_factor(request.scale),
    )
    captures = (capture for source in request.sources for capture in open_source(source, facts, environment))
    gathered = gather(captures, facts, place.scenario, environment)
    cassette = None if gathered.cassette is None else redactor.cassette(gathered.cassette)
    tape = None if gathered.tape is None else redactor.tape(gathered.tape)
    found = list(leaks(cassette, tape, redactor.searched()))
    for form, leak in found:
        yield Result(leak.check, form, f"{form}, line {leak.line}", Status.FAIL, str(leak), venue=facts.name)
    if found:
        return
    written = publish(place, cassette, tape)
    counts = {
        "files": [redactor.secrets.scrub(str(path)) for path in written],
        "environment": str(gathered.provenance.environment),
        "recorded_at": gathered.provenance.recorded_at,
        "redactions": sum(one.provenance.redactions for one in (cassette, tape) if one and one.provenance),
        "other_hosts": {redactor.secrets.scrub(host): count for host, count in gathered.other_hosts.items()},
        "left_out": dict(gathered.left_out),
    }
    interactions, frames = len(cassette.interactions) if cassette else 0, _frames(place) if tape else 0
    told = f"{interactions} interaction{'s' * (interactions != 1)}, {frames} frame{'s' * (frames != 1)}"
    yield Result(CHECK, "", f"{facts.name}/{place.scenario}", Status.PASS, told, counts, venue=facts.name)


def _frames(place: "Place") -> int:
    from harness.cassette.tape import load

    return sum(1 for _ in load(place.tape).frames)


def _environment(name: str) -> "Environment | None":
    from harness.cassette.model import Environment

    if name and name not in set(Environment):
        raise UsageError(
            f"unknown environment {name!r}", where="--environment", cure=f"known: {', '.join(Environment)}"
        )
    return Environment(name) if name else None


def _scenario(request: Request) -> str:
    name = request.scenario or re.sub(r"\W+", "_", request.sources[0].resolve().name.partition(".")[0]).strip("_")
    if not _NAME.fullmatch(name):
        cure = "letters, digits, hyphens and underscores: --scenario NAME"
        raise UsageError(f"no name for a scenario: {name!r}", where="--scenario", cure=cure)
    return name


def _key(variable: str) -> bytes:
    """The key of pseudonyms; without one, nobody can tell afterwards what they stand for, nor make them again."""
    told = os.environ.get(variable, "")
    if told and len(told) < _SHORTEST_KEY:
        raise UsageError(
            "too short for a key", where=variable, cure=f"at least {_SHORTEST_KEY} characters, random ones"
        )
    return told.encode() if told else token_bytes(32)


def _factor(text: str) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        raise UsageError(f"not a number: {text!r}", where="--scale", cure="0.37, say") from None
