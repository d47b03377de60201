"""`harness fuzz`, called as a user calls it."""

import json
import subprocess
import sys

import pytest

INTERRUPTS = """
import os, signal
from harness.connectors.extended import build as right

async def nothing():
    return None

built = 0

def build(**arguments):
    global built
    built += 1
    if built == {after}:
        os.kill({process}, signal.SIGINT)
    connector = right(**arguments)
    connector._update_balances = nothing
    return connector
"""

NARROW = ["--venue", "extended", "--database", "none", "--seed", "1"]


def as_a_user(folder, *arguments):
    """Call the command in a process of its own, from a folder outside the checkout."""
    command = [sys.executable, "-m", "harness", "fuzz", *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", timeout=120, check=False)


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["--examples", "5", "--minutes", "1"], ["--examples", "--minutes", "exclude each other"]),
        (["--jobs", "0"], ["--jobs", "0 is not above zero"]),
        (["--examples", "0"], ["--examples"]),
        (["--minutes", "nan"], ["--minutes"]),
        (["--minutes=-1"], ["--minutes"]),
        (["--venue", "binance"], ["binance", "extended, lighter, hyperliquid"]),
        (["--venue", "extended", "--venue", "extended"], ["twice"]),
        (["--method", "_nope"], ["_nope", "_update_balances"]),
        (["--target", "json:loads"], ["--venue"]),
        (["--target", "no_such_module:build", *NARROW], ["no_such_module"]),
        (["--target", "no_such_module:build", *NARROW, "--jobs", "2"], ["no_such_module"]),
        (["--venue", "extended", "--save", "a.file"], ["--save a.file", "is not a folder"]),
        (["--venue", "extended", "--save", "a.file/below"], ["--save a.file/below", "cannot be made"]),
        (["--database", "a.file"], ["--database a.file", "is a file"]),
        (["--database", "redis://127.0.0.1:1/0"], ["--database redis://127.0.0.1:1/0"]),
        (["--json", "no/such/folder/a.json"], ["--json"]),
    ],
    ids=str,
)
def test_options_that_make_no_sense_are_named(harness, tmp_path, monkeypatch, arguments, parts):
    """In one line, before anything is generated."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.file").touch()
    ended = harness("fuzz", *arguments)
    assert (ended.code, ended.out) == (2, "")
    (line,) = ended.err.splitlines()
    assert line.startswith("harness: ")
    assert all(part in line for part in parts), line


def test_a_finding_is_reported_saved_and_replayed_by_check(harness, placeholder, tmp_path):
    """The report names the file, which fails for the target and passes for the correct connector."""
    folder = tmp_path / "found"
    narrow = [*NARROW, "--method", "_update_positions"]
    report = tmp_path / "report.json"
    ended = harness("fuzz", "--target", placeholder, *narrow, "--examples", 20, "--save", folder, "--json", report)
    assert ended.code == 1, ended
    assert "seed 1" in ended.out
    (result,) = [told for told in json.loads(report.read_text())["results"] if told["status"] == "fail"]
    (path,) = folder.glob("extended/*.yaml")
    assert (result["evidence"]["saved"], result["case"]) == (str(path), path.stem)
    replayed = [
        "--venue",
        "extended",
        "--check",
        result["check"].partition("-")[0],
        "--cassettes",
        folder,
        "--json",
        "-",
    ]
    again = json.loads(harness("check", "--target", placeholder, *replayed).out)["results"]
    assert [told["status"] for told in again if told["case"] == path.stem] == ["fail"]
    right = harness("check", *replayed)
    assert right.code == 0
    assert [told["status"] for told in json.loads(right.out)["results"] if told["case"] == path.stem] == ["pass"]


def test_processes_side_by_side_are_merged_into_one_row_a_method(tmp_path):
    """Four processes for two methods: each does its part of the examples with a seed of its own."""
    ended = as_a_user(tmp_path, *NARROW, "--examples", 20, "--jobs", 4, "--json", "report.json")
    assert ended.returncode == 0, ended
    results = json.loads((tmp_path / "report.json").read_text())["results"]
    assert [(told["method"], told["evidence"]["examples"]) for told in results] == [
        ("_update_balances", 20),
        ("_update_positions", 20),
    ]
    assert all(told["evidence"]["never exercised"] for told in results)
    assert not (tmp_path / ".hypothesis" / "harness").exists()


def test_the_database_of_one_run_begins_the_next(harness, placeholder, tmp_path):
    """Also with another seed, in the folder that is named."""
    narrow = ["--target", placeholder, "--venue", "extended", "--examples", 20, "--database", tmp_path / "kept"]
    first = harness("fuzz", *narrow, "--seed", 1, "--method", "_update_positions")
    assert first.code == 1
    files = [path for path in (tmp_path / "kept").rglob("*") if path.is_file()]
    assert files
    assert harness("fuzz", *narrow, "--seed", 2, "--method", "_update_positions").code == 1


@pytest.mark.parametrize(
    "jobs", [1, pytest.param(2, marks=pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT"))]
)
def test_an_interrupted_run_reports_what_it_had_found(module, tmp_path, jobs):
    """Exit code 130, the finding, and a document that says that it is not whole."""
    process, after = ("os.getpid()", 20) if jobs == 1 else ("os.getppid()", 20)
    module("cli_fuzz_interrupts", INTERRUPTS.format(process=process, after=after))
    target = ["--target", "cli_fuzz_interrupts:build", *NARROW, "--examples", 1000000, "--jobs", jobs]
    ended = as_a_user(tmp_path, *target, "--json", "report.json", "--method", "_update_balances")
    assert ended.returncode == 130, ended
    assert "interrupted" in ended.stdout
    document = json.loads((tmp_path / "report.json").read_text())
    assert document["interrupted"] is True
    assert [told["check"] for told in document["results"] if told["status"] == "fail"] == ["PLACEHOLDER-asks"]
