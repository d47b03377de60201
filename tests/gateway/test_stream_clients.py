"""Real stream clients, unchanged, hear the project's own tapes: aiohttp, websockets, and the SDK of each venue."""

import asyncio
import json
from decimal import Decimal
from threading import Event, Thread

import aiohttp
import pytest
from gateway_support import GOOD

from harness import resources
from harness.cassette.tape import Direction, Kind, load
from harness.gateway import Gateway
from harness.gateway.clock import VirtualClock
from harness.gateway.player import Pace, TapePlayer
from harness.gateway.point import extended_stream, hyperliquid_stream, lighter_stream, ws_url
from harness.sim.credentials import CREDENTIALS
from harness.venues import NAMES, venue


def path_of(name):
    """The tape of a venue."""
    return resources.cassettes() / name / "long_and_short.ws.jsonl"


def recorded(name, connection=1):
    """What the venue said on one connection, without its answers to pings."""
    return [
        frame.text
        for frame in load(path_of(name)).frames
        if frame.connection == connection
        and frame.direction is Direction.RECEIVED
        and frame.kind is Kind.TEXT
        and frame.text != '{"channel":"pong"}'
    ]


def asked(name):
    """What the client subscribed to on the first connection: path below the base, and frames."""
    frames = [one for one in load(path_of(name)).frames if one.connection == 1 and one.direction is Direction.SENT]
    path = frames[0].text.removeprefix(venue(name).ws_prefix)
    return path, [frame.text for frame in frames[1:] if "subscribe" in frame.text]


@pytest.fixture
def replay(listen):
    """Serve the tape of a venue."""

    def opened(name):
        listener = listen(lambda _: GOOD)
        listener.sockets = TapePlayer(venue(name), [path_of(name)], pace=Pace.FAST)
        return listener

    return opened


@pytest.mark.parametrize("name", NAMES)
def test_aiohttp_repeats_the_recorded_conversation_line_by_line(name):
    """At the recorded pace, on a clock that waits for nobody: every frame comes where it stands on the tape."""
    clock = VirtualClock()
    player = TapePlayer(venue(name), [path_of(name)])
    loop = clock.client_loop()
    frames = list(load(path_of(name)).frames)

    async def main(url):
        async with aiohttp.ClientSession() as session:
            for connection in sorted({frame.connection for frame in frames}):
                opening, *rest = (frame for frame in frames if frame.connection == connection)
                async with session.ws_connect(f"{url}{opening.text}") as socket:
                    for frame in rest:
                        if frame.direction is Direction.SENT:
                            await socket.send_str(frame.text)
                        else:
                            assert await socket.receive_str() == frame.text

    with Gateway(loop_factory=clock.server_loop) as gateway, gateway.open(lambda _: GOOD, player) as listener:
        clock.begin()
        try:
            loop.run_until_complete(asyncio.wait_for(main(listener.url), 60))
        finally:
            loop.close()


@pytest.mark.parametrize("name", NAMES)
def test_websockets_hears_the_same(replay, name):
    """The library that two of the SDKs are made of, its plain client in a thread of its own."""
    client = pytest.importorskip("websockets.sync.client", reason="websockets is not installed")
    path, frames = asked(name)
    expected = recorded(name)
    with client.connect(ws_url(venue(name), replay(name)) + path) as socket:
        socket.ping().wait(5)
        for frame in frames:
            socket.send(frame)
        heard = [socket.recv(timeout=5) for _ in expected]
    assert sorted(heard) == sorted(expected)


def test_the_stream_client_of_lighter_sdk_keeps_the_book_and_the_account(replay):
    """Its blocking loop ends when the gateway drops the connection."""
    pytest.importorskip("lighter", reason="lighter-sdk is not installed")
    listener = replay("lighter")
    books, accounts, done = [], [], Event()

    def on_book(market, book):
        books.append((market, json.dumps(book)))

    def on_account(_, account):
        accounts.append(account)
        if len(accounts) == 2:
            done.set()

    index = CREDENTIALS["lighter"]["account_index"]
    client = lighter_stream(
        listener,
        order_book_ids=["1"],
        account_ids=[index],
        on_order_book_update=on_book,
        on_account_update=on_account,
    )
    failed = []

    def run():
        try:
            client.run()
        except Exception as error:  # noqa: BLE001 - the SDK's loop raises what websockets raises
            failed.append(error)

    thread = Thread(target=run)
    thread.start()
    assert done.wait(5)
    listener.close()
    thread.join(5)
    assert not thread.is_alive()
    assert len(failed) == 1
    assert [market for market, _ in books] == ["1"] * 5
    last = json.loads(books[-1][1])
    assert {level["price"] for level in last["bids"]} == {"77011.8", "77010.8"}
    assert {level["price"] for level in last["asks"]} == {"77012.2", "77012.6", "77013.2"}
    assert accounts[0]["positions"]["1"]["position"] == "0.15840"
    assert list(accounts[1]["positions"]) == ["1"]


def test_the_stream_client_of_x10_reads_its_models(replay):
    """The account with its key as a header, and the book with and without depth."""
    pytest.importorskip("x10", reason="x10-python-trading-starknet is not installed")
    listener = replay("extended")
    client = extended_stream(listener)

    async def main():
        async with client.subscribe_to_account_updates(CREDENTIALS["extended"]["api_key"]) as stream:
            account = [await asyncio.wait_for(stream.recv(), 5) for _ in range(5)]
        async with client.subscribe_to_orderbooks("BTC-USD") as stream:
            book = [await asyncio.wait_for(stream.recv(), 5) for _ in range(6)]
        async with client.subscribe_to_orderbooks("BTC-USD", depth=1) as stream:
            best = [await asyncio.wait_for(stream.recv(), 5) for _ in range(4)]
        return account, book, best

    account, book, best = asyncio.run(main())
    assert [message.type for message in account] == ["ORDER", "BALANCE", "POSITION", "POSITION", "BALANCE"]
    assert account[1].data.balance.equity == Decimal("10819.881351")
    assert [row.side for row in account[2].data.positions] == ["LONG", "SHORT", "SHORT"]
    assert [message.seq for message in book] == [1, 2, 3, 4, 5, 6]
    assert {message.type for message in best} == {"SNAPSHOT"}
    assert {seen.headers.get("X-Api-Key") for seen in listener.log} == {CREDENTIALS["extended"]["api_key"], None}


def test_the_websocket_manager_of_hyperliquid_calls_back(replay):
    """Book, orders and fills, in its own thread, which looks only every ten seconds whether it has been stopped."""
    pytest.importorskip("hyperliquid", reason="hyperliquid-python-sdk is not installed")
    listener = replay("hyperliquid")
    manager = hyperliquid_stream(listener)
    manager.daemon = True
    user = CREDENTIALS["hyperliquid"]["address"]
    heard, done = [], Event()

    def callback(message):
        heard.append(message)
        if len(heard) == 8:
            done.set()

    for subscription in (
        {"type": "l2Book", "coin": "BTC"},
        {"type": "orderUpdates", "user": user},
        {"type": "userFills", "user": user},
    ):
        manager.subscribe(subscription, callback)
    manager.start()
    try:
        assert done.wait(5)
    finally:
        manager.stop()
    assert listener.wait_until_idle()
    assert [message["channel"] for message in heard].count("l2Book") == 6
    fills = next(message["data"]["fills"] for message in heard if message["channel"] == "userFills")
    assert [(fill["coin"], fill["dir"]) for fill in fills] == [
        ("BTC", "Open Long"),
        ("ETH", "Open Short"),
        ("kPEPE", "Open Short"),
    ]
