"""Edits do what their names say, to copies, and keep what must hold between fields."""

from copy import deepcopy
from decimal import Decimal

import pytest
from contract_support import CONTRACTS, VENUES, answer, successes

from harness.contract import edits, schemas
from harness.contract.oracle import Failure, broken_invariants, expect
from harness.contract.pointer import MISSING, locate, look_up, removed, replaced
from harness.sim.credentials import CREDENTIALS

READINGS = [(venue, reading) for venue in VENUES for reading in CONTRACTS[venue].readings]
readings = pytest.mark.parametrize(
    ("venue", "reading"), READINGS, ids=[f"{venue}-{told.method[8:]}-{told.endpoint}" for venue, told in READINGS]
)
MODES = {"info-spot-clearinghouse-state": "unifiedAccount", "info-clearinghouse-state": "default"}


def samples(venue, reading):
    """Documents with everything that the reading reads."""
    scenarios = {"unified"} if reading.endpoint.startswith("info-spot") else {"long_and_short", "sub_accounts"}
    found = [told.body for told in successes(venue, reading.endpoint) if told.scenario in scenarios]
    return [body for body in found if any(locate(body, reading.fields()[0].pattern))]


def state(venue, reading, document):
    """What the oracle makes of a document."""
    answers = {reading.endpoint: answer(document)}
    if reading.mode is not None:
        answers[reading.mode.endpoint] = answer(MODES[reading.endpoint])
    return expect(CONTRACTS[venue], reading.method, answers, CREDENTIALS[venue])


def every_edit(reading):
    """All that can be made for a reading."""
    yield edits.scaled(reading)
    yield edits.reversed_rows(reading)
    yield edits.unknown_fields(reading.endpoint)
    yield from edits.collapses(reading)
    yield from (edit for _, edit in edits.breakages(reading, 0))
    if reading.rows is not None:
        yield edits.without_rows(reading)


@readings
def test_no_edit_touches_its_original(venue, reading):
    """Applied twice it gives the same, so that a play can be repeated."""
    for document in samples(venue, reading):
        before = deepcopy(document)
        for edit in every_edit(reading):
            assert edit.apply(document) == edit.apply(document), edit.name
            assert document == before, edit.name


@readings
def test_twice_the_amounts_are_still_a_valid_and_consistent_account(venue, reading):
    """The schema holds, every invariant holds, and the state is another one."""
    for document in samples(venue, reading):
        grown = edits.scaled(reading).apply(document)
        assert schemas.load(f"{venue}/rest/{reading.endpoint}").is_valid(grown)
        assert broken_invariants(CONTRACTS[venue], reading.endpoint, grown) == ()
        before, after = state(venue, reading, document), state(venue, reading, grown)
        assert before != after
        if before.total is not None:
            assert after.total == {asset: 2 * amount for asset, amount in before.total.items()}
            assert after.available == {asset: 2 * amount for asset, amount in before.available.items()}
        else:
            assert [2 * row.amount for row in before.positions] == [row.amount for row in after.positions]


def test_long_numbers_grow_to_the_last_digit():
    """Python's own product has 28 digits."""
    reading = CONTRACTS["extended"].of("_update_balances")[0]
    grown = edits.scaled(reading).apply({"data": {"equity": "123456789012345678901234.567890123456789", "balance": 3}})
    assert grown == {"data": {"equity": "246913578024691357802469.135780246913578", "balance": 6}}


@readings
def test_the_order_of_rows_means_nothing(venue, reading):
    """The same state from rows in the opposite order."""
    for document in samples(venue, reading):
        turned = state(venue, reading, edits.reversed_rows(reading).apply(document))
        plain = state(venue, reading, document)
        assert (turned.total, turned.available) == (plain.total, plain.available)
        assert plain.positions is None or turned.positions == plain.positions[::-1]


@readings
def test_a_field_added_later_means_nothing(venue, reading):
    """It is in every object, the schema stays open and the state is the same."""
    for document in samples(venue, reading):
        enriched = edits.unknown_fields(reading.endpoint).apply(document)
        assert "fieldAddedLater" in enriched
        assert schemas.load(f"{venue}/rest/{reading.endpoint}").is_valid(enriched)
        assert state(venue, reading, enriched) == state(venue, reading, document)


