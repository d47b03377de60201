"""A server that runs for long: what it refuses, what is switched while it runs, and what it remembers."""

import json
import socket

import aiohttp
import pytest
from gateway_support import VENUE, ask, cassette, converse, raw_websocket, recording, taped, texts
from multidict import CIMultiDict, CIMultiDictProxy

from harness.errors import UsageError
from harness.gateway import Reply, Request, Seen
from harness.gateway.faults import FAULTS
from harness.gateway.guard import LOOPBACK, Guard
from harness.gateway.index import Index, Playback
from harness.gateway.journal import KEPT, Journal
from harness.gateway.player import Pace, TapePlayer
from harness.gateway.service import Service
from harness.gateway.switchboard import SWITCHABLE, Switchboard
from harness.venues import venue

ACCOUNT = "/account?by=index&value=1"
ANSWERS = (
    recording("GET", ACCOUNT, b'{"n":1}'),
    recording("GET", ACCOUNT, b'{"n":2}'),
    recording("GET", "/orders/7", b'{"order":7}'),
)


@pytest.fixture
def service(listen):
    """Serve the made-up venue; `service.lines` are what was told."""

    def opened(*, player=None, guard=None, armed=()):
        lines = []
        switchboard = Switchboard(Playback(Index(VENUE, cassette(*ANSWERS))))
        for name, endpoint in armed:
            switchboard.arm(name, endpoint)
        made = Service(switchboard, player, Journal(lines.append), guard or Guard())
        listener = listen(made)
        listener.sockets, listener._note = made.converse, made.note
        opened.lines, opened.listener, opened.base = lines, listener, f"{listener.url}/api/v1"
        return opened

    return opened


def control(service, method, path):
    """Status and document of the control API."""
    status, _, body = ask(f"{service.listener.url}/__harness__/{path}", method=method)
    return status, json.loads(body)


def raw(listener, request):
    """The whole answer to bytes as they are."""
    with socket.create_connection(("127.0.0.1", listener.port), timeout=5) as connection:
        connection.sendall(request)
        heard = b""
        while b"\r\n\r\n" not in heard and (chunk := connection.recv(65_536)):
            heard += chunk
    return heard


def head(listener, target="/api/v1/account", *lines):
    """A request as bytes."""
    host = f"Host: 127.0.0.1:{listener.port}"
    return "\r\n".join([f"GET {target} HTTP/1.1", *(lines or (host,)), "", ""]).encode("latin-1")


@pytest.mark.parametrize(
    "target",
    [
        "/api/v1/../../etc/passwd",
        "/..",
        "/api/v1/account/.",
        "/api/v1/%2e%2e/%2e%2e/etc/passwd",
        "/api/v1/..%2f..%2fetc",
        "/api/v1/%252e%252e/etc",
        "/api/v1/%25252e%25252e/etc",
        "/api/v1/%2525252525252e/etc",
        "/api/v1\\..\\etc",
        "/api/v1/%5c..%5cetc",
        "/api/v1/account%00",
        "/api/v1/account%0d%0aX:1",
        "http://evil.test/api/v1/account",
        "*",
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(service, target):
    """Once, twice or three times encoded, and absolute targets."""
    service()
    answer = raw(service.listener, head(service.listener, target))
    assert b" 400 " in answer.partition(b"\r\n")[0]


@pytest.mark.parametrize("target", ["/api/v1/orders/a.b", "/api/v1/orders/..a", "/api/v1/orders/a%20b..", "/v1.0/x"])
def test_a_path_with_innocent_dots_is_not_refused(target):
    """Extended's stream has some."""
    assert asked_of(Guard(), target, Host="127.0.0.1") is None


def asked_of(guard, path="/", **headers):
    """The status of a refusal."""
    refusal = guard.refusal(Request("GET", path, "", CIMultiDictProxy(CIMultiDict(headers)), b""))
    return refusal and refusal.status


@pytest.mark.parametrize(
    "host",
    [
        "evil.test",
        "evil.test:80",
        "127.0.0.1.evil.test",
        "localhost.evil.test",
        "",
        "192.168.0.7",
        "[::2]:80",
        "a:b:c",
        "[",
    ],
)
def test_a_foreign_host_is_refused(host):
    """A name that was rebound to loopback is still that name."""
    assert asked_of(Guard(), Host=host) == 403


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8080", "localhost:1", "LOCALHOST", "[::1]:80"])
def test_loopback_by_any_of_its_names_is_not(host):
    """With or without port."""
    guard = Guard()
    assert asked_of(guard, Host=host) is None
    assert asked_of(guard, Host=host, Origin="http://localhost:3000") is None


@pytest.mark.parametrize(
    "origin", ["https://evil.test", "null", "", "http://127.0.0.1.evil.test", "file://", "http://["]
)
def test_a_foreign_origin_is_refused(origin):
    """A page in a browser always says where it is from."""
    assert asked_of(Guard(), Host="127.0.0.1", Origin=origin) == 403


def test_an_exposed_server_is_asked_by_address_or_by_a_name_that_was_allowed():
    """Any address, since none can be rebound."""
    guard = Guard({*LOOPBACK, "harness.lan"}, any_address=True)
    assert [asked_of(guard, Host=host) for host in ("192.168.0.7:80", "Harness.LAN", "evil.test")] == [None, None, 403]


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"NONSENSE\r\n\r\n", b" 400 "),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", b" 400 "),
        (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b" 400 "),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20_000 + b"\r\n\r\n", b" 400 "),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: 1\r\n" * 500 + b"\r\n", b" 400 "),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.test\r\n\r\n", b" 400 "),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", b" 400 "),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b" 400 "),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n" + b"a" * 1_100_000, b" 413 "),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b" 400 "),
    ],
    ids=["nonsense", "header", "target", "field", "fields", "hosts", "length", "smuggling", "body", "tls"],
)
def test_broken_http_and_absurd_sizes_are_refused(service, request_, status):
    """By the server's parser, before a recording is looked for; and it goes on serving."""
    service()
    assert status in raw(service.listener, request_).partition(b"\r\n")[0]
    assert ask(f"{service.base}/orders/7")[0] == 200


