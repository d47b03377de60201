"""`harness validate` takes tapes: each text frame is matched to its channel."""

import json

import pytest

from harness import resources
from harness.cassette import tape
from harness.cassette.tape import Direction, Frame, Kind, Tape

NAME = "long_and_short.ws.jsonl"


@pytest.fixture
def changed(tmp_path):
    """The tape of a venue with its frames changed, sealed anew."""

    def write(venue, change, name=NAME):
        loaded = tape.load(resources.cassettes() / venue / NAME)
        frames = [change(frame) for frame in loaded.frames]
        tape.save(tmp_path / name, Tape(loaded.provenance, frames))
        return tmp_path / name

    return write


def test_the_harness_own_tapes_pass(harness):
    """Each frame by itself, under the name of its channel; what is not text is left out."""
    paths = [resources.cassettes() / venue / NAME for venue in ("extended", "lighter", "hyperliquid")]
    ended = harness("validate", *paths, "--json", "-")
    results = json.loads(ended.out)["results"]
    assert ended.code == 0
    assert {result["status"] for result in results} == {"pass"}
    frames = [frame for path in paths for frame in tape.load(path).frames if frame.kind is Kind.TEXT]
    assert len(results) == len(frames)
    assert results[0]["case"] == f"{paths[0]}#2"
    assert {"account", "orderbooks", "order-book", "subscribe-request", "ping", "l2-book"} <= {
        result["method"] for result in results
    }
    assert {result["evidence"]["kind"] for result in results} == {"documented"}


def test_a_frame_that_the_venue_does_not_document_is_a_finding(harness, changed):
    """Named by its line, with what is wrong with it."""

    def change(frame):
        return Frame(frame.at, frame.connection, frame.direction, frame.kind, frame.text.replace('"LONG"', '"long"'))

    path = changed("extended", change)
    ended = harness("validate", path)
    assert ended.code == 1
    assert f"{NAME}#4" in ended.out
    assert "LONG" in ended.out


def test_a_frame_of_no_channel_is_absent_and_one_that_is_no_json_fails(harness, changed):
    """Neither is passed over."""

    def change(frame):
        if frame.kind is not Kind.TEXT or frame.direction is Direction.SENT:
            return frame
        text = frame.text.replace('"POSITION"', "POSITION").replace("{", "[{", 1)
        return Frame(frame.at, frame.connection, frame.direction, frame.kind, text)

    extended = json.loads(harness("validate", changed("extended", change), "--json", "-").out)["summary"]
    assert extended["fail"] > 0
    lighter = json.loads(harness("validate", changed("lighter", change), "--json", "-").out)["summary"]
    assert lighter["absent"] > 0


def test_folders_are_searched_for_tapes_too(harness, changed, tmp_path):
    """Alone or beside cassettes, each file once."""
    changed("lighter", lambda frame: frame)
    alone = json.loads(harness("validate", tmp_path, tmp_path / NAME, "--json", "-").out)["results"]
    cassette = (resources.cassettes() / "lighter" / "flat.yaml").read_bytes()
    (tmp_path / "flat.yaml").write_bytes(cassette)
    both = json.loads(harness("validate", tmp_path, "--json", "-").out)["results"]
    assert len(both) > len(alone) == 20


@pytest.fixture
def folder(changed, tmp_path, monkeypatch):
    """The current folder, with an empty one, a tape, and a file that only looks like one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.ws.jsonl").write_text("{}\n")
    changed("lighter", lambda frame: frame, "a.ws.jsonl")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["empty"], "no payloads"),
        ([f"none/{NAME}"], "no such file"),
        (["broken.ws.jsonl"], "broken.ws.jsonl: not a tape"),
        (["a.ws.jsonl", "--kind", "nope"], "unknown kind"),
        (["a.ws.jsonl", "--kind", "recorded"], "no payload of kind recorded"),
    ],
)
def test_what_cannot_be_validated_is_named(harness, arguments, part):
    """In one line."""
    ended = harness("validate", *arguments)
    assert ended.code == 2
    assert part in ended.err
    assert ended.err.count("\n") == 1
