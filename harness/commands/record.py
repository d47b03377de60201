"""`harness record`: a venue's own answers and frames become a cassette and a tape, redacted and searched for leaks.

Everything goes through a gateway on loopback, whoever asks: the plan of calls, or any client that uses it as the venue.
"""

import asyncio
import os
import re
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.commands.discretion import discreet, quiet_libraries
from harness.commands.listening import demand_port, listening
from harness.commands.outputs import Outputs
from harness.commands.progress import Progress
from harness.errors import UsageError
from harness.findings import Report, Result, Status, worst_exit_code
from harness.spellings import Secrets
from harness.venues import venue
from harness.venues.facts import Venue

if TYPE_CHECKING:
    from harness.cassette.known import Known
    from harness.cassette.publishing import Place
    from harness.gateway import Listener
    from harness.gateway.upstream import Address, Upstream

__all__ = ["Request", "run"]

CHECK = "RECORD"
_MAINNET = "mainnet"
_HERE = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The options, as given."""

    venue: str
    to: Path
    scenario: str
    environment: str = "testnet"
    pair: str = ""
    seconds: float = 10.0
    listen: bool = False
    port: int = 0
    credentials: Path | None = None
    key_variable: str = "HARNESS_PSEUDONYM_KEY"
    scale: str = ""
    force: bool = False
    trading: bool = False
    trading_on_mainnet: bool = False
    certificates: Path | None = None
    connect_to: tuple[str, ...] = ()
    by: str = ""  # who records, for the provenance


def run(request: Request, outputs: Outputs) -> int:
    """Record, write, validate, report, and return the exit code. `UsageError` before anything is asked of the venue."""
    from harness.cassette.known import Known, known
    from harness.report.terminal import show_import

    facts = venue(request.venue)
    held = known((), request.credentials) if request.credentials is not None else Known()
    credentials = _credentials(facts, held)
    held = _with(facts, held, credentials)
    quiet_libraries()
    with discreet(Secrets(held.searched())):
        results = tuple(_recorded(request, facts, held, credentials))
    report = Report("record", f"{facts.name} {request.environment}", facts.name, results)
    outputs.write(report, show_import)
    return worst_exit_code([report])


def _recorded(request: Request, facts: Venue, held: "Known", credentials: Mapping[str, str]) -> Iterator[Result]:
    from harness.cassette.publishing import Place
    from harness.commands.keeping import keep, redactor_for, scenario_name
    from harness.gateway import Gateway
    from harness.gateway.caution import Caution
    from harness.gateway.recorder import Recorder
    from harness.gateway.upstream import Upstream

    place = Place(request.to, facts.name, scenario_name(request.scenario))
    if not request.force:
        place.demand_free()
    redactor = redactor_for(facts, held, key_variable=request.key_variable, scale=request.scale)
    upstream = Upstream(
        venue=facts,
        environment=request.environment,
        certificates=request.certificates,
        connect_to=dict(map(_redirection, request.connect_to)),
    )
    recorder = Recorder(upstream, Caution(facts, trading=_may_trade(request)))
    demand_port(request.port)
    place.demand_writable()
    with Gateway() as gateway:
        try:
            listener = listening(
                gateway, recorder, recorder.converse, host=_HERE, port=request.port, note=lambda _: None
            )
            left_out = (
                _wait(facts, upstream, listener) if request.listen else _tour(request, facts, listener, credentials)
            )
            capture = recorder.capture()  # before its connections are closed, which is nothing that the venue did
        finally:
            gateway.run(recorder.close())
    written = False
    how = f"recorded{' by ' if request.by else ''}{request.by} through"
    for result in keep(CHECK, [capture], redactor, venue=facts, place=place, environment=None, how=how):
        written = result.status is Status.PASS
        yield result
    told = map(redactor.secrets.scrub, left_out)
    yield from (Result(CHECK, "", what, Status.SKIP, "not recorded", venue=facts.name) for what in told)
    if written:
        yield from _validated(place)


def _wait(facts: Venue, upstream: "Upstream", listener: "Listener") -> list[str]:
    """Let any client in until a signal ends it."""
    from harness.gateway.point import rest_url, ws_url

    lines = [
        f"recording {facts.title} {upstream.environment}; Ctrl-C ends it, and then it is written",
        f"REST       {rest_url(facts, listener)}",
        f"WebSocket  {ws_url(facts, listener)}",
    ]
    ended = threading.Event()
    with _signals(ended):
        print("\n".join(lines), flush=True)  # noqa: T201 - what a client is to be pointed at
        while not ended.wait(0.2):  # a wait without end would not let signals in everywhere
            pass
    return []


@contextmanager
def _signals(ended: threading.Event) -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda *_: ended.set()) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _tour(request: Request, facts: Venue, listener: "Listener", credentials: Mapping[str, str]) -> list[str]:
    """Ask everything that the facts of the venue name; what could not be asked."""
    from harness.contract.oracle import contract
    from harness.gateway.point import rest_url, ws_url
    from harness.targets.loading import reference
    from harness.targets.touring import auth_token, tour

    with Progress() as progress:
        progress.say(f"asking {facts.title} {request.environment}, then listening for {request.seconds:g} s")
        told = asyncio.run(
            tour(
                reference(facts.name),
                facts,
                (rest_url(facts, listener), ws_url(facts, listener)),
                credentials,
                methods=contract(facts.name).methods(),
                pair=request.pair or _usual_pair(facts),
                seconds=request.seconds,
                token=lambda: auth_token(facts, credentials),
            )
        )
    return told.left_out


def _usual_pair(facts: Venue) -> str:
    return re.sub(r"\{\w+\}", "BTC-USD" if facts.pair_of == "{market}" else "BTC", facts.pair_of)


def _credentials(facts: Venue, held: "Known") -> dict[str, str]:
    """Of a file, or of variables such as HARNESS_EXTENDED_API_KEY, which count more."""
    from harness.cassette.known import plain_name

    told = {**held.secrets, **held.identities}
    found = {}
    for credential in facts.credentials:
        variable = f"HARNESS_{facts.name}_{credential.name}".upper()
        inside = next((value for name, value in told.items() if plain_name(name) == credential.name), "")
        if value := os.environ.get(variable, "").strip() or inside:
            found[credential.name] = value
    if not found:
        variables = ", ".join(f"HARNESS_{facts.name}_{one.name}".upper() for one in facts.credentials)
        cure = f"set {variables}, or name a file with --credentials"
        raise UsageError("no credentials of an account", where=facts.name, cure=cure)
    return found


def _with(facts: Venue, held: "Known", credentials: Mapping[str, str]) -> "Known":
    """Everything that must not be found in what is written, by name."""
    from harness.cassette.known import Known

    secret = {credential.name for credential in facts.credentials if credential.secret}
    secrets = {name: value for name, value in credentials.items() if name in secret}
    identities = {name: value for name, value in credentials.items() if name not in secret}
    return Known({**held.secrets, **secrets}, {**held.identities, **identities})


def _may_trade(request: Request) -> bool:
    if request.trading and request.environment == _MAINNET and not request.trading_on_mainnet:
        what, cure = "orders on mainnet cost money", "add --trading-on-mainnet as well, if that is meant"
        raise UsageError(what, where="--trading", cure=cure)
    if request.trading and not request.listen:
        raise UsageError("the plan of calls only reads", where="--trading", cure="add --listen, and let a client trade")
    return request.trading


def _redirection(told: str) -> "tuple[Address, Address]":
    """`HOST:PORT:ADDRESS:PORT`, as curl has it."""
    parts = told.split(":")
    if len(parts) != 4 or not (parts[1].isdecimal() and parts[3].isdecimal()):
        raise UsageError(f"not an address: {told!r}", where="--connect-to", cure="write HOST:PORT:ADDRESS:PORT")
    host, port, address, other = parts
    return (host, int(port)), (address, int(other))


def _validated(place: "Place") -> Iterator[Result]:
    """What the new recording shows that the schemas do not know."""
    from harness.checks.validation import validate_paths
    from harness.commands.tapes import validate_tape

    found: list[Result] = []
    if place.cassette.is_file():
        found += validate_paths([place.cassette])
    if place.tape.is_file():
        found += validate_tape(place.tape)
    yield from (result for result in found if result.status is Status.FAIL)
    good = sum(result.status is Status.PASS for result in found)
    if good:
        yield Result("SCHEMA", "", f"{place.venue}/{place.scenario}", Status.PASS, f"{good} payloads are valid")
