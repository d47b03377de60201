"""What Lighter's answers mean."""

from decimal import Decimal
from typing import Any

from harness.contract.arithmetic import number, total, unequal
from harness.contract.reading import Column, Contract, Invariant, Kind, Reading, RowChoice

__all__ = ["CONTRACT"]

_OK = ("/code", (200,))
_ACCOUNT = RowChoice(rows="/accounts", at=("/account_index", "/index"), credential="account_index")


def _asset_value(document: Any) -> str | None:
    for account in document["accounts"]:
        gains = (position["unrealized_pnl"] for position in account["positions"])
        parts = total(number(told) for told in (account["collateral"], *gains))
        worth = number(account["total_asset_value"])
        broken = unequal("total_asset_value", worth, "collateral + unrealized_pnl", parts, Decimal("1e-6"))
        if broken:
            return broken
    return None


CONTRACT = Contract(
    venue="lighter",
    readings=(
        Reading(
            method="_update_balances",
            endpoint="account",
            success=_OK,
            choice=_ACCOUNT,
            structural=("/total",),
            constant_asset="USDC",
            columns=(
                # collateral plus the sum of unrealized_pnl is the other documented way, equal within a millionth
                Column(into="total", at="/total_asset_value", slack=Decimal("1e-6")),
                Column(into="available", at="/available_balance"),
            ),
            scaled=(
                "/accounts/*/collateral",
                "/accounts/*/total_asset_value",
                "/accounts/*/cross_asset_value",
                "/accounts/*/available_balance",
                "/accounts/*/positions/*/unrealized_pnl",
            ),
        ),
        Reading(
            method="_update_positions",
            endpoint="account",
            success=_OK,
            choice=_ACCOUNT,
            structural=("/total",),
            rows="/positions",
            null_rows_doubtful=True,  # other empty lists of this venue were recorded as null
            columns=(
                Column(into="trading_pair", at="/symbol", kind=Kind.SYMBOL),
                Column(into="position_side", at="/sign", kind=Kind.SIDE, values={1: "LONG", -1: "SHORT"}),
                Column(into="amount", at="/position", kind=Kind.UNSIGNED),
                Column(into="entry_price", at="/avg_entry_price"),
                Column(into="unrealized_pnl", at="/unrealized_pnl"),
                Column(
                    into="leverage",
                    at="/initial_margin_fraction",
                    kind=Kind.PERCENT_MARGIN,
                    tolerance=Decimal("0.01"),  # some round a hundred over 33.33 to 3
                ),
            ),
            scaled=(
                "/accounts/*/collateral",
                "/accounts/*/total_asset_value",
                "/accounts/*/positions/*/position",
                "/accounts/*/positions/*/avg_entry_price",
                "/accounts/*/positions/*/unrealized_pnl",
            ),
        ),
    ),
    invariants=(Invariant("asset-value-sums-up", "account", _asset_value),),
    error_envelopes=(
        {"code": 20001, "message": "invalid param"},
        {"code": 20013, "message": "invalid auth: invalid deadline"},
        {"code": 23000, "message": "Too Many Requests!"},
        {"code": 29500, "message": "internal server error"},
    ),
)
