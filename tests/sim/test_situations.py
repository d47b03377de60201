"""Situations and their figures."""

from dataclasses import replace
from decimal import Decimal

import pytest

from harness.model import PositionSide
from harness.sim.markets import CONFIGURED, MARKETS, trading_pairs
from harness.sim.numbers import fixed, floored, rounded, trimmed
from harness.sim.scenarios import SCENARIOS, situations
from harness.sim.situations import Account, Figures, Holding, Kind, Mode

ALL = [(venue, scenario) for venue, scenarios in SCENARIOS.items() for scenario in scenarios]


def holding(**changes):
    """A long position of 0.5 ETH, bought at 2,000 and now at 2,318.4."""
    market = MARKETS["ETH"]
    position = Holding(
        market=market,
        side=PositionSide.LONG,
        size=Decimal("0.5"),
        entry=Decimal(2000),
        leverage=4,
        mark=market.mark,
    )
    return replace(position, **changes)


def test_a_long_gains_and_a_short_loses_when_the_price_rises():
    """The sign of the PnL follows the side."""
    account = Account(collateral=Decimal(1000), holdings=(holding(), holding(side=PositionSide.SHORT)))
    figures = Figures(account)
    assert [figures.pnl(each) for each in account.holdings] == [Decimal("159.2"), Decimal("-159.2")]
    assert figures.equity == 1000


def test_available_is_equity_less_margin_and_never_negative():
    """More margin than equity leaves nothing."""
    held = (holding(),)
    assert Figures(Account(collateral=Decimal(1000), holdings=held)).available == Decimal("869.4")
    assert Figures(Account(collateral=Decimal(100), holdings=held)).available == 0


def test_an_isolated_position_takes_its_margin_and_pnl_out_of_what_is_shared():
    """Total equity is untouched, the shared part shrinks."""
    figures = Figures(Account(collateral=Decimal(1000), holdings=(holding(allocated=Decimal(300)),)))
    assert (figures.equity, figures.cross_equity, figures.available) == (Decimal("1159.2"), 700, 700)


@pytest.mark.parametrize("change", [{"size": Decimal(0)}, {"closed": True}])
def test_a_row_that_is_not_open_counts_for_nothing(change):
    """Neither a zero row nor a closed one has value or PnL."""
    figures = Figures(Account(collateral=Decimal(7), holdings=(holding(**change),)))
    assert (figures.equity, figures.total_value, figures.open) == (7, 0, ())


def test_numbers_are_written_as_the_venues_do():
    """Padded, trimmed, never with an exponent or a negative zero, never losing a digit."""
    assert fixed(Decimal("1E-8"), 5) == "0.00000001"
    assert fixed(Decimal("0.1"), 5) == "0.10000"
    assert fixed(Decimal("1E+3"), 0) == "1000"
    assert fixed(Decimal("-0.000"), 2) == "0.00"
    assert fixed(Decimal("123456789.123456789"), 6) == "123456789.123456789"
    assert [trimmed(Decimal(text)) for text in ("77012", "0.500", "-0.0")] == ["77012.0", "0.5", "0.0"]
    assert (rounded(Decimal("-0.0496693553")), floored(Decimal("-0.0496693553"))) == (
        Decimal("-0.049669"),
        Decimal("-0.049670"),
    )


@pytest.mark.parametrize(("venue", "scenario"), ALL)
def test_no_figure_of_a_position_can_be_taken_for_another(venue, scenario):
    """Entry, mark and liquidation prices, size and leverage differ, and leverage is neither 1 nor 100."""
    for situation in situations(venue, scenario):
        for position in (each for account in situation.accounts for each in account.holdings if each.is_open):
            numbers = [position.entry, position.mark, position.size, Decimal(position.leverage)]
            numbers += [position.liquidation] if position.liquidation is not None else []
            assert len(set(numbers)) == len(numbers), position
            assert position.leverage not in {1, 100}
            assert position.leverage <= position.market.max_leverage


@pytest.mark.parametrize("venue", SCENARIOS)
def test_a_hundred_positions_are_in_a_hundred_markets_on_both_sides(venue):
    """Symbols differ, and some are written with a thousand in front."""
    (situation,) = situations(venue, "hundred_positions")
    held = situation.configured.holdings
    symbols = {position.market.symbol_at(venue) for position in held}
    assert len(held) == len(symbols) == 100
    assert ("kPEPE" if venue == "hyperliquid" else "1000PEPE") in symbols
    shorts = sum(position.side is PositionSide.SHORT for position in held)
    assert 20 < shorts < 50
    assert len({position.leverage for position in held}) > 10
    assert all(position.size for position in held)


@pytest.mark.parametrize("venue", SCENARIOS)
def test_two_steps_differ_in_positions_and_in_balance(venue):
    """What stays the same between two steps could not show that an update happened."""
    for scenario in ("open_then_closed", "flipped"):
        before, after = (situation.configured for situation in situations(venue, scenario))
        assert before.collateral != after.collateral
        assert [each.amount for each in before.holdings] != [each.amount for each in after.holdings]


def test_the_flipped_position_is_long_and_then_short_in_one_market():
    """The size changes with the side."""
    before, after = (each.configured.holdings[0] for each in situations("hyperliquid", "flipped"))
    assert before.market is after.market
    assert before.amount > 0 > after.amount
    assert before.size != after.size


@pytest.mark.parametrize("venue", SCENARIOS)
def test_unconfigured_positions_are_in_no_configured_market_and_one_is_inactive(venue):
    """They are positions all the same."""
    (situation,) = situations(venue, "unconfigured_markets")
    markets = [position.market for position in situation.configured.holdings]
    assert not {market.symbol for market in markets} & set(CONFIGURED)
    assert [market.active for market in markets].count(False) == 1
    assert trading_pairs(venue)[0] == ("BTC-USDC" if venue == "lighter" else "BTC-USD")


def test_the_configured_account_is_neither_the_first_nor_alone():
    """A sub-account stands before it and a pool behind it, with other figures."""
    (situation,) = situations("lighter", "sub_accounts")
    assert [account.kind for account in situation.accounts] == [Kind.SUB, Kind.MAIN, Kind.POOL]
    assert situation.configured is situation.accounts[1]
    assert len({Figures(account).equity for account in situation.accounts}) == 3


def test_a_unified_account_keeps_its_funds_in_spot():
    """Nothing is on the perpetuals' side, and part of the spot balance is held."""
    (situation,) = situations("hyperliquid", "unified")
    account = situation.configured
    usdc = next(coin for coin in account.spot if coin.asset == "USDC")
    assert (account.mode, account.collateral, account.holdings) == (Mode.UNIFIED, 0, ())
    assert 0 < usdc.locked < usdc.total
