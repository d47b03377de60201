"""What Hyperliquid's answers mean."""

from decimal import Decimal
from typing import Any

from harness.contract.arithmetic import number, total, unequal
from harness.contract.reading import Column, Contract, Invariant, Kind, Mode, Reading, RowChoice

__all__ = ["CONTRACT"]

_MODE = "info-user-abstraction"
_SEPARATE = Mode(endpoint=_MODE, values=("default", "disabled", "dexAbstraction"), default=True)
_UNIFIED = Mode(endpoint=_MODE, values=("unifiedAccount", "portfolioMargin"))


def _account_value(document: Any) -> str | None:
    summary = document.get("marginSummary") or document["crossMarginSummary"]
    parts = [number(summary["totalRawUsd"])]
    for row in document["assetPositions"]:
        position = row["position"]
        value = number(position["positionValue"])
        parts.append(value.copy_negate() if number(position["szi"]) < 0 else value)
    worth = total(parts)
    return unequal("accountValue", number(summary["accountValue"]), "totalRawUsd + positions", worth, Decimal("1e-5"))


CONTRACT = Contract(
    venue="hyperliquid",
    readings=(
        Reading(
            method="_update_balances",
            endpoint="info-clearinghouse-state",
            mode=_SEPARATE,
            constant_asset="USD",
            columns=(
                Column(into="total", at="/crossMarginSummary/accountValue"),
                Column(into="available", at="/withdrawable"),
            ),
            scaled=(
                "/crossMarginSummary/accountValue",
                "/crossMarginSummary/totalRawUsd",
                "/marginSummary/accountValue",
                "/marginSummary/totalRawUsd",
                "/withdrawable",
                "/assetPositions/*/position/positionValue",
            ),
        ),
        Reading(
            method="_update_balances",
            endpoint="info-spot-clearinghouse-state",
            mode=_UNIFIED,
            choice=RowChoice(rows="/balances", at=("/coin",), constant="USDC", missing_is_zero=True),
            constant_asset="USD",
            columns=(
                Column(into="total", at="/total"),
                Column(into="hold", at="/hold"),  # available is the total less what is held
            ),
            scaled=("/balances/*/total", "/balances/*/hold"),
        ),
        Reading(
            method="_update_positions",
            endpoint="info-clearinghouse-state",
            rows="/assetPositions",
            columns=(
                Column(into="trading_pair", at="/position/coin", kind=Kind.SYMBOL),
                Column(into="amount", at="/position/szi", kind=Kind.SIGNED),
                Column(into="entry_price", at="/position/entryPx"),
                Column(into="unrealized_pnl", at="/position/unrealizedPnl"),
                Column(into="leverage", at="/position/leverage/value"),
            ),
            scaled=(
                "/crossMarginSummary/accountValue",
                "/crossMarginSummary/totalRawUsd",
                "/marginSummary/accountValue",
                "/marginSummary/totalRawUsd",
                "/assetPositions/*/position/szi",
                "/assetPositions/*/position/entryPx",
                "/assetPositions/*/position/unrealizedPnl",
                "/assetPositions/*/position/positionValue",
            ),
        ),
    ),
    invariants=(Invariant("account-value-sums-up", "info-clearinghouse-state", _account_value),),
    error_envelopes=({"status": "err", "response": "User or API Wallet does not exist."},),
)
