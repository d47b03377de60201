"""The Extended reference connector: what it reads, what it refuses, and what it does to the state."""

import asyncio
from decimal import Decimal

import pytest
from connector_support import answer, text

from harness.connectors.extended import ExtendedConnector, build, parse_balance, parse_positions
from harness.errors import AuthError, ConnectorError, MalformedAnswer, Refused, UsageError
from harness.model import Position, PositionSide

KEY = "made-up-api-key-1234"
CREDENTIALS = {"api_key": KEY, "private_key": "0x1f" * 8, "public_key": "0x2", "vault_id": 7}

BALANCE = {
    "collateralName": "USD",
    "balance": "900.10",
    "equity": "1000.25",
    "availableForTrade": "700.5",
    "availableForWithdrawal": "600",
    "unrealisedPnl": "100.15",
    "initialMargin": "299.75",
    "updatedTime": 1760000000000,
}
LONG = {
    "market": "BTC-USD",
    "status": "OPENED",
    "side": "LONG",
    "size": "0.50",
    "openPrice": "60000.5",
    "markPrice": "61000",
    "unrealisedPnl": "499.75",
    "leverage": "10",
}
SHORT = {**LONG, "market": "ETH-USD", "side": "SHORT", "size": "2", "unrealisedPnl": "-3"}
ENVELOPE_404 = {"status": "ERROR", "error": {"code": 404, "message": "Not found"}}


def ok(data):
    return {"status": "OK", "data": data}


def run(listener, pace, *methods, credentials=CREDENTIALS):
    """Run updates one after the other; the connector and what each raised."""

    async def work():
        raised = []
        connector = ExtendedConnector(f"{listener.url}/api/v1", "ws://unused", credentials, [], policy=pace.policy())
        async with connector:
            for method in methods:
                try:
                    await getattr(connector, method)()
                    raised.append(None)
                except ConnectorError as error:
                    raised.append(error)
        return connector, raised

    return asyncio.run(work())


def test_a_balance_is_equity_and_what_can_be_traded():
    """None of the figures beside them is taken."""
    read = parse_balance(ok(BALANCE))
    assert (read.asset, read.total, read.available) == ("USD", Decimal("1000.25"), Decimal("700.5"))


@pytest.mark.parametrize("name", ["collateralName", "equity", "availableForTrade"])
@pytest.mark.parametrize("value", [None, [], 1, True, ...])
def test_a_broken_balance_names_its_place(name, value):
    """Missing, null or mistyped: each is an error with a JSON path, and never a zero."""
    data = {key: kept for key, kept in {**BALANCE, name: value}.items() if kept is not ...}
    with pytest.raises(MalformedAnswer, match=rf"GET /user/balance: HTTP 200: \$\.data\.{name} is "):
        parse_balance(ok(data))


def test_positions_are_signed_and_closed_ones_left_out():
    """Sizes have no sign at this venue; rows without a status are those of older answers."""
    closed = {**LONG, "market": "SOL-USD", "status": "CLOSED"}
    empty = {**LONG, "market": "XRP-USD", "size": "0.000"}
    old = {key: value for key, value in {**SHORT, "market": "OP-USD"}.items() if key != "status"}
    read = parse_positions(ok([LONG, closed, SHORT, empty, old]))
    assert read[0] == Position(
        "BTC-USD", PositionSide.LONG, Decimal("0.50"), Decimal("60000.5"), Decimal("499.75"), Decimal(10)
    )
    assert [(p.trading_pair, p.position_side.name, p.amount) for p in read[1:]] == [
        ("ETH-USD", "SHORT", Decimal(-2)),
        ("OP-USD", "SHORT", Decimal(-2)),
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, value) for name in ("market", "side", "size", "openPrice", "unrealisedPnl", "leverage")
          for value in (None, 1, [], ...)),
        ("status", None),
        ("status", "LIQUIDATING"),
        ("side", "BOTH"),
        ("side", "long"),
        ("size", "-2"),
    ],
)  # fmt: skip
def test_one_broken_row_breaks_the_answer(name, value):
    """A row that is not understood is neither dropped nor guessed at."""
    row = {key: kept for key, kept in {**SHORT, name: value}.items() if kept is not ...}
    with pytest.raises(MalformedAnswer, match=rf"GET /user/positions: HTTP 200: \$\.data\[1\]\.{name} "):
        parse_positions(ok([LONG, row]))


@pytest.mark.parametrize("document", [None, [], "x", {}, {"status": "OK"}, {"status": "OK", "data": None}])
def test_an_answer_without_data_is_an_error(document):
    """Never a flat account."""
    for parse in (parse_balance, parse_positions):
        with pytest.raises(MalformedAnswer):
            parse(document)


