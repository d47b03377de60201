"""Generated answers are what the venue could send: valid, consistent, of every size, out to the edges."""

from decimal import Decimal

import pytest
from fuzz_support import drawn, playwright_of, schema_of

from harness import exact
from harness.contract.oracle import broken_invariants, contract
from harness.contract.pointer import locate, look_up
from harness.contract.reading import Kind
from harness.fuzz.bodies import SPOILERS, spoilt
from harness.fuzz.payloads import answers
from harness.fuzz.values import EXTREMES, decimals
from harness.venues import NAMES

METHODS = [(venue, method) for venue in NAMES for method in contract(venue).methods()]
methods = pytest.mark.parametrize(("venue", "method"), METHODS, ids=[f"{v}-{m}" for v, m in METHODS])


def grounds(venue, method):
    """Every way of reading the venue, with what was generated for it."""
    return [(ground, drawn(answers(ground.source), 250)) for ground in playwright_of(venue, method).grounds]


@methods
def test_every_answer_is_valid_and_keeps_the_invariants(venue, method):
    """The oracle stays exact only where the venue's own rules hold."""
    for ground, shapes in grounds(venue, method):
        schema, reading = schema_of(venue, ground.reading), ground.reading
        for shape in shapes:
            assert schema.is_valid(shape.document), schema.problems(shape.document)
            assert broken_invariants(contract(venue), reading.endpoint, shape.document) == ()
            assert schema.is_valid(exact.decode(exact.encode(shape.document)))


@methods
def test_accounts_reach_from_nothing_to_a_hundred_positions(venue, method):
    """And most of what lies between, with no market twice in one account."""
    for ground, shapes in grounds(venue, method):
        if ground.reading.rows is None:
            continue
        name = next(column for column in ground.reading.columns if column.kind is Kind.SYMBOL)
        listing = ground.reading.prefix().removesuffix("/*")
        sizes = set()
        for shape in shapes:
            for at in locate(shape.document, listing):
                rows = look_up(shape.document, at)
                names = [look_up(row, name.at) for row in rows]
                assert len(names) == len(set(names))
                sizes.add(len(rows))
        assert {0, 1, 2, 100} <= sizes, sizes
        assert len(sizes) > 5, sizes


@methods
def test_every_consumed_figure_is_changed_and_reaches_the_extremes(venue, method):
    """Zero, thirty digits, and what a float cannot hold."""
    for ground, shapes in grounds(venue, method):
        columns = [values.column for values in ground.source.values]
        changed = {column.into for shape in shapes for column in shape.changed}
        assert changed == {column.into for column in columns}
        decimal = [column for column in columns if column.kind in {Kind.DECIMAL, Kind.SIGNED, Kind.UNSIGNED}]
        seen = {
            Decimal(str(look_up(shape.document, at)))
            for shape in shapes
            for column in decimal
            for at in locate(shape.document, ground.reading.prefix() + column.at)
            if look_up(shape.document, at) is not None
        }
        assert Decimal(0) in seen
        assert any(abs(value) > 2**53 for value in seen)
        assert any(len(value.as_tuple().digits) >= 15 for value in seen)


@methods
def test_rows_and_keys_change_their_order_and_fields_are_added(venue, method):
    """None of which means anything."""
    for _, shapes in grounds(venue, method):
        documents = [shape.document for shape in shapes if isinstance(shape.document, dict)]
        assert len({tuple(document) for document in documents}) > 1
        assert any("fieldAddedLater" in document for document in documents)
        assert any("fieldAddedLater" not in document for document in documents)


def test_recorded_answers_are_not_changed_in_place():
    """The next example begins with the same ones."""
    ground = playwright_of("extended", "_update_positions").grounds[0]
    before = exact.encode(list(ground.source.documents))
    drawn(answers(ground.source), 100)
    assert exact.encode(list(ground.source.documents)) == before


def test_decimal_texts_reach_every_extreme_and_stay_within_their_range():
    """The unsigned ones have no sign."""
    texts = drawn(decimals(), 400)
    assert set(EXTREMES) <= set(texts)
    assert all(Decimal(text).is_finite() for text in texts)
    assert not [text for text in drawn(decimals(0), 200) if text.startswith("-")]


@pytest.mark.parametrize("body", [b"{}", b'{"a":"\\u00e9\\"x"}', '[1,2,{"b": "ü"}]'.encode()])
def test_a_spoilt_body_is_never_the_original(body):
    """Nor a document that means the same, whatever the number."""
    kinds = set()
    for number in range(len(SPOILERS) * (len(body) + 2)):
        broken, name = spoilt(body, number)
        kinds.add(name)
        assert broken != body
        try:
            assert exact.decode(broken) != exact.decode(body) or name == "a key twice"
        except ValueError:
            continue
    assert kinds == {name for name, _ in SPOILERS}
