"""What a recording of Extended must not tell: who authenticates how, and whose account it is."""

from harness.venues.facts import Privacy

__all__ = ["PRIVACY"]

PRIVACY = Privacy(
    # the stream takes the key as a header or, undocumented, as a parameter
    secrets=frozenset({"x-api-key", "X-API-KEY", "apiKey", "apiKeys"}),
    identities=frozenset(
        {
            "accountId",
            "bridgeStarknetAddress",
            "collateralPosition",
            "counterpartyAccountId",
            "evmWalletAddress",
            "l2Key",
            "l2Vault",
            "makerId",
            "referralLinkCode",
            "signature.r",
            "signature.s",
            "starkKey",
            "starknetWalletAddress",
            "takerId",
            "transactionHash",
        }
    ),
    identities_in={name: frozenset({"description"}) for name in ("user-account-info", "user-accounts")},
    openings=frozenset({"depth", "interval"}),
    hashes=frozenset(
        {
            "bridgeStarknetAddress",
            "evmWalletAddress",
            "l2Key",
            "r",
            "s",
            "starkKey",
            "starknetWalletAddress",
            "transactionHash",
        }
    ),
)
