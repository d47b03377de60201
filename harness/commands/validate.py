"""`harness validate`: payload files, cassettes, tapes and folders of them against the schemas."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.commands.outputs import Outputs
from harness.commands.progress import Progress
from harness.errors import UsageError
from harness.findings import Report, Result, worst_exit_code

__all__ = ["run"]


def run(paths: Sequence[Path], kinds: Sequence[str], outputs: Outputs) -> int:
    """Validate, report, and return the exit code. `UsageError` for a path or kind that is not one."""
    results = []
    with Progress() as progress:
        for result in _results(paths, kinds):
            results.append(result)
            progress.show(result)
    venues = dict.fromkeys(result.venue for result in results if result.venue)
    report = Report("validate", " ".join(map(str, paths)), ",".join(venues), tuple(results))
    from harness.report.terminal import show_validation

    outputs.write(report, show_validation)
    return worst_exit_code([report])


def _results(paths: Sequence[Path], kinds: Sequence[str]) -> Iterator[Result]:
    from harness.checks.validation import KINDS, validate_paths
    from harness.commands.tapes import holds_others, tapes_of, validate_tape

    tapes = tapes_of(paths)
    others = [path for path in paths if holds_others(path)]
    if others or not tapes:
        yield from validate_paths(others or paths, kinds)
    elif strange := [kind for kind in kinds if kind not in KINDS]:
        raise UsageError(f"unknown kind {strange[0]!r}", where="--kind", cure=f"known are {', '.join(KINDS)}")
    nothing = not others
    for path in tapes:
        for result in validate_tape(path, kinds):
            nothing = False
            yield result
    if nothing:
        what = f"no payload of kind {' or '.join(kinds)}" if kinds else "no payloads"
        raise UsageError(what, where=", ".join(map(str, paths)), cure="name other files, or another --kind")
