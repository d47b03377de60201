"""How the values at one place differ: null, type, unit, scale, enumeration, format, range and precision."""

import re
from collections.abc import Iterator

from harness.drift.difference import Difference
from harness.drift.figures import beyond, far, figures, number, shift
from harness.drift.lexemes import Kind
from harness.drift.shape import Trait, type_of
from harness.drift.spot import Spot

__all__ = ["of_values"]

_DIGITS = 2
"""Digits after the point, beyond the most that were seen, that are still the same where their number varies."""
_NUMERIC = frozenset({Kind.TEXT_INTEGER, Kind.TEXT_DECIMAL, Kind.TEXT_EXPONENT})
_EXPONENTS = frozenset({Kind.EXPONENT, Kind.TEXT_EXPONENT})
_CONTAINERS = frozenset({Kind.NULL, Kind.OBJECT, Kind.ARRAY, Kind.BOOLEAN})
_WORD = re.compile(r'"[A-Za-z][A-Za-z_]*"')
_REPEATED = 20
_FEW = 12


def of_values(spot: Spot) -> Iterator[Difference]:
    """Every difference of the values themselves. What has another type or unit is not compared any further."""
    was, now = spot.was, spot.now
    if not was.types or not (now.types or now.kinds):
        return  # a document that says nothing allows everything
    yield from _of_types(spot)
    if _other_types(was, now):
        return
    if was.units and now.units and not now.units <= was.units:
        yield spot.told("DRIFT-unit", was="/".join(sorted(was.units)), now="/".join(sorted(now.units)))
        return
    if (power := shift(was, now)) is not None:
        yield spot.told("DRIFT-scale", now=f"{spot.told('DRIFT-scale').after}, a factor of 1e{power}")
        return
    yield from _of_enumerations(spot)
    if not spot.before.claim:
        yield from _unlike_evidence(spot)
    elif spot.after.claim:
        if now.patterns and was.patterns and set(now.patterns) - set(was.patterns):
            yield spot.told("DRIFT-format", was=" or ".join(was.patterns), now=" or ".join(now.patterns))
    else:
        yield from _unlike_claim(spot)


def _other_types(was: Trait, now: Trait) -> set[str]:
    """Types that were not there, null and the step from integer to number aside."""
    new = set(now.types - was.types - {"null"})
    if "number" in was.types:
        new -= {"integer"}
    if "integer" in was.types and new == {"number"}:
        return set()
    return new if was.types != {"null"} else set()


def _of_types(spot: Spot) -> Iterator[Difference]:
    was, now = spot.was, spot.now
    if "null" in now.types - was.types:
        yield spot.told("DRIFT-nullable", Kind.NULL)
    if new := _other_types(was, now):
        yield spot.told("DRIFT-retyped", *(kind for kind in now.kinds if type_of(kind) in new))
    elif "number" in now.types - was.types and "integer" in was.types:
        yield spot.told("DRIFT-fraction", Kind.FRACTION, Kind.EXPONENT)
    fewer = was.types - now.types - ({"integer"} if "number" in now.types else set())
    if spot.claims and fewer and not new:
        yield spot.told("DRIFT-narrower")


def _of_enumerations(spot: Spot) -> Iterator[Difference]:
    was, now = spot.was, spot.now
    if was.open or not (spot.before.claim or was.enumerated or _is_enumeration(was)):
        return
    words = was.values - {"true", "false", "null"}
    if spot.claims:
        if now.open:
            yield spot.told("DRIFT-enum", was=_listed(was.values), now="any value")
        elif gone := was.values - now.values:
            yield spot.told("DRIFT-enum-fewer", was=_listed(gone), now=_listed(now.values))
    new = (now.values if spot.after.claim else now.texts()) - was.values - {"true", "false", "null", "{…}"}
    if words and new and (spot.after.claim or now.kinds.keys() - _CONTAINERS):
        is_code = spot.before.name.endswith("/error") and spot.source.rpartition("/")[2] == "code"
        rule = "DRIFT-error-code" if is_code else "DRIFT-enum"
        yield spot.told(rule, was=_listed(was.values), now=_listed(frozenset(new)))


def _is_enumeration(trait: Trait) -> bool:
    """Whether evidence alone looks like one: few words, again and again."""
    return (
        0 < len(trait.values) <= _FEW
        and trait.count >= _REPEATED * len(trait.values)
        and all(map(_WORD.fullmatch, trait.values - {"null"}))
    )


def _listed(values: frozenset[str]) -> str:
    shown = sorted(values)
    return ", ".join(shown[:8]) + (", …" if len(shown) > 8 else "")


def _unlike_claim(spot: Spot) -> Iterator[Difference]:
    """What a document forbids: formats and bounds."""
    was, now = spot.was, spot.now
    allowed = " or ".join(was.patterns)
    wrong = sorted(
        text
        for text in now.texts()
        if was.patterns and text.startswith('"') and text not in was.values and "…" not in text
        if not was.fits(text)
    )
    if wrong:
        yield spot.told(_broken(wrong), was=allowed, now=wrong[0])
    elif was.patterns and _EXPONENTS & now.kinds.keys() and not was.fits('"1e-7"'):
        yield spot.told("DRIFT-exponent", *_EXPONENTS)
    if was.open and (bound := beyond(was, now)) is not None:
        yield spot.told("DRIFT-range", was=bound[0], now=bound[1])


def _broken(wrong: list[str]) -> str:
    """The rule that texts break: of numbers it is only how they are written."""
    if any(number(text) is None for text in wrong):
        return "DRIFT-format"
    return "DRIFT-exponent" if any("e" in text.lower() for text in wrong) else "DRIFT-range"


def _unlike_evidence(spot: Spot) -> Iterator[Difference]:
    """What was never seen: forms, signs, magnitudes, digits."""
    was, now = spot.was, spot.now
    old, new = set(was.kinds), set(now.kinds)
    if new & _EXPONENTS and not old & _EXPONENTS:
        yield spot.told("DRIFT-exponent", *(new & _EXPONENTS))
    strings = {kind for kind in old if type_of(kind) == "string"} - {Kind.TEXT_EMPTY}
    odd = {kind for kind in new - old if type_of(kind) == "string"} - _NUMERIC
    if odd and strings and (strings <= _NUMERIC or Kind.TEXT not in strings):
        yield spot.told("DRIFT-format", *odd)
    olds, news = figures(was), figures(now)
    if (told := far(olds, news)) is not None:
        yield spot.told("DRIFT-range", was=told[0], now=told[1])
    if olds.scale is not None and news.scale is not None and not new & _EXPONENTS - old:
        padded = bool(_NUMERIC & old)  # numbers that are no texts go without zeros at their end
        fixed, most = padded and olds.scale[0] == olds.scale[1], olds.scale[1]
        if news.scale[1] > most + (0 if fixed else _DIGITS):
            yield spot.told("DRIFT-precision", was=_digits(olds.scale), now=_digits(news.scale))


def _digits(scale: tuple[int, int]) -> str:
    return f"{scale[0]} digits" if scale[0] == scale[1] else f"{scale[0]} to {scale[1]} digits"
