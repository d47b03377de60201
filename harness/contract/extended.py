"""What Extended's answers mean."""

from decimal import Decimal
from typing import Any

from harness.contract.arithmetic import number, total, unequal
from harness.contract.reading import Column, Contract, Invariant, Kind, Nothing, Reading

__all__ = ["CONTRACT"]

_OK = ("/status", ("OK", "ok"))


def _equity(document: Any) -> str | None:
    data = document["data"]
    parts = total(number(told) for told in (data["balance"], data["unrealisedPnl"], data.get("spotEquity", "0")))
    return unequal("equity", number(data["equity"]), "balance + unrealisedPnl + spotEquity", parts, Decimal("1e-6"))


CONTRACT = Contract(
    venue="extended",
    readings=(
        Reading(
            method="_update_balances",
            endpoint="user-balance",
            success=_OK,
            nothing=Nothing(status=404, asset="USD"),
            columns=(
                Column(into="asset", at="/data/collateralName", kind=Kind.ASSET),
                Column(into="total", at="/data/equity"),
                Column(into="available", at="/data/availableForTrade"),
            ),
            scaled=(
                "/data/balance",
                "/data/equity",
                "/data/spotEquity",
                "/data/unrealisedPnl",
                "/data/availableForTrade",
                "/data/availableForWithdrawal",
                "/data/initialMargin",
            ),
        ),
        Reading(
            method="_update_positions",
            endpoint="user-positions",
            success=_OK,
            rows="/data",
            columns=(
                Column(into="trading_pair", at="/market", kind=Kind.SYMBOL),
                Column(into="position_side", at="/side", kind=Kind.SIDE, values={"LONG": "LONG", "SHORT": "SHORT"}),
                Column(into="amount", at="/size", kind=Kind.UNSIGNED),
                Column(into="entry_price", at="/openPrice"),
                Column(into="unrealized_pnl", at="/unrealisedPnl"),
                Column(into="leverage", at="/leverage"),
                Column(
                    into="openness",
                    at="/status",
                    kind=Kind.OPENNESS,
                    values={"OPENED": "open", "CLOSED": "flat"},
                    optional=True,
                ),
            ),
            scaled=("/data/*/size", "/data/*/value", "/data/*/unrealisedPnl", "/data/*/openPrice"),
        ),
    ),
    invariants=(Invariant("equity-sums-up", "user-balance", _equity),),
    error_envelopes=(
        {"status": "ERROR", "error": {"code": 1006, "message": "Internal Server Error"}},
        {"status": "ERROR", "error": {"code": 1001, "message": "Market not found"}},
        {"status": "ERROR", "error": {"code": 1004, "message": "Account not found"}},
        {"status": "ERROR", "error": {"code": 1010, "message": "Maintenance mode"}},
        {"status": "ERROR", "error": {"code": 1500, "message": "Account not selected"}},
    ),
)
