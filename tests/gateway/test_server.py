"""The gateway serves real clients of every kind, and knows what they did."""

import asyncio
import socket
import ssl
import threading
import urllib.error
import urllib.request
from dataclasses import replace

import aiohttp
import pytest
from gateway_support import GOOD, ask

from harness.errors import HarnessFault
from harness.gateway import Gateway, Reply, Wire


def test_an_answer_arrives_as_it_was_given(listen):
    """Status, reason, repeated headers and bytes, and nothing that was not given."""
    listener = listen(lambda _: GOOD)
    status, headers, body = ask(f"{listener.url}/path?x=1")
    assert (status, body) == (200, GOOD.body)
    assert list(headers.items()) == [*GOOD.headers, ("Content-Length", str(len(GOOD.body)))]


def test_the_framing_of_a_recorded_answer_is_not_replayed(listen):
    """A recorded length or chunking would contradict the bytes that go out."""
    stale = Reply(200, "OK", (("content-length", "5"), ("Transfer-Encoding", "chunked"), ("Connection", "close")), b"x")
    _, headers, body = ask(listen(lambda _: stale).url)
    assert (dict(headers), body) == ({"Content-Length": "1"}, b"x")


def test_the_log_holds_what_was_asked_and_answered(listen):
    """Method, path, query as sent, headers, body, reply, and times that do not go back."""
    listener = listen(lambda request: replace(GOOD, body=request.body))
    ask(f"{listener.url}/a%20b?x=1&y=%26", method="POST", data=b"\x00\xff", headers={"X-Key": "k"})
    ask(listener.url)
    first, second = listener.log
    assert (first.method, first.path, first.query, first.body) == ("POST", "/a%20b", "x=1&y=%26", b"\x00\xff")
    assert first.headers["x-key"] == "k"
    assert first.reply.body == b"\x00\xff"
    assert first.at <= second.at
    assert not first.unmatched
    listener.log.clear()
    assert len(listener.log) == 0


def test_the_log_can_be_printed_without_its_secrets(listen):
    """Credentials travel in queries, headers and bodies."""
    listener = listen(lambda _: GOOD)
    ask(f"{listener.url}/user?auth=s3cr3t", method="POST", data=b"s3cr3t", headers={"X-Api-Key": "s3cr3t"})
    assert "/user" in repr(listener.log.snapshot())
    assert "s3cr3t" not in repr(listener.log.snapshot())


def test_the_responder_can_be_replaced_between_requests(listen):
    """The two steps of a scenario on one port."""
    listener = listen(lambda _: replace(GOOD, body=b"1"))
    before = ask(listener.url)[2]
    listener.responder = lambda _: replace(GOOD, body=b"2")
    assert (before, ask(listener.url)[2]) == (b"1", b"2")


def test_a_blocking_client_is_answered_from_the_main_thread(listen):
    """The gateway's loop is not the client's."""
    with urllib.request.urlopen(listen(lambda _: GOOD).url) as answer:  # noqa: S310 - loopback
        assert answer.read() == GOOD.body


