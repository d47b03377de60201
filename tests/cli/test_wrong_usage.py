"""Wrong usage ends with exit code 2 and one clear line, whatever was wrong."""

import json

import pytest

PAYLOAD = {"exchange": "lighter", "transport": "rest", "method": "GET", "path": "/api/v1/account", "body": {}}
KEYLESS = """\
version: 1
interactions:
- request: {method: GET, body: null, headers: {}}
  response: {status: {code: 200, message: OK}, headers: {}, body: {string: '{}'}}
"""


def is_one_line(ended, *parts):
    """Whether a call ended as wrong usage must, and its line names all parts."""
    lines = ended.err.splitlines()
    return (
        ended.code == 2
        and ended.out == ""
        and len(lines) == 1
        and lines[0].startswith("harness: ")
        and all(part in lines[0] for part in parts)
    )


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["check", "--venue", "binance"], ["binance", "extended, lighter, hyperliquid"]),
        (["check", "--venue", "extended", "--check", "NOPE"], ["NOPE", "STATE", "docs/checks.md"]),
        (["check", "--check", "NOPE"], ["NOPE", "--check"]),
        (["check", "--venue", "extended", "--method", "_nope"], ["_nope", "_update_balances"]),
        (["check", "--method", "_nope"], ["_nope", "_update_balances"]),
        (["check", "--target", "json:loads"], ["--venue", "extended"]),
        (["check", "--target", "json", "--venue", "extended"], ["'json'", "module:factory"]),
        (
            ["check", "--target", "no_such_module:build", "--venue", "extended"],
            ["no_such_module", "ModuleNotFoundError"],
        ),
        (["check", "--target", "json:nope", "--venue", "extended"], ["json", "'nope'"]),
        (["check", "--target", "json:loads", "--venue", "extended"], ["json:loads", "the factory raised TypeError"]),
        (["check", "--venue", "extended", "--venue", "extended"], ["twice"]),
        (["check", "--venue", "extended", "--check", "PARSE-recorded"], ["PARSE-recorded", "--payloads"]),
        (["check", "--payloads", "no/such/folder"], ["no/such/folder", "no such folder"]),
        (["check", "--json", "no/such/folder/a.json"], ["--json", "no/such/folder/a.json"]),
        (["check", "--junit", "no/such/folder/a.xml"], ["--junit", "no/such/folder/a.xml"]),
        (["check", "--json", "-", "--junit", "-"], ["standard output"]),
        (["check", "--unplayed", "--check", "STATE"], ["--unplayed", "whole run"]),
        (["check", "--max-age", "-1"], ["--max-age"]),
        (["scan", "no/such/path"], ["no/such/path", "no such file or folder"]),
        (["import", "x.har", "--to", "out", "--venue", "lighter"], ["x.har", "no such file or folder"]),
        (["check", "--nonsense"], ["--nonsense", "--help"]),
        (["check", "surplus"], ["surplus"]),
        (["nonsense"], ["nonsense"]),
        ([], ["command", "--help"]),
        (["validate"], ["PATH"]),
        (["validate", "no/such/path"], ["no/such/path", "no such file or folder"]),
        (["validate", ".", "--kind", "guessed"], ["guessed", "recorded, observed, documented, mock"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_options_that_make_no_sense_are_named(harness, tmp_path, monkeypatch, arguments, parts):
    """The line names what was wrong and what would have been right."""
    monkeypatch.chdir(tmp_path)
    ended = harness(*arguments)
    assert is_one_line(ended, *parts), ended


@pytest.mark.parametrize(
    "broken",
    [
        ("a.json", "{", ["a.json", "not JSON"]),
        ("a.json", "[]", ["a.json", "not a payload file"]),
        ("a.json", "{}", ["a.json", "'exchange'"]),
        ("a.json", json.dumps(PAYLOAD | {"exchange": "binance"}), ["a.json", "binance"]),
        ("a.yaml", "{", ["a.yaml", "not YAML"]),
        ("a.yaml", "- 1", ["a.yaml", "not a cassette"]),
        ("a.yml", "version: 1", ["a.yml", "'interactions'"]),
        ("a.yaml", KEYLESS, ["a.yaml", "interaction 1", "'uri'"]),
        ("a.yaml", KEYLESS.replace("method: GET", "method: GET, uri: 'http://['"), ["a.yaml#1", "not an address"]),
        ("a.csv", "1,2", ["a.csv", ".json", ".yaml"]),
    ],
)
@pytest.mark.parametrize("way", ["named", "in a folder"])
def test_a_file_that_is_neither_payload_nor_cassette_is_named(harness, tmp_path, broken, way):
    """A folder is no excuse for a broken file, but what has another suffix is not looked at there."""
    name, text, parts = broken
    file = tmp_path / name
    file.write_text(text)
    ended = harness("validate", file if way == "named" else tmp_path)
    expected = ["no payloads"] if way == "in a folder" and name == "a.csv" else parts
    assert is_one_line(ended, *expected), ended


def test_an_empty_folder_has_no_payloads(harness, tmp_path):
    """Nothing to validate must not look like success."""
    assert is_one_line(harness("validate", tmp_path), str(tmp_path), "no payloads")


def test_a_kind_that_no_payload_has_is_no_success(harness, tmp_path):
    """The filter can leave nothing, and then nothing was shown."""
    (tmp_path / "a.json").write_text(json.dumps(PAYLOAD | {"provenance": {"kind": "mock"}}))
    assert is_one_line(harness("validate", tmp_path, "--kind", "recorded"), "no payload of kind recorded")


def test_a_report_cannot_be_a_folder(harness, tmp_path):
    """The path is tried before the work starts."""
    assert is_one_line(harness("check", "--json", tmp_path), "--json", "is a folder")


def test_an_existing_report_survives_wrong_usage(harness, tmp_path):
    """Trying whether a file can be written does not touch what is in it."""
    report = tmp_path / "report.json"
    report.write_text("precious")
    assert is_one_line(harness("check", "--venue", "binance", "--json", report), "binance")
    assert report.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [report]


def test_a_target_that_raises_when_imported_is_named(harness, module):
    """With the error that it raised."""
    name = module("cli_raises", "raise RuntimeError('no licence')")
    ended = harness("check", "--target", f"{name}:build", "--venue", "extended")
    assert is_one_line(ended, name, "RuntimeError: no licence"), ended


@pytest.mark.parametrize("text", ["raise SystemExit(0)", "def build(**arguments):\n    raise SystemExit(0)"])
def test_a_target_that_ends_the_process_is_no_success(harness, module, text):
    """An exit code of its own would look like that of a run without findings."""
    name = module("cli_exits", text)
    ended = harness("check", "--target", f"{name}:build", "--venue", "extended")
    assert is_one_line(ended, name, "SystemExit"), ended


def test_payloads_that_no_method_reads_are_no_success(harness, tmp_path):
    """A folder of other answers proves nothing of the update methods."""
    other = PAYLOAD | {"path": "/api/v1/fundings"}
    (tmp_path / "a.json").write_text(json.dumps(other))
    ended = harness("check", "--venue", "lighter", "--payloads", tmp_path, "--check", "PARSE-recorded")
    assert ended.code == 2
    assert "no payload there" in ended.err.splitlines()[-1]
