"""Opening what is imported: HAR files, flow files, cassettes of other projects, payload files and folders of them."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from harness import exact
from harness.cassette import flows, har, store, tape
from harness.cassette.capture import Capture, Exchange, Message, Socket, plain_body
from harness.cassette.model import Environment, Interaction, Provenance, Request, Response
from harness.cassette.tape import Direction, Kind
from harness.contract import payloads
from harness.errors import UsageError
from harness.venues.facts import Venue

__all__ = ["open_source"]

_CURE = "import takes .har, .yaml, payload files (.json), tapes (.ws.jsonl), flow files, and folders of them"
_SUFFIXES = {".har", ".yaml", ".yml", ".json", ".jsonl", ".flow", ".flows", ".mitm"}
_PAYLOAD = "payload file"
_DOCUMENTED, _MADE_UP = "documented", "mock"


def open_source(path: Path, venue: Venue, environment: Environment | None) -> Iterator[Capture]:
    """What a file holds, or the files below a folder. `environment` is that of payload files, which do not tell it.

    `UsageError` for what is missing, or is of no known kind.
    """
    if not path.exists():
        raise UsageError("no such file or folder", where=str(path))
    if not path.is_dir():
        yield _opened(path, venue, environment)
        return
    files = sorted(file for file in path.rglob("*") if file.suffix.lower() in _SUFFIXES and file.is_file())
    if not files:
        raise UsageError("nothing to import", where=str(path), cure=_CURE)
    for file in files:
        yield _opened(file, venue, environment)


def _opened(path: Path, venue: Venue, environment: Environment | None) -> Capture:
    suffix = path.suffix.lower()
    if path.name.endswith(tape.SUFFIX):
        return _tape(path, venue)
    if suffix == ".har":
        return har.read(path)
    if suffix in {".yaml", ".yml"}:
        return _cassette(path)
    if suffix == ".json":
        return har.read(path) if _is_har(path) else _payload(path, venue, environment)
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path)) from None
    if not flows.looks_like_flows(head):
        raise UsageError("of no known kind", where=str(path), cure=_CURE)
    return flows.read(path)


def _is_har(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path)) from None
    return b'"log"' in head and b'"exchange"' not in head


def _recorded(provenance: Provenance | None) -> tuple[datetime | None, Environment | None, dict[str, str]]:
    """When, where and with what our own recordings were taken; other projects' say none of it."""
    if provenance is None:
        return None, None, {}
    try:
        at = datetime.fromisoformat(provenance.recorded_at)
    except ValueError:
        at = None
    return at, provenance.environment, dict(provenance.tools)


def _cassette(path: Path) -> Capture:
    cassette = store.load(path, verify=False)
    at, environment, tools = _recorded(cassette.provenance)
    exchanges, left_out = [], Counter[str]()
    for interaction in cassette.interactions:
        response = interaction.response
        body = plain_body(response.body, response.headers)
        if body is None:
            left_out["in an encoding that is not known"] += 1
            continue
        plain = Response(response.status, response.reason, body, response.headers)
        exchanges.append(Exchange(Interaction(interaction.request, plain), at, environment))
    return Capture("cassette", tuple(exchanges), (), tools, left_out)


def _tape(path: Path, venue: Venue) -> Capture:
    loaded = tape.load(path, verify=False)
    at, environment, tools = _recorded(loaded.provenance)
    begin = int((at or datetime.fromtimestamp(0, UTC)).timestamp() * 1000)
    base = next(iter(venue.environments.values())).ws.removesuffix(venue.ws_prefix)
    opened: dict[int, tuple[str, int]] = {}
    told: dict[int, list[Message]] = {}
    for frame in loaded.frames:
        if frame.kind is Kind.OPEN:
            opened[frame.connection] = f"{base}{frame.text}", begin + frame.at
        else:
            messages = told.setdefault(frame.connection, [])
            messages.append(Message(begin + frame.at, frame.direction, frame.kind, frame.text))
    sockets = (Socket(url, ms, tuple(told.get(number, ())), environment) for number, (url, ms) in opened.items())
    return Capture("tape", (), tuple(sockets), tools)


def _payload(path: Path, venue: Venue, environment: Environment | None) -> Capture:
    payload = payloads.read(path)
    if payload.venue != venue.name:
        return Capture(_PAYLOAD, left_out={f"of {payload.venue}": 1})
    if payload.kind == _MADE_UP:
        return Capture(_PAYLOAD, left_out={"that somebody made up": 1})
    where = Environment.DOCUMENTATION if payload.kind == _DOCUMENTED else environment
    if where is None:
        what = "a payload file does not tell of which environment it is"
        raise UsageError(what, where=str(path), cure="add --environment mainnet, or testnet")
    hosts = venue.environments.get(where, next(iter(venue.environments.values())))
    body = payload.text.encode() if payload.text is not None else exact.encode(payload.body)
    if payload.transport == "ws":
        direction = Direction.SENT if payload.method == "SEND" else Direction.RECEIVED
        message = Message(0, direction, Kind.TEXT, body.decode())
        url = hosts.ws.removesuffix(venue.ws_prefix) + _from_root(payload.path, venue.ws_prefix)
        return Capture(_PAYLOAD, (), (Socket(url, 0, (message,), where),))
    query = exact.decode(path.read_bytes()).get("query")
    url = hosts.rest.removesuffix(venue.rest_prefix) + _from_root(payload.path, venue.rest_prefix)
    if isinstance(query, str) and query and "?" not in url:
        url = f"{url}?{query}"
    sent = None if payload.request_body is None else exact.encode(payload.request_body)
    kind = "application/json" if payload.text is None else "text/plain"
    response = Response(payload.status, "", body, {"Content-Type": (kind,)})
    headers = {"Content-Type": ("application/json",)} if sent is not None else {}
    return Capture(
        _PAYLOAD, (Exchange(Interaction(Request(payload.method, url, sent, headers), response), None, where),)
    )


def _from_root(path: str, prefix: str) -> str:
    whole = path if path.startswith("/") else f"/{path}"
    return whole if not prefix or f"{whole.partition('?')[0]}/".startswith(f"{prefix}/") else f"{prefix}{whole}"
