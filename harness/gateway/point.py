"""How clients are pointed at a listener: by their configuration alone, their code unchanged."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.gateway.server import Listener
from harness.venues import venue
from harness.venues.facts import Venue

if TYPE_CHECKING:
    from hyperliquid.info import Info
    from lighter.configuration import Configuration
    from x10.core.client_config import ClientConfig

__all__ = ["extended_sdk", "hyperliquid_sdk", "lighter_sdk", "rest_url", "ws_url"]


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
