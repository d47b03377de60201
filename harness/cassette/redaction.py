"""From a recording to one that may be seen: what is kept is an allow-list, everything else is scrubbed.

The allow-list of a venue is made of its facts (`harness.venues.<venue>.privacy`, the parameters of its endpoints) and
of its schemas. Identities get keyed pseudonyms (`harness.cassette.pseudonyms`), so that answers still belong together,
and known secrets are blanked wherever they are. Bytes in which nothing was redacted stay as they were.
"""

import base64
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain
from typing import Any

from harness import exact
from harness.cassette import multipart
from harness.cassette.bodies import Rules
from harness.cassette.model import Cassette, Interaction, Provenance, Request, Response
from harness.cassette.pseudonyms import Pseudonyms
from harness.cassette.scaling import scaled_text
from harness.cassette.tape import Frame, Kind, Tape
from harness.contract import schemas
from harness.contract.description import Description
from harness.contract.schemas import Schema
from harness.errors import UsageError
from harness.spellings import Secrets
from harness.venues.facts import Endpoint, Venue

__all__ = ["DONE", "Redactor"]

DONE = "redaction"
"""The tool that a redacted recording names in its provenance."""

_VERSION = "1"
_ERRORS_FROM = 400
_TELLING = 16  # an account index of some digits is also an amount; an address is nothing else
_FORM = re.compile(rb"[\x21-\x7e]+=[\x21-\x7e]*")


