"""The fast validator and the reference implementation come to the same verdict."""

from decimal import Decimal
from functools import cache

import pytest
from contract_support import CONTRACTS, VENUES, documents, successes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness import exact
from harness.contract import payloads, schemas
from harness.contract.pointer import locate, removed, replaced

SMALL = 6_000
"""Characters up to which a document is altered again and again."""

STRANGE = ["12\n", "12\r", "BTC-USD\n", "١٢", "12\u2028", "1e5", "+1", "-0", "00", "1.", ""]
STRANGE += [1, True, 10**30, -1, Decimal("1.0"), Decimal("1.5"), Decimal("1e2"), Decimal("-1.0")]

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12),
    st.sampled_from(
        ["", "0", "-0.000000", "1e-7", "1.", " 1", "LONG", "OK", "n/a", "0x1f", "1714924800000", "12\n", "¹"]
    ),
    st.text(max_size=5),
)
values = scalars | st.lists(scalars, max_size=2) | st.dictionaries(st.sampled_from(["code", "size", "x"]), scalars)


@cache
def reference(name):
    """The reference validator of a schema."""
    common = exact.decode((schemas.folder() / "common.json").read_bytes())
    return schemas.reference_validator(schemas.load(name).document, common)


def disagrees(name, document):
    """Whether the two validators disagree."""
    return schemas.load(name).is_valid(document) is not reference(name).is_valid(document)


def recorded(venue):
    """Pairs of schema and document; every document is held against the error schema as well, which it seldom fits."""
    for document in documents(venue):
        if document.status < 400:
            yield f"{venue}/rest/{document.endpoint}", document.body
        yield f"{venue}/rest/error", document.body


def shared(folder):
    """The same of a folder of payload files."""
    for path in sorted(folder.rglob("*.json")):
        payload = payloads.read(path)
        if payload.text is None:
            for candidate in payloads.candidates(payload):
                yield f"{payload.venue}/{payload.transport}/{candidate.name}", payload.body
            yield f"{payload.venue}/rest/error", payload.body


def pointers(document, at=""):
    """Every place in a document."""
    yield at
    items = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, value in items:
        yield from pointers(value, f"{at}/{str(key).replace('~', '~0').replace('/', '~1')}")


@pytest.mark.parametrize("venue", VENUES)
def test_they_agree_on_every_document_of_the_cassettes(venue):
    """Successes and errors."""
    pairs = list(recorded(venue))
    assert {schemas.load(name).is_valid(document) for name, document in pairs} == {True, False}
    assert not [(name, document) for name, document in pairs if disagrees(name, document)]


def test_they_agree_on_every_payload_that_venues_sent(shared_payloads):
    """Of REST and of the streams, against each schema that may be meant."""
    pairs = list(shared(shared_payloads))
    assert pairs
    assert not [(name, document) for name, document in pairs if disagrees(name, document)]


def hold_on_altered(data, pairs):
    """Draw a document, put something else in one to three of its places, and compare."""
    name, document = data.draw(st.sampled_from(pairs))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.sampled_from(list(pointers(document))))
        gone = at and data.draw(st.booleans())
        document = removed(document, at) if gone else replaced(document, at, data.draw(values))
    assert not disagrees(name, document)


def small(pairs):
    """Those that can be validated many times, each once."""
    return list(
        {(name, exact.encode(body)): (name, body) for name, body in pairs if len(exact.encode(body)) < SMALL}.values()
    )


few = settings(max_examples=80, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("venue", VENUES)
def test_they_agree_on_what_dialects_of_patterns_and_numbers_treat_differently(venue):
    """In every field that a contract reads: line breaks, digits of other scripts, exponents, whole fractions."""
    for method in CONTRACTS[venue].methods():
        for field in CONTRACTS[venue].consumed(method):
            document = next(
                told.body for told in successes(venue, field.endpoint) if [*locate(told.body, field.pattern)]
            )
            at = next(locate(document, field.pattern))
            name = f"{venue}/rest/{field.endpoint}"
            assert not [value for value in STRANGE if disagrees(name, replaced(document, at, value))], at


@pytest.mark.parametrize("venue", VENUES)
def test_they_agree_on_altered_documents_of_the_cassettes(venue):
    """One to three places hold something else, or nothing."""
    pairs = small(recorded(venue))

    @few
    @given(st.data())
    def hold(data):
        hold_on_altered(data, pairs)

    hold()


def test_they_agree_on_altered_payloads(shared_payloads):
    """The same for what venues sent."""
    pairs = small(shared(shared_payloads))

    @few
    @given(st.data())
    def hold(data):
        hold_on_altered(data, pairs)

    hold()
