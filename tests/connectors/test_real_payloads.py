"""The pure readers against payloads that venues really sent, where the collection is at hand."""

from decimal import Decimal
from pathlib import Path

import pytest

from harness import exact
from harness.connectors import extended, hyperliquid, lighter

SHARED = Path(__file__).resolve().parents[2] / "../shared/payloads"
REAL = {"recorded", "observed", "documented"}
QUOTED_BY_A_LIBRARY = {"lighter/rest/account/08.json"}  # ccxt put every number of this answer in quotes


def lighter_balances(document):
    return [lighter.parse_balance(row) for row in lighter.parse_accounts(document).values()]


def lighter_positions(document):
    return [p for row in lighter.parse_accounts(document).values() for p in lighter.parse_positions(row)]


def payloads(place):
    """The successful answers of one endpoint that a venue really gave."""
    if not SHARED.is_dir():
        pytest.skip("the collection of payloads (../shared/payloads) is not here")
    for path in sorted((SHARED / place).glob("*.json")):
        payload = exact.decode(path.read_bytes())
        name = path.relative_to(SHARED).as_posix()
        is_whole = payload["status"] == 200 and payload.get("body_encoding") != "text"
        if is_whole and payload["provenance"]["kind"] in REAL and name not in QUOTED_BY_A_LIBRARY:
            yield payload["body"]


@pytest.mark.parametrize(
    ("place", "parse"),
    [
        ("extended/rest/user-balance", lambda document: [extended.parse_balance(document)]),
        ("lighter/rest/account", lighter_balances),
        ("hyperliquid/rest/info-clearinghouse-state", lambda document: [hyperliquid.parse_balance(document)]),
    ],
)
def test_real_balances_are_read(place, parse):
    """Each has a total, and nothing more is available than there is."""
    read = [balance for body in payloads(place) for balance in parse(body)]
    assert read
    assert all(Decimal(0) <= balance.available <= balance.total for balance in read)


@pytest.mark.parametrize(
    ("place", "parse"),
    [
        ("extended/rest/user-positions", extended.parse_positions),
        ("lighter/rest/account", lighter_positions),
        ("hyperliquid/rest/info-clearinghouse-state", hyperliquid.parse_positions),
    ],
)
def test_real_positions_are_read(place, parse):
    """Each has a size whose sign agrees with its side, a price and a leverage."""
    read = [position for body in payloads(place) for position in parse(body)]
    assert read
    for position in read:
        assert position.amount != 0
        assert (position.amount > 0) == (position.position_side.name == "LONG")
        assert position.entry_price > 0
        assert position.leverage >= 1
