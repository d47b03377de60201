"""Recordings of every sort become the same summaries, however they are cut and spread."""

import json

import pytest
from drift_support import summary_of

from harness import exact
from harness.cassette import tape
from harness.cassette.model import Environment, Provenance
from harness.drift import captures
from harness.drift.captures import chunks, observe
from harness.drift.engine import observed
from harness.errors import UsageError

ACCOUNT = "lighter/rest/account"


def payload(body, **told):
    """A payload file's document."""
    known = {"exchange": "lighter", "transport": "rest", "method": "GET", "path": "/api/v1/account", "status": 200}
    return {**known, "provenance": {"kind": "recorded"}, **told, "body": body}


def body(index, size="1.50"):
    """An account with a position."""
    return {"code": 200, "accounts": [{"account_index": index, "positions": [{"position": size}]}]}


def write(path, *documents):
    """A file of JSON, one document a line."""
    path.write_bytes(b"".join(exact.encode(document) + b"\n" for document in documents))
    return path


def read(*paths, **told):
    """What the recordings say."""
    return observed(chunks(paths, **told))


def test_payload_files_go_to_the_topic_that_their_request_tells(tmp_path):
    """Errors to that of errors, and unknown routes nowhere."""
    write(tmp_path / "a.json", payload(body(7)))
    write(tmp_path / "b.json", payload({"code": 20001, "message": "invalid param"}, status=400))
    write(tmp_path / "c.json", payload({}, path="/api/v9/nothing"))
    write(tmp_path / "d.json", payload("<html>", body_encoding="text", status=502))
    seen = read(tmp_path)
    assert {name: topic.documents for name, topic in seen.summary.topics.items()} == {
        ACCOUNT: 1,
        "lighter/rest/error": 1,
    }
    assert list(seen.unknown) == [str(tmp_path / "c.json")]


def test_half_a_surrogate_pair_is_read_like_any_text(tmp_path):
    """JSON may hold one, though UTF-8 does not."""
    (tmp_path / "a.json").write_text(json.dumps(payload({"code": 200, "message": "\ud800"})))
    (slot,) = [read(tmp_path).summary.topics[ACCOUNT].root.fields["message"]]
    assert slot.values == {'"\ud800"': 1}


@pytest.mark.parametrize("levels", [150, 900])
def test_what_is_nested_without_measure_is_said_in_one_line(levels, tmp_path):
    """With the file; a fault of the harness it is not."""
    deep = '{"x":' * levels + "1" + "}" * levels
    (tmp_path / "a.json").write_text(json.dumps(payload({"code": 200, "x": "deep"})).replace('"deep"', deep))
    with pytest.raises(UsageError, match=r"a\.json: nested .*deep"):
        read(tmp_path)


def test_only_the_kinds_that_are_asked_for_count(tmp_path):
    """Mocks are wrong now and then."""
    write(tmp_path / "a.json", payload(body(7)))
    write(tmp_path / "b.json", payload(body(8), provenance={"kind": "mock"}))
    assert read(tmp_path, kinds=("recorded",)).summary.topics[ACCOUNT].documents == 1


def test_a_summary_is_a_recording_of_recordings(tmp_path):
    """What was saved yesterday counts with what is read today."""
    write(tmp_path / "a.json", payload(body(7)))
    (tmp_path / "old.json").write_text(json.dumps(summary_of(json.dumps(body(6)), topic=ACCOUNT).document()))
    assert read(tmp_path).summary.topics[ACCOUNT].documents == 2


def test_a_cassette_is_read_whole():
    """Every interaction that is an answer in JSON."""
    from harness import resources

    seen = read(resources.cassettes() / "lighter" / "long_and_short.yaml")
    assert seen.summary.topics[ACCOUNT].root.fields["accounts"].items.fields["positions"].items.count > 1
    assert not seen.unknown


def test_lines_are_bodies_of_the_topic_that_is_named(tmp_path):
    """Or payload files, one a line; their place is an offset."""
    bare = write(tmp_path / "bare.jsonl", body(1), body(2))
    whole = write(tmp_path / "whole.jsonl", payload(body(1)), payload(body(2)))
    assert read(bare, topic=ACCOUNT).summary.topics[ACCOUNT].documents == 2
    assert read(whole).summary.topics[ACCOUNT].documents == 2
    index = read(bare, topic=ACCOUNT).summary.topics[ACCOUNT].root.fields["accounts"].items.fields["account_index"]
    first, last = index.kinds["integer"].first, index.kinds["integer"].last
    assert first == (str(bare), 0, "1")
    assert bare.read_bytes()[last[1] :] == exact.encode(body(2)) + b"\n"


@pytest.mark.parametrize("size", [1, 7, 90, 100, 1000, 10**9])
def test_a_capture_says_the_same_however_it_is_cut(size, tmp_path, monkeypatch):
    """Each line belongs to one chunk, whoever ends it; blank lines and a missing last line break do not matter."""
    path = write(tmp_path / "capture.jsonl", *(body(index, f"{index}.5") for index in range(20)))
    path.write_bytes(path.read_bytes().replace(b"\n", b"\n\n", 3).rstrip(b"\n"))
    whole = read(path, topic=ACCOUNT).summary.document()
    monkeypatch.setattr(captures, "CHUNK", size)
    assert read(path, topic=ACCOUNT).summary.document() == whole
    assert whole["topics"][ACCOUNT]["documents"] == 20


