"""`harness validate`: payload files, cassettes and folders of them against the schemas."""

from collections.abc import Sequence
from pathlib import Path

from harness.commands.outputs import Outputs
from harness.commands.progress import Progress
from harness.findings import Report, worst_exit_code

__all__ = ["run"]


def run(paths: Sequence[Path], kinds: Sequence[str], outputs: Outputs) -> int:
    """Validate, report, and return the exit code. `UsageError` for a path or kind that is not one."""
    from harness.checks.validation import validate_paths

    results = []
    with Progress() as progress:
        for result in validate_paths(paths, kinds):
            results.append(result)
            progress.show(result)
    venues = dict.fromkeys(result.venue for result in results if result.venue)
    report = Report("validate", " ".join(map(str, paths)), ",".join(venues), tuple(results))
    from harness.report.terminal import show_validation

    outputs.write(report, show_validation)
    return worst_exit_code([report])
