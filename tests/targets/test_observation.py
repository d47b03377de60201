"""The state of a connector is read as it is, however oddly it is kept."""

from decimal import Decimal
from enum import Enum
from types import SimpleNamespace

import pytest

from harness.model import PositionSide
from harness.targets.observation import number, observe

ASSETS = ("USD", "USDC")


class Side(Enum):
    """Another library's."""

    LONG = "BUY"
    SHORT = "SELL"


def held(**changes):
    """A position as most connectors keep it."""
    row = {
        "trading_pair": "BTC-USD",
        "position_side": PositionSide.LONG,
        "amount": Decimal(1),
        "entry_price": Decimal(2),
        "unrealized_pnl": Decimal(3),
        "leverage": Decimal(4),
    }
    return SimpleNamespace(**{**row, **changes})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("0.10"), Decimal("0.10")),
        (7, Decimal(7)),
        (0.1, Decimal("0.1")),
        ("0.10", Decimal("0.10")),
        ("1e-7", Decimal("1e-7")),
        (10**40 + 1, Decimal(10**40 + 1)),
        (None, None),
        (True, None),
        ("", None),
        ("n/a", None),
        (float("nan"), None),
        (float("inf"), None),
        (Decimal("NaN"), None),
        ({}, None),
        (object(), None),
    ],
)
def test_a_value_is_the_number_that_it_shows(value, expected):
    """Or none at all."""
    assert number(value) == expected


def test_mappings_are_read_as_they_are():
    """Copied, with their types, in assets that nobody asked for too."""
    connector = SimpleNamespace(_account_balances={"USD": 0.5, "EUR": None}, _account_available_balances={})
    seen = observe(connector, ASSETS)
    assert (seen.total, seen.available, seen.positions) == ({"USD": 0.5, "EUR": None}, {}, None)
    connector._account_balances.clear()
    assert seen.total == {"USD": 0.5, "EUR": None}


def test_a_connector_with_accessors_only_is_asked():
    """An asset of which it knows nothing, by `None` or by an error, is none that it holds."""
    totals = {"USD": Decimal(5)}
    connector = SimpleNamespace(get_balance=totals.get, get_available_balance=totals.__getitem__)
    seen = observe(connector, ASSETS)
    assert seen.total == seen.available == {"USD": Decimal(5)}


def test_a_connector_with_both_is_seen_by_both():
    """So that they can be compared."""
    connector = SimpleNamespace(_account_balances={"EUR": Decimal(1)}, get_balance=lambda asset: Decimal(0))
    seen = observe(connector, ASSETS)
    assert seen.total == {"EUR": Decimal(1)}
    assert seen.told_total == {"EUR": 0, "USD": 0, "USDC": 0}
    assert seen.available is None


def test_a_connector_with_neither_has_no_such_part():
    """Which is not the same as an empty one."""
    seen = observe(object(), ASSETS)
    assert (seen.total, seen.available, seen.positions) == (None, None, None)


@pytest.mark.parametrize(
    ("side", "told"),
    [
        (PositionSide.SHORT, "SHORT"),
        (Side.SHORT, "SHORT"),
        ("short", "SHORT"),
        ("LONG", "LONG"),
        (None, "NONE"),
        (-1, "-1"),
    ],
)
def test_a_side_is_known_by_its_name(side, told):
    """Of an enum of any library, or a text in any case."""
    (seen,) = observe(SimpleNamespace(account_positions={"k": held(position_side=side)}), ASSETS).positions
    assert seen.side == told


@pytest.mark.parametrize(
    "keep", [list, tuple, lambda rows: dict(enumerate(rows)), iter], ids=["list", "tuple", "dict", "iterator"]
)
def test_positions_may_be_kept_in_anything_that_holds_rows(keep):
    """Keys mean nothing."""
    seen = observe(SimpleNamespace(account_positions=keep([held(), held(trading_pair="ETH-USD")])), ASSETS)
    assert [row.trading_pair for row in seen.positions] == ["BTC-USD", "ETH-USD"]


@pytest.mark.parametrize("positions", [None, 7, len])
def test_what_holds_no_rows_is_no_positions(positions):
    """Nothing is called, nothing breaks."""
    assert observe(SimpleNamespace(account_positions=positions), ASSETS).positions is None


def test_figures_that_are_missing_are_none_and_floats_stay_floats():
    """What is compared later must see them as they were."""
    row = held(amount=1.5, leverage=None)
    del row.unrealized_pnl
    (seen,) = observe(
        SimpleNamespace(
            account_positions=[
                row,
            ]
        ),
        ASSETS,
    ).positions
    assert seen.values == {"amount": 1.5, "entry_price": Decimal(2), "unrealized_pnl": None, "leverage": None}
    assert seen.figures() == (Decimal("1.5"), Decimal(2), None, None)


def test_balances_compare_by_their_numbers_and_zero_is_nothing():
    """A float of the same number and an asset of zero make no difference."""
    one = observe(SimpleNamespace(_account_balances={"USD": Decimal("1.0"), "USDC": 0}), ASSETS)
    other = observe(SimpleNamespace(_account_balances={"USD": "1"}), ASSETS)
    assert one.part("_update_balances") == other.part("_update_balances")
    assert not one.is_empty("_update_balances")
    assert observe(SimpleNamespace(_account_balances={"USD": 0}), ASSETS).is_empty("_update_balances")


def test_evidence_holds_json_values_only():
    """A Decimal as its text, a float as it is."""
    connector = SimpleNamespace(_account_balances={"USD": Decimal("0.10")}, account_positions=[held(amount=0.5)])
    seen = observe(connector, ASSETS)
    assert seen.document("_update_balances") == {"total": {"USD": "0.10"}, "available": {}}
    (row,) = seen.document("_update_positions")
    assert row["amount"] == 0.5
    assert row["leverage"] == "4"