def frames():
    """A tape's frames: subscribed, two books, something unknown, something that is no JSON."""
    received, text = tape.Direction.RECEIVED, tape.Kind.TEXT
    book = '{"type":"update/order_book","channel":"order_book:1","order_book":{"asks":[{"price":"%s","size":"1.0"}]}}'
    return [
        tape.Frame(0, 1, tape.Direction.SENT, tape.Kind.OPEN, "/stream?readonly=true"),
        tape.Frame(1, 1, tape.Direction.SENT, text, '{"type":"subscribe","channel":"order_book/1"}'),
        tape.Frame(2, 1, received, text, book % "1.5"),
        tape.Frame(3, 1, received, text, book % "2.5"),
        tape.Frame(4, 1, received, text, '{"type":"update/nobody_knows"}'),
        tape.Frame(5, 1, received, text, "pong"),
    ]


def test_frames_of_a_tape_go_to_their_channels(tmp_path):
    """Those that the venue sent."""
    told = Provenance(
        venue="lighter", environment=Environment.MAINNET, scenario="books", recorded_at="2026-01-01T00:00:00Z"
    )
    path = tmp_path / f"books{tape.SUFFIX}"
    tape.save(path, tape.Tape(told, frames()))
    seen = read(path)
    assert {name: topic.documents for name, topic in seen.summary.topics.items()} == {"lighter/ws/order-book": 2}
    assert list(seen.unknown) == [f"{path}#4"]


@pytest.mark.parametrize(
    ("name", "text", "topic", "reason"),
    [
        ("x.jsonl", "{", ACCOUNT, "byte 0: not JSON"),
        ("x.jsonl", '{"a":1}', "", "bodies without a word of their endpoint"),
        ("x.jsonl", "{}", "lighter/rest/nothing", "unknown topic"),
        ("x.json", "{}", "", "not a payload file"),
        ("x.json", '{"harness_summary": 1, "topics": {"a": ', "", "broken"),
        ("x.txt", "", "", "not a recording"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(name, text, topic, reason, tmp_path):
    """What, where, and how to mend it."""
    (tmp_path / name).write_text(text)
    with pytest.raises(UsageError, match=reason):
        read(tmp_path / name, topic=topic)


def test_an_empty_folder_and_a_missing_file_are_said_to_be_so(tmp_path):
    """Silence would look like no drift."""
    with pytest.raises(UsageError, match="no recordings"):
        chunks([tmp_path])
    with pytest.raises(UsageError, match="no such file"):
        chunks([tmp_path / "nothing.jsonl"])


def capture(tmp_path, monkeypatch, lines=400):
    """A capture in several chunks."""
    monkeypatch.setattr(captures, "CHUNK", 4000)
    path = write(tmp_path / "capture.jsonl", *(body(index, f"{index}.25") for index in range(lines)))
    found = chunks([path], topic=ACCOUNT)
    assert len(found) > 5
    return found


def test_processes_side_by_side_say_what_one_says(tmp_path, monkeypatch):
    """All of it, once."""
    parts = capture(tmp_path, monkeypatch)
    heard = []
    both = observed(parts, jobs=2, tell=heard.append)
    assert both.summary.document() == observed(parts).summary.document()
    assert heard == list(range(1, len(parts) + 1))


def test_whoever_interrupts_gets_what_was_read_until_then(tmp_path, monkeypatch):
    """And it is said that there was more."""
    parts = capture(tmp_path, monkeypatch)

    def impatient(done):
        if done == 2:
            raise KeyboardInterrupt

    some = observed(parts, tell=impatient)
    assert some.interrupted
    assert some.summary.document() == observed(parts[:2]).summary.document()


def test_what_a_process_cannot_read_is_said_as_if_there_were_none(tmp_path, monkeypatch):
    """The same line, from wherever it comes."""
    parts = capture(tmp_path, monkeypatch)
    path = tmp_path / "broken.jsonl"
    path.write_text("{\n")
    with pytest.raises(UsageError, match="byte 0: not JSON"):
        observed([*chunks([path], topic=ACCOUNT), *parts], jobs=2)


def test_a_dask_cluster_of_two_workers_says_what_one_process_says(tmp_path, monkeypatch):
    """On this machine; skipped where dask is not installed."""
    pytest.importorskip("dask.distributed", reason="dask is not installed: pip install 'connector-harness[dask]'")
    parts = capture(tmp_path, monkeypatch)
    spread = observed(parts, engine="dask", jobs=2)
    assert spread.summary.document() == observed(parts).summary.document()


def test_an_engine_that_is_unknown_is_wrong_usage():
    """With the names of those that are."""
    with pytest.raises(UsageError, match="known are processes, dask"):
        observed([], engine="spark")


def test_one_chunk_reads_what_it_was_given(tmp_path):
    """A chunk is a value that travels."""
    path = write(tmp_path / "a.json", payload(body(7)))
    (chunk,) = chunks([path])
    assert observe(chunk).summary.topics[ACCOUNT].documents == 1
