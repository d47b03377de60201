"""Extended's private REST routes for orders, and the request bodies of which examples exist."""

from harness.venues.extended.params import CURSOR, FILL_SIDE, LIMIT, MARKETS, PAGES
from harness.venues.facts import Auth, Endpoint, Param

__all__ = ["ENDPOINTS"]

_OPEN_TYPES = ("LIMIT", "CONDITIONAL", "TPSL", "TWAP")
_ORDER_TYPES = ("LIMIT", "MARKET", "CONDITIONAL", "TPSL", "TWAP")

_ORDER_BODY = (
    Param(name="id", required=True),
    Param(name="market", required=True),
    Param(name="type", required=True, values=_ORDER_TYPES),
    Param(name="side", required=True, values=("BUY", "SELL")),
    Param(name="qty", required=True),
    Param(name="price", required=True),
    Param(name="timeInForce", required=True, values=("GTT", "IOC", "FOK", "TOB"), default="GTT"),
    Param(name="expiryEpochMillis", required=True, unit="ms"),
    Param(name="fee", required=True),
    Param(name="nonce", required=True, selects=False),
    Param(name="settlement", required=True, selects=False),
    Param(name="selfTradeProtectionLevel", required=True, values=("DISABLED", "ACCOUNT", "CLIENT"), default="ACCOUNT"),
    Param(name="reduceOnly"),
    Param(name="postOnly"),
    Param(name="cancelId"),
    Param(name="trigger"),
    Param(name="tpSlType", values=("ORDER", "POSITION")),
    Param(name="takeProfit"),
    Param(name="stopLoss"),
    Param(name="builderFee"),
    Param(name="builderId"),
)
_CANCEL_BODY = (
    Param(name="orderIds"),
    Param(name="externalOrderIds"),
    Param(name="markets"),
    Param(name="cancelAll"),
)

# A captured request body has the route of the answer to it. No request has this field, so that a request is always
# matched to the answer; the name of a payload's folder tells that it holds a body.
_CAPTURED_BODY = {"$captured": "request body"}

ENDPOINTS = (
    Endpoint(
        name="user-orders",
        method="GET",
        path="/user/orders",
        summary="Open orders",
        source="documentation: Get open orders; SDK: AccountModule.get_open_orders",
        params=(MARKETS, Param(name="type", values=_OPEN_TYPES, ignore_case=True, default="all"), FILL_SIDE),
        auth=Auth.API_KEY,
    ),
    Endpoint(
        name="user-orders-history",
        method="GET",
        path="/user/orders/history",
        summary="Filled, cancelled, rejected and expired orders; unfilled ones for seven days",
        source="documentation: Get orders history; SDK: AccountModule.get_orders_history",
        params=(
            Param(name="id"),
            Param(name="externalId"),
            MARKETS,
            Param(name="type", values=_ORDER_TYPES, ignore_case=True, default="all"),
            FILL_SIDE,
            Param(name="sort", values=("ID", "UPDATED_AT"), default="ID"),
            CURSOR,
            LIMIT,
        ),
        auth=Auth.API_KEY,
        pagination=PAGES,
    ),
    Endpoint(
        name="user-orders-by-id",
        method="GET",
        path="/user/orders/{id}",
        summary="One order by the venue's id",
        source="documentation: Get order by id; SDK: AccountModule.get_order_by_id",
        auth=Auth.API_KEY,
    ),
    Endpoint(
        name="user-orders-external-by-external-id",
        method="GET",
        path="/user/orders/external/{external_id}",
        summary="Every order with the client's id, a list",
        source="documentation: Get orders by external id; SDK: AccountModule.get_order_by_external_id",
        auth=Auth.API_KEY,
    ),
    Endpoint(
        name="user-order",
        method="POST",
        path="/user/order",
        summary="Places an order, or replaces the one that cancelId names",
        source="documentation: Create or edit order; SDK: OrderManagementModule.place_order; observed answer",
        params=_ORDER_BODY,
        auth=Auth.SIGNATURE,
    ),
    Endpoint(
        name="user-order-rfq",
        method="POST",
        path="/user/order/rfq",
        summary="Places an order in a market that trades by request for quotes",
        source="SDK: OrderManagementModule.place_rfq_order",
        params=(*_ORDER_BODY, Param(name="rfqStartPrice")),
        auth=Auth.SIGNATURE,
    ),
    Endpoint(
        name="user-order-cancel",
        method="DELETE",
        path="/user/order/{id}",
        summary="Cancels an order by the venue's id; asynchronous",
        source="documentation: Cancel order; SDK: OrderManagementModule.cancel_order",
        auth=Auth.API_KEY,
    ),
    Endpoint(
        name="user-order-cancel-external",
        method="DELETE",
        path="/user/order",
        summary="Cancels an order by the client's id; asynchronous",
        source="documentation: Cancel order; SDK: OrderManagementModule.cancel_order_by_external_id",
        params=(Param(name="externalId", required=True),),
        auth=Auth.API_KEY,
    ),
    Endpoint(
        name="user-order-mass-cancel",
        method="POST",
        path="/user/order/massCancel",
        summary="Cancels several orders, whole markets or everything; at least one field of the body is needed",
        source="documentation: Mass cancel; SDK: OrderManagementModule.mass_cancel; recorded answer",
        params=_CANCEL_BODY,
        auth=Auth.API_KEY,
    ),
    Endpoint(
        name="user-deadmanswitch",
        method="POST",
        path="/user/deadmanswitch",
        summary="Cancels everything after a countdown unless it is called again; 0 stops the countdown",
        source="documentation: Mass auto-cancel; recorded answer without a body",
        params=(Param(name="countdownTime", required=True, unit="s"),),
        auth=Auth.API_KEY,
        empty_body=True,
    ),
    Endpoint(
        name="user-order-request",
        method="POST",
        path="/user/order",
        summary="Body of a request to place an order",
        source="documentation: Create or edit order; SDK: NewOrderModel",
        params=_ORDER_BODY,
        discriminator=_CAPTURED_BODY,
        auth=Auth.SIGNATURE,
    ),
    Endpoint(
        name="user-order-masscancel-request",
        method="POST",
        path="/user/order/massCancel",
        summary="Body of a request for a mass cancellation",
        source="documentation: Mass cancel; SDK: MassCancelRequestModel",
        params=_CANCEL_BODY,
        discriminator=_CAPTURED_BODY,
        auth=Auth.API_KEY,
    ),
    Endpoint(
        name="user-leverage-request",
        method="PATCH",
        path="/user/leverage",
        summary="Body of a request to set the leverage",
        source="documentation: Update leverage; SDK: AccountLeverageModel",
        params=(Param(name="market", required=True), Param(name="leverage", required=True)),
        discriminator=_CAPTURED_BODY,
        auth=Auth.API_KEY,
    ),
)
