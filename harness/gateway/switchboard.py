"""Recordings whose faults are switched while they are played."""

from collections.abc import Mapping
from types import MappingProxyType

from harness.errors import UsageError
from harness.gateway.faults import FAULTS, Fault
from harness.gateway.index import Playback
from harness.gateway.messages import Reply, Request

__all__ = ["EVERYWHERE", "SWITCHABLE", "Switchboard"]

EVERYWHERE = ""
"""In place of an endpoint's name: all of them."""

SWITCHABLE: Mapping[str, Fault] = MappingProxyType(
    {name: fault for name, fault in FAULTS.items() if not fault.refuses_connections}
)
"""The catalogue without what would refuse the connections of whoever wants to switch it off."""


class Switchboard:
    """A responder: the recorded answers, with at most one fault an endpoint; one for all yields to one of its own.

    Only answers that are recorded fail.
    """

    def __init__(self, playback: Playback) -> None:
        self.playback = playback
        self._armed: dict[str, Fault] = {}

    def armed(self) -> Mapping[str, str]:
        """Endpoint, or `EVERYWHERE`, -> name of its fault."""
        return {endpoint: fault.name for endpoint, fault in self._armed.items()}

    def arm(self, name: str, endpoint: str = EVERYWHERE) -> None:
        """Let an endpoint fail from now on; `UsageError` for a fault or endpoint that is not known."""
        self._armed[self._endpoint(endpoint)] = _fault(name)

    def disarm(self, name: str = "", endpoint: str = EVERYWHERE) -> None:
        """Take away a fault, or every one, of an endpoint, or everywhere; `UsageError` as above."""
        if name:
            _fault(name)
        self._endpoint(endpoint)
        self._armed = {
            at: fault
            for at, fault in self._armed.items()
            if (name and fault.name != name) or (endpoint and at != endpoint)
        }

    def __call__(self, request: Request) -> Reply:
        """The next recorded answer, as it is or broken."""
        reply = self.playback(request)
        if not self._armed or reply.unmatched:
            return reply
        question = self.playback.index.question(request)
        fault = self._armed.get(question.endpoint if question else EVERYWHERE) or self._armed.get(EVERYWHERE)
        return fault.apply(reply) if fault else reply

    def _endpoint(self, name: str) -> str:
        known = [endpoint.name for endpoint in self.playback.index.venue.endpoints]
        if name and name not in known:
            raise UsageError(f"unknown endpoint {name!r}", cure=f"known are {', '.join(known)}")
        return name


def _fault(name: str) -> Fault:
    if name in FAULTS and name not in SWITCHABLE:
        raise UsageError(f"{name!r} would refuse whoever wants to switch it off", cure="reset-before comes close")
    if name not in SWITCHABLE:
        raise UsageError(f"unknown fault {name!r}", cure=f"known are {', '.join(SWITCHABLE)}")
    return SWITCHABLE[name]
