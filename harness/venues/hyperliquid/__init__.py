"""Facts of Hyperliquid: an order book exchange on its own chain, read without authentication."""

from harness.venues.facts import Credential, Environment, RateLimit, Venue
from harness.venues.hyperliquid.channels import CHANNELS
from harness.venues.hyperliquid.dialect import HyperliquidDialect
from harness.venues.hyperliquid.exchange import ENDPOINTS as _EXCHANGE
from harness.venues.hyperliquid.info import ENDPOINTS as _INFO
from harness.venues.hyperliquid.privacy import PRIVACY

__all__ = ["VENUE"]

VENUE = Venue(
    name="hyperliquid",
    title="Hyperliquid",
    environments={
        "mainnet": Environment(rest="https://api.hyperliquid.xyz", ws="wss://api.hyperliquid.xyz/ws"),
        "testnet": Environment(rest="https://api.hyperliquid-testnet.xyz", ws="wss://api.hyperliquid-testnet.xyz/ws"),
    },
    rest_prefix="",
    ws_prefix="/ws",
    endpoints=(*_INFO, *_EXCHANGE),
    channels=CHANNELS,
    credentials=(Credential(name="address", secret=False), Credential(name="private_key", secret=True)),
    # Counted in the weights of the endpoints; actions are limited per address as well (documentation, "Rate limits").
    rate_limit=RateLimit(requests=1200, seconds=60),
    pair_of="{coin}-USD",
    dialect=HyperliquidDialect(),
    privacy=PRIVACY,
)
