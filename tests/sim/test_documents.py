"""The venues' documents: valid, consistent, and read back as what they were built from."""

from decimal import Decimal

import pytest

from harness import exact
from harness.contract import schemas
from harness.contract.oracle import Answer, Failure, broken_invariants, contract, expect, reading_of
from harness.model import PositionSide
from harness.sim.credentials import CREDENTIALS
from harness.sim.markets import trading_pairs
from harness.sim.numbers import floored, rounded
from harness.sim.recording import cassette
from harness.sim.refusals import REFUSALS
from harness.sim.scenarios import SCENARIOS, situations
from harness.sim.situations import Figures, Mode
from harness.venues import venue as facts_of

ALL = [(venue, scenario) for venue, scenarios in SCENARIOS.items() for scenario in scenarios]
ACCOUNT_ENDPOINTS = {
    "extended": {"user-balance", "user-positions"},
    "lighter": {"account"},
    "hyperliquid": {"info-clearinghouse-state", "info-spot-clearinghouse-state"},
}
METHODS = ("_update_balances", "_update_positions")


def answers(venue, scenario):
    """Endpoint name -> answers in order, of every request but those that ask for other rows of the wallet."""
    facts = facts_of(venue)
    base = facts.environments["mainnet"].rest
    found = {}
    for interaction in cassette(venue, scenario).interactions:
        request = interaction.request
        path, _, query = request.uri.removeprefix(base).partition("?")
        body = None if request.body is None else exact.decode(request.body)
        endpoints = facts.find(request.method, path, body)
        assert len(endpoints) == 1, f"{request.method} {request.uri} {body}: {endpoints}"
        if not query.startswith("by=l1_address"):
            answer = Answer(interaction.response.status, interaction.response.body)
            found.setdefault(endpoints[0].name, []).append(answer)
    return found


def step(found, number):
    """The answers of one step; a request that is answered alike throughout was recorded once."""
    return {name: told[min(number, len(told) - 1)] for name, told in found.items()}


@pytest.mark.parametrize(("venue", "scenario"), ALL)
def test_every_answer_validates_against_the_schema_of_its_endpoint(venue, scenario):
    """Errors against the venue's error envelope, whatever their HTTP status is."""
    for name, told in answers(venue, scenario).items():
        refused = scenario == "errors" and name in ACCOUNT_ENDPOINTS[venue]
        for answer in told:
            if answer.status >= 400 and not answer.body.startswith(b"{"):
                continue  # empty, text or HTML, of which no schema speaks
            schema = schemas.load(f"{venue}/rest/{'error' if refused or answer.status >= 400 else name}")
            document = exact.decode(answer.body)
            assert schema.is_valid(document), f"{schema.name}: {[str(each) for each in schema.problems(document)[:3]]}"


@pytest.mark.parametrize(("venue", "scenario"), [each for each in ALL if each[1] != "errors"])
def test_the_sums_that_a_venue_documents_hold(venue, scenario):
    """The invariants of the contract are kept by every document."""
    for name, told in answers(venue, scenario).items():
        for answer in told:
            if answer.status == 200:
                assert broken_invariants(contract(venue), name, exact.decode(answer.body)) == ()


def available_of(venue, account):
    """What can open new positions, worked out from the situation; Lighter rounds margin fractions to a hundredth."""
    if account.mode is not Mode.CLASSIC:
        return next(coin.total - coin.locked for coin in account.spot if coin.asset == "USDC")
    shared = [each for each in account.holdings if each.is_open and each.allocated is None]
    available = account.collateral - sum(each.allocated or 0 for each in account.holdings)
    available += sum(each.amount * (each.mark - each.entry) - each.value / each.leverage for each in shared)
    available -= sum(order.price * (order.size - order.filled) / order.leverage for order in account.orders)
    if venue == "extended":
        available += sum((coin.total * coin.weight - coin.locked) * coin.price for coin in account.spot)
    if venue == "hyperliquid":
        available -= account.withheld
    return max(Decimal(0), available)


@pytest.mark.parametrize(("venue", "scenario"), [each for each in ALL if each[1] != "errors"])
def test_the_contract_reads_back_what_the_situation_holds(venue, scenario):
    """Balances and positions as the oracle reads them are those that the documents were built from."""
    found = answers(venue, scenario)
    for number, situation in enumerate(situations(venue, scenario)):
        account, told = situation.configured, step(found, number)
        balances, positions = (expect(contract(venue), method, told, CREDENTIALS[venue]) for method in METHODS)
        figures = Figures(account, floored if venue == "extended" else rounded)
        total = figures.cross_equity if venue == "hyperliquid" else figures.equity
        if venue == "extended":
            total += sum(coin.counted for coin in account.spot)
        if account.mode is not Mode.CLASSIC:
            total = next(coin.total for coin in account.spot if coin.asset == "USDC")
        assert list(balances.total.values()) == [total]
        (available,) = balances.available.values()
        assert abs(available - available_of(venue, account)) <= figures.total_value / 10_000
        assert [
            (
                each.trading_pair.partition("-")[0],
                each.position_side,
                each.amount,
                each.entry_price,
                each.unrealized_pnl,
            )
            for each in positions.positions
        ] == [
            (each.market.symbol_at(venue), each.side, each.amount, each.entry, figures.pnl(each))
            for each in figures.open
        ]
        for read, built in zip(positions.positions, figures.open, strict=True):
            assert abs(read.leverage - built.leverage) <= Decimal("0.003") * built.leverage


@pytest.mark.parametrize("venue", SCENARIOS)
def test_every_refusal_fails_both_updates(venue):
    """No envelope of an error can be read as a state."""
    found = answers(venue, "errors")
    for number in range(len(REFUSALS[venue])):
        told = step(found, number)
        outcomes = [expect(contract(venue), method, told, CREDENTIALS[venue]) for method in METHODS]
        assert all(isinstance(outcome, Failure) for outcome in outcomes), told


