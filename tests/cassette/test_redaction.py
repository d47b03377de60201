"""Redaction keeps what the venue describes, to the byte, and nothing that authenticates or identifies."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import exact
from harness.cassette import store
from harness.cassette.bodies import REDACTED
from harness.cassette.jsontext import edited, scalars
from harness.cassette.model import Cassette, Environment, Interaction, Provenance, Request, Response
from harness.cassette.redaction import Redactor
from harness.cassette.tape import Direction, Frame, Kind, Tape
from harness.checks.validation import judge, payloads_of
from harness.contract import schemas
from harness.contract.description import Description
from harness.contract.oracle import broken_invariants, contract
from harness.contract.payloads import read, validate
from harness.errors import UsageError
from harness.resources import cassettes
from harness.sim.credentials import CREDENTIALS
from harness.spellings import MARK
from harness.venues import NAMES, venue

KEY = b"the key of the pseudonyms"
PROVENANCE = Provenance(
    venue="lighter", environment=Environment.MAINNET, scenario="s", recorded_at="2026-06-01T00:00:00Z"
)
WALLET = CREDENTIALS["lighter"]["l1_address"]
HOST = "https://mainnet.zklighter.elliot.ai"
ACCOUNT = f"{HOST}/api/v1/account?by=index&value=281473"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


def redactor(name="lighter", **known):
    """One for a venue, always with the same key."""
    return Redactor(venue(name), key=KEY, **known)


def answer(body, *, uri=ACCOUNT, status=200, headers=None):
    """An exchange with this answer."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Interaction(Request("GET", uri), Response(status, "OK", data, headers or {}))


def redacted(*interactions, **known):
    """What becomes of exchanges with Lighter."""
    return redactor(**known).cassette(Cassette(PROVENANCE, interactions)).interactions


def body_of(body, **told):
    """What becomes of one answer of Lighter."""
    return json.loads(redacted(answer(body, **told))[0].response.body)


def recordings(name):
    """The project's own cassettes of a venue."""
    return sorted((cassettes() / name).glob("*.yaml"))


