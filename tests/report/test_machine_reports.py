"""Reports for code scanning, for GitHub Actions and for an issue, whatever the payloads hold."""

import json
from pathlib import Path

import jsonschema
import pytest

from harness.findings import Report, Result, Status
from harness.report import github, markdown, sarif
from harness.report.place import level, location, page

NASTY = "\x1b[31mred\n::error::made up%0A | <script> `tick` ```fence``` \u202e \ud800 end"


def result(check="STATE-zero", case="http-500", status=Status.FAIL, message="lost", **evidence):
    """A result of one method."""
    return Result(check, "_update_balances", case, status, message, evidence, venue="lighter")


def drifted(severity="breaking", status=Status.FAIL, **told):
    """A difference."""
    evidence = {"class": severity, "topic": "lighter/rest/account", "path": "/a", "before": "x", "after": "y", **told}
    return Result("DRIFT-removed", "_update_balances", "lighter/rest/account /a", status, "gone", evidence, "lighter")


def report(*results, command="check", target="reference connectors"):
    """A report of a run."""
    return Report(command, target, "lighter", results)


MINIMAL = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {"driver": {"type": "object", "required": ["name", "rules"]}},
                    },
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["ruleId", "level", "message", "locations", "partialFingerprints"],
                            "properties": {
                                "level": {"enum": ["error", "warning", "note"]},
                                "message": {"type": "object", "required": ["text"]},
                                "locations": {"type": "array", "minItems": 1},
                            },
                        },
                    },
                },
            },
        },
    },
}
"""What code scanning asks of a document, of the standard's own schema."""


def scanned(*results, **told):
    """The run in a SARIF document that conforms."""
    text = sarif.text(report(*results, **told))
    text.encode("ascii")
    document = json.loads(text)
    jsonschema.validate(document, MINIMAL)
    return document["runs"][0]


def test_sarif_has_a_rule_for_each_check_and_a_result_for_each_finding():
    """What passed is not there; what is below the class that fails is."""
    run = scanned(
        result(),
        result(case="http-502"),
        result("PARSE-values", status=Status.PASS),
        result("STATE-row", status=Status.ERROR),
        drifted("risky", Status.PASS),
        drifted("compatible", Status.PASS),
    )
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["STATE-zero", "STATE-row", "DRIFT-removed"]
    assert [one["level"] for one in run["results"]] == ["error", "error", "error", "warning", "note"]
    for one in run["results"]:
        assert run["tool"]["driver"]["rules"][one["ruleIndex"]]["id"] == one["ruleId"]


def test_a_finding_keeps_its_fingerprint_and_another_has_its_own():
    """So that code scanning knows what is new."""
    first, again, other = (
        scanned(one)["results"][0]["partialFingerprints"] for one in (result(), result(message="x"), result(case="y"))
    )
    assert first == again != other


def test_a_location_is_a_path_within_the_project(tmp_path, monkeypatch):
    """A schema for drift, the payload for validation, the module of a target, the reference connector otherwise."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my").mkdir()
    (tmp_path / "my" / "connector.py").write_text("")
    whole = str(tmp_path / "payloads" / "a.json")
    assert location(report(), drifted(schema_file="schemas/lighter/rest/account.json"))[0].startswith("schemas/")
    assert location(report(), drifted(recording=f"{whole}#3")) == ("payloads/a.json", 1)
    assert location(report(command="validate"), result(case=f"{whole}#2")) == ("payloads/a.json", 1)
    assert location(report(target="my.connector:build"), result()) == ("my/connector.py", 1)
    assert location(report(), result()) == ("harness/connectors/lighter.py", 1)


def test_a_location_is_a_uri_reference(tmp_path, monkeypatch):
    """Blanks and signs of the file's name do not make it another, or none."""
    monkeypatch.chdir(tmp_path)
    run = scanned(drifted(recording=str(tmp_path / "my payloads" / "50%?.json")))
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "my%20payloads/50%25%3F.json"


def test_annotations_are_one_line_each_and_cannot_be_forged():
    """A payload with a line break and a workflow command in it stays text."""
    told = github.annotations(report(result(message=NASTY, case=NASTY), drifted("risky", Status.PASS)))
    lines = told.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("::error file=harness/connectors/lighter.py,line=1,title=STATE-zero lighter")
    assert lines[1].startswith("::warning ")
    assert "\x1b" not in told


def test_no_more_annotations_than_are_shown():
    """Ten of each level; the summary of the job has them all."""
    words = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu")
    told = github.annotations(report(*(result(message=word * 2) for word in words)))
    assert told.count("::error") == 10


def test_the_summary_of_a_job_is_added_to_its_file(tmp_path, monkeypatch):
    """And to nothing where there is none."""
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    github.summarise(report(result()))
    path = tmp_path / "summary.md"
    path.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(path))
    github.summarise(report(result()))
    assert path.read_text() == f"before\n{markdown.text(report(result()))}"


def test_markdown_has_a_verdict_the_findings_and_a_table_of_drift():
    """The impact in words."""
    told = markdown.text(report(result(), result(status=Status.PASS), drifted(impact=["it would report 0"])))
    assert told.startswith("## harness check: reference connectors\n\n**1 passed, 2 failed** on lighter\n")
    assert "### STATE-zero lighter \\_update\\_balances, 1 case" in told
    assert "| breaking | DRIFT-removed | lighter/rest/account /a | x | y | it would report 0 |" in told


def test_nothing_in_a_payload_ends_a_block_or_a_cell_of_markdown():
    """Fences are longer than any in the text, bars and marks are escaped."""
    told = markdown.text(report(result(message=NASTY), drifted(after=NASTY)))
    rows = [line for line in told.splitlines() if line.startswith("| breaking")]
    assert len(rows) == 1
    assert rows[0].replace("\\|", "").count("|") == 7
    assert "````text" in told
    assert "<script>" not in rows[0].replace("\\<", "")
    told = markdown.text(report(drifted(after="&lt;b&gt; ~~gone~~ $x$")))
    assert r"\&lt;b\&gt; \~\~gone\~\~ \$x\$" in told


@pytest.mark.parametrize(
    ("check", "where"), [("STATE-zero", "docs/checks.md#state-zero"), ("DRIFT-unit", "docs/drift.md#drift-unit")]
)
def test_a_check_has_a_page(check, where):
    """With an anchor that exists."""
    assert page(check) == where
    path, _, anchor = where.partition("#")
    text = (Path(__file__).parents[2] / path).read_text("utf-8").lower()
    assert f"# {anchor}\n" in text


def test_a_finding_of_no_class_is_an_error():
    """Only drift has classes."""
    assert [level(one) for one in (result(), drifted("risky"), drifted("compatible"))] == ["error", "warning", "note"]
