"""Making the sums of an answer hold again after a figure in it was changed, so that it stays a possible one."""

from collections.abc import Callable, Mapping
from decimal import Decimal, localcontext
from functools import lru_cache
from typing import Any

from harness import exact

__all__ = ["balanced"]

_DIGITS = 120
"""More than any sum of generated figures has, so that no sum is rounded."""

_decimal = lru_cache(maxsize=8192, typed=True)(exact.decimal)
"""Answers share most of their rows."""


def _sum(values: list[Decimal]) -> str:
    return f"{sum(values, Decimal(0)):f}"


def _extended_balance(document: Any) -> Any:
    data = document["data"]
    parts = [_decimal(data[name]) for name in ("balance", "unrealisedPnl", "spotEquity") if name in data]
    return {**document, "data": {**data, "equity": _sum(parts)}}


def _lighter_account(document: Any) -> Any:
    accounts = []
    for account in document["accounts"]:
        pnl = [_decimal(position["unrealized_pnl"]) for position in account["positions"]]
        total = _sum([_decimal(account["collateral"]), *pnl])
        accounts.append({**account, "total_asset_value": total})
    return {**document, "accounts": accounts}


def _hyperliquid_account(document: Any) -> Any:
    values = []
    for row in document["assetPositions"]:
        position = row["position"]
        value = _decimal(position["positionValue"])
        values.append(-value if _decimal(position["szi"]) < 0 else value)
    summary = document.get("marginSummary")
    if summary is None:
        return document
    worth = _sum([_decimal(summary["totalRawUsd"]), *values])
    return {**document, "marginSummary": {**summary, "accountValue": worth}}


_BALANCERS: Mapping[tuple[str, str], Callable[[Any], Any]] = {
    ("extended", "user-balance"): _extended_balance,
    ("lighter", "account"): _lighter_account,
    ("hyperliquid", "info-clearinghouse-state"): _hyperliquid_account,
}


def balanced(venue: str, endpoint: str, document: Any) -> Any:
    """A copy of a valid answer in which the contract's invariants hold; other endpoints have none."""
    balance = _BALANCERS.get((venue, endpoint))
    if balance is None:
        return document
    with localcontext() as context:
        context.prec = _DIGITS
        return balance(document)
