"""Extended's streams in an account situation: a connection for each, and no frame of the client."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from harness.cassette.tape import Frame
from harness.sim.books import Book, Change, changes, opening
from harness.sim.extended import balance, order, positions
from harness.sim.markets import MARKETS
from harness.sim.numbers import fixed
from harness.sim.situations import Account, Situation, moved
from harness.sim.transcript import Transcript
from harness.venues.extended import VENUE

__all__ = ["frames"]

_MARKET = MARKETS["BTC"]
_NAME = f"{_MARKET.thousands_symbol}-USD"
_TICK = Decimal(1).scaleb(-_MARKET.price_decimals)


def frames(situation: Situation) -> Sequence[Frame]:
    """The account, then the book of one market in full, then its best levels alone."""
    told = Transcript()
    _account(told, situation.configured)
    _book(told)
    _best(told)
    return told.frames


def _account(told: Transcript, account: Account) -> None:
    """A snapshot of each kind; then the mark price of the market moves."""
    told.open(f"{VENUE.ws_prefix}/account")
    sequence = 0

    def say(kind: str, group: str, of: Any, *, snapshot: bool) -> None:
        nonlocal sequence
        sequence += 1
        data = {"isSnapshot": snapshot, group: of}
        told.received({"type": kind, "data": data, "ts": told.now_ms, "seq": sequence})

    now_ms = told.now_ms
    say("ORDER", "orders", [order(each, now_ms) for each in account.orders], snapshot=True)
    say("BALANCE", "balance", balance(account, now_ms), snapshot=True)
    say("POSITION", "positions", positions(account, now_ms), snapshot=True)
    told.wait(1_000)
    after = moved(account, _MARKET)
    rows = [row for row in positions(after, told.now_ms) if row["market"] == _NAME]
    say("POSITION", "positions", rows, snapshot=False)
    say("BALANCE", "balance", balance(after, told.now_ms), snapshot=False)


def _book(told: Transcript) -> None:
    """A snapshot, and changes by the signed change and the size that results."""
    told.open(f"{VENUE.ws_prefix}/orderbooks/{_NAME}")
    book = opening(_MARKET, _TICK)
    told.received(_frame("SNAPSHOT", (_levels(book, "bids"), _levels(book, "asks")), "f", told.now_ms, 1))
    for sequence, change in enumerate(changes(book, _TICK), 2):
        told.wait(100)
        levels = _delta(book, change, "bids"), _delta(book, change, "asks")
        told.received(_frame("DELTA", levels, "f", told.now_ms, sequence))
        book = book.after(change)


def _best(told: Transcript) -> None:
    """Snapshots only, whenever the best level of a side changes."""
    told.open(f"{VENUE.ws_prefix}/orderbooks/{_NAME}?depth=1")
    book, shown, sequence = opening(_MARKET, _TICK), None, 0
    for change in (Change(), *changes(book, _TICK)):
        book = book.after(change)
        best = _levels(book, "bids")[:1], _levels(book, "asks")[:1]
        if best != shown:
            sequence, shown = sequence + 1, best
            told.received(_frame("SNAPSHOT", best, "1", told.now_ms, sequence))
        told.wait(100)


def _frame(kind: str, levels: tuple[Any, Any], depth: str, now_ms: int, sequence: int) -> dict[str, Any]:
    bids, asks = levels
    data = {"t": kind, "m": _NAME, "b": bids, "a": asks, "d": depth}
    return {"type": kind, "data": data, "ts": now_ms, "seq": sequence}


def _levels(book: Book, side: str) -> list[dict[str, str]]:
    return [{"q": fixed(size, 0), "p": fixed(price, 0)} for price, size in book.ranked(side)]


def _delta(book: Book, change: Change, side: str) -> list[dict[str, str]]:
    if change.side != side:
        return []
    before = getattr(book, side).get(change.price, Decimal(0))
    told = {"q": fixed(change.size - before, 0), "p": fixed(change.price, 0), "c": fixed(change.size, 0)}
    return [told]
