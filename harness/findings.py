"""Results of checks, and findings: one failed check with its evidence."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

__all__ = ["SCHEMA_VERSION", "Report", "Result", "Status", "worst_exit_code"]

SCHEMA_VERSION = 1


class Status(StrEnum):
    """How a check ended."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    ABSENT = "absent"  # the target does not have what the check is about
    SKIP = "skip"  # the check could not say anything, and the message says why
    ERROR = "error"  # the harness itself failed


@dataclass(frozen=True, slots=True)
class Result:
    """One check of one method in one case. `evidence` holds JSON values only and never a credential."""

    check: str
    method: str
    case: str
    status: Status
    message: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    venue: str = ""

    def document(self) -> dict[str, Any]:
        """The JSON form of `--json`."""
        return {
            "check": self.check,
            "venue": self.venue,
            "method": self.method,
            "case": self.case,
            "status": str(self.status),
            "message": self.message,
            "evidence": dict(self.evidence),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """Every result of one command for one target and venue."""

    command: str
    target: str
    venue: str
    results: tuple[Result, ...]
    recordings: Mapping[str, int] = field(default_factory=dict)  # environment -> how many were played, of a check

    def summary(self) -> dict[str, int]:
        """How many results there are of each status, all five named."""
        counts = Counter(result.status for result in self.results)
        return {str(status): counts[status] for status in Status}

    def document(self) -> dict[str, Any]:
        """The JSON form of `--json`, as documented in docs/checks.md."""
        return {
            "schema_version": SCHEMA_VERSION,
            "command": self.command,
            "target": self.target,
            "venue": self.venue,
            "results": [result.document() for result in self.results],
            "summary": self.summary(),
            **({"recordings": dict(self.recordings)} if self.recordings else {}),
        }

    def failed(self) -> tuple[Result, ...]:
        """The findings."""
        return tuple(result for result in self.results if result.status is Status.FAIL)


def worst_exit_code(reports: Iterable[Report]) -> int:
    """0 nothing found, 1 findings, 3 a fault of the harness."""
    statuses = {result.status for report in reports for result in report.results}
    if Status.ERROR in statuses:
        return 3
    return 1 if Status.FAIL in statuses else 0
