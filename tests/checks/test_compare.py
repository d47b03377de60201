"""Each kind of difference between the state that is seen and the state that must be, and what is none."""

from decimal import Decimal

import pytest

from harness.checks.compare import differences
from harness.contract.oracle import contract
from harness.model import AccountState, Position, PositionSide
from harness.targets.observation import SeenPosition, Snapshot

BALANCES = contract("extended").of("_update_balances")[0]
POSITIONS = contract("extended").of("_update_positions")[0]
LIGHTER = {reading.method: reading for reading in contract("lighter").readings}
LONG = "123456789012345678901234567890.123456789"


def balances(total, available="4", *, told=None, reading=BALANCES, expected="10.5"):
    """Kinds and places of what differs when USD 10.5, of which 4 are available, are expected."""
    wanted = AccountState(total={"USD": Decimal(expected)}, available={"USD": Decimal(4)})
    held = {"USD": Decimal(available)} if isinstance(available, str) else available
    seen = Snapshot(total, held, None, told_total=told)
    return [(item.kind, item.at) for item in differences(reading, wanted, seen)]


def wanted(**changes):
    """An expected position."""
    row = {
        "trading_pair": "BTC-USD",
        "position_side": PositionSide.SHORT,
        "amount": Decimal(-2),
        "entry_price": Decimal(100),
        "unrealized_pnl": Decimal("-1.5"),
        "leverage": Decimal(5),
    }
    return Position(**{**row, **changes})


def seen(pair="BTC-USD", side="SHORT", **changes):
    """The same as a connector shows it."""
    figures = {"amount": "-2", "entry_price": "100", "unrealized_pnl": "-1.5", "leverage": "5"}
    values = {name: Decimal(value) for name, value in figures.items()} | changes
    return SeenPosition(pair, side, values)


def positions(expected, shown, reading=POSITIONS):
    """Kinds and places of what differs."""
    found = differences(reading, AccountState(positions=tuple(expected)), Snapshot(None, None, shown))
    return [(item.kind, item.at) for item in found]


def test_the_same_balance_is_no_difference():
    """In any notation, with an empty asset beside it."""
    assert balances({"USD": Decimal("10.50"), "USDC": Decimal(0)}) == []
    assert balances({"USD": Decimal(10)}, expected="10") == balances({"USD": 10}, expected="10") == []


@pytest.mark.parametrize(
    ("total", "kind"),
    [
        ({"USD": Decimal(10)}, "value"),
        ({"USD": None}, "value"),
        ({"USD": "n/a"}, "value"),
        ({"USD": True}, "value"),
        ({"USD": 10.4}, "value"),
        ({"USD": float("nan")}, "value"),
        ({}, "value"),
        ({"USD": 10.5}, "precision"),
        ({"USD": "10.5"}, "precision"),
        ({"USD": Decimal("10.500000001")}, "precision"),
    ],
)
def test_a_figure_that_is_not_the_venues_is_told_by_its_kind(total, kind):
    """A float or a text of the right number is a question of precision, another number is not."""
    assert balances(total) == [(kind, "USD.total")]


def test_a_long_number_must_agree_in_every_digit_that_a_decimal_keeps():
    """Twenty-eight of them unless told otherwise: whoever negates a longer one loses the rest, and is not blamed."""
    assert balances({"USD": Decimal(LONG)}, expected=LONG) == []
    assert balances({"USD": +Decimal(LONG)}, expected=LONG) == []
    wrong = LONG[:20] + ("1" if LONG[20] != "1" else "2") + LONG[21:]
    assert balances({"USD": Decimal(wrong)}, expected=LONG) == [("precision", "USD.total")]


def test_what_the_venue_says_in_two_ways_may_differ_by_the_documented_slack():
    """A millionth in Lighter's total, and not in what is available."""
    reading = LIGHTER["_update_balances"]
    assert balances({"USD": Decimal("10.500001")}, reading=reading) == []
    assert balances({"USD": Decimal("10.500002")}, reading=reading) != []
    assert balances({"USD": Decimal("10.5")}, "4.000001", reading=reading) == [("value", "USD.available")]


def test_available_is_compared_by_itself():
    """Under its own name."""
    assert balances({"USD": Decimal("10.5")}, "10.5") == [("value", "USD.available")]


