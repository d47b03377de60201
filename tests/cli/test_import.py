"""`harness import`, called as a user calls it."""

import json
from pathlib import Path

import pytest

from harness.cassette import store, tape

KEY = "4c8f21d07be93a5566e0d1f7a9b3c2487d15ef0a96b84c3e"
HOST = "https://mainnet.zklighter.elliot.ai"
FLOWS = Path(__file__).parents[1] / "cassette" / "data" / "mitmproxy.flow"


def entry(body, url=f"{HOST}/api/v1/account?by=index&value=281473", headers=()):
    """An entry of a HAR file."""
    return {
        "startedDateTime": "2026-06-01T08:00:00Z",
        "request": {"method": "GET", "url": url, "headers": [{"name": n, "value": v} for n, v in headers]},
        "response": {
            "status": 200,
            "statusText": "OK",
            "headers": [],
            "content": {"size": 1, "text": json.dumps(body)},
        },
    }


@pytest.fixture
def archive(tmp_path):
    """A HAR file in which an account and a token travel."""
    body = {"code": 200, "total": 1, "accounts": [{"index": 281473}], "echo": f"token {KEY}"}
    path = tmp_path / "session of mine.har"
    entries = [entry(body, headers=[("Authorization", KEY)]), entry({}, "https://example.com/")]
    path.write_text(json.dumps({"log": {"entries": entries}}))
    return path


def test_an_archive_becomes_a_cassette_that_can_be_seen(harness, archive, tmp_path):
    """Named after the source, redacted, with the hosts that were left out."""
    ended = harness("import", archive, "--to", tmp_path / "out", "--venue", "lighter", "--json", tmp_path / "a.json")
    assert (ended.code, ended.err) == (0, "")
    assert "✓ IMPORT  lighter/session_of_mine: 1 interaction, 0 frames" in ended.out
    path = tmp_path / "out" / "lighter" / "session_of_mine.yaml"
    cassette = store.load(path)
    assert cassette.provenance.redactions > 0
    assert "281473" not in path.read_text()
    assert KEY not in path.read_text()
    (result,) = json.loads((tmp_path / "a.json").read_text())["results"]
    assert result["evidence"]["other_hosts"] == {"example.com": 1}
    assert result["evidence"]["recorded_at"] == "2026-06-01T08:00:00Z"
    assert harness("scan", path).code == 0
    assert harness("validate", path).code in {0, 1}


def test_flows_become_a_cassette_and_a_tape(harness, tmp_path):
    """Both of one scenario, each with its provenance."""
    ended = harness("import", FLOWS, "--to", tmp_path, "--venue", "extended", "--scenario", "mine")
    assert "extended/mine: 3 interactions, 3 frames" in ended.out
    assert len(store.load(tmp_path / "extended" / "mine.yaml").interactions) == 3
    assert len(list(tape.load(tmp_path / "extended" / "mine.ws.jsonl").frames)) == 3


def test_the_same_key_gives_the_same_pseudonyms(harness, archive, tmp_path, monkeypatch):
    """Two recordings of one account can be joined by whoever has the key."""
    monkeypatch.setenv("HARNESS_PSEUDONYM_KEY", "sixteen characters and more")
    for name in ("one", "two"):
        harness("import", archive, "--to", tmp_path, "--venue", "lighter", "--scenario", name)
    one, two = (store.load(tmp_path / "lighter" / f"{name}.yaml").interactions for name in ("one", "two"))
    assert one == two


def test_a_recording_is_not_replaced_unless_told(harness, archive, tmp_path):
    """What is there may be the better one."""
    arguments = ("import", archive, "--to", tmp_path, "--venue", "lighter", "--scenario", "one")
    harness(*arguments)
    refused = harness(*arguments)
    assert (refused.code, refused.out) == (2, "")
    assert "there is a recording already; choose another, or add --force" in refused.err
    assert harness(*arguments, "--force").code == 0


def test_a_leak_fails_the_import_and_nothing_is_written(harness, tmp_path):
    """An unknown credential where text is kept: it looks like one, whatever the data says of itself."""
    # harness-scan: allow jwt because it is made up
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.dozjgNryP4J3jVmN"
    message = f"harness-scan: allow jwt because trust me {token}"
    path = tmp_path / "leaking.har"
    path.write_text(json.dumps({"log": {"entries": [entry({"code": 400, "message": message})]}}))
    ended = harness("import", path, "--to", tmp_path / "out", "--venue", "lighter")
    assert ended.code == 1
    assert "✗ SCAN-pattern  cassette, line" in ended.out
    assert "nothing was written" in ended.out
    assert not (tmp_path / "out").exists()
    assert "eyJzdWIi" not in ended.out


def test_an_error_about_a_source_does_not_quote_a_known_secret(harness, tmp_path, monkeypatch):
    """A malformed cassette is described by what is wrong in it."""
    monkeypatch.setenv("MY_KEY", KEY)
    path = tmp_path / "theirs.yaml"
    path.write_text(f"version: 1\ninteractions:\n- request: '{KEY}'\n")
    for arguments in ((path,), (tmp_path / f"no-{KEY}.har",)):
        ended = harness("import", *arguments, "--to", tmp_path, "--venue", "lighter", "--secret-env", "MY_KEY")
        assert (ended.code, ended.out) == (2, "")
        assert KEY not in ended.err


def test_what_was_redacted_before_vouches_for_nothing_else(harness, archive, tmp_path):
    """A cassette that says it is redacted, imported together with an archive that is not."""
    harness("import", archive, "--to", tmp_path, "--venue", "lighter", "--scenario", "one")
    sources = (tmp_path / "lighter" / "one.yaml", archive)
    assert harness("import", *sources, "--to", tmp_path, "--venue", "lighter", "--scenario", "two").code == 0
    assert "281473" not in (tmp_path / "lighter" / "two.yaml").read_text()


def test_a_replaced_recording_leaves_no_old_tape_beside_it(harness, archive, tmp_path):
    """Cassette and tape of a scenario are of one recording."""
    stale = tmp_path / "lighter" / "one.ws.jsonl"
    stale.parent.mkdir()
    stale.write_text("an old one")
    assert harness("import", archive, "--to", tmp_path, "--venue", "lighter", "--scenario", "one", "--force").code == 0
    assert not stale.exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--venue", "binance"], "unknown venue 'binance'"),
        (["--venue", "lighter", "--environment", "moon"], "unknown environment 'moon'; known: mainnet, testnet"),
        (["--venue", "lighter", "--scenario", "../x"], "no name for a scenario: '../x'"),
        (["--venue", "lighter", "--scale", "much"], "not a number: 'much'"),
        (["--venue", "lighter", "--scale", "-1"], "amounts cannot be scaled by -1"),
        (["--venue", "extended"], "nothing of Extended in it"),
    ],
)
def test_wrong_usage_is_one_line(harness, archive, tmp_path, arguments, told):
    """Before anything is written."""
    ended = harness("import", archive, "--to", tmp_path / "out", *arguments)
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert told in ended.err
    assert not (tmp_path / "out").exists()


def test_a_key_that_is_too_short_is_refused(harness, archive, tmp_path, monkeypatch):
    """It could be guessed, and every pseudonym with it."""
    monkeypatch.setenv("HARNESS_PSEUDONYM_KEY", "short")
    assert "too short for a key" in harness("import", archive, "--to", tmp_path, "--venue", "lighter").err