def test_updates_ask_with_the_key_and_fill_the_state(serve, pace):
    """The documented routes, the key in its header, nothing in the query."""
    listener = serve(answer(ok(BALANCE)), answer(ok([LONG, SHORT])))
    connector, raised = run(listener, pace, "_update_balances", "_update_positions")
    assert raised == [None, None]
    assert (connector.get_balance("USD"), connector.get_available_balance("USD")) == (
        Decimal("1000.25"),
        Decimal("700.5"),
    )
    assert set(connector.account_positions) == {"BTC-USD", "ETH-USD"}
    assert [(seen.method, seen.path, seen.query) for seen in listener.log] == [
        ("GET", "/api/v1/user/balance", ""),
        ("GET", "/api/v1/user/positions", ""),
    ]
    assert {seen.headers["X-Api-Key"] for seen in listener.log} == {KEY}


@pytest.mark.parametrize("reply", [text("", 404), answer(ENVELOPE_404, 404)], ids=["empty", "envelope"])
def test_the_404_of_the_balance_route_is_a_zero_balance(serve, pace, reply):
    """The venue answers so when there is nothing, after a withdrawal too."""
    connector, raised = run(serve(answer(ok(BALANCE)), reply), pace, "_update_balances", "_update_balances")
    assert raised == [None, None]
    assert connector._account_balances == connector._account_available_balances == {"USD": Decimal(0)}


@pytest.mark.parametrize(
    "reply",
    [
        text("<html>404</html>", 404),
        answer({"message": "404"}, 404),
        answer({"status": "OK", "data": {}}, 404),
        answer({"status": "OK", "error": {"code": 404}}, 404),
        answer({"status": "ERROR", "error": {"code": 404, "message": "404 not found"}}, 400),
        answer({"status": "ERROR", "error": {"code": 1001, "message": "trace 404"}}),
    ],
)
def test_any_other_404_keeps_the_state(serve, pace, reply):
    """A proxy's page and the number in a text say nothing about the balance."""
    connector, raised = run(serve(answer(ok(BALANCE)), reply), pace, "_update_balances", "_update_balances")
    assert isinstance(raised[1], Refused)
    assert connector.get_balance("USD") == Decimal("1000.25")


@pytest.mark.parametrize("reply", [text("", 404), answer(ENVELOPE_404, 404)])
def test_a_404_of_the_positions_route_is_an_error(serve, pace, reply):
    """Only the balance route says "nothing" that way."""
    connector, raised = run(serve(answer(ok([LONG])), reply), pace, "_update_positions", "_update_positions")
    assert isinstance(raised[1], Refused)
    assert set(connector.account_positions) == {"BTC-USD"}


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (text("", 401), AuthError),
        (answer({"status": "ERROR", "error": {"code": 1006, "message": "Application error"}}), Refused),
        (answer({"status": "PENDING", "data": BALANCE}), Refused),
        (answer(ok(None)), MalformedAnswer),
        (answer(ok({**BALANCE, "equity": None})), MalformedAnswer),
    ],
)
def test_a_failed_update_keeps_the_state_and_a_good_one_follows(serve, pace, reply, kind):
    """Good, failed, good: nothing is lost and nothing sticks."""
    listener = serve(answer(ok(BALANCE)), reply, answer(ok({**BALANCE, "equity": "1", "availableForTrade": "1"})))
    connector, raised = run(listener, pace, "_update_balances", "_update_balances")
    assert isinstance(raised[1], kind)
    assert connector._account_balances == {"USD": Decimal("1000.25")}
    assert connector._account_available_balances == {"USD": Decimal("700.5")}
    connector, raised = run(listener, pace, "_update_balances")
    assert (raised, connector.get_balance("USD")) == ([None], 1)


def test_a_closed_position_leaves_and_a_flip_changes_the_side(serve, pace):
    """The newest answer is the whole truth."""
    flipped = {**LONG, "side": "SHORT"}
    listener = serve(answer(ok([LONG, SHORT])), answer(ok([flipped])), answer(ok([])))
    connector, _ = run(listener, pace, "_update_positions", "_update_positions")
    assert [p.amount for p in connector.account_positions.values()] == [Decimal("-0.50")]
    connector, _ = run(listener, pace, "_update_positions")
    assert connector.account_positions == {}


def test_the_api_key_is_never_shown(serve, pace):
    """Neither by the connector's repr nor when the venue echoes it."""
    echo = answer({"status": "ERROR", "error": {"code": 1, "message": f"unknown key {KEY}"}}, 400)
    connector, [error] = run(serve(echo), pace, "_update_balances")
    assert KEY not in f"{error}{error!r}{connector!r}"


@pytest.mark.parametrize(
    "credentials", [{}, {"api_key": ""}, {"api_key": None}, {"api_key": "a\r\nb"}, {"api_key": []}]
)
def test_a_key_that_cannot_be_sent_is_a_usage_error(credentials):
    """At once, and without the value."""
    with pytest.raises(UsageError, match="credential 'api_key'"):
        build("http://127.0.0.1:1/api/v1", "ws://127.0.0.1:1", credentials, ["BTC-USD"])
