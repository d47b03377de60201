"""A tape is played to whoever subscribes: what was recorded, in order, byte for byte, and nothing else."""

import asyncio
import base64
import json
import socket as sockets

import aiohttp
import pytest
from gateway_support import GOOD, ask, converse, raw_websocket, taped, texts

from harness.cassette.tape import Kind
from harness.errors import UsageError
from harness.gateway import Gateway
from harness.gateway.clock import VirtualClock
from harness.gateway.player import Pace, TapePlayer
from harness.venues import venue

HELLO = '{"session_id":"1","type":"connected"}'
BOOK = '{"type":"subscribe","channel":"order_book/36"}'
TICKER = '{"type":"subscribe","channel":"ticker/36"}'


def book(text):
    """A frame of the book, unusual to the byte."""
    return f'{{"channel":"order_book:36",  "type":"update/order_book","p":{text}}}'


def ticker(text):
    """A frame of the other channel."""
    return f'{{"channel":"ticker:36","type":"update/ticker","p":{text}}}'


TWO_CHANNELS = (
    (0, 1, ">", "/stream", Kind.OPEN),
    (1, 1, "<", HELLO),
    (5, 1, ">", BOOK.replace("}", ',"auth":"recorded"}')),
    (6, 1, "<", book("0.10")),
    (7, 1, ">", TICKER),
    (8, 1, "<", ticker("1e-7")),
    (9, 1, "<", book("0.100")),
    (9, 1, ">", '{"type":"ping"}'),
    (10, 1, "<", '{"type":"pong"}'),
    (11, 1, "<", ticker('"ünïcode \u2028 💶"')),
)


@pytest.fixture
def play(tmp_path, listen):
    """Serve a tape of these lines; gives the WebSocket base, and the notes that were made."""

    def opened(*lines, name="lighter", pace=Pace.FAST):
        notes = []
        player = TapePlayer(
            venue(name), [taped(tmp_path / "a.ws.jsonl", *lines, venue=name)], pace=pace, note=notes.append
        )
        listener = listen(lambda _: GOOD)
        listener.sockets = player
        opened.player, opened.listener, opened.notes = player, listener, notes
        return f"ws{listener.url.removeprefix('http')}{venue(name).ws_prefix}"

    return opened


async def subscribed(socket, *frames, count):
    """The greeting, and what follows these subscriptions."""
    greeting = await texts(socket, 1)
    for frame in frames:
        await socket.send_str(frame)
    return greeting, await texts(socket, count)


def test_a_subscription_hears_its_own_frames_to_the_byte(play):
    """Neither those of another channel nor the answers to what another client asked; the greeting comes first."""
    url = play(*TWO_CHANNELS)
    assert converse(url, lambda s: subscribed(s, BOOK, count=2)) == ([HELLO], [book("0.10"), book("0.100")])
    play.player.reset()
    heard = converse(url, lambda s: subscribed(s, TICKER, count=2))
    assert heard == ([HELLO], [ticker("1e-7"), ticker('"ünïcode \u2028 💶"')])


def test_frames_of_two_channels_keep_the_order_that_they_had(play):
    """They are sent by one task, not by one each."""
    heard = converse(play(*TWO_CHANNELS), lambda s: subscribed(s, BOOK, TICKER, count=4))[1]
    assert sorted(heard) == sorted([book("0.10"), book("0.100"), ticker("1e-7"), ticker('"ünïcode \u2028 💶"')])
    assert heard.index(book("0.10")) < heard.index(book("0.100"))
    assert heard.index(ticker("1e-7")) < heard.index(ticker('"ünïcode \u2028 💶"'))


def test_at_the_recorded_pace_the_whole_order_is_the_recorded_one(play):
    """Frames of both channels, as they came."""
    lines = [(0, 1, ">", "/stream", Kind.OPEN), (0, 1, ">", BOOK), (0, 1, ">", TICKER)]
    lines += [(200 + 7 * n, 1, "<", book(n) if n % 3 else ticker(n)) for n in range(12)]

    async def talk(socket):
        await socket.send_str(BOOK)
        await socket.send_str(TICKER)
        return await texts(socket, 12)

    assert converse(play(*lines, pace=Pace.RECORDED), talk) == [text for _, _, way, text, *_ in lines[3:]]


