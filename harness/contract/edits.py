"""Changes to an answer, aimed at the fields that a contract consumes.

An edit is a value with a name: it can be put into a report, compared, and applied to any recording of its endpoint.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from typing import Any

from harness import exact
from harness.contract.arithmetic import product
from harness.contract.pointer import MISSING, locate, look_up, removed, replaced
from harness.contract.reading import Field, Kind, Reading

__all__ = [
    "Edit",
    "beside",
    "breakages",
    "breakages_of_second_row",
    "collapses",
    "dropped",
    "fractions",
    "in_row",
    "is_applicable",
    "put",
    "repetitions",
    "reversed_rows",
    "scaled",
    "then",
    "unknown_fields",
    "unknown_openness",
    "without_rows",
]


@dataclass(frozen=True, slots=True)
class Edit:
    """A change to the decoded answer of one endpoint. Edits are equal when their names are."""

    name: str
    endpoint: str
    apply: Callable[[Any], Any] = field(compare=False)


def then(first: Edit, second: Edit) -> Edit:
    """Both, one after the other."""
    return Edit(f"{first.name}, {second.name}", first.endpoint, lambda document: second.apply(first.apply(document)))


def _everywhere(document: Any, pattern: str, change: Callable[[Any, str], Any]) -> Any:
    for pointer in reversed(list(locate(document, pattern))):  # from the end, so that removing moves nothing ahead
        document = change(document, pointer)
    return document


def put(endpoint: str, pattern: str, value: Any, name: str) -> Edit:
    """Another value wherever the pattern reaches."""

    def apply(document: Any) -> Any:
        return _everywhere(document, pattern, lambda doc, at: replaced(doc, at, value))

    return Edit(name, endpoint, apply)


def dropped(endpoint: str, pattern: str, name: str) -> Edit:
    """Nothing any more wherever the pattern reaches."""
    return Edit(name, endpoint, lambda document: _everywhere(document, pattern, removed))


def in_row(consumed: Field, reading: Reading, row: int) -> str:
    """The pattern of a consumed field in one row only, however many accounts there are."""
    if reading.rows is None or not consumed.pattern.startswith(reading.prefix()):
        return consumed.pattern  # what chooses the account is not in its rows
    return f"{reading.prefix()[:-1]}{row}{consumed.pattern.removeprefix(reading.prefix())}"


def scaled(reading: Reading, factor: Decimal = Decimal(2)) -> Edit:
    """The same account with every amount grown by a factor, so that sums across fields still hold."""

    def grow(document: Any, at: str) -> Any:
        value = look_up(document, at)
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            return document
        grown = product(exact.decimal(value), factor)
        return replaced(document, at, f"{grown:f}" if isinstance(value, str) else grown)

    def apply(document: Any) -> Any:
        for pattern in reading.scaled:
            document = _everywhere(document, pattern, grow)
        return document

    return Edit(f"amounts x{factor}", reading.endpoint, apply)


def reversed_rows(reading: Reading) -> Edit:
    """The same rows in the opposite order, the accounts as well."""

    def apply(document: Any) -> Any:
        lists = [reading.prefix().removesuffix("/*")] if reading.rows is not None else []
        if reading.choice is not None:
            lists.append(reading.choice.rows)
        for pattern in lists:
            document = _everywhere(document, pattern, lambda doc, at: replaced(doc, at, look_up(doc, at)[::-1]))
        return document

    return Edit("rows in another order", reading.endpoint, apply)


def without_rows(reading: Reading, keep: int = 0) -> Edit:
    """Only the first rows."""

    def apply(document: Any) -> Any:
        pattern = reading.prefix().removesuffix("/*")
        return _everywhere(document, pattern, lambda doc, at: replaced(doc, at, look_up(doc, at)[:keep]))

    return Edit(f"{keep} rows", reading.endpoint, apply)


_NOVELTY = {"text": "new", "list": [1, {"deep": None}], "number": Decimal("0.10"), "flag": True, "null": None}


def unknown_fields(endpoint: str) -> Edit:
    """A field that nobody knows in every object of the answer."""

    def enrich(value: Any) -> Any:
        if isinstance(value, dict):
            return {**{key: enrich(item) for key, item in value.items()}, "fieldAddedLater": _NOVELTY}
        return [enrich(item) for item in value] if isinstance(value, list) else value

    return Edit("unknown fields", endpoint, enrich)


def breakages(reading: Reading, row: int) -> Iterator[tuple[str, Edit]]:
    """Every way in which a consumed field of one row can stop being what the contract says: kind and edit."""
    for consumed in reading.fields():
        column = consumed.column
        if column.optional:
            continue
        pattern, at = in_row(consumed, reading, row), consumed.pattern
        yield "missing", dropped(reading.endpoint, pattern, f"{at} missing")
        yield "null", put(reading.endpoint, pattern, None, f"{at} null")
        if column.kind is Kind.SIDE:
            unknown: Any = "SIDEWAYS" if any(isinstance(value, str) for value in column.values) else 7
            yield "enum", put(reading.endpoint, pattern, unknown, f"{at} {unknown!r}")
        elif column.kind not in {Kind.SYMBOL, Kind.ASSET}:
            yield "type", put(reading.endpoint, pattern, {"unexpected": True}, f"{at} an object")
            yield "type", put(reading.endpoint, pattern, "n/a", f"{at} 'n/a'")


def breakages_of_second_row(reading: Reading) -> Iterator[tuple[str, Edit]]:
    """The same in the second row, where an answer has rows: in the first one a default may be right by chance."""
    if reading.rows is not None:
        for kind, edit in breakages(reading, 1):
            yield kind, replace(edit, name=f"{edit.name} in the second row")


def fractions(reading: Reading) -> Iterator[Edit]:
    """A number that was whole is so no longer, in one row: by less than a half and by more."""

    def apply(document: Any, pattern: str, more: Decimal) -> Any:
        for at in locate(document, pattern):
            value = look_up(document, at)
            if isinstance(value, int) and not isinstance(value, bool):
                document = replaced(document, at, value + more)
        return document

    for consumed in reading.fields():
        if consumed.column.kind is Kind.DECIMAL:
            pattern = in_row(consumed, reading, 0)
            for more in (Decimal("0.25"), Decimal("0.75")):
                change = partial(apply, pattern=pattern, more=more)
                yield Edit(f"{consumed.pattern} {more} more", reading.endpoint, change)


def beside(reading: Reading, before: str, after: str) -> Edit:
    """Two further rows, the first and the last one, of other names than the constant by which the reading chooses."""

    def apply(document: Any) -> Any:
        assert reading.choice is not None  # noqa: S101 - only such readings are asked for
        rows = look_up(document, reading.choice.rows)
        first, last = (replaced(rows[-1], reading.choice.at[0], name) for name in (before, after))
        return replaced(document, reading.choice.rows, [first, *rows, last])

    return Edit(f"rows of {before} and {after} beside", reading.endpoint, apply)


def unknown_openness(reading: Reading) -> Iterator[Edit]:
    """An open row that says of itself, in an optional field, what nobody knows, and one that says nothing.

    A row that said it was flat is left as it is: without that word nobody can tell, and showing it is no mistake.
    """
    for consumed in reading.fields():
        if consumed.column.kind is Kind.OPENNESS:
            pattern = in_row(consumed, reading, 0)
            flat = {value for value, meaning in consumed.column.values.items() if meaning == "flat"}
            for edit in (
                put(reading.endpoint, pattern, "SIDEWAYS", f"{consumed.pattern} 'SIDEWAYS'"),
                dropped(reading.endpoint, pattern, f"{consumed.pattern} left out"),
            ):
                yield replace(edit, apply=partial(_unless, edit.apply, pattern, flat))


def _unless(apply: Callable[[Any], Any], pattern: str, values: Collection[Any], document: Any) -> Any:
    """The edited document; the same one where one of these values stands in the place."""
    return document if any(look_up(document, at) in values for at in locate(document, pattern)) else apply(document)


def collapses(reading: Reading) -> Iterator[Edit]:
    """Ways in which the rows as a whole can be gone although the answer looks like a success."""
    pattern = reading.prefix().removesuffix("/*") if reading.rows is not None else _parent(reading)
    if pattern:
        yield dropped(reading.endpoint, pattern, f"{pattern} missing")
        if not reading.null_rows_doubtful:
            yield put(reading.endpoint, pattern, None, f"{pattern} null")
        yield put(reading.endpoint, pattern, "no data", f"{pattern} a text")
    yield Edit("an empty object", reading.endpoint, lambda _: {})
    yield Edit("a list around the answer", reading.endpoint, lambda document: [document])
    yield Edit("null", reading.endpoint, lambda _: None)


def repetitions(reading: Reading, row: int) -> Iterator[Edit]:
    """A row that comes twice, where an answer has rows: no venue says so, and it is one entry all the same."""
    if reading.rows is None:
        return

    def repeat(document: Any) -> Any:
        pattern = reading.prefix().removesuffix("/*")
        for at in list(locate(document, pattern)):
            rows = look_up(document, at)
            if row < len(rows):
                document = replaced(document, at, [*rows, rows[row]])
        return document

    yield Edit("a row twice", reading.endpoint, repeat)


def _parent(reading: Reading) -> str:
    first = next(column.at for column in reading.columns)
    parent = first.rpartition("/")[0]
    return f"{reading.choice.rows}" if reading.choice is not None else parent


def is_applicable(edit: Edit, document: Any) -> bool:
    """Whether an edit changes this document at all."""
    return document is not MISSING and edit.apply(document) != document
