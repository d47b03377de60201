"""Payload files as cases: each real one ends in the contract's state, or in an error where it is one."""

import json
from types import SimpleNamespace

import pytest

from harness.checks.exam import Exam
from harness.checks.recorded import PARSE, REFUSE, run_recorded
from harness.contract.payloads import read
from harness.errors import UsageError
from harness.findings import Status
from harness.targets.driving import Rig
from harness.targets.loading import Target, reference
from harness.venues import NAMES

REAL = {"recorded", "observed", "documented"}
QUOTED_BY_A_LIBRARY = {"lighter/rest/account/08.json"}  # ccxt put every number of this answer in quotes
ACCOUNT = {
    "extended": {"user-balance": "_update_balances", "user-positions": "_update_positions"},
    "lighter": {"account": "_update_balances"},
    "hyperliquid": {
        "info-clearinghouse-state": "_update_positions",
        "info-spot-clearinghouse-state": "_update_balances",
    },
}


@pytest.fixture(scope="module")
def rig():
    """A running gateway and its clock."""
    with Rig() as running:
        yield running


@pytest.mark.parametrize("venue", NAMES)
def test_every_real_payload_ends_in_the_contracts_state_or_error(rig, venue, shared_payloads):
    """For the reference connector; left out is only what contradicts the schema, which no venue sent like that."""
    results = list(run_recorded(Exam(rig, reference(venue)), shared_payloads))
    bad = [result for result in results if result.status not in {Status.PASS, Status.SKIP}]
    assert not bad, bad[0].message
    skipped = [result.case for result in results if result.status is Status.SKIP]
    real = {case for case in skipped if read(shared_payloads / case).kind in REAL}
    assert real <= QUOTED_BY_A_LIBRARY


@pytest.mark.parametrize("venue", NAMES)
def test_no_account_payload_is_overlooked(rig, venue, shared_payloads):
    """Every file in the folders of the account's endpoints is a case of a method that reads it."""
    cases = {(result.case, result.method) for result in run_recorded(Exam(rig, reference(venue)), shared_payloads)}
    for endpoint, method in ACCOUNT[venue].items():
        files = sorted((shared_payloads / venue / "rest" / endpoint).glob("*.json"))
        assert files
        missing = [file.name for file in files if (file.relative_to(shared_payloads).as_posix(), method) not in cases]
        assert not missing


@pytest.fixture
def payload(tmp_path):
    """Write a payload file of Extended's balance."""

    def write(body, status=200, **more):
        document = {"exchange": "extended", "transport": "rest", "method": "GET", "path": "/api/v1/user/balance"}
        folder = tmp_path / "user-balance"
        folder.mkdir(exist_ok=True)
        (folder / "01.json").write_text(json.dumps({**document, "status": status, "body": body, **more}))
        return tmp_path

    return write


def balance(**changes):
    """A balance that the schema accepts."""
    row = {"collateralName": "USD", "balance": "10", "equity": "12.5", "unrealisedPnl": "2.5", "availableForTrade": "4"}
    return {"status": "OK", "data": {**row, "updatedTime": 1714924800000, **changes}}


def only(rig, folder, target=None, venue="extended"):
    """The single result."""
    (found,) = run_recorded(Exam(rig, target or reference(venue)), folder, ("_update_balances",))
    return found


def test_an_answer_that_is_read_rightly_passes(rig, payload):
    """Under the name of its file."""
    result = only(rig, payload(balance()))
    assert (result.check, result.status, result.case) == (PARSE, Status.PASS, "user-balance/01.json")


@pytest.mark.parametrize(
    ("body", "status", "more"),
    [
        ({"status": "ERROR", "error": {"code": 1006, "message": "x"}}, 500, {}),
        ("<html>502</html>", 502, {"body_encoding": "text"}),
        ("", 401, {"body_encoding": "text"}),
    ],
)
def test_an_error_that_is_taken_as_one_passes(rig, payload, body, status, more):
    """Whatever its body is."""
    result = only(rig, payload(body, status, **more))
    assert (result.check, result.status) == (REFUSE, Status.PASS)


def test_the_zero_balance_404_is_an_answer(rig, payload):
    """Its state is zero, and no error is asked for."""
    assert only(rig, payload("", 404, body_encoding="text")).status is Status.PASS


def test_an_answer_that_contradicts_the_schema_says_nothing_of_a_connector(rig, payload):
    """Skipped, with the reason."""
    result = only(rig, payload(balance(equity=12.5)))
    assert result.status is Status.SKIP
    assert "contradicts the schema" in result.message


def silent(**given):
    """A connector whose update does nothing."""

    async def update():
        return None

    return SimpleNamespace(_update_balances=update, _account_balances={}, _account_available_balances={})


def test_a_placeholder_fails_on_answers_and_on_errors(rig, payload):
    """Nothing is read, and nothing is said."""
    target = Target("shop:build", "extended", silent)
    result = only(rig, payload(balance()), target)
    assert (result.check, result.status) == (PARSE, Status.FAIL)
    result = only(rig, payload({"status": "ERROR", "error": {"code": 1, "message": "x"}}, 500), target)
    assert (result.check, result.status) == (REFUSE, Status.FAIL)


def test_a_target_without_the_method_is_absent(rig, payload):
    """As in every check."""
    target = Target("shop:build", "extended", lambda **given: SimpleNamespace())
    assert only(rig, payload(balance()), target).status is Status.ABSENT


def test_payloads_of_other_venues_are_none_of_its_business(rig, payload):
    """A folder may hold those of all."""
    assert list(run_recorded(Exam(rig, reference("lighter")), payload(balance()))) == []


def test_a_folder_that_is_not_there_is_wrong_usage(rig, tmp_path):
    """Rather than a run without cases."""
    with pytest.raises(UsageError, match="no such folder"):
        list(run_recorded(Exam(rig, reference("lighter")), tmp_path / "nowhere"))
