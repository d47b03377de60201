"""How clients are pointed at a listener: by their configuration alone, their code unchanged."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.gateway.server import Listener
from harness.venues import venue
from harness.venues.facts import Venue

if TYPE_CHECKING:
    from hyperliquid.info import Info
    from hyperliquid.websocket_manager import WebsocketManager
    from lighter.configuration import Configuration
    from lighter.ws_client import WsClient
    from x10.clients.stream.stream_client import StreamClient
    from x10.core.client_config import ClientConfig

__all__ = [
    "extended_sdk",
    "extended_stream",
    "hyperliquid_sdk",
    "hyperliquid_stream",
    "lighter_sdk",
    "lighter_stream",
    "rest_url",
    "ws_url",
]


def rest_url(facts: Venue, listener: Listener) -> str:
    """What a connector takes for the venue's REST base; Extended's ends in `/api/v1`."""
    return listener.url + facts.rest_prefix


def ws_url(facts: Venue, listener: Listener) -> str:
    """What a connector takes for the venue's WebSocket base."""
    return f"ws{listener.url.removeprefix('http')}{facts.ws_prefix}"


def lighter_sdk(listener: Listener, **settings: Any) -> "Configuration":
    """The configuration of `lighter.ApiClient`; `settings` are further arguments of the SDK's."""
    from lighter.configuration import Configuration

    return Configuration(host=rest_url(venue("lighter"), listener), **settings)


def extended_sdk(listener: Listener) -> "ClientConfig":
    """The configuration of x10's `RestApiClient`: its testnet's, with every address replaced."""
    from x10.config import TESTNET_CONFIG

    facts = venue("extended")
    rest, stream = rest_url(facts, listener), ws_url(facts, listener)
    endpoints = replace(
        TESTNET_CONFIG.endpoints,
        api_base_url=rest,
        api_base_order_management_url=rest,
        stream_url=stream,
        stream_rpc_url=stream,
        onboarding_url=listener.url,
    )
    return replace(TESTNET_CONFIG, endpoints=endpoints)


def hyperliquid_sdk(listener: Listener, **settings: Any) -> "Info":
    """The SDK's reading client. It asks for its metadata at once unless `settings` give `meta` and `spot_meta`."""
    from hyperliquid.info import Info

    return Info(base_url=rest_url(venue("hyperliquid"), listener), skip_ws=True, **settings)


def lighter_stream(listener: Listener, **settings: Any) -> "WsClient":
    """The SDK's stream client; `settings` are its own, such as `order_book_ids` and `on_order_book_update`."""
    from lighter.ws_client import WsClient

    return WsClient(ws_url=ws_url(venue("lighter"), listener), **settings)  # type: ignore[no-untyped-call]


def extended_stream(listener: Listener) -> "StreamClient":
    """x10's stream client, which needs websockets below 14."""
    from x10.clients.stream.stream_client import StreamClient

    return StreamClient(api_url=ws_url(venue("extended"), listener))


def hyperliquid_stream(listener: Listener) -> "WebsocketManager":
    """The SDK's thread that `Info` uses for subscriptions; it is to be started, and stopped."""
    from hyperliquid.websocket_manager import WebsocketManager

    return WebsocketManager(rest_url(venue("hyperliquid"), listener))
