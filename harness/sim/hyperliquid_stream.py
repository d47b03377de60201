"""Hyperliquid's feeds in an account situation, all of one connection; every frame is whole."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from harness.cassette.tape import Frame
from harness.model import PositionSide
from harness.sim.books import Book, Change, changes, opening
from harness.sim.credentials import CREDENTIALS
from harness.sim.hyperliquid import clearinghouse_state, order
from harness.sim.markets import MARKETS
from harness.sim.numbers import rounded, trimmed
from harness.sim.situations import Account, Holding, Situation, moved
from harness.sim.transcript import Transcript
from harness.venues.hyperliquid import VENUE

__all__ = ["frames"]

_ADDRESS = CREDENTIALS["hyperliquid"]["address"]
_MARKET = MARKETS["BTC"]
_TICK = Decimal(1)  # five significant figures of a price above 10,000
_FIRST_TID = 567_547_935_839_686
_OPENED_BEFORE_MS = 5_400_000


def frames(situation: Situation) -> Sequence[Frame]:
    """The book of one market, and the account's state, orders and fills."""
    told = Transcript()
    account = situation.configured
    told.open(VENUE.ws_prefix)
    _book(told)
    _subscribe(told, {"type": "clearinghouseState", "user": _ADDRESS, "dex": ""})
    _state(told, account)
    _subscribe(told, {"type": "orderUpdates", "user": _ADDRESS})
    rows = [order(number, each, told.now_ms) for number, each in enumerate(account.orders)]
    updates = [{"order": row, "status": "open", "statusTimestamp": row["timestamp"]} for row in rows]
    told.received({"channel": "orderUpdates", "data": updates})
    _subscribe(told, {"type": "userFills", "user": _ADDRESS})
    fills = [_fill(number, each, told.now_ms) for number, each in enumerate(account.holdings)]
    told.received({"channel": "userFills", "data": {"isSnapshot": True, "user": _ADDRESS, "fills": fills}})
    told.wait(1_000)
    _state(told, moved(account, _MARKET))
    told.sent({"method": "ping"})
    told.received({"channel": "pong"})
    return told.frames


def _subscribe(told: Transcript, subscription: Mapping[str, Any], **understood: Any) -> None:
    told.sent({"method": "subscribe", "subscription": subscription})
    data = {"method": "subscribe", "subscription": {**subscription, **understood}}
    told.received({"channel": "subscriptionResponse", "data": data})


def _state(told: Transcript, account: Account) -> None:
    state = clearinghouse_state(account, told.now_ms)
    data = {"dex": "", "user": _ADDRESS, "clearinghouseState": state}
    told.received({"channel": "clearinghouseState", "data": data})


def _book(told: Transcript) -> None:
    _subscribe(told, {"type": "l2Book", "coin": _MARKET.symbol}, nSigFigs=None, mantissa=None, fast=False)
    book = opening(_MARKET, _TICK)
    for change in (Change(), *changes(book, _TICK)):
        book = book.after(change)
        levels = [_levels(book, "bids"), _levels(book, "asks")]
        told.received({"channel": "l2Book", "data": {"coin": _MARKET.symbol, "time": told.now_ms, "levels": levels}})
        told.wait(500)


def _levels(book: Book, side: str) -> list[dict[str, Any]]:
    return [
        {"px": trimmed(price), "sz": trimmed(size), "n": number + 1}
        for number, (price, size) in enumerate(book.ranked(side))
    ]


def _fill(number: int, holding: Holding, now_ms: int) -> dict[str, Any]:
    """The whole position, bought or sold at once."""
    is_long = holding.side is PositionSide.LONG
    return {
        "coin": holding.market.symbol,
        "px": trimmed(holding.entry),
        "sz": trimmed(holding.size),
        "side": "B" if is_long else "A",
        "time": now_ms - _OPENED_BEFORE_MS - number,
        "startPosition": "0.0",
        "dir": "Open Long" if is_long else "Open Short",
        "closedPnl": "0.0",
        "hash": f"0x{number + 1:064x}",
        "oid": 62_269_000 + number,
        "crossed": number % 2 == 0,
        "fee": trimmed(rounded(holding.cost * Decimal("0.00045"))),
        "tid": _FIRST_TID + number,
        "feeToken": "USDC",
    }
