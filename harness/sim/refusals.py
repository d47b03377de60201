"""How the venues refuse the requests for balances and positions: each envelope that is documented or was observed.

Codes are those of the venues' own catalogues. Where no message is documented, the words are the harness's.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from harness.sim.turn import Turn

__all__ = ["REFUSALS", "Refusal", "asks_for_the_account", "refused", "without_balance"]

Refusal = Mapping[str, Any]
"""The fields of a turn's answer."""

_EMPTY: Refusal = {"text": "", "media_type": "text/plain"}
_CLOUDFLARE = "<!DOCTYPE html>\n<html><head><title>403 Forbidden</title></head><body>Request blocked.</body></html>\n"


def _extended(status: int, code: int | str, message: str) -> Refusal:
    return {"status": status, "document": {"status": "ERROR", "error": {"code": code, "message": message}}}


def _lighter(status: int, code: int, message: str) -> Refusal:
    return {"status": status, "document": {"code": code, "message": message}}


REFUSALS: Final[Mapping[str, tuple[Refusal, ...]]] = MappingProxyType(
    {
        "extended": (
            _extended(500, 1006, "Internal Server Error"),
            {"status": 401, **_EMPTY},
            _extended(400, 1500, "Account not selected"),
            _extended(400, 1008, "Client not found"),
            _extended(403, 1009, "Action is not allowed"),
            _extended(503, 1010, "Maintenance mode"),
            _extended(200, 1006, "Internal Server Error"),
        ),
        "lighter": (
            _lighter(400, 20001, "invalid param "),
            _lighter(400, 29500, "internal server error: account is not readable"),
            _lighter(401, 20013, "invalid auth: invalid deadline"),
            _lighter(429, 23000, "Too Many Requests!"),
            {"status": 403, "text": _CLOUDFLARE, "media_type": "text/html"},
            _lighter(200, 29500, "internal server error: account is not readable"),
        ),
        "hyperliquid": (
            {
                "status": 422,
                "text": "Failed to deserialize the JSON body into the target type",
                "media_type": "text/plain",
            },
            {"status": 429, "document": None},
            {"status": 500, "text": "Internal Server Error", "media_type": "text/plain"},
            {"status": 200, "document": {"status": "err", "response": "User state is not readable."}},
        ),
    }
)
"""Venue -> its refusals, in the order in which the scenario `errors` plays them on every account request."""

_ACCOUNT_PATHS = frozenset({"/user/balance", "/user/positions", "/api/v1/account"})
_ACCOUNT_QUESTIONS = frozenset({"clearinghouseState", "spotClearinghouseState"})
_NO_BALANCE = {
    "zero_balance_404": {"status": 404, **_EMPTY},
    "zero_balance_404_envelope": _extended(404, "NOT_FOUND", "Balance not found"),
}


def asks_for_the_account(turn: Turn) -> bool:
    """Whether a request is for the balances or positions themselves."""
    if isinstance(turn.body, Mapping):
        return turn.body["type"] in _ACCOUNT_QUESTIONS
    return turn.path in _ACCOUNT_PATHS


def _answered(turn: Turn, refusal: Refusal) -> Turn:
    return replace(turn, **{"document": None, **refusal})


def refused(venue: str, turns: Iterable[Turn]) -> Iterator[Turn]:
    """Every account request answered by each of the venue's refusals in turn; all others as they were."""
    for turn in turns:
        if asks_for_the_account(turn):
            yield from (_answered(turn, refusal) for refusal in REFUSALS[venue])
        else:
            yield turn


def without_balance(scenario: str, turns: Iterable[Turn]) -> Iterator[Turn]:
    """Extended's other way of saying that there is no balance: a 404 from the balance route itself."""
    for turn in turns:
        yield _answered(turn, _NO_BALANCE[scenario]) if turn.path == "/user/balance" else turn
