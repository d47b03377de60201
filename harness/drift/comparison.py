"""Compares two shapes of one topic: every difference by rule and path, before anybody asks whom it hurts."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from harness.drift.difference import Difference
from harness.drift.lexemes import Kind, mantissa
from harness.drift.moves import moves
from harness.drift.shape import ITEM, Shape, Trait, type_of

__all__ = ["compare"]

_MARGIN = 3
"""Powers of ten beyond what was seen that are still other values of the same kind."""
_DIGITS = 2
"""Digits after the point, beyond the most that were seen, that are still the same where their number varies."""
_TELLING = 3
"""Significant digits of a number that is hardly met by chance."""
_NUMERIC = frozenset({Kind.TEXT_INTEGER, Kind.TEXT_DECIMAL, Kind.TEXT_EXPONENT})
_EXPONENTS = frozenset({Kind.EXPONENT, Kind.TEXT_EXPONENT})
_WORD = re.compile(r'"[A-Za-z][A-Za-z_]*"')
_REPEATED = 20
_FEW = 12


def compare(before: Shape, after: Shape) -> tuple[Difference, ...]:
    """Everything in which `after` differs from `before`, in the order of paths."""
    found: list[Difference] = []
    taken: set[str] = set()
    for move in moves(before, after):
        taken |= {move.source, move.target, *move.also}
        there = after.traits[move.target]
        found.append(_told(move.rule, before, after, move.source, move.source, move.target, there, to=move.target))
        for path in _under(before, move.source):
            target = move.target + path[len(move.source) :]
            if path != move.source and target in after.traits and not _is_below(target, move.source):
                found += _values(before, after, path, target)
        if not _is_below(move.target, move.source) and before.traits[move.source].types == there.types:
            found += _values(before, after, move.source, move.target)
    for path, trait in before.traits.items():
        if not any(path == other or _is_below(path, other) for other in taken):
            found += _presence(before, after, path, trait)
    for path, trait in after.traits.items():
        if path not in before.traits and not any(path == other or _is_below(path, other) for other in taken):
            found += _added(before, after, path, trait)
    return tuple(sorted(found, key=lambda one: (one.path, one.rule)))


def _under(shape: Shape, path: str) -> list[str]:
    return [at for at in shape.traits if at == path or _is_below(at, path)]


def _is_below(path: str, other: str) -> bool:
    return path.startswith(f"{other}/")


def _presence(before: Shape, after: Shape, path: str, was: Trait) -> Iterator[Difference]:
    parent, _, name = path.rpartition("/")
    now = after.traits.get(path)
    if now is None:
        if was.required and name != ITEM and path and _can_be_missed(after, parent):
            yield _told("DRIFT-removed", before, after, path, path, parent, after.traits[parent], now="nothing")
        return
    if name != ITEM and path and was.required and not now.required:
        told = "can be missing" if after.claim else f"missing in {now.parents - now.count} of {now.parents}"
        yield _told("DRIFT-optional", before, after, path, path, path, now, now=told)
    elif before.claim and after.claim and now.required and not was.required and name != ITEM:
        yield _told("DRIFT-required", before, after, path, path, path, now)
    yield from _values(before, after, path, path)


def _can_be_missed(after: Shape, parent: str) -> bool:
    """Whether the parent is there, as an object of its own fields."""
    trait = after.traits.get(parent)
    if trait is None or parent in after.maps:
        return False
    return "object" in trait.types or (after.claim and bool(after.children(parent)))


def _added(before: Shape, after: Shape, path: str, trait: Trait) -> Iterator[Difference]:
    parent, _, name = path.rpartition("/")
    known = before.traits.get(parent)
    if known is None or name == ITEM or parent in before.maps or (before.claim and not before.children(parent)):
        return  # reported with its parent, or nothing was said of what is in there
    yield _told("DRIFT-added", before, after, path, parent, path, trait, was="nothing")


def _values(before: Shape, after: Shape, source: str, target: str) -> Iterator[Difference]:
    was, now = before.traits[source], after.traits[target]

    def told(rule: str, *kinds: str, was_: str = "", now_: str = "") -> Difference:
        return _told(rule, before, after, source, source, target, now, kinds=kinds, was=was_, now=now_)

    if not was.types or not (now.types or now.kinds):
        return
    new = now.types - was.types
    if "number" in was.types:
        new -= {"integer"}
    if "null" in new and was.types:
        yield told("DRIFT-nullable", Kind.NULL)
    new -= {"null"}
    if new == {"number"} and "integer" in was.types:
        yield told("DRIFT-fraction", Kind.FRACTION, Kind.EXPONENT)
    elif new and was.types != {"null"}:
        kinds = [kind for kind in now.kinds if type_of(kind) in new]
        yield told("DRIFT-retyped", *kinds)
        return
    if before.claim and after.claim and was.types - now.types - ({"integer"} if "number" in now.types else set()):
        yield told("DRIFT-narrower")
    unit = _unit(was, now)
    if unit:
        yield told("DRIFT-unit", was_="/".join(sorted(was.units)), now_="/".join(sorted(now.units)))
        return
    if (shift := _shift(was, now)) is not None:
        yield told("DRIFT-scale", now_=f"{_shown(after, now)}, a factor of 1e{shift}")
        return
    yield from _enums(before, after, source, target, told)
    if before.claim:
        yield from _against_claim(was, now, told)
    elif not after.claim:
        yield from _against_evidence(was, now, told)


def _unit(was: Trait, now: Trait) -> bool:
    """Whether a time is in a unit that was none of its own; zero and small numbers are no times."""
    return bool(was.units and now.units and not now.units <= was.units)


def _shift(was: Trait, now: Trait) -> int | None:
    """The power of ten by which every number is shifted; `None` unless it is one and the same for all that are known.

    Without any number in common, a share of a hundred that is above it has another scale as well.
    """
    if was.percent and now.kinds and (high := _highest(now)) is not None and high > 100:
        return len(str(int(high))) - 2
    old, new = _by_mantissa(was), _by_mantissa(now)
    shared = [digits for digits in old.keys() & new.keys() if len(digits.lstrip("-")) >= _TELLING]
    shifts = {power - before for digits in shared for power in new[digits] for before in old[digits]}
    if len(shifts) != 1 or (was.values and not was.open and not was.kinds) or len(shared) < len(new):
        return None
    (shift,) = shifts
    return shift if abs(shift) >= 2 else None


def _by_mantissa(trait: Trait) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for text in trait.texts():
        bare = text.strip('"')
        if digits := mantissa(bare):
            found.setdefault(digits, set()).add(Decimal(bare).adjusted())
    return found


def _highest(trait: Trait) -> Decimal | None:
    numbers = [number for text in trait.texts() if (number := _number(text)) is not None]
    magnitudes = [seen.magnitude[1] for seen in trait.kinds.values() if seen.magnitude is not None]
    if magnitudes and (not numbers or Decimal(1).scaleb(max(magnitudes)) > max(numbers)):
        numbers.append(Decimal(1).scaleb(max(magnitudes)))
    return max(numbers, default=None)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip('"'))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _enums(
    before: Shape, after: Shape, source: str, target: str, told: Callable[..., Difference]
) -> Iterator[Difference]:
    was, now = before.traits[source], after.traits[target]
    if not was.open and (before.claim or was.enumerated or _is_enum(was)):
        known = was.values | {"null"}
        scalars = {kind for kind in now.kinds if kind not in {Kind.NULL, Kind.OBJECT, Kind.ARRAY, Kind.BOOLEAN}}
        new = now.values - known if after.claim else {text for text in now.texts() if text not in known}
        new -= {"true", "false", "{…}"}
        if before.claim and after.claim and now.open:
            yield told("DRIFT-enum", now_="any value")
        elif new and (after.claim or scalars) and was.values - {"true", "false", "null"}:
            rule = "DRIFT-error-code" if _is_error_code(before.name, source) else "DRIFT-enum"
            yield told(rule, was_=_listed(was.values), now_=_listed(frozenset(new)))
    if before.claim and after.claim and not was.open and not now.open and (gone := was.values - now.values):
        yield told("DRIFT-enum-fewer", was_=_listed(gone), now_=_listed(now.values))


def _is_error_code(topic: str, path: str) -> bool:
    return topic.endswith("/error") and path.rpartition("/")[2] == "code"


def _is_enum(trait: Trait) -> bool:
    """Whether evidence alone looks like an enumeration: few words, again and again."""
    return (
        0 < len(trait.values) <= _FEW
        and trait.count >= _REPEATED * len(trait.values)
        and all(map(_WORD.fullmatch, trait.values - {"null"}))
    )


def _listed(values: frozenset[str]) -> str:
    shown = sorted(values)
    return ", ".join(shown[:8]) + (", …" if len(shown) > 8 else "")


def _against_claim(was: Trait, now: Trait, told: Callable[..., Difference]) -> Iterator[Difference]:
    """What a document forbids: formats and bounds."""
    if not now.kinds:
        if now.patterns and was.patterns and set(now.patterns) - set(was.patterns):
            yield told("DRIFT-format", was_=" or ".join(was.patterns), now_=" or ".join(now.patterns))
        return
    strings = [text for text in now.texts() if text.startswith('"') and text not in was.values and "…" not in text]
    wrong = sorted(text for text in strings if was.patterns and not _fits(text, was.patterns))
    if wrong:
        numeric = all(_number(text) is not None for text in wrong)
        yield told(_wrong_format(wrong, numeric), was_=" or ".join(was.patterns), now_=wrong[0])
    elif was.patterns and _EXPONENTS & now.kinds.keys() and not _fits('"1e-7"', was.patterns):
        yield told("DRIFT-exponent", *_EXPONENTS)
    if was.open and (bound := _beyond(was, now)) is not None:
        yield told("DRIFT-range", was_=bound[0], now_=bound[1])


def _wrong_format(wrong: list[str], numeric: bool) -> str:  # noqa: FBT001
    if not numeric:
        return "DRIFT-format"
    return "DRIFT-exponent" if any("e" in text.lower() for text in wrong) else "DRIFT-range"


def _fits(text: str, patterns: tuple[str, ...]) -> bool:
    return any(_compiled(pattern).search(text[1:-1]) for pattern in patterns)


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"(\\.|\[(?:\\.|[^\]\\])*\])|\$", lambda found: found[1] or r"\Z", pattern))


def _beyond(was: Trait, now: Trait) -> tuple[str, str] | None:
    """A bound, and what lies beyond it."""
    numbers = {text: number for text in now.texts() if (number := _number(text)) is not None and text not in was.values}
    if was.minimum is not None:
        low = min(numbers, key=lambda text: numbers[text], default="")
        if low and numbers[low] < was.minimum:
            return f"at least {was.minimum}", low
        if was.minimum >= 0 and any("-" in seen.signs for seen in now.kinds.values()):
            return f"at least {was.minimum}", "negative"
    if was.maximum is not None and (high := _highest(now)) is not None and high > was.maximum:
        return f"at most {was.maximum}", f"{high}"
    return None


def _against_evidence(was: Trait, now: Trait, told: Callable[..., Difference]) -> Iterator[Difference]:
    """What was never seen: forms, signs, magnitudes, digits."""
    old, new = set(was.kinds), set(now.kinds)
    if new & _EXPONENTS and not old & _EXPONENTS:
        yield told("DRIFT-exponent", *(new & _EXPONENTS))
    texts = {kind for kind in new - old if type_of(kind) == "string"}
    if (
        old & _NUMERIC
        and (odd := texts - _NUMERIC)
        and not {kind for kind in old if type_of(kind) == "string"} - _NUMERIC
    ):
        yield told("DRIFT-format", *odd)
    elif (odd := texts - _NUMERIC) and Kind.TEXT not in old and any(type_of(kind) == "string" for kind in old):
        yield told("DRIFT-format", *odd)
    olds, news = _figures(was), _figures(now)
    if not olds.signs or not news.signs:
        return
    if (far := _far(olds, news)) is not None:
        yield told("DRIFT-range", was_=far[0], now_=far[1])
    if olds.scale is not None and news.scale is not None and not new & _EXPONENTS - old:
        fixed, most = olds.scale[0] == olds.scale[1], olds.scale[1]
        if news.scale[1] > most + (0 if fixed else _DIGITS):
            yield told("DRIFT-precision", was_=f"{_span(olds.scale)} digits", now_=f"{_span(news.scale)} digits")


class _Figures:
    def __init__(self, trait: Trait) -> None:
        numeric = [seen for seen in trait.kinds.values() if seen.signs]
        self.signs = frozenset().union(*(seen.signs for seen in numeric)) if numeric else frozenset()
        scales = [seen.scale for seen in numeric if seen.scale is not None]
        self.scale = (min(low for low, _ in scales), max(high for _, high in scales)) if scales else None
        magnitudes = [seen.magnitude for seen in numeric if seen.magnitude is not None]
        self.magnitude = (
            (min(low for low, _ in magnitudes), max(high for _, high in magnitudes)) if magnitudes else None
        )


def _figures(trait: Trait) -> _Figures:
    return _Figures(trait)


def _far(olds: _Figures, news: _Figures) -> tuple[str, str] | None:
    """A sign or magnitude far from all that were seen."""
    if "-" in news.signs and "-" not in olds.signs:
        return "never negative", "negative"
    if olds.magnitude is None or news.magnitude is None:
        return None
    if news.magnitude[1] > olds.magnitude[1] + _MARGIN or news.magnitude[0] < olds.magnitude[0] - _MARGIN:
        return f"1e{_span(olds.magnitude, ' to 1e')}", f"1e{_span(news.magnitude, ' to 1e')}"
    return None


def _span(span: tuple[int, int], between: str = " to ") -> str:
    return str(span[0]) if span[0] == span[1] else f"{span[0]}{between}{span[1]}"


def _told(  # noqa: PLR0913 - two shapes, three places
    rule: str,
    before: Shape,
    after: Shape,
    path: str,
    source: str,
    target: str,
    trait: Trait,
    *,
    kinds: tuple[str, ...] = (),
    was: str = "",
    now: str = "",
    to: str = "",
) -> Difference:
    parent, _, name = path.rpartition("/")
    if rule in {"DRIFT-removed", "DRIFT-optional"}:
        mark = after.traits[parent].without(name)
    else:
        marks = [seen.first for kind, seen in trait.kinds.items() if not kinds or kind in kinds]
        mark = min(marks, default=("", 0, ""))
    return Difference(
        rule=rule,
        topic=after.name,
        path=path if source == path or rule != "DRIFT-added" else target,
        before=was or _shown(before, before.traits[source]),
        after=now or _shown(after, trait, kinds),
        to=to,
        origin=mark[0],
        place=mark[1],
        against=before.name if before.claim else "recordings",
    )


def _shown(shape: Shape, trait: Trait, kinds: tuple[str, ...] = ()) -> str:
    """The types of a trait and, of evidence, an example."""
    types = "/".join(sorted({type_of(kind) for kind in kinds} or trait.types)) or "anything"
    example = trait.example(*kinds)
    if example and example not in {"{…}", "null"} and not shape.claim:
        return f"{types} {example}"
    if shape.claim and trait.patterns:
        return f"{types} {trait.patterns[0]}"
    return types
