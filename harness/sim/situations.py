"""Account situations, described once for all venues: what is held, and the figures that follow from it.

Amounts of a base asset are in its units, everything else is in the collateral (USD at Extended and Hyperliquid, USDC at
Lighter). Every figure is exact.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum
from functools import cached_property

from harness.model import PositionSide
from harness.sim.markets import Market
from harness.sim.numbers import rounded

__all__ = [
    "ZERO",
    "Account",
    "Figures",
    "Holding",
    "Kind",
    "Mode",
    "Order",
    "Rounding",
    "Situation",
    "SpotBalance",
    "moved",
]

ZERO = Decimal(0)
Rounding = Callable[[Decimal], Decimal]


class Mode(Enum):
    """Where the funds that back positions are kept."""

    CLASSIC = "classic"
    UNIFIED = "unified"
    PORTFOLIO_MARGIN = "portfolio margin"


class Kind(Enum):
    """What an account is among the accounts of its wallet."""

    MAIN = "main"
    SUB = "sub-account"
    POOL = "pool"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A position, or a row that stands for none: its size is 0, or it is marked closed and keeps its last size."""

    market: Market
    side: PositionSide
    size: Decimal  # unsigned
    entry: Decimal
    leverage: int
    mark: Decimal
    realized: Decimal = ZERO
    allocated: Decimal | None = None  # margin set aside for it; None while it shares the account's
    closed: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it is exposure at all."""
        return bool(self.size) and not self.closed

    @property
    def amount(self) -> Decimal:
        """The signed size; 0 when it is not open."""
        if not self.is_open:
            return ZERO
        return self.size if self.side is PositionSide.LONG else -self.size

    @property
    def value(self) -> Decimal:
        """Unsigned size at the mark price."""
        return abs(self.amount) * self.mark

    @property
    def cost(self) -> Decimal:
        """Unsigned size at the entry price."""
        return abs(self.amount) * self.entry

    @property
    def liquidation(self) -> Decimal | None:
        """An estimate, `None` where a liquidation is out of reach; the venues' formulas need their margin schedules."""
        if self.leverage <= 3 and self.side is PositionSide.LONG:
            return None
        towards = -1 if self.side is PositionSide.LONG else 1
        return rounded(self.entry * (1 + towards * Decimal("0.9137") / self.leverage), 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A resting limit order, which holds back margin."""

    id: int
    market: Market
    is_buy: bool
    price: Decimal
    size: Decimal
    leverage: int
    filled: Decimal = ZERO

    @property
    def reserve(self) -> Decimal:
        """The margin held back."""
        return rounded(self.price * (self.size - self.filled) / self.leverage)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotBalance:
    """A spot balance. `weight` is the share of its value that backs positions where spot counts as collateral."""

    asset: str
    asset_id: int
    total: Decimal
    locked: Decimal
    price: Decimal
    weight: Decimal = Decimal("0.9")

    @property
    def value(self) -> Decimal:
        """The balance at the index price."""
        return rounded(self.total * self.price)

    @property
    def counted(self) -> Decimal:
        """What of it backs positions, where spot counts."""
        return rounded(self.total * self.price * self.weight)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account. `collateral` is its cash without unrealised PnL, `withheld` what cannot be withdrawn of it yet."""

    collateral: Decimal
    holdings: tuple[Holding, ...] = ()
    orders: tuple[Order, ...] = ()
    spot: tuple[SpotBalance, ...] = ()
    withheld: Decimal = ZERO
    mode: Mode = Mode.CLASSIC
    kind: Kind = Kind.MAIN
    index: int | None = None  # None for the account that the connector is configured with
    name: str = ""


@dataclass(frozen=True)
class Figures:
    """What follows from an account; each position is rounded as the venue does, so that sums hold to the last digit."""

    account: Account
    rounding: Rounding = field(default=rounded)

    def value(self, holding: Holding) -> Decimal:
        """The value of a position."""
        return self.rounding(holding.value)

    def pnl(self, holding: Holding) -> Decimal:
        """The unrealised PnL of a position."""
        towards = 1 if holding.side is PositionSide.LONG else -1
        return self.rounding(towards * (holding.value - holding.cost))

    def margin(self, holding: Holding) -> Decimal:
        """The initial margin of a position."""
        return self.rounding(self.value(holding) / holding.leverage)

    @cached_property
    def open(self) -> tuple[Holding, ...]:
        """The positions that are open."""
        return tuple(holding for holding in self.account.holdings if holding.is_open)

    @cached_property
    def total_pnl(self) -> Decimal:
        """Unrealised, of all positions."""
        return sum((self.pnl(holding) for holding in self.open), ZERO)

    @cached_property
    def total_value(self) -> Decimal:
        """Exposure of all positions, unsigned."""
        return sum((self.value(holding) for holding in self.open), ZERO)

    @cached_property
    def equity(self) -> Decimal:
        """Collateral with unrealised PnL, without spot."""
        return self.account.collateral + self.total_pnl

    @cached_property
    def isolated(self) -> tuple[Holding, ...]:
        """The positions that have their own margin."""
        return tuple(holding for holding in self.open if holding.allocated is not None)

    @cached_property
    def isolated_equity(self) -> Decimal:
        """The part of the equity that belongs to isolated positions."""
        return sum(((holding.allocated or ZERO) + self.pnl(holding) for holding in self.isolated), ZERO)

    @cached_property
    def cross_equity(self) -> Decimal:
        """The part of the equity that all other positions share."""
        return self.equity - self.isolated_equity

    @cached_property
    def cross_margin(self) -> Decimal:
        """The initial margin of the positions that share theirs."""
        return sum((self.margin(holding) for holding in self.open if holding.allocated is None), ZERO)

    @cached_property
    def reserved(self) -> Decimal:
        """The margin that resting orders hold back."""
        return sum((order.reserve for order in self.account.orders), ZERO)

    @cached_property
    def available(self) -> Decimal:
        """What can open new positions; never negative."""
        return max(ZERO, self.cross_equity - self.cross_margin - self.reserved)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The accounts of a wallet at one moment, in the venue's order; `moment` is in seconds since the start."""

    accounts: tuple[Account, ...]
    moment: int = 0

    @property
    def configured(self) -> Account:
        """The account that the connector is configured with."""
        return next(account for account in self.accounts if account.index is None)


def moved(account: Account, market: Market) -> Account:
    """The account a moment later, when the mark price of a market has gone up by four hundredths of a percent."""
    holdings = (
        replace(each, mark=rounded(each.mark * Decimal("1.0004"), market.price_decimals))
        if each.market is market
        else each
        for each in account.holdings
    )
    return replace(account, holdings=tuple(holdings))
