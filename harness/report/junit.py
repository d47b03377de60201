"""A report as JUnit XML: a suite for each venue and method, a test case for each check and case."""

import re
from collections import Counter
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from harness.findings import Report, Result, Status
from harness.report.evidence import lines

__all__ = ["text"]

# what XML 1.0 cannot hold, escaped or not
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ELEMENTS = {Status.FAIL: "failure", Status.ERROR: "error", Status.SKIP: "skipped", Status.ABSENT: "skipped"}


def text(report: Report) -> str:
    """The document, as CI servers read it."""
    root = ET.Element("testsuites", _counts(f"harness {report.command}", report.results))
    groups: dict[tuple[str, str], list[Result]] = {}
    for result in report.results:
        groups.setdefault((result.venue, result.method), []).append(result)
    for (venue, method), results in groups.items():
        name = ".".join(part for part in (venue, method) if part)
        suite = ET.SubElement(root, "testsuite", _counts(name, results))
        for result in results:
            _case(suite, name, result)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _counts(name: str, results: Iterable[Result]) -> dict[str, str]:
    counts = Counter(_ELEMENTS.get(result.status, "") for result in results)
    told = {"failures": counts["failure"], "errors": counts["error"], "skipped": counts["skipped"]}
    return {"name": _clean(name), "tests": str(counts.total()), **{key: str(count) for key, count in told.items()}}


def _case(suite: ET.Element, classname: str, result: Result) -> None:
    name = f"{result.check}[{result.case}]"
    case = ET.SubElement(suite, "testcase", {"classname": _clean(classname), "name": _clean(name), "time": "0"})
    if element := _ELEMENTS.get(result.status):
        told = ET.SubElement(case, element, {"message": _clean(result.message)})
        if element != "skipped":
            told.set("type", result.check)
            told.text = _clean("\n".join([result.message, *lines(result)]))


def _clean(told: str) -> str:
    return _FORBIDDEN.sub(lambda match: match[0].encode("unicode_escape", "surrogatepass").decode(), told)
