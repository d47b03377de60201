"""A report for people: a table, the findings with their evidence, one line of summary."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.findings import Report, Result, Status

if TYPE_CHECKING:
    from harness.fuzz.task import Telling
from harness.report.evidence import clean, folded, lines, paragraphs, summary

__all__ = ["show_check", "show_drift", "show_fuzzing", "show_import", "show_scan", "show_validation"]

_PIPE_WIDTH = 240  # wide enough that no row of a table is broken where nobody looks at a screen
_AGE = "RECORDING-age"
_LISTED = 100
_MISSED = 12
_WRONG = (Status.FAIL, Status.ERROR)


def _console(file: TextIO) -> Console:
    terminal = file.isatty()
    return Console(
        file=file,
        width=None if terminal else _PIPE_WIDTH,
        force_terminal=terminal,
        markup=False,
        highlight=False,
        emoji=False,
        soft_wrap=True,
    )


class _Marks:
    """The signs of a table, in letters where the encoding of the output lacks them."""

    def __init__(self, file: TextIO) -> None:
        try:
            "✓✗".encode(file.encoding or "utf-8")
            self.good, self.bad, self.none = "✓", "✗", "-"
        except UnicodeEncodeError:
            self.good, self.bad, self.none = "ok", "FAIL", "-"


def show_check(report: Report, file: TextIO, *, seconds: float, interrupted: bool = False) -> None:
    """Methods by families, then each finding, then the summary."""
    console, marks = _console(file), _Marks(file)
    console.print(Text(f"{report.target} on {report.venue.replace(',', ', ')}\n"))
    if report.results:
        console.print(_families(report.results, marks), soft_wrap=False)
    _findings(console, report, marks)
    console.print()
    _evidence(console, report, marks)
    _conclude(console, report, f" in {seconds:.1f} s", interrupted=interrupted)


def _evidence(console: Console, report: Report, marks: _Marks) -> None:
    """Where the recordings come from, and which of them are old."""
    for result in report.results:
        if result.check == _AGE and result.status is Status.SKIP:
            console.print(Text(f"{marks.none} {clean(result.case)}: {clean(result.message)}", style="yellow"))
    if told := ", ".join(f"{count} {name}" for name, count in report.recordings.items() if count):
        console.print(Text(f"recordings played: {told}", style="dim"))


def _findings(console: Console, report: Report, marks: _Marks) -> None:
    for finding in folded(result for result in report.results if result.status in _WRONG):
        cases = f"{finding.cases} case{'' if finding.cases == 1 else 's'}"
        console.print()
        about = " ".join(part for part in (finding.venue, finding.method) if part)
        console.print(Text(f"{marks.bad} {finding.check}  {about}, {cases}", style="bold red"))
        for line in paragraphs(finding):
            console.print(Text(f"    {line}"))


def show_fuzzing(
    report: Report, parts: "Sequence[Telling]", file: TextIO, *, seed: int, interrupted: bool = False
) -> None:
    """What was generated for each method and what of its contract was exercised, then each finding, then the seed."""
    console, marks = _console(file), _Marks(file)
    console.print(Text(f"{report.target} on {report.venue.replace(',', ', ')}\n"))
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("venue", "method", "examples", "a second", "contract", "findings"):
        table.add_column(heading, justify="left" if heading in {"venue", "method"} else "right")
    for part in parts:
        touched = sum(1 for name in part.whole if part.counts.get(name))
        rate = f"{part.examples / part.seconds:.0f}" if part.seconds else "-"
        covered = f"{touched} of {len(part.whole)}"
        table.add_row(part.venue, part.method, str(part.examples), rate, covered, str(len(part.troubles)))
    console.print(table, soft_wrap=False)
    _findings(console, report, marks)
    for part in parts:
        if missed := sorted(name for name in part.whole if not part.counts.get(name)):
            told = ", ".join(missed[:_MISSED]) + (", …" if len(missed) > _MISSED else "")
            console.print(Text(f"\nnever exercised in {part.venue} {part.method}: {clean(told)}", style="dim"))
    console.print()
    _conclude(console, report, f"; seed {seed}", interrupted=interrupted)


def _conclude(console: Console, report: Report, suffix: str = "", *, interrupted: bool = False) -> None:
    if interrupted:
        console.print(Text("interrupted: what follows is what was found until then", style="bold yellow"))
    wrong = any(result.status in _WRONG for result in report.results)
    console.print(Text(summary(report.summary()) + suffix, style="bold red" if wrong else "bold green"))


def _families(results: Iterable[Result], marks: _Marks) -> Table:
    rows: dict[tuple[str, str], dict[str, Counter[Status]]] = {}
    for result in results:
        family = result.check.partition("-")[0]
        if not result.method:
            continue  # about a recording
        rows.setdefault((result.venue, result.method), {}).setdefault(family, Counter())[result.status] += 1
    families = list(dict.fromkeys(family for row in rows.values() for family in row))
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("venue", "method", *families):
        table.add_column(heading, overflow="fold")
    for (venue, method), row in rows.items():
        table.add_row(venue, method, *(_cell(row.get(family, Counter()), marks) for family in families))
    return table


def _cell(counts: Counter[Status], marks: _Marks) -> Text:
    if wrong := counts[Status.FAIL] + counts[Status.ERROR]:
        return Text(f"{marks.bad} {wrong}", style="red")
    if counts[Status.PASS]:
        return Text(f"{marks.good} {counts[Status.PASS]}", style="green")
    return Text(f"skip {counts[Status.SKIP]}" if counts[Status.SKIP] else marks.none, style="dim")


def show_validation(report: Report, file: TextIO) -> None:
    """Venues by statuses, then what is not valid, is excepted or is not known, then the summary."""
    console, marks = _console(file), _Marks(file)
    counts: dict[str, Counter[Status]] = {}
    for result in report.results:
        counts.setdefault(result.venue or "unknown", Counter())[result.status] += 1
    table = Table(box=None, pad_edge=False, header_style="bold")
    statuses = [status for status in Status if any(row[status] for row in counts.values())]
    for heading in ("venue", *map(str, statuses)):
        table.add_column(heading, justify="left" if heading == "venue" else "right")
    for venue, row in counts.items():
        table.add_row(venue, *(str(row[status]) for status in statuses))
    console.print(table, soft_wrap=False)
    told = [result for result in report.results if result.status is not Status.PASS]
    if told:
        console.print()
    for result in told[:_LISTED]:
        sign, style = (marks.bad, "red") if result.status in _WRONG else (marks.none, "dim")
        console.print(Text(f"{sign} {clean(result.case)}: {clean(result.message)}", style=style))
    if len(told) > _LISTED:
        console.print(Text(f"and {len(told) - _LISTED} more, which --json FILE lists"))
    console.print()
    _conclude(console, report)


_STYLES = {"breaking": "bold red", "risky": "yellow", "compatible": "dim"}


def show_drift(report: Report, file: TextIO) -> None:
    """The differences, the worst first, each with what it does; what was not compared; then the summary."""
    console, marks = _console(file), _Marks(file)
    told = [result for result in report.results if result.evidence.get("class")]
    counts = Counter(str(result.evidence["class"]) for result in told)
    ordered = sorted(told, key=lambda result: list(_STYLES).index(str(result.evidence["class"])))
    for result in ordered[:_LISTED]:
        severity = str(result.evidence["class"])
        sign = marks.bad if result.status is Status.FAIL else marks.none
        moved = f" -> {clean(str(result.evidence['to']))}" if "to" in result.evidence else ""
        console.print(Text(f"{sign} {severity} {result.check}  {clean(result.case)}{moved}", style=_STYLES[severity]))
        console.print(Text(f"    {clean(result.message.partition(': ')[2])}"))
        if readers := result.evidence.get("read by"):
            checks = ", ".join(map(str, result.evidence.get("checks", ())))
            console.print(
                Text(f"    read by {clean('; '.join(map(str, readers)))}; {checks} fails where it goes unnoticed")
            )
        for sentence in result.evidence.get("impact", ()):
            console.print(Text(f"    {clean(str(sentence))}"))
    if len(ordered) > _LISTED:
        console.print(Text(f"and {len(ordered) - _LISTED} more, which --json FILE lists"))
    for result in [result for result in report.results if result.status in {Status.ABSENT, Status.SKIP}][:_LISTED]:
        console.print(Text(f"{marks.none} {clean(result.case)}: {clean(result.message)}", style="dim"))
    if report.results:
        console.print()
    same = sum(1 for result in report.results if result.status is Status.PASS and not result.evidence.get("class"))
    parts = [f"{counts[severity]} {severity}" for severity in _STYLES if counts[severity]]
    parts += [f"{same} endpoints and channels as they were"] if same else []
    wrong = any(result.status in _WRONG for result in report.results)
    console.print(Text(", ".join(parts) or "nothing differs", style="bold red" if wrong else "bold green"))


def show_scan(report: Report, file: TextIO) -> None:
    """What was found or is allowed, a line each, then the summary."""
    console, marks = _console(file), _Marks(file)
    told = [result for result in report.results if result.status is not Status.PASS]
    for result in told[:_LISTED]:
        sign, style = (marks.bad, "red") if result.status in _WRONG else (marks.none, "dim")
        console.print(Text(f"{sign} {result.check}  {clean(result.case)}: {clean(result.message)}", style=style))
    if len(told) > _LISTED:
        console.print(Text(f"and {len(told) - _LISTED} more, which --json FILE lists"))
    if any(result.status in _WRONG for result in told):
        console.print(Text("see docs/secrets.md#the-leak-scan"))
    _conclude(console, report)


def show_import(report: Report, file: TextIO) -> None:
    """What was written where, what was left out, and what leaked."""
    console, marks = _console(file), _Marks(file)
    for result in report.results:
        signs = {Status.PASS: (marks.good, "green"), Status.SKIP: (marks.none, "dim")}
        sign, style = signs.get(result.status, (marks.bad, "red"))
        console.print(Text(f"{sign} {result.check}  {clean(result.case)}: {clean(result.message)}", style=style))
        for line in lines(result) if result.status is Status.PASS else ():
            console.print(Text(f"    {line}"))
    if not report.failed():
        return
    if any("files" in result.evidence for result in report.results):
        console.print(Text("it is written; what differs is for the schemas, see docs/recording.md", style="bold red"))
    else:
        console.print(Text("nothing was written; see docs/secrets.md#the-leak-scan", style="bold red"))
