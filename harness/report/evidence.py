"""What a finding shows, as lines of text that are safe on any terminal, and findings of one cause folded together."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import simplejson

from harness.findings import Result
from harness.report.place import page

__all__ = ["Finding", "clean", "folded", "lines", "paragraphs", "summary"]

_LIMIT = 600
_CAUSES = 3
_NAMES = 8
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_PARTICULARS = re.compile(r"'[^']*'|\"[^\"]*\"|[-+]?\d[\w.+-]*|(?<= after )[^;]*")
"""Names, numbers and the fault that was injected: what differs between cases of one cause."""


def clean(told: str, limit: int = _LIMIT) -> str:
    """One line of bounded length in which nothing moves the cursor: payloads come from outside."""
    line = _UNPRINTABLE.sub(lambda match: match[0].encode("unicode_escape", "surrogatepass").decode(), told)
    return line if len(line) <= limit else f"{line[:limit]} … ({len(line)} characters)"


def lines(result: Result, limit: int = _LIMIT) -> Iterator[str]:
    """The evidence, `name  value` a line, in the order in which the check gave it."""
    width = max((len(name) for name in result.evidence), default=0)
    for name, value in result.evidence.items():
        yield f"{name:{width}}  {clean(_shown(value), limit)}"


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return value
    told: str = simplejson.dumps(value, use_decimal=True, ensure_ascii=False, default=str)
    return told


@dataclass(frozen=True, slots=True)
class Finding:
    """One check of one method that failed, with all its cases: `causes` holds those of like message together."""

    check: str
    venue: str
    method: str
    causes: tuple[tuple[Result, ...], ...]

    @property
    def cases(self) -> int:
        """How many cases there are."""
        return sum(map(len, self.causes))


def folded(results: Iterable[Result]) -> tuple[Finding, ...]:
    """Results of one check and method together, and among them those whose messages differ in particulars only."""
    groups: dict[tuple[str, str, str], dict[str, list[Result]]] = {}
    for result in results:
        causes = groups.setdefault((result.check, result.venue, result.method), {})
        causes.setdefault(_cause(result), []).append(result)
    return tuple(Finding(*key, tuple(map(tuple, causes.values()))) for key, causes in groups.items())


def _cause(result: Result) -> str:
    return _PARTICULARS.sub("#", result.message.removeprefix(result.case))


def paragraphs(finding: Finding) -> Iterator[str]:
    """A finding as lines below its headline: the causes, the evidence of the first, where to look."""
    for number, (first, *others) in enumerate(finding.causes[:_CAUSES]):
        named = first.message.startswith(first.case)
        yield clean(first.message) if named else f"{clean(first.case)}: {clean(first.message)}"
        if number == 0:
            yield from (f"  {line}" for line in lines(first))
        if others:
            yield _more(others)
    if rest := [result for cause in finding.causes[_CAUSES:] for result in cause]:
        yield _more(rest, "of other kinds")
    yield f"see {page(finding.check)}"


def _more(results: Iterable[Result], kind: str = "") -> str:
    cases = [clean(result.case) for result in results]
    named = ", ".join(cases[:_NAMES]) + (", …" if len(cases) > _NAMES else "")
    noun = " ".join(part for part in ("case" if len(cases) == 1 else "cases", kind) if part)
    return f"and {len(cases)} more {noun}: {named}"


def summary(counts: Mapping[str, int]) -> str:
    """`412 passed, 3 failed`: the statuses that occurred."""
    words = {"pass": "passed", "fail": "failed", "absent": "absent", "skip": "skipped", "error": "errors"}
    return ", ".join(f"{count} {words[status]}" for status, count in counts.items() if count) or "nothing was checked"
