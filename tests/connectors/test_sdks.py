"""Each vendor's SDK client, unchanged and pointed at the same server, reads the same account as our connector."""

import asyncio
import json
from dataclasses import replace
from decimal import Decimal

import pytest
from connector_support import answer

from harness.connectors import extended, hyperliquid, lighter

INDEX = 4711
ADDRESS = "0x" + "cd" * 20
STARK = {"private_key": "0x123abc", "public_key": "0x456def", "vault_id": 1001}


def read(connector):
    """The balances and positions after one update of each."""

    async def work():
        async with connector:
            await connector._update_balances()
            await connector._update_positions()

    asyncio.run(work())
    figures = {
        (p.trading_pair, p.position_side.name): (p.amount, p.entry_price, p.unrealized_pnl, p.leverage)
        for p in connector.account_positions.values()
    }
    assert len(figures) == 2
    return connector._account_balances, connector._account_available_balances, figures


def test_extended_sdk_reads_the_same_account(serve):
    """`AccountModule` of `x10`, with the base URL in its endpoint configuration."""
    config_module = pytest.importorskip("x10.config", reason="x10-python-trading-starknet is not installed")
    from x10.clients.rest import RestApiClient
    from x10.core.stark_account import StarkPerpetualAccount

    balance = {
        "collateralName": "USD", "balance": "900.10", "status": "ACTIVE", "equity": "1000.25", "spotEquity": "0",
        "availableForTrade": "700.5", "availableForWithdrawal": "600", "unrealisedPnl": "100.15",
        "initialMargin": "299.75", "marginRatio": "0.2", "updatedTime": 1760000000000, "exposure": "1", "leverage": "1",
    }  # fmt: skip
    position = {
        "id": 1, "accountId": 2, "market": "BTC-USD", "status": "OPENED", "side": "LONG", "leverage": "10",
        "size": "0.50", "value": "30500", "openPrice": "60000.5", "markPrice": "61000", "liquidationPrice": "0",
        "margin": "3050", "unrealisedPnl": "499.75", "realisedPnl": "0", "createdAt": 1760000000000,
        "updatedAt": 1760000000000,
    }  # fmt: skip
    short = {**position, "id": 2**60, "market": "1000PEPE-USD", "side": "SHORT", "size": "7", "leverage": "3"}
    documents = {"/api/v1/user/balance": balance, "/api/v1/user/positions": [position, short]}
    listener = serve(lambda request: answer({"status": "OK", "data": documents[request.path]}))
    base = f"{listener.url}/api/v1"

    async def ask():
        config = config_module.TESTNET_CONFIG
        config = replace(config, endpoints=replace(config.endpoints, api_base_url=base))
        account = StarkPerpetualAccount(
            vault=STARK["vault_id"], private_key=STARK["private_key"], public_key=STARK["public_key"], api_key="made-up"
        )
        client = RestApiClient(config, account)
        try:
            return (await client.account.get_balance()).data, (await client.account.get_positions()).data
        finally:
            await client.close()

    theirs, positions = asyncio.run(ask())
    ours = read(extended.build(base, "ws://unused", {"api_key": "made-up", **STARK}, []))
    assert ours == (
        {theirs.collateral_name: theirs.equity},
        {theirs.collateral_name: theirs.available_for_trade},
        {
            (p.market, str(p.side)): (
                p.size if p.side == "LONG" else -p.size,
                p.open_price,
                p.unrealised_pnl,
                p.leverage,
            )
            for p in positions
        },
    )
    assert {seen.headers["X-Api-Key"] for seen in listener.log} == {"made-up"}


