"""A report as Markdown, for an issue, a chat or a job's summary: one line of verdict, then the findings."""

from collections.abc import Iterable, Iterator

from harness.findings import Report, Result, Status
from harness.report.evidence import clean, folded, paragraphs, summary

__all__ = ["text"]

_MOST = 50
_WRONG = (Status.FAIL, Status.ERROR)
_SPECIAL = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>|#&~$"})


def text(report: Report) -> str:
    """The document."""
    return "\n".join([*_head(report), *_findings(report), *_differences(report)]) + "\n"


def _head(report: Report) -> Iterator[str]:
    yield f"## harness {report.command}: {_escaped(report.target)}"
    yield ""
    on = f" on {_escaped(report.venue.replace(',', ', '))}" if report.venue else ""
    yield f"**{summary(report.summary())}**{on}"


def _findings(report: Report) -> Iterator[str]:
    wrong = [result for result in report.results if result.status in _WRONG and not result.evidence.get("class")]
    found = folded(wrong)
    for finding in found[:_MOST]:
        cases = f"{finding.cases} case{'' if finding.cases == 1 else 's'}"
        yield ""
        yield f"### {_escaped(finding.check)} {_escaped(f'{finding.venue} {finding.method}'.strip())}, {cases}"
        yield ""
        yield from _fenced(paragraphs(finding))
    if len(found) > _MOST:
        yield from ("", f"and {len(found) - _MOST} more, which `--json FILE` lists")


def _fenced(told: Iterable[str]) -> Iterator[str]:
    """Lines as they are; no payload ends the block, because the fence is longer than any run of its own sign."""
    shown = list(told)
    fence = "```"
    while any(fence in line for line in shown):
        fence += "`"
    yield f"{fence}text"
    yield from shown
    yield fence


def _differences(report: Report) -> Iterator[str]:
    """Drift as a table, the worst class first."""
    rows = [result for result in report.results if result.evidence.get("class")]
    if not rows:
        return
    yield ""
    yield "| class | rule | where | before | after | impact |"
    yield "|---|---|---|---|---|---|"
    for row in rows[: _MOST * 2]:
        yield f"| {' | '.join(_cells(row))} |"
    if len(rows) > _MOST * 2:
        yield from ("", f"and {len(rows) - _MOST * 2} more, which `--json FILE` lists")


def _cells(row: Result) -> Iterator[str]:
    told = row.evidence
    impact = told.get("impact") or ()
    where = f"{told.get('topic', '')} {told.get('path', '')}" + (f" -> {told['to']}" if told.get("to") else "")
    sentences = impact if isinstance(impact, list | tuple) else [impact]
    for cell in (told["class"], row.check, where, told.get("before", ""), told.get("after", ""), "; ".join(sentences)):
        yield _escaped(clean(str(cell), 200))


def _escaped(told: str) -> str:
    return clean(told).translate(_SPECIAL)
