"""A report for GitHub Actions: annotations as workflow commands, and a summary of the job as Markdown."""

import os
from pathlib import Path

from harness.errors import UsageError
from harness.findings import Report, Result, Status
from harness.report import markdown
from harness.report.evidence import clean, folded
from harness.report.place import level, location, page

__all__ = ["annotations", "summarise"]

_MOST = 10
"""Of each level that a step shows; what is more is dropped by GitHub without a word."""
_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def annotations(report: Report) -> str:
    """A line for each finding of one cause, the worst first, as many as are shown."""
    wrong = [result for result in report.results if result.status in {Status.FAIL, Status.ERROR}]
    firsts = [cause[0] for finding in folded(wrong) for cause in finding.causes]
    firsts += [result for result in report.results if result.status is Status.PASS and result.evidence.get("class")]
    told: dict[str, list[str]] = {"error": [], "warning": [], "note": []}
    for result in firsts:
        loud = level(result) if result.status is not Status.ERROR else "error"
        if len(told[loud]) < _MOST:
            told[loud].append(_annotation(report, result, _COMMANDS[loud]))
    return "".join(line for found in told.values() for line in found)


def _annotation(report: Report, result: Result, command: str) -> str:
    path, line = location(report, result)
    title = clean(f"{result.check} {result.venue} {result.method}".strip(), 100)
    message = f"{clean(result.case, 100)}: {clean(result.message)} (see {page(result.check)})"
    return f"::{command} file={_property(path)},line={line},title={_property(title)}::{_data(message)}\n"


def _data(told: str) -> str:
    return told.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(told: str) -> str:
    return _data(told).replace(":", "%3A").replace(",", "%2C")


def summarise(report: Report) -> None:
    """Add the report to the summary of the job, where there is one: `GITHUB_STEP_SUMMARY` names its file."""
    name = os.environ.get("GITHUB_STEP_SUMMARY", "")
    if not name:
        return
    try:
        with Path(name).open("a", encoding="utf-8") as file:
            file.write(markdown.text(report))
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror}", where="GITHUB_STEP_SUMMARY") from None
