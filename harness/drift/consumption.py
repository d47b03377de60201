"""Who reads a path: asked of the contract, for any venue, endpoint and method that it speaks of."""

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from harness.contract.oracle import contract
from harness.contract.reading import Field, Kind
from harness.drift.difference import Difference
from harness.drift.rules import Reach
from harness.drift.shape import Shape, Trait
from harness.venues import NAMES

__all__ = ["Reader", "judged", "parts", "reach", "reached", "readers", "refined"]

_GONE = frozenset({"DRIFT-removed", "DRIFT-optional"})


@dataclass(frozen=True, slots=True)
class Reader:
    """A method that reads a path, and the part of the state in which it ends."""

    venue: str
    method: str
    endpoint: str
    pattern: str
    into: str
    optional: bool


@cache
def readers(topic: str) -> tuple[Reader, ...]:
    """Everything that the contract reads of a topic: columns, what chooses a row, what tells success and mode."""
    venue, transport, name = parts(topic)
    if venue not in NAMES or transport != "rest":
        return ()
    found: dict[tuple[str, str, str], Reader] = {}

    def note(field: Reader) -> None:
        found.setdefault((field.method, field.pattern, field.into), field)

    for reading in contract(venue).readings:
        if reading.mode is not None and reading.mode.endpoint == name:
            note(Reader(venue, reading.method, name, "", "the mode of the account", optional=False))
        if reading.endpoint != name:
            continue
        if reading.success is not None:
            note(Reader(venue, reading.method, name, reading.success[0], "success or error", optional=False))
        for field in reading.fields():
            column = field.column
            into = "the row that is meant" if column.into == "row" else column.into
            note(Reader(venue, reading.method, name, field.pattern, into, optional=column.optional))
    return tuple(found.values())


def parts(topic: str) -> tuple[str, str, str]:
    """Venue, transport and name of a topic."""
    venue, _, rest = topic.partition("/")
    transport, _, name = rest.partition("/")
    return venue, transport, name


def reached(topic: str, path: str) -> tuple[Reader, ...]:
    """Who reads a path, or something below it."""
    return tuple(one for one in readers(topic) if one.pattern == path or one.pattern.startswith(f"{path}/"))


def reach(topic: str, path: str, *, every: bool = False) -> Reach:
    """Whether a path is read. With `every`, all of an answer counts as read."""
    if every or reached(topic, path):
        return Reach.READ
    return Reach.UNREAD if readers(topic) else Reach.UNKNOWN


def judged(difference: Difference, *, every: bool = False) -> Difference:
    """A difference that knows whom it reaches; what may be missing by contract can be missing."""
    who = reached(difference.topic, difference.path)
    if who and not every and difference.rule in _GONE and all(one.optional for one in who):
        return difference.reached(Reach.UNREAD)
    return difference.reached(reach(difference.topic, difference.path, every=every))


def refined(shape: Shape) -> Shape:
    """A claim with what the contract knows beyond the schema: values that are told apart, shares of a hundred."""
    venue, transport, name = parts(shape.name)
    if venue not in NAMES or transport != "rest":
        return shape
    traits = dict(shape.traits)
    for reading in contract(venue).readings:
        for field in reading.fields() if reading.endpoint == name else ():
            if field.pattern in traits:
                traits[field.pattern] = _refined(field, shape)
    return replace(shape, traits=traits)


def _refined(field: Field, shape: Shape) -> Trait:
    trait, column = shape.traits[field.pattern], field.column
    if column.kind in {Kind.SIDE, Kind.OPENNESS}:
        listed = frozenset(f'"{value}"' if isinstance(value, str) else str(value) for value in column.values)
        if shape.claim:
            return replace(trait, values=listed, open=False)
        return replace(trait, enumerated=True)
    if column.kind is Kind.PERCENT_MARGIN:
        return replace(trait, percent=True, maximum=Decimal(100) if shape.claim else None)
    return trait
