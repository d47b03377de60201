"""Parameters and pages that many of Extended's routes have in common."""

from harness.venues.facts import Pagination, Param

__all__ = ["CANDLE_INTERVALS", "CURSOR", "END", "FILL_SIDE", "LIMIT", "MARKETS", "PAGES", "POSITION_SIDE", "START"]

MARKETS = Param(name="market", default="every market")  # several markets repeat the parameter
CURSOR = Param(name="cursor", default="the newest rows")
LIMIT = Param(name="limit", selects=False)
START = Param(name="startTime", required=True, unit="ms")
END = Param(name="endTime", required=True, unit="ms")

# the documentation writes these values in lower case in its prose and in upper case in its tables; the SDK sends upper
POSITION_SIDE = Param(name="side", values=("LONG", "SHORT"), ignore_case=True, default="both")
FILL_SIDE = Param(name="side", values=("BUY", "SELL"), ignore_case=True, default="both")

PAGES = Pagination(style="cursor", parameter="cursor", max_limit=10_000, next_at="/pagination/cursor")

# the union of the documentation's list and of the SDK's CandleInterval, which alone has P1D
CANDLE_INTERVALS = (
    "PT1M",
    "PT5M",
    "PT15M",
    "PT30M",
    "PT1H",
    "PT2H",
    "PT4H",
    "PT8H",
    "PT12H",
    "PT24H",
    "P1D",
    "P7D",
    "P30D",
)
