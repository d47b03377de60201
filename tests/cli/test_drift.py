"""`harness drift` as it is called: exit codes, what is shown, what is written."""

import json

import pytest

from harness import exact, resources
from harness.checks.validation import payloads_of

OLD = next(
    one.body
    for one in payloads_of(resources.cassettes() / "lighter" / "long_and_short.yaml")
    if one.path == "/api/v1/account"
)


@pytest.fixture
def answer(tmp_path):
    """Write the recorded answer with a part of its text replaced; gives the file."""

    def written(name, old="", new=""):
        text = exact.encode(OLD).decode().replace(old, new) if old else exact.encode(OLD).decode()
        told = {"exchange": "lighter", "transport": "rest", "method": "GET", "path": "/api/v1/account", "status": 200}
        path = tmp_path / f"{name}.json"
        path.write_bytes(exact.encode({**told, "body": exact.decode(text)}))
        return path

    return written


def test_nothing_new_is_nothing_found(harness, answer):
    """Exit code 0, one line."""
    ended = harness("drift", answer("new"), "--against", answer("old"))
    assert (ended.code, ended.out.strip()) == (0, "1 endpoints and channels as they were")


def test_what_breaks_is_told_with_its_proof(harness, answer):
    """Exit code 1: rule, path, before and after, and what the connector would do."""
    ended = harness("drift", answer("new", '"avg_entry_price"', '"average_entry_price"'), "--against", answer("old"))
    assert ended.code == 1
    row = "lighter/rest/account /accounts/*/positions/*"
    assert f"breaking DRIFT-renamed  {row}/avg_entry_price -> /accounts/*/positions/*/average_entry_price" in ended.out
    assert "read by _update_positions: entry_price; EVOLVE-missing fails where it goes unnoticed" in ended.out
    assert "`_update_positions` of lighter would fail: raised MalformedAnswer" in ended.out
    assert ended.out.splitlines()[-1] == "1 breaking"


@pytest.mark.parametrize(
    ("options", "code"),
    [((), 0), (("--fail-on", "risky"), 0), (("--fail-on", "compatible"), 1), (("--all-fields",), 0)],
)
def test_the_class_that_fails_can_be_chosen(options, code, harness, answer):
    """A new field is compatible."""
    ended = harness("drift", answer("new", '"sign":', '"newcomer":1,"sign":'), *options)
    assert "compatible DRIFT-added  lighter/rest/account /accounts/*/positions/*/newcomer" in ended.out
    assert ended.code == code


def test_a_summary_is_saved_and_compared_with_later(harness, answer, tmp_path):
    """In place of the recordings that it was made from."""
    assert harness("drift", answer("old"), "--save", tmp_path / "old.summary.json").code == 0
    new = answer("new", '"avg_entry_price"', '"average_entry_price"')
    ended = harness("drift", new, "--against", tmp_path / "old.summary.json")
    assert "DRIFT-renamed" in ended.out


def test_every_report_tells_of_drift(harness, answer, tmp_path, monkeypatch):
    """Files for programs, annotations and a summary for GitHub, and a patch."""
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    names = {kind: tmp_path / f"report.{kind}" for kind in ("json", "junit", "sarif", "markdown")}
    options = [word for kind, path in names.items() for word in (f"--{kind}", path)]
    new = answer("new", '"avg_entry_price"', '"average_entry_price"')
    ended = harness("drift", new, "--against", answer("old"), *options, "--github", "--propose", tmp_path / "p.patch")
    assert ended.code == 1
    (result,) = json.loads(names["json"].read_text())["results"]
    assert (result["check"], result["status"], result["evidence"]["class"]) == ("DRIFT-renamed", "fail", "breaking")
    assert result["method"] == "_update_positions"
    assert result["evidence"]["recording"] == str(new)
    assert result["evidence"]["read by"] == ["_update_positions: entry_price"]
    assert result["evidence"]["checks"] == ["EVOLVE-missing"]
    assert "DRIFT-renamed" in names["junit"].read_text()
    assert json.loads(names["sarif"].read_text())["runs"][0]["results"][0]["ruleId"] == "DRIFT-renamed"
    assert "| breaking | DRIFT-renamed |" in names["markdown"].read_text()
    assert "::error file=" in ended.out
    assert (tmp_path / "summary.md").read_text() == names["markdown"].read_text()
    assert "+++ b/schemas/lighter/rest/account.json" in (tmp_path / "p.patch").read_text()


