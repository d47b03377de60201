"""What other tools recorded is read to the byte, and what cannot be taken is counted."""

import base64
import gzip
import json
import zlib
from pathlib import Path

import pytest

from harness.cassette import flows, har, tape
from harness.cassette.capture import plain_body
from harness.cassette.gathering import gather
from harness.cassette.model import Environment
from harness.cassette.sources import open_source
from harness.cassette.tape import Direction, Kind
from harness.errors import UsageError
from harness.venues import venue

FLOWS = Path(__file__).parent / "data" / "mitmproxy.flow"  # written by mitmproxy 11.0.2
LIGHTER = venue("lighter")
HOST = "https://mainnet.zklighter.elliot.ai"


def entry(url=f"{HOST}/api/v1/status", status=200, content=None, at="2026-06-01T10:00:00.250+02:00", **changed):
    """One entry of a HAR file."""
    request = {
        "method": "GET",
        "url": url,
        "headers": [{"name": ":path", "value": "/"}, {"name": "Accept", "value": "*/*"}],
    }
    content = {"size": 2, "mimeType": "application/json", "text": "{}"} if content is None else content
    return {
        "startedDateTime": at,
        "request": {**request, **changed.pop("request", {})},
        "response": {"status": status, "statusText": "OK", "headers": changed.pop("headers", []), "content": content},
        **changed,
    }


def saved(folder, *entries, name="browser.har"):
    """A HAR file of these entries."""
    path = folder / name
    path.write_text(
        json.dumps({"log": {"version": "1.2", "creator": {"name": "Firefox", "version": "140"}, "entries": entries}})
    )
    return path


def gathered(*paths, environment=None, facts=LIGHTER):
    """What is taken of some sources."""
    captures = (capture for path in paths for capture in open_source(path, facts, environment))
    return gather(captures, facts, "taken", environment)


def test_a_browsers_archive_becomes_interactions(tmp_path):
    """Base64 bodies, redirects without one, bodies that were not kept, requests that nobody answered."""
    body = b'{"n": 1e-7, "b": "\xc3\xbc"} \xff'
    read = har.read(
        saved(
            tmp_path,
            entry(content={"size": 9, "text": base64.b64encode(body).decode(), "encoding": "base64"}),
            entry(status=302, content={"size": 5}, headers=[{"name": "Location", "value": "/x"}]),
            entry(content={"size": 900}),
            entry(status=0),
            entry(request={"method": "POST", "postData": {"mimeType": "text/plain", "text": "a=b"}}),
            entry(headers=[{"name": "Set-Cookie", "value": "a=b\nc=d"}]),
        )
    )
    first, redirect, post, cookies = (exchange.interaction for exchange in read.exchanges)
    assert first.response.body == body
    assert first.request.headers == {"Accept": ("*/*",)}
    assert (redirect.response.status, redirect.response.headers) == (302, {"Location": ("/x",)})
    assert post.request.body == b"a=b"
    assert cookies.response.headers == {"Set-Cookie": ("a=b", "c=d")}
    assert read.exchanges[0].at.isoformat() == "2026-06-01T08:00:00.250000+00:00"
    assert read.left_out == {"without the body of the answer": 1, "without an answer": 1}
    assert read.tools == {"Firefox": "140"}


def test_the_messages_of_a_browser_become_frames_in_the_order_of_time(tmp_path):
    """Two connections, interleaved; their times count from the first."""
    messages = [
        {"type": "send", "time": 1780300800.5, "opcode": 1, "data": '{"type":"subscribe"}'},
        {"type": "receive", "time": 1780300802.75, "opcode": 1, "data": '{"p": 0.10}'},
        {"type": "receive", "time": 1780300803, "opcode": 2, "data": "AP8="},
        {"type": "error", "time": 1780300804, "opcode": -1, "data": "gone"},
    ]
    url = "wss://mainnet.zklighter.elliot.ai/stream?readonly=true"
    path = saved(
        tmp_path,
        entry(url, 101, at="2026-06-01T08:00:00Z", _webSocketMessages=messages),
        entry(url, 101, at="2026-06-01T08:00:01Z", _webSocketMessages=[]),
    )
    frames = tuple(gathered(path).tape.frames)
    assert [(f.at, f.connection, f.direction, f.kind, f.text) for f in frames] == [
        (0, 1, Direction.SENT, Kind.OPEN, "/stream?readonly=true"),
        (500, 1, Direction.SENT, Kind.TEXT, '{"type":"subscribe"}'),
        (1000, 2, Direction.SENT, Kind.OPEN, "/stream?readonly=true"),
        (2750, 1, Direction.RECEIVED, Kind.TEXT, '{"p": 0.10}'),
        (3000, 1, Direction.RECEIVED, Kind.BINARY, "AP8="),
    ]