def test_what_is_refused_is_noted_and_nothing_secret_is(service):
    """No query, no header, no body, no long word of a path."""
    service()
    token = "s3cr3tT0ken" * 4
    ask(f"{service.base}/account?by=index&value=1&auth={token}", headers={"X-Api-Key": token})
    ask(f"{service.base}/{token}", method="POST", data=token.encode())
    raw(service.listener, b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n" + b"a" * 1_100_000)
    told = [line.split(" ", 1)[1] for line in service.lines]
    assert told == ["GET /api/v1/account 200", "POST /api/v1/(hidden) 501 not recorded", "POST /x 413"]
    assert token not in json.dumps(control(service, "GET", "log"))


def test_a_fault_is_switched_on_and_off_while_it_runs(service):
    """For one endpoint or for all; the one of an endpoint has the say there."""
    service()
    order, account = f"{service.base}/orders/7", f"{service.base}{ACCOUNT}"
    assert control(service, "PUT", "faults/http-503?endpoint=order")[1]["armed"] == [
        {"fault": "http-503", "endpoint": "order"}
    ]
    assert (ask(order)[0], ask(account)[0]) == (503, 200)
    control(service, "PUT", "faults/http-429")
    assert (ask(order)[0], ask(account)[0]) == (503, 429)
    assert control(service, "DELETE", "faults/http-503")[1]["armed"] == [{"fault": "http-429", "endpoint": ""}]
    assert ask(order)[0] == 429
    assert control(service, "DELETE", "faults")[1]["armed"] == []
    assert (ask(order)[0], ask(account)[0]) == (200, 200)


def test_the_fault_of_an_endpoint_can_be_taken_away_alone(service):
    """By the endpoint, or by both."""
    service(armed=[("http-500", ""), ("http-503", "order"), ("http-503", "account")])
    control(service, "DELETE", "faults?endpoint=order")
    assert control(service, "DELETE", "faults/http-500?endpoint=account")[1]["armed"] == [
        {"fault": "http-500", "endpoint": ""},
        {"fault": "http-503", "endpoint": "account"},
    ]


def test_every_fault_but_one_can_be_switched(service):
    """Who refuses connections could not be told to stop."""
    assert set(FAULTS) - set(SWITCHABLE) == {"refused"}
    service()
    names = [fault["name"] for fault in control(service, "GET", "faults")[1]["known"]]
    assert names == list(SWITCHABLE)
    status, told = control(service, "PUT", "faults/refused")
    assert status == 400
    assert "reset-before" in told["error"]


def test_what_is_not_recorded_does_not_fail_but_is_not_found(service):
    """A fault takes a good answer."""
    service(armed=[("http-503", "")])
    assert ask(f"{service.base}/orders/8")[0] == 501
    assert service.lines[-1].endswith("GET /api/v1/orders/8 501 not recorded")


def test_a_broken_connection_is_noted_as_what_it_was(service):
    """The status alone would say that all is well."""
    service(armed=[("reset-before", "order")])
    with pytest.raises(aiohttp.ClientError):
        ask(f"{service.base}/orders/7")
    assert service.lines[-1].endswith("GET /api/v1/orders/7 200 reset before")


def test_a_step_is_chosen_and_given_up(service):
    """In a step every question has its k-th answer; then they are played on in order."""
    service()
    url = f"{service.base}{ACCOUNT}"
    assert control(service, "PUT", "phase/1")[1]["phase"] == 1
    assert [ask(url)[2] for _ in range(2)] == [b'{"n":2}'] * 2
    assert control(service, "DELETE", "phase")[1]["phase"] is None
    assert [ask(url)[2] for _ in range(3)] == [b'{"n":1}', b'{"n":2}', b'{"n":2}']


def test_a_reset_brings_back_the_start(service):
    """Answers, step, log and the faults of the command line."""
    service(armed=[("http-503", "order")])
    url = f"{service.base}{ACCOUNT}"
    assert ask(url)[2] == b'{"n":1}'
    control(service, "PUT", "faults/http-429")
    control(service, "DELETE", "faults?endpoint=order")
    control(service, "PUT", "phase/7")
    status, state = control(service, "POST", "reset")
    assert status == 200
    assert (state["armed"], state["phase"]) == ([{"fault": "http-503", "endpoint": "order"}], None)
    assert control(service, "GET", "log")[1]["latest"] == []
    assert ask(url)[2] == b'{"n":1}'


def test_the_log_says_what_was_asked_but_for_the_control_api(service):
    """With times, and it can be emptied."""
    service()
    ask(f"{service.base}{ACCOUNT}")
    log = control(service, "GET", "log")[1]
    assert log["seen"] == 1
    (entry,) = log["latest"]
    at = entry.pop("at")
    assert at.endswith("+00:00")
    assert entry == {"method": "GET", "path": "/api/v1/account", "status": 200, "wire": "whole", "unmatched": False}
    assert control(service, "DELETE", "log")[1] == {"seen": 1, "latest": []}


def test_the_journal_forgets_the_oldest():
    """However long it runs."""
    journal = Journal()
    seen = Seen(0.0, "GET", "/", "", CIMultiDictProxy(CIMultiDict()), b"", Reply(200, "OK"))
    for _ in range(KEPT + 5):
        journal.note(seen)
    assert (journal.seen, len(journal.entries())) == (KEPT + 5, KEPT)


@pytest.mark.parametrize(
    ("method", "path", "status", "told"),
    [
        ("GET", "", 200, '"venue"'),
        ("GET", "nothing", 404, "/__harness__/faults"),
        ("GET", "faults/a/b", 404, "control API"),
        ("POST", "faults", 405, "GET, PUT, DELETE"),
        ("GET", "reset", 405, "POST"),
        ("PUT", "faults/nope", 400, "unknown fault 'nope'; known are http-400"),
        ("PUT", "faults", 400, "unknown fault ''"),
        ("PUT", "faults/http-503?endpoint=nope", 400, "unknown endpoint 'nope'; known are account"),
        ("PUT", "phase/first", 400, "from 0"),
        ("PUT", "phase/-1", 400, "from 0"),
        ("PUT", "phase/٣", 400, "from 0"),
    ],
)
def test_the_control_api_says_what_it_can_do(service, method, path, status, told):
    """In JSON, whatever was asked."""
    service()
    found, document = control(service, method, path)
    assert found == status
    assert told in json.dumps(document, ensure_ascii=False)


def test_the_control_api_is_as_careful_as_the_rest(service):
    """A page must not switch faults on."""
    service()
    url = f"{service.listener.url}/__harness__/faults/http-503"
    assert ask(url, method="PUT", headers={"Origin": "https://evil.test"})[0] == 403
    assert ask(url, method="PUT", headers={"Host": "evil.test"})[0] == 403
    assert ask(f"{service.base}/orders/7")[0] == 200


def test_websockets_are_guarded_alike(service, tmp_path):
    """Origin, host, the control API, and where there is no tape."""
    service()
    lines = [(0, 1, ">", "/stream", "open"), (1, 1, "<", "{}")]
    player = TapePlayer(venue("lighter"), [taped(tmp_path / "a.ws.jsonl", *lines)], pace=Pace.FAST)
    statuses = []
    for made, path, *more in (
        (None, "/stream"),
        (player, "/__harness__/log"),
        (player, "/stream", "Origin: https://evil.test"),
        (player, "/stream/../x"),
    ):
        service(player=made)
        with raw_websocket(service.listener, path, *more) as connection:
            statuses.append(connection.recv(65_536).split(b" ")[1])
    assert statuses == [b"501", b"400", b"403", b"400"]
    assert converse(f"{service.listener.url}/stream", lambda s: texts(s, 1)) == ["{}"]
    assert service.lines[-1].endswith("GET /stream 101")


def test_a_switchboard_knows_its_endpoints():
    """Before anything is asked."""
    switchboard = Switchboard(Playback(Index(VENUE)))
    with pytest.raises(UsageError, match="unknown endpoint 'balance'"):
        switchboard.arm("http-503", "balance")
    with pytest.raises(UsageError, match="unknown fault 'x'"):
        switchboard.disarm("x")
