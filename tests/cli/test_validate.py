"""`harness validate`: payload files, cassettes and folders against the schemas."""

import json

import pytest

from harness import resources
from harness.cassette.model import Cassette, Interaction, Request, Response
from harness.cassette.store import save
from harness.contract import exceptions
from harness.contract.payloads import read
from harness.errors import UsageError

FUNDING = {
    "exchange": "hyperliquid",
    "transport": "rest",
    "method": "POST",
    "path": "/info",
    "request_body": {"type": "allMids"},
    "body": {"BTC": "77012.5"},
    "provenance": {"kind": "recorded"},
}


def written(folder, name, **changes):
    """A payload file."""
    file = folder / name
    file.write_text(json.dumps(FUNDING | changes))
    return file


def results(ended):
    """The results in a document on standard output, by the name of their file."""
    return {result["case"].rpartition("/")[2]: result for result in json.loads(ended.out)["results"]}


def test_each_payload_of_a_folder_gets_one_result(harness, tmp_path):
    """Valid, invalid and unknown ones; what is neither JSON nor YAML is not looked at."""
    written(tmp_path, "good.json")
    written(tmp_path, "bad.json", body={"BTC": 77012.5})
    written(tmp_path, "unknown.json", path="/no/such/path")
    (tmp_path / "README.md").write_text("about these payloads")
    ended = harness("validate", tmp_path, "--json", "-")
    found = results(ended)
    assert ended.code == 1
    assert {name: result["status"] for name, result in found.items()} == {
        "bad.json": "fail",
        "good.json": "pass",
        "unknown.json": "absent",
    }
    assert {result["check"] for result in found.values()} == {"SCHEMA"}
    assert {result["venue"] for result in found.values()} == {"hyperliquid"}
    assert found["good.json"]["method"] == "info-all-mids"


def test_a_failure_names_the_file_and_the_field(harness, tmp_path):
    """On the terminal, in one line, below the counts."""
    file = written(tmp_path, "bad.json", body={"BTC": None})
    ended = harness("validate", file)
    assert ended.code == 1
    assert any(str(file) in line and "/BTC" in line for line in ended.out.splitlines())
    assert "1 failed" in ended.out


def test_kind_leaves_the_others_out(harness, tmp_path):
    """A CI server can ask for what venues really said, and leave out what was invented."""
    written(tmp_path, "good.json")
    written(tmp_path, "invented.json", body={"BTC": 1}, provenance={"kind": "mock"})
    assert harness("validate", tmp_path).code == 1
    assert harness("validate", tmp_path, "--kind", "recorded").code == 0


def test_a_file_named_twice_is_one_payload(harness, tmp_path):
    """Once by its name and once by that of its folder."""
    file = written(tmp_path, "good.json")
    ended = harness("validate", file, tmp_path, "--json", "-")
    assert len(json.loads(ended.out)["results"]) == 1


def test_every_interaction_of_a_cassette_is_a_payload(harness):
    """With the venue from its host, the endpoint from its request, and its number as the case."""
    folder = resources.cassettes()
    ended = harness("validate", folder, "--json", "-")
    assert ended.code == 0, ended
    found = results(ended)
    assert len(found) > 100
    assert "flat.yaml#1" in found
    assert json.loads(ended.out)["venue"] == "extended,hyperliquid,lighter"
    assert {result["status"] for result in found.values()} == {"pass"}


@pytest.mark.parametrize(
    ("recorded", "verdict"),
    [
        (("https://api.hyperliquid-testnet.xyz/info", 200, b'{"BTC":"1"}'), "pass"),
        (("https://api.hyperliquid-testnet.xyz/info", 200, b'{"BTC":1}'), "fail"),
        (("https://api.hyperliquid-testnet.xyz/info", 200, b"<html>"), "fail"),
        (("https://api.hyperliquid-testnet.xyz/info", 502, b"<html>"), "pass"),
        (("https://api.example.com/info", 200, b'{"BTC":"1"}'), "absent"),
    ],
)
def test_a_cassette_of_another_project_needs_no_provenance(harness, tmp_path, recorded, verdict):
    """Its hosts tell the venue, and its bodies are judged as they are."""
    uri, status, body = recorded
    request = Request("POST", uri, b'{"type":"allMids"}')
    path = tmp_path / "foreign.yaml"
    save(path, Cassette(None, (Interaction(request, Response(status, "", body)),)))
    assert results(harness("validate", path, "--json", "-"))["foreign.yaml#1"]["status"] == verdict


