"""`harness check`, called as a user calls it."""

import json
import re
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest

from harness.findings import Status

INTERRUPTS = """
import os, signal
from harness.connectors.extended import build as right

built = 0

def build(**arguments):
    global built
    built += 1
    if built == 2:
        os.kill({process}, signal.SIGINT)
    return right(**arguments)
"""


def as_a_user(folder, *arguments):
    """Call the command in a process of its own, from a folder outside the checkout."""
    return subprocess.run(
        [sys.executable, "-m", "harness", *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_the_reference_connectors_pass_side_by_side_from_any_folder(tmp_path):
    """Three venues in one document, in the order in which they are named, and a table for people."""
    ended = as_a_user(tmp_path, "check", "--check", "PLACEHOLDER", "--check", "PARSE-values", "--json", "report.json")
    assert (ended.returncode, ended.stderr) == (0, ""), ended
    document = json.loads((tmp_path / "report.json").read_text())
    assert set(document) == {"schema_version", "command", "target", "venue", "results", "summary", "recordings"}
    assert (document["schema_version"], document["command"]) == (1, "check")
    assert document["venue"] == "extended,lighter,hyperliquid"
    assert list(dict.fromkeys((result["venue"], result["method"]) for result in document["results"])) == [
        (venue, method)
        for venue in ("extended", "lighter", "hyperliquid")
        for method in ("_update_balances", "_update_positions")
    ]
    assert document["summary"]["pass"] == len(document["results"]) > 20
    assert "PLACEHOLDER" in ended.stdout
    assert f"{len(document['results'])} passed" in ended.stdout
    assert document["recordings"]["documentation"] > 3
    assert f"recordings played: {document['recordings']['documentation']} documentation" in ended.stdout
    assert "\x1b" not in ended.stdout


def test_a_finding_says_what_was_expected_what_came_and_where_to_look(harness, placeholder):
    """And the run ends with exit code 1."""
    ended = harness("check", "--target", placeholder, "--venue", "extended", "--check", "PLACEHOLDER")
    assert ended.code == 1
    assert ended.err == ""
    for told in ("✗ PLACEHOLDER-answers", "_update_positions", "expected", "actual", "payload"):
        assert told in ended.out
    assert "docs/checks.md#placeholder-answers" in ended.out
    assert "2 passed, 2 failed" in ended.out


def test_an_absent_method_is_absent_and_no_finding(harness, module):
    """A connector that has balances only is examined for balances only."""
    name = module(
        "cli_absent",
        "from harness.connectors.extended import build as right\n"
        "def build(**arguments):\n"
        "    connector = right(**arguments)\n"
        "    connector._update_positions = None\n"
        "    return connector\n",
    )
    ended = harness(
        "check", "--target", f"{name}:build", "--venue", "extended", "--check", "PLACEHOLDER", "--json", "-"
    )
    assert ended.code == 0
    statuses = {(result["method"], result["status"]) for result in json.loads(ended.out)["results"]}
    assert statuses == {("_update_balances", "pass"), ("_update_positions", "absent")}


def test_method_and_check_narrow_the_run(harness, placeholder):
    """Ids and families can be mixed, and the finding is in what is left out here."""
    narrow = ["--method", "_update_balances", "--check", "STATE-zero", "--check", "LEAK", "--json", "-"]
    ended = harness("check", "--target", placeholder, "--venue", "extended", *narrow)
    assert ended.code == 0
    results = json.loads(ended.out)["results"]
    assert {result["method"] for result in results} == {"_update_balances"}
    assert {result["check"] for result in results} == {"STATE-zero", "LEAK-close", "LEAK-growth"}


def test_json_on_standard_output_is_alone_there(harness, module):
    """The table goes to standard error, and so does whatever the connector prints."""
    noisy = (
        "from harness.connectors.extended import build as right\n"
        "def build(**arguments):\n"
        "    print('noise')\n"
        "    return right(**arguments)\n"
    )
    name = module("cli_noisy", noisy)
    ended = harness(
        "check", "--target", f"{name}:build", "--venue", "extended", "--check", "PLACEHOLDER", "--json", "-"
    )
    assert json.loads(ended.out)["summary"][Status.PASS] == 4
    assert "noise" in ended.err
    assert "4 passed" in ended.err


def test_junit_has_a_suite_for_each_method(harness, placeholder, tmp_path):
    """With as many failures as there are findings."""
    report = tmp_path / "report.xml"
    harness("check", "--target", placeholder, "--venue", "extended", "--check", "PLACEHOLDER", "--junit", report)
    suites = {suite.get("name"): suite for suite in ET.parse(report).getroot()}
    assert set(suites) == {"extended._update_balances", "extended._update_positions"}
    assert suites["extended._update_balances"].get("failures") == "0"
    assert suites["extended._update_positions"].get("failures") == "2"


def test_payload_files_are_cases_too(harness, tmp_path):
    """An answer that a venue gave once is judged like a recorded one."""
    body = {
        "status": "OK",
        "data": {
            "collateralName": "USD",
            "balance": "13500",
            "equity": "12000",
            "availableForTrade": "1200",
            "availableForWithdrawal": "100",
            "unrealisedPnl": "-10.5",
            "initialMargin": "160",
            "marginRatio": "1.5",
            "updatedTime": 1701563440000,
            "exposure": "12751.859629",
            "leverage": "1275.1860",
        },
    }
    payload = {"exchange": "extended", "transport": "rest", "method": "GET", "path": "/api/v1/user/balance"}
    (tmp_path / "balance.json").write_text(json.dumps(payload | {"status": 200, "body": body}))
    narrow = ["--venue", "extended", "--check", "PARSE-recorded", "--json", "-"]
    ended = harness("check", *narrow, "--payloads", tmp_path)
    results = json.loads(ended.out)["results"]
    assert [(result["check"], result["case"], result["status"]) for result in results] == [
        ("PARSE-recorded", "balance.json", "pass")
    ], ended


def test_an_interrupted_run_reports_what_it_had_found(module, tmp_path):
    """Exit code 130, and the document says that it is not whole."""
    module("cli_interrupts", INTERRUPTS.format(process="os.getpid()"))
    target = ["--target", "cli_interrupts:build", "--venue", "extended"]
    ended = as_a_user(tmp_path, "check", *target, "--check", "PLACEHOLDER", "--json", "report.json")
    assert ended.returncode == 130, ended
    assert "interrupted" in ended.stdout
    assert json.loads((tmp_path / "report.json").read_text())["interrupted"] is True


@pytest.mark.skipif(sys.platform == "win32", reason="there is no signal to send to another process")
def test_an_interrupt_ends_the_processes_side_by_side_too(module, tmp_path):
    """None is left behind, or the pipes to this test would stay open."""
    module("cli_interrupts_all", INTERRUPTS.format(process="os.getppid()"))
    target = ["--target", "cli_interrupts_all:build", "--venue", "extended", "--venue", "lighter"]
    ended = as_a_user(tmp_path, "check", *target, "--check", "PLACEHOLDER")
    assert ended.returncode == 130, ended
    assert "interrupted" in ended.stdout


def test_a_process_that_dies_is_a_fault_and_no_success(harness, module):
    """Exit code 3 and one line; the traceback only for those who ask."""
    module("cli_dies", "import os\ndef build(**arguments):\n    os._exit(7)\n")
    command = ["check", "--target", "cli_dies:build", "--venue", "extended", "--venue", "lighter", "--check", "LEAK"]
    ended = harness(*command)
    assert ended.code == 3
    assert ended.err.splitlines()[-1].startswith("harness: a fault of the harness:")
    assert "exit code 7" in ended.err
    assert "Traceback" not in ended.err
    assert "Traceback" in harness(*command, "--debug").err


def test_a_reader_who_has_seen_enough_is_no_fault(placeholder, tmp_path):
    """The output can be piped into `head`."""
    command = [sys.executable, "-m", "harness", "check", "--venue", "extended", "--check", "PLACEHOLDER"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
    assert process.returncode in {0, 1}


def test_only_commands_that_exist_are_listed(harness):
    """Help is on standard output and is no error."""
    ended = harness("--help")
    assert (ended.code, ended.err) == (0, "")
    listed = ended.out.partition("Commands:")[2].partition("Exit codes:")[0]
    assert re.findall(r"^  (\w+)", listed, re.MULTILINE) == [
        "check",
        "validate",
        "scan",
        "import",
        "fuzz",
        "drift",
        "record",
        "serve",
    ]


def test_help_imports_nothing_that_takes_long():
    """Whoever asks for help must not wait for an HTTP client, a schema compiler or a test framework."""
    heavy = ("aiohttp", "jsonschema", "jsonschema_rs", "pytest", "rich", "vcr", "yaml")
    script = (
        "import sys; from harness.cli import main; code = main(['--help']); "
        f"found = [name for name in {heavy} if name in sys.modules]; sys.exit(f'imported {{found}}' if found else code)"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
