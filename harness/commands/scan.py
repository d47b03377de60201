"""`harness scan`: files and folders searched for known secrets in every form, and for what looks like a credential."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.commands.discretion import discreet
from harness.commands.outputs import Outputs
from harness.commands.progress import Progress
from harness.errors import UsageError
from harness.findings import Report, Result, Status, worst_exit_code
from harness.spellings import Secrets

if TYPE_CHECKING:
    from harness.cassette.allowances import Allowance
    from harness.cassette.leaks import Leak

__all__ = ["Request", "run", "scanned"]

_UNSEARCHED = frozenset({"__pycache__", "node_modules"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The options, as given."""

    paths: tuple[Path, ...]
    variables: tuple[str, ...] = ()
    secrets: Path | None = None
    allow: Path | None = None


def run(request: Request, outputs: Outputs) -> int:
    """Search, report, and return the exit code. `UsageError` for wrong options, before the work starts."""
    from harness.cassette.allowances import allowances
    from harness.cassette.known import known
    from harness.report.terminal import show_scan

    secrets = Secrets(known(request.variables, request.secrets).searched())
    allowed = allowances(request.allow) if request.allow is not None else ()
    with discreet(secrets):
        files = [file for path in request.paths for file in _below(path)]
    results = []
    with discreet(secrets), Progress() as progress:
        for result in scanned(dict.fromkeys(files), secrets, allowed):
            results.append(result)
            progress.show(result)
    report = Report("scan", secrets.scrub(" ".join(map(str, request.paths))), "", tuple(results))
    outputs.write(report, show_scan)
    return worst_exit_code([report])


def _below(path: Path) -> Iterator[Path]:
    """The files of a folder, hidden ones too; hidden folders, as tools keep them, only when they are named."""
    if not path.exists():
        raise UsageError("no such file or folder", where=str(path))
    if not path.is_dir():
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _UNSEARCHED)
        yield from (file for name in sorted(names) if (file := Path(folder, name)).is_file())


def scanned(files: Iterable[Path], secrets: Secrets, allowed: "Sequence[Allowance]" = ()) -> Iterator[Result]:
    """A result for each leak, and one for each of both checks that finds nothing in a file."""
    from harness.cassette.leaks import KNOWN, PATTERN, Leak, scan_file

    for file in files:
        found = [Leak(KNOWN, 0, "its own name", name) for name in secrets.names(str(file))]
        found += scan_file(file, secrets)
        shown = secrets.scrub(str(file))
        for check in (KNOWN, PATTERN):
            leaks = _each_once(leak for leak in found if leak.check == check)
            yield from (_result(leak, file, shown, allowed) for leak in leaks)
            if not leaks:
                yield Result(check, "", shown, Status.PASS)


def _each_once(found: "Iterable[Leak]") -> "list[Leak]":
    """In the order of lines; of the forms in which a line shows one secret, the one that needs no unpacking."""
    told: dict[tuple[int, str], Leak] = {}
    for leak in sorted(found, key=lambda leak: (leak.line, leak.packed)):
        told.setdefault((leak.line, leak.name or leak.kind), leak)
    return list(told.values())


def _result(leak: "Leak", file: Path, shown: str, allowed: "Sequence[Allowance]") -> Result:
    from harness.cassette.allowances import reason_for
    from harness.cassette.leaks import PATTERN

    evidence: dict[str, Any] = {"file": shown, "line": leak.line, "kind": leak.kind}
    if leak.name:
        evidence["secret"] = leak.name
    case = f"{shown}:{leak.line}" if leak.line else shown
    reason = leak.reason or reason_for(allowed, file, leak.kind) if leak.check == PATTERN else ""
    if reason:
        return Result(leak.check, "", case, Status.SKIP, f"allowed: {reason}", evidence)
    return Result(leak.check, "", case, Status.FAIL, str(leak), evidence)