def test_the_right_amount_under_another_name_is_a_question_of_names():
    """And told once."""
    assert balances({"USDC": Decimal("10.5")}) == [("name", "USD.total")]
    assert balances({"USD": Decimal(0), "collateral": Decimal("10.5")}) == [("name", "USD.total")]


def test_an_asset_too_many_is_extra():
    """Unless it is empty."""
    both = {"USD": Decimal("10.5"), "BTC": Decimal(1)}
    assert balances(both) == [("extra", "BTC.total")]


def test_a_part_that_the_connector_does_not_have_is_absent():
    """Which is not the same as an empty one."""
    assert balances(None) == [("absent", "total")]
    assert balances({"USD": Decimal("10.5")}, None) == [("absent", "available")]


def test_an_accessor_must_say_what_the_mapping_holds():
    """Where there is one."""
    total = {"USD": Decimal("10.5")}
    assert balances(total, told={"USD": Decimal("10.50"), "EUR": 0}) == []
    assert balances(total, told={"USD": Decimal(0)}) == [("accessor", "USD.get_balance")]
    assert balances(total, told={}) == [("accessor", "USD.get_balance")]


def test_the_same_positions_in_any_order_are_no_difference():
    """Both sides of one market among them."""
    expected = [wanted(), wanted(position_side=PositionSide.LONG, amount=Decimal(2)), wanted(trading_pair="ETH-USD")]
    shown = (seen("ETH-USD"), seen(side="LONG", amount=Decimal(2)), seen())
    assert positions(expected, shown) == []
    assert positions([], ()) == []


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        (seen(side="LONG", amount=Decimal(2)), [("side", "BTC-USD.position_side"), ("side", "BTC-USD.amount")]),
        (seen(side="LONG"), [("side", "BTC-USD.position_side")]),
        (seen(amount=Decimal(2)), [("side", "BTC-USD.amount")]),
        (seen(amount=Decimal(-3)), [("value", "BTC-USD.amount")]),
        (seen(amount=-2.0), [("precision", "BTC-USD.amount")]),
        (seen(entry_price=Decimal(101)), [("value", "BTC-USD.entry_price")]),
        (seen(unrealized_pnl=None), [("value", "BTC-USD.unrealized_pnl")]),
        (seen(leverage=Decimal(20)), [("leverage", "BTC-USD.leverage")]),
        (seen(leverage=5.0), [("precision", "BTC-USD.leverage")]),
        (seen("BTC"), [("name", "BTC-USD.trading_pair")]),
        (seen("BTC", amount=Decimal(7)), [("missing", "BTC-USD"), ("extra", "BTC")]),
    ],
)
def test_a_position_that_is_not_the_venues_is_told_by_its_kind(shown, told):
    """Side, leverage and name are kinds of their own."""
    assert positions([wanted()], (shown,)) == told


def test_a_long_amount_of_the_wrong_sign_is_a_question_of_sides():
    """However many digits it has."""
    expected = wanted(amount=Decimal(f"-{LONG}"))
    assert positions([expected], (seen(amount=Decimal(LONG)),)) == [("side", "BTC-USD.amount")]


def test_a_row_too_few_is_missing_and_one_too_many_is_extra():
    """Duplicates too."""
    assert positions([wanted()], ()) == [("missing", "BTC-USD")]
    assert positions([wanted()], (seen(), seen())) == [("extra", "BTC-USD")]
    assert positions([], (seen(),)) == [("extra", "BTC-USD")]
    assert positions([wanted()], None) == [("absent", "account_positions")]


def test_leverage_that_venues_round_may_be_off_by_a_hundredth():
    """At Lighter, where it is derived by a division."""
    reading = LIGHTER["_update_positions"]
    expected = [wanted(leverage=Decimal(100) / Decimal("33.33"))]
    assert positions(expected, (seen(leverage=Decimal(3)),), reading) == []
    assert positions(expected, (seen(leverage=Decimal("33.33")),), reading) == [("leverage", "BTC-USD.leverage")]


def test_a_difference_says_where_what_and_what_instead():
    """In one line."""
    (found,) = differences(BALANCES, AccountState(total={"USD": Decimal(1)}), Snapshot({"USD": 2.0}, None, None))
    assert str(found) == "USD.total: expected 1, got float 2.0"
    assert found.cause() == ("value", "total")
