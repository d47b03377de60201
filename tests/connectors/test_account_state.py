"""What an account keeps of its updates."""

from decimal import Decimal

import pytest

from harness.connectors.account import Account, Balance, distinct
from harness.connectors.reading import Node
from harness.errors import MalformedAnswer
from harness.model import Position, PositionSide

ONE = Decimal(1)


def position(pair, side=PositionSide.LONG, amount=ONE):
    return Position(pair, side, amount, ONE, ONE, ONE)


def test_an_asset_that_is_not_held_is_zero():
    """As with Hummingbot's connectors."""
    assert Account().get_balance("USD") == Account().get_available_balance("USD") == Decimal(0)


def test_a_newer_answer_replaces_what_was_there():
    """An asset or a position that is not listed any more leaves, and whoever holds the old state sees it whole."""
    account = Account()
    account._replace_balance(Balance("USD", Decimal(5), Decimal(4)), 1)
    account._replace_positions((position("A-USD"), position("B-USD")), 2)
    balances, positions = account._account_balances, account.account_positions
    account._replace_balance(Balance("USDC", Decimal(7), Decimal(6)), 3)
    account._replace_positions((position("B-USD"),), 4)
    assert (account._account_balances, account._account_available_balances) == ({"USDC": 7}, {"USDC": 6})
    assert set(account.account_positions) == {"B-USD"}
    assert (balances, set(positions)) == ({"USD": 5}, {"A-USD", "B-USD"})


def test_an_older_answer_is_dropped():
    """Of updates that overlap the newest request wins, each part for itself."""
    account = Account()
    account._replace_balance(Balance("USD", Decimal(7), Decimal(6)), 9)
    account._replace_balance(Balance("USD", Decimal(5), Decimal(4)), 8)
    account._replace_positions((position("A-USD"),), 8)
    assert account.get_balance("USD") == 7
    assert set(account.account_positions) == {"A-USD"}


def test_both_sides_of_a_market_are_kept():
    """Only then the key says the side."""
    account = Account()
    short = position("A-USD", PositionSide.SHORT, Decimal(-1))
    account._replace_positions((position("A-USD"), short, position("B-USD")), 1)
    assert set(account.account_positions) == {"A-USDLONG", "A-USDSHORT", "B-USD"}
    account._replace_positions((short,), 2)
    assert account.account_positions == {"A-USD": short}


def test_two_rows_of_one_market_and_side_are_an_error():
    """Keeping either of them would be a guess."""
    with pytest.raises(MalformedAnswer, match=r"\$ has 2 open LONG positions of A-USD"):
        distinct([position("A-USD"), position("A-USD")], Node([], "GET /thing"))
