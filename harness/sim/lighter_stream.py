"""Lighter's streams in an account situation, all of one connection."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from harness.cassette.tape import Frame
from harness.sim.books import Change, changes, opening
from harness.sim.credentials import CREDENTIALS
from harness.sim.lighter import detailed, order, position
from harness.sim.markets import MARKETS
from harness.sim.numbers import fixed, rounded
from harness.sim.situations import ZERO, Account, Figures, Situation, moved
from harness.sim.transcript import Transcript
from harness.venues.lighter import VENUE

__all__ = ["frames"]

_INDEX = CREDENTIALS["lighter"]["account_index"]
_MARKET = MARKETS["BTC"]
_TICK = Decimal(1).scaleb(-_MARKET.price_decimals)
_FIRST_NONCE = 18_032_383_898
_FIRST_OFFSET = 415_806
_SESSION = "5f0f3c9e-6f3b-4a58-9d2b-1d8c3e7a2b64"


def frames(situation: Situation) -> Sequence[Frame]:
    """The book of one market and what the account hears, which must not name its token here."""
    told = Transcript()
    account = situation.configured
    told.open(VENUE.ws_prefix)
    told.received({"session_id": _SESSION, "type": "connected"})
    subscriptions = (
        ("order_book", str(_MARKET.id), {"order_book": _levels((), 0)}),
        ("account_all", _INDEX, _all(account)),
        ("account_all_orders", _INDEX, {"orders": _orders(account)}),
        ("account_all_positions", _INDEX, {"positions": _positions(account), "shares": []}),
        ("user_stats", _INDEX, {"stats": _stats(account)}),
    )
    for kind, of, document in subscriptions:
        told.sent({"type": "subscribe", "channel": f"{kind}/{of}"})
        if kind == "order_book":
            _book(told)
        else:
            _say(told, "subscribed", kind, document)
    told.wait(1_000)
    after = moved(account, _MARKET)
    rows = {key: row for key, row in _positions(after).items() if key == str(_MARKET.id)}
    _say(told, "update", "account_all", {**_all(after), "positions": rows})
    _say(told, "update", "account_all_positions", {"positions": rows, "shares": []})
    _say(told, "update", "user_stats", {"stats": _stats(after)})
    told.received({"type": "ping"})
    told.sent({"type": "pong"})
    return told.frames


def _say(told: Transcript, what: str, kind: str, document: dict[str, Any]) -> None:
    about = {"channel": f"{kind}:{_INDEX}", "timestamp": told.now_ms}
    told.received({**about, **document, "type": f"{what}/{kind}"})


def _book(told: Transcript) -> None:
    """The whole book with `begin_nonce` 0, then its changes, chained; `offset` skips."""
    book, nonce, offset = opening(_MARKET, _TICK), _FIRST_NONCE, _FIRST_OFFSET
    whole = [Change(side, price, size) for side in ("bids", "asks") for price, size in book.ranked(side)]
    _frame(told, "subscribed", _levels(whole, 0), nonce, offset)
    for number, change in enumerate(changes(book, _TICK)):
        if not change.side:
            continue
        told.wait(50)
        offset += 1 + number % 2
        _frame(told, "update", _levels([change], nonce), nonce + 71 + number, offset)
        nonce += 71 + number


def _frame(told: Transcript, what: str, levels: dict[str, Any], nonce: int, offset: int) -> None:
    at = told.now_ms * 1000 - 12_048
    book = {"code": 0, **levels, "offset": offset, "nonce": nonce, "last_updated_at": at}
    book["begin_nonce"] = book.pop("begin_nonce")  # the last key, as recorded
    about = {"channel": f"order_book:{_MARKET.id}", "last_updated_at": at, "offset": offset}
    told.received({**about, "order_book": book, "timestamp": told.now_ms, "type": f"{what}/order_book"})


def _levels(of: Sequence[Change], begin_nonce: int) -> dict[str, Any]:
    return {
        **{
            side: [
                {"price": fixed(at.price, _MARKET.price_decimals), "size": fixed(at.size, _MARKET.size_decimals)}
                for at in of
                if at.side == side
            ]
            for side in ("asks", "bids")
        },
        "begin_nonce": begin_nonce,
    }


def _positions(account: Account) -> dict[str, Any]:
    figures = Figures(account)
    return {str(each.market.id): position(each, figures, account.orders) for each in account.holdings}


def _orders(account: Account) -> dict[str, Any]:
    rows: dict[str, Any] = {}
    for number, each in enumerate(account.orders):
        rows.setdefault(str(each.market.id), []).append(order(number, each, 0))
    return rows


def _all(account: Account) -> dict[str, Any]:
    assets = {
        str(row.asset_id): {
            "symbol": row.asset,
            "asset_id": row.asset_id,
            "balance": fixed(row.total, 8),
            "locked_balance": fixed(row.locked, 8),
        }
        for row in account.spot
    }
    counts = {f"{span}_trades_count": 3 for span in ("daily", "weekly", "monthly", "total")}
    volumes = {f"{span}_volume": Decimal("21834.207615") for span in ("daily", "weekly", "monthly")}
    return {
        "account": int(_INDEX),
        "assets": assets,
        **counts,
        **volumes,
        "total_volume": Decimal("21834.207615"),
        "funding_histories": {},
        "positions": _positions(account),
        "shares": [],
        "trades": {},
    }


def _stats(account: Account) -> dict[str, Any]:
    """The figures of REST's account: `portfolio_value` is its `total_asset_value`."""
    row, figures = detailed(account, 0), Figures(account)
    margin = Decimal(row["cross_initial_margin_requirement"])
    stats = {
        "collateral": row["collateral"],
        "portfolio_value": row["total_asset_value"],
        "leverage": fixed(_share(figures.total_value, figures.equity), 2),
        "available_balance": row["available_balance"],
        "margin_usage": fixed(_share(margin * 100, figures.equity), 2),
        "buying_power": "0",
    }
    return {"account_trading_mode": row["account_trading_mode"], **stats, "cross_stats": stats, "total_stats": stats}


def _share(part: Decimal, whole: Decimal) -> Decimal:
    return rounded(part / whole, 2) if whole > 0 else ZERO
