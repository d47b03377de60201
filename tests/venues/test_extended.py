"""Extended's facts and schemas: complete, matched to the right requests, true to what the venue says, and strict."""

from copy import deepcopy
from decimal import Decimal
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from harness.contract import payloads, schemas
from harness.contract.schemas import reference_validator
from harness.findings import Status
from harness.venues import venue

FACTS = venue("extended")
SCHEMAS = schemas.folder() / "extended"
SCHEMA_NAMES = sorted(f"{path.parent.name}/{path.stem}" for path in SCHEMAS.glob("*/*.json"))

SHARED = Path(__file__).parents[3] / "shared" / "payloads" / "extended"
CONTRADICTORY = {"ws/funding/01", "ws/orderbooks/08"}
ANSWERED_BY = {"error-market-not-found": "user-orders", "error-order": "user-order"}


def recorded_files():
    if not SHARED.is_dir():
        return [pytest.param(None, marks=pytest.mark.skip(reason="../shared/payloads/extended is not here"))]
    return [
        pytest.param(path, id=str(path.relative_to(SHARED).with_suffix("")))
        for path in sorted(SHARED.glob("*/*/*.json"))
    ]


def balance():
    return {
        "status": "OK",
        "data": {
            "collateralName": "USD",
            "balance": "250.5",
            "equity": "249.25",
            "availableForTrade": "-1.75",
            "updatedTime": 1788000000123,
        },
    }


def positions():
    return {
        "status": "OK",
        "data": [
            {
                "id": 2100000000000000001,
                "market": "SOL-USD",
                "status": "OPENED",
                "side": "SHORT",
                "leverage": "3",
                "size": "12.5",
                "openPrice": "151.125",
                "unrealisedPnl": "-4.5",
            }
        ],
    }


def frame(kind, group, rows):
    return {"type": kind, "data": {group: rows}, "ts": 1788000000123, "seq": 4}


def order_row():
    return {
        "id": 2100000000000000002,
        "externalId": "mine-1",
        "market": "SOL-USD",
        "type": "LIMIT",
        "side": "SELL",
        "status": "PARTIALLY_FILLED",
        "qty": "12.5",
        "filledQty": "2.5",
        "createdTime": 1788000000123,
        "updatedTime": 1788000000456,
    }


def fill_row():
    return {
        "id": 2100000000000000003,
        "accountId": 77,
        "market": "SOL-USD",
        "orderId": 2100000000000000002,
        "side": "SELL",
        "price": "151.125",
        "qty": "2.5",
        "value": "377.8125",
        "fee": "0.09",
        "isTaker": True,
        "tradeType": "TRADE",
        "createdTime": 1788000000456,
    }


def delta():
    levels = [{"p": "151.1", "q": "-0.5", "c": "2"}]
    return {
        "type": "DELTA",
        "data": {"t": "DELTA", "m": "SOL-USD", "b": levels, "a": [], "d": "f"},
        "ts": 1788000000123,
        "seq": 9,
    }


SPECIMENS = {
    "rest/user-balance": balance(),
    "rest/user-positions": positions(),
    "rest/user-orders": {"status": "OK", "data": [order_row()]},
    "rest/user-orders-by-id": {"status": "OK", "data": order_row()},
    "rest/user-trades": {"status": "OK", "data": [fill_row()], "pagination": {"cursor": None, "count": 1}},
    "rest/error": {"status": "ERROR", "error": {"code": 1004, "message": "Account not found"}},
    "ws/account balance": frame("BALANCE", "balance", balance()["data"]),
    "ws/account position": frame("POSITION", "positions", positions()["data"]),
    "ws/account order": frame("ORDER", "orders", [order_row()]),
    "ws/orderbooks": delta(),
}
CONSUMED = {
    "rest/user-balance": ["status", "data", "data.collateralName", "data.equity", "data.availableForTrade"],
    "rest/user-positions": ["status", "data"]
    + [f"data.0.{name}" for name in ("market", "side", "size", "openPrice", "unrealisedPnl", "leverage")],
    "rest/user-orders": [f"data.0.{name}" for name in ("id", "externalId", "status", "side", "qty", "updatedTime")],
    "rest/user-orders-by-id": ["data", "data.id", "data.status", "data.updatedTime"],
    "rest/user-trades": [
        f"data.0.{name}" for name in ("id", "orderId", "price", "qty", "value", "fee", "isTaker", "createdTime")
    ],
    "rest/error": ["status", "error", "error.code", "error.message"],
    "ws/account balance": ["type", "seq", "data.balance", "data.balance.equity", "data.balance.availableForTrade"],
    "ws/account position": ["data.positions", "data.positions.0.side", "data.positions.0.size"],
    "ws/account order": ["data.orders", "data.orders.0.status"],
    "ws/orderbooks": ["type", "seq", "data.m", "data.b", "data.b.0.p", "data.b.0.q", "data.b.0.c"],
}
FIELDS = [(specimen, field) for specimen, fields in CONSUMED.items() for field in fields]


