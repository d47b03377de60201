"""The Hyperliquid reference connector: where it finds the collateral, what it reads and what it refuses."""

import asyncio
import json
from decimal import Decimal

import pytest
from connector_support import answer, text

from harness.connectors.hyperliquid import (
    HyperliquidConnector,
    build,
    holds_collateral_in_spot,
    parse_balance,
    parse_positions,
    parse_spot_balance,
)
from harness.errors import ConnectorError, MalformedAnswer, Refused, UsageError, VenueUnavailable
from harness.model import Position, PositionSide

ADDRESS = "0x" + "cd" * 20


def holding(**changes):
    position = {
        "coin": "BTC",
        "szi": "0.50",
        "entryPx": "60000.5",
        "unrealizedPnl": "499.75",
        "leverage": {"type": "isolated", "value": 20, "rawUsd": "-95.05"},
        "positionValue": "30500",
        "liquidationPx": None,
        **changes,
    }
    return {"type": "oneWay", "position": {key: value for key, value in position.items() if value is not ...}}


STATE = {
    "assetPositions": [holding(), holding(coin="kPEPE", szi="-1200", leverage={"type": "cross", "value": 3})],
    "marginSummary": {"accountValue": "1111", "totalRawUsd": "1"},
    "crossMarginSummary": {"accountValue": "1000.25", "totalRawUsd": "2"},
    "withdrawable": "700.5",
    "time": 1760000000000,
}
SPOT = {
    "balances": [
        {"coin": "PURR", "token": 1, "total": "9", "hold": "1"},
        {"coin": "USDC", "token": 0, "total": "512.25", "hold": "420.5"},
    ]
}


def venue(mode="default", state=STATE, spot=SPOT):
    """A responder that tells the requests apart by their type."""
    documents = {"userAbstraction": mode, "clearinghouseState": state, "spotClearinghouseState": spot}

    def respond(request):
        asked = json.loads(request.body)
        assert asked["user"] == ADDRESS
        return answer(documents[asked["type"]])

    return respond


def run(listener, pace, *methods):
    """Run updates one after the other; the connector and what each raised."""

    async def work():
        raised = []
        credentials = {"address": ADDRESS, "private_key": "0x" + "12" * 32}
        async with HyperliquidConnector(
            listener.url, "ws://unused", credentials, [], policy=pace.policy()
        ) as connector:
            for method in methods:
                try:
                    await getattr(connector, method)()
                    raised.append(None)
                except ConnectorError as error:
                    raised.append(error)
        return connector, raised

    return asyncio.run(work())


def types(listener):
    return [json.loads(seen.body)["type"] for seen in listener.log]


@pytest.mark.parametrize("mode", ["default", "disabled", "dexAbstraction"])
def test_most_accounts_hold_their_collateral_with_the_perpetuals(serve, pace, mode):
    """The cross margin summary and what can be withdrawn, not the figures beside them."""
    listener = serve(venue(mode))
    connector, raised = run(listener, pace, "_update_balances")
    assert raised == [None]
    assert connector._account_balances == {"USD": Decimal("1000.25")}
    assert connector._account_available_balances == {"USD": Decimal("700.5")}
    assert types(listener) == ["userAbstraction", "clearinghouseState"]
    assert {(seen.method, seen.path, seen.headers["Content-Type"]) for seen in listener.log} == {
        ("POST", "/info", "application/json")
    }


@pytest.mark.parametrize("mode", ["unifiedAccount", "portfolioMargin"])
def test_unified_accounts_hold_their_collateral_in_spot(serve, pace, mode):
    """What is on hold for orders is not available."""
    listener = serve(venue(mode))
    connector, raised = run(listener, pace, "_update_balances")
    assert raised == [None]
    assert connector._account_balances == {"USD": Decimal("512.25")}
    assert connector._account_available_balances == {"USD": Decimal("91.75")}
    assert types(listener) == ["userAbstraction", "spotClearinghouseState"]


@pytest.mark.parametrize("mode", ["somethingNew", None, 1, {}, []])
def test_an_unknown_mode_is_an_error(serve, pace, mode):
    """Guessing would show the wrong balance, so that no state is asked for at all."""
    listener = serve(venue(mode))
    connector, [error] = run(listener, pace, "_update_balances")
    assert isinstance(error, MalformedAnswer)
    assert "POST /info userAbstraction: HTTP 200: $ is " in str(error)
    assert types(listener) == ["userAbstraction"]
    assert connector._account_balances == {}
    with pytest.raises(MalformedAnswer):
        holds_collateral_in_spot(mode)