def test_what_no_tape_answers_is_refused_and_noted(play):
    """In the venue's own error frame; a token that went to the wrong place is not noted."""

    async def talk(socket):
        await texts(socket, 1)
        token = "t0ken" * 10
        for channel in ("order_book/7", f"order_book/{token}"):
            await socket.send_str(json.dumps({"type": "subscribe", "channel": channel, "auth": token}))
        await socket.send_str(f'{{"type":"jsonapi/sendtx","data":"{token}"}}')
        await socket.send_bytes(b"\x00")
        return [json.loads(text) for text in await texts(socket, 4)]

    first, second, third, fourth = converse(play(*TWO_CHANNELS), talk)
    assert first == {"type": "error", "code": 30012, "channel": "order_book:7", "message": "not recorded"}
    assert second["code"] == 30012
    assert (third["type"], third["code"]) == (fourth["type"], fourth["code"]) == ("error", 20001)
    assert play.notes[0] == "not recorded: order_book/7"
    assert len(play.notes) == 4
    assert "t0ken" not in "".join(play.notes)


def test_subscribing_twice_is_answered_as_the_venue_does(play):
    """Code 30003 and no second snapshot."""

    async def talk(socket):
        await subscribed(socket, BOOK, count=2)
        await socket.send_str(BOOK)
        return json.loads((await texts(socket, 1))[0])

    answer = converse(play(*TWO_CHANNELS), talk)
    assert answer == {"type": "error", "code": 30003, "message": "Already Subscribed to : order_book:36"}


def test_unsubscribing_ends_a_channel_and_its_end_is_confirmed(play):
    """The next frame of it would have come; then it can be subscribed to again."""
    lines = [(0, 1, ">", "/stream", Kind.OPEN), (0, 1, ">", BOOK), (1, 1, "<", book(1)), (60_000, 1, "<", book(2))]

    async def talk(socket):
        await socket.send_str(BOOK)
        await texts(socket, 1)
        for frame in (BOOK.replace("sub", "unsub", 1), BOOK.replace("sub", "unsub", 1), BOOK):
            await socket.send_str(frame)
        return await texts(socket, 3)

    confirmed, refused, again = converse(play(*lines, pace=Pace.RECORDED), talk)
    assert json.loads(confirmed) == {"type": "unsubscribed", "channel": "order_book:36"}
    assert json.loads(refused)["message"] == "not subscribed"
    assert again == book(1)


def test_pings_of_the_client_are_answered_and_those_of_the_venue_replayed(play):
    """On both levels, and a ping's payload comes back."""
    payload = base64.b64encode(b"\x00\xff").decode()
    lines = [
        (0, 1, ">", "/stream", Kind.OPEN),
        (1, 1, "<", payload, Kind.PING),
        (2, 1, ">", payload, Kind.PONG),
        (3, 1, "<", '{"type":"ping"}'),
        (4, 1, ">", '{"type":"pong"}'),
        (5, 1, "<", payload, Kind.BINARY),
    ]

    async def talk(socket):
        await socket.ping(b"mine")
        heard = [await socket.receive(timeout=5) for _ in range(4)]
        await socket.send_str('{"type":"pong"}')
        await socket.send_str('{"type":"ping"}')
        return heard, await texts(socket, 1)

    heard, pong = converse(play(*lines), talk, autoping=False)
    found = {(message.type, message.data) for message in heard}
    assert found == {
        (aiohttp.WSMsgType.PING, b"\x00\xff"),
        (aiohttp.WSMsgType.PONG, b"mine"),
        (aiohttp.WSMsgType.TEXT, '{"type":"ping"}'),
        (aiohttp.WSMsgType.BINARY, b"\x00\xff"),
    }
    assert pong == ['{"type":"pong"}']
    assert play.notes == []


@pytest.mark.parametrize("pace", list(Pace))
def test_a_recorded_end_closes_with_its_code_and_reason(play, pace):
    """After everything that was recorded before it, although the client subscribes late."""
    lines = [(0, 1, ">", "/stream", Kind.OPEN), (1, 1, "<", HELLO), (2, 1, ">", BOOK)]
    lines += [(3, 1, "<", book(1)), (300, 1, "<", book(2)), (301, 1, "<", "4002 maintenance", Kind.CLOSE)]

    async def talk(socket):
        await asyncio.sleep(0.05)  # later than the recorded client
        heard = await subscribed(socket, BOOK, count=2)
        closed = await socket.receive(timeout=5)
        return heard[1], closed.type, closed.data, closed.extra

    expected = ([book(1), book(2)], aiohttp.WSMsgType.CLOSE, 4002, "maintenance")
    assert converse(play(*lines, pace=pace), talk, autoclose=False) == expected


