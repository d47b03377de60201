"""Updates of one connector that overlap, or that are cancelled on their way."""

import asyncio
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest
from aiohttp import web
from connector_support import answer

from harness.connectors import extended, hyperliquid, lighter
from harness.gateway import Wire

CREDENTIALS = {"api_key": "made-up-api-key", "account_index": 7, "address": "0x" + "cd" * 20}
VENUES = {"extended": (extended, "USD"), "lighter": (lighter, "USDC"), "hyperliquid": (hyperliquid, "USD")}


def state_of(name, amount):
    """An account with this much of everything, one position long and the same short of another."""
    text = f"{amount}"
    if name == "extended":
        rows = [
            {"market": m, "side": s, "size": text, "openPrice": "1", "unrealisedPnl": "0", "leverage": "2"}
            for m, s in (("A-USD", "LONG"), ("B-USD", "SHORT"))
        ]
        balance = {"collateralName": "USD", "equity": text, "availableForTrade": text}
        return {"/user/balance": {"status": "OK", "data": balance}, "/user/positions": {"status": "OK", "data": rows}}
    if name == "lighter":
        rows = [
            {"symbol": m, "sign": s, "position": text, "avg_entry_price": "1", "unrealized_pnl": "0",
             "initial_margin_fraction": "50"}
            for m, s in (("A", 1), ("B", -1))
        ]  # fmt: skip
        account = {"index": 7, "total_asset_value": text, "available_balance": text, "positions": rows}
        return {"/api/v1/account": {"code": 200, "accounts": [account]}}
    rows = [
        {"position": {"coin": m, "szi": f"{s}{text}", "entryPx": "1", "unrealizedPnl": "0", "leverage": {"value": 2}}}
        for m, s in (("A", ""), ("B", "-"))
    ]
    summary = {"accountValue": text}
    return {"clearinghouseState": {"crossMarginSummary": summary, "withdrawable": text, "assetPositions": rows}}


@asynccontextmanager
async def old_answer_last(name):
    """A venue whose first answer about the state is old and leaves after the second, which is new."""
    asked, newer_left = 0, asyncio.Event()

    async def handle(request):
        nonlocal asked
        body = await request.json() if request.can_read_body else {}
        kind = body.get("type", request.path)
        if kind == "userAbstraction":
            return web.json_response("default")
        asked += 1
        if asked == 1:
            await newer_left.wait()
            return web.json_response(state_of(name, 1)[kind])
        response = web.json_response(state_of(name, 2)[kind])
        await response.prepare(request)
        await response.write_eof()
        newer_left.set()
        return response

    runner = web.ServerRunner(web.Server(handle))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("name", VENUES)
@pytest.mark.parametrize("method", ["_update_balances", "_update_positions"])
def test_the_newest_request_wins_whatever_the_order_of_the_answers(name, method):
    """An answer that was overtaken does not bring the old state back, and nobody waits for it."""
    module, asset = VENUES[name]

    async def work():
        async with (
            old_answer_last(name) as url,
            module.build(url, "ws://unused", CREDENTIALS, []) as connector,
            asyncio.timeout(10),
        ):
            await asyncio.gather(getattr(connector, method)(), getattr(connector, method)())
            return connector

    connector = asyncio.run(work())
    if method == "_update_balances":
        assert connector.get_balance(asset) == connector.get_available_balance(asset) == Decimal(2)
    else:
        assert [position.amount for position in connector.account_positions.values()] == [Decimal(2), Decimal(-2)]


@pytest.mark.parametrize("name", VENUES)
def test_a_cancelled_update_leaves_the_state_and_the_next_one_works(serve, name):
    """`CancelledError` passes through a request that is under way."""
    module, asset = VENUES[name]

    def respond(amount, wire=Wire.WHOLE):
        documents = {"/info": "default", **state_of(name, amount)}

        def responder(request):
            document = next((d for kind, d in documents.items() if kind.encode() in request.body), None)
            return answer(documents[request.path] if document is None else document, wire=wire)

        return responder

    async def work():
        listener = serve(respond(1))
        async with module.build(listener.url, "ws://unused", CREDENTIALS, []) as connector:
            await connector._update_balances()
            listener.responder = respond(2, Wire.STALLED)
            seen = len(listener.log)
            update = asyncio.create_task(connector._update_balances())
            await asyncio.to_thread(listener.log.wait, seen + 1)
            update.cancel()
            with pytest.raises(asyncio.CancelledError):
                await update
            kept = connector.get_balance(asset), connector.get_available_balance(asset)
            listener.responder = respond(3)
            await connector._update_balances()
            return kept, connector.get_balance(asset)

    assert asyncio.run(work()) == ((1, 1), 3)
