"""An account's balances and positions as a connector holds them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from harness.connectors.reading import Node
from harness.model import Position

__all__ = ["Account", "Balance", "distinct"]


@dataclass(frozen=True, slots=True)
class Balance:
    """One collateral asset: `total` is the equity with unrealised PnL, `available` what can open new positions."""

    asset: str
    total: Decimal
    available: Decimal


def distinct(positions: Iterable[Position], rows: Node) -> tuple[Position, ...]:
    """The positions, of which no two are of one market and side; `MalformedAnswer` naming `rows` otherwise."""
    kept = tuple(positions)
    counts = Counter((position.trading_pair, position.position_side) for position in kept)
    for (pair, side), count in counts.items():
        if count > 1:
            raise rows.error(f"has {count} open {side.name} positions of {pair}")
    return kept


def _keyed(positions: tuple[Position, ...]) -> dict[str, Position]:
    sides = Counter(position.trading_pair for position in positions)
    return {
        pair if sides[pair] == 1 else f"{pair}{position.position_side.name}": position
        for position in positions
        for pair in (position.trading_pair,)
    }


class Account:
    """The state that updates leave behind. Names are those of Hummingbot's perpetual connectors.

    Each part is replaced whole and in one step, after its answer was read to the end: nobody sees half an update, what
    the answer does not list any more is gone, and a failed update changes nothing.

    Of updates that overlap, the one whose request was sent last wins, whatever the order in which the answers come: an
    answer that is older than the one already applied is dropped. No update waits for another.

    A key of `account_positions` is the trading pair. Where a market is held on both sides at once (hedge mode), both
    keys are the trading pair followed by the side: `BTC-USDLONG` and `BTC-USDSHORT`.
    """

    def __init__(self) -> None:
        self._account_balances: dict[str, Decimal] = {}
        self._account_available_balances: dict[str, Decimal] = {}
        self.account_positions: dict[str, Position] = {}
        self._balances_of = 0
        self._positions_of = 0

    def get_balance(self, asset: str) -> Decimal:
        """The total balance, 0 for an asset that the account does not hold."""
        return self._account_balances.get(asset, Decimal(0))

    def get_available_balance(self, asset: str) -> Decimal:
        """The balance that can open new positions, 0 for an asset that the account does not hold."""
        return self._account_available_balances.get(asset, Decimal(0))

    def _replace_balance(self, balance: Balance, request_number: int) -> None:
        if request_number < self._balances_of:
            return
        self._balances_of = request_number
        self._account_balances = {balance.asset: balance.total}
        self._account_available_balances = {balance.asset: balance.available}

    def _replace_positions(self, positions: tuple[Position, ...], request_number: int) -> None:
        if request_number < self._positions_of:
            return
        self._positions_of = request_number
        self.account_positions = _keyed(positions)