def test_two_processes_find_what_one_does(harness, answer):
    """The same words."""
    new = answer("new", '"sign":1', '"sign":0')
    one, two = (harness("drift", new, answer("old"), "--jobs", jobs).out for jobs in ("1", "2"))
    assert "DRIFT-enum" in one
    assert one == two


def test_two_schemas_and_two_documents_are_compared(harness, tmp_path):
    """By the word before them."""
    for name, kind in (("old", "string"), ("new", "integer")):
        (tmp_path / f"{name}.json").write_text(json.dumps({"type": "object", "properties": {"a": {"type": kind}}}))
        path = {"get": {"responses": {"200": {"schema": {"type": kind}}}}}
        (tmp_path / f"{name}.yaml").write_text(json.dumps({"swagger": "2.0", "paths": {"/api/v1/info": path}}))
    ended = harness("drift", "schemas", tmp_path / "old.json", tmp_path / "new.json", "--fail-on", "risky")
    assert (ended.code, "risky DRIFT-retyped" in ended.out) == (1, True)
    ended = harness("drift", "openapi", tmp_path / "old.yaml", tmp_path / "new.yaml")
    assert (ended.code, "risky DRIFT-retyped" in ended.out) == (0, True)


def test_real_payloads_of_other_projects_break_nothing(harness, shared_payloads):
    """What they recorded, observed and documented."""
    kinds = [word for kind in ("recorded", "observed", "documented") for word in ("--kind", kind)]
    ended = harness("drift", shared_payloads, *kinds)
    assert ended.code == 0
    assert "breaking" not in ended.out


def test_mocks_that_are_wrong_are_told_why(harness, shared_payloads):
    """The account that lacks what a balance is read from, and times in another unit."""
    ended = harness("drift", shared_payloads, "--kind", "mock")
    assert ended.code == 1
    assert "breaking DRIFT-optional  lighter/rest/account /accounts/*/total_asset_value" in ended.out
    assert "risky DRIFT-unit  lighter/rest/account-active-orders /orders/*/created_at" in ended.out
    assert "risky DRIFT-format  hyperliquid/rest/info-order-status /order/order/cloid" in ended.out


def test_a_venue_that_nothing_was_read_of_is_wrong_usage(harness, answer):
    """In a schedule, nothing differs where nothing was looked at."""
    ended = harness("drift", answer("new"), "--venue", "extended")
    assert (ended.code, ended.out) == (2, "")
    assert "no payloads of extended" in ended.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "one thing is compared at a time"),
        (("x.json", "--live", "mainnet", "--venue", "lighter"), "one thing is compared at a time"),
        (("nothing.json",), "nothing.json: no such file or folder"),
        (("x", "--fail-on", "fatal"), "known are breaking, risky, compatible"),
        (("x", "--jobs", "0"), "--jobs: 0 is not above zero"),
        (("x", "--target", "a:b"), "--target needs its venue"),
        (("--live", "mainnet"), "--live needs its venue"),
        (("--live", "mainnet", "--venue", "lighter", "--param", "x"), "not NAME=VALUE"),
        (("--live", "moon", "--venue", "lighter"), "has no environment"),
        (("x", "--venue", "nowhere"), "unknown venue"),
        (("sdk", "lighter-sdk", "lighter-sdk==1.0.0"), "not a version of a package"),
        (("sdk", "a==1", "b==2", "c==3"), "an old and a new version"),
        (("schemas", "x"), "an old and a new version"),
        (("x", "--engine", "spark"), "no such file"),
        (("x", "--save", "nowhere/x.json"), "--save nowhere/x.json: cannot be written"),
        (("x", "--propose", "nowhere/x.patch"), "--propose nowhere/x.patch: cannot be written"),
    ],
)
def test_wrong_usage_is_one_line(arguments, told, harness):
    """What, where, and how to mend it; exit code 2."""
    ended = harness("drift", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert told in ended.err
    assert len(ended.err.splitlines()) == 1
