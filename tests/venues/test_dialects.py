"""What selects a subscription, and which frame answers it, for each venue."""

import json

import pytest

from harness.contract.schemas import load
from harness.venues import NAMES, venue
from harness.venues.dialect import Spoken, Wish

EXTENDED, LIGHTER, HYPERLIQUID = (venue(name).dialect for name in ("extended", "lighter", "hyperliquid"))


def hyperliquid(**subscription):
    """The topic of a subscription."""
    return HYPERLIQUID.spoken(json.dumps({"method": "subscribe", "subscription": subscription})).topic


def data(channel, told):
    """A frame of Hyperliquid's."""
    return json.dumps({"channel": channel, "data": told})


@pytest.mark.parametrize(
    ("path", "query", "topic"),
    [
        ("/account", "X-API-KEY=s3cr3t", "/account"),
        ("/orderbooks/BTC-USD", "", "/orderbooks/BTC-USD"),
        ("/orderbooks/BTC-USD/", "depth=1&X-API-KEY=s3cr3t", "/orderbooks/BTC-USD?depth=1"),
        ("/candles/ETH-USD/trades", "interval=PT1M", "/candles/ETH-USD/trades?interval=PT1M"),
        ("/orderbooks", "", "/orderbooks"),
        ("/unknown", "depth=1", "/unknown"),
    ],
)
def test_extended_subscribes_by_path_and_documented_parameters(path, query, topic):
    """A key does not select, and neither does what nobody documents."""
    assert EXTENDED.opened(path, query) == topic


@pytest.mark.parametrize(
    ("frame", "spoken"),
    [
        ('{"type":"subscribe","channel":"order_book/36"}', Spoken(Wish.SUBSCRIBE, "order_book/36")),
        ('{"channel":"order_book/36","auth":"s3cr3t","type":"subscribe"}', Spoken(Wish.SUBSCRIBE, "order_book/36")),
        ('{"type":"unsubscribe","channel":"trade/0"}', Spoken(Wish.UNSUBSCRIBE, "trade/0")),
        ('{"type":"ping"}', Spoken(Wish.PING)),
        ('{"type":"pong"}', Spoken(Wish.PONG)),
        ('{"type":"subscribe"}', Spoken(Wish.OTHER)),
        ('{"type":["subscribe"]}', Spoken(Wish.OTHER)),
        ('{"type":"jsonapi/sendtx","data":{}}', Spoken(Wish.OTHER)),
        ("[1]", Spoken(Wish.OTHER)),
        ("{", Spoken(Wish.OTHER)),
        ("[" * 100_000, Spoken(Wish.OTHER)),
    ],
)
def test_lighter_subscribes_by_channel(frame, spoken):
    """The token does not select, and nonsense is no subscription."""
    assert LIGHTER.spoken(frame) == spoken


@pytest.mark.parametrize(
    ("frame", "topic"),
    [
        ('{"type":"update/order_book","channel":"order_book:36"}', "order_book/36"),
        ('{"type":"update/account_orders","channel":"account_orders:0:12"}', "account_orders/0/12"),
        ('{"type":"update/account_orders","channel":"account_orders:0"}', "account_orders/0/12"),
        ('{"type":"update/order_book","channel":"order_book:3"}', ""),
        ('{"type":"connected"}', ""),
        ('{"type":"ping"}', ""),
        ('{"type":"pong"}', None),
        ('{"type":"unsubscribed","channel":"order_book:36"}', None),
        ('{"type":"jsonapi/sendtx","code":21149,"message":""}', None),
        ('{"error":{"code":30005,"message":""}}', "account_orders/0/12"),
        ('{"type":"error","code":30012,"channel":"order_book:36","message":""}', "order_book/36"),
    ],
)
def test_lighter_answers_with_colons(frame, topic):
    """Errors without a channel are about the subscription that has no answer yet."""
    assert LIGHTER.answered(frame, {"order_book/36": 2, "account_orders/0/12": 0}) == topic