def shape(value):
    """Keys and JSON types."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    return "integer" if isinstance(value, int) and not isinstance(value, bool) else type(value).__name__


@pytest.mark.parametrize("name", NAMES)
def test_our_cassettes_are_as_valid_after_redaction_and_show_no_account(name, tmp_path):
    """Schemas and invariants hold, and redacting again changes nothing."""
    identities = {n: v for n, v in CREDENTIALS[name].items() if n.endswith(("address", "vault_id", "account_index"))}
    redact = redactor(name, identities=identities)
    for path in recordings(name)[:6]:
        once = redact.cassette(store.load(path))
        store.save(tmp_path / path.name, once)
        before, after = map(judged, (path, tmp_path / path.name))
        assert before == after, path.name
        assert redact.cassette(once) == once
        text = (tmp_path / path.name).read_text().lower()
        assert not [value for value in identities.values() if value.lower() in text]


def judged(path):
    """Status and broken invariants of each payload."""
    results = [judge(payload) for payload in payloads_of(path)]
    return [(result.status, result.evidence.get("invariants")) for result in results]


@pytest.mark.parametrize("name", NAMES)
def test_real_payloads_are_as_valid_after_redaction(name, shared_payloads):
    """Pseudonyms and placeholders keep the forms that the schemas ask for."""
    changed = []
    for path in sorted(Path(shared_payloads, name).rglob("*.json")):
        payload = read(path)
        if payload.kind == "mock" or payload.text is not None or payload.transport != "rest":
            continue
        request = Request(payload.method, f"https://host{payload.path}", _encoded(payload.request_body))
        exchange = Interaction(request, Response(payload.status, "", exact.encode(payload.body)))
        (told,) = redactor(name).cassette(Cassette(None, (exchange,))).interactions
        after = replace(payload, body=exact.decode(told.response.body))
        if validate(payload).status is not validate(after).status:
            changed.append(str(path))
    assert not changed


def _encoded(body):
    return None if body is None else exact.encode(body)


def test_a_body_in_which_nothing_is_redacted_keeps_its_bytes():
    """Blanks, escapes, digits, order and duplicates included."""
    body = b'{ "code" : 200,\n "total":0, "accounts":[ ], "x": 1e-7, "x": 0.10, "y":123456789012345678901234567890 }\n'
    assert redacted(answer(body))[0].response.body == body


@pytest.mark.parametrize("body", [b"<html>\xff\xfe 502 Bad Gateway</html>", b"", b"\x00\x01", b'{"cut": "of'])
def test_what_is_no_json_keeps_its_bytes(body):
    """Error pages, invalid UTF-8, half an answer."""
    assert redacted(answer(body, status=502))[0].response.body == body


def test_an_error_page_does_not_tell_the_address_of_the_client():
    """Such pages show it; an account that is known is not shown either."""
    page = b"<p>Your IP: 203.0.113.77, account 281473</p>"
    told = redacted(answer({"accounts": [{"index": 281473}]}), answer(page, status=403))[1].response.body
    assert b"203.0.113.77" not in told
    assert b"281473" not in told


def test_numbers_beside_an_edit_keep_their_digits():
    """Only the value is replaced, in the text."""
    body = b'{"accounts": [{"index": 281473, "collateral": "0.10", "n": 1E+2, "big": 12345678901234567890123}]}'
    told = redacted(answer(body))[0].response.body
    assert told[24:30] != b"281473"
    assert told[:24] + b"281473" + told[30:] == body


def test_an_account_is_the_same_one_in_address_answer_and_frame():
    """As a number, as text, and within the name of a channel; joins survive."""
    redact = redactor()
    body = {"accounts": [{"index": 281473, "account_index": 281473, "l1_address": WALLET}]}
    frames = (
        Frame(0, 1, Direction.SENT, Kind.OPEN, "/stream"),
        Frame(1, 1, Direction.SENT, Kind.TEXT, '{"type":"subscribe","channel":"account_all/281473"}'),
        Frame(2, 1, Direction.RECEIVED, Kind.TEXT, '{"type":"update/account_all","channel":"account_all:281473"}'),
    )
    (told,) = redact.cassette(Cassette(PROVENANCE, (answer(body),))).interactions
    account = json.loads(told.response.body)["accounts"][0]
    index = account["index"]
    assert index != 281473
    assert account["account_index"] == index
    assert told.request.uri == f"{HOST}/api/v1/account?by=index&value={index}"
    texts = [frame.text for frame in redact.tape(Tape(PROVENANCE, frames)).frames]
    assert texts[1:] == [
        f'{{"type":"subscribe","channel":"account_all/{index}"}}',
        f'{{"type":"update/account_all","channel":"account_all:{index}"}}',
    ]


def test_the_opening_of_a_stream_keeps_what_was_subscribed():
    """At Extended the address is the subscription; the key in it is blanked."""
    # harness-scan: allow header, field because it is made up
    opening = "/stream.extended.exchange/v1/candles/BTC-USD/trades?interval=PT1M&depth=1&X-API-KEY=0123456789abcdef"
    recorded = Tape(replace(PROVENANCE, venue="extended"), (Frame(0, 1, Direction.SENT, Kind.OPEN, opening),))
    (frame,) = redactor("extended").tape(recorded).frames
    assert frame.text == opening.replace("0123456789abcdef", "%5Bsecret%5D")


def test_an_amount_that_looks_like_the_account_stays():
    """A described number is what it is, whatever the account's index."""
    told = body_of({"accounts": [{"index": 281473, "collateral": "281473", "total_order_count": 281473}]})
    assert told["accounts"][0]["collateral"] == "281473"
    assert told["accounts"][0]["total_order_count"] == 281473


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("alice@example.com", REDACTED),
        ("6f1e1d0c-a9cf-4f1c", REDACTED),
        ("0.10", "0.10"),
        ("OPEN_ORDERS", "OPEN_ORDERS"),
        ("2026-06-01T00:00:00Z", "2026-06-01T00:00:00Z"),
        ("", ""),
        (None, None),
        (True, True),
        (7, 7),
        ([1, "x"], [1, REDACTED]),
    ],
)
def test_an_unknown_field_keeps_its_name_and_type_and_loses_what_may_identify(value, told):
    """So that drift is noticed and nobody is known by it."""
    assert body_of({"code": 200, "fieldAddedLater": value})["fieldAddedLater"] == told


def test_headers_are_kept_by_name():
    """What authenticates stays visible as such, what is not on the list is left out."""
    request = Request("GET", ACCOUNT, None, {"authorization": ("x" * 40,), "X-Trace": ("1",), "Accept": ("*/*",)})
    response = Response(
        200, "OK", b"{}", {"Content-Type": ("application/json",), "CF-Ray": ("8f",), "Set-Cookie": ("a",)}
    )
    (told,) = redacted(Interaction(request, response))
    assert told.request.headers == {"authorization": (MARK,), "Accept": ("*/*",)}
    assert told.response.headers == {"Content-Type": ("application/json",)}


def test_parameters_are_kept_by_name_and_spelling():
    """Documented ones as they were written, the others without their values."""
    (told,) = redacted(answer({}, uri=f"{ACCOUNT}&active_only=%74rue&who=me&auth=abcdefghijklmno#part"))
    query = told.request.uri.partition("?")[2]
    assert "active_only=%74rue&who=%5Bredacted%5D&auth=%5Bsecret%5D" in query
    assert "#" not in query