def test_eight_clients_at_once_each_get_their_own_answer(listen):
    """Answers are not mixed up between connections."""
    listener = listen(lambda request: replace(GOOD, body=request.query.encode()))
    wrong = []

    def client(number):
        async def main():
            async with aiohttp.ClientSession() as session:
                for n in range(20):
                    async with session.get(f"{listener.url}/?{number}.{n}") as answer:
                        if await answer.read() != f"{number}.{n}".encode():
                            wrong.append((number, n))

        asyncio.run(main())

    threads = [threading.Thread(target=client, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (wrong, len(listener.log)) == ([], 160)


def test_a_kept_alive_connection_is_reused_and_then_gone(listen):
    """Leaks can be counted."""
    listener = listen(lambda _: GOOD)

    async def main():
        async with aiohttp.ClientSession() as session:
            for _ in range(3):
                async with session.get(listener.url) as answer:
                    await answer.read()
            return listener.connections()

    assert asyncio.run(main()) == 1
    assert listener.wait_until_idle()
    assert listener.connections() == 0


def test_a_refusing_listener_drops_its_clients_and_returns_on_the_same_port(listen):
    """Connection refused, and later the same address again."""
    listener = listen(lambda _: GOOD)

    async def main():
        async with aiohttp.ClientSession() as session:

            async def get():
                async with session.get(listener.url) as answer:
                    return await answer.read()

            await get()
            listener.refuse()
            with pytest.raises(aiohttp.ClientConnectorError):
                await get()
            listener.accept()
            return await get()

    assert asyncio.run(main()) == GOOD.body


def test_a_stalled_request_is_seen_and_ends_with_its_client(listen):
    """Nothing of it stays behind."""
    listener = listen(lambda _: replace(GOOD, wire=Wire.STALLED))
    with pytest.raises(TimeoutError):
        ask(listener.url, timeout=0.05)
    assert listener.log.wait(1)
    assert listener.wait_until_idle()


def test_closing_ends_stalled_requests_and_threads():
    """No request can keep the gateway alive."""
    before = set(threading.enumerate())
    gateway = Gateway().start()
    listener = gateway.open(lambda _: replace(GOOD, wire=Wire.STALLED))
    failures = []

    def client():
        try:
            ask(listener.url)
        except aiohttp.ClientError as error:
            failures.append(error)

    thread = threading.Thread(target=client)
    thread.start()
    assert listener.log.wait(1)
    gateway.close()
    gateway.close()
    thread.join()
    assert len(failures) == 1
    assert set(threading.enumerate()) == before


def test_a_closed_listener_refuses(gateway):
    """Its port is given back."""
    with gateway.open(lambda _: GOOD) as listener:
        pass
    listener.close()
    with pytest.raises(aiohttp.ClientConnectorError):
        ask(listener.url)


def test_a_failing_responder_is_a_fault_of_the_harness(listen, caplog):
    """The client gets HTTP 500 marked as ours, and the log says why."""

    def fail(_):
        raise LookupError("no such thing")

    status, headers, body = ask(listen(fail).url)
    assert (status, headers["X-Harness"], body) == (500, "fault", b"")
    assert "no such thing" in caplog.text


def test_a_gateway_that_does_not_run_says_so():
    """Instead of hanging."""
    with pytest.raises(HarnessFault, match="not running"):
        Gateway().open(lambda _: GOOD)


def test_a_listener_cannot_be_opened_from_the_gateways_own_thread(gateway, listen):
    """It would wait for itself."""
    caught = []

    def responder(_):
        try:
            gateway.open(lambda _: GOOD)
        except HarnessFault as error:
            caught.append(error)
        return GOOD

    ask(listen(responder).url)
    assert len(caught) == 1


def test_every_delay_is_a_timer_of_the_given_loop():
    """The clock of the loop that was plugged in decides how long a slow answer takes."""

    class Hasty(asyncio.SelectorEventLoop):
        def call_later(self, delay, callback, *args, context=None):
            return super().call_later(delay / 1000, callback, *args, context=context)

    with Gateway(loop_factory=Hasty) as gateway, gateway.open(lambda _: GOOD) as listener:
        for wire in (Wire.SLOW_BODY, Wire.SLOW_FIRST_BYTE):
            listener.responder = lambda _, wire=wire: replace(GOOD, wire=wire, delay=60.0)
            assert ask(listener.url)[2] == GOOD.body


@pytest.mark.parametrize(
    ("method", "status", "expected"), [("HEAD", 200, b""), ("GET", 204, b""), ("GET", 304, b""), ("DELETE", 200, b"x")]
)
def test_answers_that_have_no_body_leave_the_connection_usable(listen, method, status, expected):
    """A stray byte would be read as the next answer."""
    listener = listen(lambda _: Reply(status, "Some Reason", (), b"x"))

    async def main():
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as session:
            for _ in range(2):
                async with session.request(method, listener.url) as answer:
                    assert (answer.status, answer.reason, await answer.read()) == (status, "Some Reason", expected)
            return listener.connections()

    assert asyncio.run(main()) == 1


def test_a_client_that_asks_to_close_is_closed(listen):
    """`Connection: close` is honoured, and so is HTTP/1.0."""
    listener = listen(lambda _: GOOD)
    assert ask(listener.url, headers={"Connection": "close"})[1]["Connection"] == "close"
    with socket.create_connection(("127.0.0.1", listener.port)) as old:
        old.sendall(b"GET / HTTP/1.0\r\n\r\n")
        answer = b"".join(iter(lambda: old.recv(4096), b""))
    assert answer.endswith(b"\r\nConnection: close\r\n\r\n" + GOOD.body)


def test_with_tls_a_client_that_verifies_refuses_and_one_that_does_not_is_answered():
    """A connector that does not verify certificates can be told from one that does."""
    with Gateway(tls=True) as gateway, gateway.open(lambda _: GOOD) as listener:
        assert listener.url.startswith("https://127.0.0.1:")
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            ask(listener.url)
        with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
            urllib.request.urlopen(listener.url)  # noqa: S310 - loopback
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        assert ask(listener.url, ssl=trusting)[2] == GOOD.body
        assert len(listener.log) == 1


def test_a_client_that_waits_for_leave_to_send_its_body_gets_it(listen):
    """As curl does with a large one."""
    listener = listen(lambda request: Reply(200, "OK", (), request.body))
    with socket.create_connection(("127.0.0.1", listener.port), timeout=5) as client:
        headers = "Host: 127.0.0.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close"
        client.sendall(f"POST /x HTTP/1.1\r\n{headers}\r\n\r\n".encode())
        assert client.recv(100).startswith(b"HTTP/1.1 100 ")
        client.sendall(b"ok")
        answer = b"".join(iter(lambda: client.recv(1000), b""))
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"ok")
