"""The Lighter reference connector: what it reads, which account it chooses, and what it refuses."""

import asyncio
from decimal import Decimal
from itertools import count
from urllib.parse import parse_qsl

import pytest
from connector_support import answer

from harness.connectors.lighter import LighterConnector, build, parse_accounts, parse_balance, parse_positions
from harness.errors import ConnectorError, MalformedAnswer, RateLimited, Refused, UsageError
from harness.model import Position, PositionSide

INDEX = 4711
WALLET = "0x" + "ab" * 20
LONG = {
    "market_id": 1,
    "symbol": "BTC",
    "initial_margin_fraction": "20.00",
    "sign": 1,
    "position": "0.50000",
    "avg_entry_price": "60000.5",
    "position_value": "30499.75",
    "unrealized_pnl": "499.75",
}
SHORT = {**LONG, "market_id": 0, "symbol": "ETH", "sign": -1, "position": "2.0", "initial_margin_fraction": "10.00"}
FLAT = {**LONG, "market_id": 2, "symbol": "SOL", "position": "0.00000", "avg_entry_price": "0.0"}
ACCOUNT = {
    "code": 0,
    "account_type": 0,
    "index": INDEX,
    "account_index": INDEX,
    "available_balance": "700.5",
    "collateral": "900.5",
    "total_asset_value": "1000.25",
    "cross_asset_value": "950",
    "positions": [LONG, SHORT, FLAT],
    "assets": [{"symbol": "USDC", "balance": "1", "locked_balance": "0"}],
}
POOL = {**ACCOUNT, "account_type": 2, "index": 99, "account_index": 99, "total_asset_value": "5", "positions": []}


def body(*accounts, **more):
    return {"code": 200, "total": len(accounts), "accounts": list(accounts), **more}


def run(listener, pace, *methods, credentials=None):
    """Run updates one after the other; the connector and what each raised."""

    async def work():
        raised = []
        chosen = credentials or {"account_index": INDEX, "l1_address": WALLET, "api_key_private_key": "ab" * 40}
        async with LighterConnector(listener.url, "ws://unused", chosen, [], policy=pace.policy()) as connector:
            for method in methods:
                try:
                    await getattr(connector, method)()
                    raised.append(None)
                except ConnectorError as error:
                    raised.append(error)
        return connector, raised

    return asyncio.run(work())


def row(account):
    return parse_accounts(body(account))[INDEX]


def test_a_balance_is_the_value_of_the_account_and_what_is_available():
    """Not the collateral, and not the spot row of USDC."""
    read = parse_balance(row(ACCOUNT))
    assert (read.asset, read.total, read.available) == ("USDC", Decimal("1000.25"), Decimal("700.5"))


def test_positions_are_signed_and_flat_markets_left_out():
    """The margin fraction is a percentage."""
    read = parse_positions(row(ACCOUNT))
    assert read == (
        Position("BTC-USDC", PositionSide.LONG, Decimal("0.5"), Decimal("60000.5"), Decimal("499.75"), Decimal(5)),
        Position("ETH-USDC", PositionSide.SHORT, Decimal(-2), Decimal("60000.5"), Decimal("499.75"), Decimal(10)),
    )


@pytest.mark.parametrize("name", ["total_asset_value", "available_balance"])
@pytest.mark.parametrize("value", [None, 1, [], ...])
def test_a_broken_balance_names_its_place(name, value):
    """Missing, null or mistyped: each is an error, and never a zero."""
    broken = {key: kept for key, kept in {**ACCOUNT, name: value}.items() if kept is not ...}
    with pytest.raises(MalformedAnswer, match=rf"GET /api/v1/account: HTTP 200: \$\.accounts\[0\]\.{name} is "):
        parse_balance(row(broken))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, value)
          for name in ("symbol", "position", "avg_entry_price", "unrealized_pnl", "initial_margin_fraction")
          for value in (None, 1, [], ...)),
        ("sign", None), ("sign", "1"), ("sign", True), ("sign", 0), ("sign", 2), ("sign", ...),
        ("position", "-2"),
        ("initial_margin_fraction", "0.00"),
        ("initial_margin_fraction", "-5"),
    ],
)  # fmt: skip
def test_one_broken_row_breaks_the_answer(name, value):
    """A row that is not understood is neither dropped nor guessed at."""
    broken = {key: kept for key, kept in {**SHORT, name: value}.items() if kept is not ...}
    with pytest.raises(MalformedAnswer, match=rf"\$\.accounts\[0\]\.positions\[1\]\.{name} is "):
        parse_positions(row({**ACCOUNT, "positions": [LONG, broken]}))


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"code": 200},
        body() | {"accounts": None},
        body() | {"code": "200"},
        {"accounts": [ACCOUNT]},
        body({}),
        body({"index": "7"}),
    ],
)
def test_an_answer_without_accounts_is_an_error(document):
    """Never a flat account."""
    with pytest.raises(MalformedAnswer):
        parse_accounts(document)


@pytest.mark.parametrize("name", ["index", "account_index"])
def test_either_name_of_the_index_is_read(name):
    """Both are sent today, and one of them is enough."""
    only = {key: value for key, value in ACCOUNT.items() if key != name}
    assert set(parse_accounts(body(only))) == {INDEX}


@pytest.mark.parametrize("name", ["index", "account_index"])
@pytest.mark.parametrize("value", [None, f"{INDEX}", 12])
def test_an_index_that_is_broken_or_contradicted_chooses_nothing(name, value):
    """Whose account it is must be beyond doubt."""
    with pytest.raises(MalformedAnswer, match=r"\$\.accounts\[0\]"):
        parse_accounts(body({**ACCOUNT, name: value}))


