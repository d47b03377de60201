"""What a recording of Lighter must not tell: who authenticates how, and whose account it is."""

from harness.venues.facts import Privacy

__all__ = ["PRIVACY"]

_NIL_ACCOUNT = str(2**48 - 1)

PRIVACY = Privacy(
    secrets=frozenset({"authorization", "auth", "token"}),
    identities=frozenset(
        {
            "account",
            "account_id",
            "account_index",
            "ask_account_id",
            "bid_account_id",
            "cursor",  # opaque, and made of the rows that were asked for
            "from_account_index",
            "from_l1_address",
            "funding_fee_rebate_account_index",
            "hash",
            "index",
            "insurance_fund_account_index",
            "integrator_fee_collector_index",
            "l1_address",
            "l1_tx_hash",
            "liquidity_pool_index",
            "next_cursor",
            "operator_account_index",
            "owner_account_index",
            "parent_hash",
            "public_key",
            "public_pool_index",
            "session_id",
            "staking_pool_index",
            "to_account_index",
            "to_l1_address",
            "tx_hash",
            "tx_hashes",
            "value",  # of `by=index` and `by=l1_address`
            "AccountIndex",
            "FromAccountIndex",
            "ToAccountIndex",
            "L1Address",
            "PubKey",
            "Sig",  # worth nothing a second time
            "L1Sig",
        }
    ),
    identities_in={
        name: frozenset({"name", "description"})
        for name in ("account", "account-metadata", "accounts-by-l1-address", "public-pools-metadata", "pool-info")
    },
    nobody=frozenset({_NIL_ACCOUNT}),
    openings=frozenset({"readonly"}),
    hashes=frozenset({"hash", "l1_tx_hash", "parent_hash", "tx_hash", "tx_hashes"}),
)
