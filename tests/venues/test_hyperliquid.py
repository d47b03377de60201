"""Hyperliquid's facts and schemas: complete, matched to the right requests, true to what the venue says, and strict."""

from copy import deepcopy
from decimal import Decimal
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from harness.contract import payloads, schemas
from harness.contract.schemas import reference_validator
from harness.findings import Status
from harness.venues import venue

FACTS = venue("hyperliquid")
SCHEMAS = schemas.folder() / "hyperliquid"
SCHEMA_NAMES = sorted(f"{path.parent.name}/{path.stem}" for path in SCHEMAS.glob("*/*.json"))

SHARED = Path(__file__).parents[3] / "shared" / "payloads" / "hyperliquid"
CONTRADICTORY = {
    "rest/exchange-update-leverage/02",
    "rest/info-funding-history/03",
    "rest/info-historical-orders/04",
    "rest/info-meta-and-asset-ctxs/03",
    "rest/info-order-status/04",
    "rest/info-order-status/05",
    "rest/info-order-status/06",
    "rest/info-order-status/07",
    "rest/info-user-fills/08",
}
ANSWERED_BY = {"ws/user-fills/04": "user-events"}  # its frame says `user`, whatever its folder says

OWNER = "0x" + "ab" * 20
TRANSACTION = "0x" + "0" * 64
NOON = 1788004800123


def summary(value):
    return {"accountValue": value, "totalNtlPos": "300.5", "totalRawUsd": "-50.25", "totalMarginUsed": "30.05"}


def position(**changes):
    fields = {
        "coin": "kBONK",
        "szi": "-1500.0",
        "entryPx": "0.02",
        "unrealizedPnl": "-0.5",
        "leverage": {"type": "cross", "value": 10},
        "positionValue": "30.5",
        "marginUsed": "3.05",
        "returnOnEquity": "-0.16",
        "liquidationPx": None,
    }
    return {"type": "oneWay", "position": fields | changes}


def clearinghouse(*rows):
    return {
        "crossMarginSummary": summary("250.25"),
        "withdrawable": "220.2",
        "assetPositions": list(rows or [position()]),
        "time": NOON,
    }


def spot():
    return {"balances": [{"coin": "USDC", "token": 0, "total": "-3.25", "hold": "1.5", "entryNtl": "0.0"}]}


def order():
    return {
        "coin": "SOL",
        "side": "B",
        "limitPx": "151.12",
        "sz": "2.5",
        "origSz": "12.5",
        "oid": 2**53 + 1,
        "timestamp": NOON,
        "cloid": "0x" + "0f" * 16,
        "tif": "Gtc",
    }


def fill():
    return {
        "coin": "SOL",
        "side": "A",
        "px": "151.12",
        "sz": "2.5",
        "time": NOON,
        "oid": 77,
        "tid": 78,
        "hash": TRANSACTION,
        "crossed": False,
        "dir": "Close Long",
        "startPosition": "5.0",
        "closedPnl": "1.25",
        "fee": "-0.01",
    }


def context():
    fields = ("funding", "markPx", "oraclePx", "openInterest", "prevDayPx", "dayNtlVlm")
    return dict.fromkeys(fields, "0.5") | {"midPx": None}


def funding():
    return {"type": "funding", "coin": "SOL", "usdc": "-0.02", "szi": "2.5", "fundingRate": "0.0000125"}


def book():
    return {"coin": "SOL", "time": NOON, "levels": [[{"px": "151.1", "sz": "2", "n": 1}], []]}


def statuses(*items):
    return {"status": "ok", "response": {"type": "order", "data": {"statuses": list(items)}}}


def found(status="open"):
    return {"order": order(), "status": status, "statusTimestamp": NOON}


