"""Reports of every command, for people and for programs."""

import json

import pytest

from harness import resources

CASSETTE = resources.cassettes() / "lighter" / "flat.yaml"
SAYS = {"--sarif": '"version": "2.1.0"', "--markdown": "## harness validate", "--json": '"schema_version": 1'}


@pytest.mark.parametrize(("option", "told"), SAYS.items(), ids=SAYS)
def test_a_report_goes_to_a_file_or_to_standard_output(option, told, harness, tmp_path):
    """And people read on standard error where a program reads standard output."""
    ended = harness("validate", CASSETTE, option, "-")
    assert ended.code == 0
    assert told in ended.out
    assert "passed" in ended.err
    harness("validate", CASSETTE, option, tmp_path / "report")
    assert (tmp_path / "report").read_text() == ended.out


def test_two_reports_do_not_share_standard_output(harness):
    """Exit code 2, before any work."""
    ended = harness("validate", CASSETTE, "--sarif", "-", "--markdown", "-")
    assert ended.code == 2
    assert ended.err == "harness: --markdown: only one report can go to standard output; name a file\n"


def test_a_report_that_cannot_be_written_is_said_before_any_work(harness, tmp_path):
    """Whichever it is."""
    ended = harness("validate", CASSETTE, "--sarif", tmp_path / "nowhere" / "x.sarif")
    assert ended.code == 2
    assert "--sarif" in ended.err


def test_findings_of_a_check_are_annotated(harness, placeholder, tmp_path):
    """Where the target is built, for GitHub; in SARIF as well."""
    path = tmp_path / "check.sarif"
    options = ("--venue", "extended", "--method", "_update_positions", "--check", "PLACEHOLDER")
    ended = harness("check", "--target", placeholder, *options, "--github", "--sarif", path)
    assert ended.code == 1
    assert "::error file=cli_placeholder.py,line=1,title=PLACEHOLDER-" in ended.out
    results = json.loads(path.read_text())["runs"][0]["results"]
    assert {one["ruleId"].partition("-")[0] for one in results} == {"PLACEHOLDER"}
    assert results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "cli_placeholder.py"
