"""`harness serve`, called as a user calls it: in a process of its own, until it is interrupted."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import aiohttp
import pytest

from harness import resources
from harness.cassette.tape import Direction, load
from harness.commands.serve import Request, run
from harness.errors import UsageError

ACCOUNT = "/api/v1/account?by=index&value=281473"


class Served:
    """A running server: its process, and the addresses that it printed."""

    def __init__(self, folder, *arguments):
        command = [sys.executable, "-m", "harness", "serve", *map(str, arguments)]
        environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
        self.process = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", env=environment
        )
        self.banner = []
        for line in self.process.stdout:
            self.banner.append(line.rstrip("\n"))
            if line.startswith("control"):
                break
        found = dict(line.split(maxsplit=1) for line in self.banner[1:])
        self.rest, self.ws, self.control = found.get("REST"), found.get("WebSocket"), found.get("control")

    def get(self, url, **headers):
        """Status and body."""
        return self.ask("GET", url, **headers)

    def ask(self, method, url, **headers):
        """Status and body of any request."""
        asked = urllib.request.Request(url, method=method, headers=headers)  # noqa: S310 - loopback
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310 - loopback
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def end(self, number=signal.SIGTERM):
        """Exit code, what was printed after the banner, and what on standard error."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out, err


@pytest.fixture
def serve(tmp_path):
    """Start servers from a folder outside the checkout; they end with the test."""
    running = []

    def started(*arguments):
        running.append(Served(tmp_path, *arguments))
        return running[-1]

    yield started
    for one in running:
        if one.process.poll() is None:
            one.process.kill()
        one.process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_interrupted_and_ends_well(serve, number):
    """Exit code 0, a line for each request and nothing on standard error, although a client is connected."""
    served = serve("--venue", "lighter")
    assert served.banner[0] == "Lighter, long_and_short (documentation): 16 answers, a tape"
    status, body = served.get(f"{served.rest}{ACCOUNT}&auth=s3cr3t", Authorization="s3cr3t")
    assert status == 200
    assert json.loads(body)["accounts"][0]["index"] == 281473
    port = int(served.rest.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)):
        code, out, err = served.end(number)
    assert (code, err) == (0, "")
    assert re.fullmatch(r"\d\d:\d\d:\d\d GET /api/v1/account 200\n", out)


def test_a_websocket_client_hears_the_tape(serve):
    """As fast as possible; what no tape answers is told on the terminal."""
    served = serve("--venue", "extended", "--pace", "fast")
    expected = [
        frame.text
        for frame in load(resources.cassettes() / "extended" / "long_and_short.ws.jsonl").frames
        if frame.connection == 1 and frame.direction is Direction.RECEIVED
    ]

    async def main():
        async with aiohttp.ClientSession() as session:
            async with session.ws_connect(f"{served.ws}/account?X-API-KEY=s3cr3t") as client:
                heard = [await client.receive_str(timeout=10) for _ in expected]
            async with session.ws_connect(f"{served.ws}/orderbooks/NO-USD") as client:
                return heard, json.loads(await client.receive_str(timeout=10))

    heard, refusal = asyncio.run(main())
    assert heard == expected
    assert refusal["error"] == {"code": 1001, "message": "/orderbooks/NO-USD: not recorded"}
    _, out, _ = served.end()
    assert "not recorded: /orderbooks/NO-USD\n" in out
    assert "s3cr3t" not in out


def test_faults_are_armed_on_the_command_line_and_switched_while_it_runs(serve):
    """By the control API, which is printed."""
    served = serve("--venue", "lighter", "--fault", "http-503:account", "--fault", "http-429", "--quiet")
    account, books = f"{served.rest}{ACCOUNT}", f"{served.rest}/api/v1/orderBooks"
    assert (served.get(account)[0], served.get(books)[0]) == (503, 429)
    assert served.ask("DELETE", f"{served.control}faults")[0] == 200
    assert (served.get(account)[0], served.get(books)[0]) == (200, 200)
    assert served.ask("PUT", f"{served.control}faults/html-200?endpoint=order-books")[0] == 200
    assert served.get(books)[1].startswith(b"<!DOCTYPE html>")
    assert json.loads(served.get(f"{served.control}log")[1])["seen"] == 5
    assert served.end() == (0, "", "")


