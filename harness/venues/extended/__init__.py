"""Facts of Extended, a perpetuals exchange on Starknet.

Sources: recorded payloads, the vendor's SDK (x10-python-trading-starknet 2.6.0) and the vendor's documentation
(api.docs.extended.exchange). Where they disagree is told in `docs/quirks/extended.md`.
"""

from harness.venues.extended.account import ENDPOINTS as ACCOUNT
from harness.venues.extended.dialect import ExtendedDialect
from harness.venues.extended.orders import ENDPOINTS as ORDERS
from harness.venues.extended.privacy import PRIVACY
from harness.venues.extended.public import ENDPOINTS as PUBLIC
from harness.venues.extended.streams import CHANNELS
from harness.venues.facts import Credential, Environment, RateLimit, Venue

__all__ = ["VENUE"]

_REST_PREFIX = "/api/v1"
_WS_PREFIX = "/stream.extended.exchange/v1"


def _environment(host: str) -> Environment:
    return Environment(rest=f"https://{host}{_REST_PREFIX}", ws=f"wss://{host}{_WS_PREFIX}")


VENUE = Venue(
    name="extended",
    title="Extended",
    environments={
        "mainnet": _environment("api.starknet.extended.exchange"),
        "testnet": _environment("api.starknet.sepolia.extended.exchange"),
    },
    rest_prefix=_REST_PREFIX,
    ws_prefix=_WS_PREFIX,
    endpoints=(*PUBLIC, *ACCOUNT, *ORDERS),
    channels=CHANNELS,
    credentials=(
        Credential(name="api_key", secret=True),
        Credential(name="private_key", secret=True),
        Credential(name="public_key", secret=False),
        Credential(name="vault_id", secret=False),
    ),
    rate_limit=RateLimit(requests=1_000, seconds=60),
    pair_of="{market}",
    dialect=ExtendedDialect(CHANNELS),
    privacy=PRIVACY,
)
