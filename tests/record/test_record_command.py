"""`harness record` as a user calls it: what is written, what is never written, and what an interruption leaves."""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest
from venue_support import standing_for

from harness.cassette import store, tape
from harness.cassette.model import Environment
from harness.cli import main
from harness.gateway.messages import Reply
from harness.sim.credentials import CREDENTIALS
from harness.venues import NAMES

ROOT = Path(__file__).resolve().parents[2]
TELLING = 8
"""A shorter credential, an index of a key say, is in other numbers by chance."""


@pytest.fixture
def account(monkeypatch):
    """The made-up account of a venue, in the environment."""

    def set_up(name):
        for credential, value in CREDENTIALS[name].items():
            monkeypatch.setenv(f"HARNESS_{name}_{credential}".upper(), value)

    return set_up


def record(folder, stand, *options):
    """Run the command in this process; the exit code, and the report."""
    report = folder / "report.json"
    arguments = ["--venue", stand.name, "--to", str(folder / "kept"), "--scenario", "trial", "--json", str(report)]
    code = main(["record", *arguments, *stand.options(), *map(str, options)])
    return code, json.loads(report.read_text())["results"]


def kept(folder, name):
    """The cassette and the tape that were written."""
    place = folder / "kept" / name
    return place / "trial.yaml", place / f"trial{tape.SUFFIX}"


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_of_calls_becomes_a_cassette_and_a_tape_without_any_credential(tmp_path, account, name):
    """Of the reference connector, of every read that the facts name, and of every channel."""
    account(name)
    with standing_for(name, tmp_path) as stand:
        _, results = record(tmp_path, stand, "--seconds", 1, "--by", "the desk")
    (done,) = [result for result in results if result["check"] == "RECORD" and result["status"] == "pass"]
    assert done["evidence"]["environment"] == "testnet"
    cassette, frames = kept(tmp_path, name)
    loaded = store.load(cassette)
    assert loaded.provenance.environment is Environment.TESTNET
    assert loaded.provenance.note.startswith("recorded by the desk through")
    assert set(loaded.provenance.tools) >= {"connector-harness", "aiohttp"}
    assert loaded.provenance.redactions > 0
    assert len(loaded.interactions) > 15
    assert len(list(tape.load(frames).frames)) > 10
    written = (cassette.read_text() + frames.read_text()).lower()
    told = {key: value for key, value in CREDENTIALS[name].items() if len(value) >= TELLING}
    assert not [key for key, value in told.items() if value.lower().removeprefix("0x") in written]
    assert [result for result in results if "needs" in result["case"]], "what could not be asked is told"


def test_what_differs_from_the_schemas_is_told_at_once(tmp_path, account):
    """The recording is kept, and the exit code says that there are findings."""
    account("extended")
    strange = Reply(200, "OK", (("Content-Type", "application/json"),), b'{"status":"OK","data":{"equity":7}}')
    with standing_for("extended", tmp_path, lambda _: strange) as stand:
        code, results = record(tmp_path, stand, "--seconds", 0)
    assert code == 1
    assert any(result["check"] == "SCHEMA" and result["status"] == "fail" for result in results)
    assert kept(tmp_path, "extended")[0].is_file()


def test_a_recording_is_not_replaced_unasked(tmp_path, account, capsys):
    """It may be the only one of its situation."""
    account("extended")
    with standing_for("extended", tmp_path) as stand:
        record(tmp_path, stand, "--seconds", 0)
        before = kept(tmp_path, "extended")[0].read_bytes()
        arguments = ["--venue", "extended", "--to", str(tmp_path / "kept"), "--scenario", "trial", *stand.options()]
        assert main(["record", *arguments]) == 2
        assert "there is a recording already" in capsys.readouterr().err
        assert kept(tmp_path, "extended")[0].read_bytes() == before
        assert record(tmp_path, stand, "--seconds", 0, "--force")[0] in {0, 1}


