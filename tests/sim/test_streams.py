"""The frames of the tapes: valid, chained, and of the same account and book as the answers of the cassette."""

from decimal import Decimal

import pytest

from harness import exact
from harness.cassette.tape import Direction, Kind
from harness.contract import schemas
from harness.sim.credentials import CREDENTIALS
from harness.sim.recording import TAPED, cassette, tape
from harness.venues import NAMES, venue

SCENARIO = "long_and_short"


def answer(name, part):
    """The decoded answer of the cassette to the first request whose address or body has this part."""
    for interaction in cassette(name, SCENARIO).interactions:
        if part in interaction.request.uri or part.encode() in (interaction.request.body or b""):
            return exact.decode(interaction.response.body)
    raise LookupError(part)


def heard(name, *, connection=1):
    """What the venue said on one connection, decoded."""
    return [
        exact.decode(frame.text)
        for frame in tape(name, SCENARIO).frames
        if frame.connection == connection and frame.direction is Direction.RECEIVED
    ]


@pytest.mark.parametrize("scenario", TAPED)
@pytest.mark.parametrize("name", NAMES)
def test_every_frame_validates_against_the_schema_of_its_channel(name, scenario):
    """Those of the client, too; each belongs to one channel."""
    facts, paths = venue(name), {}
    for frame in tape(name, scenario).frames:
        if frame.kind is Kind.OPEN:
            paths[frame.connection] = frame.text.removeprefix(facts.ws_prefix).partition("?")[0] or "/"
            continue
        document = exact.decode(frame.text)
        sent = frame.direction is Direction.SENT
        (channel,) = facts.find_channels(paths[frame.connection], document, sent_by_client=sent)
        assert schemas.load(f"{name}/ws/{channel.name}").problems(document) == (), frame.text


@pytest.mark.parametrize("name", NAMES)
def test_time_goes_forward(name):
    """Frame by frame, and connections are counted from one."""
    frames = list(tape(name, SCENARIO).frames)
    assert [frame.at for frame in frames] == sorted(frame.at for frame in frames)
    opened = [frame.connection for frame in frames if frame.kind is Kind.OPEN]
    assert opened == list(range(1, len(opened) + 1))


def test_the_account_stream_of_extended_begins_with_what_rest_answers():
    """Orders, balance and positions, then what moved."""
    orders, balance, positions, moved, after = heard("extended")
    stamps = {"updatedTime", "createdTime", "expireTime", "createdAt", "updatedAt"}

    def timeless(rows):
        return [{key: value for key, value in row.items() if key not in stamps} for row in rows]

    assert timeless(orders["data"]["orders"]) == timeless(answer("extended", "/user/orders")["data"])
    assert timeless([balance["data"]["balance"]]) == timeless([answer("extended", "/user/balance")["data"]])
    assert timeless(positions["data"]["positions"]) == timeless(answer("extended", "/user/positions")["data"])
    gained = Decimal(moved["data"]["positions"][0]["unrealisedPnl"]) - Decimal(
        positions["data"]["positions"][0]["unrealisedPnl"]
    )
    assert gained > 0
    equities = [Decimal(frame["data"]["balance"]["equity"]) for frame in (balance, after)]
    assert equities[1] - equities[0] == gained


def test_the_book_of_extended_adds_up():
    """The signed changes of the deltas give the sizes that they name; the sequence has no gap."""
    first, *deltas = heard("extended", connection=2)
    rest = answer("extended", "/orderbook")["data"]
    sides = {"b": rest["bid"], "a": rest["ask"]}
    for side, levels in sides.items():
        assert first["data"][side] == [{"q": level["qty"], "p": level["price"]} for level in levels]
    book = {(side, level["p"]): Decimal(level["q"]) for side in sides for level in first["data"][side]}
    for sequence, frame in enumerate(deltas, 2):
        assert frame["seq"] == sequence
        for side in sides:
            for level in frame["data"][side]:
                at = side, level["p"]
                book[at] = book.get(at, Decimal(0)) + Decimal(level["q"])
                assert book[at] == Decimal(level["c"])
    assert sorted(price for (side, price), size in book.items() if side == "b" and size) == ["77010.8", "77011.8"]
    best = [(frame["data"]["b"][0]["p"], frame["data"]["a"][0]["p"]) for frame in heard("extended", connection=3)]
    assert best == [("77011.8", "77012.2")] * 2 + [("77011.8", "77012.1"), ("77011.8", "77012.2")]


def test_the_book_of_lighter_is_chained():
    """Each frame begins where the one before ended."""
    whole, *changes = (frame["order_book"] for frame in heard("lighter") if "order_book" in frame)
    assert whole["begin_nonce"] == 0
    nonce = whole["nonce"]
    for change in changes:
        assert change["begin_nonce"] == nonce
        nonce = change["nonce"]
    assert len(changes) == 4
    assert Decimal(changes[-1]["asks"][0]["size"]) == 0


def test_the_account_channels_of_lighter_say_what_rest_answers():
    """Positions by market, and the figures of the account."""
    (row,) = answer("lighter", "by=index")["accounts"]
    said = {}
    for frame in heard("lighter"):
        said.setdefault(frame["type"], frame)
    positions = {str(position["market_id"]): position for position in row["positions"]}
    assert said["subscribed/account_all"]["positions"] == positions
    assert said["subscribed/account_all_positions"]["positions"] == positions
    stats = said["subscribed/user_stats"]["stats"]
    assert stats["portfolio_value"] == row["total_asset_value"]
    assert stats["available_balance"] == row["available_balance"]
    gained = Decimal(said["update/user_stats"]["stats"]["portfolio_value"]) - Decimal(stats["portfolio_value"])
    moved = Decimal(said["update/account_all"]["positions"]["1"]["unrealized_pnl"])
    assert gained == moved - Decimal(positions["1"]["unrealized_pnl"]) > 0


def test_the_feeds_of_hyperliquid_say_what_rest_answers():
    """The account's state, its orders, and a fill for each position; books are whole."""
    by_channel = {}
    for frame in heard("hyperliquid"):
        by_channel.setdefault(frame["channel"], []).append(frame.get("data"))
    first, second = (each["clearinghouseState"] for each in by_channel["clearinghouseState"])
    rest = answer("hyperliquid", '"clearinghouseState"')
    assert {**first, "time": rest["time"]} == rest
    assert Decimal(second["marginSummary"]["accountValue"]) > Decimal(first["marginSummary"]["accountValue"])
    (orders,) = by_channel["orderUpdates"]
    ids = {order["oid"] for order in answer("hyperliquid", '"openOrders"')}
    assert {update["order"]["oid"] for update in orders} == ids
    (fills,) = by_channel["userFills"]
    assert {fill["coin"]: fill["sz"] for fill in fills["fills"]} == {
        row["position"]["coin"]: row["position"]["szi"].lstrip("-") for row in rest["assetPositions"]
    }
    assert fills["user"] == CREDENTIALS["hyperliquid"]["address"]
    depths = [[len(side) for side in book["levels"]] for book in by_channel["l2Book"]]
    assert depths == [[3, 3], [3, 3], [3, 4], [3, 4], [2, 4], [2, 3]]
