"""A saved finding is a regression test: it fails for whoever has the mistake, and passes for who has not."""

import urllib.request

import pytest
import vcr
from fuzz_support import CORRECT, changed, exam_of, faulted, step
from specimens import errors, figures, request, retry, state

from harness.cassette.store import load
from harness.findings import Status
from harness.fuzz.arena import Arena
from harness.fuzz.engine import Budget, Found, fuzz
from harness.fuzz.saving import as_cassette, replay, write
from harness.fuzz.steps import Act
from harness.targets.driving import Rig

BALANCES, POSITIONS = "_update_balances", "_update_positions"

pytestmark = pytest.mark.filterwarnings("ignore:Unclosed:ResourceWarning")  # some specimens leave things open


@pytest.fixture(scope="module")
def rig():
    """A running gateway and its clock."""
    with Rig() as running:
        yield running


def saved(exam, method, play, folder):
    """The file of what is found first in a play."""
    with Arena(exam, method) as arena:
        (first, *_) = arena.violations(play)
    return first.check, write(folder, as_cassette(exam, method, Found(first, play)))


PLAYS = (
    (figures.BalanceForEquity, BALANCES, lambda exam, m: (changed(exam, m, "/data/equity", "123456789.000100"),)),
    (state.ZeroThenRaise, BALANCES, lambda exam, m: (step(exam, m), faulted(exam, m, "http-500"))),
    (retry.ServerErrorIsFinal, POSITIONS, lambda exam, m: (step(exam, m), faulted(exam, m, "http-500", 1))),
    (state.ClosedNeverRemoved, POSITIONS, lambda exam, m: (step(exam, m), changed(exam, m, "/data", []))),
    (errors.CancelRenamed, BALANCES, lambda exam, m: (step(exam, m), step(exam, m, act=Act.CANCEL))),
    (request.CloseDoesNothing, BALANCES, lambda exam, m: (step(exam, m, act=Act.CLOSE),)),
)


@pytest.mark.parametrize(("specimen", "method", "play"), PLAYS, ids=[cls.__name__ for cls, _, _ in PLAYS])
def test_a_saved_finding_fails_again_for_its_target_and_passes_for_the_correct_one(
    rig, tmp_path, specimen, method, play
):
    """Answers, faults, acts and expectations survive the file."""
    exam = exam_of(rig, specimen)
    check, path = saved(exam, method, play(exam, method), tmp_path)
    assert path.parent == tmp_path / specimen.venue
    (again,) = replay(exam, tmp_path)
    assert (again.check, again.status, again.method, again.case) == (check, Status.FAIL, method, path.stem)
    (mended,) = replay(exam_of(rig, CORRECT[specimen.venue]), tmp_path)
    assert (mended.check, mended.status, mended.message) == (check, Status.PASS, "")


@pytest.mark.parametrize(
    ("specimen", "method"),
    [(figures.Floats, BALANCES), (figures.UpperCase, POSITIONS), (figures.TextForNumber, POSITIONS)],
)
def test_what_fuzzing_finds_can_be_saved_and_replayed(rig, tmp_path, specimen, method):
    """Shrunk plays of any venue."""
    exam = exam_of(rig, specimen)
    run = fuzz(exam, method, Budget(examples=30))
    for found in run.found.values():
        write(tmp_path, as_cassette(exam, method, found))
    again = list(replay(exam, tmp_path))
    assert {result.check for result in again} == {check for check, _ in run.found}
    assert {result.status for result in again} == {Status.FAIL}
    assert all(result.status is Status.PASS for result in replay(exam_of(rig, CORRECT[specimen.venue]), tmp_path))


def test_the_same_finding_has_the_same_name(rig, tmp_path):
    """Saving it twice leaves one file."""
    exam = exam_of(rig, figures.BalanceForEquity)
    paths = {saved(exam, BALANCES, (step(exam, BALANCES),), tmp_path)[1] for _ in range(2)}
    other = saved(exam, BALANCES, (changed(exam, BALANCES, "/data/equity", "7"),), tmp_path)[1]
    assert len(paths) == 1
    assert other not in paths


def test_other_methods_venues_and_ordinary_cassettes_are_left_alone(rig, tmp_path):
    """Only what fuzzing saved is played again."""
    exam = exam_of(rig, figures.BalanceForEquity)
    saved(exam, BALANCES, (step(exam, BALANCES),), tmp_path)
    assert list(replay(exam, tmp_path, (POSITIONS,))) == []
    assert list(replay(exam_of(rig, CORRECT["lighter"]), tmp_path)) == []
    from harness import resources

    assert list(replay(exam, resources.cassettes())) == []


def test_plain_vcrpy_opens_a_saved_finding(rig, tmp_path):
    """And gives the generated answer, byte for byte, to whoever asks as the connector did."""
    exam = exam_of(rig, figures.BalanceForEquity)
    _, path = saved(exam, BALANCES, (changed(exam, BALANCES, "/data/equity", "123.4500"),), tmp_path)
    kept = next(told for told in load(path).interactions if "user/balance" in told.request.uri)
    with (
        vcr.use_cassette(str(path), record_mode="none", match_on=["method", "uri"]),
        urllib.request.urlopen(kept.request.uri) as answer,  # noqa: S310 - replayed
    ):
        body = answer.read()
    assert body == kept.response.body
    assert b'"123.4500"' in body
