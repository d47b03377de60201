"""Results as tables, JSON and XML, whatever the payloads hold."""

import io
import json
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from harness.findings import Report, Result, Status
from harness.report import json as json_report
from harness.report import junit, terminal
from harness.report.evidence import clean, folded, paragraphs

NASTY = "\x1b[31mred\x07 \x00\x0b bidi \u202e lone \ud800 \uffff end"


def result(check="STATE-zero", case="http-500", status=Status.FAIL, message="lost", **evidence):
    """A result of one method."""
    return Result(check, "_update_balances", case, status, message, evidence, venue="lighter")


def report(*results):
    """A report of a run."""
    return Report("check", "mine:build", "lighter", results)


def shown(*results, encoding="utf-8"):
    """What a pipe gets."""
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding, errors="backslashreplace")
    terminal.show_check(report(*results), file, seconds=1.25)
    file.flush()
    return raw.getvalue().decode(encoding)


def test_a_cell_counts_what_is_worst_in_it():
    """A failure hides passes, a pass hides skips, and absence is a dash."""
    text = shown(
        result("PARSE-values", status=Status.PASS),
        result("PARSE-side", status=Status.SKIP),
        result("STATE-zero", status=Status.PASS),
        result("STATE-zero", status=Status.FAIL),
        result("STATE-row", status=Status.ERROR),
        result("RETRY-server", status=Status.SKIP),
        result("LEAK-close", status=Status.ABSENT),
    )
    heading, row = (line.split("  ") for line in text.splitlines()[2:4])
    cells = dict(zip((name.strip() for name in heading if name), (cell.strip() for cell in row if cell), strict=False))
    assert cells == {
        "venue": "lighter",
        "method": "_update_balances",
        "PARSE": "✓ 1",
        "STATE": "✗ 2",
        "RETRY": "skip 1",
        "LEAK": "-",
    }
    assert text.splitlines()[-1] == "2 passed, 1 failed, 1 absent, 2 skipped, 1 errors in 1.2 s"


def test_an_output_without_the_signs_gets_letters():
    """A report can go to any encoding."""
    text = shown(result(status=Status.FAIL), result("PARSE-values", status=Status.PASS), encoding="ascii")
    assert "FAIL 1" in text
    assert "ok 1" in text


def test_cases_of_one_cause_are_folded():
    """Cases whose messages differ in names, numbers or the injected fault only share the evidence of the first."""
    first, second = "USD lost after HTTP 500; silence", "USD lost after no answer, ever; silence"
    results = [
        result(case="http-500", message=first, actual="0"),
        result(case="stalled", message=second, actual="0"),
        result(case="odd", message="something else", actual="1"),
    ]
    (finding,) = folded(results)
    assert finding.cases == 3
    lines = list(paragraphs(finding))
    assert lines == [
        "http-500: USD lost after HTTP 500; silence",
        "  actual  0",
        "and 1 more case: stalled",
        "odd: something else",
        "see docs/checks.md#state-zero",
    ]


def test_many_causes_and_cases_are_counted_and_not_listed():
    """A report stays readable when everything is wrong."""
    words = "abcdefghijklmnopqrstuvwxyz"
    lines = list(paragraphs(folded([result(case=word, message=f"broken {word * 3}") for word in words])[0]))
    assert len(lines) == 5
    assert lines[3].startswith("and 23 more cases of other kinds: d, e, f,")
    assert lines[3].endswith("…")


def test_findings_of_different_methods_stay_apart():
    """So do those of different checks."""
    other = Result("STATE-zero", "_update_positions", "a", Status.FAIL, "lost", venue="lighter")
    assert len(folded([result(), result("STATE-row"), other])) == 3


def test_nothing_in_a_payload_moves_the_cursor():
    """Escape sequences, line breaks and text that runs backwards are shown as what they are."""
    text = shown(result(case=NASTY, message=NASTY, payload=NASTY, rows=[NASTY]))
    assert not set("\x1b\x07\x00\x0b\u202e\ud800") & set(text)
    assert r"\x1b[31mred" in text
    assert clean("a\nb\tc") == r"a\nb\tc"


def test_long_evidence_is_cut_and_says_how_long_it_was():
    """The whole of it is in the JSON report."""
    told = clean("x" * 10_000)
    assert len(told) < 700
    assert told.endswith("… (10000 characters)")


def test_rich_markup_in_a_payload_is_text():
    """Brackets are common in JSON."""
    assert "[bold]a[/bold]" in shown(result(message="[bold]a[/bold]"))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (Decimal("0.10"), "0.10"),
        (10**30, str(10**30)),
        (float("nan"), '"nan"'),
        (Decimal("Infinity"), '"Infinity"'),
        (Status.PASS, '"pass"'),
        ({1: (2, None)}, None),
        (object, None),
        (NASTY, None),
    ],
)
def test_any_state_of_a_connector_fits_into_json(value, told):
    """Numbers keep their text, and what JSON cannot hold becomes text."""
    text = json_report.text(report(result(actual=value)))
    text.encode("ascii")
    document = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert document["results"][0]["status"] == "fail"
    if told is not None:
        assert f'"actual": {told}' in text


def test_the_document_has_the_promised_shape():
    """And every status is counted, whether it occurred or not."""
    document = json.loads(json_report.text(report(result(expected="1"), result(status=Status.PASS))))
    assert document == {
        "schema_version": 1,
        "command": "check",
        "target": "mine:build",
        "venue": "lighter",
        "results": [
            {
                "check": "STATE-zero",
                "venue": "lighter",
                "method": "_update_balances",
                "case": "http-500",
                "status": status,
                "message": "lost",
                "evidence": evidence,
            }
            for status, evidence in (("fail", {"expected": "1"}), ("pass", {}))
        ],
        "summary": {"pass": 1, "fail": 1, "absent": 0, "skip": 0, "error": 0},
    }


def test_junit_counts_each_status_where_ci_servers_look():
    """Failures and errors stop a build; absent and skipped cases do not."""
    statuses = [Status.PASS, Status.FAIL, Status.FAIL, Status.ABSENT, Status.SKIP, Status.ERROR]
    root = ET.fromstring(junit.text(report(*(result(status=status) for status in statuses))))
    (suite,) = root
    for element in (root, suite):
        counts = [element.get(name) for name in ("tests", "failures", "errors", "skipped")]
        assert counts == ["6", "2", "1", "2"]
    assert [[child.tag for child in case] for case in suite] == [
        [],
        ["failure"],
        ["failure"],
        ["skipped"],
        ["skipped"],
        ["error"],
    ]
    assert suite[0].get("classname") == "lighter._update_balances"
    assert suite[0].get("name") == "STATE-zero[http-500]"


def test_junit_is_xml_whatever_a_payload_holds():
    """Control characters, which XML cannot hold, are written as escapes."""
    root = ET.fromstring(junit.text(report(result(case=NASTY, message=f"<&\"'>{NASTY}", payload=NASTY))))
    failure = root.find("testsuite/testcase/failure")
    assert failure is not None
    assert (failure.get("message") or "").startswith("<&\"'>\\x1b[31mred")
