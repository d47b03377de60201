"""One connector is kept from play to play, and no play answers for another."""

import pytest
from fuzz_support import CORRECT, changed, exam_of, faulted, step
from specimens import request

from harness.fuzz.arena import Arena
from harness.fuzz.steps import Act
from harness.targets.driving import Rig

BALANCES = "_update_balances"


@pytest.fixture(scope="module")
def rig():
    """A running gateway and its clock."""
    with Rig() as running:
        yield running


def worn(after):
    """A correct connector that forgets everything from one call on, and the list of those that were built."""
    built = []

    class Worn(CORRECT["extended"]):
        def __init__(self, *given, **told):
            super().__init__(*given, **told)
            self.calls = 0
            built.append(self)

        async def _update_balances(self):
            self.calls += 1
            await super()._update_balances()
            if self.calls >= after:
                self._account_balances = {}

    return Worn, built


def test_one_connector_serves_many_plays(rig):
    """Building one for each would take longer than the play."""
    specimen, built = worn(1000)
    exam = exam_of(rig, specimen)
    with Arena(exam, BALANCES) as arena:
        for _ in range(5):
            assert arena.violations((step(exam, BALANCES), step(exam, BALANCES))) == ()
    assert [connector.calls for connector in built] == [10]
    assert arena.calls == 10


def test_what_only_the_kept_connector_shows_is_not_reported(rig):
    """Its example would not fail for whoever replays it."""
    specimen, built = worn(4)
    exam = exam_of(rig, specimen)
    with Arena(exam, BALANCES) as arena:
        told = [arena.violations((step(exam, BALANCES),)) for _ in range(6)]
    assert told == [()] * 6
    assert [connector.calls for connector in built] == [4, 1, 2], "the suspected one was replaced"


def test_what_a_fresh_connector_shows_too_is_reported(rig):
    """A play that is long enough by itself."""
    specimen, built = worn(4)
    exam = exam_of(rig, specimen)
    with Arena(exam, BALANCES) as arena:
        assert arena.violations((step(exam, BALANCES),)) == ()
        found = arena.violations((step(exam, BALANCES),) * 5)
    assert {violation.check for violation in found} == {"PARSE-values"}
    assert len(built) == 2


@pytest.mark.parametrize("act", [Act.CLOSE, Act.REPEAT, Act.STRANGER], ids=lambda act: act.name)
def test_an_act_that_no_connector_goes_on_after_gets_one_of_its_own(rig, act):
    """The kept one is not closed under the next play."""
    specimen, built = worn(1000)
    exam = exam_of(rig, specimen)
    with Arena(exam, BALANCES) as arena:
        assert arena.violations((step(exam, BALANCES),)) == ()
        kept = list(built)
        assert arena.violations((step(exam, BALANCES), step(exam, BALANCES, act=act))) == ()
        assert len(built) > len(kept)
        assert arena.violations((step(exam, BALANCES),)) == ()
    assert kept[0].calls == 2


def test_the_state_before_a_step_is_that_after_the_last_play(rig):
    """Otherwise a fault that begins a play would seem to have changed it."""
    exam = exam_of(rig, CORRECT["extended"])
    with Arena(exam, BALANCES) as arena:
        assert arena.violations((changed(exam, BALANCES, "/data/equity", "7.5"),)) == ()
        assert arena.violations((faulted(exam, BALANCES, "http-500"),)) == ()


def test_nothing_is_left_open_behind_an_arena(rig):
    """Whether a play failed or not."""
    specimen, built = worn(1000)
    exam = exam_of(rig, specimen)
    with Arena(exam, BALANCES) as arena:
        arena.violations((step(exam, BALANCES),))
    assert len(built) == 1
    assert built[0].session.closed


@pytest.mark.filterwarnings("ignore:Unclosed:ResourceWarning")
def test_a_connector_that_piles_up_connections_is_replaced(rig):
    """The hundredth play must not find what a hundred plays left."""
    exam = exam_of(rig, request.SessionPerRequest)
    with Arena(exam, BALANCES) as arena:
        found = [arena.violations((step(exam, BALANCES),) * 3) for _ in range(4)]
    assert {violation.check for told in found for violation in told} <= {"LEAK-growth"}
