"""Reference connector of Lighter.

The account is `GET /api/v1/account`, asked by index or by wallet, without authentication; balances and positions are
parts of one answer. Shapes are those of recorded answers and of the vendor's SDK models `DetailedAccounts`,
`DetailedAccount` and `AccountPosition`.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from harness.connectors.account import Balance, distinct
from harness.connectors.connector import Connector, integer_credential, optional_credential
from harness.connectors.reading import Node
from harness.connectors.retry import RetryPolicy
from harness.connectors.transport import Dialect, Refusal, Route, Transport
from harness.errors import UsageError
from harness.model import Position, PositionSide

__all__ = ["LighterConnector", "build", "explain", "parse_accounts", "parse_balance", "parse_positions"]

_ACCOUNT = Route("GET", "/api/v1/account")
_ASSET = "USDC"
_OK = 200
_TOO_OFTEN = range(23000, 23004)  # requests, subscriptions, accounts, connections
_SIDES = {1: PositionSide.LONG, -1: PositionSide.SHORT}
_WHOLE = Decimal(100)


def explain(document: Any) -> Refusal | None:
    """Read `{"code", "message"}`, which comes with HTTP 400 and with 200; a success has code 200."""
    code = document.get("code") if isinstance(document, Mapping) else None
    if isinstance(code, bool) or not isinstance(code, int) or code == _OK:
        return None
    return Refusal(str(document.get("message") or "no reason given"), str(code), too_often=code in _TOO_OFTEN)


def _index_of(row: Node) -> int:
    """The account's index, which is sent under two names; they must not disagree."""
    told = [node for name in ("index", "account_index") if (node := row.optional(name)) is not None]
    if not told:
        raise row.error("has neither index nor account_index")
    index = told[0].integer()
    if any(node.integer() != index for node in told):
        raise row.error("has an index and an account_index that differ")
    return index


def parse_accounts(document: Any) -> dict[int, Node]:
    """Read the rows of one page by account index; a wallet can own sub-accounts and pools beside its main account."""
    answer = Node(document, str(_ACCOUNT))
    answer.field("code").integer()  # that it is 200 was seen before; that it is there was not
    rows = answer.field("accounts")
    accounts: dict[int, Node] = {}
    for row in rows.rows():
        index = _index_of(row)
        if index in accounts:
            raise rows.error(f"has two rows of account {index}")
        accounts[index] = row
    return accounts


def _next_cursor(document: Any) -> str:
    cursor = document.get("next_cursor")
    return cursor if isinstance(cursor, str) else ""


def parse_balance(row: Node) -> Balance:
    """Read one account's row: `total_asset_value` is the collateral with unrealised PnL."""
    return Balance(
        asset=_ASSET,
        total=row.field("total_asset_value").number(),
        available=row.field("available_balance").number(),
    )


def parse_positions(row: Node) -> tuple[Position, ...]:
    """Read one account's row; flat markets stay listed with a size of 0 and are left out."""
    rows = row.field("positions")
    read = (_parse_position(position) for position in rows.rows())
    return distinct((position for position in read if position is not None), rows)


def _parse_position(row: Node) -> Position | None:
    size = row.field("position").unsigned()
    if not size:
        return None
    side = row.field("sign").one_of(_SIDES)
    return Position(
        trading_pair=f"{row.field('symbol').text()}-{_ASSET}",
        position_side=side,
        amount=size if side is PositionSide.LONG else size.copy_negate(),
        entry_price=row.field("avg_entry_price").number(),
        unrealized_pnl=row.field("unrealized_pnl").number(),
        leverage=_leverage(row.field("initial_margin_fraction")),
    )


def _leverage(margin: Node) -> Decimal:
    """The margin fraction is a percentage: "20.00" is a leverage of 5."""
    percent = margin.number()
    if percent <= 0:
        raise margin.error("is not above 0, so that there is no leverage")
    return _WHOLE / percent


class LighterConnector(Connector):
    """A Lighter account, found by its index, or by its wallet when that owns one account only."""

    def __init__(
        self,
        base_url: str,
        ws_url: str,
        credentials: Mapping[str, Any],
        trading_pairs: Sequence[str],
        *,
        policy: RetryPolicy | None = None,
    ) -> None:
        self._index = integer_credential(credentials, "account_index")
        wallet = optional_credential(credentials, "l1_address")
        if self._index is not None:
            self._query = {"by": "index", "value": str(self._index)}
        elif wallet is not None:
            self._query = {"by": "l1_address", "value": wallet}
        else:
            raise UsageError("missing", where="credential 'account_index'", cure="give it, or 'l1_address'")
        secrets = (optional_credential(credentials, "api_key_private_key") or "",)
        transport = Transport(base_url, Dialect(explain=explain, secrets=secrets), policy=policy)
        super().__init__(transport, ws_url, trading_pairs)

    async def _account(self) -> tuple[Node, int]:
        """The account's row and the number of the request that it came with.

        Pages are read until the account is found; without an index to look for, until it is known to be the only one.
        """
        found: dict[int, Node] = {}
        cursors = {""}
        query = self._query
        while True:
            answer = await self._transport.ask(_ACCOUNT, query=query)
            page = parse_accounts(answer.document)
            if self._index is not None and self._index in page:
                return page[self._index], answer.request_number
            found.update(page)
            cursor = _next_cursor(answer.document)
            if cursor in cursors or not page or (self._index is None and len(found) > 1):
                break
            cursors.add(cursor)
            query = {**self._query, "cursor": cursor}
        accounts = Node(answer.document, str(_ACCOUNT)).field("accounts")
        if self._index is not None:
            raise accounts.error(f"has no row of account {self._index}")
        if len(found) != 1:
            owned = ", ".join(map(str, sorted(found))) or "none"
            raise accounts.error(f"does not name one account ({owned}); the credential 'account_index' chooses")
        return next(iter(found.values())), answer.request_number

    async def _update_balances(self) -> None:
        row, request_number = await self._account()
        self._replace_balance(parse_balance(row), request_number)

    async def _update_positions(self) -> None:
        row, request_number = await self._account()
        self._replace_positions(parse_positions(row), request_number)


def build(base_url: str, ws_url: str, credentials: Mapping[str, Any], trading_pairs: Sequence[str]) -> LighterConnector:
    """Make the connector; credentials are `account_index` or `l1_address`, and `api_key_private_key` to hide it."""
    return LighterConnector(base_url, ws_url, credentials, trading_pairs)
