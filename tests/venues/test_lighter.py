"""Facts and schemas of Lighter, against recorded payloads and against specimens built here."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from harness import exact
from harness.contract import payloads, pointer, schemas
from harness.findings import Status
from harness.venues.facts import Auth
from harness.venues.lighter import VENUE

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "payloads" / "lighter"

REST = [f"rest/{endpoint.name}" for endpoint in VENUE.endpoints]
WS = [f"ws/{channel.name}" for channel in VENUE.channels]
SCHEMAS = [*REST, "rest/error", *WS]

# Folders named after something else than the endpoint that answered.
ANSWERED_BY = {"rest/account-orders": "account-active-orders"}

# A comment in ccxt quotes an account with every number turned into text: it was altered after it was received.
ALTERED = {"rest/account/08"}

CONTRADICTING = {
    "rest/account-active-orders/06",
    "rest/account-inactive-orders/02",
    "rest/account-orders/01",
    "rest/account/11",
    "rest/funding-rates/03",
    "rest/order-book-details/05",
    "rest/order-book-details/06",
    "rest/order-books/07",
    "rest/position-funding/01",
    "rest/position-funding/02",
    "rest/recent-trades/05",
    "rest/send-tx-batch/01",
    "rest/send-tx/15",
    "rest/send-tx/16",
    "rest/send-tx/17",
    "rest/status/03",
    "ws/account-all-assets/05",
    "ws/account-all-orders/05",
    "ws/account-all-orders/06",
    "ws/account-all-orders/07",
    "ws/account-all-positions/03",
    "ws/account-all-trades/03",
    "ws/market-stats/08",
}

ACCOUNT = {
    "code": 200,
    "total": 1,
    "accounts": [
        {
            "code": 0,
            "account_type": 1,
            "index": 281474976710001,
            "account_index": 281474976710001,
            "l1_address": "0x" + "5a" * 20,
            "status": 1,
            "available_balance": "612.250000",
            "collateral": "1000.000000",
            "total_asset_value": "987.500000",
            "positions": [
                {
                    "market_id": 24,
                    "symbol": "HYPE",
                    "initial_margin_fraction": "33.33",
                    "sign": -1,
                    "position": "30.00",
                    "avg_entry_price": "38.7500",
                    "position_value": "1175.0000",
                    "unrealized_pnl": "-12.500000",
                },
                {
                    "market_id": 1,
                    "symbol": "BTC",
                    "initial_margin_fraction": "5.00",
                    "sign": 1,
                    "position": "0.00000",
                    "avg_entry_price": "0.0",
                    "position_value": "-0.000000",
                    "unrealized_pnl": "0.000000",
                },
            ],
        }
    ],
}
ROW, POSITION = "/accounts/0", "/accounts/0/positions/0"
CONSUMED = [
    "/code",
    "/accounts",
    *(
        f"{ROW}/{name}"
        for name in ("index", "account_index", "available_balance", "collateral", "total_asset_value", "positions")
    ),
    *(
        f"{POSITION}/{name}"
        for name in (
            "market_id",
            "symbol",
            "sign",
            "position",
            "avg_entry_price",
            "unrealized_pnl",
            "initial_margin_fraction",
        )
    ),
]


def payload_files() -> list[Any]:
    """The payload files beside the repository, or one skipped case that says that there are none."""
    found = sorted(SHARED.glob("*/*/*.json"))
    return [pytest.param(path, id=case(path)) for path in found] or [
        pytest.param(None, marks=pytest.mark.skip(reason=f"no payloads at ../shared/payloads/{VENUE.name}"))
    ]


def case(path: Path) -> str:
    return path.relative_to(SHARED).with_suffix("").as_posix()


def other_types(value: Any) -> Iterator[Any]:
    yield None
    yield True
    yield []
    yield {}
    yield Decimal("1.5")
    yield 1 if isinstance(value, str) else str(value)


def valid(name: str, document: Any) -> bool:
    return schemas.load(f"lighter/{name}").is_valid(document)


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_endpoint_and_channel_has_a_sound_schema(name: str) -> None:
    """The schema compiles, conforms to its meta-schema and says what it is and where it comes from."""
    schema = schemas.load(f"lighter/{name}")
    jsonschema.Draft202012Validator.check_schema(schema.document)
    assert schema.document["$id"] == f"urn:harness:lighter:{name.replace('/', ':')}"
    assert schema.document["title"]
    assert schema.document["description"].startswith("Source: ")


def test_no_schema_is_without_an_endpoint_or_channel() -> None:
    """Every schema file of the venue belongs to an endpoint, a channel or the error envelope."""
    folder = schemas.folder() / "lighter"
    assert {path.relative_to(folder).with_suffix("").as_posix() for path in folder.glob("*/*.json")} == set(SCHEMAS)


def test_a_definition_is_the_same_in_every_schema() -> None:
    """Schema files cannot share definitions, so those of one name must not drift apart."""
    first: dict[str, Any] = {}
    for name in SCHEMAS:
        for key, definition in schemas.load(f"lighter/{name}").document.get("$defs", {}).items():
            assert first.setdefault(key, definition) == definition, (name, key)


def test_names_and_routes_are_unique() -> None:
    """No two endpoints answer the same request, and no two channels the same frame."""
    assert len({endpoint.name for endpoint in VENUE.endpoints}) == len(VENUE.endpoints)
    assert len({(endpoint.method, endpoint.path) for endpoint in VENUE.endpoints}) == len(VENUE.endpoints)
    kinds = [(c.sent_by_client, kind) for c in VENUE.channels for kind in c.frames["type"]]
    assert len(set(kinds)) == len(kinds)


@pytest.mark.parametrize("endpoint", [e for e in VENUE.endpoints if e.auth is Auth.TOKEN], ids=lambda e: e.name)
def test_the_token_of_a_private_route_selects_nothing(endpoint: Any) -> None:
    """A recording made with one token answers a request with another."""
    assert endpoint.param("auth").selects is False


def test_only_the_private_key_is_a_secret_credential() -> None:
    """Indexes and addresses are public at Lighter; the key that signs is not."""
    assert {c.name: c.secret for c in VENUE.credentials} == {
        "account_index": False,
        "l1_address": False,
        "api_key_index": False,
        "api_key_private_key": True,
    }


@pytest.mark.parametrize("path", payload_files())
def test_a_payload_is_matched_to_the_endpoint_or_channel_that_answered(path: Path) -> None:
    """The request, or where it is not whole the folder, leads to exactly one endpoint or channel."""
    payload = payloads.read(path)
    found = payloads.candidates(payload)
    folder = case(path).rpartition("/")[0]
    expected = {"jsonapi/sendtx": "jsonapi-sendtx"}.get(_kind(payload), ANSWERED_BY.get(folder, folder.split("/")[1]))
    assert [candidate.name for candidate in found] == [expected]


def _kind(payload: payloads.Payload) -> str:
    return str(payload.body.get("type", "")) if isinstance(payload.body, dict) else ""


@pytest.mark.parametrize("path", payload_files())
def test_a_payload_is_accepted_unless_it_contradicts_what_was_recorded(path: Path) -> None:
    """Recorded, observed and documented payloads validate; mocks do so where nothing recorded speaks against them."""
    payload = payloads.read(path)
    expected = Status.FAIL if case(path) in CONTRADICTING | ALTERED else Status.PASS
    result = payloads.validate(payload)
    assert result.status is expected, result.message
    assert payload.kind == "mock" or case(path) not in CONTRADICTING


def test_the_specimen_is_valid() -> None:
    """The account from which the rejected ones are made is accepted itself."""
    assert not schemas.load("lighter/rest/account").problems(ACCOUNT)


@pytest.mark.parametrize("at", CONSUMED)
def test_an_account_without_a_consumed_field_is_rejected(at: str) -> None:
    """A field that becomes state cannot be left out."""
    assert not valid("rest/account", pointer.removed(ACCOUNT, at))


@pytest.mark.parametrize("at", CONSUMED)
def test_an_account_with_a_consumed_field_of_another_type_is_rejected(at: str) -> None:
    """A field that becomes state cannot be null, nor a number where text is sent, nor text where a number is."""
    sent = pointer.look_up(ACCOUNT, at)
    for value in other_types(sent):
        still_a_list = isinstance(sent, list) and value == []
        assert valid("rest/account", pointer.replaced(ACCOUNT, at, value)) is still_a_list, value


@pytest.mark.parametrize(
    ("at", "value"),
    [
        ("/code", 20001),
        (f"{POSITION}/sign", 0),
        (f"{POSITION}/sign", "1"),
        (f"{POSITION}/position", "-30.00"),
        (f"{POSITION}/position", "3e1"),
        (f"{POSITION}/avg_entry_price", "NaN"),
        (f"{POSITION}/initial_margin_fraction", "0.00"),
        (f"{POSITION}/symbol", ""),
        (f"{ROW}/available_balance", ""),
        (f"{ROW}/total_asset_value", "1,000.00"),
        (f"{ROW}/index", -1),
    ],
)
def test_an_account_with_an_impossible_value_is_rejected(at: str, value: Any) -> None:
    """Sides, signs and number formats are held, not only types."""
    assert not valid("rest/account", pointer.replaced(ACCOUNT, at, value))


def test_fields_that_no_schema_knows_are_accepted() -> None:
    """Schemas are open: what Lighter adds is for drift to report."""
    assert valid("rest/account", pointer.replaced(ACCOUNT, f"{POSITION}/novelty", {"is": ["new"]}))


@pytest.mark.parametrize(
    ("name", "text", "accepted"),
    [
        ("rest/error", '{"code": 20001, "message": "invalid param "}', True),
        ("rest/error", '{"code": 200, "message": "ok"}', False),
        ("rest/error", '{"message": "invalid param"}', False),
        ("rest/account", '{"code": 20001, "message": "invalid param", "total": 0, "accounts": []}', False),
        ("rest/recent-trades", '{"code": 200}', True),
        ("rest/trades", '{"code": 200, "trades": null}', True),
        ("rest/candles", '{"code": 200, "r": "1h", "c": null}', True),
        (
            "rest/candles",
            '{"code": 200, "r": "1h", "c": [{"t": 1767700500000, "o": 1, "h": 2.5, "l": 1, "c": 2}]}',
            True,
        ),
        ("rest/candles", '{"code": 200, "r": "1h", "c": [{"t": 1767700500, "o": 1, "h": 2, "l": 1, "c": 2}]}', False),
        ("rest/order-book-orders", '{"code": 200, "total_asks": 0, "asks": null, "total_bids": 0, "bids": null}', True),
        (
            "rest/funding-rates",
            '{"code": 200, "funding_rates": [{"market_id": 1, "exchange": "bybit", "symbol": "BTC", "rate": 6.4e-05}]}',
            True,
        ),
        (
            "rest/funding-rates",
            '{"code": 200, "funding_rates": [{"market_id": 1, "exchange": "lighter", "symbol": "BTC", "rate": "0.1"}]}',
            False,
        ),
        ("ws/error", '{"error": {"code": 30003, "message": "Already Subscribed"}}', True),
        ("ws/error", '{"type": "error", "code": 30003, "message": "Already Subscribed"}', True),
        ("ws/error", '{"type": "error", "message": "Already Subscribed"}', False),
        ("ws/jsonapi-sendtx", '{"type": "jsonapi/sendtx", "code": 21702, "message": "invalid price"}', True),
        ("ws/jsonapi-sendtx", '{"type": "jsonapi/sendtx", "code": 200}', False),
        (
            "ws/ticker",
            '{"type":"update/ticker","channel":"ticker:1","ticker":{"s":"","a":{"price":"","size":""},"b":""}}',
            True,
        ),
        ("ws/ticker", '{"type": "update/ticker", "channel": "ticker/1", "ticker": {"s": "", "a": "", "b": ""}}', False),
        ("ws/subscribe-request", '{"type": "subscribe", "channel": "order_book/36"}', True),
        ("ws/subscribe-request", '{"type": "subscribe", "channel": "order_book:36"}', False),
    ],
)
def test_what_varies_is_accepted_and_what_contradicts_is_not(name: str, text: str, accepted: bool) -> None:
    """Empty markets, the three shapes of errors, and the units that a consumer would get wrong."""
    assert valid(name, exact.decode(text)) is accepted


def test_the_docs_say_why_a_payload_is_rejected() -> None:
    """Nothing is rejected for a reason that only the schema knows."""
    text = (ROOT / "docs" / "quirks" / "lighter.md").read_text(encoding="utf-8")
    assert not {name for name in CONTRADICTING | ALTERED if f"`{name}`" not in text}
