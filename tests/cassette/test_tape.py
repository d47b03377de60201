"""Tapes keep every frame to the byte, are written whole or not at all, and are read a frame at a time."""

from itertools import islice

import pytest

from harness.cassette import tape
from harness.cassette.model import Environment, Provenance
from harness.cassette.tape import Direction, Frame, Kind, Tape
from harness.errors import UsageError

PROVENANCE = Provenance(
    venue="lighter",
    environment=Environment.SIMULATOR,
    scenario="long_and_short",
    recorded_at="2026-06-01T00:00:00Z",
    tools={"connector-harness": "0.1.0"},
    redactions=2,
)
FRAMES = (
    Frame(0, 1, Direction.SENT, Kind.OPEN, "/stream"),
    Frame(3, 1, Direction.RECEIVED, Kind.TEXT, '{"p": 0.10, "n": 1e-7}'),
    Frame(4, 1, Direction.RECEIVED, Kind.TEXT, "ünïcode 💶 \u2028 \x00 \n"),
    Frame(5, 1, Direction.SENT, Kind.PING, "cGluZw=="),
    Frame(9, 1, Direction.RECEIVED, Kind.CLOSE, "1000 bye"),
)


def saved(folder, frames=FRAMES):
    """A tape on disk."""
    path = folder / f"long_and_short{tape.SUFFIX}"
    tape.save(path, Tape(PROVENANCE, frames))
    return path


def test_frames_and_provenance_survive_a_round_trip(tmp_path):
    """Every character, and the number of redactions too."""
    loaded = tape.load(saved(tmp_path))
    assert tuple(loaded.frames) == FRAMES
    assert tuple(loaded.frames) == FRAMES, "a second reading begins again"
    assert loaded.provenance.redactions == 2
    assert loaded.provenance.environment is Environment.SIMULATOR


def test_equal_tapes_are_equal_files(tmp_path):
    """So that a recording made again shows no difference where there is none."""
    assert saved(tmp_path / "a").read_bytes() == saved(tmp_path / "b").read_bytes()


def test_frames_are_read_as_they_are_asked_for(tmp_path):
    """The first frames of a tape are there although a later line is broken."""
    path = saved(tmp_path)
    path.write_bytes(path.read_bytes() + b"no frame\n")
    frames = iter(tape.load(path, verify=False).frames)
    assert tuple(islice(frames, len(FRAMES))) == FRAMES
    with pytest.raises(UsageError, match=rf"{path.name}:7: not a frame"):
        next(frames)


@pytest.mark.parametrize("change", [lambda data: data[:-20], lambda data: data.replace(b"0.10", b"0.11")])
def test_a_tape_that_was_cut_or_edited_is_refused(tmp_path, change):
    """What was recorded can be told from what somebody made of it."""
    path = saved(tmp_path)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(UsageError, match="edited by hand, or cut short"):
        tape.load(path)


@pytest.mark.parametrize("text", ["", "[]\n", '{"version": 1}\n', '{"version": 2, "recorded": {}}\n', "\xff"])
def test_what_is_no_tape_is_refused_with_its_name(tmp_path, text):
    """Before the first frame is asked for."""
    path = tmp_path / "other.jsonl"
    path.write_text(text, "latin-1")
    with pytest.raises(UsageError, match=r"other\.jsonl"):
        tape.load(path)


def test_a_tape_that_cannot_be_written_to_its_end_leaves_the_old_one(tmp_path):
    """Whoever reads meanwhile sees the old one."""

    def broken():
        yield FRAMES[0]
        raise RuntimeError("the connection is gone")

    path = saved(tmp_path)
    before = path.read_bytes()
    with pytest.raises(RuntimeError):
        tape.save(path, Tape(PROVENANCE, broken()))
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