def test_broken_invariants_of_a_valid_payload_are_told_without_failing(harness, tmp_path):
    """The shape is right, but the amounts do not add up."""
    cassette = resources.cassettes() / "lighter" / "long_and_short.yaml"
    from harness.checks.validation import payloads_of

    account = next(p for p in payloads_of(cassette) if p.path == "/api/v1/account")
    account.body["accounts"][0]["total_asset_value"] = "1"
    payload = {"exchange": "lighter", "transport": "rest", "path": "/api/v1/account", "body": account.body}
    file = tmp_path / "account.json"
    file.write_text(json.dumps(payload))
    ended = harness("validate", file, "--json", "-")
    assert ended.code == 0, ended
    (told,) = results(ended)["account.json"]["evidence"]["invariants"]
    assert "total_asset_value" in told


def test_a_refusal_with_http_200_is_no_answer_but_a_known_one(harness, tmp_path):
    """On the routes that an update reads, the venue's own envelope conforms; on others it does not."""
    account = {"exchange": "lighter", "transport": "rest", "path": "/api/v1/account", "body": {}}
    refusal = {"code": 20001, "message": "invalid param"}
    for name, changes in {
        "refused": {"body": refusal},
        "half": {"body": {"code": 20001}},
        "success": {"body": refusal | {"code": 200}},
        "elsewhere": {"body": refusal, "path": "/api/v1/orderBooks"},
    }.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(account | changes))
    found = results(harness("validate", tmp_path, "--json", "-"))
    assert {name: result["status"] for name, result in found.items()} == {
        "elsewhere.json": "fail",
        "half.json": "fail",
        "refused.json": "pass",
        "success.json": "fail",
    }


def test_of_the_real_payloads_only_mocks_are_rejected(harness, shared_payloads):
    """Recorded, observed and documented ones conform, but for the listed exceptions."""
    ended = harness("validate", shared_payloads, "--json", "-")
    rejected = [result for result in json.loads(ended.out)["results"] if result["status"] not in {"pass", "skip"}]
    assert rejected
    assert [r["case"] for r in rejected if r["status"] != "fail" or r["evidence"]["kind"] != "mock"] == []
    real = [argument for kind in ("recorded", "observed", "documented") for argument in ("--kind", kind)]
    assert harness("validate", shared_payloads, *real).code == 0


def test_every_exception_is_a_payload_that_would_fail(shared_payloads):
    """An exception that nothing needs any more is to be taken out of the list."""
    entries = exceptions.load()
    assert 0 < len(entries) <= exceptions.LIMIT
    for entry in entries:
        folder = shared_payloads / entry.venue / "rest" / entry.endpoint
        assert entry.sha256 in {exceptions.digest(read(path).body) for path in folder.glob("*.json")}


def test_a_digest_is_of_the_values_and_not_of_their_layout():
    """The order of keys does not matter, the order of rows does."""
    assert exceptions.digest({"a": 1, "b": [1, 2]}) == exceptions.digest({"b": [1, 2], "a": 1})
    assert exceptions.digest([1, 2]) != exceptions.digest([2, 1])


@pytest.mark.parametrize("text", ["{", "{}", "[1]", '[{"venue": "lighter"}]', json.dumps([{}] * 6)])
def test_a_malformed_list_of_exceptions_is_refused(tmp_path, text):
    """More than a few exceptions are a wrong schema."""
    path = tmp_path / "exceptions.json"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"exceptions\.json"):
        exceptions.load(path)
