"""A recording gateway changes nothing: a client hears through it what the venue said, and that is what is kept."""

import asyncio
import gzip
import json

import aiohttp
import pytest
from venue_support import Recording, standing_for, upstream

from harness.cassette import capture, store
from harness.cassette.tape import Direction, Kind
from harness.errors import UsageError
from harness.gateway import Gateway
from harness.gateway.caution import Caution
from harness.gateway.index import Index, Playback
from harness.gateway.messages import Reply
from harness.gateway.recorder import Recorder
from harness.gateway.upstream import Upstream
from harness.venues import NAMES, venue

DIGITS = b'{"status":"OK","data":{"equity":"123456789012345678901234567890","rate":1e-7,"old":0.10}}'
MEMBERS = gzip.compress(DIGITS[:40]) + gzip.compress(DIGITS[40:])
HTML = b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>"
BROKEN = b'{"status":"OK","name":"\xff\xfe"}'
ANSWERS = {
    "/api/v1/user/balance": Reply(200, "OK", (("Content-Type", "application/json"),), DIGITS),
    "/api/v1/user/positions": Reply(
        200, "OK", (("Content-Type", "application/json"), ("Content-Encoding", "gzip")), gzip.compress(DIGITS)
    ),
    "/api/v1/user/orders": Reply(
        200, "OK", (("Content-Type", "application/json"), ("Content-Encoding", "gzip")), MEMBERS
    ),
    "/api/v1/user/fees": Reply(502, "Bad Gateway", (("Content-Type", "text/html"),), HTML),
    "/api/v1/info/settings": Reply(200, "OK", (("Content-Type", "application/json"),), BROKEN),
    "/api/v1/info/assets": Reply(
        302, "Found", (("Location", "https://api.starknet.sepolia.extended.exchange/api/v1/info/markets"),)
    ),
    "/api/v1/info/markets": Reply(200, "OK", (("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")), b'{"status":"OK"}'),
}
OPAQUE = {"br": b"\x0b\x02\x80abc\xff\x03", "gzip": gzip.compress(DIGITS)[:-9], "deflate": b"\xff\xfe\xfd"}
"""Bodies of which nobody can tell what is in them, by what their header says."""


def ask(url, *paths, **options):
    """Status, body and headers of each answer, one after the other."""

    async def main():
        found = []
        async with aiohttp.ClientSession() as session:
            for path in paths:
                async with session.get(f"{url}{path}", **options) as response:
                    found.append((response.status, await response.read(), response.headers.copy()))
        return found

    return asyncio.run(main())


def answering(request):
    """Whatever is asked, and in which encoding."""
    return ANSWERS.get(request.path, Reply(404, "Not Found"))


@pytest.fixture
def extended(tmp_path):
    """A recording before a venue with answers of every kind."""
    with standing_for("extended", tmp_path, answering) as stand, Recording(upstream(stand)) as recording:
        yield recording


def test_every_kind_of_answer_reaches_the_client_and_the_recording_byte_for_byte(extended):
    """Thirty digits, compression, HTML errors, invalid UTF-8; and a replay says the same again."""
    paths = [path for path in ANSWERS if path != "/api/v1/info/assets"]
    heard = ask(extended.listener.url, *paths)
    plain = [gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body for body in (ANSWERS[p].body for p in paths)]
    assert [body for _, body, _ in heard] == plain
    assert [status for status, _, _ in heard] == [ANSWERS[path].status for path in paths]
    assert [one.response.body for one in extended.exchanges] == plain
    replay = Playback(Index(venue("extended"), extended.cassette()))
    with Gateway() as gateway, gateway.open(replay) as listener:
        assert [(status, body) for status, body, _ in ask(listener.url, *paths)] == [(s, b) for s, b, _ in heard]


def test_headers_that_come_twice_stay_two(extended):
    """Cookies, say."""
    ((_, _, headers),) = ask(extended.listener.url, "/api/v1/info/markets")
    assert headers.getall("Set-Cookie") == ["a=1", "b=2"]
    assert extended.exchanges[0].response.headers["Set-Cookie"] == ("a=1", "b=2")


