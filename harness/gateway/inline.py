"""Serving in the client's own event loop: nothing is handed from thread to thread, which is a tenth of an update.

Only for clients that never block their loop: whoever does would wait for an answer that cannot be given meanwhile.
"""

import asyncio
import socket
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from harness.errors import HarnessFault
from harness.gateway.messages import Responder
from harness.gateway.server import Listener

__all__ = ["Inline"]

_T = TypeVar("_T")


class Inline:
    """Listeners in a loop that somebody else runs. Opening, refusing and closing happen while it stands still."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def open(self, responder: Responder) -> Listener:
        """Listen on a free port of the loopback interface."""
        listener = Listener(self, responder, None)
        self.run(listener.listen())
        return listener

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Run a coroutine to its end; `HarnessFault` while the loop runs."""
        if self._loop.is_running():
            work.close()
            raise HarnessFault("not possible while the client's loop runs")
        return self._loop.run_until_complete(work)

    def forget(self, listener: Listener) -> None:
        """Nothing: whoever runs the loop closes what was opened."""

    def cut(self, listener: Listener) -> None:
        """Break every connection below asyncio, which may be blocked by the very client that is to be cut off."""
        for one in listener.sockets_in_use():
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
