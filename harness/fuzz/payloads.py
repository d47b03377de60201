"""Valid answers made from recordings with few draws: rows are chosen, single figures changed, sums made to hold.

Building an account of a hundred positions field by field takes thousands of draws; choosing a slice of recorded rows
takes a part of one. Changes go where the contract reads.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from hypothesis import strategies as st

from harness import exact
from harness.contract.balancing import balanced
from harness.contract.pointer import MISSING, locate, look_up, replaced
from harness.contract.reading import Column, Kind, Reading
from harness.fuzz.values import Values, values_of

__all__ = ["LENGTH", "Shape", "Source", "answers", "assembled"]

_SIZES = (1, 0, 2, 3, 5, 8, 20, 40, 60, 100)
"""Rows of an account: small ones shrink well, large ones are what venues really send."""

_NOVELTIES: tuple[Any, ...] = ({"new": 1}, "ünïcode 💶", None, [0.5])
_TWISTS = 32
_EDITED = (0, 1, 2, 3, 4, 4, 4, 4)
"""How many fields are changed: most often many, because one of them is enough to find something."""
_HEAD, _CHUNK = 6, 5  # bytes of the number that stands for the form of an answer, and of one for each edit
LENGTH = _HEAD + _CHUNK * max(_EDITED)
"""Bytes that stand for one answer: they are drawn at once, cost no more than one integer, and shrink byte by byte."""


@dataclass(frozen=True, slots=True)
class Source:
    """What was recorded of one endpoint: whole answers, the rows of all of them, and what their fields may hold."""

    venue: str
    reading: Reading
    documents: tuple[Any, ...]
    rows: tuple[Mapping[str, Any], ...]
    values: tuple[Values, ...]
    encoded: Mapping[int, Any]  # the rows as they are sent, by identity: most are sent again and again

    @classmethod
    def of(cls, venue: str, reading: Reading, documents: Iterable[Any], is_valid: Callable[[Any], bool]) -> "Source":
        """Gather recorded answers; `is_valid` is the schema's word on a whole answer."""
        kept = tuple(documents)
        rows = tuple(_distinct_rows(reading, kept))
        encoded = {id(row): exact.encoded(row) for row in rows}
        return cls(venue, reading, kept, rows, tuple(_values(reading, kept, is_valid)), encoded)

    def body(self, document: Any) -> bytes:
        """A generated answer as it is sent."""
        if self.reading.rows is not None:
            for at in list(locate(document, self.reading.prefix().removesuffix("/*"))):
                rows = [self.encoded.get(id(row), row) for row in look_up(document, at)]
                document = replaced(document, at, rows)
        return exact.encode(document)


def _distinct_rows(reading: Reading, documents: Sequence[Any]) -> Iterable[Mapping[str, Any]]:
    """The rows that are entries, one for each name."""
    if reading.rows is None:
        return
    name = next(column for column in reading.columns if column.kind is Kind.SYMBOL)
    size = next(column for column in reading.columns if column.into == "amount")
    seen = set()
    for document in documents:
        for at in locate(document, reading.prefix()):
            row = look_up(document, at)
            symbol = look_up(row, name.at)
            if symbol not in seen and str(look_up(row, size.at)).strip("-0."):
                seen.add(symbol)
                yield row


def _values(reading: Reading, documents: Sequence[Any], is_valid: Callable[[Any], bool]) -> Iterable[Values]:
    """What each consumed field may hold, tried out in a recorded answer that has it."""
    for column in reading.columns:
        pattern = reading.prefix() + column.at
        for document in documents:
            at = next(locate(document, pattern), None)
            if at is not None:
                found = values_of(column, partial(_accepts, is_valid, document, at))
                if found is not None and found.edges:
                    yield found
                break


def _accepts(is_valid: Callable[[Any], bool], document: Any, at: str, value: Any) -> bool:
    return is_valid(replaced(document, at, value))


@dataclass(frozen=True, slots=True)
class Shape:
    """A generated answer, and how it was made: the columns that were changed."""

    document: Any
    changed: tuple[Column, ...]


def answers(source: Source, sizes: Sequence[int] = _SIZES) -> st.SearchStrategy[Shape]:
    """Decoded answers that the contract allows, from a flat account to a hundred positions, in one draw."""
    return st.binary(min_size=LENGTH, max_size=LENGTH).map(lambda drawn: assembled(source, drawn, sizes))


def assembled(source: Source, drawn: bytes, sizes: Sequence[int] = _SIZES) -> Shape:
    """The answer that `LENGTH` drawn bytes stand for."""
    shape, edited = divmod(int.from_bytes(drawn[:_HEAD]), len(_EDITED))
    starts = range(_HEAD, _HEAD + _CHUNK * _EDITED[edited], _CHUNK)
    numbers = [int.from_bytes(drawn[at : at + _CHUNK]) for at in starts]
    reading = source.reading
    shape, twist = divmod(shape, _TWISTS)
    shape, size = divmod(shape, len(sizes))
    start, which = divmod(shape, len(source.documents))
    start %= max(len(source.rows), 1)
    document = source.documents[which]
    edits = [_edit(source, number) for number in numbers]
    if reading.rows is None:
        for _, column, value in edits:
            document = _everywhere(document, reading.prefix() + column.at, value)
    else:
        rows = _edited(_slice(source.rows, start, sizes[size]), edits)
        lists = list(locate(document, reading.prefix().removesuffix("/*")))  # one for each account
        document = replaced(document, lists[start % len(lists)], rows[::-1] if twist & 1 else rows)
    if reading.choice is not None and twist & 16:
        accounts = look_up(document, reading.choice.rows)
        document = replaced(document, reading.choice.rows, accounts[::-1])
    if isinstance(document, dict):
        document = dict(reversed(document.items())) if twist & 2 else document
        document = {**document, "fieldAddedLater": _NOVELTIES[twist // 8 % len(_NOVELTIES)]} if twist & 4 else document
    changed = tuple(column for _, column, _ in edits)
    return Shape(balanced(source.venue, reading.endpoint, document), changed)


def _edit(source: Source, number: int) -> tuple[int, Column, Any]:
    """The row, field and value that a number stands for."""
    number, field = divmod(number, len(source.values))
    number, row = divmod(number, max(_SIZES))
    values = source.values[field]
    return row, values.column, values[number]


def _slice(rows: Sequence[Any], start: int, count: int) -> list[Any]:
    around = (*rows[start:], *rows[:start])
    return list(around[:count])


def _edited(rows: list[Any], edits: Iterable[tuple[int, Column, Any]]) -> list[Any]:
    for place, column, value in edits:
        index = place % len(rows) if rows else 0
        if rows and look_up(rows[index], column.at) is not MISSING:
            rows[index] = replaced(rows[index], column.at, value)
    return rows


def _everywhere(document: Any, pattern: str, value: Any) -> Any:
    for at in list(locate(document, pattern)):
        document = replaced(document, at, value)
    return document
