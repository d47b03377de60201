"""What is said of an answer of a venue, where its schema and its contract know more than the recordings."""

import pytest
from drift_support import summary_of

from harness.drift.judgement import differences

ACCOUNT = "lighter/rest/account"
POSITION = "/accounts/*/positions/*"


def position(**told):
    """A row with what the contract reads."""
    known = {"symbol": "ETH", "initial_margin_fraction": "5.00", "sign": 1, "position": "18.0193"}
    return {**known, "avg_entry_price": "2669.84", "unrealized_pnl": "6197.829558", **told}


def account(*positions, **told):
    """An account in which nothing else is missing."""
    row = {"account_index": 7, "index": 7, "l1_address": "0x" + "a" * 40, "status": 1, "collateral": "9100.242706"}
    row |= {"available_balance": "12582.743947", "total_asset_value": "15298.072264", "cross_asset_value": "0"}
    return {"code": 200, "accounts": [{**row, "assets": [], "positions": list(positions), **told}]}


def judged(new, old, topic=ACCOUNT):
    """Rule, class, path and where it went, of all that the recordings tell."""
    before, after = (summary_of(each, topic=topic).topics[topic] for each in (old, new))
    found = [one for one in differences(topic, after, before) if one.against == "recordings"]
    return [(one.rule, str(one.severity), one.path, one.to) for one in found]


@pytest.mark.parametrize("shares", [("0.05",), ("0.05", "1.0"), ("0.3333", "0.0200")])
def test_a_share_of_a_hundred_that_is_a_share_of_one_has_another_scale(shares):
    """Though nobody can compare digits: a hundred over it would be a leverage of thousands."""
    new = account(*(position(initial_margin_fraction=share, symbol=f"S{at}") for at, share in enumerate(shares)))
    path = f"{POSITION}/initial_margin_fraction"
    assert judged(new, account(position(initial_margin_fraction="33.33"))) == [("DRIFT-scale", "breaking", path, "")]


def test_a_small_share_of_a_hundred_is_one():
    """Two percent and a half stay what they are."""
    new = account(position(initial_margin_fraction="2.50"), position(initial_margin_fraction="100.00"))
    assert judged(new, account(position())) == []


@pytest.mark.parametrize("told", [{"sign": -1}, {"unrealized_pnl": "-6197.829558"}])
def test_the_first_short_and_the_first_loss_are_other_values(told):
    """The contract knows both sides, and the schema says which numbers have a sign."""
    assert judged(account(position(**told)), account(position())) == []


def test_a_sign_that_the_schema_forbids_is_told():
    """A size has none."""
    new = account(position(position="-18.0193"))
    assert judged(new, account(position())) == [("DRIFT-range", "risky", f"{POSITION}/position", "")]


def test_an_unknown_value_of_an_enumeration_is_told_once():
    """That its number was never negative as well says nothing more."""
    new = account(position(sign=-7))
    assert judged(new, account(position())) == [("DRIFT-enum", "risky", f"{POSITION}/sign", "")]


def test_a_field_that_is_renamed_and_retyped_at_once_is_told_to_be_both():
    """And not to be gone, and another new."""
    row = {("qty" if name == "position" else name): value for name, value in position().items()}
    assert judged(account({**row, "qty": 18.0193}), account(position())) == [
        ("DRIFT-renamed", "breaking", f"{POSITION}/position", f"{POSITION}/qty"),
        ("DRIFT-retyped", "breaking", f"{POSITION}/position", f"{POSITION}/qty"),
    ]


def test_nothing_has_moved_to_where_the_schema_has_always_had_it():
    """Frames of a stream differ: one has orders, another has positions."""
    topic = "extended/ws/account"
    orders = {"type": "ORDER", "data": {"isSnapshot": True, "orders": []}, "ts": 1700000000000, "seq": 1}
    positions = {"type": "POSITION", "data": {"isSnapshot": True, "positions": []}, "ts": 1700000000000, "seq": 3}
    assert judged(positions, orders, topic) == []


def test_a_fraction_is_no_drift_where_the_schema_allows_any_number():
    """A price that was whole by chance."""
    topic = "lighter/rest/order-book-details"
    whole, broken = ({"code": 200, "order_book_details": [{"daily_price_high": each}]} for each in (2398, 3571.45))
    assert judged(broken, whole, topic) == []
