"""What each venue's answers mean, rule by rule, on small documents written by hand."""

from decimal import Decimal

import pytest

from harness import exact
from harness.contract.oracle import Answer, Failure, contract, expect, reading_of
from harness.errors import UsageError
from harness.model import PositionSide

LONG_NUMBER = "123456789012345678901234.567890123456789"
HTML = b"<html><body>404 Not Found</body></html>"


def told(venue, method, credentials=None, **answers):
    """What the oracle says; answers by endpoint with `_` for `-`, as JSON or as (status, bytes)."""
    given = {
        name.replace("_", "-"): Answer(*body) if isinstance(body, tuple) else Answer(200, exact.encode(body))
        for name, body in answers.items()
    }
    return expect(contract(venue), f"_update_{method}", given, credentials or {"account_index": "7"})


def position(**changes):
    row = {"market": "BTC-USD", "side": "LONG", "size": "2", "openPrice": "10", "unrealisedPnl": "-1", "leverage": "5"}
    return {**row, **changes}


def extended(*rows, status="OK"):
    return told("extended", "positions", user_positions={"status": status, "data": list(rows)})


def extended_balance(**changes):
    data = {"collateralName": "USD", "balance": "1", "equity": "10.50", "availableForTrade": "4"} | changes
    return told("extended", "balances", user_balance={"status": "OK", "data": data})


def lighter_row(**changes):
    row = {"symbol": "ETH", "sign": -1, "position": "3", "avg_entry_price": "20", "unrealized_pnl": "0.5"}
    return {**row, "initial_margin_fraction": "20.00", **changes}


def lighter_account(index=7, *rows, **changes):
    row = {"account_index": index, "total_asset_value": f"{index}.5", "available_balance": "2"}
    return {**row, "collateral": f"{index}.5", "positions": list(rows), **changes}


def lighter(method, *accounts, code=200, credentials=None):
    return told("lighter", method, credentials, account={"code": code, "accounts": list(accounts)})


def asset_position(szi="1", **changes):
    row = {
        "coin": "kPEPE",
        "szi": szi,
        "entryPx": "10",
        "unrealizedPnl": "1",
        "leverage": {"type": "cross", "value": 20},
    }
    return {"type": "oneWay", "position": {**row, **changes}}


def clearinghouse(*rows, value="100", withdrawable="40"):
    return {"crossMarginSummary": {"accountValue": value}, "withdrawable": withdrawable, "assetPositions": list(rows)}


def hyperliquid(*rows):
    return told("hyperliquid", "positions", info_clearinghouse_state=clearinghouse(*rows))


def unified(*rows, mode="unifiedAccount"):
    return told(
        "hyperliquid",
        "balances",
        info_user_abstraction=mode,
        info_spot_clearinghouse_state={"balances": list(rows)},
        info_clearinghouse_state=clearinghouse(value="0", withdrawable="0"),
    )


def holding(coin="USDC", total="12.5", hold="2.5"):
    return {"coin": coin, "total": total, "hold": hold}


def only(state):
    (found,) = state.positions
    return found


# balances


@pytest.mark.parametrize(
    ("state", "asset", "total", "available"),
    [
        (extended_balance(), "USD", "10.50", "4"),
        (extended_balance(collateralName="USDC"), "USDC", "10.50", "4"),
        (extended_balance(equity="-3", availableForTrade="0"), "USD", "-3", "0"),
        (extended_balance(equity=LONG_NUMBER), "USD", LONG_NUMBER, "4"),
        (extended_balance(equity="1e-7"), "USD", "0.0000001", "4"),
        (extended_balance(equity=Decimal("6.4e-05")), "USD", "0.000064", "4"),
        (lighter("balances", lighter_account()), "USDC", "7.5", "2"),
        (lighter("balances", lighter_account(total_asset_value="0", available_balance="0")), "USDC", "0", "0"),
        (unified(holding()), "USD", "12.5", "10.0"),
        (unified(holding("HYPE", "9", "9"), holding()), "USD", "12.5", "10.0"),
        (unified(holding(total="-5", hold="0"), mode="portfolioMargin"), "USD", "-5", "-5"),
        (unified(holding(total=LONG_NUMBER, hold="0.000000000000001")), "USD", LONG_NUMBER, LONG_NUMBER[:-1] + "8"),
        (unified(), "USD", "0", "0"),
        (unified(holding("HYPE")), "USD", "0", "0"),
        (unified(holding(), mode="default"), "USD", "0", "0"),
        (unified(holding(), mode="disabled"), "USD", "0", "0"),
        (unified(holding(), mode="dexAbstraction"), "USD", "0", "0"),
        (told("hyperliquid", "balances", info_clearinghouse_state=clearinghouse()), "USD", "100", "40"),
    ],
)
def test_a_balance_is_equity_and_what_can_open_positions(state, asset, total, available):
    """Under the name of the collateral, exact to the last digit."""
    assert state.total == {asset: Decimal(total)}
    assert state.available == {asset: Decimal(available)}
    assert state.positions is None


