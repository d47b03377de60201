"""`harness scan`, called as a user calls it."""

import base64
import json
from xml.etree import ElementTree as ET

import pytest

# harness-scan: allow hex-key because it is made up
KEY = "0x4c8f21d07be93a5566e0d1f7a9b3c2487d15ef0a96b84c3e21d7f0956ab8ce13"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a leak in the third line of a file, and a variable that holds the secret."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "clean.txt").write_text("nothing\n")
    (tmp_path / "src" / ".hidden").write_text(f"a\nb\nkey {base64.b64encode(KEY.encode()).decode()}\n")
    monkeypatch.setenv("MY_KEY", KEY)
    return tmp_path / "src"


def test_a_known_secret_is_told_by_name_file_line_and_form(harness, folder):
    """Exit code 1, and nothing of the value, on the terminal and in the reports."""
    ended = harness(
        "scan", folder, "--secret-env", "MY_KEY", "--json", folder.parent / "a.json", "--junit", folder.parent / "a.xml"
    )
    assert (ended.code, ended.err) == (1, "")
    assert f"✗ SCAN-known  {folder}/.hidden:3: MY_KEY is there: base64" in ended.out
    document = json.loads((folder.parent / "a.json").read_text())
    (found,) = [one for one in document["results"] if (one["status"], one["check"]) == ("fail", "SCAN-known")]
    assert found["evidence"] == {"file": f"{folder}/.hidden", "line": 3, "kind": "base64", "secret": "MY_KEY"}
    assert len(ET.parse(folder.parent / "a.xml").findall(".//failure")) == document["summary"]["fail"]
    for text in (ended.out, (folder.parent / "a.json").read_text(), (folder.parent / "a.xml").read_text()):
        assert KEY[2:12] not in text


def test_a_clean_folder_passes(harness, folder):
    """Without known secrets it is still searched for what looks like one."""
    ended = harness("scan", folder / "clean.txt")
    assert (ended.code, ended.out, ended.err) == (0, "2 passed\n", "")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("s.json", json.dumps({"lighter": {"key": KEY, "account_index": 7}})),
        ("s.toml", f'[lighter]\nkey = "{KEY}"\n'),
        ("s.env", f"# comment\nexport lighter.key='{KEY}'\n"),
    ],
)
def test_secrets_come_from_a_file_of_any_usual_form(harness, folder, tmp_path, name, content):
    """Named by their place in it."""
    (tmp_path / name).write_text(content)
    assert "lighter.key is there: base64" in harness("scan", folder, "--secrets", tmp_path / name).out


def test_a_secret_in_the_name_of_a_file_is_found_and_not_shown(harness, folder):
    """Neither in the report nor in an error about the file."""
    (folder / f"dump-{KEY}.txt").write_text("nothing")
    ended = harness("scan", folder, "--secret-env", "MY_KEY")
    assert "dump-[secret].txt: MY_KEY is there: its own name" in ended.out
    assert KEY not in ended.out
    gone = harness("scan", folder / f"no-{KEY}", "--secret-env", "MY_KEY")
    assert gone.code == 2
    assert KEY not in gone.err


def test_lookalikes_are_allowed_with_a_reason_only(harness, folder, tmp_path):
    """By a file; they are listed, and fail nothing. A known secret stays a finding."""
    (folder / ".hidden").write_text(f'{{"seed": "{KEY}"}}')
    allow = tmp_path / "allow.toml"
    allow.write_text('[[allow]]\nfile = "*/.hidden"\nkind = "hex-key"\nreason = "made up for a test"\n')
    ended = harness("scan", folder, "--allow", allow)
    assert (ended.code, ended.err) == (0, "")
    assert "allowed: made up for a test" in ended.out
    assert harness("scan", folder, "--allow", allow, "--secret-env", "MY_KEY").code == 1
    allow.write_text('[[allow]]\nfile = "*"\nkind = "hex-key"\n')
    refused = harness("scan", folder, "--allow", allow)
    assert (refused.code, refused.out) == (2, "")
    assert (
        "[[allow]] number 1 is not complete; each [[allow]] has a file (a pattern), a kind and a reason" in refused.err
    )


def test_wrong_usage_is_one_line(harness, folder, tmp_path, monkeypatch):
    """Variables that are not set, files that are not there, or that could be committed."""
    monkeypatch.setenv("TINY", "1234")
    (tmp_path / ".git").mkdir()
    inside = tmp_path / "secrets.json"
    inside.write_text(json.dumps({"key": KEY}))
    for arguments, told in (
        (["--secret-env", "NOT_SET"], "the environment variable NOT_SET is not set"),
        (["--secret-env", "TINY"], "the value of TINY is too short to be a secret"),
        (["--secrets", inside], "a file of secrets in a repository; move it out of"),
        (["--secrets", "/no/such/file"], "cannot be read"),
        (["--allow", "/no/such/file"], "cannot be read"),
    ):
        ended = harness("scan", folder, *arguments)
        assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
        assert told in ended.err
        assert KEY not in ended.err


@pytest.mark.parametrize("name", ["s.json", "s.toml", "s.env"])
def test_a_file_of_secrets_that_is_malformed_is_not_quoted(harness, folder, tmp_path, name):
    """The place is enough to mend it."""
    (tmp_path / name).write_text(f"{KEY} {{")
    ended = harness("scan", folder, "--secrets", tmp_path / name)
    assert ended.code == 2
    assert name in ended.err
    assert KEY[2:12] not in ended.err
