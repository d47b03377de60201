"""What a cassette holds: recorded HTTP interactions of one scenario, and where they come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["Cassette", "Environment", "Interaction", "Provenance", "Request", "Response"]


class Environment(StrEnum):
    """Where recorded answers come from; it says how far they can be trusted."""

    MAINNET = "mainnet"
    TESTNET = "testnet"
    SIMULATOR = "simulator"
    DOCUMENTATION = "documentation"


@dataclass(frozen=True, slots=True)
class Request:
    """A recorded request. `uri` is absolute; `body` is exact bytes, or `None` when there was none."""

    method: str
    uri: str
    body: bytes | None = None
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Response:
    """A recorded answer. `body` is the exact bytes after any content encoding was undone."""

    status: int
    reason: str
    body: bytes
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Interaction:
    """A request and its answer."""

    request: Request
    response: Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """The `recorded` mapping of a cassette. `sha256` covers the interactions and is computed on saving."""

    venue: str
    environment: Environment
    scenario: str
    recorded_at: str  # RFC 3339, UTC
    tools: Mapping[str, str] = field(default_factory=dict)  # name -> version
    redactions: int = 0
    note: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Cassette:
    """One scenario of one venue, with the answers of every endpoint in that account situation.

    A request that occurs more than once is answered in the recorded order; its last answer repeats. Other projects'
    cassettes have no provenance.
    """

    provenance: Provenance | None
    interactions: tuple[Interaction, ...]
