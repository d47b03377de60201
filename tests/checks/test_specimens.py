"""Every check can fail: each specimen fails the checks that its mistake deserves, and no others.

A row is a specimen, the update methods that its mistake reaches, and the ids of the checks that it fails. All checks
are run on those methods; what a specimen does not override is the correct connector of its venue, which passes.
"""

import gc
import inspect
import logging
from functools import cache

import pytest
from specimens import errors, evolve, figures, placeholder, request, retry, rows, state, venues
from specimens.base import Connector

from harness.checks.exam import Exam, Library
from harness.checks.registry import checks
from harness.checks.running import run
from harness.findings import Status
from harness.targets.driving import Rig
from harness.targets.loading import Target
from harness.venues import venue

BALANCES, POSITIONS = ("_update_balances",), ("_update_positions",)
BOTH = BALANCES + POSITIONS

SILENCE = "ERROR-body ERROR-envelope ERROR-http ERROR-timeout ERROR-transport"
ROWS_GONE = "PARSE-all PARSE-digits PARSE-markets PARSE-rows"

TABLE = (
    (placeholder.EmptyBodies, BOTH, f"{ROWS_GONE} PARSE-values PLACEHOLDER-answers PLACEHOLDER-asks"),
    (placeholder.ConstantBalance, BALANCES, "PARSE-values PLACEHOLDER-answers PLACEHOLDER-asks"),
    (
        placeholder.ConstantPositions,
        POSITIONS,
        f"{ROWS_GONE} PARSE-leverage PARSE-values PLACEHOLDER-answers PLACEHOLDER-asks",
    ),
    (placeholder.AnswerDiscarded, POSITIONS, f"{ROWS_GONE} PLACEHOLDER-answers"),
    (placeholder.OnlyTheFirstAnswer, BALANCES, "PLACEHOLDER-answers STATE-fresh STATE-recovers"),
    (figures.BalanceForEquity, BALANCES, "PARSE-values"),
    (figures.WithdrawalForTrade, BALANCES, "PARSE-values"),
    (figures.FieldsThatAreNotSent, BALANCES, "PARSE-values PLACEHOLDER-answers"),
    (figures.MarkForEntry, POSITIONS, "PARSE-values"),
    (figures.ValueForAmount, POSITIONS, "PARSE-values"),
    (figures.RealisedForUnrealised, POSITIONS, "PARSE-values"),
    (figures.MidPriceProfit, POSITIONS, "PARSE-values"),
    (figures.CollateralForEquity, BALANCES, "PARSE-values"),
    (figures.TotalFromOneAvailableFromAnother, BALANCES, "PARSE-values"),
    (figures.MarginFractionAsLeverage, POSITIONS, "PARSE-leverage"),
    (figures.AtMostFifty, POSITIONS, "PARSE-leverage"),
    (figures.ReversedLeverage, POSITIONS, "PARSE-leverage"),
    (figures.NotionalForAmount, POSITIONS, "PARSE-values"),
    (figures.RawUsdForAccountValue, BALANCES, "PARSE-values"),
    (figures.AvailableReckoned, BALANCES, "PARSE-values"),
    (figures.MaxLeverage, POSITIONS, "PARSE-leverage"),
    (figures.HoldNotSubtracted, BALANCES, "PARSE-mode"),
    (figures.Floats, BALANCES, "PARSE-decimal"),
    (figures.FloatThenDecimal, POSITIONS, "PARSE-decimal"),
    (figures.TextForNumber, POSITIONS, "PARSE-decimal"),
    (figures.Truncated, POSITIONS, "PARSE-all PARSE-digits PARSE-rows PARSE-values"),
    (figures.EightDecimals, POSITIONS, "PARSE-digits"),
    (figures.WrongQuote, POSITIONS, "PARSE-names"),
    (figures.UpperCase, POSITIONS, "PARSE-names"),
    (figures.WrongAsset, BALANCES, "PARSE-names"),
    (figures.AccessorOfTheOther, BALANCES, "PARSE-accessors"),
    (figures.OneOfWhatIsNotHeld, BALANCES, "PARSE-accessors"),
    (figures.RoundedPnl, POSITIONS, "PARSE-values"),
    (rows.UnsignedShort, POSITIONS, "PARSE-side"),
    (rows.SideFromProfit, POSITIONS, "PARSE-side"),
    (rows.SignIgnored, POSITIONS, "PARSE-side"),
    (rows.AbsoluteSize, POSITIONS, "PARSE-side"),
    (rows.ClosedKept, POSITIONS, "PARSE-zero"),
    (rows.ZeroRowsKept, POSITIONS, "PARSE-rows PARSE-zero"),
    (rows.ZeroSizeKept, POSITIONS, "PARSE-zero"),
    (rows.FirstRowOnly, POSITIONS, f"{ROWS_GONE} PARSE-zero STATE-order"),
    (rows.FiftyRows, POSITIONS, "PARSE-all"),
    (rows.ConfiguredMarketsOnly, POSITIONS, ROWS_GONE),
    (rows.DelistedSkipped, POSITIONS, "PARSE-markets"),
    (rows.FirstAccount, BALANCES, "PARSE-account STATE-order"),
    (rows.RichestAccount, BALANCES, "PARSE-account"),
    (rows.LastThatIsNoPool, BALANCES, "STATE-order"),
    (rows.FirstOfTheWallet, BALANCES, "PARSE-wallet"),
    (rows.SumOfTheWallet, BALANCES, "PARSE-wallet"),
    (rows.FirstPageOnly, POSITIONS, "PARSE-wallet"),
    (rows.PagesForEver, POSITIONS, "PARSE-wallet"),
    (rows.SpotAssetAsCollateral, BALANCES, "PARSE-account"),
    (rows.BothNames, BALANCES, "PARSE-rows"),
    (rows.UnifiedIgnored, BALANCES, "PARSE-mode"),
    (rows.ModeUnheardOf, BALANCES, "PARSE-mode"),
    (rows.AbstractionIsSpot, BALANCES, "PARSE-mode"),
    (rows.SpotAlways, BALANCES, "PARSE-values PLACEHOLDER-answers"),
    (rows.LastInTheAlphabet, BALANCES, "PARSE-mode"),
    (rows.FirstSpotRow, BALANCES, "PARSE-mode"),
    (rows.NotFoundRaises, BALANCES, "PARSE-nothing"),
    (state.ZeroOnAnyError, BALANCES, f"{SILENCE} EVOLVE-missing EVOLVE-null EVOLVE-type STATE-zero"),
    (state.FlatOnAnyError, POSITIONS, "STATE-row STATE-zero"),
    (state.EmptiedBeforeTheRequest, POSITIONS, "ERROR-cancel STATE-row STATE-zero"),
    (state.EmptiedBetweenRequests, BALANCES, "ERROR-cancel STATE-zero"),
    (state.ZeroThenRaise, BALANCES, "STATE-zero"),
    (state.ZeroOnTimeout, BALANCES, "STATE-zero"),
    (state.FlatWhenUnauthorised, POSITIONS, "STATE-zero"),
    (state.ZeroWhenThrottled, BALANCES, "STATE-zero"),
    (state.AnyNotFoundIsZero, BALANCES, "ERROR-http STATE-zero"),
    (state.AnyErrorObjectIsZero, BALANCES, "ERROR-http"),
    (state.OneAfterTheOther, BALANCES, "STATE-atomic"),
    (state.RowByRow, POSITIONS, "STATE-atomic"),
    (state.ClosedNeverRemoved, POSITIONS, "STATE-closed"),
    (state.FlippedKept, POSITIONS, "STATE-closed"),
    (state.EmptyListIgnored, POSITIONS, "STATE-closed"),
    (state.ZeroIgnored, BALANCES, "STATE-fresh"),
    (state.Accumulates, BALANCES, "STATE-concurrent STATE-fresh STATE-idempotent STATE-recovers"),
    (state.UnchangedIsHidden, POSITIONS, "STATE-idempotent"),
    (state.SharedSum, BALANCES, "STATE-concurrent"),
    (state.SharedList, POSITIONS, "STATE-concurrent"),
    (state.RefusesASecondUpdate, BALANCES, "STATE-concurrent"),
    (state.NeverRecovers, BALANCES, "STATE-recovers"),
    (state.BadRowDropped, POSITIONS, "EVOLVE-enum EVOLVE-missing EVOLVE-null EVOLVE-type STATE-row"),
    (state.BadRowDroppedAloud, POSITIONS, "STATE-row"),
    (state.BadRowEndsTheRest, POSITIONS, "STATE-row"),
    (state.FirstLeverageForAll, POSITIONS, "PARSE-leverage STATE-order"),
    (errors.Swallowed, POSITIONS, f"{SILENCE} EVOLVE-enum EVOLVE-missing EVOLVE-null EVOLVE-type"),
    (errors.LoggedAtDebug, BALANCES, f"{SILENCE} EVOLVE-missing EVOLVE-null EVOLVE-type"),
    (errors.LoggedAtInfo, BALANCES, f"{SILENCE} EVOLVE-enum EVOLVE-missing EVOLVE-null EVOLVE-type"),
    (errors.BanIsSilent, POSITIONS, "ERROR-http"),
    (errors.PageIsSilent, BALANCES, "ERROR-body"),
    (errors.ResetIsSilent, POSITIONS, "ERROR-transport"),
    (errors.RefusalIsSilent, POSITIONS, "ERROR-envelope"),
    (errors.EnvelopeIsAnAnswer, POSITIONS, "ERROR-envelope EVOLVE-missing STATE-zero"),
    (errors.AccountsAreSuccess, BALANCES, "ERROR-envelope"),
    (errors.RefusalInCapitals, POSITIONS, "ERROR-envelope"),
    (errors.EnvelopeIsZero, BALANCES, "ERROR-envelope STATE-zero"),
    (errors.PageIsFlat, POSITIONS, "ERROR-body STATE-zero"),
    (errors.NoTimeout, BALANCES, "ERROR-timeout"),
    (errors.SaysNothingUseful, BALANCES, "ERROR-message"),
    (errors.WithoutStatus, BALANCES, "ERROR-message"),
    (errors.WithoutRoute, POSITIONS, "ERROR-message"),
    (errors.CancelSwallowed, POSITIONS, "ERROR-cancel"),
    (errors.CancelRenamed, BALANCES, "ERROR-cancel"),
    (errors.CancelEmpties, BALANCES, "ERROR-cancel"),
    (errors.NotFoundInText, BALANCES, "ERROR-http ERROR-text STATE-zero"),
    (errors.NoBalanceInText, BALANCES, "ERROR-text"),
    (retry.NeverAgain, BALANCES, "RETRY-server RETRY-throttled"),
    (retry.ThrottledIsFinal, BALANCES, "RETRY-throttled"),
    (retry.ServerErrorIsFinal, POSITIONS, "RETRY-server"),
    (retry.ResetIsFinal, POSITIONS, "RETRY-reset"),
    (retry.RetryAfterIgnored, BALANCES, "RETRY-after"),
    (retry.DateIgnored, BALANCES, "RETRY-after"),
    (retry.WithoutPause, POSITIONS, "RETRY-backoff"),
    (retry.TwentyAttempts, BALANCES, "RETRY-bounded"),
    (retry.ForEver, POSITIONS, f"{SILENCE} RETRY-bounded"),
    (retry.EverythingAgain, BALANCES, "RETRY-permanent"),
    (retry.RefusalAgain, BALANCES, "RETRY-permanent"),
    (request.ByAddress, BALANCES, "PARSE-values REQUEST-documented"),
    (request.MarketFilter, POSITIONS, "PARSE-values REQUEST-documented"),
    (request.WrongPath, BALANCES, "PARSE-values REQUEST-documented"),
    (request.WrongMethod, POSITIONS, "PARSE-values REQUEST-documented"),
    (request.JsonAsBytes, BALANCES, "REQUEST-documented"),
    (request.Probe, BALANCES, "REQUEST-documented"),
    (request.WithoutKey, BALANCES, "REQUEST-auth"),
    (request.KeyOnlyOnce, BALANCES, "REQUEST-auth"),
    (request.Unverified, BALANCES, "REQUEST-tls"),
    (request.OneRequestEach, POSITIONS, "REQUEST-storm"),
    (request.KeyInUrl, BALANCES, "PARSE-values REQUEST-documented SECRET-request"),
    (request.PrivateKeySent, POSITIONS, "SECRET-request"),
    (request.PrivateKeyHeader, BALANCES, "SECRET-request"),
    (request.HeadersLogged, BALANCES, "SECRET-log"),
    (request.KeyInError, BALANCES, "SECRET-error"),
    (request.HiddenAsItStands, BALANCES, "SECRET-echo"),
    (request.PrivateKeyInError, POSITIONS, "SECRET-error"),
    (request.SessionPerRequest, BALANCES, "LEAK-growth"),
    (request.SessionNeverClosed, BALANCES, "LEAK-growth"),
    (request.CloseDoesNothing, BALANCES, "LEAK-close"),
    (request.SessionDropped, BALANCES, "LEAK-close"),
    (request.TaskLeak, POSITIONS, "LEAK-close LEAK-growth"),
    (request.TaskOutlivesClose, BALANCES, "LEAK-close"),
    (evolve.StrictModel, POSITIONS, "EVOLVE-unknown"),
    (evolve.StrictAnswer, POSITIONS, "EVOLVE-unknown"),
    (evolve.UnknownModeIsOrdinary, BALANCES, "EVOLVE-enum"),
    (evolve.UnknownSideIsLong, POSITIONS, "EVOLVE-enum EVOLVE-null"),
    (evolve.UnknownSignIsShort, POSITIONS, "EVOLVE-enum EVOLVE-null STATE-row"),
    (evolve.UnknownStatusIsClosed, POSITIONS, "EVOLVE-enum"),
    (evolve.NullIsZero, BALANCES, "EVOLVE-null"),
    (evolve.NullRowsAreNone, POSITIONS, "EVOLVE-missing"),
    (evolve.MissingIsZero, BALANCES, "EVOLVE-missing"),
    (evolve.MissingRowsAreNone, POSITIONS, "EVOLVE-missing"),
    (evolve.NoNumberIsZero, BALANCES, "EVOLVE-type"),
    (evolve.WholeLeverage, POSITIONS, "EVOLVE-type"),
    (evolve.EverythingHasADefault, BALANCES, "EVOLVE-missing EVOLVE-null"),
    (evolve.BadRowKeptAsItWas, POSITIONS, "EVOLVE-enum EVOLVE-missing EVOLVE-null EVOLVE-type STATE-row"),
)