@pytest.mark.parametrize("body", [b"", b" \n", b'{"status":"ERROR","error":{"code":1006,"message":"x"}}'])
def test_a_404_of_the_balance_route_is_a_zero_balance(body):
    """With an empty body or in the venue's own envelope."""
    state = told("extended", "balances", user_balance=(404, body))
    assert state.total == state.available == {"USD": Decimal(0)}


@pytest.mark.parametrize(
    ("method", "endpoint", "status", "body"),
    [
        ("balances", "user_balance", 404, HTML),
        ("balances", "user_balance", 404, b'{"detail":"404"}'),
        ("balances", "user_balance", 404, b"[]"),
        ("balances", "user_balance", 500, b""),
        ("balances", "user_balance", 200, b""),
        ("balances", "user_balance", 200, b'{"status":"ERROR","error":{"code":404,"message":"404"}}'),
        ("positions", "user_positions", 404, b""),
        ("positions", "user_positions", 404, b'{"status":"ERROR","error":{"code":404,"message":"x"}}'),
    ],
)
def test_any_other_404_is_an_error(method, endpoint, status, body):
    """Of a proxy, of another route, with another status, or in words only."""
    assert isinstance(told("extended", method, **{endpoint: (status, body)}), Failure)


@pytest.mark.parametrize("venue", ["lighter", "hyperliquid"])
def test_no_other_venue_says_nothing_with_a_404(venue):
    """Zero is said with zeros there."""
    endpoint = "account" if venue == "lighter" else "info_clearinghouse_state"
    assert isinstance(told(venue, "balances", **{endpoint: (404, b"")}), Failure)


MAIN, SUB, POOL = lighter_account(1), lighter_account(7, lighter_row()), lighter_account(281474976710655)


@pytest.mark.parametrize("rows", [(MAIN, SUB, POOL), (POOL, SUB, MAIN), (SUB,), (SUB, {"l1_address": "0x"}), ({}, SUB)])
def test_the_row_of_the_configured_account_is_read_wherever_it_stands(rows):
    """Sub-accounts and pools beside it, and rows that nobody can tell, change nothing in any order."""
    assert lighter("balances", *rows).total == {"USDC": Decimal("7.5")}
    assert only(lighter("positions", *rows)).trading_pair == "ETH-USDC"


def test_the_account_may_be_told_by_either_of_its_two_names():
    """`index` where `account_index` is absent."""
    row = lighter_account()
    row["index"] = row.pop("account_index")
    assert lighter("balances", row).total == {"USDC": Decimal("7.5")}


@pytest.mark.parametrize(
    "accounts",
    [
        (),
        (MAIN, POOL),
        (lighter_account("7x"),),
        ({"positions": []},),
        (lighter_account(None),),
        (lighter_account(True),),
    ],
)
def test_an_account_that_is_not_there_is_an_error(accounts):
    """Never the first row, and never zero."""
    assert isinstance(lighter("balances", *accounts), Failure)
    assert isinstance(lighter("positions", *accounts), Failure)


@pytest.mark.parametrize("code", [20001, 0, None, "200 OK", 400])
def test_a_code_other_than_200_is_an_error_whatever_comes_with_it(code):
    """HTTP 200 says nothing at Lighter."""
    assert isinstance(lighter("balances", lighter_account(), code=code), Failure)
    assert isinstance(lighter("positions", lighter_account(), code=code), Failure)


@pytest.mark.parametrize("mode", [(200, HTML), (200, b'"hyperspace"'), (200, b"null"), (200, b"{}")])
def test_a_mode_that_nobody_knows_is_an_error(mode):
    """Where the collateral lies cannot be told; positions do not depend on it."""
    answers = {"info_user_abstraction": mode, "info_clearinghouse_state": clearinghouse()}
    assert isinstance(told("hyperliquid", "balances", **answers), Failure)
    assert told("hyperliquid", "positions", **answers).positions == ()


@pytest.mark.parametrize("wrong", [{"equity": None}, {"equity": ""}, {"equity": "n/a"}, {"availableForTrade": "NaN"}])
@pytest.mark.parametrize("more", [{}, {"collateralName": ""}, {"collateralName": None}])
def test_a_balance_that_is_no_number_is_an_error(wrong, more):
    """Null, empty, a word, and what only a computer calls a number."""
    assert isinstance(extended_balance(**wrong, **more), Failure)


# positions


