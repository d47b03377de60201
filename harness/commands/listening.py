"""Opening the port that a command listens on, and saying in one line why it cannot be."""

import errno
from typing import TYPE_CHECKING

from harness.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.gateway import Gateway, Listener
    from harness.gateway.messages import Responder, Seen
    from harness.gateway.sockets import SocketHandler

__all__ = ["demand_port", "listening"]

_LAST_PORT = 65_535


def demand_port(port: int) -> None:
    """`UsageError` for a number that is no port."""
    if not 0 <= port <= _LAST_PORT:
        raise UsageError(f"{port} is no port", where="--port", cure="0 is a free one")


def listening(  # noqa: PLR0913 - what a port has
    gateway: "Gateway",
    responder: "Responder",
    sockets: "SocketHandler",
    *,
    host: str,
    port: int,
    note: "Callable[[Seen], None]",
) -> "Listener":
    """A listener on the port; `UsageError` when it is taken, or cannot be listened on."""
    try:
        return gateway.open(responder, sockets, host=host, port=port, note=note)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise UsageError(f"port {port} is taken", where="--port", cure="name another one, or 0") from None
        raise UsageError(f"cannot listen: {error.strerror}", where=f"--host {host} --port {port}") from None