@pytest.mark.parametrize("scenario", ["zero_balance", "zero_balance_404", "zero_balance_404_envelope"])
def test_extended_says_in_three_ways_that_there_is_nothing(scenario):
    """Zeros, an empty 404 and a 404 with an envelope all read as zero."""
    told = step(answers("extended", scenario), 0)
    read = expect(contract("extended"), "_update_balances", told, CREDENTIALS["extended"])
    assert (read.total, read.available) == ({"USD": 0}, {"USD": 0})


BALANCE = {"extended": "user-balance", "lighter": "account", "hyperliquid": "info-clearinghouse-state"}


def figures_of(venue, document):
    """The amounts of a balance answer."""
    if venue == "extended":
        texts = {name: value for name, value in document["data"].items() if isinstance(value, str)}
        apart = {"collateralName", "status", "collateralReservedForSpotOrders"}
        return [value for name, value in texts.items() if name not in apart]
    if venue == "lighter":
        (account,) = document["accounts"]
        names = ("collateral", "total_asset_value", "available_balance", "cross_initial_margin_requirement")
        coin = account["assets"][0]
        return [*(account[name] for name in names), coin["balance"], coin["locked_balance"], coin["margin_balance"]]
    return [*document["crossMarginSummary"].values(), document["withdrawable"]]


@pytest.mark.parametrize("venue", SCENARIOS)
@pytest.mark.parametrize("scenario", ["long_and_short", "many_assets"])
def test_no_figure_of_a_balance_can_be_taken_for_another(venue, scenario):
    """A connector that reads the wrong field cannot end in the right state."""
    figures = figures_of(venue, exact.decode(answers(venue, scenario)[BALANCE[venue]][0].body))
    assert len(figures) >= 5
    assert len({Decimal(figure) for figure in figures}) == len(figures)


@pytest.mark.parametrize("venue", ["lighter", "hyperliquid"])
def test_isolated_margin_tells_the_shared_equity_from_the_whole(venue):
    """Cross and whole figures differ only here."""
    told = exact.decode(answers(venue, "isolated")[BALANCE[venue]][0].body)
    if venue == "lighter":
        (account,) = told["accounts"]
        assert account["cross_asset_value"] != account["total_asset_value"]
        assert [row["margin_mode"] for row in account["positions"]] == [1, 0, 1]
    else:
        assert told["crossMarginSummary"]["accountValue"] != told["marginSummary"]["accountValue"]
        for row in told["assetPositions"]:
            leverage = row["position"]["leverage"]
            if leverage["type"] == "isolated":
                signed = Decimal(row["position"]["positionValue"])
                signed = -signed if row["position"]["szi"].startswith("-") else signed
                assert Decimal(row["position"]["marginUsed"]) == Decimal(leverage["rawUsd"]) + signed


def test_lighter_shows_a_closed_position_as_a_flat_row_and_the_others_do_not():
    """Extended leaves it out or marks it closed; Hyperliquid leaves it out."""
    after = {
        venue: exact.decode(answers(venue, "open_then_closed")[name][1].body)
        for venue, name in (
            ("extended", "user-positions"),
            ("lighter", "account"),
            ("hyperliquid", "info-clearinghouse-state"),
        )
    }
    rows = after["lighter"]["accounts"][0]["positions"]
    assert [(row["symbol"], row["position"], row["sign"]) for row in rows][1] == ("ETH", "0.0000", 1)
    assert [row["market"] for row in after["extended"]["data"]] == ["BTC-USD", "SOL-USD"]
    assert [row["position"]["coin"] for row in after["hyperliquid"]["assetPositions"]] == ["BTC", "SOL"]
    closed = exact.decode(answers("extended", "closed_row")["user-positions"][1].body)["data"]
    assert [row["status"] for row in closed] == ["OPENED", "CLOSED", "OPENED"]


def test_a_wallet_answers_with_all_its_accounts_and_an_index_with_one():
    """The configured account is not the first row."""
    told = {
        interaction.request.uri.partition("?by=")[2].partition("&")[0]: exact.decode(interaction.response.body)
        for interaction in cassette("lighter", "sub_accounts").interactions
        if "/account?" in interaction.request.uri
    }
    mine = int(CREDENTIALS["lighter"]["account_index"])
    assert [account["account_index"] for account in told["index"]["accounts"]] == [mine]
    rows = told["l1_address"]["accounts"]
    assert [row["account_index"] for row in rows].index(mine) == 1
    assert rows[2]["account_type"] != 0


def test_huge_and_tiny_numbers_keep_their_digits():
    """Neither a float nor a rounding could have written them."""
    rows = exact.decode(answers("extended", "tiny_and_huge")["user-positions"][0].body)["data"]
    assert [row["size"] for row in rows] == ["0.00000001", "123456789.123456789", "9007199254740993"]
    assert [row["openPrice"] for row in rows][1] == "0.010142987654"
    assert all(row["id"] > 2**53 for row in rows)


@pytest.mark.parametrize("venue", SCENARIOS)
def test_positions_of_both_sides_are_there_and_the_pairs_are_configured(venue):
    """The main scenario has a long, a short, and a position in a market that nobody configured."""
    told = step(answers(venue, "long_and_short"), 0)
    read = expect(contract(venue), "_update_positions", told, CREDENTIALS[venue])
    assert {position.position_side for position in read.positions} == set(PositionSide)
    assert any(position.trading_pair not in trading_pairs(venue) for position in read.positions)
    assert reading_of(contract(venue), "_update_positions", told).rows
