"""The named scenarios: for each venue the moments through which an account goes."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from typing import Final

from harness.model import PositionSide
from harness.sim.markets import ACTIVE, MARKETS, Market
from harness.sim.numbers import rounded
from harness.sim.situations import ZERO, Account, Holding, Kind, Mode, Order, Situation, SpotBalance

__all__ = ["SCENARIOS", "situations"]

_MINUTE = 60
_ASSET_IDS = {"ETH": 1, "LIT": 2, "USDC": 3, "HYPE": 150}
_WEIGHTS = {"ETH": Decimal("0.95"), "LIT": Decimal("0.4"), "USDC": Decimal(1), "HYPE": Decimal("0.85")}
_LONG, _SHORT = PositionSide.LONG, PositionSide.SHORT


def _hold(symbol: str, amount: str, entry: str, leverage: int, *, realized: str = "0") -> Holding:
    market, signed = MARKETS[symbol], Decimal(amount)
    return Holding(
        market=market,
        side=_SHORT if amount.startswith("-") else _LONG,
        size=abs(signed),
        entry=Decimal(entry),
        leverage=leverage,
        mark=market.mark,
        realized=Decimal(realized),
    )


def _coin(asset: str, total: str, locked: str, price: str) -> SpotBalance:
    return SpotBalance(
        asset=asset,
        asset_id=_ASSET_IDS[asset],
        total=Decimal(total),
        locked=Decimal(locked),
        price=Decimal(price),
        weight=_WEIGHTS[asset],
    )


def _usdc(total: str, locked: str) -> SpotBalance:
    return _coin("USDC", total, locked, "1")


_BID = Order(
    id=2059173462810345472,
    market=MARKETS["BTC"],
    is_buy=True,
    price=Decimal(71043),
    size=Decimal("0.02150"),
    leverage=20,
)
_ASK = Order(
    id=2059173462810345499,
    market=MARKETS["ETH"],
    is_buy=False,
    price=Decimal("2541.7"),
    size=Decimal("1.3000"),
    leverage=7,
    filled=Decimal("0.4000"),
)
_USDC = _usdc("431.872015", "12.500000")
_COINS = (
    _coin("ETH", "3.04172900", "0.25000000", "2317.9"),
    _USDC,
    _coin("LIT", "1520.75000000", "0.00000000", "1.3842"),
    _coin("HYPE", "18.61000000", "4.20000000", "34.522"),
)
_BTC_LONG = _hold("BTC", "0.15840", "75120", 20, realized="-3.806080")
_ETH_SHORT = _hold("ETH", "-4.2075", "2391.25", 7, realized="11.340271")
_SOL_LONG = _hold("SOL", "85.25", "151.9364", 3)
_PEPE_SHORT = _hold("kPEPE", "-812345", "0.010982", 6, realized="0.940018")


def _one(*holdings: Holding, collateral: str = "9100.242706", spot: tuple[SpotBalance, ...] = ()) -> Account:
    return Account(
        collateral=Decimal(collateral), holdings=holdings, orders=(_BID,), spot=spot, withheld=Decimal("57.310400")
    )


def _steps(*accounts: Account) -> tuple[Situation, ...]:
    return tuple(Situation(accounts=(account,), moment=number * _MINUTE) for number, account in enumerate(accounts))


def _long_and_short() -> tuple[Situation, ...]:
    account = _one(_BTC_LONG, _ETH_SHORT, _PEPE_SHORT, spot=(_USDC,))
    return _steps(replace(account, orders=(_BID, _ASK)))


def _flat() -> tuple[Situation, ...]:
    return _steps(_one(collateral="5061.730418", spot=(_USDC,)))


def _zero_balance(venue: str) -> tuple[Situation, ...]:
    rows = (_hold("BTC", "0", "0", 10),) if venue == "lighter" else ()
    return _steps(Account(collateral=ZERO, holdings=rows))


def _nth(number: int, market: Market) -> Holding:
    """A position that differs from its neighbours in side, size, price and leverage."""
    off = Decimal((number * 7) % 23 - 11) / 250 or Decimal("0.0037")
    size = round((Decimal(140) + (number * 389) % 1700) / market.mark, market.size_decimals)
    return Holding(
        market=market,
        side=_SHORT if number % 3 == 1 else _LONG,
        size=size,
        entry=rounded(market.mark * (1 + off), market.price_decimals),
        leverage=2 + number % (market.max_leverage - 1),
        mark=market.mark,
        realized=Decimal((number * 53) % 97 - 40) / 8,
    )


def _hundred_positions() -> tuple[Situation, ...]:
    holdings = tuple(_nth(number, market) for number, market in enumerate(ACTIVE[:100]))
    return _steps(_one(*holdings, collateral="84317.905526"))


def _closing(account: Account, leftover: tuple[Holding, ...]) -> tuple[Situation, ...]:
    """Three positions; then the one in the middle is closed at a profit, and `leftover` is what still shows of it."""
    first, closed, last = account.holdings
    after = replace(
        account,
        holdings=(first, *leftover, last),
        collateral=account.collateral + rounded((closed.entry - closed.mark) * closed.size) - Decimal("4.877438"),
    )
    return _steps(account, after)


def _open_then_closed(venue: str) -> tuple[Situation, ...]:
    flat_row = replace(_ETH_SHORT, side=_LONG, size=ZERO, entry=ZERO, realized=Decimal("317.429833"))
    return _closing(_one(_BTC_LONG, _ETH_SHORT, _SOL_LONG), (flat_row,) if venue == "lighter" else ())


def _closed_row() -> tuple[Situation, ...]:
    row = replace(_ETH_SHORT, closed=True, realized=Decimal("317.429833"))
    return _closing(_one(_BTC_LONG, _ETH_SHORT, _SOL_LONG), (row,))


def _flipped() -> tuple[Situation, ...]:
    short = _hold("SOL", "-40.5", "149.1582", 3, realized="-311.890350")
    return _steps(
        _one(_SOL_LONG, _BTC_LONG),
        _one(short, _BTC_LONG, collateral="8785.916203"),
    )


def _sub_accounts() -> tuple[Situation, ...]:
    configured = _one(_BTC_LONG, _ETH_SHORT)
    trading = Account(
        kind=Kind.SUB,
        index=281474976710641,
        name="grid",
        collateral=Decimal("733.018265"),
        holdings=(_hold("BTC", "-0.02040", "78345", 5), _hold("DOGE", "-1830", "0.19217", 4)),
    )
    pool = Account(
        kind=Kind.POOL,
        index=281474976710597,
        name="delta neutral",
        collateral=Decimal("250416.900031"),
        holdings=(_hold("ETH", "31.5062", "2288.95", 8), _hold("BTC", "-1.20000", "76410", 12)),
    )
    return (Situation(accounts=(trading, configured, pool)),)


def _many_assets() -> tuple[Situation, ...]:
    return _steps(_one(_BTC_LONG, _PEPE_SHORT, collateral="1408.513778", spot=_COINS))


def _zero_rows(venue: str) -> tuple[Situation, ...]:
    def flat(symbol: str, leverage: int) -> Holding:
        zero = _hold(symbol, "0", "0", leverage, realized="21.006950")
        # Extended alone says of a row that it is closed
        return replace(zero, entry=MARKETS[symbol].mark, closed=True) if venue == "extended" else zero

    holdings = (flat("XRP", 10), _BTC_LONG, flat("ETH", 5), _PEPE_SHORT, _SOL_LONG, flat("SUI", 8))
    return _steps(_one(*holdings))


def _unconfigured_markets() -> tuple[Situation, ...]:
    return _steps(
        _one(
            _hold("LDO", "1204.5", "0.81944", 3),
            _hold("MATIC", "-730.2", "0.40317", 9),
            _hold("kBONK", "66150", "0.020114", 5),
            collateral="2917.365082",
        )
    )


def _tiny_and_huge() -> tuple[Situation, ...]:
    holdings = (
        replace(_hold("BTC", "0.00000001", "61234.100000000001", 20), mark=Decimal("77012.300000000003")),
        _hold("kPEPE", "-123456789.123456789", "0.010142987654", 6),
        replace(_hold("kSHIB", "9007199254740993", "0.000000012347", 4), mark=Decimal("0.000000012351")),
    )
    account = _one(*holdings, collateral="123456789.123456789")
    huge = replace(_BID, id=9223372036854775807, size=Decimal("0.00000003"))
    return _steps(replace(account, orders=(huge,)))


def _unified() -> tuple[Situation, ...]:
    coins = (_usdc("7412.250364", "420.018500"), *(coin for coin in _COINS if coin is not _USDC))
    return _steps(Account(collateral=ZERO, spot=coins, mode=Mode.UNIFIED))


def _portfolio_margin() -> tuple[Situation, ...]:
    spot = (_COINS[0], _usdc("5120.640098", "1893.200417"))
    account = _one(_BTC_LONG, _ETH_SHORT, _SOL_LONG, collateral="1650.338172", spot=spot)
    return _steps(replace(account, mode=Mode.PORTFOLIO_MARGIN))


def _isolated() -> tuple[Situation, ...]:
    alone = replace(_SOL_LONG, leverage=6, allocated=Decimal("2250.615000"))
    other = replace(_PEPE_SHORT, leverage=4, allocated=Decimal("2312.480200"))
    return _steps(_one(alone, _BTC_LONG, other))


def _negative_pnl() -> tuple[Situation, ...]:
    return _steps(
        _one(
            _hold("BTC", "0.40210", "84215", 25),
            _hold("ETH", "-6.1850", "2102.35", 9),
            collateral="5210.438877",
        )
    )


_Moments = Callable[[], tuple[Situation, ...]]


def _everywhere(venue: str) -> dict[str, _Moments]:
    """The scenarios that every venue has."""
    return {
        "flat": _flat,
        "zero_balance": partial(_zero_balance, venue),
        "long_and_short": _long_and_short,
        "hundred_positions": _hundred_positions,
        "open_then_closed": partial(_open_then_closed, venue),
        "flipped": _flipped,
        "many_assets": _many_assets,
        "zero_rows": partial(_zero_rows, venue),
        "unconfigured_markets": _unconfigured_markets,
        "tiny_and_huge": _tiny_and_huge,
        "negative_pnl": _negative_pnl,
        "errors": _long_and_short,
    }


_BY_VENUE: dict[str, dict[str, _Moments]] = {
    "extended": {
        **_everywhere("extended"),
        "closed_row": _closed_row,
        "zero_balance_404": partial(_zero_balance, "extended"),
        "zero_balance_404_envelope": partial(_zero_balance, "extended"),
    },
    "lighter": {**_everywhere("lighter"), "sub_accounts": _sub_accounts, "isolated": _isolated},
    "hyperliquid": {
        **_everywhere("hyperliquid"),
        "isolated": _isolated,
        "unified": _unified,
        "portfolio_margin": _portfolio_margin,
    },
}

SCENARIOS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {venue: tuple(named) for venue, named in _BY_VENUE.items()}
)
"""Venue -> names of its scenarios."""


def situations(venue: str, scenario: str) -> tuple[Situation, ...]:
    """The moments of a scenario, the first one first; `KeyError` when the venue has no such scenario."""
    return _BY_VENUE[venue][scenario]()