@pytest.mark.parametrize("coding", OPAQUE)
def test_an_answer_that_cannot_be_read_is_passed_on_and_not_kept(tmp_path, coding):
    """An account could be in it, and nobody would find it to redact it."""
    opaque = Reply(200, "OK", (("Content-Encoding", coding),), OPAQUE[coding])
    with standing_for("extended", tmp_path, lambda _: opaque) as stand, Recording(upstream(stand)) as recording:
        head, body = said(recording.listener.port, "GET /api/v1/user/balance")
        told = recording.recorder.capture()
    assert body == OPAQUE[coding]
    assert f"Content-Encoding: {coding}".encode() in head
    assert told.exchanges == ()
    assert told.left_out == {"answers in an encoding that cannot be undone": 1}


def said(port, line, *headers):
    """Head and body of the answer to a request that is written as it stands."""

    async def main():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        told = [line + " HTTP/1.1", f"Host: localhost:{port}", "Connection: close", *headers, "", ""]
        writer.write("\r\n".join(told).encode("latin-1"))
        answer = await reader.read()
        writer.close()
        return answer.partition(b"\r\n\r\n")

    head, _, body = asyncio.run(main())
    return head, body


def test_headers_that_are_not_ascii_arrive_as_the_venue_sent_them(tmp_path):
    """In UTF-8 or Latin-1, and the recording can be written."""
    strange = Reply(200, "Ça va", (("Server", "café"), ("Allow", b"caf\xe9".decode("utf-8", "surrogateescape"))), b"{}")
    with standing_for("extended", tmp_path, lambda _: strange) as stand, Recording(upstream(stand)) as recording:
        head, _ = said(recording.listener.port, "GET /api/v1/user/balance", "Accept: caf\xe9")
        cassette = recording.cassette()
    assert "Ça va\r\nServer: café\r\n".encode() in head
    assert b"Allow: caf\xe9\r\n" in head
    store.save(tmp_path / "kept.yaml", cassette)
    assert store.load(tmp_path / "kept.yaml").interactions == cassette.interactions


def test_a_redirect_within_the_venue_leads_back_to_the_recording(extended):
    """Or the client would ask the venue itself, and nobody would note it."""
    ((status, body, _),) = ask(extended.listener.url, "/api/v1/info/assets")
    assert (status, body) == (200, b'{"status":"OK"}')
    first, second = extended.exchanges
    assert first.response.headers["Location"][0].startswith("https://api.starknet.sepolia.extended.exchange/")
    assert second.request.uri == "https://api.starknet.sepolia.extended.exchange/api/v1/info/markets"


def test_forms_and_chunked_bodies_are_recorded_as_they_were_sent(tmp_path):
    """Fields of a form, a multipart body, and a body whose length nobody told; they may trade, so that is allowed."""
    seen = []

    def remember(request):
        seen.append(request.body)
        return Reply(200, "OK", (), b'{"code":200}')

    async def chunks():
        yield b"tx_type=14&"
        yield b"tx_info=%7B%7D"

    async def main(url):
        async with aiohttp.ClientSession() as session:
            multipart = aiohttp.FormData({"tx_type": "14"}, default_to_multipart=True)
            for data in ({"tx_type": "14", "tx_info": '{"price": 0.10}'}, multipart, chunks()):
                async with session.post(f"{url}/api/v1/sendTx", data=data) as response:
                    assert await response.read() == b'{"code":200}'

    with standing_for("lighter", tmp_path, remember) as stand, Recording(upstream(stand), trading=True) as recording:
        asyncio.run(main(recording.listener.url))
        assert [one.request.body for one in recording.exchanges] == seen
    assert len(seen) == 3
    assert seen[2] == b"tx_type=14&tx_info=%7B%7D"


SUBSCRIPTIONS = {
    "extended": [],
    "lighter": ['{"type":"subscribe","channel":"order_book/1"}'],
    "hyperliquid": ['{"method":"subscribe","subscription":{"type":"l2Book","coin":"BTC"}}'],
}
"""What a client sends to hear of the order book; at Extended the path is the subscription."""


