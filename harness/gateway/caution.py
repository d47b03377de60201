"""What a recording may send to a venue: reads, and nothing that trades unless a trader says so."""

from dataclasses import dataclass

from harness.gateway.messages import Request
from harness.gateway.question import fields_of
from harness.venues.dialect import Wish, decoded
from harness.venues.facts import Venue

__all__ = ["Caution"]


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
        found = self.venue.find(request.method, below, fields_of(request.body))
        if any(endpoint.reads for endpoint in found) or (not found and request.method in {"GET", "HEAD"}):
            return ""
        return f"{request.method} {request.path} may trade, and this recording only reads"

    def of_frame(self, text: str) -> str:
        """Why a client's frame is not sent; empty when it may be."""
        dialect = self.venue.dialect
        if self.trading or dialect is None or dialect.spoken(text).wish is not Wish.OTHER:
            return ""
        posted = decoded(text).get("request")
        if isinstance(posted, dict) and posted.get("type") == "info":  # Hyperliquid's reads over the socket
            return ""
        return "a frame that neither subscribes nor pings may trade, and this recording only reads"
