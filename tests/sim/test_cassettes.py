"""The cassettes and tapes that come with the harness are those that the simulator writes."""

import base64
import subprocess
import sys
from urllib.parse import quote

import pytest

from harness import resources
from harness.cassette import store
from harness.cassette import tape as tapes
from harness.cassette.model import Environment
from harness.sim.credentials import CREDENTIALS
from harness.sim.recording import TAPED, cassette, tape
from harness.sim.scenarios import SCENARIOS
from harness.venues import venue as facts_of

ALL = [(venue, scenario) for venue, scenarios in SCENARIOS.items() for scenario in scenarios]


@pytest.mark.parametrize(("venue", "scenario"), ALL)
def test_a_cassette_is_byte_for_byte_what_the_simulator_writes(venue, scenario):
    """When this fails, the documents changed: write them anew with `python -m harness.sim`."""
    path = resources.cassettes() / venue / f"{scenario}.yaml"
    assert path.read_text("utf-8") == store.dumps(cassette(venue, scenario))


@pytest.mark.parametrize(("venue", "scenario"), ALL)
def test_a_cassette_says_truthfully_where_it_comes_from(venue, scenario):
    """Nobody can take it for a recording."""
    loaded = store.load(resources.cassettes() / venue / f"{scenario}.yaml")
    told = loaded.provenance
    assert (told.venue, told.scenario, told.environment) == (venue, scenario, Environment.DOCUMENTATION)
    assert "not recorded" in told.note
    base = facts_of(venue).environments["mainnet"].rest
    assert all(interaction.request.uri.startswith(base) for interaction in loaded.interactions)


@pytest.mark.parametrize("scenario", TAPED)
@pytest.mark.parametrize("venue", SCENARIOS)
def test_a_tape_is_byte_for_byte_what_the_simulator_writes(venue, scenario, tmp_path):
    """And says as truthfully where it comes from."""
    path = resources.cassettes() / venue / f"{scenario}{tapes.SUFFIX}"
    tapes.save(tmp_path / "again", tape(venue, scenario))
    assert path.read_bytes() == (tmp_path / "again").read_bytes()
    told = tapes.load(path).provenance
    assert (told.venue, told.scenario, told.environment) == (venue, scenario, Environment.DOCUMENTATION)
    assert "not recorded" in told.note


@pytest.mark.parametrize("venue", SCENARIOS)
def test_there_is_no_cassette_that_nobody_writes(venue):
    """An orphan would never be written anew."""
    found = {path.name for path in (resources.cassettes() / venue).iterdir()}
    assert found == {f"{name}.yaml" for name in SCENARIOS[venue]} | {f"{name}{tapes.SUFFIX}" for name in TAPED}


@pytest.mark.parametrize("venue", SCENARIOS)
def test_no_cassette_holds_a_secret(venue):
    """Neither plainly nor in an encoding."""
    secrets = [CREDENTIALS[venue][each.name] for each in facts_of(venue).credentials if each.secret]
    assert secrets
    forms = set()
    for secret in secrets:
        bare = secret.removeprefix("0x")
        forms |= {secret, bare, quote(secret), base64.b64encode(bare.encode()).decode()}
        forms |= {bare.upper(), base64.b64encode(secret.encode()).decode()}
    for path in (resources.cassettes() / venue).iterdir():
        text = path.read_text("utf-8")
        assert not [form for form in forms if form in text], path.name


def test_the_hyperliquid_key_belongs_to_its_address():
    """The vendor's own library derives the address from the key."""
    accounts = pytest.importorskip("eth_account", reason="eth-account comes with the vendors' SDKs")
    credentials = CREDENTIALS["hyperliquid"]
    assert accounts.Account.from_key(credentials["private_key"]).address.lower() == credentials["address"]


def test_the_extended_keys_belong_together():
    """The library under the vendor's SDK derives the public key from the private one."""
    stark = pytest.importorskip("fast_stark_crypto", reason="fast-stark-crypto comes with the vendor's SDK")
    credentials = CREDENTIALS["extended"]
    assert hex(stark.get_public_key(int(credentials["private_key"], 16))) == credentials["public_key"]


def test_the_command_writes_every_cassette_into_a_folder(tmp_path):
    """`python -m harness.sim FOLDER` names each file that it writes."""
    command = [sys.executable, "-m", "harness.sim", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    assert len(done.stdout.splitlines()) == len(ALL) + len(SCENARIOS) * len(TAPED)
    for venue, scenario in ALL:
        written = tmp_path / venue / f"{scenario}.yaml"
        assert written.read_bytes() == (resources.cassettes() / venue / f"{scenario}.yaml").read_bytes()
    for venue in SCENARIOS:
        for scenario in TAPED:
            name = f"{scenario}{tapes.SUFFIX}"
            assert (tmp_path / venue / name).read_bytes() == (resources.cassettes() / venue / name).read_bytes()