class Redactor:
    """Redacts the recordings of one venue that belong together: a value has one pseudonym in all of them.

    `secrets` are known values by name, `identities` known account ids and wallets; both are found wherever they are.
    The same `key` gives the same pseudonyms; without it they cannot be undone. `scale` multiplies the account's
    amounts. What was redacted already (its provenance says so) keeps its pseudonyms.
    """

    def __init__(
        self,
        venue: Venue,
        *,
        key: bytes,
        secrets: Mapping[str, str] | None = None,
        identities: Mapping[str, str] | None = None,
        scale: Decimal | None = None,
    ) -> None:
        if scale is not None and not (scale.is_finite() and scale > 0):
            raise UsageError(f"amounts cannot be scaled by {scale}", where="--scale", cure="a number above zero")
        self._venue, self._scale = venue, scale
        self._pseudonyms = Pseudonyms(key, venue.privacy.nobody)
        self._known = dict(secrets or {})
        self.secrets = Secrets(self._known)
        """Those given, and those that were seen to authenticate."""
        self._identities = dict(identities or {})
        self._met = {identity.lower() for identity in self._identities.values()}
        self._descriptions: dict[frozenset[str], Description] = {}

    def searched(self) -> Secrets:
        """What must not be found in anything that was redacted: every secret, and identities that are nothing else."""
        telling = {name: told for name, told in self._identities.items() if len(told) >= _TELLING}
        return Secrets({**telling, **self._known})

    def account(self) -> Mapping[str, str]:
        """The pseudonyms of the identities that were given: whoever replays a recording asks for these."""
        return {name: self._pseudonyms.of(told) for name, told in self._identities.items()}

    def cassette(self, cassette: Cassette) -> Cassette:
        """The redacted cassette; where it has a provenance, that counts the redactions."""
        rules = self._rules(cassette.provenance)
        for interaction in cassette.interactions:  # once to meet every identity, and once more to recognise it
            self._interaction(interaction, rules)
        self._learn(rules)
        interactions = tuple(self._interaction(interaction, rules) for interaction in cassette.interactions)
        return Cassette(_counted(cassette.provenance, rules), interactions)

    def tape(self, tape: Tape) -> Tape:
        """The redacted tape; frames are redacted as they are read, here to meet every identity, then by whoever asks.

        So `tape.frames` must be readable more than once, as those of a loaded tape are.
        """
        rules = self._rules(tape.provenance)
        before = len(rules.met)
        for _ in self._frames(tape.frames, rules):
            pass
        if len(rules.met) > before or rules.learned:
            self._learn(rules)
            for _ in self._frames(tape.frames, rules):
                pass
        provenance = _counted(tape.provenance, rules)
        return Tape(provenance or tape.provenance, _Redacted(lambda: self._frames(tape.frames, rules)))

    def _rules(self, provenance: Provenance | None) -> Rules:
        is_done = provenance is not None and DONE in provenance.tools
        return Rules(self._venue, self.secrets, None if is_done else self._pseudonyms, self._met)

    def _learn(self, rules: Rules) -> None:
        """Begin to count, knowing all that authenticated and identified in what was read so far."""
        rules.count = 0
        for value in sorted(rules.learned - set(self._known.values())):
            self._known[f"credential {len(self._known) + 1}, which was sent"] = value
            self.secrets = rules.secrets = Secrets(self._known)

    # HTTP

    def _interaction(self, interaction: Interaction, rules: Rules) -> Interaction:
        request, response = interaction.request, interaction.response
        _, _, below = _split(request.uri)
        path = below.partition("?")[0].removeprefix(self._venue.rest_prefix) or "/"
        endpoints = self._venue.find(request.method, path, _decoded(request.body))
        names = [endpoint.name for endpoint in endpoints]
        documented = {param.name for endpoint in endpoints for param in endpoint.params}
        privacy = self._venue.privacy
        sent = Request(
            request.method,
            self._uri(request.uri, rules, documented, names),
            None if request.body is None else self._request_body(request, rules, documented, endpoints),
            self._headers(request.headers, privacy.request_headers, rules),
        )
        came = Response(
            response.status,
            rules.text(response.reason),
            self._response_body(response, rules, endpoints),
            self._headers(response.headers, privacy.response_headers, rules),
        )
        return Interaction(sent, came)

    def _uri(self, uri: str, rules: Rules, documented: Collection[str], names: Collection[str]) -> str:
        scheme, authority, below = _split(uri)
        path, question, query = below.partition("?")
        query, hash_sign, _ = query.partition("#")
        host = authority.rpartition("@")[2]
        rules.count += (host != authority) + bool(hash_sign)
        told = f"{scheme}{rules.text(host)}{rules.path(path.partition('#')[0])}"
        told = f"{told}{question}{rules.pairs(query, documented, names) if query else ''}"
        return told if not rules.secrets.find(told) else f"{scheme}{rules.text(host)}{rules.text(path)}"

    def _headers(
        self, headers: Mapping[str, tuple[str, ...]], kept: frozenset[str], rules: Rules
    ) -> dict[str, tuple[str, ...]]:
        told: dict[str, tuple[str, ...]] = {}
        cut, secret = _cut(headers, rules.secrets), self._venue.privacy.secrets
        for name, values in headers.items():
            lower = name.lower()
            if lower not in kept | secret:
                rules.count += 1
            elif lower in secret or name in cut:
                told[name] = tuple(map(rules.blank, values))
            elif lower == "location":
                told[name] = tuple(self._uri(value, rules, (), ()) for value in values)
            else:
                told[name] = tuple(map(rules.text, values))
        return told

    def _request_body(
        self, request: Request, rules: Rules, documented: Collection[str], endpoints: Collection[Endpoint]
    ) -> bytes:
        body = request.body or b""
        names = [endpoint.name for endpoint in endpoints]
        kinds = (values for name, values in request.headers.items() if name.lower() == "content-type")
        if (text := _json_text(body)) is not None:
            return rules.json(text, Description.named(documented), names).encode()
        if between := multipart.boundary(" ".join(chain.from_iterable(kinds))):
            return multipart.rewritten(body, between, lambda name, told: rules.parameter(name, told, documented, names))
        if _FORM.fullmatch(body):
            return rules.raw(rules.pairs(body.decode("ascii"), documented, names).encode())
        return rules.raw(body)

    def _response_body(self, response: Response, rules: Rules, endpoints: Collection[Endpoint]) -> bytes:
        text = _json_text(response.body)
        if text is None:
            return rules.raw(response.body)
        names = [endpoint.name for endpoint in endpoints]
        if self._scale is not None and response.status < _ERRORS_FROM:
            for name in names[:1]:
                text, count = scaled_text(self._venue.name, name, text, self._scale)
                rules.count += count
        return rules.json(text, self._description("rest", names), names).encode()

    def _description(self, transport: str, names: Collection[str]) -> Description:
        key = frozenset({transport, *names})
        if key not in self._descriptions:
            found = (_schema(f"{self._venue.name}/{transport}/{name}") for name in [*names, "error"])
            self._descriptions[key] = Description.of(schema for schema in found if schema is not None)
        return self._descriptions[key]

    # WebSocket

    def _frames(self, frames: Iterable[Frame], rules: Rules) -> Iterator[Frame]:
        paths: dict[int, str] = {}
        for frame in frames:
            if frame.kind is Kind.OPEN:
                paths[frame.connection] = frame.text.partition("?")[0].removeprefix(self._venue.ws_prefix) or "/"
                told = self._uri(frame.text, rules, self._venue.privacy.openings, ())
            elif frame.kind is Kind.TEXT:
                told = self._message(frame, paths.get(frame.connection, "/"), frame.text, rules)
            elif frame.kind is Kind.CLOSE:
                told = rules.text(frame.text)
            else:
                told = self._binary(frame, paths.get(frame.connection, "/"), rules)
            yield replace(frame, text=told) if told != frame.text else frame

    def _message(self, frame: Frame, path: str, text: str, rules: Rules) -> str:
        try:
            document = exact.decode(text)
        except ValueError:
            return rules.raw(text.encode("utf-8", "surrogatepass")).decode("utf-8", "replace")
        channels = self._venue.find_channels(path, document, sent_by_client=frame.direction == "sent")
        names = [channel.name for channel in channels]
        return rules.json(text, self._description("ws", names), names)

    def _binary(self, frame: Frame, path: str, rules: Rules) -> str:
        data = base64.b64decode(frame.text)
        text = _json_text(data)
        told = rules.raw(data) if text is None else self._message(frame, path, text, rules).encode()
        return base64.b64encode(told).decode() if told != data else frame.text


