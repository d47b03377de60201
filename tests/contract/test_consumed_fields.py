"""Every field that a contract reads is held by the schema of its endpoint, in every document of the cassettes."""

from decimal import Decimal

import pytest
from contract_support import CONTRACTS, VENUES, successes

from harness.contract import schemas
from harness.contract.pointer import locate, look_up, removed, replaced
from harness.contract.reading import Kind

CONSUMED = [
    (venue, method, field)
    for venue in VENUES
    for method in CONTRACTS[venue].methods()
    for field in CONTRACTS[venue].consumed(method)
]
fields = pytest.mark.parametrize(
    ("venue", "method", "field"),
    CONSUMED,
    ids=[f"{venue}-{method[8:]}-{field.pattern}" for venue, method, field in CONSUMED],
)
ROWS = 3
"""Of a hundred rows that are alike, so many are altered."""


def sizes(venue, method, field):
    """The pointer, relative to a row, of what is zero where the row stands for nothing."""
    for reading in CONTRACTS[venue].of(method):
        if reading.endpoint == field.endpoint and reading.rows is not None:
            return next(column.at for column in reading.columns if column.into == "amount")
    return None


def places(venue, method, field):
    """Where the field is read: schema, whole document, and a pointer into it; of flat rows nothing is read."""
    schema = schemas.load(f"{venue}/rest/{field.endpoint}")
    size = sizes(venue, method, field)
    for document in successes(venue, field.endpoint):
        for at in list(locate(document.body, field.pattern))[:ROWS]:
            told = None if size is None else look_up(document.body, at.removesuffix(field.column.at) + size)
            if not isinstance(told, str) or Decimal(told) != 0:
                yield schema, document.body, at


def retyped(value, kind):
    """Values of every other JSON type that nobody could take for this one."""
    others = {"text": "n/a", "whole": 7, "fraction": Decimal("1.5"), "object": {}, "list": [], "flag": True}
    if isinstance(value, str):
        del others["text"]
        if kind not in {Kind.SYMBOL, Kind.ASSET}:
            others["no number"] = "n/a"
    elif isinstance(value, int):
        del others["whole"]
        others["quoted"] = f"{value}"
    return others


@fields
def test_the_unchanged_documents_are_accepted(venue, method, field):
    """And there is at least one in which the field is read."""
    found = list(places(venue, method, field))
    assert found
    assert not [schema.problems(document) for schema, document, _ in found if not schema.is_valid(document)]


@fields
def test_a_field_that_is_gone_is_rejected(venue, method, field):
    """Unless the contract calls it optional."""
    for schema, document, at in places(venue, method, field):
        assert schema.is_valid(removed(document, at)) is field.column.optional, at


@fields
def test_a_field_that_is_null_is_rejected(venue, method, field):
    """An optional one too: it may be absent, not empty."""
    for schema, document, at in places(venue, method, field):
        assert not schema.is_valid(replaced(document, at, None)), at


@fields
def test_a_field_of_another_type_is_rejected(venue, method, field):
    """A number for a text, a text for a number, and an object, a list or a flag for either."""
    for schema, document, at in places(venue, method, field):
        for kind, value in retyped(look_up(document, at), field.column.kind).items():
            assert not schema.is_valid(replaced(document, at, value)), f"{at}: {kind} {value!r}"
