"""Fuzzing alone, without the deterministic cases, catches specimens of every family and lets correct connectors be."""

import pytest
from fuzz_support import CORRECT, exam_of, library
from specimens import errors, evolve, figures, placeholder, request, retry, rows, state

from harness.checks.exam import Exam
from harness.fuzz.engine import Budget, fuzz
from harness.targets.driving import Rig
from harness.targets.loading import reference
from harness.venues import NAMES

BALANCES, POSITIONS = "_update_balances", "_update_positions"
EXAMPLES = 2000
SURVIVED = 40

CAUGHT = (
    (placeholder.AnswerDiscarded, POSITIONS, "PARSE-rows"),
    (figures.BalanceForEquity, BALANCES, "PARSE-values"),
    (figures.Floats, BALANCES, "PARSE-decimal"),
    (figures.EightDecimals, POSITIONS, ""),
    (figures.WrongQuote, POSITIONS, "PARSE-names"),
    (rows.SideFromProfit, POSITIONS, "PARSE-side"),
    (rows.FiftyRows, POSITIONS, ""),
    (rows.UnifiedIgnored, BALANCES, "PARSE-values"),
    (state.ZeroThenRaise, BALANCES, "STATE-zero"),
    (state.ClosedNeverRemoved, POSITIONS, "STATE-closed"),
    (state.BadRowDroppedAloud, POSITIONS, "STATE-row"),
    (errors.LoggedAtDebug, BALANCES, ""),
    (errors.WithoutStatus, BALANCES, "ERROR-message"),
    (retry.NeverAgain, BALANCES, "RETRY-throttled"),
    (retry.TwentyAttempts, BALANCES, "RETRY-bounded"),
    (retry.EverythingAgain, BALANCES, "RETRY-permanent"),
    (request.WithoutKey, BALANCES, "REQUEST-auth"),
    (request.OneRequestEach, POSITIONS, "REQUEST-storm"),
    (request.HeadersLogged, BALANCES, "SECRET-log"),
    (request.SessionNeverClosed, BALANCES, "LEAK-growth"),
    (evolve.StrictAnswer, POSITIONS, "PARSE-values"),
    (evolve.EverythingHasADefault, BALANCES, ""),
)
"""Specimen, method, and the check that speaks first; none where several of one mistake may come first."""

pytestmark = pytest.mark.filterwarnings("ignore:Unclosed:ResourceWarning")  # some specimens leave things open


@pytest.mark.parametrize(("specimen", "method", "check"), CAUGHT, ids=[cls.__name__ for cls, _, _ in CAUGHT])
def test_a_specimen_is_caught_by_fuzzing_alone(specimen, method, check):
    """Within two thousand examples, the same in every run."""
    with Rig() as rig:
        run = fuzz(exam_of(rig, specimen), method, Budget(examples=EXAMPLES, until_first=True))
    assert run.found, f"{run.examples} examples"
    assert not check or {name for name, _ in run.found} == {check}, run.found


@pytest.mark.parametrize("method", [BALANCES, POSITIONS])
@pytest.mark.parametrize("venue", NAMES)
@pytest.mark.parametrize("which", ["specimens' base", "reference"])
def test_a_correct_connector_survives(which, venue, method):
    """What is reported of it would be a mistake of the harness."""
    with Rig() as rig:
        correct = Exam(rig, reference(venue), library(venue)) if which == "reference" else exam_of(rig, CORRECT[venue])
        run = fuzz(correct, method, Budget(examples=SURVIVED))
    assert run.found == {}
    assert run.examples == SURVIVED
