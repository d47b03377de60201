"""What a recording of Hyperliquid must not tell: how orders are signed, and whose account it is."""

from harness.venues.facts import Privacy

__all__ = ["PRIVACY"]

PRIVACY = Privacy(
    secrets=frozenset({"authorization"}),  # nothing authenticates but signatures, which are worth nothing a second time
    identities=frozenset(
        {
            "address",
            "agentAddress",
            "authorizedUsers",
            "data.code",  # of a referral
            "destination",
            "hash",
            "liquidatedUser",
            "liquidated_user",
            "liquidator",
            "master",
            "signature.r",
            "referredBy.code",
            "referrer",
            "signature.s",
            "subAccountUser",
            "user",
            "users",
            "vault",
            "vaultAddress",
        }
    ),
    identities_in={"info-sub-accounts": frozenset({"name"}), "info-extra-agents": frozenset({"name"})},
    hashes=frozenset({"hash", "r", "s"}),
)
