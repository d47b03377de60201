"""The loopback HTTP server that plays recordings to any client, with faults on the wire where they are wanted."""

from harness.gateway.log import RequestLog
from harness.gateway.messages import Reply, Request, Responder, Seen, Wire
from harness.gateway.server import Gateway, Listener

__all__ = ["Gateway", "Listener", "Reply", "Request", "RequestLog", "Responder", "Seen", "Wire"]
