"""The referee sees every kind of violation, and none where the connector is right."""

import pytest
from fuzz_support import CORRECT, broken, changed, exam_of, faulted, step
from specimens import errors, evolve, figures, placeholder, request, retry, rows, state

from harness import exact
from harness.checks.scenes import Scene
from harness.contract.edits import breakages, is_applicable, unknown_openness
from harness.fuzz.arena import Arena
from harness.fuzz.steps import Act
from harness.targets.driving import Rig

BALANCES, POSITIONS = "_update_balances", "_update_positions"

pytestmark = pytest.mark.filterwarnings("ignore:Unclosed:ResourceWarning")  # some specimens leave things open


def good(exam, method):
    """One good answer."""
    return (step(exam, method),)


def acted(act):
    """One good answer, and then another in a special way."""
    return lambda exam, method: (step(exam, method), step(exam, method, act=act))


def failing(fault, times=None):
    """One good answer, and then a fault."""
    return lambda exam, method: (step(exam, method), faulted(exam, method, fault, times))


def situation(name, phase=0):
    """One good answer, and then a recorded situation."""
    return lambda exam, method: (step(exam, method), step(exam, method, Scene(name, phase)))


def emptied(exam, method):
    """One good answer, and then one without rows."""
    return step(exam, method), changed(exam, method, "/data", [])


TABLE = (
    ("PLACEHOLDER-asks", placeholder.EmptyBodies, BALANCES, good),
    ("PARSE-values", figures.BalanceForEquity, BALANCES, good),
    ("PARSE-decimal", figures.Floats, BALANCES, good),
    ("PARSE-names", figures.WrongQuote, POSITIONS, good),
    ("PARSE-leverage", figures.MarginFractionAsLeverage, POSITIONS, good),
    ("PARSE-accessors", figures.AccessorOfTheOther, BALANCES, good),
    ("PARSE-side", rows.UnsignedShort, POSITIONS, good),
    ("PARSE-rows", rows.FirstRowOnly, POSITIONS, good),
    ("STATE-closed", state.ClosedNeverRemoved, POSITIONS, emptied),
    ("STATE-zero", state.ZeroThenRaise, BALANCES, failing("http-500")),
    ("STATE-zero", state.EmptiedBeforeTheRequest, POSITIONS, failing("http-500")),
    ("STATE-row", state.BadRowDroppedAloud, POSITIONS, None),
    ("ERROR-http", state.ZeroOnAnyError, BALANCES, failing("http-500")),
    ("ERROR-body", errors.PageIsSilent, BALANCES, failing("html-200")),
    ("ERROR-transport", errors.ResetIsSilent, POSITIONS, failing("reset-before")),
    ("ERROR-timeout", errors.NoTimeout, BALANCES, failing("stalled")),
    ("ERROR-message", errors.WithoutStatus, BALANCES, failing("http-500")),
    ("ERROR-envelope", errors.RefusalIsSilent, POSITIONS, None),
    ("ERROR-cancel", errors.CancelRenamed, BALANCES, acted(Act.CANCEL)),
    ("STATE-atomic", errors.CancelEmpties, BALANCES, acted(Act.CANCEL)),
    ("RETRY-throttled", retry.ThrottledIsFinal, BALANCES, failing("http-429", 1)),
    ("RETRY-server", retry.ServerErrorIsFinal, POSITIONS, failing("http-500", 1)),
    ("RETRY-reset", retry.ResetIsFinal, POSITIONS, failing("reset-before", 1)),
    ("RETRY-after", retry.RetryAfterIgnored, BALANCES, failing("http-429-seconds", 1)),
    ("RETRY-backoff", retry.WithoutPause, POSITIONS, failing("http-503")),
    ("RETRY-bounded", retry.TwentyAttempts, BALANCES, failing("http-503")),
    ("RETRY-permanent", retry.EverythingAgain, BALANCES, failing("http-401")),
    ("REQUEST-documented", request.Probe, BALANCES, good),
    ("REQUEST-auth", request.WithoutKey, BALANCES, good),
    ("REQUEST-tls", request.Unverified, BALANCES, acted(Act.STRANGER)),
    ("REQUEST-storm", request.OneRequestEach, POSITIONS, situation("hundred_positions")),
    ("SECRET-request", request.PrivateKeySent, POSITIONS, good),
    ("SECRET-request", request.PrivateKeyHeader, BALANCES, good),
    ("SECRET-log", request.HeadersLogged, BALANCES, good),
    ("SECRET-error", request.KeyInError, BALANCES, failing("http-500")),
    ("LEAK-growth", request.SessionPerRequest, BALANCES, acted(Act.REPEAT)),
    ("LEAK-close", request.CloseDoesNothing, BALANCES, acted(Act.CLOSE)),
    ("EVOLVE-missing", evolve.MissingIsZero, BALANCES, None),
    ("EVOLVE-null", evolve.NullIsZero, BALANCES, None),
    ("EVOLVE-enum", evolve.UnknownSideIsLong, POSITIONS, None),
    ("EVOLVE-type", evolve.NoNumberIsZero, BALANCES, None),
)