def test_a_failed_second_request_changes_nothing(serve, pace):
    """The mode was read and the state was not: the balance is the old one."""

    async def work():
        listener = serve(venue())
        connector = HyperliquidConnector(listener.url, "", {"address": ADDRESS}, [], policy=pace.policy())
        async with connector:
            await connector._update_balances()
            listener.responder = lambda r: answer("default") if b"userAb" in r.body else text("null", 500)
            with pytest.raises(VenueUnavailable, match="POST /info clearinghouseState: HTTP 500"):
                await connector._update_balances()
            return connector

    connector = asyncio.run(work())
    assert connector.get_balance("USD") == Decimal("1000.25")
    assert connector.get_available_balance("USD") == Decimal("700.5")


@pytest.mark.parametrize(
    ("rows", "total", "available"),
    [
        ([{"coin": "USDC", "token": 0, "total": "-25", "hold": "50"}], "-25", "-75"),
        ([{"coin": "PURR", "token": 1, "total": "9", "hold": "0"}], "0", "0"),
        ([], "0", "0"),
    ],
)
def test_spot_collateral_may_be_borrowed_or_absent(rows, total, available):
    """Portfolio margin borrows; an account without USDC has no row of it."""
    read = parse_spot_balance({"balances": rows})
    assert (read.total, read.available) == (Decimal(total), Decimal(available))


def test_positions_are_signed_as_they_come(serve, pace):
    """The case of a coin is kept, and one request is enough."""
    listener = serve(venue())
    connector, raised = run(listener, pace, "_update_positions")
    assert raised == [None]
    assert list(connector.account_positions.values()) == [
        Position("BTC-USD", PositionSide.LONG, Decimal("0.5"), Decimal("60000.5"), Decimal("499.75"), Decimal(20)),
        Position("kPEPE-USD", PositionSide.SHORT, Decimal(-1200), Decimal("60000.5"), Decimal("499.75"), Decimal(3)),
    ]
    assert types(listener) == ["clearinghouseState"]


def test_an_empty_row_is_no_position():
    """Whatever its other fields say."""
    assert parse_positions(STATE | {"assetPositions": [holding(szi="0.0", entryPx=None)]}) == ()


@pytest.mark.parametrize(
    ("name", "value", "place"),
    [
        *((name, value, name) for name in ("coin", "szi", "entryPx", "unrealizedPnl") for value in (None, 1, [], ...)),
        *(("leverage", value, "leverage") for value in (None, "20", 20, ...)),
        *(("leverage", {"type": "cross", "value": value}, "leverage.value") for value in (None, "20", [], True)),
        ("leverage", {"type": "cross"}, "leverage.value"),
    ],
)
def test_one_broken_row_breaks_the_answer(name, value, place):
    """A row that is not understood is neither dropped nor guessed at."""
    state = STATE | {"assetPositions": [holding(coin="ETH"), holding(**{name: value})]}
    with pytest.raises(MalformedAnswer, match=rf"\$\.assetPositions\[1\]\.position\.{place} is "):
        parse_positions(state)


@pytest.mark.parametrize(
    ("parse", "document"),
    [
        (parse_balance, STATE | {"withdrawable": None}),
        (parse_balance, STATE | {"withdrawable": 700}),
        (parse_balance, STATE | {"crossMarginSummary": None}),
        (parse_balance, STATE | {"crossMarginSummary": {"accountValue": None}}),
        (parse_balance, {}),
        (parse_balance, None),
        (parse_positions, STATE | {"assetPositions": None}),
        (parse_positions, STATE | {"assetPositions": [{}]}),
        (parse_positions, {}),
        (parse_positions, None),
        (parse_spot_balance, None),
        (parse_spot_balance, {"balances": None}),
        (parse_spot_balance, {"balances": [{"total": "1", "hold": "0"}]}),
        (parse_spot_balance, {"balances": [{"coin": "USDC", "total": "1"}]}),
        (parse_spot_balance, {"balances": [{"coin": "USDC", "total": "1", "hold": "0"}] * 2}),
    ],
)
def test_a_broken_answer_is_an_error(parse, document):
    """Never a zero balance or a flat account."""
    with pytest.raises(MalformedAnswer):
        parse(document)


@pytest.mark.parametrize(
    ("reply", "kind", "said"),
    [
        (answer({"status": "err", "response": "User does not exist."}), Refused, "User does not exist"),
        (text("Failed to deserialize the JSON body", 422, "text/plain"), Refused, "Failed to deserialize"),
        (answer(None), MalformedAnswer, "null"),
    ],
)
def test_the_venues_refusals_are_errors(serve, pace, reply, kind, said):
    """They come with HTTP 200 and 422."""
    connector, raised = run(serve(reply), pace, "_update_balances", "_update_positions")
    for error in raised:
        assert isinstance(error, kind)
        assert said in str(error)
    assert (connector._account_balances, connector.account_positions) == ({}, {})


def test_an_address_is_needed():
    """Nothing can be asked without it."""
    with pytest.raises(UsageError, match="credential 'address'"):
        build("http://127.0.0.1:1", "ws://127.0.0.1:1", {}, ["BTC-USD"])
