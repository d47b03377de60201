"""Valid answers made from recordings with few draws: rows are chosen, single figures changed, sums made to hold.

Building an account of a hundred positions field by field takes thousands of draws; choosing a slice of recorded rows
takes a part of one. Changes go where the contract reads.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from hypothesis import strategies as st

from harness import exact
from harness.contract.balancing import balanced
from harness.contract.edits import unknown_fields
from harness.contract.pointer import MISSING, locate, look_up, replaced
from harness.contract.reading import Column, Kind, Reading
from harness.fuzz.bystanders import bystanders, put, rows_have_numbers
from harness.fuzz.values import Values, names_of, values_of

__all__ = ["LENGTH", "Shape", "Source", "answers", "assembled"]

_SIZES = (1, 0, 2, 3, 5, 8, 20, 40, 60, 100)
"""Rows of an account: small ones shrink well, large ones are what venues really send."""

_NOVELTIES: tuple[Any, ...] = ({"new": 1}, "ünïcode 💶", None, [0.5])
_NOVEL = unknown_fields("")
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
    values: tuple[Values, ...]  # of the consumed fields
    others: tuple[Values, ...]  # of fields that the contract does not read
    encoded: Mapping[int, Any]  # the rows as they are sent, by identity: most are sent again and again
    spoken: Mapping[int, frozenset[tuple[str, Any]]]  # the enum values in them

    @classmethod
    def of(cls, venue: str, reading: Reading, documents: Iterable[Any], is_valid: Callable[[Any], bool]) -> "Source":
        """Gather recorded answers; `is_valid` is the schema's word on a whole answer."""

        def is_possible(document: Any) -> bool:
            if not is_valid(document):
                return False
            try:
                return is_valid(balanced(venue, reading.endpoint, document))
            except (KeyError, TypeError, ValueError):  # a sum lacks one of its parts
                return False

        kept = tuple(documents)
        rows = tuple(_distinct_rows(reading, kept))
        encoded = {id(row): exact.encoded(row) for row in rows}
        values, others = _values(reading, kept, is_valid), bystanders(reading, kept, is_possible)
        spoken = {id(row): _spoken(reading, row) for row in rows}
        return cls(venue, reading, kept, rows, tuple(values), tuple(others), encoded, spoken)

    def said(self, document: Any) -> set[tuple[str, Any]]:
        """Which values of their enums the consumed fields have in a generated answer: state and value."""
        found: set[tuple[str, Any]] = set()
        if self.reading.rows is not None:
            for at in locate(document, self.reading.prefix().removesuffix("/*")):
                for row in look_up(document, at):
                    found |= self.spoken.get(id(row)) or _spoken(self.reading, row)
        return found

    def body(self, document: Any) -> bytes:
        """A generated answer as it is sent."""
        if self.reading.rows is not None:
            for at in list(locate(document, self.reading.prefix().removesuffix("/*"))):
                rows = [self.encoded.get(id(row), row) for row in look_up(document, at)]
                document = replaced(document, at, rows)
        return exact.encode(document)


def _spoken(reading: Reading, row: Any) -> frozenset[tuple[str, Any]]:
    """The enum values in a row: state and value."""
    return frozenset((column.into, look_up(row, column.at)) for column in reading.columns if column.values)


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
                where = column.at if reading.rows is not None else pattern
                accepts = partial(_accepts, is_valid, document, at)
                if column.kind is Kind.SYMBOL and not rows_have_numbers(reading, documents):
                    heard = (look_up(one, place) for one in documents for place in locate(one, pattern))
                    found: Values | None = names_of(column, where, accepts, heard)
                else:
                    found = values_of(column, where, accepts, in_row=reading.rows is not None)
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
    for edit in edits:
        if not edit.values.in_row:
            document = _everywhere(document, edit.values.at, edit.value)
    if reading.rows is not None:
        rows = _edited(_slice(source.rows, start, sizes[size]), [edit for edit in edits if edit.values.in_row])
        if rows and twist & 4:
            rows[0] = _NOVEL.apply(rows[0])
        lists = list(locate(document, reading.prefix().removesuffix("/*")))  # one for each account
        document = replaced(document, lists[start % len(lists)], rows[::-1] if twist & 1 else rows)
    if reading.choice is not None and twist & 16:
        accounts = look_up(document, reading.choice.rows)
        document = replaced(document, reading.choice.rows, accounts[::-1])
    if isinstance(document, dict):
        document = dict(reversed(document.items())) if twist & 2 else document
        document = {**document, "fieldAddedLater": _NOVELTIES[twist // 8 % len(_NOVELTIES)]} if twist & 4 else document
        if reading.rows is None and twist & 4 and twist & 8:
            document = _NOVEL.apply(document)
    changed = tuple(edit.values.column for edit in edits if edit.values.column is not None)
    return Shape(balanced(source.venue, reading.endpoint, document), changed)


class _Edit(NamedTuple):
    """One field and the value that it is given, in the row of this place if it is in the rows."""

    place: int
    values: Values
    value: Any


def _edit(source: Source, number: int) -> _Edit:
    """The edit that a number stands for; three of four go where the contract reads."""
    number, aim = divmod(number, 4)
    fields = source.others if source.others and aim == 3 else source.values
    number, field = divmod(number, len(fields))
    number, place = divmod(number, max(_SIZES))
    return _Edit(place, fields[field], fields[field][number])


def _slice(rows: Sequence[Any], start: int, count: int) -> list[Any]:
    around = (*rows[start:], *rows[:start])
    return list(around[:count])


def _edited(rows: list[Any], edits: Iterable[_Edit]) -> list[Any]:
    for edit in edits:
        index = edit.place % len(rows) if rows else 0
        if rows and look_up(rows[index], edit.values.at) is not MISSING and not _is_taken(rows, edit):
            rows[index] = put(rows[index], edit.values.at, edit.value)
    return rows


def _is_taken(rows: list[Any], edit: _Edit) -> bool:
    """Whether it would give a row the name of another."""
    column = edit.values.column
    is_name = column is not None and column.kind is Kind.SYMBOL
    return is_name and any(look_up(row, edit.values.at) == edit.value for row in rows)


def _everywhere(document: Any, pattern: str, value: Any) -> Any:
    for at in list(locate(document, pattern)):
        document = put(document, at, value)
    return document
