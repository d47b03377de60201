"""`POST /info`: every read of Hyperliquid, told apart by the request's `type`.

Weights are those of the documentation's page "Rate limits and user limits": 2 for a handful of cheap reads, 60 for
`userRole`, 20 for the rest. Lists of history weigh one more per 20 rows (candles: per 60), which is not counted here.
"""

from harness.venues.facts import Endpoint, Pagination, Param
from harness.venues.hyperliquid.names import kebab

__all__ = ["ENDPOINTS"]

_CHEAP, _USUAL, _DEAR = 2, 20, 60

_INTERVALS = ("1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "8h", "12h", "1d", "3d", "1w", "1M")

# An agent's address is accepted and answers as an empty account would: the documentation calls it a common pitfall.
_USER = Param(name="user", required=True, ignore_case=True)
_DEX = Param(name="dex", default="")  # the empty name is the first perpetuals exchange, run by the validators
_COIN = Param(name="coin", required=True)
_START = Param(name="startTime", required=True, unit="ms")
_END = Param(name="endTime", unit="ms", default="now")
_AGGREGATE = Param(name="aggregateByTime", values=("true", "false"), default="false")
_BOOK = (Param(name="nSigFigs", values=("2", "3", "4", "5", "null"), default="null"), Param(name="mantissa"))

# There is no cursor and no limit: the next page starts at the last row's time, whose rows come again.
_PAGES_OF_500 = Pagination(style="time", parameter="startTime", limit="", max_limit=500)
_PAGES_OF_2000 = Pagination(style="time", parameter="startTime", limit="", max_limit=2000)

_RECORDED = "recorded payload; hyperliquid-python-sdk Info."
_SDK = "hyperliquid-python-sdk Info."
_DOCUMENTED = "documentation, Info endpoint: "


def _info(
    kind: str,
    summary: str,
    source: str,
    *params: Param,
    weight: int = _USUAL,
    pagination: Pagination | None = None,
) -> Endpoint:
    return Endpoint(
        name=f"info-{kebab(kind)}",
        method="POST",
        path="/info",
        summary=summary,
        source=source,
        params=(Param(name="type", required=True, values=(kind,)), *params),
        discriminator={"type": kind},
        pagination=pagination,
        weight=weight,
    )


_ACCOUNT = (
    _info(
        "clearinghouseState",
        "Margin and open positions of an account on one perpetuals exchange",
        _RECORDED + "user_state",
        _USER,
        _DEX,
        weight=_CHEAP,
    ),
    _info(
        "spotClearinghouseState",
        "Token balances of an account; the collateral of unified and portfolio-margin accounts",
        _SDK + "spot_user_state; mocks of nautilus_trader and hummingbot",
        _USER,
        weight=_CHEAP,
    ),
    _info(
        "userAbstraction",
        "Where the account keeps its collateral: with the perpetuals or in spot",
        _DOCUMENTED + "user's abstraction state; SDK Info.query_user_abstraction_state",
        _USER,
    ),
    _info(
        "userDexAbstraction",
        "Whether collateral moves by itself to builder-deployed exchanges",
        _DOCUMENTED + "HIP-3 DEX abstraction state; SDK Info.query_user_dex_abstraction_state",
        _USER,
    ),
    _info(
        "activeAssetData",
        "Leverage and tradable size of an account in one market",
        "documentation, Perpetuals; hyperliquid-python-sdk types.ActiveAssetData",
        _USER,
        _COIN,
    ),
    _info("subAccounts", "Sub-accounts with their states", _SDK + "query_sub_accounts", _USER),
    _info("userRole", "What an address is", _RECORDED + "user_role", _USER, weight=_DEAR),
    _info("userFees", "Fee rates and volumes", "observed payload; " + _SDK + "user_fees", _USER),
    _info("userRateLimit", "Actions used and left", _RECORDED + "user_rate_limit", _USER),
    _info("portfolio", "History of value and PnL", _RECORDED + "portfolio", _USER),
    _info("extraAgents", "Named API wallets", _RECORDED + "extra_agents", _USER),
    _info("referral", "Referrer and rewards", _SDK + "query_referral_state", _USER),
    _info(
        "userToMultiSigSigners",
        "Signers of a multi-signature account",
        _SDK + "query_user_to_multi_sig_signers",
        _USER,
    ),
    _info(
        "userVaultEquities",
        "Deposits in vaults",
        _RECORDED + "user_vault_equities",
        _USER,
    ),
    _info("delegations", "Stake per validator", _SDK + "user_staking_delegations", _USER),
    _info("delegatorSummary", "Stake in total", _SDK + "user_staking_summary", _USER),
    _info("delegatorRewards", "Staking rewards", _SDK + "user_staking_rewards", _USER),
    _info("delegatorHistory", "Staking events", _RECORDED + "delegator_history", _USER),
)

_ORDERS_AND_FILLS = (
    _info("openOrders", "Open orders, few fields", _RECORDED + "open_orders", _USER, _DEX),
    _info(
        "frontendOpenOrders",
        "Open orders with trigger, type and children",
        _RECORDED + "frontend_open_orders",
        _USER,
        _DEX,
    ),
    _info(
        "orderStatus",
        "One order by the venue's integer id or the client's hexadecimal one, both in `oid`",
        "observed payload; " + _DOCUMENTED + "order status; SDK Info.query_order_by_oid, query_order_by_cloid",
        _USER,
        Param(name="oid", required=True),
        weight=_CHEAP,
    ),
    _info(
        "historicalOrders",
        "The most recent 2000 orders of any state; one order can have several rows",
        _RECORDED + "historical_orders",
        _USER,
    ),
    _info("userFills", "The most recent 2000 fills", _RECORDED + "user_fills", _USER, _AGGREGATE),
    _info(
        "userFillsByTime",
        "Fills of a span of time; only the last 10000 can be had",
        _RECORDED + "user_fills_by_time",
        _USER,
        _START,
        _END,
        _AGGREGATE,
        pagination=_PAGES_OF_2000,
    ),
    _info(
        "userTwapSliceFills",
        "The most recent 2000 fills of TWAP orders",
        _RECORDED + "user_twap_slice_fills",
        _USER,
    ),
    _info(
        "userFunding",
        "Funding paid and received, the oldest first",
        _RECORDED + "user_funding_history",
        _USER,
        _START,
        _END,
        pagination=_PAGES_OF_500,
    ),
    _info(
        "userNonFundingLedgerUpdates",
        "Deposits, withdrawals, transfers and liquidations",
        _RECORDED + "user_non_funding_ledger_updates",
        _USER,
        _START,
        _END,
        pagination=_PAGES_OF_500,
    ),
)

_MARKETS = (
    _info("meta", "Perpetual markets and margin tables", _RECORDED + "meta", _DEX),
    _info(
        "metaAndAssetCtxs",
        "Perpetual markets and, at the same index, their prices and funding",
        _SDK + "meta_and_asset_ctxs; mocks of hummingbot",
        _DEX,
    ),
    _info("allPerpMetas", "`meta` of every perpetuals exchange", "recorded payload"),
    _info("perpDexs", "Perpetuals exchanges; the first is null", "observed payload; " + _SDK + "perp_dexs"),
    _info(
        "perpDeployAuctionStatus",
        "The auction for the next builder-deployed market",
        _SDK + "query_perp_deploy_auction_status",
    ),
    _info("spotMeta", "Tokens and spot pairs", _RECORDED + "spot_meta"),
    _info(
        "spotMetaAndAssetCtxs",
        "Tokens and spot pairs with their prices",
        _SDK + "spot_meta_and_asset_ctxs",
    ),
    _info(
        "spotDeployState",
        "Tokens that an account is deploying, and the auction for the next",
        _SDK + "query_spot_deploy_auction_status",
        _USER,
    ),
    _info("allMids", "Mid prices of all markets", _RECORDED + "all_mids", _DEX, weight=_CHEAP),
    _info("l2Book", "20 levels a side", _RECORDED + "l2_snapshot", _COIN, *_BOOK, weight=_CHEAP),
    _info("recentTrades", "Public trades, the newest first", "mock of nautilus_trader", _COIN),
    _info(
        "candleSnapshot",
        f"Candles of {', '.join(_INTERVALS)}; only the last 5000 can be had",
        _RECORDED + "candles_snapshot",
        Param(name="req", required=True),  # {"coin", "interval", "startTime", "endTime"}, times in ms
    ),
    _info(
        "fundingHistory",
        "Funding rates of a market, the oldest first",
        _RECORDED + "funding_history",
        _COIN,
        _START,
        _END,
        pagination=_PAGES_OF_500,
    ),
    _info(
        "predictedFundings",
        "Next funding rate of each market here and at other exchanges",
        "documentation, Perpetuals: predicted funding rates",
    ),
)

ENDPOINTS: tuple[Endpoint, ...] = (*_ACCOUNT, *_ORDERS_AND_FILLS, *_MARKETS)