def schema_of(specimen):
    return schemas.load(f"extended/{specimen.split()[0]}")


def edited(specimen, field, change):
    document = deepcopy(SPECIMENS[specimen])
    *parents, last = [int(part) if part.isdigit() else part for part in field.split(".")]
    holder = document
    for part in parents:
        holder = holder[part]
    change(holder, last)
    return document


def retyped(value):
    if isinstance(value, bool):
        return "true"
    if isinstance(value, str):
        return Decimal("1.5")
    if isinstance(value, int):
        return {"value": value}
    return "x"


def described(schema, at=""):
    """Every property below a schema, with whether it has words of its own or of what it refers to."""
    for name, value in schema.get("properties", {}).items():
        yield f"{at}/{name}", "description" in value or value.get("$ref", "").startswith("#/$defs/")
        yield from described(value, f"{at}/{name}")
    if isinstance(schema.get("items"), dict):
        yield from described(schema["items"], f"{at}/*")
    for name, value in schema.get("$defs", {}).items():
        yield from described(value, f"{at}/$defs/{name}")


def test_every_endpoint_and_channel_has_a_schema_and_no_schema_is_left_over():
    """The facts and the folder of schemas name the same things."""
    known = {f"rest/{endpoint.name}" for endpoint in FACTS.endpoints} | {"rest/error"}
    known |= {f"ws/{channel.name}" for channel in FACTS.channels}
    assert set(SCHEMA_NAMES) == known


@pytest.mark.parametrize("name", SCHEMA_NAMES)
def test_schema_is_well_formed_and_told_in_words(name):
    """It compiles in both validators, carries its name and source, and describes every field."""
    schema = schemas.load(f"extended/{name}")
    Draft202012Validator.check_schema(schema.document)
    assert schema.document["$id"] == f"urn:harness:extended:{name.replace('/', ':')}"
    assert schema.document["title"]
    assert schema.document["description"].startswith("Source: ")
    assert [field for field, has_words in described(schema.document) if not has_words] == []


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/user/balance", "user-balance"),
        ("GET", "/user/positions", "user-positions"),
        ("GET", "/user/positions/history", "user-positions-history"),
        ("GET", "/user/orders/history", "user-orders-history"),
        ("GET", "/user/orders/2100000000000000002", "user-orders-by-id"),
        ("GET", "/user/orders/external/mine-1", "user-orders-external-by-external-id"),
        ("POST", "/user/order", "user-order"),
        ("POST", "/user/order/massCancel", "user-order-mass-cancel"),
        ("DELETE", "/user/order/2100000000000000002", "user-order-cancel"),
        ("DELETE", "/user/order", "user-order-cancel-external"),
        ("GET", "/user/leverage", "user-leverage"),
        ("PATCH", "/user/leverage", "user-leverage-update"),
        ("GET", "/info/markets", "info-markets"),
        ("GET", "/info/SOL-USD/funding", "info-funding"),
        ("GET", "/info/candles/SOL-USD/mark-prices", "info-candles"),
    ],
)
def test_request_finds_its_endpoint_first(method, path, name):
    """The most specific route wins, and a captured request body never stands before the answer."""
    assert FACTS.find(method, path)[0].name == name


def test_real_request_is_never_taken_for_a_captured_body():
    """With its body at hand, a request has one candidate only."""
    found = FACTS.find("PATCH", "/user/leverage", {"market": "SOL-USD", "leverage": "3"})
    assert [endpoint.name for endpoint in found] == ["user-leverage-update"]


def test_pages_end_at_a_documented_pointer():
    """Each route with pages names the cursor's parameter among its own, and where an answer holds the next one."""
    paged = [endpoint for endpoint in FACTS.endpoints if endpoint.pagination is not None]
    assert {endpoint.name for endpoint in paged} >= {"user-trades", "user-orders-history", "user-funding-history"}
    for endpoint in paged:
        assert endpoint.param(endpoint.pagination.parameter) is not None
        assert endpoint.pagination.next_at == ("/pagination/cursor" if endpoint.pagination.style == "cursor" else "")


