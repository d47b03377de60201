"""The perpetual markets that the situations trade in, with the scales that their sizes and prices are written at."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Final

__all__ = ["ACTIVE", "CONFIGURED", "MARKETS", "Market", "trading_pairs"]

_PRICE_AND_SIZE_DECIMALS = 6  # Hyperliquid's rule for perpetuals, and a fair one for the others

# symbol, mark price in USD, decimals of the size, highest leverage; the row is the market's id at Lighter
_TABLE = """
ETH 2318.4 4 50      BTC 77012 5 50       SOL 148.27 2 40      DOGE 0.18327 0 20    kPEPE 0.010143 0 20
WIF 0.8431 1 10      WLD 1.0924 1 10      XRP 2.2183 0 40      LINK 14.906 1 20     AVAX 21.348 2 20
NEAR 2.4717 1 20     DOT 4.0329 1 20      TON 3.1182 1 10      TAO 362.51 3 10      POL 0.22914 0 10
TRUMP 9.1736 1 10    SUI 3.2874 1 20      kSHIB 0.013207 0 10  kBONK 0.019836 0 10  kFLOKI 0.091452 0 10
BERA 2.0815 1 10     FARTCOIN 1.1293 1 10 AI16Z 0.17862 1 5    HYPE 34.518 2 20     BNB 671.34 3 20
JUP 0.48126 0 10     AAVE 248.73 2 20     MKR 1746.2 4 10      ENA 0.34571 0 10     UNI 6.7218 1 20
APT 5.0634 2 10      SEI 0.20417 0 10     KAITO 1.4382 1 5     IP 4.2906 1 5        LTC 92.148 2 20
CRV 0.68132 1 10     PENDLE 4.1027 1 5    ONDO 0.87419 0 10    ADA 0.71836 0 20     S 0.39284 0 10
VIRTUAL 1.8273 1 5   SPX 0.94182 1 5      TRX 0.27341 0 20     SYRUP 0.36174 0 5    PUMP 0.004817 0 10
LDO 0.86137 1 10     PENGU 0.012948 0 5   PAXG 3318.7 3 10     EIGEN 1.2746 2 5     ARB 0.35928 1 20
RESOLV 0.19473 0 5   GRASS 1.6738 1 5     ZORA 0.013579 0 5    OP 0.67184 1 20      ZK 0.057193 0 5
PROVE 0.91846 1 5    BCH 402.86 3 10      HBAR 0.16927 0 10    ZRO 2.1394 1 5       GMX 15.284 2 5
DYDX 0.54917 1 5     MNT 0.68427 1 5      ETC 17.836 2 10      AERO 0.52836 1 5     USELESS 0.17392 0 5
TIA 2.3185 1 10      MORPHO 1.4927 1 5    VVV 3.5871 2 5       YZY 0.48135 1 3      XPL 0.81374 0 5
WLFI 0.23184 0 5     CRO 0.094817 0 5     NMR 13.927 2 3       DOLO 0.24738 0 3     LINEA 0.019284 0 5
XMR 331.74 3 5       PYTH 0.12483 0 5     SKY 0.078431 0 3     MYX 1.2058 1 3       ASTER 1.7349 0 5
AVNT 0.81736 1 5     FF 0.19483 0 5       0G 4.7182 1 3        STBL 0.28371 0 3     APEX 1.3827 1 3
ZEC 58.241 2 5       FIL 2.4863 1 10      INJ 12.537 1 10      STX 0.68249 1 10     ATOM 4.3917 2 10
SNX 0.73281 1 5      APE 0.61847 1 5      CFX 0.084713 0 5     GALA 0.016924 0 5    RUNE 1.5382 1 5
IMX 0.53174 1 5      BLUR 0.097314 0 5    JTO 1.9274 1 5       STRK 0.13728 1 5     ALGO 0.19836 0 5
kLUNC 0.063184 0 5   MATIC 0.38146 1 20
"""
_INACTIVE = frozenset({"MATIC"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """A perpetual market. `symbol` is written as Hyperliquid does, with `k` for a thousand."""

    id: int
    symbol: str
    mark: Decimal
    size_decimals: int
    max_leverage: int
    active: bool = True

    @property
    def price_decimals(self) -> int:
        """The decimals of an order's price."""
        return _PRICE_AND_SIZE_DECIMALS - self.size_decimals

    @property
    def thousands_symbol(self) -> str:
        """The symbol as Extended and Lighter write it, with `1000` for a thousand."""
        return f"1000{self.symbol[1:]}" if self.symbol.startswith("k") else self.symbol

    def symbol_at(self, venue: str) -> str:
        """The symbol as a venue writes it."""
        return self.symbol if venue == "hyperliquid" else self.thousands_symbol


def _read(table: str) -> Mapping[str, Market]:
    words = table.split()
    rows = [words[at : at + 4] for at in range(0, len(words), 4)]
    return MappingProxyType(
        {
            symbol: Market(
                id=number,
                symbol=symbol,
                mark=Decimal(mark),
                size_decimals=int(decimals),
                max_leverage=int(leverage),
                active=symbol not in _INACTIVE,
            )
            for number, (symbol, mark, decimals, leverage) in enumerate(rows)
        }
    )


MARKETS: Final = _read(_TABLE)
"""Symbol as Hyperliquid writes it -> market."""

ACTIVE: Final = tuple(market for market in MARKETS.values() if market.active)

CONFIGURED: Final = ("BTC", "ETH", "SOL")
"""The symbols that a connector under test is configured with; positions may be in any other market, too."""

_QUOTE = {"extended": "USD", "lighter": "USDC", "hyperliquid": "USD"}


def trading_pairs(venue: str) -> tuple[str, ...]:
    """The trading pairs to build a connector with."""
    return tuple(f"{MARKETS[symbol].symbol_at(venue)}-{_QUOTE[venue]}" for symbol in CONFIGURED)