MARKET = {"name": "SOL", "szDecimals": 2, "maxLeverage": 20}
SPECIMENS = {
    "rest/info-clearinghouse-state": clearinghouse(),
    "rest/info-spot-clearinghouse-state": spot(),
    "rest/info-user-abstraction": "unifiedAccount",
    "rest/info-order-status": {"status": "order", "order": found()},
    "rest/info-historical-orders": [found("canceled")],
    "rest/info-user-fills": [fill()],
    "rest/info-user-funding": [{"time": NOON, "hash": TRANSACTION, "delta": funding()}],
    "rest/info-meta-and-asset-ctxs": [{"universe": [MARKET]}, [context()]],
    "rest/info-meta": {"universe": [MARKET]},
    "rest/info-l2-book": book(),
    "rest/exchange-order": statuses({"resting": {"oid": 77}}),
    "ws/clearinghouse-state": {
        "channel": "clearinghouseState",
        "data": {"user": OWNER, "dex": "", "clearinghouseState": clearinghouse()},
    },
    "ws/spot-state": {"channel": "spotState", "data": {"user": OWNER, "spotState": spot()}},
    "ws/order-updates": {"channel": "orderUpdates", "data": [found("filled")]},
    "ws/user-fills": {"channel": "userFills", "data": {"user": OWNER, "fills": [fill()]}},
    "ws/user-events": {"channel": "user", "data": {"fills": [fill()]}},
    "ws/l2-book": {"channel": "l2Book", "data": book()},
}
STATE = ["crossMarginSummary", "crossMarginSummary.accountValue", "withdrawable", "assetPositions"]
STATE += ["assetPositions.0.position"]
STATE += [f"assetPositions.0.position.{name}" for name in ("coin", "szi", "entryPx", "unrealizedPnl", "leverage")]
STATE += ["assetPositions.0.position.leverage.value"]
SPOT = ["balances", *(f"balances.0.{name}" for name in ("coin", "total", "hold"))]
CONSUMED = {
    "rest/info-clearinghouse-state": STATE,
    "rest/info-spot-clearinghouse-state": SPOT,
    "rest/info-order-status": [
        *("status", "order", "order.status", "order.statusTimestamp"),
        *(f"order.order.{name}" for name in ("oid", "side", "sz", "origSz", "limitPx")),
    ],
    "rest/info-historical-orders": ["0.status", "0.order.oid"],
    "rest/info-user-fills": [f"0.{name}" for name in ("oid", "px", "sz", "side", "time", "fee", "crossed")],
    "rest/info-user-funding": ["0.time", "0.delta.usdc", "0.delta.fundingRate", "0.delta.coin"],
    "rest/info-meta-and-asset-ctxs": [
        *("0.universe.0.name", "0.universe.0.szDecimals", "1.0.funding", "1.0.markPx", "1.0.oraclePx"),
    ],
    "rest/info-meta": ["universe.0.name", "universe.0.szDecimals"],
    "rest/info-l2-book": ["time", "levels", "levels.0.0.px", "levels.0.0.sz"],
    "rest/exchange-order": ["status", "response.data.statuses", "response.data.statuses.0.resting.oid"],
    "ws/clearinghouse-state": ["channel", *(f"data.clearinghouseState.{field}" for field in STATE)],
    "ws/spot-state": ["channel", *(f"data.spotState.{field}" for field in SPOT)],
    "ws/order-updates": ["channel", "data", "data.0.status", "data.0.order.oid", "data.0.order.sz"],
    "ws/user-fills": ["channel", "data.fills", "data.fills.0.px", "data.fills.0.sz"],
    "ws/user-events": ["channel", "data.fills.0.px"],
    "ws/l2-book": ["channel", "data.time", "data.levels.0.0.px"],
}
FIELDS = [(specimen, field) for specimen, fields in CONSUMED.items() for field in fields]


def recorded_files():
    if not SHARED.is_dir():
        return [pytest.param(None, marks=pytest.mark.skip(reason="../shared/payloads/hyperliquid is not here"))]
    return [pytest.param(path, id=case_of(path)) for path in sorted(SHARED.glob("*/*/*.json"))]


def case_of(path):
    return str(path.relative_to(SHARED).with_suffix(""))


def accepts(specimen, document):
    return schemas.load(f"hyperliquid/{specimen}").is_valid(document)


def edited(specimen, field, change):
    document = deepcopy(SPECIMENS[specimen])
    *parents, last = [int(part) if part.isdigit() else part for part in field.split(".")]
    holder = document
    for part in parents:
        holder = holder[part]
    change(holder, last)
    return document


def retyped(value):
    """Another JSON type with, where there is one, the same meaning."""
    if isinstance(value, str):
        return Decimal(value) if value.lstrip("-").replace(".", "").isdigit() else [value]
    return {"was": str(value)} if isinstance(value, list | dict | bool) else [value]


def test_every_endpoint_and_channel_has_a_schema_and_every_schema_has_one():
    """No route or feed is without a schema, no schema file is left over, and no two share a name."""
    named = {f"rest/{endpoint.name}" for endpoint in FACTS.endpoints} | {"rest/error"}
    named |= {f"ws/{channel.name}" for channel in FACTS.channels}
    assert set(SCHEMA_NAMES) == named
    assert len(SCHEMA_NAMES) == len(FACTS.endpoints) + len(FACTS.channels) + 1, "a name stands for two"