NEVER_ALONE = {
    "PLACEHOLDER-asks": "what asks nothing cannot know the answer, so that its state is wrong as well",
    "PLACEHOLDER-answers": "a state that two answers leave the same is wrong for one of them, or never becomes fresh",
}
"""Checks that cannot be the only one to fail, and why."""

FAMILIES = (placeholder, figures, rows, state, errors, retry, request, evolve)

pytestmark = pytest.mark.filterwarnings("ignore:Unclosed:ResourceWarning")  # some specimens leave things open


@pytest.fixture(scope="module", autouse=True)
def _runner_is_no_garbage():
    """LEAK collects garbage; what the test runner holds need not be searched for it every time."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def _no_log_capture(monkeypatch):
    """An exam keeps every record itself; formatting thousands of them for the test report takes longer than it."""
    monkeypatch.setattr(logging.getLogger(), "handlers", [])


@cache
def library(name):
    """The cassettes of a venue, read once in a process."""
    return Library(venue(name))


def examined(specimen, methods):
    """The ids of the checks that a specimen fails; a check that breaks fails the test."""
    with Rig() as rig:
        target = Target(specimen.__name__, specimen.venue, specimen)
        results = list(run(Exam(rig, target, library(specimen.venue)), methods))
    broken = [result for result in results if result.status is Status.ERROR]
    assert not broken, broken
    return {result.check: result.message for result in results if result.status is Status.FAIL}


@pytest.mark.parametrize(
    ("specimen", "methods", "expected"), TABLE, ids=[specimen.__name__ for specimen, _, _ in TABLE]
)
def test_a_specimen_fails_what_its_mistake_deserves_and_nothing_else(specimen, methods, expected):
    """The set of failing checks is exactly the one in the table."""
    failing = examined(specimen, methods)
    assert set(failing) == set(expected.split()), failing


@pytest.mark.parametrize("correct", [venues.Extended, venues.Lighter, venues.Hyperliquid], ids=lambda cls: cls.venue)
def test_what_the_specimens_are_made_of_is_correct(correct):
    """Otherwise a specimen could fail for another reason than its mistake."""
    assert examined(correct, BOTH) == {}


def test_every_specimen_is_in_the_table_once():
    """A specimen that nobody examines shows nothing."""
    found = {
        specimen
        for family in FAMILIES
        for _, specimen in inspect.getmembers(family, inspect.isclass)
        if issubclass(specimen, Connector) and specimen.__module__ == family.__name__
    }
    listed = [specimen for specimen, _, _ in TABLE]
    assert len(listed) == len(set(listed))
    assert set(listed) == found


def test_every_check_is_failed_by_a_specimen_and_alone_where_that_can_be():
    """A check that nothing fails proves nothing; one that never fails alone may only repeat another."""
    expected = [set(ids.split()) for _, _, ids in TABLE]
    assert set().union(*expected) == set(checks())
    alone = {identifier for ids in expected if len(ids) == 1 for identifier in ids}
    assert set(checks()) - alone == set(NEVER_ALONE)