def _cut(headers: Mapping[str, tuple[str, ...]], secrets: Secrets) -> set[str]:
    """The headers that hold a part of a secret only, the rest of which is in the next value or header."""
    owners = [(name, value.encode("utf-8", "surrogatepass")) for name, values in headers.items() for value in values]
    found, start = set(), 0
    sightings = secrets.find(b"".join(value for _, value in owners))
    for name, value in owners:
        end = start + len(value)
        if any(one.start < start < one.end or one.start < end < one.end for one in sightings):
            found.add(name)
        start = end
    return found


@dataclass(frozen=True, slots=True)
class _Redacted:
    read: Callable[[], Iterator[Frame]]

    def __iter__(self) -> Iterator[Frame]:
        return self.read()


def _counted(provenance: Provenance | None, rules: Rules) -> Provenance | None:
    if provenance is None:
        return None
    return replace(
        provenance,
        redactions=provenance.redactions + rules.count,
        tools={**provenance.tools, DONE: _VERSION},
        note=rules.secrets.scrub(provenance.note),
    )


def _split(uri: str) -> tuple[str, str, str]:
    """Scheme with its slashes, authority, and the rest; the first two are empty in an address without a host."""
    scheme, slashes, rest = uri.partition("://")
    if not slashes or "/" in scheme or "?" in scheme:
        return "", "", uri
    end = min((at for at in map(rest.find, "/?#") if at >= 0), default=len(rest))
    return f"{scheme}://", rest[:end], rest[end:]


def _json_text(body: bytes) -> str | None:
    try:
        text = body.decode()
        exact.decode(text)
    except ValueError:
        return None
    return text


def _decoded(body: bytes | None) -> Any:
    text = _json_text(body) if body else None
    return None if text is None else exact.decode(text)


def _schema(name: str) -> Schema | None:
    return schemas.load(name) if (schemas.folder() / f"{name}.json").is_file() else None