@pytest.mark.parametrize("name", SCHEMA_NAMES)
def test_a_schema_compiles_in_both_implementations_and_says_what_it_is(name):
    """Each file is valid JSON Schema 2020-12, resolves its references, and names its source."""
    schema = schemas.load(f"hyperliquid/{name}")
    document = schema.document
    Draft202012Validator.check_schema(document)
    assert document["$id"] == f"urn:harness:hyperliquid:{name.replace('/', ':')}"
    assert document["title"]
    assert "Source: " in document["description"]
    common = schemas.load("hyperliquid/rest/error").common
    for instance in (None, {}, [], "text", SPECIMENS.get(name)):
        assert reference_validator(document, common).is_valid(instance) == schema.is_valid(instance)


@pytest.mark.parametrize("name", SCHEMA_NAMES)
def test_every_field_of_a_schema_is_described(name):
    """A field says in words what it is, at its own place or where it refers to; constants speak for themselves."""
    document = schemas.load(f"hyperliquid/{name}").document

    def undescribed(node, at):
        if isinstance(node, list):
            for index, item in enumerate(node):
                yield from undescribed(item, f"{at}/{index}")
        if isinstance(node, dict):
            for key, value in node.items():
                if key == "properties" and not at.endswith(("/if", "/then")):
                    spoken = ("description", "$ref", "const", "enum", "items", "properties", "anyOf", "allOf")
                    yield from (f"{at}/{field}" for field, rule in value.items() if not set(rule) & set(spoken))
                yield from undescribed(value, f"{at}/{key}")

    assert list(undescribed(document, "")) == []


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"type": "clearinghouseState", "user": OWNER}, "info-clearinghouse-state"),
        ({"type": "clearinghouseState", "user": OWNER, "dex": "xyz"}, "info-clearinghouse-state"),
        ({"type": "userAbstraction", "user": OWNER}, "info-user-abstraction"),
        ({"type": "candleSnapshot", "req": {"coin": "SOL"}}, "info-candle-snapshot"),
    ],
)
def test_a_read_is_told_by_its_type(body, name):
    """Every read is a POST to one path; the body's type says which it is."""
    assert [endpoint.name for endpoint in FACTS.find("POST", "/info", body)] == [name]
    assert FACTS.find("GET", "/info", body) == ()


@pytest.mark.parametrize(
    "body",
    [
        {"action": {"type": "cancel", "cancels": []}, "nonce": NOON, "signature": {}, "vaultAddress": None},
        {"type": "cancel"},
    ],
    ids=["signed request", "its action alone"],
)
def test_an_action_is_told_by_its_type_within_the_signed_body(body):
    """The action's type stands one level down; a recording may have kept the action alone."""
    assert [endpoint.name for endpoint in FACTS.find("POST", "/exchange", body)] == ["exchange-cancel"]


def test_an_unknown_read_or_action_matches_nothing():
    """What the facts do not know is reported as unknown, not as something else."""
    assert FACTS.find("POST", "/info", {"type": "tomorrowsPrices"}) == ()
    assert FACTS.find("POST", "/exchange", {"action": {"type": "tomorrowsOrder"}}) == ()


@pytest.mark.parametrize(
    ("frame", "sent_by_client", "names"),
    [
        ({"channel": "l2Book", "data": {}}, False, ["l2-book"]),
        ({"channel": "user", "data": {}}, False, ["user-events"]),
        ({"channel": "pong"}, False, ["pong"]),
        ({"channel": "tomorrow"}, False, []),
        ({"coin": "SOL", "levels": []}, False, []),
        ({"method": "unsubscribe", "subscription": {"type": "trades"}}, True, ["subscribe"]),
        ({"method": "ping"}, True, ["ping"]),
        ({"method": "ping"}, False, []),
    ],
)
def test_a_frame_is_told_by_its_channel_or_method(frame, sent_by_client, names):
    """The venue's frames carry a channel, the client's a method."""
    assert [channel.name for channel in FACTS.find_channels("/", frame, sent_by_client=sent_by_client)] == names


def test_only_actions_are_signed_and_only_the_key_is_secret():
    """Reads need no credentials, and the address is public."""
    assert {endpoint.path for endpoint in FACTS.endpoints if endpoint.auth.value != "none"} == {"/exchange"}
    assert {credential.name: credential.secret for credential in FACTS.credentials} == {
        "address": False,
        "private_key": True,
    }


@pytest.mark.parametrize("path", recorded_files())
def test_a_real_payload_is_accepted_and_a_contradictory_mock_is_not(path):
    """Whatever the venue said is valid; a mock is, unless it contradicts what the venue said."""
    payload, case = payloads.read(path), case_of(path)
    result = payloads.validate(payload)
    expected = Status.FAIL if case in CONTRADICTORY else Status.PASS
    assert result.status is expected, result.message
    assert case not in CONTRADICTORY or payload.kind == "mock"
    if payload.hint != "exchange-error":  # a refusal is the same for every action
        assert payloads.candidates(payload)[0].name == ANSWERED_BY.get(case, payload.hint)


