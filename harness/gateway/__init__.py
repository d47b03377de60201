"""The loopback HTTP and WebSocket server that plays recordings to any client, with faults where they are wanted."""

from harness.gateway.log import RequestLog
from harness.gateway.messages import Reply, Request, Responder, Seen, Wire
from harness.gateway.server import Gateway, Listener
from harness.gateway.sockets import Opening, Socket, SocketHandler

__all__ = [
    "Gateway",
    "Listener",
    "Opening",
    "Reply",
    "Request",
    "RequestLog",
    "Responder",
    "Seen",
    "Socket",
    "SocketHandler",
    "Wire",
]
