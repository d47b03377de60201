"""The vocabulary in which the facts of an exchange are written down."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any

from harness.venues.dialect import Dialect

__all__ = [
    "Auth",
    "Channel",
    "Credential",
    "Endpoint",
    "Environment",
    "Pagination",
    "Param",
    "Privacy",
    "RateLimit",
    "Venue",
]


class Auth(Enum):
    """What a request must carry to be answered."""

    NONE = "none"
    API_KEY = "api key header"
    TOKEN = "auth token"  # noqa: S105 - a way of authenticating
    SIGNATURE = "signed body"


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """A query parameter, or a field of a JSON request body."""

    name: str
    required: bool = False
    values: tuple[str, ...] = ()  # the only ones that the venue accepts; empty when any is
    selects: bool = True  # another value gets another answer; false for limits, tokens and the like
    default: str = ""  # what leaving it out means
    ignore_case: bool = False
    unit: str = ""  # "ms", "s", ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pagination:
    """How the next page is asked for. `next_at` is the JSON pointer of its cursor in an answer."""

    style: str  # "cursor" or "time"
    parameter: str
    limit: str = "limit"
    max_limit: int | None = None
    next_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """`requests` of weight one that are free in `seconds`, counted per `scope`."""

    requests: int
    seconds: int
    scope: str = "ip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """One entry of the mapping that a factory gets. A secret must never be seen anywhere."""

    name: str
    secret: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """What a recording keeps of a venue's traffic. Headers that are not named here are left out.

    Of parameters and fields, those that the endpoint's parameters and schema describe are kept, but for two kinds,
    `secrets` and `identities`. They are told by name, or by the names of parent and field: `signature.r`.
    """

    secrets: frozenset[str] = (
        frozenset()
    )  # those that authenticate, headers (in lower case) too: their values are blanked
    identities: frozenset[str] = frozenset()  # those that say whose account it is: they get a pseudonym
    identities_in: Mapping[str, frozenset[str]] = field(default_factory=dict)  # endpoint or channel -> more of them
    nobody: frozenset[str] = frozenset()  # values of them that are nobody's account
    hashes: frozenset[str] = frozenset()  # fields whose 32 bytes of hexadecimal are public, and no private key
    openings: frozenset[str] = frozenset()  # parameters of a WebSocket address that are kept
    request_headers: frozenset[str] = frozenset({"accept", "accept-encoding", "content-type"})
    response_headers: frozenset[str] = frozenset(
        {"allow", "cache-control", "content-type", "date", "location", "retry-after", "server"}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """One deployment of a venue: its REST base and its WebSocket base."""

    rest: str
    ws: str


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One REST route. `path` is relative to the REST base, `{market}` stands for one segment.

    Routes that share a path (Hyperliquid's `/info`) are told apart by `discriminator`, fields of the JSON request body,
    or of the member of it that `within` names; a recording may have kept that member alone.
    The schema of its successful answer is `schemas/<venue>/rest/<name>.json`.
    """

    name: str
    method: str
    path: str
    summary: str
    source: str  # SDK model, document or recorded payload that says so
    params: tuple[Param, ...] = ()
    discriminator: Mapping[str, str] = field(default_factory=dict)
    within: str = ""  # "action" for Hyperliquid's /exchange
    auth: Auth = Auth.NONE
    pagination: Pagination | None = None
    weight: int = 1
    empty_body: bool = False  # a success may have no body at all

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return _pattern_of(self.path)

    @property
    def reads(self) -> bool:
        """Whether it changes nothing at the venue. Hyperliquid reads with POST, and signs everything else."""
        return self.method == "GET" or (self.method == "POST" and self.auth is Auth.NONE and bool(self.discriminator))

    def matches(self, method: str, path: str, body: Any = None) -> bool:
        """Whether a request with this method, path below the REST base and decoded JSON body is for this endpoint."""
        if method.upper() != self.method or not self._pattern.fullmatch(path):
            return False
        if not self.discriminator:
            return True
        fields = body.get(self.within, body) if isinstance(body, Mapping) and self.within else body
        return isinstance(fields, Mapping) and all(
            fields.get(key) == value for key, value in self.discriminator.items()
        )

    def param(self, name: str) -> Param | None:
        """The documented parameter of this name."""
        return next((param for param in self.params if param.name == name), None)


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One WebSocket subscription or kind of control frame. `path` is relative to the WebSocket base, `*` is any.

    `frames` tells its frames apart from those of other channels on the same path: field of the frame -> its values.
    A frame that has none of these fields, but has the field `untyped`, belongs to it as well.
    The schema of its frames is `schemas/<venue>/ws/<name>.json`.
    """

    name: str
    path: str
    summary: str
    source: str
    also: tuple[str, ...] = ()  # other paths: all markets at once
    frames: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    untyped: str = ""
    params: tuple[Param, ...] = ()  # of the query, where the path is the subscription
    subscribe: Mapping[str, Any] | None = None  # the frame that a client sends; None where the path is the subscription
    auth: Auth = Auth.NONE
    sent_by_client: bool = False

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(_pattern_of(path) for path in (self.path, *self.also))

    def matches(self, path: str, frame: Any, *, sent_by_client: bool = False) -> bool:
        """Whether a decoded frame on this path below the WebSocket base belongs to this channel."""
        if sent_by_client != self.sent_by_client or not any(pattern.fullmatch(path) for pattern in self._patterns):
            return False
        if not self.frames:
            return True
        if not isinstance(frame, Mapping):
            return False
        if self.untyped in frame and self.frames.keys().isdisjoint(frame):
            return True
        return all(frame.get(key) in values for key, values in self.frames.items())


def _pattern_of(path: str) -> re.Pattern[str]:
    parts = re.split(r"(\{\w+\}|\*)", path)
    kinds = {"{": "[^/]+", "*": ".*"}
    return re.compile("".join(kinds.get(part[:1], re.escape(part)) for part in parts))


@dataclass(frozen=True, kw_only=True, eq=False)
class Venue:
    """Everything known of one exchange. Venues are constants: equal when they are the same."""

    name: str
    title: str
    environments: Mapping[str, Environment]
    rest_prefix: str  # the path of the REST base: "/api/v1" at Extended
    ws_prefix: str
    endpoints: tuple[Endpoint, ...]
    channels: tuple[Channel, ...]
    credentials: tuple[Credential, ...]
    rate_limit: RateLimit
    pair_of: str  # how a trading pair is made: "{symbol}-USDC"
    dialect: Dialect | None = None  # of its WebSocket
    privacy: Privacy = field(default_factory=Privacy)

    def endpoint(self, name: str) -> Endpoint:
        """The endpoint of this name; `KeyError` when there is none."""
        return self._endpoints_by_name[name]

    def channel(self, name: str) -> Channel:
        """The channel of this name; `KeyError` when there is none."""
        return self._channels_by_name[name]

    def find(self, method: str, path: str, body: Any = None) -> tuple[Endpoint, ...]:
        """Endpoints that a request may be for, the most specific path first; `path` is below the REST base.

        Without a request body (`None`) every endpoint of the path is a candidate.
        """
        found = [
            endpoint
            for endpoint in self.endpoints
            if endpoint.matches(method, path, endpoint.discriminator if body is None else body)
        ]
        return tuple(sorted(found, key=lambda endpoint: endpoint.path.count("{")))

    def find_channels(self, path: str, frame: Any, *, sent_by_client: bool = False) -> tuple[Channel, ...]:
        """Channels that a frame may belong to; `path` is below the WebSocket base."""
        found = [channel for channel in self.channels if channel.matches(path, frame, sent_by_client=sent_by_client)]
        return tuple(sorted(found, key=lambda channel: (not channel.frames, channel.path.count("{"))))

    @cached_property
    def _endpoints_by_name(self) -> Mapping[str, Endpoint]:
        return {endpoint.name: endpoint for endpoint in self.endpoints}

    @cached_property
    def _channels_by_name(self) -> Mapping[str, Channel]:
        return {channel.name: channel for channel in self.channels}