@pytest.mark.parametrize("specimen", SPECIMENS)
def test_a_specimen_is_accepted_with_fields_that_nobody_knows_yet(specimen):
    """The handwritten answers conform, and a new field does not make them invalid."""
    document = deepcopy(SPECIMENS[specimen])
    assert accepts(specimen, document)
    if isinstance(document, dict):
        assert accepts(specimen, document | {"tomorrow": {"new": None}})


@pytest.mark.parametrize(("specimen", "field"), FIELDS)
def test_a_consumed_field_cannot_be_missing(specimen, field):
    """Every field that becomes state is required."""
    assert not accepts(specimen, edited(specimen, field, lambda holder, last: holder.pop(last)))


@pytest.mark.parametrize(("specimen", "field"), FIELDS)
def test_a_consumed_field_cannot_be_null(specimen, field):
    """No field that becomes state is nullable."""
    assert not accepts(specimen, edited(specimen, field, lambda holder, last: holder.__setitem__(last, None)))


@pytest.mark.parametrize(("specimen", "field"), FIELDS)
def test_a_consumed_field_cannot_change_its_type(specimen, field):
    """A decimal in a string that becomes a JSON number is drift, and so is any other change of type."""
    change = edited(specimen, field, lambda holder, last: holder.__setitem__(last, retyped(holder[last])))
    assert not accepts(specimen, change)


@pytest.mark.parametrize(
    ("specimen", "document"),
    [
        ("rest/info-clearinghouse-state", clearinghouse(position(leverage={"type": "cross", "value": "10"}))),
        ("rest/info-clearinghouse-state", clearinghouse(position(leverage={"type": "shared", "value": 10}))),
        ("rest/info-clearinghouse-state", clearinghouse(position(entryPx="-0.02"))),
        ("rest/info-clearinghouse-state", clearinghouse(position(szi="1e3"))),
        ("rest/info-clearinghouse-state", clearinghouse(position(szi="+5"))),
        ("rest/info-clearinghouse-state", clearinghouse() | {"time": NOON // 1000}),
        ("rest/info-spot-clearinghouse-state", {"balances": [{"coin": "USDC", "total": "1", "hold": "-1"}]}),
        ("rest/info-user-abstraction", "unified"),
        ("rest/info-user-abstraction", None),
        ("rest/info-order-status", {"status": "open", "order": found()}),
        ("rest/info-order-status", {"status": "order"}),
        ("rest/info-order-status", {"status": "order", "order": found("expired")}),
        ("rest/info-user-fills", [fill() | {"side": "BUY"}]),
        ("rest/info-user-fills", [fill() | {"cloid": "mine-1"}]),
        ("rest/exchange-order", {"status": "error", "response": "no"}),
        ("rest/exchange-order", statuses()),
        ("rest/exchange-order", statuses("filled")),
        ("ws/l2-book", book()),
        ("ws/user-events", {"channel": "user", "data": {}}),
    ],
)
def test_what_the_venue_never_says_is_refused(specimen, document):
    """Wrong units, unknown values and other venues' shapes do not pass."""
    assert not accepts(specimen, document)


@pytest.mark.parametrize(
    ("specimen", "document"),
    [
        ("rest/info-clearinghouse-state", clearinghouse(position(szi="0.0", entryPx=None))),
        ("rest/info-clearinghouse-state", clearinghouse() | {"assetPositions": [], "time": str(NOON)}),
        ("rest/info-clearinghouse-state", clearinghouse(position(coin="xyz:XYZ100", liquidationPx="0.05"))),
        ("rest/info-spot-clearinghouse-state", {"balances": []}),
        ("rest/info-order-status", {"status": "unknownOid"}),
        ("rest/info-user-fills", [fill() | {"oid": "77", "cloid": None, "twapId": None}, fill()]),
        ("rest/exchange-order", statuses("waitingForTrigger", {"error": "Price must be divisible by tick size."})),
        ("rest/exchange-order", {"status": "err", "response": "User or API Wallet does not exist."}),
        ("rest/exchange-modify", {"status": "ok", "response": {"type": "default"}}),
        ("rest/error", None),
        ("rest/error", {"code": 429, "msg": "Too many requests", "data": None}),
        ("ws/user-fills", {"channel": "userFills", "data": {"user": OWNER, "isSnapshot": True, "fills": []}}),
    ],
)
def test_what_the_venue_does_say_is_accepted(specimen, document):
    """Flat rows, refusals with HTTP 200, rebates and quoted ids are how the venue is."""
    assert accepts(specimen, document)