def test_a_subscription_of_hyperliquid_is_what_it_selects():
    """Not its defaults, the order of its keys or the case of an address; but of a coin."""
    plain = hyperliquid(type="l2Book", coin="BTC")
    assert hyperliquid(coin="BTC", nSigFigs=None, mantissa=None, fast=False, type="l2Book") == plain
    assert hyperliquid(type="l2Book", coin="BTC", nSigFigs=5) != plain
    assert hyperliquid(type="l2Book", coin="kPEPE") != hyperliquid(type="l2Book", coin="KPEPE")
    assert hyperliquid(type="userFills", user="0xAB") == hyperliquid(user="0xab", type="userFills")
    assert hyperliquid(type="clearinghouseState", user="0xab", dex="") != hyperliquid(
        type="clearinghouseState", user="0xab", dex="xyz"
    )
    assert HYPERLIQUID.spoken('{"method":"subscribe","subscription":"l2Book"}') == Spoken(Wish.OTHER)
    assert HYPERLIQUID.spoken('{"method":"post","id":1}') == Spoken(Wish.OTHER)
    assert HYPERLIQUID.spoken('{"method":"ping"}') == Spoken(Wish.PING)


@pytest.mark.parametrize(
    ("frame", "subscription"),
    [
        (data("l2Book", {"coin": "BTC"}), {"type": "l2Book", "coin": "BTC"}),
        (data("trades", [{"coin": "ETH"}]), {"type": "trades", "coin": "ETH"}),
        (data("trades", []), {"type": "trades", "coin": "ETH"}),
        (data("candle", {"s": "BTC", "i": "1m"}), {"type": "candle", "coin": "BTC", "interval": "1m"}),
        (data("user", {"fills": []}), {"type": "userEvents", "user": "0xab"}),
        (data("orderUpdates", [{"order": {"coin": "BTC"}}]), {"type": "orderUpdates", "user": "0xab"}),
        (data("userFills", {"user": "0xAB", "fills": []}), {"type": "userFills", "user": "0xab"}),
        (data("activeSpotAssetCtx", {"coin": "@107"}), {"type": "activeAssetCtx", "coin": "@107"}),
        (data("allMids", {"mids": {}}), {"type": "allMids"}),
        (data("clearinghouseState", {"user": "0xab", "dex": ""}), {"type": "clearinghouseState", "user": "0xab"}),
    ],
)
def test_hyperliquid_answers_by_channel_and_data(frame, subscription):
    """Among feeds of the same kind for other coins, users and intervals."""
    others = [
        {"type": "candle", "coin": "BTC", "interval": "5m"},
        {"type": "l2Book", "coin": "ETH"},
        {"type": "activeAssetCtx", "coin": "BTC"},
        {"type": "clearinghouseState", "user": "0xab", "dex": "xyz"},
        {"type": "userFills", "user": "0xcd"},
    ]
    topics = {hyperliquid(**one): 1 for one in [subscription, *others]}
    assert HYPERLIQUID.answered(frame, topics) == hyperliquid(**subscription)


def test_hyperliquid_confirms_subscriptions_and_answers_pings():
    """A confirmation belongs to what it confirms; the rest is an answer to another frame."""
    topic = hyperliquid(type="l2Book", coin="BTC")
    echoed = {"type": "l2Book", "coin": "BTC", "nSigFigs": None}
    confirmed = {"method": "subscribe", "subscription": echoed}
    assert HYPERLIQUID.answered(data("subscriptionResponse", confirmed), {topic: 0}) == topic
    for other in (data("subscriptionResponse", {**confirmed, "method": "unsubscribe"}), data("pong", None)):
        assert HYPERLIQUID.answered(other, {topic: 0}) is None
    assert HYPERLIQUID.answered(data("error", "Invalid subscription"), {topic: 0}) == topic
    assert HYPERLIQUID.answered(data("bbo", {"coin": "BTC"}), {topic: 0}) == ""


@pytest.mark.parametrize("name", NAMES)
def test_what_is_answered_in_the_venues_name_fits_its_schemas(name):
    """Errors, confirmations and pongs that no tape holds."""
    dialect = venue(name).dialect
    topic = {"extended": "/orderbooks/NO-USD", "lighter": "order_book/7"}.get(name) or hyperliquid(type="bbo", coin="X")
    errors = [dialect.refused(topic, "not recorded"), dialect.refused("", "no frame"), dialect.repeated(topic)]
    answers = [(error, "error") for error in errors]
    if name != "extended":
        confirmation = {"lighter": "unsubscribed", "hyperliquid": "subscription-response"}[name]
        answers += [(dialect.pong(), "pong"), (dialect.unsubscribed(topic), confirmation)]
    for text, schema in answers:
        assert load(f"{name}/ws/{schema}").problems(json.loads(text)) == ()