def test_a_secret_that_a_query_takes_apart_is_still_one():
    """A password with an ampersand that nobody escaped."""
    secret = "p@ss/w0rd+With=Odd&Chars%41"
    (told,) = redacted(answer({}, uri=f"{ACCOUNT}&active_only={secret}&cursor=7"), secrets={"password": secret})
    assert f"&active_only={MARK}&cursor=" in told.request.uri


def test_a_form_and_what_is_in_it_are_redacted_by_name():
    """A transaction is JSON in a parameter of a form."""
    body = "tx_type=14&tx_info=%7B%22AccountIndex%22%3A281473%2C%22Sig%22%3A%22c2lnbmF0dXJlIG9m%22%7D&extra=me"
    request = Request("POST", f"{HOST}/api/v1/sendTx", body.encode(), {})
    (told,) = redacted(Interaction(request, Response(200, "OK", b"{}")))
    text = told.request.body.decode()
    assert text.startswith("tx_type=14&tx_info=%7B%22AccountIndex%22%3A")
    assert text.endswith("&extra=%5Bredacted%5D")
    assert "281473" not in text
    assert "c2lnbmF0dXJl" not in text


def test_the_number_of_redactions_is_in_the_provenance_and_does_not_grow():
    """Header, account and placeholder are three."""
    first = Cassette(
        PROVENANCE, (answer({"accounts": [{"index": 281473}], "who": "me"}, uri=f"{HOST}/", headers={"X": ("1",)}),)
    )
    once = redactor().cassette(first)
    assert once.provenance.redactions == 3
    assert Redactor(venue("lighter"), key=b"another key").cassette(once) == once


@settings(deadline=None)
@given(JSON)
def test_any_document_keeps_its_shape_and_is_redacted_once(document):
    """Whatever an exchange may send."""
    body = exact.encode(document)
    redact = redactor()
    once = redact.cassette(Cassette(PROVENANCE, (answer(body),)))
    told = exact.decode(once.interactions[0].response.body)
    assert shape(told) == shape(exact.decode(body))
    assert redact.cassette(once) == once


@settings(deadline=None)
@given(JSON, st.sampled_from([None, 1]))
def test_places_in_a_json_text_are_found_and_what_is_not_edited_stays(document, indent):
    """Every scalar is where the path says, and putting each back changes nothing."""
    text = json.dumps(json.loads(exact.encode(document)), indent=indent)
    found = [scalar for scalar in scalars(text) if not scalar.is_key]
    for scalar in found:
        value = exact.decode(text)
        for step in scalar.path:
            value = value[step]
        assert value == scalar.value(text)
    assert exact.decode(edited(text, [(scalar, scalar.value(text)) for scalar in found])) == exact.decode(text)


def test_a_description_follows_references_patterns_and_lists():
    """What schemas say of a value, and that they say nothing of another."""
    account = Description.of([schemas.load("lighter/rest/account")])
    assert account["accounts"][7]["positions"][0]["symbol"]
    assert not account["accounts"][7]["metadata"]["color"]
    assert not account["nothing"]
    assert Description.of([schemas.load("lighter/ws/account-all-positions")])["positions"]["1"]["symbol"]
    assert Description.of([schemas.load("hyperliquid/rest/info-all-mids")])["BTC"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("factor", ["0.37", "2", "0.000001", "1234.5678"])
def test_scaled_amounts_keep_their_decimals_and_their_sums(name, factor):
    """The account is another one, as valid as before."""
    cassette = store.load(cassettes() / name / "long_and_short.yaml")
    told = redactor(name, scale=Decimal(factor)).cassette(cassette)
    changed = 0
    for before, after in zip(cassette.interactions, told.interactions, strict=True):
        found = venue(name).find(before.request.method, _below(name, before), _decoded(before.request.body))
        for reading in contract(name).readings:
            if found and reading.endpoint == found[0].name:
                document = exact.decode(after.response.body)
                assert not broken_invariants(contract(name), reading.endpoint, document)
                assert schemas.load(f"{name}/rest/{reading.endpoint}").is_valid(document)
                changed += before.response.body != after.response.body
    assert changed


def _below(name, interaction):
    path = interaction.request.uri.partition("://")[2].partition("/")[2].partition("?")[0]
    return f"/{path}".removeprefix(venue(name).rest_prefix) or "/"


def _decoded(body):
    return exact.decode(body) if body else None


@pytest.mark.parametrize("factor", ["0", "-1", "NaN"])
def test_amounts_cannot_be_scaled_away(factor):
    """A factor is a number above zero."""
    with pytest.raises(UsageError, match="scale"):
        redactor(scale=Decimal(factor))
