"""Reference connector of Hyperliquid.

Everything is `POST /info`, told apart by the body's `type`, without authentication. Where the collateral is depends on
the account's mode (`userAbstraction`): unified and portfolio-margin accounts hold it as spot USDC, the others in the
perpetuals account. Shapes are those of recorded answers and of the vendor's SDK (`Info.user_state`,
`Info.spot_user_state`, `Info.query_user_abstraction_state`).
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from harness.connectors.account import Balance, distinct
from harness.connectors.connector import Connector, credential, optional_credential
from harness.connectors.reading import EXACT, Node
from harness.connectors.retry import RetryPolicy
from harness.connectors.transport import Answer, Dialect, Refusal, Route, Transport
from harness.model import Position, PositionSide

__all__ = [
    "HyperliquidConnector",
    "build",
    "explain",
    "holds_collateral_in_spot",
    "parse_balance",
    "parse_positions",
    "parse_spot_balance",
]

_MODE = Route("POST", "/info", "userAbstraction")
_PERPETUALS = Route("POST", "/info", "clearinghouseState")
_SPOT = Route("POST", "/info", "spotClearinghouseState")
_ASSET = "USD"
_COLLATERAL = "USDC"
_IN_SPOT = {
    "unifiedAccount": True,
    "portfolioMargin": True,
    "default": False,
    "disabled": False,
    "dexAbstraction": False,
}


def explain(document: Any) -> Refusal | None:
    """Read `{"status": "err", "response": "…"}`, which comes with HTTP 200."""
    if not isinstance(document, Mapping) or document.get("status") != "err":
        return None
    return Refusal(str(document.get("response", "no reason given")))


def holds_collateral_in_spot(document: Any) -> bool:
    """Read `userAbstraction`; a mode that is not known raises, because guessing would show the wrong balance."""
    return Node(document, str(_MODE)).one_of(_IN_SPOT)


def parse_balance(document: Any) -> Balance:
    """Read the balance of an account that holds its collateral with the perpetuals, from `clearinghouseState`."""
    state = Node(document, str(_PERPETUALS))
    return Balance(
        asset=_ASSET,
        total=state.field("crossMarginSummary").field("accountValue").number(),
        available=state.field("withdrawable").number(),
    )


def parse_spot_balance(document: Any) -> Balance:
    """Read the balance of an account that holds its collateral in spot, from `spotClearinghouseState`.

    The USDC row is left out when there is none; its total is negative when portfolio margin has borrowed.
    """
    rows = Node(document, str(_SPOT)).field("balances")
    found = [row for row in rows.rows() if row.field("coin").text() == _COLLATERAL]
    if len(found) > 1:
        raise rows.error(f"has {len(found)} rows of {_COLLATERAL}")
    if not found:
        return Balance(_ASSET, Decimal(0), Decimal(0))
    total, hold = found[0].field("total").number(), found[0].field("hold").unsigned()
    return Balance(_ASSET, total, EXACT.subtract(total, hold))


def parse_positions(document: Any) -> tuple[Position, ...]:
    """Read `clearinghouseState`; empty rows are left out, `MalformedAnswer` names what is not understood."""
    rows = Node(document, str(_PERPETUALS)).field("assetPositions")
    read = (_parse_position(row.field("position")) for row in rows.rows())
    return distinct((position for position in read if position is not None), rows)


def _parse_position(row: Node) -> Position | None:
    amount = row.field("szi").number()
    if not amount:
        return None
    return Position(
        trading_pair=f"{row.field('coin').text()}-{_ASSET}",
        position_side=PositionSide.LONG if amount > 0 else PositionSide.SHORT,
        amount=amount,
        entry_price=row.field("entryPx").number(),
        unrealized_pnl=row.field("unrealizedPnl").number(),
        leverage=Decimal(row.field("leverage").field("value").integer()),
    )


class HyperliquidConnector(Connector):
    """A Hyperliquid account, read by its address."""

    def __init__(
        self,
        base_url: str,
        ws_url: str,
        credentials: Mapping[str, Any],
        trading_pairs: Sequence[str],
        *,
        policy: RetryPolicy | None = None,
    ) -> None:
        self._address = credential(credentials, "address")
        secrets = (optional_credential(credentials, "private_key") or "",)
        transport = Transport(base_url, Dialect(explain=explain, secrets=secrets), policy=policy)
        super().__init__(transport, ws_url, trading_pairs)

    async def _info(self, route: Route) -> Answer:
        return await self._transport.ask(route, body={"type": route.variant, "user": self._address})

    async def _update_balances(self) -> None:
        mode = await self._info(_MODE)
        in_spot = holds_collateral_in_spot(mode.document)
        answer = await self._info(_SPOT if in_spot else _PERPETUALS)
        balance = parse_spot_balance(answer.document) if in_spot else parse_balance(answer.document)
        self._replace_balance(balance, answer.request_number)

    async def _update_positions(self) -> None:
        answer = await self._info(_PERPETUALS)
        self._replace_positions(parse_positions(answer.document), answer.request_number)


def build(
    base_url: str, ws_url: str, credentials: Mapping[str, Any], trading_pairs: Sequence[str]
) -> HyperliquidConnector:
    """Make the connector; credentials are `address` and, to keep it out of messages, `private_key`."""
    return HyperliquidConnector(base_url, ws_url, credentials, trading_pairs)