def test_each_update_asks_by_index_and_takes_its_own_row(serve, pace):
    """A pool or a sub-account beside it is not ours; there is no hidden sharing between the updates."""
    listener = serve(answer(body(POOL, ACCOUNT)))
    connector, raised = run(listener, pace, "_update_balances", "_update_positions")
    assert raised == [None, None]
    assert connector.get_balance("USDC") == Decimal("1000.25")
    assert {key: p.amount for key, p in connector.account_positions.items()} == {
        "BTC-USDC": Decimal("0.5"),
        "ETH-USDC": Decimal(-2),
    }
    assert [(s.method, s.path, s.query) for s in listener.log] == [
        ("GET", "/api/v1/account", f"by=index&value={INDEX}")
    ] * 2


@pytest.mark.parametrize("reply", [body(), body(POOL)])
def test_an_answer_without_our_account_keeps_the_state(serve, pace, reply):
    """Neither another account's figures nor zeros."""
    listener = serve(answer(body(ACCOUNT)), answer(reply))
    connector, raised = run(listener, pace, "_update_balances", "_update_balances")
    assert isinstance(raised[1], MalformedAnswer)
    assert f"no row of account {INDEX}" in str(raised[1])
    assert connector.get_balance("USDC") == Decimal("1000.25")


def test_a_wallet_with_one_account_is_enough(serve, pace):
    """Without an index the wallet's only account is ours."""
    listener = serve(answer(body(ACCOUNT)))
    connector, raised = run(listener, pace, "_update_balances", credentials={"l1_address": WALLET})
    assert (raised, connector.get_balance("USDC")) == ([None], Decimal("1000.25"))
    assert listener.log[0].query == f"by=l1_address&value={WALLET}"


def test_a_wallet_with_several_accounts_is_not_guessed_at(serve, pace):
    """The error names the accounts, so that one can be chosen."""
    listener = serve(answer(body(ACCOUNT, POOL)))
    connector, [error] = run(listener, pace, "_update_balances", credentials={"l1_address": WALLET})
    assert f"(99, {INDEX})" in str(error)
    assert connector._account_balances == {}


def test_pages_are_followed_until_the_account_is_found(serve, pace):
    """The SDK documents a cursor for wallets with many accounts."""
    pages = {"": body(POOL, next_cursor="more"), "more": body(ACCOUNT, next_cursor="even more")}
    listener = serve(lambda request: answer(pages[dict(parse_qsl(request.query)).get("cursor", "")]))
    connector, raised = run(listener, pace, "_update_balances")
    assert (raised, len(listener.log)) == ([None], 2)
    assert connector.get_balance("USDC") == Decimal("1000.25")


def test_a_wallets_second_page_makes_it_ambiguous_too(serve, pace):
    """One row on the first page does not prove that it is the only one."""
    pages = {"": body(ACCOUNT, next_cursor="more"), "more": body(POOL, next_cursor="")}
    listener = serve(lambda request: answer(pages[dict(parse_qsl(request.query)).get("cursor", "")]))
    _, [error] = run(listener, pace, "_update_balances", credentials={"l1_address": WALLET})
    assert "does not name one account" in str(error)


def test_pages_that_do_not_end_are_not_followed_for_ever(serve, pace):
    """The same cursor twice, or a page without rows, ends the search."""
    listener = serve(answer(body(POOL, next_cursor="again")))
    _, [error] = run(listener, pace, "_update_balances")
    assert isinstance(error, MalformedAnswer)
    assert len(listener.log) == 2


def test_an_empty_page_is_the_last(serve, pace):
    """A new cursor on every page leads nowhere when the pages hold nothing."""
    cursors = map(str, count())
    listener = serve(lambda _: answer(body(next_cursor=next(cursors))))
    _, [error] = run(listener, pace, "_update_balances")
    assert isinstance(error, MalformedAnswer)
    assert len(listener.log) == 1


@pytest.mark.parametrize("status", [200, 400])
def test_the_error_envelope_is_a_refusal_with_its_code(serve, pace, status):
    """Whatever the HTTP status."""
    listener = serve(answer({"code": 21100, "message": "account not found"}, status))
    connector, [error] = run(listener, pace, "_update_positions")
    assert isinstance(error, Refused)
    assert (error.status, error.code) == (status, "21100")
    assert len(listener.log) == 1
    assert connector.account_positions == {}


@pytest.mark.parametrize("status", [200, 400, 429])
def test_the_code_for_too_many_requests_is_retried(serve, pace, status):
    """The venue has a code of its own for it."""
    limited = answer({"code": 23000, "message": "Too Many Requests!"}, status)
    _, raised = run(serve(limited, answer(body(ACCOUNT))), pace, "_update_balances")
    assert (raised, pace.pauses) == ([None], [0.5])
    _, [error] = run(serve(limited), pace, "_update_balances")
    assert isinstance(error, RateLimited)


@pytest.mark.parametrize("credentials", [{}, {"account_index": "x"}, {"account_index": True}, {"account_index": -1}])
def test_credentials_that_name_no_account_are_a_usage_error(credentials):
    """At once, not at the first update."""
    with pytest.raises(UsageError, match="credential 'account_index'"):
        build("http://127.0.0.1:1", "ws://127.0.0.1:1", credentials, ["BTC-USDC"])