def test_a_recorded_break_breaks_the_connection(play):
    """Code 1006 is never on the wire."""
    url = play((0, 1, ">", "/stream", Kind.OPEN), (1, 1, "<", HELLO), (2, 1, "<", "1006 ", Kind.CLOSE))

    async def talk(socket):
        await texts(socket, 1)
        await socket.receive(timeout=5)
        return socket.close_code

    assert converse(url, talk) == 1006


def test_at_the_end_of_a_tape_the_connection_stays_open(play):
    """As a quiet market would."""

    async def talk(socket):
        await subscribed(socket, BOOK, count=2)
        with pytest.raises(TimeoutError):
            await socket.receive(timeout=0.05)
        await socket.send_str('{"type":"ping"}')
        return await texts(socket, 1)

    assert converse(play(*TWO_CHANNELS), talk) == ['{"type":"pong"}']


def test_the_client_closes_and_is_answered_with_its_own_code(play):
    """The closing handshake is the protocol's."""

    async def talk(socket):
        await socket.close(code=4001, message=b"enough")
        return socket.close_code

    assert converse(play(*TWO_CHANNELS), talk) == 4001
    assert play.listener.wait_until_idle()


def test_the_recorded_subscriptions_to_a_topic_are_played_one_after_the_other(play):
    """As the answers of a cassette are, and the last one repeats; a reset begins again."""
    lines = []
    for connection in (1, 2):
        at = connection * 1000
        lines += [(at, connection, ">", "/stream", Kind.OPEN), (at, connection, ">", BOOK)]
        lines += [(at + 1, connection, "<", book(connection))]
    url = play(*lines)

    async def talk(socket):
        await socket.send_str(BOOK)
        return await texts(socket, 1)

    assert [converse(url, talk)[0] for _ in range(3)] == [book(1), book(2), book(2)]
    play.player.reset()
    assert converse(url, talk) == [book(1)]


def test_a_recorded_refusal_is_played_to_whoever_asks_for_the_same(play):
    """An error frame that names no channel answers the subscription that had no answer."""
    refusal = '{"error":{"code":30005,"message":"Invalid Channel"}}'
    lines = [(0, 1, ">", "/stream", Kind.OPEN), (1, 1, ">", BOOK), (2, 1, "<", book(1))]
    lines += [(3, 1, ">", BOOK.replace("36", "no")), (4, 1, "<", refusal), (5, 1, "<", book(2))]

    async def talk(socket):
        await socket.send_str(BOOK.replace("36", "no"))
        return await texts(socket, 1)

    assert converse(play(*lines), talk) == [refusal]


def test_time_on_a_tape_passes_on_the_virtual_clock(tmp_path):
    """An hour between two frames costs nothing, and the client measures it exactly."""
    lines = [(0, 1, ">", "/stream", Kind.OPEN), (0, 1, ">", BOOK), (0, 1, "<", book(1)), (3_600_000, 1, "<", book(2))]
    player = TapePlayer(venue("lighter"), [taped(tmp_path / "a.ws.jsonl", *lines)])
    clock = VirtualClock()
    loop = clock.client_loop()

    async def main(url):
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
            await socket.send_str(BOOK)
            await socket.receive_str()
            began = asyncio.get_running_loop().time()
            await socket.receive_str()
            return asyncio.get_running_loop().time() - began

    with Gateway(loop_factory=clock.server_loop) as gateway, gateway.open(lambda _: GOOD, player) as listener:
        clock.begin()
        try:
            waited = loop.run_until_complete(main(f"ws{listener.url.removeprefix('http')}/stream"))
        finally:
            loop.close()
    assert waited == pytest.approx(3600, abs=0.5)