@readings
def test_every_breakage_changes_a_consumed_field_and_nothing_that_passes_for_valid(venue, reading):
    """The schema rejects each, so that none of them is a case that the venue might really send."""
    schema = schemas.load(f"{venue}/rest/{reading.endpoint}")
    for document in samples(venue, reading):
        for kind, edit in edits.breakages(reading, 0):
            assert edits.is_applicable(edit, document), edit.name
            assert not schema.is_valid(edit.apply(document)), f"{kind}: {edit.name}"


@readings
def test_every_breakage_and_collapse_is_an_update_that_must_fail(venue, reading):
    """The oracle agrees with the schema, but for an account that is told under its other name as well."""
    for document in samples(venue, reading):
        for edit in (*(edit for _, edit in edits.breakages(reading, 0)), *edits.collapses(reading)):
            if not edit.name.startswith("/accounts/*/account_index"):
                assert isinstance(state(venue, reading, edit.apply(document)), Failure), edit.name


def test_fields_of_one_row_are_left_alone_in_the_others():
    """`in_row` fixes the index of the row, not that of the account."""
    reading = CONTRACTS["lighter"].of("_update_positions")[0]
    patterns = {field.column.into: edits.in_row(field, reading, 1) for field in reading.fields()}
    assert patterns["amount"] == "/accounts/*/positions/1/position"
    assert patterns["row"] == "/accounts/*/account_index"


def test_single_edits_do_what_they_say():
    """Put, drop, keep and combine."""
    document = {"data": [{"size": "1"}, {"size": "2"}, {"side": "LONG"}]}
    assert edits.put("e", "/data/*/size", None, "x").apply(document)["data"][:2] == [{"size": None}, {"size": None}]
    assert edits.dropped("e", "/data/0/size", "x").apply(document)["data"][0] == {}
    assert edits.dropped("e", "/data/*", "x").apply(document) == {"data": []}
    reading = CONTRACTS["extended"].of("_update_positions")[0]
    assert edits.without_rows(reading, keep=1).apply(document) == {"data": [{"size": "1"}]}
    both = edits.then(edits.put("e", "/data/0/size", "9", "one"), edits.dropped("e", "/data/1", "two"))
    assert both.apply(document) == {"data": [{"size": "9"}, {"side": "LONG"}]}
    assert both.name == "one, two"


def test_an_edit_that_reaches_nothing_is_not_applicable():
    """Nor is any where there is no document."""
    edit = edits.dropped("e", "/nowhere", "x")
    assert not edits.is_applicable(edit, {"a": 1})
    assert not edits.is_applicable(edits.put("e", "/a", 2, "x"), MISSING)
    assert edits.is_applicable(edits.put("e", "/a", 2, "x"), {"a": 1})


def test_edits_of_one_name_are_equal():
    """So that a play of equal scenes runs once."""
    assert edits.put("e", "/a", 1, "x") == edits.put("e", "/a", 1, "x")
    assert edits.put("e", "/a", 1, "x") != edits.put("e", "/a", 1, "y")


@pytest.mark.parametrize(
    ("pointer", "found"),
    [
        ("", {"a": [{"b/c": 1}, {"~": None}]}),
        ("/a/0/b~1c", 1),
        ("/a/1/~0", None),
        ("/a/2", MISSING),
        ("/a/-1", MISSING),
        ("/a/b", MISSING),
        ("/a/0/b~1c/d", MISSING),
        ("/z", MISSING),
    ],
)
def test_a_pointer_finds_what_it_points_to(pointer, found):
    """Null is a value, and what is not there is missing."""
    document = {"a": [{"b/c": 1}, {"~": None}]}
    assert look_up(document, pointer) is found or look_up(document, pointer) == found


def test_patterns_reach_every_row_in_order_and_copies_share_nothing_that_changed():
    """Escapes survive the way there and back."""
    document = {"a": [{"b/c": Decimal(1)}, {"b/c": Decimal(2)}, {}]}
    assert list(locate(document, "/a/*/b~1c")) == ["/a/0/b~1c", "/a/1/b~1c"]
    changed = replaced(document, "/a/1/b~1c", None)
    assert changed["a"][1] == {"b/c": None}
    assert changed["a"][0] is document["a"][0]
    assert removed(document, "/a/1")["a"] == [{"b/c": Decimal(1)}, {}]
    assert len(document["a"]) == 3
