"""Parameters and pagination that Lighter's routes share."""

from harness.venues.facts import Pagination, Param

__all__ = [
    "ACCOUNT_INDEX",
    "ANY_MARKET_ID",
    "AUTH",
    "BY_ACCOUNT",
    "CURSOR",
    "HISTORY_CURSOR",
    "LIMIT",
    "MARKET_FILTER",
    "MARKET_ID",
    "NEXT_CURSOR",
    "PER_ROUTE",
    "SPAN",
    "UNLIMITED_CURSOR",
]

PER_ROUTE = 300  # weight of a route that the Rate Limits page does not name

# The SDK sends the token as the Authorization header; the `auth` parameter of the documentation does as well.
AUTH = Param(name="auth", selects=False)
ACCOUNT_INDEX = Param(name="account_index", required=True)
MARKET_ID = Param(name="market_id", required=True)
ANY_MARKET_ID = Param(name="market_id", default="255")  # 255 stands for every market
MARKET_FILTER = Param(name="filter", values=("all", "spot", "perp"), default="all")
CURSOR = Param(name="cursor")
LIMIT = Param(name="limit", required=True)
BY_ACCOUNT = (
    Param(name="by", required=True, values=("index", "l1_address")),
    Param(name="value", required=True, ignore_case=True),  # an address in any case, or the digits of an index
)
SPAN = (
    Param(name="start_timestamp", required=True, unit="ms"),
    Param(name="end_timestamp", required=True, unit="ms"),
    Param(name="count_back", required=True),
)
NEXT_CURSOR = Pagination(style="cursor", parameter="cursor", max_limit=100, next_at="/next_cursor")
UNLIMITED_CURSOR = Pagination(style="cursor", parameter="cursor", limit="", next_at="/next_cursor")
HISTORY_CURSOR = Pagination(style="cursor", parameter="cursor", limit="", next_at="/cursor")
