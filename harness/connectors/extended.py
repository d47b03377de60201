"""Reference connector of Extended.

The account is `GET /user/balance` and `GET /user/positions`, both with the key in `X-Api-Key`. Shapes are those of
recorded answers and of the vendor's SDK models `BalanceModel` and `PositionModel`.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from harness.connectors.account import Balance, distinct
from harness.connectors.connector import Connector, credential, optional_credential
from harness.connectors.reading import Node
from harness.connectors.retry import RetryPolicy
from harness.connectors.transport import Answer, Dialect, Refusal, Route, Transport
from harness.model import Position, PositionSide

__all__ = ["ExtendedConnector", "build", "explain", "is_no_funds", "parse_balance", "parse_positions"]

_BALANCE = Route("GET", "/user/balance")
_POSITIONS = Route("GET", "/user/positions")
_NO_FUNDS = Balance("USD", Decimal(0), Decimal(0))
_SIDES = {"LONG": PositionSide.LONG, "SHORT": PositionSide.SHORT}
_IS_OPEN = {"OPENED": True, "CLOSED": False}


def explain(document: Any) -> Refusal | None:
    """Read `{"status": "ERROR", "error": {"code", "message"}}`.

    The code is an integer live and text in the documentation; a success is "OK", in one document "ok".
    """
    status = document.get("status") if isinstance(document, Mapping) else None
    if not isinstance(status, str) or status.upper() == "OK":
        return None
    error = document.get("error")
    if not isinstance(error, Mapping):
        return Refusal(f"status {status}")
    code = error.get("code")
    return Refusal(str(error.get("message") or f"status {status}"), None if code is None else str(code))


def is_no_funds(answer: Answer) -> bool:
    """Whether an answer of the balance route says that the account holds nothing.

    That is its 404 with an empty body or the venue's own envelope; a proxy's page with the same status is not.
    """
    if answer.status != 404:
        return False
    if not answer.body.strip():
        return True
    document = answer.document
    return (
        isinstance(document, Mapping)
        and document.get("status") == "ERROR"
        and isinstance(document.get("error"), Mapping)
    )


def parse_balance(document: Any) -> Balance:
    """Read `GET /user/balance`; `MalformedAnswer` names what is not as documented."""
    data = Node(document, str(_BALANCE)).field("data")
    return Balance(
        asset=data.field("collateralName").text(),
        total=data.field("equity").number(),
        available=data.field("availableForTrade").number(),
    )


def parse_positions(document: Any) -> tuple[Position, ...]:
    """Read `GET /user/positions`; closed and empty rows are left out; `MalformedAnswer` when one is not understood."""
    rows = Node(document, str(_POSITIONS)).field("data")
    read = (_parse_position(row) for row in rows.rows())
    return distinct((position for position in read if position is not None), rows)


def _parse_position(row: Node) -> Position | None:
    status = row.optional("status")
    is_open = status is None or status.one_of(_IS_OPEN)
    size = row.field("size").unsigned()
    if not is_open or not size:
        return None
    side = row.field("side").one_of(_SIDES)
    return Position(
        trading_pair=row.field("market").text(),
        position_side=side,
        amount=size if side is PositionSide.LONG else size.copy_negate(),
        entry_price=row.field("openPrice").number(),
        unrealized_pnl=row.field("unrealisedPnl").number(),
        leverage=row.field("leverage").number(),
    )


class ExtendedConnector(Connector):
    """An Extended account. `base_url` ends in `/api/v1`."""

    def __init__(
        self,
        base_url: str,
        ws_url: str,
        credentials: Mapping[str, Any],
        trading_pairs: Sequence[str],
        *,
        policy: RetryPolicy | None = None,
    ) -> None:
        api_key = credential(credentials, "api_key")
        secrets = (api_key, optional_credential(credentials, "private_key") or "")
        dialect = Dialect(explain=explain, headers={"X-Api-Key": api_key}, secrets=secrets)
        super().__init__(Transport(base_url, dialect, policy=policy), ws_url, trading_pairs)

    async def _update_balances(self) -> None:
        answer = await self._transport.ask(_BALANCE, also_good=is_no_funds)
        balance = _NO_FUNDS if answer.status == 404 else parse_balance(answer.document)
        self._replace_balance(balance, answer.request_number)

    async def _update_positions(self) -> None:
        answer = await self._transport.ask(_POSITIONS)
        self._replace_positions(parse_positions(answer.document), answer.request_number)


def build(
    base_url: str, ws_url: str, credentials: Mapping[str, Any], trading_pairs: Sequence[str]
) -> ExtendedConnector:
    """Make the connector; credentials are `api_key` and, to keep it out of messages, `private_key`."""
    return ExtendedConnector(base_url, ws_url, credentials, trading_pairs)
