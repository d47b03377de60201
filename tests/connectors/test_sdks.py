"""Each vendor's SDK client, unchanged and pointed at the same gateway, reads the same account as our connector."""

import asyncio
from decimal import Decimal

import pytest

from harness import resources
from harness.cassette.store import load
from harness.connectors import extended, hyperliquid, lighter
from harness.gateway.index import Index, Playback
from harness.gateway.point import extended_sdk, hyperliquid_sdk, lighter_sdk, rest_url, ws_url
from harness.sim.credentials import CREDENTIALS
from harness.venues import venue

MODULES = {"extended": extended, "lighter": lighter, "hyperliquid": hyperliquid}
SCENARIOS = ["long_and_short", "hundred_positions", "zero_rows", "tiny_and_huge", "flat"]


@pytest.fixture
def replay(serve):
    """Serve a scenario's cassette."""

    def opened(name, scenario):
        return serve(Playback(Index(venue(name), load(resources.cassettes() / name / f"{scenario}.yaml"))))

    return opened


def read(name, listener):
    """What our connector reads: totals, available balances, and its positions by pair and side."""
    connector = MODULES[name].build(
        rest_url(venue(name), listener), ws_url(venue(name), listener), CREDENTIALS[name], []
    )

    async def work():
        async with connector:
            await connector._update_balances()
            await connector._update_positions()

    asyncio.run(work())
    positions = {
        (p.trading_pair, p.position_side.name): (p.amount, p.entry_price, p.unrealized_pnl, p.leverage)
        for p in connector.account_positions.values()
    }
    return connector._account_balances, connector._account_available_balances, positions


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_extended_sdk_reads_the_same_account(replay, scenario):
    """`AccountModule` of x10, with the base URL in its endpoint configuration."""
    pytest.importorskip("x10", reason="x10-python-trading-starknet is not installed")
    from x10.clients.rest import RestApiClient
    from x10.core.stark_account import StarkPerpetualAccount

    listener = replay("extended", scenario)
    keys = CREDENTIALS["extended"]

    async def ask():
        account = StarkPerpetualAccount(
            vault=keys["vault_id"],
            private_key=keys["private_key"],
            public_key=keys["public_key"],
            api_key=keys["api_key"],
        )
        client = RestApiClient(extended_sdk(listener), account)
        try:
            return (await client.account.get_balance()).data, (await client.account.get_positions()).data
        finally:
            await client.close()

    balance, rows = asyncio.run(ask())
    positions = {
        (row.market, str(row.side)): (
            row.size if row.side == "LONG" else row.size.copy_negate(),
            row.open_price,
            row.unrealised_pnl,
            row.leverage,
        )
        for row in rows
        if row.status == "OPENED" and row.size
    }
    theirs = {balance.collateral_name: balance.equity}, {balance.collateral_name: balance.available_for_trade}
    assert read("extended", listener) == (*theirs, positions)
    assert {seen.headers["X-Api-Key"] for seen in listener.log} == {keys["api_key"]}


@pytest.mark.parametrize("scenario", [*SCENARIOS, "sub_accounts"])
def test_lighter_sdk_reads_the_same_account(replay, scenario):
    """`AccountApi` of lighter-sdk, with the host in its `Configuration`."""
    sdk = pytest.importorskip("lighter", reason="lighter-sdk is not installed")
    listener = replay("lighter", scenario)
    index = CREDENTIALS["lighter"]["account_index"]

    async def ask():
        async with sdk.ApiClient(lighter_sdk(listener)) as client:
            return await sdk.AccountApi(client).account(by="index", value=index)

    account = next(row for row in asyncio.run(ask()).accounts if row.index == int(index))
    positions = {
        (f"{row.symbol}-USDC", "LONG" if row.sign == 1 else "SHORT"): (
            row.sign * Decimal(row.position),
            Decimal(row.avg_entry_price),
            Decimal(row.unrealized_pnl),
            100 / Decimal(row.initial_margin_fraction),
        )
        for row in account.positions
        if Decimal(row.position)
    }
    theirs = {"USDC": Decimal(account.total_asset_value)}, {"USDC": Decimal(account.available_balance)}
    assert read("lighter", listener) == (*theirs, positions)


@pytest.mark.parametrize("scenario", [*SCENARIOS, "unified", "portfolio_margin"])
def test_hyperliquid_sdk_reads_the_same_account(replay, scenario):
    """`Info` of hyperliquid-python-sdk, with its `base_url` and without its WebSocket."""
    pytest.importorskip("hyperliquid", reason="hyperliquid-python-sdk is not installed")
    listener = replay("hyperliquid", scenario)
    address = CREDENTIALS["hyperliquid"]["address"]
    info = hyperliquid_sdk(listener)
    try:
        in_spot = info.query_user_abstraction_state(address) in {"unifiedAccount", "portfolioMargin"}
        state = info.user_state(address)
        spot = info.spot_user_state(address) if in_spot else {"balances": []}
    finally:
        info.session.close()
    assert in_spot == (scenario in {"unified", "portfolio_margin"})
    if in_spot:
        usdc = next(row for row in spot["balances"] if row["coin"] == "USDC")
        total, available = Decimal(usdc["total"]), Decimal(usdc["total"]) - Decimal(usdc["hold"])
    else:
        total, available = Decimal(state["crossMarginSummary"]["accountValue"]), Decimal(state["withdrawable"])
    positions = {
        (f"{row['coin']}-USD", "SHORT" if row["szi"].startswith("-") else "LONG"): (
            Decimal(row["szi"]),
            Decimal(row["entryPx"]),
            Decimal(row["unrealizedPnl"]),
            Decimal(row["leverage"]["value"]),
        )
        for row in (entry["position"] for entry in state["assetPositions"])
        if Decimal(row["szi"])
    }
    assert read("hyperliquid", listener) == ({"USD": total}, {"USD": available}, positions)


@pytest.mark.parametrize("name", MODULES)
def test_the_scenarios_hold_what_they_are_compared_for(replay, name):
    """An account without positions would agree with any reading."""
    assert len(read(name, replay(name, "hundred_positions"))[2]) == 100
    sides = {side for _, side in read(name, replay(name, "long_and_short"))[2]}
    assert sides == {"LONG", "SHORT"}