def test_a_flow_file_of_mitmproxy_becomes_interactions_and_frames():
    """Compressed bodies are plain, invalid UTF-8 is kept, other flows are counted."""
    read = flows.read(FLOWS)
    balance, refused, order, _ = (exchange.interaction for exchange in read.exchanges)
    assert balance.request.uri == "https://api.starknet.extended.exchange/api/v1/user/balance"
    assert balance.response.body == b'{"status":"OK","data":{"equity":"12.50","balance": 0.10}}'
    assert (refused.response.status, refused.response.body) == (403, b"<html>\xff 403</html>")
    assert (order.request.method, order.request.body[:10]) == ("POST", b'{"market":')
    (socket,) = read.sockets
    assert socket.url == "wss://api.starknet.extended.exchange/stream.extended.exchange/v1/account"
    assert [(message.at - socket.at, message.kind, message.text) for message in socket.messages] == [
        (125, Kind.TEXT, '{"type":"BALANCE","seq":1}'),
        (500, Kind.BINARY, "AP8="),
    ]
    assert read.left_out == {"without an answer": 1, "neither HTTP nor WebSocket": 1}


@pytest.mark.parametrize("cut", [1, 100, 5000])
def test_a_flow_file_that_is_cut_short_is_refused(tmp_path, cut):
    """And says where, and how to mend it."""
    path = tmp_path / "cut.flow"
    path.write_bytes(FLOWS.read_bytes()[:-cut])
    with pytest.raises(UsageError, match="not a flow file: it is cut short; save it with mitmdump"):
        flows.read(path)


def test_only_the_venue_is_taken_and_other_hosts_are_named(tmp_path):
    """A browser talks to many."""
    others = map(entry, ("https://cdn.example.com/a.js", "https://cdn.example.com/b.js", "data:,"))
    path = saved(tmp_path, entry(), *others)
    told = gathered(path)
    assert [interaction.request.uri for interaction in told.cassette.interactions] == [f"{HOST}/api/v1/status"]
    assert told.other_hosts == {"cdn.example.com": 2, "(no host)": 1}
    assert told.tape is None


def test_the_provenance_tells_where_from_when_and_with_what(tmp_path):
    """The earliest original time, the environment of the host."""
    url = f"{HOST.replace('mainnet', 'testnet')}/api/v1/status"
    path = saved(tmp_path, entry(url, at="2026-05-02T00:00:00Z"), entry(url, at="2026-05-01T00:00:00Z"))
    told = gathered(path).provenance
    assert (told.venue, told.environment, told.scenario) == ("lighter", Environment.TESTNET, "taken")
    assert told.recorded_at == "2026-05-01T00:00:00Z"
    assert told.tools["Firefox"] == "140"
    assert told.note == "imported from 1 HAR file"


def test_exchanges_are_put_in_the_order_of_time(tmp_path):
    """Whatever the order of the sources."""
    later = saved(tmp_path, entry(f"{HOST}/api/v1/later", at="2026-05-02T00:00:00Z"), name="a.har")
    early = saved(tmp_path, entry(f"{HOST}/api/v1/early", at="2026-05-01T00:00:00Z"), name="b.har")
    uris = [interaction.request.uri for interaction in gathered(later, early).cassette.interactions]
    assert uris == [f"{HOST}/api/v1/early", f"{HOST}/api/v1/later"]


def test_one_environment_has_to_be_chosen(tmp_path):
    """A scenario of two would be a lie."""
    path = saved(tmp_path, entry(), entry(f"{HOST.replace('mainnet', 'testnet')}/api/v1/status"))
    with pytest.raises(UsageError, match=r"several environments: mainnet \(1\), testnet \(1\); .*--environment"):
        gathered(path)
    told = gathered(path, environment=Environment.TESTNET)
    assert len(told.cassette.interactions) == 1
    assert told.left_out == {"from mainnet": 1}


def test_nothing_of_the_venue_is_wrong_usage_that_names_what_is_there(tmp_path):
    """Most likely the venue is another one."""
    with pytest.raises(UsageError, match=r"nothing of Lighter in it; there is example.com \(1\)"):
        gathered(saved(tmp_path, entry("https://example.com/")))


