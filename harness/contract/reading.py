"""The vocabulary of a contract: which field of which answer becomes which state.

A contract is data. The oracle interprets it to say what a connector must end in; fuzzing, the checks and drift read it
to learn which fields matter. Nothing here knows a connector.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any

__all__ = ["Column", "Contract", "Field", "Invariant", "Kind", "Mode", "Nothing", "Reading", "RowChoice"]


class Kind(Enum):
    """How the text of a field becomes a value."""

    DECIMAL = "decimal"  # as it stands
    UNSIGNED = "unsigned"  # a size whose sign is told by another field
    SIGNED = "signed"  # a size that is negative when short
    SIDE = "side"  # one of the enum values of the column
    SYMBOL = "symbol"  # the venue's name of a market, from which the trading pair is made
    ASSET = "asset"  # the name of a collateral asset
    PERCENT_MARGIN = "percent margin"  # initial margin in percent; leverage is a hundred over it
    OPENNESS = "openness"  # an optional status; some of its values mean that the row is no entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One consumed field. `at` is a JSON pointer relative to the row; `into` names the state it ends in."""

    into: str
    at: str
    kind: Kind = Kind.DECIMAL
    values: Mapping[Any, str] = field(default_factory=dict)  # enum: what the venue says -> what it means
    optional: bool = False
    tolerance: Decimal = Decimal(0)  # relative; above zero only where the state is derived by a division
    slack: Decimal = Decimal(0)  # absolute; above zero only where two documented ways to the value differ by it


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChoice:
    """Which of several rows is meant: the one whose `at` equals the credential, or the constant."""

    rows: str  # JSON pointer of the list
    at: tuple[str, ...]  # pointers relative to the row; the first that is there decides
    credential: str = ""
    constant: str = ""
    missing_is_zero: bool = False  # no such row means that there is nothing of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """An error answer that, on this one route, means that there is nothing: Extended's 404 for a zero balance."""

    status: int
    asset: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """A reading that holds only while another endpoint answers with one of these values."""

    endpoint: str
    values: tuple[str, ...]
    default: bool = False  # holds too when that endpoint was not recorded


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reading:
    """How one update method reads one endpoint. Readings are constants: equal when they are the same.

    `rows` is the JSON pointer of the list whose rows become entries, relative to the chosen row; `None` when the
    document (or the chosen row) itself is the only row.
    """

    method: str
    endpoint: str
    columns: tuple[Column, ...]
    rows: str | None = None
    choice: RowChoice | None = None
    success: tuple[str, tuple[Any, ...]] | None = None  # pointer and values by which a success is told from an error
    constant_asset: str = ""  # where the venue does not name the collateral
    nothing: Nothing | None = None
    mode: Mode | None = None
    null_rows_doubtful: bool = False  # null may stand for an empty list: what it means is left to the connector
    structural: tuple[str, ...] = ()  # whole-document patterns of what says how the answer goes on: counts, cursors
    scaled: tuple[str, ...] = ()  # consumed and companion amounts, whole-document patterns, that may grow together

    def prefix(self) -> str:
        """Pattern of the rows in the whole document, `*` for any index."""
        chosen = "" if self.choice is None else f"{self.choice.rows}/*"
        return chosen if self.rows is None else f"{chosen}{self.rows}/*"

    def fields(self) -> tuple["Field", ...]:
        """The consumed fields with their patterns in the whole document."""
        found = [Field(self.method, self.endpoint, self.prefix() + column.at, column) for column in self.columns]
        if self.choice is not None:
            chooser = Column(into="row", at=self.choice.at[0], kind=Kind.ASSET)
            found.append(Field(self.method, self.endpoint, f"{self.choice.rows}/*{self.choice.at[0]}", chooser))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Field:
    """A consumed field: `pattern` is a JSON pointer with `*` for any index."""

    method: str
    endpoint: str
    pattern: str
    column: Column


@dataclass(frozen=True, slots=True)
class Invariant:
    """What must hold between fields of one answer. `broken` says how it does not hold, or `None`."""

    name: str
    endpoint: str
    broken: Callable[[Any], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """Everything that must hold for the update methods of one venue."""

    venue: str
    readings: tuple[Reading, ...]
    invariants: tuple[Invariant, ...]
    error_envelopes: tuple[Mapping[str, Any], ...]  # what the venue says, with HTTP 200 too, instead of an answer

    def methods(self) -> tuple[str, ...]:
        """The update methods that the contract speaks of."""
        return tuple(dict.fromkeys(reading.method for reading in self.readings))

    def of(self, method: str) -> tuple[Reading, ...]:
        """The readings of one method."""
        return tuple(reading for reading in self.readings if reading.method == method)

    def consumed(self, method: str) -> tuple[Field, ...]:
        """The fields that a method reads, over all its endpoints."""
        return tuple(field for reading in self.of(method) for field in reading.fields())
