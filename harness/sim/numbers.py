"""How the venues write numbers: never with an exponent, padded or trimmed, rounded only where the venue rounds."""

from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal

__all__ = ["fixed", "floored", "rounded", "trimmed"]

_EXACT = Context(prec=60)


def _plain(value: Decimal) -> str:
    return format(value or abs(value), "f")


def fixed(value: Decimal, places: int) -> str:
    """At least `places` decimals; digits that are not zero are never dropped. Extended and Lighter write so."""
    whole, _, fraction = _plain(value).partition(".")
    fraction = fraction.rstrip("0").ljust(places, "0")
    return f"{whole}.{fraction}" if fraction else whole


def trimmed(value: Decimal) -> str:
    """No trailing zeros but one decimal at least: `77012.0`. Hyperliquid writes so."""
    return fixed(value, 1)


def rounded(value: Decimal, places: int = 6) -> Decimal:
    """To the nearest; a tie goes to the even digit."""
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN, _EXACT)


def floored(value: Decimal, places: int = 6) -> Decimal:
    """Towards minus infinity, as Extended's recorded position values and PnL are."""
    return value.quantize(Decimal(1).scaleb(-places), ROUND_FLOOR, _EXACT)
