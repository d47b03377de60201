"""Each SDK, recorded through the gateway from a venue over TLS, hears the same again from what was recorded."""

import asyncio
import json

import pytest
from venue_support import Recording, standing_for, upstream

from harness.cassette import tape
from harness.cassette.tape import Tape
from harness.gateway import Gateway
from harness.gateway.index import Index, Playback
from harness.gateway.player import Pace, TapePlayer
from harness.gateway.point import extended_sdk, extended_stream, hyperliquid_sdk, lighter_sdk
from harness.sim.credentials import CREDENTIALS
from harness.venues import venue


def lighter_answers(listener):
    """An account and the books, through the SDK."""
    lighter = pytest.importorskip("lighter", reason="lighter-sdk is not installed")

    async def ask():
        client = lighter.ApiClient(lighter_sdk(listener))
        try:
            index = CREDENTIALS["lighter"]["account_index"]
            first = await lighter.AccountApi(client).account_with_http_info(by="index", value=index)
            second = await lighter.OrderApi(client).order_books_with_http_info()
            return [first.raw_data, second.raw_data]
        finally:
            await client.close()

    return asyncio.run(ask())


def extended_answers(listener):
    """The balance and the markets, through the SDK."""
    pytest.importorskip("x10", reason="x10-python-trading-starknet is not installed")
    from x10.clients.rest import RestApiClient
    from x10.core.stark_account import StarkPerpetualAccount

    held = CREDENTIALS["extended"]
    account = StarkPerpetualAccount(
        vault=int(held["vault_id"]),
        private_key=held["private_key"],
        public_key=held["public_key"],
        api_key=held["api_key"],
    )

    async def ask():
        client = RestApiClient(extended_sdk(listener), account)
        try:
            return [str((await client.account.get_balance()).data), str((await client.account.get_positions()).data)]
        finally:
            await client.close()

    return asyncio.run(ask())


def hyperliquid_answers(listener):
    """The account and the open orders, through the SDK."""
    pytest.importorskip("hyperliquid", reason="hyperliquid-python-sdk is not installed")
    info = hyperliquid_sdk(listener, meta={"universe": []}, spot_meta={"universe": [], "tokens": []})
    address = CREDENTIALS["hyperliquid"]["address"]
    return [json.dumps(info.user_state(address)), json.dumps(info.open_orders(address))]


ANSWERS = {"extended": extended_answers, "hyperliquid": hyperliquid_answers, "lighter": lighter_answers}


@pytest.mark.parametrize("name", ANSWERS)
def test_the_rest_client_hears_the_same_from_the_recording(tmp_path, name):
    """Unchanged, pointed at the gateway by its configuration alone."""
    facts = venue(name)
    with standing_for(name, tmp_path) as stand, Recording(upstream(stand)) as recording:
        heard = ANSWERS[name](recording.listener)
        cassette = recording.cassette()
    with Gateway() as gateway, gateway.open(Playback(Index(facts, cassette))) as listener:
        assert ANSWERS[name](listener) == heard
    assert len(cassette.interactions) >= 2


def test_the_stream_client_of_x10_hears_the_same_from_the_tape(tmp_path):
    """The account, whose key is a header of the handshake, and the order book."""
    pytest.importorskip("x10", reason="x10-python-trading-starknet is not installed")
    facts = venue("extended")

    async def hear(client):
        async with client.subscribe_to_account_updates(CREDENTIALS["extended"]["api_key"]) as stream:
            account = [str(await asyncio.wait_for(stream.recv(), 5)) for _ in range(5)]
        async with client.subscribe_to_orderbooks("BTC-USD") as stream:
            return account + [str(await asyncio.wait_for(stream.recv(), 5)) for _ in range(6)]

    with standing_for("extended", tmp_path) as stand, Recording(upstream(stand)) as recording:
        heard = asyncio.run(hear(extended_stream(recording.listener)))
        recorded = recording.gathered().tape
    path = tmp_path / f"trial{tape.SUFFIX}"
    tape.save(path, Tape(recorded.provenance, recorded.frames))
    player = TapePlayer(facts, [path], pace=Pace.FAST)
    with Gateway() as gateway, gateway.open(Playback(Index(facts)), player) as listener:
        assert asyncio.run(hear(extended_stream(listener))) == heard