@pytest.mark.parametrize("name", NAMES)
def test_frames_pass_in_both_directions_and_in_order(tmp_path, name):
    """A conversation through the recording is the conversation with the venue."""
    facts = venue(name)
    asked = SUBSCRIPTIONS[name]
    path = "/orderbooks/BTC-USD" if name == "extended" else ""

    async def main(url):
        heard = []
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{url}{facts.ws_prefix}{path}") as socket:
            for text in asked:
                await socket.send_str(text)
            while len(heard) < 3:
                heard.append(await socket.receive_str())
        return heard

    with standing_for(name, tmp_path) as stand, Recording(upstream(stand)) as recording:
        heard = asyncio.run(main(recording.listener.url))
        (socket,) = recording.recorder.capture().sockets
    texts = [one for one in socket.messages if one.kind is Kind.TEXT]
    assert [one.text for one in texts if one.direction is Direction.RECEIVED][: len(heard)] == heard
    assert [one.text for one in texts if one.direction is Direction.SENT] == asked
    assert socket.url.startswith(facts.environments["testnet"].ws + path)


UNHARMFUL = [
    ("hyperliquid", "POST", "/info", b'{"type":"whatNobodyDocumented"}'),
    ("extended", "OPTIONS", "/api/v1/user/order", b""),
    ("lighter", "GET", "/api/v1/whatNobodyDocumented", b""),
    ("lighter", "HEAD", "/api/v1/account", b""),
]


@pytest.mark.parametrize(("name", "method", "path", "body"), UNHARMFUL)
def test_reads_that_the_facts_do_not_name_pass(tmp_path, name, method, path, body):
    """A client may know more of a venue than the facts do."""

    async def main(url):
        async with aiohttp.ClientSession() as session, session.request(method, f"{url}{path}", data=body) as response:
            return response.status

    with (
        standing_for(name, tmp_path, lambda _: Reply(200, "OK")) as stand,
        Recording(upstream(stand)) as recording,
    ):
        assert asyncio.run(main(recording.listener.url)) == 200
        assert len(recording.exchanges) == 1


TRADES = [
    ("extended", "POST", "/api/v1/user/order"),
    ("extended", "DELETE", "/api/v1/user/order/7"),
    ("extended", "PATCH", "/api/v1/user/leverage"),
    ("lighter", "POST", "/api/v1/sendTx"),
    ("hyperliquid", "POST", "/exchange"),
    ("hyperliquid", "POST", "/nobody-knows"),
]


@pytest.mark.parametrize(("name", "method", "path"), TRADES)
def test_what_may_trade_never_reaches_the_venue(tmp_path, name, method, path):
    """It is refused here, named in the capture, and not recorded."""
    asked = []

    def remember(request):
        asked.append(request)
        return Reply(200, "OK")

    async def main(url):
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, f"{url}{path}", json={"a": 1}) as response,
        ):
            return response.status, await response.text()

    with standing_for(name, tmp_path, remember) as stand, Recording(upstream(stand)) as recording:
        status, text = asyncio.run(main(recording.listener.url))
        told = recording.recorder.capture()
    assert status == 403
    assert "may trade" in text
    assert asked == []
    assert told.exchanges == ()
    assert sum(told.left_out.values()) == 1


@pytest.mark.parametrize("binary", [False, True], ids=["text", "binary"])
def test_a_frame_that_may_trade_ends_the_connection(tmp_path, binary):
    """The venue never sees it."""
    order = b'{"type":"jsonapi/sendtx","data":{"tx_type":14}}'

    async def main(url):
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{url}/stream") as socket:
            await (socket.send_bytes(order) if binary else socket.send_str(order.decode()))
            while (message := await socket.receive()).type is aiohttp.WSMsgType.TEXT:
                pass
            return message

    with standing_for("lighter", tmp_path) as stand, Recording(upstream(stand)) as recording:
        message = asyncio.run(main(recording.listener.url))
        (socket,) = recording.recorder.capture().sockets
    assert message.data == 1008
    assert not [one for one in socket.messages if one.direction is Direction.SENT]


async def answer_in_kind(opening):
    """Say what is said, and close as one is told to, or as the client does."""
    socket = await opening.accept()
    while (message := await socket.receive()).kind is not Kind.CLOSE:
        if message.text.startswith("close "):
            await socket.send(Kind.CLOSE, message.text.removeprefix("close "))
            return
        await socket.send(Kind.PONG if message.kind is Kind.PING else message.kind, message.text)
    HEARD.append(message.text)
    await socket.send(Kind.CLOSE, message.text)


HEARD = []