def test_a_client_that_does_not_read_holds_the_player_up(tmp_path, listen):
    """The frames stay on disk, not in the memory of the gateway; others are served meanwhile."""
    big = "x" * 20_000
    lines = [(0, 1, ">", "/stream", Kind.OPEN), (0, 1, ">", BOOK)]
    path = taped(tmp_path / "a.ws.jsonl", *lines, *((1, 1, "<", book(f'"{n}{big}"')) for n in range(2_000)))
    player = TapePlayer(venue("lighter"), [path], pace=Pace.FAST)
    listener = listen(lambda _: GOOD)
    listener.sockets = player
    with raw_websocket(listener, "/stream") as slow:
        slow.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        slow.sendall(bytes((0x81, 0x80 | len(BOOK))) + bytes(4) + BOOK.encode())  # masked with zeros
        assert slow.recv(12) == b"HTTP/1.1 101"
        waiting = []
        while not waiting:  # until it is held up; others are served before and after
            assert ask(listener.url)[0] == 200
            waiting = [size for t in listener._http.transports if (size := t.get_write_buffer_size())]
        assert ask(listener.url)[0] == 200
        assert max(t.get_write_buffer_size() for t in listener._http.transports) < 1_000_000  # of forty millions
    assert listener.wait_until_idle()


@pytest.mark.parametrize("path", ["/", "/streams", "/api/v1/stream"])
def test_a_websocket_elsewhere_is_refused_with_the_reason(play, path):
    """Below the venue's base only."""
    play(*TWO_CHANNELS)
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        converse(f"{play.listener.url}{path}", lambda s: texts(s, 1))
    assert refused.value.status == 501
    assert [seen.reply.status for seen in play.listener.log] == [501]


def test_a_request_that_is_no_handshake_is_told_so(play):
    """An upgrade without its key."""
    play(*TWO_CHANNELS)
    status, _, body = ask(f"{play.listener.url}/stream", headers={"Upgrade": "websocket", "Connection": "Upgrade"})
    assert status == 400
    assert b"Sec-WebSocket-Key" in body


def test_http_beside_it_is_answered_as_before(play):
    """Even with an upgrade to something else."""
    play(*TWO_CHANNELS)
    assert ask(play.listener.url, headers={"Upgrade": "h2c", "Connection": "Upgrade"})[2] == GOOD.body


def test_a_message_that_is_too_long_ends_the_connection_with_1009(play):
    """Four mebibytes are enough for anybody."""
    play(*TWO_CHANNELS)
    with raw_websocket(play.listener, "/stream") as client:
        client.sendall(b"\x81\xff" + (5_000_000).to_bytes(8, "big") + bytes(4))
        heard = b""
        while chunk := client.recv(4096):
            heard += chunk
    assert (1009).to_bytes(2, "big") in heard.partition(HELLO.encode())[2]


def test_a_handler_that_fails_closes_with_1011_and_the_gateway_goes_on(listen, caplog):
    """And a handler that neither accepts nor refuses is a fault, too."""

    async def failing(opening):
        if opening.request.path == "/stream":
            await opening.accept()
            raise RuntimeError("the handler")

    listener = listen(lambda _: GOOD)
    listener.sockets = failing

    async def closed(socket):
        return (await socket.receive(timeout=5)).data

    assert converse(f"{listener.url}/stream", closed) == 1011
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        converse(f"{listener.url}/other", closed)
    assert refused.value.status == 500
    assert "the handler" in caplog.text


def test_the_log_knows_of_the_handshake_as_soon_as_it_is_answered(play):
    """Path, and what is not shown."""
    url = play(*TWO_CHANNELS)
    converse(f"{url}?auth=s3cr3t", lambda s: texts(s, 1))
    (seen,) = play.listener.log
    assert (seen.method, seen.path, seen.query, seen.reply.status) == ("GET", "/stream", "auth=s3cr3t", 101)
    assert "s3cr3t" not in repr(seen)


def test_a_tape_of_another_venue_is_refused(tmp_path):
    """Before anybody connects."""
    path = taped(tmp_path / "a.ws.jsonl", *TWO_CHANNELS)
    with pytest.raises(UsageError, match=r"a\.ws\.jsonl: a tape of lighter; name one of extended"):
        TapePlayer(venue("extended"), [path])


def test_a_tape_whose_connections_do_not_begin_is_refused(tmp_path):
    """With the line."""
    path = taped(tmp_path / "a.ws.jsonl", TWO_CHANNELS[0], (1, 2, "<", HELLO))
    with pytest.raises(UsageError, match=r"a\.ws\.jsonl:3: a frame of a connection that is not open"):
        TapePlayer(venue("lighter"), [path])