def test_lighter_sdk_reads_the_same_account(serve):
    """`AccountApi` of `lighter-sdk`, with the host in its `Configuration`."""
    sdk = pytest.importorskip("lighter", reason="lighter-sdk is not installed")
    position = {
        "market_id": 1, "symbol": "BTC", "initial_margin_fraction": "20.00", "open_order_count": 0,
        "pending_order_count": 0, "position_tied_order_count": 0, "sign": 1, "position": "0.50000",
        "avg_entry_price": "60000.5", "position_value": "30499.75", "unrealized_pnl": "499.75", "realized_pnl": "0.0",
        "liquidation_price": "0", "margin_mode": 0, "allocated_margin": "0.0", "total_discount": "0.0",
        "margin_set_flag": 0,
    }  # fmt: skip
    short = {
        **position,
        "market_id": 0,
        "symbol": "ETH",
        "sign": -1,
        "position": "2",
        "initial_margin_fraction": "6.66",
    }
    flat = {**position, "market_id": 2, "symbol": "SOL", "position": "0.000"}
    pool = {
        "status": 0, "operator_fee": "0", "min_operator_share_rate": "0", "total_shares": 0, "operator_shares": 0,
        "annual_percentage_yield": 0, "daily_returns": [], "share_prices": [], "sharpe_ratio": 0, "strategies": [],
    }  # fmt: skip
    account = {
        "code": 0, "account_type": 0, "index": INDEX, "l1_address": ADDRESS, "cancel_all_time": 0,
        "total_order_count": 0, "total_isolated_order_count": 0, "pending_order_count": 0,
        "available_balance": "700.5", "status": 1, "collateral": "0.75", "account_index": INDEX, "name": "",
        "description": "", "can_invite": True, "referral_points_percentage": "", "positions": [position, short, flat],
        "assets": [], "total_asset_value": "1000.250000000002", "cross_asset_value": "950", "pool_info": pool,
        "shares": [], "created_at": 0, "transaction_time": 0, "can_rfq": False,
        "cross_initial_margin_requirement": "0", "cross_maintenance_margin_requirement": "0",
        "can_rfq_market_ids": [], "metadata": {"color": ""}, "agent_enabled": False,
    }  # fmt: skip
    other = {**account, "index": 9, "account_index": 9, "total_asset_value": "3", "positions": []}
    listener = serve(answer({"code": 200, "total": 2, "accounts": [other, account], "next_cursor": ""}))

    async def ask():
        async with sdk.ApiClient(sdk.Configuration(host=listener.url)) as client:
            return await sdk.AccountApi(client).account(by="index", value=str(INDEX))

    theirs = next(row for row in asyncio.run(ask()).accounts if row.index == INDEX)
    ours = read(lighter.build(listener.url, "ws://unused", {"account_index": INDEX}, []))
    assert ours == (
        {"USDC": Decimal(theirs.total_asset_value)},
        {"USDC": Decimal(theirs.available_balance)},
        {
            (f"{p.symbol}-USDC", "LONG" if p.sign == 1 else "SHORT"): (
                p.sign * Decimal(p.position),
                Decimal(p.avg_entry_price),
                Decimal(p.unrealized_pnl),
                100 / Decimal(p.initial_margin_fraction),
            )
            for p in theirs.positions
            if Decimal(p.position)
        },
    )
    assert len({(seen.path, seen.query) for seen in listener.log}) == 1


@pytest.mark.parametrize("mode", ["default", "unifiedAccount"])
def test_hyperliquid_sdk_reads_the_same_account(serve, mode):
    """`Info` of `hyperliquid-python-sdk`, with its `base_url`, without its WebSocket."""
    info_module = pytest.importorskip("hyperliquid.info", reason="hyperliquid-python-sdk is not installed")
    position = {
        "coin": "BTC", "szi": "0.50", "entryPx": "60000.5", "unrealizedPnl": "499.75", "marginUsed": "1525.0",
        "leverage": {"type": "cross", "value": 20}, "liquidationPx": None, "positionValue": "30500.0",
        "returnOnEquity": "0.3", "maxLeverage": 40,
    }  # fmt: skip
    short = {**position, "coin": "kPEPE", "szi": "-1200.0", "leverage": {"type": "cross", "value": 3}}
    summary = {"accountValue": "1000.25", "totalMarginUsed": "1", "totalNtlPos": "2", "totalRawUsd": "3"}
    documents = {
        "userAbstraction": mode,
        "clearinghouseState": {
            "assetPositions": [{"type": "oneWay", "position": row} for row in (position, short)],
            "crossMarginSummary": summary,
            "marginSummary": summary,
            "withdrawable": "700.5",
            "time": 1760000000000,
        },
        "spotClearinghouseState": {
            "balances": [{"coin": "USDC", "token": 0, "total": "512.25", "hold": "420.5", "entryNtl": "0.0"}]
        },
        "meta": {"universe": [{"name": "BTC", "szDecimals": 5}, {"name": "kPEPE", "szDecimals": 0}]},
        "spotMeta": {"tokens": [], "universe": []},
    }
    listener = serve(lambda request: answer(documents[json.loads(request.body)["type"]]))
    info = info_module.Info(listener.url, skip_ws=True)
    try:
        in_spot = info.query_user_abstraction_state(ADDRESS) == "unifiedAccount"
        theirs = info.user_state(ADDRESS)
        usdc = info.spot_user_state(ADDRESS)["balances"][0]
    finally:
        info.session.close()
    total = Decimal(usdc["total"] if in_spot else theirs["crossMarginSummary"]["accountValue"])
    available = total - Decimal(usdc["hold"]) if in_spot else Decimal(theirs["withdrawable"])
    ours = read(hyperliquid.build(listener.url, "ws://unused", {"address": ADDRESS}, []))
    assert ours == (
        {"USD": total},
        {"USD": available},
        {
            (f"{p['coin']}-USD", "LONG" if Decimal(p["szi"]) > 0 else "SHORT"): (
                Decimal(p["szi"]),
                Decimal(p["entryPx"]),
                Decimal(p["unrealizedPnl"]),
                Decimal(p["leverage"]["value"]),
            )
            for p in (row["position"] for row in theirs["assetPositions"])
        },
    )
