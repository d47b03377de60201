"""Fields that the contract does not read, and what they may hold: left out, null, extreme, another known value.

A connector that reads one of them all the same (a liquidation price, a time, a status) must live with whatever the
schema allows there. What tells a row from the others is not invented: a connector may know markets by their numbers.
"""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from harness.contract.pointer import MISSING, locate, look_up, removed, replaced
from harness.contract.reading import Reading
from harness.fuzz.values import EXTREMES, Values

__all__ = ["bystanders", "put"]

_CANDIDATES: tuple[Any, ...] = (
    None, "", [], {}, True, False, 0, 1, -1, 2**53 + 1, Decimal("0.10"), Decimal("1E-7"), *EXTREMES
)  # fmt: skip
_MANY = 3  # as many numbers in one answer, each of them once, are taken for names


def bystanders(reading: Reading, documents: Sequence[Any], is_possible: Callable[[Any], bool]) -> Iterator[Values]:
    """The fields with every candidate that leaves some recorded answer possible."""
    read = {field.pattern for field in reading.fields()}
    read |= {reading.success[0]} if reading.success is not None else set()
    read |= set(reading.structural)
    if reading.choice is not None:
        read |= {f"{reading.choice.rows}/*{at}" for at in reading.choice.at}
    for pattern in dict.fromkeys(_leaves(reading, documents)):
        if not any(known == pattern or known.startswith(f"{pattern}/") for known in read):
            found = _values(reading, pattern, documents, is_possible)
            if found.edges:
                yield found


def _leaves(reading: Reading, documents: Sequence[Any]) -> Iterator[str]:
    """Patterns of all values that are no objects; of lists, only those of the rows and of the accounts are entered."""
    entered = {reading.prefix().removesuffix("/*") if reading.rows is not None else ""}
    entered |= {reading.choice.rows} if reading.choice is not None else set()

    def walk(value: Any, at: str) -> Iterator[str]:
        if isinstance(value, dict) and value:
            for key, inner in value.items():
                yield from walk(inner, f"{at}/{key.replace('~', '~0').replace('/', '~1')}")
        elif isinstance(value, list) and at in entered:
            for inner in value:
                yield from walk(inner, f"{at}/*")
        elif at:
            yield at

    for document in documents:
        yield from walk(document, "")


def _values(reading: Reading, pattern: str, documents: Sequence[Any], is_possible: Callable[[Any], bool]) -> Values:
    recorded = [[look_up(document, at) for at in locate(document, pattern)] for document in documents]
    known = {repr(value): value for values in recorded for value in values}
    candidates = [None] if _are_names(recorded) else [*_CANDIDATES, *known.values()]
    if any(_lacks(document, pattern) for document in documents):
        candidates.insert(0, MISSING)  # the schema alone is no witness: a vendor's model may demand it
    place = next((document, at) for document in documents for at in locate(document, pattern))
    edges = [value for value in candidates if is_possible(put(*place, value))]
    in_row = reading.rows is not None and pattern.startswith(reading.prefix())
    return Values(pattern.removeprefix(reading.prefix()) if in_row else pattern, in_row, None, tuple(edges), ())


def _lacks(document: Any, pattern: str) -> bool:
    """Whether an object that has the field elsewhere is without it here."""
    parent, _, name = pattern.rpartition("/")
    holders = [look_up(document, at) for at in locate(document, parent)]
    return any(isinstance(holder, dict) and look_up(holder, f"/{name}") is MISSING for holder in holders)


def _are_names(recorded: Sequence[Sequence[Any]]) -> bool:
    """Whether whole numbers tell the rows of an answer apart."""
    if not all(type(value) is int for values in recorded for value in values):
        return False
    return max(map(len, recorded)) >= _MANY and all(len(set(values)) == len(values) for values in recorded)


def put(document: Any, at: str, value: Any) -> Any:
    """A copy with another value at a pointer, or without any."""
    return removed(document, at) if value is MISSING else replaced(document, at, value)
