"""What is known of each path of an answer: allowed by a document (a claim), or seen in payloads (evidence).

Both take the same form, so that schemas, OpenAPI documents, an SDK's models and recordings can be compared.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from harness.drift.lexemes import Kind
from harness.drift.summary import Mark, Seen, Slot, Topic

__all__ = ["ITEM", "Node", "Shape", "Trait", "below", "evidence", "flattened", "type_of"]

ITEM = "*"
"""Any item of a list, or any entry of a map."""

_UNITS = {9: "s", 12: "ms", 15: "µs", 18: "ns"}  # power of ten of a moment between 2001 and 2286
_SCALARS = {Kind.INTEGER: "integer", Kind.FRACTION: "number", Kind.EXPONENT: "number"}


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of ECMA 262, in which `$` is the very end."""
    return re.compile(re.sub(r"(\\.|\[(?:\\.|[^\]\\])*\])|\$", lambda found: found[1] or r"\Z", pattern))


def below(path: str, name: str) -> str:
    """The JSON pointer of a member."""
    return f"{path}/{name.replace('~', '~0').replace('/', '~1')}" if "~" in name or "/" in name else f"{path}/{name}"


def type_of(kind: str) -> str:
    """The JSON type of a kind."""
    return _SCALARS.get(kind) or kind.partition(":")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """One path. No `types` means any.

    `values` are JSON texts: of a claim those that it lists, and the only ones unless it is `open`; of evidence all that
    were seen, unless it is `open` because they were too many.
    """

    types: frozenset[str] = frozenset()
    required: bool = False  # always there, where its parent is
    values: frozenset[str] = frozenset()
    open: bool = True
    units: frozenset[str] = frozenset()  # of a time: s, ms, µs, ns
    patterns: tuple[str, ...] = ()  # of strings; any of them
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    percent: bool = False  # a share of a hundred: more has another scale
    enumerated: bool = False  # the contract tells the values apart
    kinds: Mapping[str, Seen] = field(default_factory=dict)  # of evidence
    count: int = 0
    parents: int = 0
    shapes: Mapping[tuple[str, ...], Mark] = field(default_factory=dict)  # of evidence: the members that objects had
    title: str = ""

    def without(self, name: str) -> Mark:
        """Where an object that lacks a member was first seen, if that is known."""
        return min((mark for names, mark in self.shapes.items() if name not in names), default=("", 0, ""))

    def example(self, *kinds: str) -> str:
        """A value that was seen, of these kinds if any is named."""
        found = [seen.first for kind, seen in self.kinds.items() if not kinds or kind in kinds]
        return min(found)[2] if found else ""

    def fits(self, text: str) -> bool:
        """Whether a claim's patterns allow a JSON string."""
        return not self.patterns or any(_compiled(pattern).search(text[1:-1]) for pattern in self.patterns)

    def may_be_negative(self) -> bool:
        """Whether a claim says that a number may be: by its pattern, or among its values."""
        is_signed = bool(self.patterns) and self.fits('"-1"')
        return is_signed or any(text.strip('"').startswith("-") for text in self.values)

    def takes(self, other: "Trait") -> bool:
        """Whether a claim allows some of what was seen, by its values and patterns."""
        texts = [text for text in other.texts() if text != "null"]
        return not texts or any(
            text in self.values or (self.open and (not text.startswith('"') or self.fits(text))) for text in texts
        )

    def texts(self) -> frozenset[str]:
        """The JSON texts that are known to have occurred."""
        marks = {mark[2] for seen in self.kinds.values() for mark in (seen.first, seen.last)}
        return self.values | marks if self.kinds else self.values


@dataclass(frozen=True, slots=True)
class Shape:
    """Traits by path, `*` for any item or entry. `claim` tells a document from evidence."""

    name: str
    claim: bool
    traits: Mapping[str, Trait]
    maps: frozenset[str] = frozenset()  # paths of objects whose keys are data

    def children(self, path: str) -> tuple[str, ...]:
        """The paths right below one."""
        start = f"{path}/"
        return tuple(at for at in self.traits if at.startswith(start) and "/" not in at[len(start) :])


@dataclass(slots=True)
class Node:
    """A trait with what lies below it."""

    trait: Trait
    fields: dict[str, "Node"] = field(default_factory=dict)
    items: "Node | None" = None  # of a list
    entries: "Node | None" = None  # of a map


def flattened(name: str, root: Node, *, claim: bool) -> Shape:
    """The shape of a tree."""
    traits: dict[str, Trait] = {}
    maps: set[str] = set()
    for path, node in _walk(root, ""):
        known = traits.get(path)
        traits[path] = node.trait if known is None else _both(known, node.trait)
        if node.entries is not None and not node.fields:
            maps.add(path)
    return Shape(name, claim, traits, frozenset(maps))


def _walk(node: Node, path: str) -> Iterator[tuple[str, Node]]:
    yield path, node
    for name, child in node.fields.items():
        yield from _walk(child, below(path, name))
    for inner in (node.items, node.entries):
        if inner is not None:
            yield from _walk(inner, f"{path}/{ITEM}")


def _both(one: Trait, other: Trait) -> Trait:
    """Items of a list and entries of a map at one path: rare enough to keep what they have in common."""
    kinds = dict(one.kinds)
    for kind, seen in other.kinds.items():
        kinds[kind] = kinds[kind].merged(seen) if kind in kinds else seen
    return replace(
        one,
        types=one.types | other.types if one.types and other.types else frozenset(),
        values=one.values | other.values,
        open=one.open or other.open,
        kinds=kinds,
        count=one.count + other.count,
        parents=one.parents + other.parents,
    )


def evidence(name: str, topic: Topic) -> Shape:
    """What was seen of a topic."""
    return flattened(name, _seen(topic.root, topic.documents), claim=False)


def _seen(slot: Slot, parents: int) -> Node:
    count = slot.count
    trait = Trait(
        types=frozenset(map(type_of, slot.kinds)),
        required=count >= parents,
        values=frozenset(slot.values or ()),
        open=slot.values is None,
        units=_units(slot.kinds),
        kinds=slot.kinds,
        count=count,
        parents=parents,
        shapes=slot.shapes or {},
    )
    objects = slot.kinds[Kind.OBJECT].times if Kind.OBJECT in slot.kinds else 0
    return Node(
        trait,
        {name: _seen(child, objects) for name, child in slot.fields.items()},
        None if slot.items is None else _seen(slot.items, slot.items.count),
        None if slot.entries is None else _seen(slot.entries, slot.entries.count),
    )


def _units(kinds: Mapping[str, Seen]) -> frozenset[str]:
    """The units of what looks like a time wherever it was seen, zero and null left aside."""
    found = set()
    for kind, seen in kinds.items():
        if kind in {Kind.INTEGER, Kind.TEXT_INTEGER}:
            if seen.magnitude is None:
                continue
            low, high = seen.magnitude
            if low != high or low not in _UNITS or "-" in seen.signs or not _is_moment(seen, low):
                return frozenset()
            found.add(_UNITS[low])
        elif kind not in {Kind.NULL, Kind.TEXT_EMPTY}:
            return frozenset()
    return frozenset(found)


def _is_moment(seen: Seen, magnitude: int) -> bool:
    """Whether both examples lie between 2010 and 2100."""
    for _, _, text in (seen.first, seen.last):
        try:
            number = Decimal(text.strip('"')).scaleb(9 - magnitude)
        except InvalidOperation:
            return False
        if number and not 1_262_304_000 <= number <= 4_102_444_800:
            return False
    return True
