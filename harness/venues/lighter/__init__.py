"""Facts of Lighter: an order book exchange on its own zero-knowledge rollup."""

from harness.venues.facts import Credential, Environment, RateLimit, Venue
from harness.venues.lighter.accounts import ACCOUNTS, ORDERS
from harness.venues.lighter.channels import CHANNELS
from harness.venues.lighter.dialect import LighterDialect
from harness.venues.lighter.markets import MARKETS, SYSTEM
from harness.venues.lighter.privacy import PRIVACY
from harness.venues.lighter.transactions import TRANSACTIONS

__all__ = ["VENUE"]

VENUE = Venue(
    name="lighter",
    title="Lighter",
    environments={
        "mainnet": Environment(
            rest="https://mainnet.zklighter.elliot.ai", ws="wss://mainnet.zklighter.elliot.ai/stream"
        ),
        "testnet": Environment(
            rest="https://testnet.zklighter.elliot.ai", ws="wss://testnet.zklighter.elliot.ai/stream"
        ),
    },
    rest_prefix="",
    ws_prefix="/stream",
    endpoints=ACCOUNTS + ORDERS + MARKETS + TRANSACTIONS + SYSTEM,
    channels=CHANNELS,
    credentials=(
        Credential(name="account_index", secret=False),
        Credential(name="l1_address", secret=False),
        Credential(name="api_key_index", secret=False),
        Credential(name="api_key_private_key", secret=True),
    ),
    # Premium tier, whose weights Endpoint.weight gives; a standard account has 60 unweighted requests a minute
    # (apidocs.lighter.xyz, Rate Limits).
    rate_limit=RateLimit(requests=24_000, seconds=60, scope="ip and l1 address"),
    pair_of="{symbol}-USDC",
    dialect=LighterDialect(),
    privacy=PRIVACY,
)
