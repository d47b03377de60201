"""One connector is kept from play to play, and no play answers for another."""

import socket
import urllib.error
import urllib.request
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from fuzz_support import CORRECT, changed, exam_of, faulted, step
from specimens import request
from specimens.base import Answer

from harness.checks.exam import BASE
from harness.checks.registry import checks
from harness.checks.scenes import Scene, Script
from harness.findings import Status
from harness.fuzz.arena import Arena
from harness.fuzz.steps import Act
from harness.gateway.inline import Inline
from harness.targets import driving
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
    assert [connector.calls for connector in built] == [1, 10], "the first one is only asked whether it blocks"
    assert arena.calls == 10


def test_what_only_the_kept_connector_shows_is_not_reported(rig):
    """Its example would not fail for whoever replays it."""
    specimen, built = worn(4)
    exam = exam_of(rig, specimen)
    with Arena(exam, BALANCES) as arena:
        told = [arena.violations((step(exam, BALANCES),)) for _ in range(6)]
    assert told == [()] * 6
    assert [connector.calls for connector in built[1:]] == [4, 1, 2], "the suspected one was replaced"


def test_what_a_fresh_connector_shows_too_is_reported(rig):
    """A play that is long enough by itself."""
    specimen, built = worn(4)
    exam = exam_of(rig, specimen)
    with Arena(exam, BALANCES) as arena:
        assert arena.violations((step(exam, BALANCES),)) == ()
        found = arena.violations((step(exam, BALANCES),) * 5)
    assert {violation.check for violation in found} == {"PARSE-values"}
    assert len(built[1:]) == 2


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
    assert kept[-1].calls == 2


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
    assert len(built) == 2
    assert all(connector.session.closed for connector in built)


class Sleeper(CORRECT["extended"]):
    """Correct, and blocks its loop while it asks."""

    async def send(self, method, path, **how):
        request = urllib.request.Request(self.base_url + path, headers=self.headers())  # noqa: S310 - loopback
        try:
            with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310, ASYNC210 - blocking is its mistake
                return Answer(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.headers, error.read())


def test_a_connector_that_blocks_its_loop_is_played_to_from_another_thread(rig):
    """In its own it would wait for ever for an answer."""
    exam = exam_of(rig, Sleeper)
    with Arena(exam, BALANCES) as arena:
        assert arena.violations((step(exam, BALANCES), changed(exam, BALANCES, "/data/equity", "7.5"))) == ()


@pytest.mark.parametrize(("specimen", "free"), [(CORRECT["extended"], True), (Sleeper, False)])
def test_whether_a_connector_blocks_is_seen_in_one_call(rig, specimen, free):
    """By whether its loop comes to rest while it waits."""
    exam = exam_of(rig, specimen)
    script = Script(exam.venue, exam.library.playback(BASE, 0), Scene(BASE))
    assert rig.never_blocks(exam.target, exam.setting(), script, BALANCES) is free


def test_a_connector_that_blocks_only_sometimes_is_given_the_benefit_of_a_thread(rig, monkeypatch):
    """What it cannot do in the loop that serves is no finding."""

    class Sometimes(Sleeper):
        async def send(self, method, path, **how):
            first, self.first = getattr(self, "first", True), False
            return await (CORRECT["extended"].send if first else Sleeper.send)(self, method, path, **how)

    blocked = []
    cut = Inline.cut
    monkeypatch.setattr(driving, "_PATIENCE_INLINE", 0.6)
    monkeypatch.setattr(Inline, "cut", lambda self, listener: (blocked.append(listener), cut(self, listener)))
    exam = exam_of(rig, Sometimes)
    with Arena(exam, BALANCES) as arena:
        for _ in range(3):
            assert arena.violations((step(exam, BALANCES), step(exam, BALANCES))) == ()
    assert len(blocked) == 1, "once is enough to know"


class Circular(CORRECT["extended"]):
    """Correct; close() lets go of a connection that stands in a circle of references, as pools of urllib3 do."""

    async def _update_balances(self):
        await super()._update_balances()
        self.pool = SimpleNamespace(kept=socket.create_connection(urlsplit(self.base_url).netloc.split(":")))
        self.pool.itself = self.pool

    async def close(self):
        await super().close()
        self.pool = None


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_a_connection_that_closes_itself_with_its_last_reference_is_not_left_open(rig):
    """Neither for the check nor for fuzzing, however soon the collector comes by."""
    exam = exam_of(rig, Circular)
    with Arena(exam, BALANCES) as arena:
        assert arena.violations((step(exam, BALANCES, act=Act.CLOSE),)) == ()
    assert {verdict.status for verdict in checks()["LEAK-close"].run(exam, BALANCES)} == {Status.PASS}


@pytest.mark.filterwarnings("ignore:Unclosed:ResourceWarning")
def test_a_connector_that_piles_up_connections_is_replaced(rig):
    """The hundredth play must not find what a hundred plays left."""
    exam = exam_of(rig, request.SessionPerRequest)
    with Arena(exam, BALANCES) as arena:
        found = [arena.violations((step(exam, BALANCES),) * 3) for _ in range(4)]
    every = {violation for told in found for violation in told}
    assert {violation.check for violation in every} <= {"LEAK-growth"}
    assert not [violation.message for violation in every if "\n" in violation.message or " at 0x" in violation.message]
