"""An order book and what happens to it, described once for all venues; every one writes it in its own way."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType

from harness.sim.markets import Market
from harness.sim.numbers import floored
from harness.sim.situations import ZERO

__all__ = ["Book", "Change", "changes", "opening"]

_LEVELS = 3


@dataclass(frozen=True, slots=True)
class Book:
    """Price -> size of both sides."""

    bids: Mapping[Decimal, Decimal]
    asks: Mapping[Decimal, Decimal]

    def ranked(self, side: str) -> list[tuple[Decimal, Decimal]]:
        """The levels of `bids` or `asks`, the best first."""
        return sorted(getattr(self, side).items(), reverse=side == "bids")

    def after(self, change: "Change") -> "Book":
        """The book with a change; size zero removes the level."""
        if not change.side:
            return self
        levels = {**getattr(self, change.side), change.price: change.size}
        return replace(self, **{change.side: MappingProxyType({at: size for at, size in levels.items() if size})})


@dataclass(frozen=True, slots=True)
class Change:
    """A level of `bids` or `asks` and the size that it has from now on; of no side when nothing happens."""

    side: str = ""
    price: Decimal = ZERO
    size: Decimal = ZERO


def opening(market: Market, tick: Decimal) -> Book:
    """Three levels around the mark price."""

    def levels(towards: int) -> Mapping[Decimal, Decimal]:
        return MappingProxyType(
            {
                market.mark + towards * tick * (number + 1) * (number + 2): floored(
                    Decimal(number * 1709 + 411) / market.mark, market.size_decimals
                )
                for number in range(_LEVELS)
            }
        )

    return Book(levels(-1), levels(1))


def changes(book: Book, tick: Decimal) -> Iterator[Change]:
    """The best bid grows, a better ask comes, nothing happens, the second bid goes, and so does the better ask."""
    (best_bid, size), (second_bid, _) = book.ranked("bids")[:2]
    (best_ask, ask_size), _ = book.ranked("asks")[:2]
    yield Change("bids", best_bid, size * 3)
    yield Change("asks", best_ask - tick, ask_size * 2)
    yield Change()
    yield Change("bids", second_bid)
    yield Change("asks", best_ask - tick)