@pytest.fixture(scope="module")
def rig():
    """A running gateway and its clock."""
    with Rig() as running:
        yield running


def plays(play, exam, method):
    """The play that a row names; without one, every breakage of the first two rows and every recorded refusal."""
    if play is not None:
        yield play(exam, method)
        return
    reading = exam.reading(method)
    for row in (0, 1) if reading.rows is not None else (0,):
        for _, edit in breakages(reading, row):
            yield step(exam, method), broken(exam, method, edit.name, row)
    for phase in range(exam.library.phases("errors")):
        yield situation("errors", phase)(exam, method)


@pytest.mark.parametrize(
    ("check", "specimen", "method", "play"), TABLE, ids=[f"{check}-{cls.__name__}" for check, cls, _, _ in TABLE]
)
def test_a_violation_is_reported_under_its_check_and_only_of_the_specimen(rig, check, specimen, method, play):
    """The correct connector of the same venue goes through the same plays without one."""
    exam, right = exam_of(rig, specimen), exam_of(rig, CORRECT[specimen.venue])
    found = set()
    for steps in plays(play, exam, method):
        with Arena(exam, method) as arena, Arena(right, method) as other:
            found |= {violation.check for violation in arena.violations(steps)}
            assert other.violations(steps) == ()
    assert check in found


def test_whoever_shows_a_row_that_no_longer_says_it_is_closed_makes_no_mistake(rig):
    """Nobody can tell what an unknown word in its place means."""
    exam = exam_of(rig, CORRECT["extended"])
    reading, closed = (
        exam.reading(POSITIONS),
        exam.library.answers("closed_row", exam.library.phases("closed_row") - 1)["user-positions"],
    )
    document = exact.decode(closed.body)
    rows = sorted(document["data"], key=lambda row: row["status"] != "CLOSED")
    assert rows[0]["status"] == "CLOSED"
    assert not any(is_applicable(edit, {**document, "data": rows}) for edit in unknown_openness(reading))
    assert all(is_applicable(edit, {**document, "data": rows[::-1]}) for edit in unknown_openness(reading))


def test_a_status_with_a_meaning_of_its_own_need_not_be_named(rig):
    """The page of a proxy with 404, where the venue answers 404 for no funds: what is refused is the page."""

    class Brief(CORRECT["extended"]):
        def failure(self, route, problem):
            return super().failure(route, problem.replace("404", "answer not understood"))

    exam = exam_of(rig, Brief)
    with Arena(exam, BALANCES) as arena:
        assert arena.violations((step(exam, BALANCES), faulted(exam, BALANCES, "http-404"))) == ()
    with Arena(exam, POSITIONS) as arena:
        found = arena.violations((step(exam, POSITIONS), faulted(exam, POSITIONS, "http-404")))
    assert {violation.check for violation in found} == {"ERROR-message"}


def test_a_violation_says_what_was_expected_and_what_came(rig):
    """With a message and a cause that name no figure, so that a hundred of one origin are one."""
    exam = exam_of(rig, figures.BalanceForEquity)
    with Arena(exam, BALANCES) as arena:
        (first, *_) = arena.violations(good(exam, BALANCES))
        (again, *_) = arena.violations((changed(exam, BALANCES, "/data/equity", "7.5"),))
    assert (first.check, again.expected) == ("PARSE-values", "7.5")
    assert first.cause == again.cause
    assert first.message != again.message