def test_a_cassette_of_another_project_is_taken_without_its_encoding(tmp_path):
    """Vcrpy keeps compressed bodies as they came, with the header or, after `decode_compressed_response`, without."""
    body = base64.b64encode(gzip.compress(b'{"code":200}')).decode()
    path = tmp_path / "theirs.yaml"
    path.write_text(
        f"""\
version: 1
interactions:
- request: {{method: GET, uri: '{HOST}/api/v1/status', body: null, headers: {{}}}}
  response:
    status: {{code: 200, message: OK}}
    headers: {{Content-Encoding: [gzip], Date: ['Mon, 01 Jun 2026 07:00:00 GMT']}}
    body: {{string: !!binary "{body}"}}
"""
    )
    told = gathered(path)
    assert told.cassette.interactions[0].response.body == b'{"code":200}'
    assert told.provenance.recorded_at == "2026-06-01T07:00:00Z"


def test_payload_files_are_taken_by_where_they_come_from(tmp_path):
    """Recorded ones need the environment, documented ones are documentation, invented ones stay behind."""
    for name, kind in (("a", "recorded"), ("b", "documented"), ("c", "mock")):
        document = {
            "exchange": "lighter",
            "transport": "rest",
            "method": "GET",
            "path": "/api/v1/account",
            "query": "by=index&value=1",
            "status": 200,
            "body": {"kind": kind},
            "provenance": {"kind": kind},
        }
        (tmp_path / f"{name}.json").write_text(json.dumps(document))
    with pytest.raises(UsageError, match="of which environment it is; add --environment"):
        gathered(tmp_path)
    told = gathered(tmp_path, environment=Environment.MAINNET)
    assert [(i.request.uri, i.response.body) for i in told.cassette.interactions] == [
        (f"{HOST}/api/v1/account?by=index&value=1", b'{"kind":"recorded"}')
    ]
    assert told.left_out == {"that somebody made up": 1, "from documentation": 1}
    assert gathered(tmp_path, environment=Environment.DOCUMENTATION).provenance.environment is Environment.DOCUMENTATION


def test_a_tape_of_our_own_is_taken_with_its_provenance(tmp_path):
    """Frames as they were, environment and time as they are told."""
    first = gathered(saved(tmp_path, entry("wss://mainnet.zklighter.elliot.ai/stream", 101, _webSocketMessages=[])))
    path = tmp_path / f"one{tape.SUFFIX}"
    tape.save(path, first.tape)
    again = gathered(path)
    assert tuple(again.tape.frames) == tuple(first.tape.frames)
    assert again.provenance.recorded_at == first.provenance.recorded_at


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.har", "{}", "not a HAR file"),
        ("a.har", '{"log": {"entries": [{"request": {}}]}}', "entry 1 is not complete"),
        ("a.txt", "hello", "of no known kind"),
        ("a.flow", "5:hello?junk", "not a flow file: a value of an unknown type"),
        ("a.flow", "2:{},", "flow 1 is not complete"),
        ("a.yaml", "[]", "not a cassette"),
        ("a.json", "{}", "not a payload file"),
    ],
)
def test_what_is_no_recording_is_refused(tmp_path, name, content, told):
    """With the file and how to mend it."""
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(UsageError, match=told) as refused:
        gathered(path)
    assert name in str(refused.value)


@pytest.mark.parametrize(
    ("body", "encoding", "told"),
    [
        (gzip.compress(b"{}", mtime=0), "gzip", b"{}"),
        (gzip.compress(b"{}", mtime=0), "", b"{}"),
        (zlib.compress(b"{}"), "deflate", b"{}"),
        (zlib.compress(gzip.compress(b"{}", mtime=0)), "gzip, deflate", b"{}"),
        (b"{}", "br", b"{}"),
        (b"{}", "gzip", b"{}"),
        (b"\x8b\xff", "br", None),
        (gzip.compress(b"{}", mtime=0)[:-9], "gzip", None),
        (b"\xff\x00", "", b"\xff\x00"),
    ],
)
def test_content_encodings_are_undone_where_they_were_not(body, encoding, told):
    """What cannot be undone cannot be redacted either, and is not taken."""
    headers = {"Content-Encoding": (encoding,)} if encoding else {}
    assert plain_body(body, headers) == told