@pytest.mark.parametrize("who", ["client", "venue", "broken"])
def test_a_connection_ends_for_both_as_one_of_them_ended_it(tmp_path, who):
    """With its code and reason; and the tape tells of one end only, whose it was, or a replay would end otherwise."""
    HEARD.clear()

    async def main(url):
        async with aiohttp.ClientSession() as session:
            socket = await session.ws_connect(f"{url}/stream", autoping=False, autoclose=False)
            await socket.ping(b"there?")
            pong = await socket.receive()
            if who == "client":
                await socket.close(code=4123, message="gone é".encode())
            else:
                await socket.send_str("close 1006 " if who == "broken" else "close 4001 bye é")
                await socket.receive()
            return pong, socket.close_code

    with (
        standing_for("lighter", tmp_path, sockets=answer_in_kind) as stand,
        Recording(upstream(stand), trading=True) as recording,
    ):
        pong, code = asyncio.run(main(recording.listener.url))
        assert recording.listener.wait_until_idle()
        (socket,) = recording.recorder.capture().sockets
    assert pong.data == b"there?"
    ends = [(one.direction, one.text) for one in socket.messages if one.kind is Kind.CLOSE]
    expected = {
        "client": (4123, [(Direction.SENT, "4123 gone é")]),
        "venue": (4001, [(Direction.RECEIVED, "4001 bye é")]),
        "broken": (1006, [(Direction.RECEIVED, "1006 ")]),
    }
    assert (code, ends) == expected[who]
    assert who != "client" or HEARD == ["4123 gone é"]


def test_a_server_that_is_not_the_venue_is_told_nothing(tmp_path):
    """Its certificate names another host."""
    asked = []

    def remember(request):
        asked.append(request)
        return Reply(200, "OK")

    with (
        standing_for("extended", tmp_path, remember, names=["somebody.example"]) as stand,
        Recording(upstream(stand)) as recording,
    ):
        ((status, body, _),) = ask(recording.listener.url, "/api/v1/user/balance", headers={"X-Api-Key": "k" * 32})
        told = recording.recorder.capture()
    assert status == 502
    assert b"could not be asked" in body
    assert asked == []
    assert told.exchanges == ()


@pytest.mark.parametrize("target", ["http://somebody.example/api", "//somebody.example/api", "/api/../../etc"])
def test_no_other_host_and_no_strange_path_is_asked_for_a_client(extended, target):
    """A gateway is no open proxy."""

    async def main(port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {target} HTTP/1.1\r\nHost: somebody.example\r\nConnection: close\r\n\r\n".encode())
        head = await reader.readline()
        writer.close()
        return head

    assert b" 40" in asyncio.run(main(extended.listener.port))
    assert extended.exchanges == []


def test_only_hosts_of_the_venue_can_be_redirected():
    """A recording that says mainnet is of mainnet."""
    with pytest.raises(UsageError, match=r"somebody\.example:443 is no host of the venue"):
        Upstream(
            venue=venue("lighter"), environment="testnet", connect_to={("somebody.example", 443): ("127.0.0.1", 1)}
        )
    with pytest.raises(UsageError, match="no environment 'simulator'"):
        Upstream(venue=venue("lighter"), environment="simulator")


def test_a_handshake_that_the_venue_refuses_is_refused_in_the_same_way(tmp_path):
    """With its status, and without a tape that says otherwise."""

    async def refuse(opening):
        opening.refuse(Reply(401, "Unauthorized"))

    async def main(url):
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(f"{url}/stream.extended.exchange/v1/account")
            return refused.value.status

    with standing_for("extended", tmp_path, sockets=refuse) as stand, Recording(upstream(stand)) as recording:
        assert asyncio.run(main(recording.listener.url)) == 401
        told = recording.recorder.capture()
    assert told.sockets == ()
    assert "HTTP 401" in next(iter(told.left_out))


def test_a_conversation_keeps_the_times_of_an_injected_clock(tmp_path):
    """In milliseconds since 1970, as captures have them."""
    moments = iter(range(1_780_000_000, 1_780_000_100))
    with standing_for("extended", tmp_path) as stand:
        target = upstream(stand)
        recorder = Recorder(target, Caution(target.venue), now=lambda: float(next(moments)))
        with Gateway() as gateway, gateway.open(recorder, recorder.converse) as listener:
            ask(listener.url, "/api/v1/user/balance")
            gateway.run(recorder.close())
    (exchange,) = recorder.capture().exchanges
    assert isinstance(exchange, capture.Exchange)
    assert exchange.at.timestamp() == 1_780_000_000
    assert json.loads(exchange.interaction.response.body)["status"] == "OK"