WRONG = [
    (["--trading"], "add --listen"),
    (["--trading", "--listen", "--environment", "mainnet"], "--trading-on-mainnet"),
    (["--environment", "simulator"], "no environment 'simulator'"),
    (["--connect-to", "somebody.example:443:127.0.0.1:1"], "somebody.example:443 is no host of the venue"),
    (["--listen", "--port", "70000"], "70000 is no port"),
    (["--seconds", "-1"], "--seconds"),
    (["--connect-to", "somewhere"], "HOST:PORT:ADDRESS:PORT"),
    (["--certificates", "nowhere.pem"], "--certificates nowhere.pem"),
    (["--scale", "much"], "--scale"),
    (["--credentials", "nowhere.json"], "nowhere.json"),
]


@pytest.mark.parametrize(("options", "told"), WRONG, ids=[" ".join(options) for options, _ in WRONG])
def test_wrong_usage_is_one_line_before_anything_is_asked(tmp_path, account, capsys, options, told):
    """What, where, how to mend it; exit code 2, and nothing written."""
    account("extended")
    arguments = ["--venue", "extended", "--to", str(tmp_path / "kept"), "--scenario", "trial"]
    assert main(["record", *arguments, *options]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert told in line
    assert not (tmp_path / "kept").exists()


def test_an_account_is_needed(tmp_path, capsys, monkeypatch):
    """Its variables are named, not their values."""
    for name in os.environ:
        if name.startswith("HARNESS_"):
            monkeypatch.delenv(name)
    assert main(["record", "--venue", "lighter", "--to", str(tmp_path), "--scenario", "trial"]) == 2
    assert "HARNESS_LIGHTER_API_KEY_PRIVATE_KEY" in capsys.readouterr().err


def test_credentials_come_from_a_file_as_well(tmp_path, monkeypatch):
    """Outside any repository."""
    for credential in CREDENTIALS["extended"]:
        monkeypatch.delenv(f"HARNESS_EXTENDED_{credential}".upper(), raising=False)
    file = tmp_path / "account.json"
    file.write_text(json.dumps({"extended": dict(CREDENTIALS["extended"])}))
    with standing_for("extended", tmp_path) as stand:
        _, results = record(tmp_path, stand, "--seconds", 0, "--credentials", file)
    assert any(result["check"] == "RECORD" and result["status"] == "pass" for result in results)


class Listening:
    """`harness record --listen` in a process of its own."""

    def __init__(self, folder, stand, *options):
        environment = {f"HARNESS_{stand.name}_{key}".upper(): value for key, value in CREDENTIALS[stand.name].items()}
        arguments = ["--venue", stand.name, "--to", folder / "kept", "--scenario", "trial", "--listen"]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "harness", "record", *map(str, arguments), *stand.options(), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
            env={**os.environ, **environment},
        )

    def __enter__(self):
        lines = [self._process.stdout.readline() for _ in range(3)]
        self.rest, self.ws = (line.split()[-1] for line in lines[1:])
        return self

    def __exit__(self, *_):
        self._process.send_signal(signal.SIGINT)
        self.output, _ = self._process.communicate(timeout=60)


def test_any_client_is_recorded_until_it_is_interrupted(tmp_path):
    """In a process of its own, with HTTP and a WebSocket; Ctrl-C writes, and the report names the account to replay."""

    async def main(rest, ws):
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{rest}/api/v1/account?by=index&value=281473") as answer:
                assert answer.status == 200
            async with session.ws_connect(ws) as socket:
                await socket.send_str('{"type":"subscribe","channel":"order_book/1"}')
                return [await socket.receive_str() for _ in range(2)]

    with standing_for("lighter", tmp_path) as stand, Listening(tmp_path, stand) as listening:
        heard = asyncio.run(main(listening.rest, listening.ws))
    assert "1 interaction, " in listening.output
    assert "account_index" in listening.output
    cassette, frames = kept(tmp_path, "lighter")
    assert "281473" not in cassette.read_text()
    texts = [frame.text for frame in tape.load(frames).frames if frame.kind is tape.Kind.TEXT]
    assert json.loads(heard[-1]) in [json.loads(text) for text in texts]


