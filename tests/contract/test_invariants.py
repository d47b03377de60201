"""What must hold between fields holds in every recording, and is reported where it does not."""

from decimal import Decimal

import pytest
from contract_support import CONTRACTS, VENUES, successes

from harness.contract.arithmetic import less, number, product, total, unequal
from harness.contract.oracle import broken_invariants
from harness.contract.pointer import locate, look_up, replaced

INVARIANTS = [(venue, invariant) for venue in VENUES for invariant in CONTRACTS[venue].invariants]
SUMS = {
    "equity-sums-up": ("/data/equity", "/data/balance", "/data/unrealisedPnl"),
    "asset-value-sums-up": (
        "/accounts/*/total_asset_value",
        "/accounts/*/collateral",
        "/accounts/*/positions/*/unrealized_pnl",
    ),
    "account-value-sums-up": (
        "/marginSummary/accountValue",
        "/marginSummary/totalRawUsd",
        "/assetPositions/*/position/positionValue",
    ),
}
LONG = Decimal("123456789012345678901234567890.123456789")


@pytest.mark.parametrize(("venue", "invariant"), INVARIANTS, ids=[told.name for _, told in INVARIANTS])
def test_an_invariant_holds_in_every_recording(venue, invariant):
    """Of its endpoint."""
    found = successes(venue, invariant.endpoint)
    assert found
    assert not [told.scenario for told in found if broken_invariants(CONTRACTS[venue], invariant.endpoint, told.body)]


@pytest.mark.parametrize(
    ("venue", "invariant", "pattern"),
    [(venue, told, pattern) for venue, told in INVARIANTS for pattern in SUMS[told.name]],
)
def test_a_sum_that_is_off_by_a_cent_is_reported(venue, invariant, pattern):
    """By the invariant's name, with both figures, whichever of its parts it is."""
    (document,) = [told.body for told in successes(venue, invariant.endpoint) if told.scenario == "long_and_short"]
    places = list(locate(document, pattern))
    assert places
    for at in places:
        spoilt = replaced(document, at, str(Decimal(look_up(document, at)) + Decimal("0.01")))
        (told,) = broken_invariants(CONTRACTS[venue], invariant.endpoint, spoilt)
        assert told.startswith(f"{invariant.name}: ")


@pytest.mark.parametrize("document", [None, {}, [], {"data": None}, {"data": {"equity": "n/a"}}, {"accounts": [None]}])
def test_of_a_document_that_is_not_valid_no_invariant_speaks(document):
    """The schema does."""
    for venue, invariant in INVARIANTS:
        assert broken_invariants(CONTRACTS[venue], invariant.endpoint, document) == ()


def test_arithmetic_keeps_every_digit():
    """Python's own operators would round each of these."""
    tiny = Decimal("1e-30")
    assert str(product(LONG, Decimal(2))) == "246913578024691357802469135780.246913578"
    assert less(total([LONG, tiny]), LONG) == tiny
    assert less(LONG, tiny.copy_negate()) == total([tiny, LONG])
    assert total([]) == 0


def test_numbers_too_far_apart_are_refused_and_not_rounded():
    """A thousand digits are more than any venue sends."""
    with pytest.raises(ValueError, match="too far apart"):
        total([Decimal("1e3000"), Decimal(1)])


def test_slack_is_allowed_and_not_more():
    """The sentence names both figures."""
    slack = Decimal("1e-6")
    assert unequal("a", Decimal(1), "b", Decimal("1.000001"), slack) is None
    assert unequal("a", Decimal(1), "b + c", Decimal("1.0000011"), slack) == "a is 1 but b + c is 1.0000011"
    assert number("0.10") == Decimal("0.10")
    with pytest.raises(ValueError, match="n/a"):
        number("n/a")
