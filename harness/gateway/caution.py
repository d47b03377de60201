"""What a recording may send to a venue: reads, and nothing that trades unless a trader says so."""

import base64
from dataclasses import dataclass

from harness.cassette.tape import Kind
from harness.gateway.messages import Request
from harness.gateway.question import fields_of
from harness.gateway.sockets import Message
from harness.venues.dialect import Wish, decoded
from harness.venues.facts import Venue

__all__ = ["Caution"]

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Caution:
    """Refuses what could place, change or cancel an order, or move money. `trading` lets everything through."""

    venue: Venue
    trading: bool = False

    def of_request(self, request: Request) -> str:
        """Why a request is not sent; empty when it may be."""
        if self.trading:
            return ""
        prefix = self.venue.rest_prefix
        below = request.path.removeprefix(prefix) or "/"
        routes = self.venue.find(request.method, below)
        found = self.venue.find(request.method, below, fields_of(request.body)) or routes  # nobody knows every read
        if all(endpoint.reads for endpoint in found) if found else request.method in _SAFE:
            return ""
        return f"{request.method} {request.path} may trade, and this recording only reads"

    def of_message(self, message: Message) -> str:
        """Why a client's frame is not sent; empty when it may be. A binary one can say what a text can."""
        dialect = self.venue.dialect
        if self.trading or dialect is None or message.kind not in {Kind.TEXT, Kind.BINARY}:
            return ""
        is_text = message.kind is Kind.TEXT
        text = message.text if is_text else base64.b64decode(message.text).decode("utf-8", "replace")
        if dialect.spoken(text).wish is not Wish.OTHER:
            return ""
        posted = decoded(text).get("request")
        if isinstance(posted, dict) and posted.get("type") == "info":  # Hyperliquid's reads over the socket
            return ""
        return "a frame that neither subscribes nor pings may trade, and this recording only reads"
