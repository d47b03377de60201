"""Numbers compared by what is known of them: bounds, signs, powers of ten, and shifts of the point."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from harness.drift.lexemes import mantissa
from harness.drift.shape import Trait

__all__ = ["NEVER_NEGATIVE", "Figures", "beyond", "far", "figures", "number", "shift"]

NEVER_NEGATIVE = "never negative"
"""How a sign is told that was never seen."""
_ABOVE, _BELOW = 3, 5
"""Powers of ten beyond what was seen that are still other values of the same kind: small ones are of other markets."""
_TELLING = 3
"""Significant digits of a number that is hardly met by chance."""
_SHIFT = 2
"""The least power of ten that is a change of unit."""
_HUNDRED = Decimal(100)
_FINEST = -3
"""The power of ten of the smallest share of one that is a share: a thousandth."""

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of a trait, whatever they are written as."""

    signs: frozenset[str]
    scale: Range | None
    magnitude: Range | None


def figures(trait: Trait) -> Figures:
    """What was seen of a trait's numbers."""
    numeric = [seen for seen in trait.kinds.values() if seen.signs]
    return Figures(
        frozenset(sign for seen in numeric for sign in seen.signs),
        _span(seen.scale for seen in numeric),
        _span(seen.magnitude for seen in numeric),
    )


def _span(ranges: Iterable[Range | None]) -> Range | None:
    known = [span for span in ranges if span is not None]
    return (min(low for low, _ in known), max(high for _, high in known)) if known else None


def number(text: str) -> Decimal | None:
    """The number that a JSON text holds, quoted or not; `None` when it is none."""
    try:
        found = Decimal(text.strip('"'))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def far(olds: Figures, news: Figures) -> tuple[str, str] | None:
    """A sign that never was, or a magnitude far from all that were; what was, and what is."""
    if "-" in news.signs and olds.signs and "-" not in olds.signs:
        return NEVER_NEGATIVE, "negative"
    if olds.magnitude is None or news.magnitude is None:
        return None
    if news.magnitude[1] > olds.magnitude[1] + _ABOVE or news.magnitude[0] < olds.magnitude[0] - _BELOW:
        return _powers(olds.magnitude), _powers(news.magnitude)
    return None


def _powers(span: Range) -> str:
    return f"1e{span[0]}" if span[0] == span[1] else f"1e{span[0]} to 1e{span[1]}"


def beyond(was: Trait, now: Trait) -> tuple[str, str] | None:
    """A bound that a document sets, and what lies beyond it."""
    numbers = {text: found for text in now.texts() - was.values if (found := number(text)) is not None}
    if was.minimum is not None:
        low = min(numbers, key=lambda text: numbers[text], default="")
        if low and numbers[low] < was.minimum:
            return f"at least {was.minimum}", low
        if was.minimum >= 0 and "-" in figures(now).signs:
            return f"at least {was.minimum}", "negative"
    if was.maximum is not None and (high := _highest(now)) is not None and high > was.maximum:
        return f"at most {was.maximum}", f"{high}"
    return None


def _highest(trait: Trait) -> Decimal | None:
    """The highest number that is known; of one that was not kept, the least that it can be."""
    known = [found for text in trait.texts() if (found := number(text)) is not None]
    span = figures(trait).magnitude
    if span is not None:
        known.append(Decimal(1).scaleb(span[1]) if not known or max(known).adjusted() < span[1] else max(known))
    return max(known, default=None)


def shift(was: Trait, now: Trait) -> int | None:
    """The power of ten by which every number is shifted; `None` unless it is one and the same for all that are known.

    A share of a hundred that is above it has another scale as well, whatever was known before; so have shares that
    are shares of one.
    """
    if was.percent and now.kinds and (high := _highest(now)) is not None:
        if high > _HUNDRED:
            return high.adjusted() - _HUNDRED.adjusted() + 1
        if _is_of_one(now) and not _is_of_one(was):
            return -_HUNDRED.adjusted()
    old, new = _by_digits(was), _by_digits(now)
    shared = [digits for digits in old.keys() & new.keys() if len(digits.lstrip("-")) >= _TELLING]
    powers = {power - before for digits in shared for power in new[digits] for before in old[digits]}
    if len(powers) != 1 or len(shared) < len(new):
        return None
    (power,) = powers
    return power if abs(power) >= _SHIFT else None


def _is_of_one(trait: Trait) -> bool:
    """Whether nothing that was seen is above one, and something below, though not by far."""
    high, span = _highest(trait) if trait.kinds else None, figures(trait).magnitude
    return high is not None and span is not None and _FINEST <= span[0] < 0 and high <= 1


def _by_digits(trait: Trait) -> dict[str, set[int]]:
    """Powers of ten by significant digits, of the values that were seen."""
    found: dict[str, set[int]] = {}
    for text in trait.texts() if trait.kinds else ():
        bare = text.strip('"')
        if digits := mantissa(bare):
            found.setdefault(digits, set()).add(Decimal(bare).adjusted())
    return found
