"""Value objects of an account's state, the same for every venue."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

__all__ = ["AccountState", "Position", "PositionSide"]


class PositionSide(Enum):
    """The names are Hummingbot's."""

    LONG = "LONG"
    SHORT = "SHORT"


@dataclass(frozen=True, slots=True)
class Position:
    """An open position. `amount` is in base units and negative when short; prices and PnL are in the quote asset."""

    trading_pair: str
    position_side: PositionSide
    amount: Decimal
    entry_price: Decimal
    unrealized_pnl: Decimal
    leverage: Decimal


@dataclass(frozen=True, slots=True)
class AccountState:
    """What an update leaves behind. `None` means that the update says nothing of that part."""

    total: Mapping[str, Decimal] | None = None
    available: Mapping[str, Decimal] | None = None
    positions: tuple[Position, ...] | None = None
