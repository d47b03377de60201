"""`POST /exchange`: every action of Hyperliquid, told apart by `action.type` and signed with an Ethereum key.

A refused action is answered with HTTP 200 all the same, so the schema of each holds its refusals too.
"""

from harness.venues.facts import Auth, Endpoint, Param
from harness.venues.hyperliquid.names import kebab

__all__ = ["ENDPOINTS"]

_SIGNED = (
    Param(name="action", required=True),
    Param(name="nonce", required=True, selects=False, unit="ms"),
    Param(name="signature", required=True, selects=False),
)
# Actions that a wallet signs as typed data name their account within the action and do not expire.
_ON_BEHALF = (
    Param(name="vaultAddress", ignore_case=True, default="the signer's account"),
    Param(name="expiresAfter", selects=False, unit="ms"),
)

_OBSERVED = "observed payload; hyperliquid-python-sdk Exchange."
_SDK = "hyperliquid-python-sdk Exchange."
_DOCUMENTED = "documentation, Exchange endpoint: "


def _exchange(action: str, summary: str, source: str, *, on_behalf: bool = True) -> Endpoint:
    return Endpoint(
        name=f"exchange-{kebab(action)}",
        method="POST",
        path="/exchange",
        summary=summary,
        source=source,
        params=(*_SIGNED, *_ON_BEHALF) if on_behalf else _SIGNED,
        discriminator={"type": action},
        within="action",
        auth=Auth.SIGNATURE,
        weight=1,  # and one more per 40 orders or cancels of a batch
    )


ENDPOINTS: tuple[Endpoint, ...] = (
    _exchange("order", "Place orders", "recorded payload; hyperliquid-python-sdk Exchange.bulk_orders"),
    _exchange("cancel", "Cancel orders by the venue's id", _OBSERVED + "bulk_cancel"),
    _exchange("cancelByCloid", "Cancel orders by the client's id", _SDK + "bulk_cancel_by_cloid"),
    _exchange("modify", "Replace one order", _DOCUMENTED + "modify an order"),
    _exchange("batchModify", "Replace orders", _OBSERVED + "bulk_modify_orders_new"),
    _exchange(
        "scheduleCancel",
        "Cancel everything at a time, unless told again",
        _OBSERVED + "schedule_cancel",
    ),
    _exchange("updateLeverage", "Set leverage and margin mode", _SDK + "update_leverage"),
    _exchange(
        "updateIsolatedMargin",
        "Move margin to or from an isolated position",
        _SDK + "update_isolated_margin",
    ),
    _exchange("twapOrder", "Start a TWAP order", "observed payload; " + _DOCUMENTED + "TWAP order"),
    _exchange("twapCancel", "End a TWAP order", "observed payload; " + _DOCUMENTED + "cancel a TWAP"),
    _exchange(
        "approveBuilderFee",
        "Allow a builder to charge a fee",
        _OBSERVED + "approve_builder_fee",
        on_behalf=False,
    ),
    _exchange(
        "usdClassTransfer",
        "Move USDC between spot and perpetuals",
        _SDK + "usd_class_transfer",
        on_behalf=False,
    ),
    _exchange(
        "userSetAbstraction",
        "Choose where collateral is kept",
        _SDK + "user_set_abstraction",
        on_behalf=False,
    ),
)
