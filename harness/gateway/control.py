"""The control API of a server that runs for long: what it serves, its faults, its step, and what it was asked."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from harness import exact
from harness.errors import UsageError
from harness.gateway.guard import refused
from harness.gateway.journal import Journal
from harness.gateway.messages import Reply, Request
from harness.gateway.player import TapePlayer
from harness.gateway.switchboard import EVERYWHERE, SWITCHABLE, Switchboard

__all__ = ["PREFIX", "Control"]

PREFIX = "/__harness__"
"""Where it is; no venue has such a path."""

_ROUTES = {"": "GET", "faults": "GET, PUT, DELETE", "phase": "PUT, DELETE", "reset": "POST", "log": "GET, DELETE"}
_Document = Mapping[str, Any]


class Control:
    """Answers requests below `PREFIX` with JSON; whatever it changes, it answers with the state that follows."""

    def __init__(self, switchboard: Switchboard, player: TapePlayer | None, journal: Journal) -> None:
        self._switchboard = switchboard
        self._player = player
        self._journal = journal
        self._at_start = switchboard.armed()
        self._phase: int | None = None

    def __call__(self, request: Request) -> Reply:
        """The answer; 400, 404 or 405 with the reason for what cannot be done."""
        what, *rest = unquote(request.path.removeprefix(PREFIX).strip("/")).split("/")
        allowed = _ROUTES.get(what)
        if allowed is None or len(rest) > 1:
            known = ", ".join(f"{PREFIX}/{route}" for route in _ROUTES)
            return refused(404, "Not Found", f"not part of the control API, which has {known}")
        query = dict(parse_qsl(request.query))
        handlers: Mapping[str, Callable[[str, Mapping[str, str]], _Document]] = {
            "GET ": self._state,
            "GET faults": self._faults,
            "PUT faults": self._arm,
            "DELETE faults": self._disarm,
            "PUT phase": self._choose,
            "DELETE phase": self._go_on,
            "POST reset": self._reset,
            "GET log": self._log,
            "DELETE log": self._forget,
        }
        handler = handlers.get(f"{request.method} {what}")
        if handler is None:
            return refused(405, "Method Not Allowed", f"{PREFIX}/{what} takes {allowed}")
        try:
            document = handler(rest[0] if rest else "", query)
        except UsageError as wrong:
            return refused(400, "Bad Request", str(wrong))
        return Reply(200, "OK", (("Content-Type", "application/json"),), exact.encode(document))

    def _state(self, *_: Any) -> _Document:
        index = self._switchboard.playback.index
        return {
            "venue": index.venue.name,
            "requests": sorted({str(question) for question in index.questions()}),
            "channels": list(self._player.topics()) if self._player else [],
            "armed": self._armed(),
            "phase": self._phase,
            "seen": self._journal.seen,
        }

    def _armed(self) -> list[_Document]:
        return [{"fault": name, "endpoint": endpoint} for endpoint, name in self._switchboard.armed().items()]

    def _faults(self, *_: Any) -> _Document:
        known = [
            {"name": fault.name, "family": fault.family, "summary": fault.summary} for fault in SWITCHABLE.values()
        ]
        return {"armed": self._armed(), "known": known}

    def _arm(self, name: str, query: Mapping[str, str]) -> _Document:
        self._switchboard.arm(name, query.get("endpoint", EVERYWHERE))
        return self._state()

    def _disarm(self, name: str, query: Mapping[str, str]) -> _Document:
        self._switchboard.disarm(name, query.get("endpoint", EVERYWHERE))
        return self._state()

    def _choose(self, step: str, _: Mapping[str, str]) -> _Document:
        if not step.isascii() or not step.isdigit() or len(step) > 9:
            raise UsageError(f"a step is a number from 0: {PREFIX}/phase/0")
        self._phase = int(step)
        self._switchboard.playback.phase(self._phase)
        return self._state()

    def _go_on(self, *_: Any) -> _Document:
        self._phase = None
        self._switchboard.playback.phase(None)
        return self._state()

    def _reset(self, *_: Any) -> _Document:
        """As it was when it started; connections that are open go on."""
        self._phase = None
        self._switchboard.playback.reset()
        self._switchboard.disarm()
        for endpoint, name in self._at_start.items():
            self._switchboard.arm(name, endpoint)
        if self._player is not None:
            self._player.reset()
        self._journal.clear()
        return self._state()

    def _log(self, *_: Any) -> _Document:
        return {"seen": self._journal.seen, "latest": [entry.document() for entry in self._journal.entries()]}

    def _forget(self, *_: Any) -> _Document:
        self._journal.clear()
        return self._log()
