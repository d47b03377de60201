"""Reading the state of a connector through the surface that Hummingbot gives it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

__all__ = ["POSITION_FIELDS", "SeenPosition", "Snapshot", "number", "observe"]

POSITION_FIELDS = ("amount", "entry_price", "unrealized_pnl", "leverage")


def number(value: Any) -> Decimal | None:
    """The number that a value of the state stands for, however it is typed; `None` when it is none."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        found = Decimal(value) if isinstance(value, int | Decimal) else Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


class SeenPosition(NamedTuple):
    """A position as the connector shows it; `values` are untouched, floats stay floats."""

    trading_pair: str
    side: str
    values: Mapping[str, Any]

    def key(self) -> tuple[str, str]:
        """What tells it from the others."""
        return self.trading_pair, self.side

    def figures(self) -> tuple[Decimal | None, ...]:
        """Its numbers, in the order of `POSITION_FIELDS`."""
        return tuple(number(self.values[name]) for name in POSITION_FIELDS)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of a connector at one moment. `None` means that the connector has no such part."""

    total: Mapping[str, Any] | None
    available: Mapping[str, Any] | None
    positions: tuple[SeenPosition, ...] | None
    told_total: Mapping[str, Any] | None = None  # what get_balance says of the same assets
    told_available: Mapping[str, Any] | None = None

    def balances(self) -> tuple[frozenset[tuple[str, Decimal | None]], frozenset[tuple[str, Decimal | None]]]:
        """Total and available, comparable; an asset of zero is as good as none."""
        return _comparable(self.total), _comparable(self.available)

    def rows(self) -> Mapping[tuple[str, str], tuple[Decimal | None, ...]]:
        """The positions by pair and side, comparable."""
        return {position.key(): position.figures() for position in self.positions or ()}

    def part(self, method: str) -> Any:
        """What one update method is answerable for, comparable with `==`."""
        if method == "_update_balances":
            return self.balances()
        # counted, because a mapping by pair and side would hide an entry that is there twice
        return Counter((position.key(), position.figures()) for position in self.positions or ())

    def is_empty(self, method: str) -> bool:
        """Whether there is nothing that a failure could lose."""
        return not any(self.balances()) if method == "_update_balances" else not self.rows()

    def document(self, method: str) -> Any:
        """The same as JSON, for evidence."""
        if method == "_update_balances":
            return {"total": _shown(self.total), "available": _shown(self.available)}
        return [
            {"trading_pair": p.trading_pair, "position_side": p.side, **_shown(p.values)} for p in self.positions or ()
        ]


def _comparable(balances: Mapping[str, Any] | None) -> frozenset[tuple[str, Decimal | None]]:
    return frozenset((asset, number(value)) for asset, value in (balances or {}).items() if number(value) != 0)


def _shown(values: Mapping[str, Any] | None) -> dict[str, Any]:
    return {str(key): value if isinstance(value, float) else str(value) for key, value in (values or {}).items()}


def observe(connector: Any, assets: Iterable[str]) -> Snapshot:
    """Read the state. `assets` are asked for where a connector has accessors but no mapping."""
    total = getattr(connector, "_account_balances", None)
    available = getattr(connector, "_account_available_balances", None)
    held = {
        *assets,
        *(total if isinstance(total, Mapping) else ()),
        *(available if isinstance(available, Mapping) else ()),
    }
    told_total = _told(connector, "get_balance", held)
    told_available = _told(connector, "get_available_balance", held)
    return Snapshot(
        dict(total) if isinstance(total, Mapping) else _known(told_total),
        dict(available) if isinstance(available, Mapping) else _known(told_available),
        _positions(getattr(connector, "account_positions", None)),
        told_total,
        told_available,
    )


def _told(connector: Any, name: str, assets: Iterable[str]) -> Mapping[str, Any] | None:
    """What an accessor says of each asset that it knows; `None` when there is no such accessor."""
    ask = getattr(connector, name, None)
    if not callable(ask):
        return None
    told = {}
    for asset in sorted(assets, key=str):
        with suppress(Exception):  # an asset that it has never heard of
            told[asset] = ask(asset)
    return told


def _known(told: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Without a mapping, `None` says that there is no such asset."""
    return None if told is None else {asset: value for asset, value in told.items() if value is not None}


def _positions(held: Any) -> tuple[SeenPosition, ...] | None:
    if not isinstance(held, Iterable):
        return None
    rows = held.values() if isinstance(held, Mapping) else held
    return tuple([_position(row) for row in tuple(rows)])


def _position(row: Any) -> SeenPosition:
    side = getattr(row, "position_side", None)
    return SeenPosition(
        str(getattr(row, "trading_pair", None)),
        str(getattr(side, "name", side)).upper(),
        {name: getattr(row, name, None) for name in POSITION_FIELDS},
    )
