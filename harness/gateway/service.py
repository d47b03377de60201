"""Everything that a port answers which serves a venue for long: recordings, tapes, control, and refusals."""

from harness.gateway import unmatched
from harness.gateway.control import PREFIX, Control
from harness.gateway.guard import Guard, refused
from harness.gateway.journal import Journal
from harness.gateway.messages import Reply, Request, Seen
from harness.gateway.player import TapePlayer
from harness.gateway.sockets import Opening
from harness.gateway.switchboard import Switchboard

__all__ = ["Service"]


class Service:
    """A responder, a handler of WebSockets (`converse`) and a taker of notes (`note`) in one. `player` is optional."""

    def __init__(self, switchboard: Switchboard, player: TapePlayer | None, journal: Journal, guard: Guard) -> None:
        self._switchboard = switchboard
        self._player = player
        self._journal = journal
        self._guard = guard
        self._control = Control(switchboard, player, journal)

    def __call__(self, request: Request) -> Reply:
        """Answer a request."""
        refusal = self._guard.refusal(request)
        if refusal is not None:
            return refusal
        if _is_control(request.path):
            return self._control(request)
        return self._switchboard(request)

    async def converse(self, opening: Opening) -> None:
        """Serve a WebSocket."""
        request = opening.request
        refusal = self._guard.refusal(request)
        if refusal is not None:
            opening.refuse(refusal)
        elif _is_control(request.path):
            opening.refuse(refused(400, "Bad Request", "the control API speaks HTTP"))
        elif self._player is None:
            opening.refuse(unmatched.reply("no recording answers a WebSocket: there is no tape", ()))
        else:
            await self._player(opening)

    def note(self, seen: Seen) -> None:
        """Remember a request, unless it controls."""
        if not _is_control(seen.path):
            self._journal.note(seen)


def _is_control(path: str) -> bool:
    return path == PREFIX or path.startswith(f"{PREFIX}/")