@pytest.mark.parametrize(
    ("state", "pair", "amount", "leverage"),
    [
        (extended(position()), "BTC-USD", "2", "5"),
        (extended(position(side="SHORT")), "BTC-USD", "-2", "5"),
        (extended(position(status="OPENED")), "BTC-USD", "2", "5"),
        (extended(position(market="AAPL_24_5-USD"), status="ok"), "AAPL_24_5-USD", "2", "5"),
        (extended(position(side="SHORT", size=LONG_NUMBER)), "BTC-USD", f"-{LONG_NUMBER}", "5"),
        (extended(position(size="1e-7")), "BTC-USD", "0.0000001", "5"),
        (lighter("positions", lighter_account(7, lighter_row())), "ETH-USDC", "-3", "5"),
        (
            lighter("positions", lighter_account(7, lighter_row(sign=1, position=LONG_NUMBER))),
            "ETH-USDC",
            LONG_NUMBER,
            "5",
        ),
        (lighter("positions", lighter_account(7, lighter_row(initial_margin_fraction="2"))), "ETH-USDC", "-3", "50"),
        (hyperliquid(asset_position()), "kPEPE-USD", "1", "20"),
        (hyperliquid(asset_position("-1.5")), "kPEPE-USD", "-1.5", "20"),
        (hyperliquid(asset_position(f"-{LONG_NUMBER}")), "kPEPE-USD", f"-{LONG_NUMBER}", "20"),
    ],
)
def test_an_open_row_is_a_position(state, pair, amount, leverage):
    """Signed as its side says, with leverage as a factor, exact to the last digit."""
    found = only(state)
    assert (found.trading_pair, found.amount, found.leverage) == (pair, Decimal(amount), Decimal(leverage))
    assert found.position_side is (PositionSide.SHORT if amount.startswith("-") else PositionSide.LONG)
    assert state.total is None


def test_a_third_of_the_margin_is_a_leverage_of_three_within_the_tolerance():
    """33.33 percent."""
    found = only(lighter("positions", lighter_account(7, lighter_row(initial_margin_fraction="33.33"))))
    assert abs(found.leverage - 3) < Decimal("0.001")


@pytest.mark.parametrize(
    "state",
    [
        extended(),
        extended(position(size="0")),
        extended(position(status="CLOSED")),
        extended(position(size="0", side="NONE", openPrice=None)),
        lighter("positions", lighter_account()),
        lighter("positions", lighter_account(7, lighter_row(position="0.00000", sign=1, avg_entry_price="0.0"))),
        lighter("positions", lighter_account(7, lighter_row(position="0", initial_margin_fraction="0"))),
        hyperliquid(),
        hyperliquid(asset_position("0.0", entryPx=None)),
        hyperliquid(asset_position("-0.0")),
    ],
)
def test_a_flat_row_is_no_position(state):
    """Absent, of size zero, or closed."""
    assert state.positions == ()


@pytest.mark.parametrize(
    "state",
    [
        extended(position(side="BOTH")),
        extended(position(side="long")),
        extended(position(side=None)),
        extended(position(side=True)),
        extended(position(status="LIQUIDATING")),
        extended(position(status=None)),
        extended(position(size="-2")),
        extended(position(size={})),
        extended(position(leverage="5x")),
        extended(position(market="")),
        extended(position(market=7)),
        extended(position(), None),
        extended(position(), status="PARTIAL"),
        lighter("positions", lighter_account(7, lighter_row(sign=0))),
        lighter("positions", lighter_account(7, lighter_row(sign="-1"))),
        lighter("positions", lighter_account(7, lighter_row(sign=True))),
        lighter("positions", lighter_account(7, lighter_row(position="-3"))),
        lighter("positions", lighter_account(7, lighter_row(initial_margin_fraction="0"))),
        lighter("positions", lighter_account(7, positions=None)),
        hyperliquid(asset_position(entryPx=None)),
        hyperliquid(asset_position(szi=None)),
        hyperliquid(asset_position(coin=None)),
        hyperliquid(asset_position(leverage=20)),
        told("hyperliquid", "positions", info_clearinghouse_state={"status": "err", "response": "x"}),
        told("hyperliquid", "positions", info_clearinghouse_state=None),
        told("hyperliquid", "positions", info_clearinghouse_state=(422, b"Failed to deserialize")),
        told("hyperliquid", "positions"),
    ],
)
def test_what_is_not_understood_is_an_error(state):
    """One bad row fails the update: without it the account would look flatter than it is."""
    assert isinstance(state, Failure)
    assert state.reason


def test_both_sides_of_one_market_are_two_positions():
    """Nothing nets them."""
    state = extended(position(), position(side="SHORT", size="5"))
    assert [(found.position_side.name, found.amount) for found in state.positions] == [("LONG", 2), ("SHORT", -5)]


def test_a_method_that_no_contract_speaks_of_is_wrong_usage():
    """Not a failure of the connector."""
    with pytest.raises(UsageError, match="_update_orders"):
        reading_of(contract("lighter"), "_update_orders", {})
    with pytest.raises(UsageError, match="kraken"):
        contract("kraken")
