"""Recognises renames, other cases, wrappings and other nestings, where it seems that one thing is gone and one new."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from harness.drift.figures import number
from harness.drift.shape import ITEM, Shape, Trait
from harness.drift.spot import Spot

__all__ = ["Move", "moves"]

_ALIKE = 0.5
_SURE = 0.6
_TRIVIAL = frozenset({"null", "true", "false", "{…}", '""', "0", "1", '"0"'})
_CONTAINERS = frozenset({"object", "array"})
_ANY = _CONTAINERS | {"boolean", "integer", "number", "string"}


@dataclass(frozen=True, slots=True)
class Move:
    """What was at `source` is now at `target`. `also` are paths that the move explains as well."""

    rule: str
    source: str
    target: str
    also: tuple[str, ...] = ()
    dissolved: bool = False  # the target is what the source was in, and was there before

    @property
    def explained(self) -> tuple[str, ...]:
        """The paths of which, and of what is below them, nothing else is to be said."""
        return (self.source, *self.also) if self.dissolved else (self.source, self.target, *self.also)


def moves(before: Shape, after: Shape, known: Shape | None = None) -> tuple[Move, ...]:
    """The moves that explain what is gone and what is new, the surest first; each path takes part in one.

    What `known` has always allowed where it is now is not new.
    """
    found = [
        move
        for move in (*_wraps(before, after), *_dissolved(before, after))
        if not all(_is_allowed(known, after, path) for path in (move.also if move.dissolved else (move.target,)))
    ]
    gone = [path for path in _gone(before, after) if not any(_touches(path, move) for move in found)]
    new = [
        path
        for path in _new(before, after)
        if not _is_allowed(known, after, path) and not any(_touches(path, move) for move in found)
    ]
    for score, rule, source, target in sorted(
        _candidates(before, after, gone, new), key=lambda one: (-one[0], *one[1:])
    ):
        taken = {path for move in found for path in move.explained}
        if score and not any(_same_branch(source, path) or _same_branch(target, path) for path in taken):
            found.append(Move(rule, source, target))
    return tuple(found)


def _is_allowed(known: Shape | None, after: Shape, path: str) -> bool:
    trait = None if known is None else known.traits.get(path)
    if trait is None:
        return False
    return not trait.types or after.traits[path].types <= trait.types | {"integer"}


def _touches(path: str, move: Move) -> bool:
    return any(path == other or path.startswith(f"{other}/") for other in move.explained)


def _same_branch(path: str, other: str) -> bool:
    return path == other or path.startswith(f"{other}/")


def _gone(before: Shape, after: Shape) -> list[str]:
    """The topmost paths that are no more, though what they were in is still an object."""
    return [
        path
        for path in before.traits
        if path not in after.traits
        and path.rpartition("/")[2] != ITEM
        and (parent := after.traits.get(path.rpartition("/")[0])) is not None
        and ("object" in parent.types or "array" in parent.types or after.claim)
    ]


def _new(before: Shape, after: Shape) -> list[str]:
    """Every path that is new, also below one that is."""
    return [path for path in after.traits if path and path not in before.traits and path.rpartition("/")[2] != ITEM]


def _wraps(before: Shape, after: Shape) -> Iterator[Move]:
    """A value that became an object, or a list, with the value in it; and the reverse."""
    for path, was in before.traits.items():
        now = after.traits.get(path)
        if now is None or not was.types or was.types & now.types - {"null"}:
            continue
        if now.types & _CONTAINERS:
            inner = [child for child in after.traits if child.startswith(f"{path}/") and child not in before.traits]
            held = [child for child in inner if _is_alike(Spot(before, after, path, child))]
            if held:
                yield Move("DRIFT-moved", path, min(held, key=_depth), (path,))
                continue
        if was.types & _CONTAINERS and now.types & _ANY:
            held = [child for child in _unwrapped(before, after, path) if _is_alike(Spot(before, after, child, path))]
            if held:
                yield Move("DRIFT-moved", min(held, key=_depth), path, (path,))


def _unwrapped(before: Shape, after: Shape, path: str) -> Sequence[str]:
    """What can be left of an object or a list: any part of it but an empty one, and of scalars its own members only."""
    if after.traits[path].types & _CONTAINERS:
        return [child for child in before.traits if child.startswith(f"{path}/")] if _relative(after, path) else ()
    return before.children(path) if path else ()


def _dissolved(before: Shape, after: Shape) -> Iterator[Move]:
    """An object that is gone, with most of its members where it was itself."""
    for path in _gone(before, after):
        parent = path.rpartition("/")[0]
        members = before.children(path)
        raised = [
            target
            for member in members
            if (target := parent + member[len(path) :]) in after.traits
            and target not in before.traits
            and _is_alike(Spot(before, after, member, target))
        ]
        if len(raised) > 1 and len(raised) >= _ALIKE * len(members):
            yield Move("DRIFT-moved", path, parent, tuple(raised), dissolved=True)


def _depth(path: str) -> tuple[int, str]:
    return path.count("/"), path


def _candidates(
    before: Shape, after: Shape, gone: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[float, str, str, str]]:
    """Moves that may be, each with how sure it is."""
    for source in gone:
        parent, _, name = source.rpartition("/")
        beside = [path for path in new if path.rpartition("/")[0] == parent]
        missed = [path for path in gone if path.rpartition("/")[0] == parent and before.traits[path].required]
        is_only = len(beside) == 1 and missed == [source]
        for target in new:
            spot = Spot(before, after, source, target)
            likeness = _likeness(spot)
            score = likeness or _conversion(spot)
            other = target.rpartition("/")[2]
            if not score:
                continue
            if target in beside:
                if _folded(name) == _folded(other):
                    yield 10 + score, "DRIFT-case", source, target
                elif _is_rename(spot, is_only=is_only and likeness > 0):
                    yield score, "DRIFT-renamed", source, target
            elif name == other:
                near = target.startswith(f"{parent}/") or source.startswith(f"{target.rpartition('/')[0]}/")
                if near or not (before.claim or after.claim):
                    yield 5 + score - abs(target.count("/") - source.count("/")) / 10, "DRIFT-moved", source, target


def _is_rename(spot: Spot, *, is_only: bool) -> bool:
    """Whether the values tell, or the names, or there is nothing else that it could be."""
    name, other = spot.source.rpartition("/")[2], spot.target.rpartition("/")[2]
    if _share(spot.was, spot.now) or _words(name) & _words(other) or _resemblance(name, other) >= _SURE:
        return True
    return is_only and not (spot.before.claim and spot.after.claim)


def _likeness(spot: Spot) -> float:
    """How alike two values are, nought when they cannot be the same."""
    if not _is_alike(spot):
        return 0.0
    names = spot.source.rpartition("/")[2], spot.target.rpartition("/")[2]
    return 1 + _resemblance(*names) + 2 * _share(spot.was, spot.now)


def _conversion(spot: Spot) -> float:
    """How sure it is, less than of any likeness, that a number is written as a text now, or the reverse."""
    was, now = spot.was, spot.now
    types = {frozenset(trait.types - {"null"}) & _ANY for trait in (was, now)}
    if not now.kinds or len(types) != 2 or frozenset({"string"}) not in types or not all(map(_is_numeric, (was, now))):
        return 0.0
    names = spot.source.rpartition("/")[2], spot.target.rpartition("/")[2]
    return (1 + _resemblance(*names) + 2 * _share(was, now)) / 5


def _is_numeric(trait: Trait) -> bool:
    """Whether a trait is one of numbers, also where they are written as texts."""
    if trait.types - {"null"} <= {"integer", "number"}:
        return True
    texts = trait.texts() - {"null"}
    if texts:
        return all(number(text) is not None for text in texts)
    return bool(trait.patterns) and trait.fits('"1"') and not trait.fits('"a"')


def _resemblance(one: str, other: str) -> float:
    """How alike two names are, between 0 and 1."""
    return SequenceMatcher(None, _folded(one), _folded(other)).ratio()


def _share(was: Trait, now: Trait) -> float:
    """How many of the new values were there before."""
    old, new = ({text.strip('"') for text in trait.texts() - _TRIVIAL} for trait in (was, now))
    return len(old & new) / len(new) if new else 0.0


def _is_alike(spot: Spot) -> bool:
    """Whether one can have become the other: the same types and, of objects and lists, much the same below."""
    was, now = spot.was, spot.now
    common = was.types & now.types - {"null"}
    if not common and not ("integer" in was.types and "number" in now.types):
        return False
    if common and common <= _CONTAINERS:
        old, new = _relative(spot.before, spot.source), _relative(spot.after, spot.target)
        if not old or not new:
            return old == new and not spot.before.claim
        return len(old & new) >= _ALIKE * min(len(old), len(new))
    if spot.before.claim:
        return was.takes(now)
    return not now.kinds or bool(was.kinds.keys() & now.kinds.keys() - {"null"})


def _relative(shape: Shape, path: str) -> set[str]:
    return {at[len(path) :] for at in shape.traits if at.startswith(f"{path}/")}


def _folded(name: str) -> str:
    return re.sub(r"[^0-9a-z]", "", name.lower())


def _words(name: str) -> set[str]:
    """The words of a name, however they are joined, without the shortest."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+", name) if len(word) > 2}
