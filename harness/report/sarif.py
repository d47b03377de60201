"""A report as SARIF 2.1.0, which code scanning opens: a rule for each check, a result for each finding."""

import json
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from harness import __version__
from harness.findings import Report, Result, Status
from harness.report.evidence import clean, lines
from harness.report.place import level, location, page

__all__ = ["text"]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_SHOWN = (Status.FAIL, Status.ERROR)


def text(report: Report) -> str:
    """The document. Findings, and of drift what is below the class that fails as well."""
    shown = [result for result in report.results if result.status in _SHOWN or _is_told(result)]
    checks = list(dict.fromkeys(result.check for result in shown))
    driver = {
        "name": "connector-harness",
        "semanticVersion": __version__,
        "rules": [_rule(check) for check in checks],
    }
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"harness/{report.command}/"},
        "columnKind": "unicodeCodePoints",
        "results": [_result(report, result, checks.index(result.check)) for result in shown],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _is_told(result: Result) -> bool:
    return result.status is Status.PASS and bool(result.evidence.get("class"))


def _rule(check: str) -> dict[str, Any]:
    return {"id": check, "shortDescription": {"text": check}, "help": {"text": f"see {page(check)}"}}


def _result(report: Report, result: Result, index: int) -> dict[str, Any]:
    path, line = location(report, result)
    told = [clean(f"{result.venue} {result.method}: {result.message}".strip(": ")), *lines(result)]
    place = {"artifactLocation": {"uri": quote(path.replace("\\", "/"))}, "region": {"startLine": line}}
    return {
        "ruleId": result.check,
        "ruleIndex": index,
        "level": level(result) if result.status is not Status.ERROR else "error",
        "message": {"text": "\n".join(told)},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"harness/v1": _fingerprint(report, result)},
    }


def _fingerprint(report: Report, result: Result) -> str:
    """What is the same for the same finding in another run."""
    told = (report.command, result.check, result.venue, result.method, result.case)
    return sha256("\0".join(told).encode("utf-8", "surrogatepass")).hexdigest()[:32]
