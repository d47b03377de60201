"""The credentials of every account in the harness's own cassettes: made up, valid in form, and public by design.

Nobody owns these accounts, so the keys protect nothing. They have the form that each vendor's SDK insists on, and key
and address belong together, so that a connector under test can be built with them.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["CREDENTIALS", "LIGHTER_API_PUBLIC_KEY"]

LIGHTER_API_PUBLIC_KEY: Final = "de6cb2ee243bc9fbbd25e60f4848709f63142e21c21e77f9e69c6e70a0bd8f5ae2a911b28ae7b7ac"

_BY_VENUE: dict[str, Mapping[str, str]] = {
    "extended": MappingProxyType(
        {
            # harness-scan: allow field because it is made up and public
            "api_key": "d613265a88b68640b3633c4b57210c94",
            # harness-scan: allow field because it is made up and public
            "private_key": "0x6b9fdd269e262984a142195a9722da0024974ac7ced55bb1493c2d24c523",
            "public_key": "0xe332b5951322423092d0361c7a53ae57133d452ab413c64ad85ffcd9b72473",
            "vault_id": "500817",
        }
    ),
    "lighter": MappingProxyType(
        {
            "account_index": "281473",
            "l1_address": "0x153c5fA6F414BB77F7E74008b6bbD81F2edB1Bc0",
            "api_key_index": "4",
            # harness-scan: allow field because it is made up and public
            "api_key_private_key": "3695b252b4eb875439c8a2b5d5556f19068ea0827ff8d3839ee0c8a185ac93d62ef494e61501aa27",
        }
    ),
    "hyperliquid": MappingProxyType(
        {
            "address": "0x67f69b59f89ce5a890b0b9ae47d9e0c282f3426c",
            # harness-scan: allow field, hex-key because it is made up and public
            "private_key": "0xd609da368ab509d4f736d1a8eac16e1f14149c37def765d4ff4fd1ba7371e488",
        }
    ),
}

CREDENTIALS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(_BY_VENUE)
"""Venue -> the mapping that a connector's factory is given."""