@pytest.mark.parametrize("path", recorded_files())
def test_payload_is_matched_to_its_endpoint_or_channel(path):
    """The request, and where it says too little the folder, tells which answer it is."""
    payload = payloads.read(path)
    expected = ANSWERED_BY.get(payload.hint, payload.hint)
    if payload.method == "PATCH" and expected == "user-leverage":
        expected = "user-leverage-update"
    assert payloads.candidates(payload)[0].name == expected


@pytest.mark.parametrize("path", recorded_files())
def test_payload_is_accepted_unless_it_is_a_mock_that_contradicts_recordings(path):
    """What the venue said conforms, and the mocks that it contradicts do not; both validators agree on each."""
    payload = payloads.read(path)
    contradictory = str(path.relative_to(SHARED).with_suffix("")) in CONTRADICTORY
    assert not contradictory or payload.kind == "mock"
    result = payloads.validate(payload)
    assert result.status is (Status.FAIL if contradictory else Status.PASS), result.message
    if "schema" in result.evidence:
        schema = schemas.load(result.evidence["schema"])
        common = schemas.load("common").document
        assert reference_validator(schema.document, common).is_valid(payload.body) is not contradictory


@pytest.mark.parametrize("specimen", SPECIMENS)
def test_specimen_is_accepted_with_fields_that_nobody_knows(specimen):
    """Schemas are open: what is new is drift, not an error."""
    assert schema_of(specimen).problems(SPECIMENS[specimen]) == ()
    assert schema_of(specimen).is_valid({**SPECIMENS[specimen], "newField": {"a": 1}})


@pytest.mark.parametrize(("specimen", "field"), FIELDS)
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda holder, key: holder.pop(key), id="removed"),
        pytest.param(lambda holder, key: holder.__setitem__(key, None), id="null"),
        pytest.param(lambda holder, key: holder.__setitem__(key, retyped(holder[key])), id="retyped"),
    ],
)
def test_consumed_field_that_breaks_is_rejected(specimen, field, change):
    """A field that a connector reads cannot be taken away, emptied or turned into another type."""
    assert not schema_of(specimen).is_valid(edited(specimen, field, change))


@pytest.mark.parametrize(
    ("specimen", "field", "value"),
    [
        ("rest/user-balance", "status", "ERROR"),
        ("rest/user-balance", "data.equity", "1e3"),
        ("rest/user-balance", "data.equity", ""),
        ("rest/user-balance", "data.collateralName", ""),
        ("rest/user-balance", "data.updatedTime", 1788000000123000),
        ("rest/user-positions", "data.0.side", "BUY"),
        ("rest/user-positions", "data.0.side", "short"),
        ("rest/user-positions", "data.0.status", "OPEN"),
        ("rest/user-positions", "data.0.size", "-12.5"),
        ("rest/user-positions", "data.0.leverage", "0"),
        ("rest/user-positions", "data.0.market", "SOL"),
        ("rest/user-orders", "data.0.status", "OPEN"),
        ("rest/user-orders", "data.0.updatedTime", 1788000000),
        ("rest/user-trades", "data.0.createdTime", 1788000000),
        ("ws/orderbooks", "data.t", "SNAPSHOT"),
        ("ws/account balance", "type", "POSITION"),
    ],
)
def test_value_that_the_venue_never_sends_is_rejected(specimen, field, value):
    """Signs, units of time, spellings and enums are part of the contract."""
    document = edited(specimen, field, lambda holder, key: holder.__setitem__(key, value))
    assert not schema_of(specimen).is_valid(document)


@pytest.mark.parametrize(
    ("specimen", "field", "value"),
    [
        ("rest/user-balance", "data.updatedTime", 1788000000),
        ("rest/user-positions", "data", []),
        ("rest/user-positions", "data.0.id", "2100000000000000001"),
        ("rest/user-positions", "data.0.status", "CLOSED"),
        ("rest/user-orders", "data.0.status", "TRIGGERED"),
        ("rest/user-trades", "data.0.fee", "-0.01"),
        ("rest/error", "error.code", "NOT_FOUND"),
        ("ws/orderbooks", "data.b", []),
    ],
)
def test_value_that_some_source_shows_is_accepted(specimen, field, value):
    """Where sources differ the schema takes each of them."""
    document = edited(specimen, field, lambda holder, key: holder.__setitem__(key, value))
    assert schema_of(specimen).problems(document) == ()
