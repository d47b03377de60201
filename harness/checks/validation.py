"""SCHEMA: recorded payloads against the schemas of their endpoints and channels."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from yarl import URL

from harness import exact
from harness.cassette.model import Cassette, Environment, Interaction
from harness.cassette.store import load
from harness.contract import exceptions, schemas
from harness.contract.oracle import broken_invariants, contract
from harness.contract.payloads import CHECK, Payload, candidates, read, validate
from harness.errors import UsageError
from harness.findings import Result, Status
from harness.venues import NAMES, venue

__all__ = ["KINDS", "KIND_OF", "is_refusal", "judge", "payloads_of", "validate_paths"]

KINDS = ("recorded", "observed", "documented", "mock", "simulated")
"""What a payload's provenance can be, the most trustworthy first."""

_CASSETTES = frozenset({".yaml", ".yml"})
_PAYLOADS = frozenset({".json"})
KIND_OF = {
    Environment.MAINNET: "recorded",
    Environment.TESTNET: "recorded",
    Environment.DOCUMENTATION: "documented",
    Environment.SIMULATOR: "simulated",
}


def validate_paths(paths: Iterable[Path], kinds: Collection[str] = ()) -> Iterator[Result]:
    """A result for each payload of payload files, cassettes and folders, of these kinds or of all.

    `UsageError` for a path that is missing, empty or holds something else, and when no payload is left.
    """
    for kind in kinds:
        if kind not in KINDS:
            raise UsageError(f"unknown kind {kind!r}", where="--kind", cure=f"known are {', '.join(KINDS)}")
    nothing = True
    for file in _files(paths):
        for payload in payloads_of(file):
            if not kinds or payload.kind in kinds:
                nothing = False
                yield judge(payload)
    if nothing:
        what = f"no payload of kind {' or '.join(kinds)}" if kinds else "no payloads"
        raise UsageError(what, where=", ".join(map(str, paths)), cure="name other files, or another --kind")


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    seen: set[Path] = set()
    for path in paths:
        for file in _below(path):
            if (whole := file.resolve()) not in seen:
                seen.add(whole)
                yield file


def _below(path: Path) -> list[Path]:
    if path.is_dir():
        found = [file for file in path.rglob("*") if file.suffix.lower() in _CASSETTES | _PAYLOADS and file.is_file()]
        if not found:
            raise UsageError("no payloads", where=str(path), cure="a payload file is .json, a cassette .yaml or .yml")
        return sorted(found)
    if not path.exists():
        raise UsageError("no such file or folder", where=str(path))
    if path.suffix.lower() not in _CASSETTES | _PAYLOADS:
        cure = "name a payload file (.json), a cassette (.yaml, .yml) or a folder of them"
        raise UsageError("neither JSON nor YAML nor a folder", where=str(path), cure=cure)
    return [path]


def payloads_of(file: Path) -> Iterator[Payload]:
    """The payload of a payload file, or that of every interaction of a cassette, as `file.yaml#3`."""
    if file.suffix.lower() in _PAYLOADS:
        yield read(file)
        return
    cassette = load(file)
    for number, interaction in enumerate(cassette.interactions, 1):
        yield _payload(cassette, interaction, f"{file}#{number}")


def _payload(cassette: Cassette, interaction: Interaction, origin: str) -> Payload:
    request, response = interaction.request, interaction.response
    try:
        url = URL(request.uri)
    except ValueError as error:
        raise UsageError(f"not an address: {request.uri!r:.80}: {error}", where=origin) from None
    recorded = cassette.provenance
    try:
        body, text = exact.decode(response.body), None
    except ValueError:
        body, text = None, response.body.decode("utf-8", "replace")
    try:
        asked = exact.decode(request.body or b"")
    except ValueError:
        asked = None
    return Payload(
        venue=_venue_of(url) or (recorded.venue if recorded is not None else ""),
        transport="rest",
        method=request.method,
        path=url.path,
        status=response.status,
        body=body,
        text=text,
        request_body=asked,
        kind="" if recorded is None else KIND_OF[recorded.environment],
        origin=origin,
    )


def _venue_of(url: URL) -> str:
    for name in NAMES:
        if any(URL(environment.rest).host == url.host for environment in venue(name).environments.values()):
            return name
    return ""


def is_refusal(payload: Payload, endpoint: str) -> bool:
    """Whether this is how, by the contract, the venue refuses with HTTP 200 on a route that an update reads."""
    rules = contract(payload.venue)
    is_read = payload.transport == "rest" and any(reading.endpoint == endpoint for reading in rules.readings)
    if not is_read or not isinstance(payload.body, Mapping):
        return False
    is_envelope = any(payload.body.keys() == envelope.keys() for envelope in rules.error_envelopes)
    return is_envelope and schemas.load(f"{payload.venue}/rest/error").is_valid(payload.body)


def judge(payload: Payload) -> Result:
    """The result for one payload. A valid one that breaks invariants says so in its evidence and passes."""
    if payload.venue not in NAMES:
        what = f"no venue is known for {payload.method} {payload.path}"
        return Result(CHECK, payload.hint, payload.origin, Status.ABSENT, what)
    result = replace(validate(payload), venue=payload.venue)
    found = candidates(payload)
    if not found:
        return result
    result = replace(result, method=found[0].name)
    if payload.kind:
        result = replace(result, evidence={"kind": payload.kind, **result.evidence})
    if result.status is Status.FAIL and (reason := exceptions.reason(payload.venue, found[0].name, payload.body)):
        return replace(result, status=Status.SKIP, message=f"excepted: {reason}")
    if result.status is Status.FAIL and is_refusal(payload, found[0].name):
        evidence = {"schema": f"{payload.venue}/rest/error"}
        return replace(result, status=Status.PASS, message="", evidence=evidence)
    if result.status is Status.PASS and payload.transport == "rest" and payload.status < 400:
        broken = broken_invariants(contract(payload.venue), found[0].name, payload.body)
        if broken:
            result = replace(result, evidence={**result.evidence, "invariants": list(broken)})
    return result