def test_an_interruption_is_nothing_that_the_venue_did(tmp_path):
    """A connection that is open then has no end on the tape; the subprotocol that a client offered is not printed."""

    async def main(listening):
        async with aiohttp.ClientSession() as session:
            socket = await session.ws_connect(listening.ws, protocols=["t0ken-of-a-client"])
            await socket.send_str('{"type":"subscribe","channel":"order_book/1"}')
            await socket.receive_str()
            await asyncio.to_thread(listening.__exit__)

    with standing_for("lighter", tmp_path) as stand:
        listening = Listening(tmp_path, stand).__enter__()
        asyncio.run(main(listening))
    assert "t0ken" not in listening.output
    assert tape.Kind.CLOSE not in [frame.kind for frame in tape.load(kept(tmp_path, "lighter")[1]).frames]


def test_a_recording_of_nothing_says_why(tmp_path):
    """Nobody asked anything."""
    with standing_for("lighter", tmp_path) as stand, Listening(tmp_path, stand) as listening:
        pass
    assert listening.output.startswith("harness: record: nothing of Lighter in it")


def test_a_folder_that_cannot_be_written_is_found_out_before_anything_is_asked(tmp_path, account, capsys):
    """Not after an hour of listening."""
    account("extended")
    (tmp_path / "kept").write_text("a file")
    asked = []
    with standing_for("extended", tmp_path, lambda request: asked.append(request) or Reply(200, "OK")) as stand:
        arguments = ["--venue", "extended", "--to", str(tmp_path / "kept"), "--scenario", "trial", *stand.options()]
        assert main(["record", *arguments]) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert asked == []


KILLER = """
import sys
from pathlib import Path
from harness.cassette import store, tape
from harness.cassette.model import Cassette
from harness.cassette.publishing import Place, publish
kept = Path(sys.argv[1])
cassettes = [store.load(path) for path in sorted((kept.parent / "sources").glob("*.yaml"))]
frames = tape.load(kept.parent / "sources" / "tape.ws.jsonl")
print("ready", flush=True)
while True:
    for cassette in cassettes:
        publish(Place(kept, "lighter", "trial"), cassette, frames)
"""
KILLS = int(os.environ.get("HARNESS_KILLS", "8"))


def test_a_recording_that_is_killed_leaves_whole_files(tmp_path):
    """At random moments, with SIGKILL, which nobody can handle; HARNESS_KILLS says how often."""
    from harness import resources

    own, sources = resources.cassettes() / "lighter", tmp_path / "sources"
    sources.mkdir()
    for scenario in ("flat", "long_and_short", "hundred_positions"):
        (sources / f"{scenario}.yaml").write_bytes((own / f"{scenario}.yaml").read_bytes())
    (sources / "tape.ws.jsonl").write_bytes((own / "long_and_short.ws.jsonl").read_bytes())
    expected = [store.load(path).interactions for path in sources.glob("*.yaml")]
    chance = random.Random(7)  # noqa: S311 - moments, not secrets
    for _ in range(KILLS):
        command = [sys.executable, "-c", KILLER, str(tmp_path / "kept")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
            assert process.stdout.readline() == "ready\n"
            while not all(path.is_file() for path in kept(tmp_path, "lighter")):
                pass
            try:
                process.wait(chance.uniform(0.0, 0.05))
            except subprocess.TimeoutExpired:
                process.kill()
        cassette, frames = kept(tmp_path, "lighter")
        assert store.load(cassette).interactions in expected
        assert tuple(tape.load(frames).frames) == tuple(tape.load(sources / "tape.ws.jsonl").frames)
