"""`harness import`: what other tools recorded becomes a cassette and a tape, redacted and searched for leaks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.commands.discretion import discreet
from harness.commands.outputs import Outputs
from harness.errors import UsageError
from harness.findings import Report, Result, worst_exit_code
from harness.spellings import Secrets
from harness.venues import venue

if TYPE_CHECKING:
    from harness.cassette.known import Known
    from harness.cassette.model import Environment

__all__ = ["Request", "run"]

CHECK = "IMPORT"


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
    from harness.cassette.publishing import Place
    from harness.cassette.sources import open_source
    from harness.commands.keeping import keep, redactor_for

    facts = venue(request.venue)
    environment = _environment(request.environment)
    place = Place(request.to, facts.name, _scenario(request))
    if not request.force:
        place.demand_free()
    redactor = redactor_for(facts, held, key_variable=request.key_variable, scale=request.scale)
    captures = (capture for source in request.sources for capture in open_source(source, facts, environment))
    yield from keep(CHECK, captures, redactor, venue=facts, place=place, environment=environment)


def _environment(name: str) -> "Environment | None":
    from harness.cassette.model import Environment

    if name and name not in set(Environment):
        raise UsageError(
            f"unknown environment {name!r}", where="--environment", cure=f"known: {', '.join(Environment)}"
        )
    return Environment(name) if name else None


def _scenario(request: Request) -> str:
    from harness.commands.keeping import scenario_name

    return scenario_name(
        request.scenario or re.sub(r"\W+", "_", request.sources[0].resolve().name.partition(".")[0]).strip("_")
    )
