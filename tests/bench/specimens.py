"""Cassettes of any size, and an account of a hundred positions."""

import json
from typing import Any

from harness.cassette.model import Cassette, Environment, Interaction, Provenance, Request, Response

__all__ = ["account", "account_uri", "cassette"]

MAINNET = "https://mainnet.zklighter.elliot.ai"
PROVENANCE = Provenance(
    venue="lighter", environment=Environment.SIMULATOR, scenario="bench", recorded_at="2026-01-01T00:00:00Z"
)


def account_uri(base: str, index: int) -> str:
    """The request for one account."""
    return f"{base}/api/v1/account?by=index&value={index}"


def cassette(size: int) -> Cassette:
    """That many different requests, each with an account of three positions."""
    headers = {"Content-Type": ("application/json",)}
    return Cassette(
        PROVENANCE,
        tuple(
            Interaction(
                Request("GET", account_uri(MAINNET, index)),
                Response(200, "OK", json.dumps(account(3, index)).encode(), headers),
            )
            for index in range(size)
        ),
    )


def account(positions: int, index: int = 1) -> dict[str, Any]:
    """Lighter's answer for an account."""
    row = {
        "code": 0,
        "account_type": 0,
        "index": index,
        "account_index": index,
        "l1_address": "0x" + "ab" * 20,
        "cancel_all_time": 0,
        "total_order_count": 0,
        "total_isolated_order_count": 0,
        "pending_order_count": 0,
        "available_balance": "812.345678",
        "status": 1,
        "collateral": "1000.123456",
        "total_asset_value": "1100.123456",
        "cross_asset_value": "1100.123456",
        "name": "",
        "description": "",
        "can_invite": True,
        "referral_points_percentage": "",
        "positions": [_position(market) for market in range(positions)],
        "assets": [],
        "shares": [],
    }
    return {"code": 200, "total": 1, "accounts": [row]}


def _position(market: int) -> dict[str, Any]:
    return {
        "market_id": market,
        "symbol": f"C{market}",
        "initial_margin_fraction": "20.00",
        "open_order_count": 0,
        "pending_order_count": 0,
        "position_tied_order_count": 0,
        "sign": 1 if market % 2 else -1,
        "position": f"{market + 1}.50000",
        "avg_entry_price": "2.34",
        "position_value": "17.250000",
        "unrealized_pnl": "1.000000",
        "realized_pnl": "-2.000000",
        "liquidation_price": "0.1234",
        "margin_mode": 0,
        "allocated_margin": "0.000000",
    }
