"""How a venue behaves during one step of a check: a recorded situation, edits to it, and faults on the wire."""

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from harness import exact
from harness.contract.edits import Edit
from harness.contract.oracle import Answer
from harness.gateway.faults import Fault
from harness.gateway.index import Playback
from harness.gateway.messages import Reply, Request, Seen, Wire
from harness.venues.facts import Endpoint, Venue

__all__ = ["FaultPlan", "Scene", "Script", "endpoint_of", "json_of"]


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """A fault on the answers of some endpoints (of all when none is named), for the first `times` or for good."""

    fault: Fault
    endpoints: frozenset[str] = frozenset()
    times: int | None = None
    hold: bool = False  # the request is taken and not answered at all

    def __hash__(self) -> int:
        return hash((self.fault.name, self.endpoints, self.times, self.hold))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FaultPlan) and (self.fault.name, self.endpoints, self.times, self.hold) == (
            other.fault.name,
            other.endpoints,
            other.times,
            other.hold,
        )


@dataclass(frozen=True, slots=True)
class Scene:
    """One step. `answers` replaces whole answers, by endpoint name."""

    scenario: str
    phase: int = 0
    edits: tuple[Edit, ...] = ()
    answers: tuple[tuple[str, Answer], ...] = ()
    plan: FaultPlan | None = None
    label: str = field(default="", compare=False)

    def edited(self, *edits: Edit) -> "Scene":
        """The same with more edits."""
        return replace(self, edits=(*self.edits, *edits))

    def faulty(self, fault: Fault, endpoints: frozenset[str], *, times: int | None = None) -> "Scene":
        """The same with a fault on the wire."""
        return replace(self, plan=FaultPlan(fault, endpoints, times))

    def answered(self, endpoint: str, answer: Answer) -> "Scene":
        """The same with another answer of one endpoint."""
        return replace(self, answers=(*self.answers, (endpoint, answer)))


class Script:
    """A responder that plays the scene it is given. It runs in the gateway's thread."""

    def __init__(self, venue: Venue, playback: Playback, scene: Scene) -> None:
        self._venue = venue
        self.play(playback, scene)

    def play(self, playback: Playback, scene: Scene) -> None:
        """Go on with another scene."""
        self._playback, self._scene = playback, scene
        self._faulted: Counter[str] = Counter()

    def __call__(self, request: Request) -> Reply:
        """The recorded reply, edited and spoilt as the scene says."""
        endpoint = endpoint_of(self._venue, request)
        name = endpoint.name if endpoint is not None else ""
        reply = self._rewritten(name, self._playback(request))
        plan = self._scene.plan
        if plan is None or (plan.endpoints and name not in plan.endpoints):
            return reply
        if plan.times is not None and self._faulted[name] >= plan.times:
            return reply
        self._faulted[name] += 1
        return replace(reply, wire=Wire.STALLED) if plan.hold else plan.fault.apply(reply)

    def _rewritten(self, name: str, reply: Reply) -> Reply:
        for endpoint, answer in self._scene.answers:
            if endpoint == name:
                reply = Reply(answer.status, "Replaced", (("Content-Type", "application/json"),), answer.body)
        for edit in self._scene.edits:
            if edit.endpoint == name and reply.status == 200:
                reply = replace(reply, body=exact.encode(edit.apply(exact.decode(reply.body))))
        return reply


def endpoint_of(venue: Venue, request: Request | Seen) -> Endpoint | None:
    """The endpoint that a request is for, whatever its parameters."""
    return _endpoint(venue, request.method, request.path, request.body)


@lru_cache(maxsize=1024)  # most requests are asked again and again
def _endpoint(venue: Venue, method: str, path: str, body: bytes) -> Endpoint | None:
    below = unquote(path).removeprefix(venue.rest_prefix) or "/"
    found = venue.find(method, below, json_of(body) or {})
    return found[0] if found else None


def json_of(body: bytes) -> Any:
    """Decoded JSON, or `None` for what is none."""
    try:
        return exact.decode(body) if body else None
    except ValueError:
        return None