def test_a_step_of_a_scenario_is_chosen(serve):
    """The position in the middle has gone in the second one."""
    served = serve("--venue", "hyperliquid", "--scenario", "open_then_closed", "--quiet")
    assert served.ws is None, "there is no tape of this scenario"
    assert served.ask("PUT", f"{served.control}phase/1")[0] == 200
    body = json.dumps({"type": "clearinghouseState", "user": "0x67f69b59f89ce5a890b0b9ae47d9e0c282f3426c"}).encode()
    asked = urllib.request.Request(f"{served.rest}/info", body, {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310 - loopback
        assert len(json.loads(answer.read())["assetPositions"]) == 2


def test_recordings_of_ones_own_are_served(serve, tmp_path):
    """A cassette with the tape beside it, or a folder in which other venues are left out."""
    own = tmp_path / "mine"
    own.mkdir()
    for suffix in (".yaml", ".ws.jsonl"):
        for name in ("lighter", "extended"):
            data = (resources.cassettes() / name / f"long_and_short{suffix}").read_bytes()
            (own / f"{name}{suffix}").write_bytes(data)
    for scenario in ("mine/lighter.yaml", "mine"):
        served = serve("--venue", "lighter", "--scenario", scenario)
        assert served.banner[0] == f"Lighter, {scenario} (documentation): 16 answers, a tape"
        assert served.get(f"{served.rest}{ACCOUNT}")[0] == 200
    served = serve("--venue", "lighter", "--scenario", "mine/lighter.ws.jsonl")
    assert served.banner[0] == "Lighter, mine/lighter.ws.jsonl (documentation): 0 answers, a tape"


def test_a_port_that_is_taken_is_named_in_one_line(harness, serve):
    """By another server, or by anybody."""
    served = serve("--venue", "lighter")
    port = served.rest.rpartition(":")[2]
    ended = harness("serve", "--venue", "lighter", "--port", port)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == f"harness: --port: port {port} is taken; name another one, or 0\n"
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert f"port {port} is taken" in harness("serve", "--venue", "lighter", "--port", port).err


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        ([], ["--venue"]),
        (["--venue", "binance"], ["binance", "extended, lighter, hyperliquid"]),
        (["--venue", "lighter", "--scenario", "nope"], ["--scenario", "'nope'", "long_and_short"]),
        (["--venue", "lighter", "--scenario", "../extended/flat"], ["--scenario", "../extended/flat"]),
        (["--venue", "lighter", "--scenario", "a.txt"], ["a.txt", "neither a cassette nor a tape"]),
        (["--venue", "lighter", "--scenario", "empty"], ["empty", "no cassette or tape of lighter"]),
        (["--venue", "lighter", "--scenario", "extended.yaml"], ["extended.yaml", "of extended", "--venue extended"]),
        (["--venue", "lighter", "--host", "0.0.0.0"], ["--host", "0.0.0.0", "--expose"]),  # noqa: S104 - refused
        (["--venue", "lighter", "--host", "::"], ["--host", "--expose"]),
        (["--venue", "lighter", "--host", "example.com"], ["--host", "no IP address"]),
        (["--venue", "lighter", "--host", "203.0.113.7", "--expose"], ["--host 203.0.113.7", "cannot listen"]),
        (["--venue", "lighter", "--port", "70000"], ["--port", "70000"]),
        (["--venue", "lighter", "--port", "-1"], ["--port", "-1"]),
        (["--venue", "lighter", "--pace", "slow"], ["--pace", "slow", "recorded, fast"]),
        (["--venue", "lighter", "--fault", "nope"], ["--fault nope", "unknown fault 'nope'", "http-503"]),
        (["--venue", "lighter", "--fault", "http-503:x"], ["--fault http-503:x", "unknown endpoint 'x'", "account"]),
        (["--venue", "lighter", "--fault", "refused"], ["--fault refused", "reset-before"]),
    ],
    ids=str,
)
def test_options_that_make_no_sense_are_named(harness, tmp_path, monkeypatch, arguments, parts):
    """In one line, and nothing is served."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("")
    (tmp_path / "empty").mkdir()
    cassette = (resources.cassettes() / "extended" / "flat.yaml").read_bytes()
    (tmp_path / "extended.yaml").write_bytes(cassette)
    ended = harness("serve", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.count("\n") == 1
    for part in parts:
        assert part in ended.err


def test_loopback_has_two_families_and_a_name(serve):
    """Whatever of them is asked for is listened on, and nothing else."""
    served = serve("--venue", "lighter", "--host", "localhost")
    assert served.rest.startswith("http://127.0.0.1:")
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    served = serve("--venue", "lighter", "--host", "::1")
    assert served.rest.startswith("http://[::1]:")
    assert served.get(f"{served.rest}{ACCOUNT}")[0] == 200


def test_nothing_of_a_broken_request_is_printed(serve):
    """Neither a header that is none, nor a token where a subprotocol should be, nor a path with control characters."""
    served = serve("--venue", "lighter")
    port = int(served.rest.rpartition(":")[2])
    host = f"Host: 127.0.0.1:{port}\r\n"
    key = f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {'A' * 22}==\r\n"
    upgrade = f"Upgrade: websocket\r\nConnection: Upgrade\r\n{key}"
    for head in (
        f"GET / HTTP/1.1\r\n{host}Authorization s3cr3t\r\n\r\n",
        f"GET /\x1b]0;s3cr3t HTTP/1.1\r\n{host}\r\n",
        f"GET /%1b]0;s3cr3t HTTP/1.1\r\n{host}\r\n",
        f"GET /stream HTTP/1.1\r\n{host}{upgrade}Sec-WebSocket-Protocol: s3cr3t\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            client.sendall(head.encode("latin-1"))
            assert client.recv(4096).startswith(b"HTTP/1.")
    code, out, err = served.end()
    assert (code, err) == (0, "")
    assert re.sub(r"\d\d:\d\d:\d\d ", "", out) == "GET /%1b]0;s3cr3t 400\nGET /stream 101\n"


def test_a_host_that_was_allowed_may_be_asked_by(serve):
    """Under the name of a container, say."""
    served = serve("--venue", "lighter", "--allow-host", "harness")
    url = f"{served.rest}{ACCOUNT}"
    assert [served.get(url, Host=host)[0] for host in ("harness:80", "evil.test")] == [200, 403]


def test_whoever_does_not_read_its_output_is_served_all_the_same(serve):
    """A full pipe holds up neither the answers nor the end."""
    served = serve("--venue", "lighter")
    port = int(served.rest.rpartition(":")[2])
    request = f"GET /api/v1/{'/'.join(['no-such-path'] * 20)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(request * 500)  # more than a hundred kilobytes of lines, where a pipe holds sixty-four
        heard = b""
        while heard.count(b"HTTP/1.1 501") < 500:
            heard += client.recv(1_000_000)
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(20) == 0


def test_who_only_wanted_the_address_may_close_the_pipe(serve):
    """`harness serve | head -1` goes on serving."""
    served = serve("--venue", "lighter")
    served.process.stdout.close()
    assert [served.get(f"{served.rest}{ACCOUNT}")[0] for _ in range(3)] == [200] * 3
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(20) == 0


def snippets():
    """The Python code in the sections of docs/serving.md, by the client that they are about."""
    sections = Path("docs/serving.md").read_text("utf-8").split("\n## With ")[1:]
    return {section.split()[0]: section.split("```python\n")[1].split("```")[0] for section in sections}


@pytest.mark.parametrize(
    ("client", "module", "name", "printed"),
    [
        ("aiohttp", "aiohttp", "lighter", "5"),
        ("lighter-sdk", "lighter", "lighter", "10388.009336"),
        ("x10-python-trading-starknet", "x10", "extended", "10819.881351"),
        ("hyperliquid-python-sdk", "hyperliquid", "hyperliquid", "10388.009336"),
    ],
)
def test_the_documented_clients_work_as_printed(serve, client, module, name, printed):
    """Against the port that they were pointed at, in a process of their own that waits for no thread of an SDK."""
    pytest.importorskip(module, reason=f"{client} is not installed")
    served = serve("--venue", name, "--pace", "fast")
    code = snippets()[client].replace("127.0.0.1:8080", served.control.split("/")[2])
    code += "\nimport os, sys\nsys.stdout.flush()\nos._exit(0)\n"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == printed


def test_signals_are_left_as_they_were():
    """Whoever calls the command from a program of his own keeps his handlers."""
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with pytest.raises(UsageError):
        run(Request(venue="lighter", scenario="nope"))
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
