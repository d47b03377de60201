"""Recognises a rename, another case, a wrapping or another nesting, where at first sight one thing is gone and another new."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from harness.drift.shape import ITEM, Shape, Trait

__all__ = ["Move", "moves"]

_ALIKE = 0.5
_TRIVIAL = frozenset({"null", "true", "false", "{…}", '""', "0", "1", '"0"'})
_SCALAR = frozenset({"boolean", "integer", "number", "string"})


@dataclass(frozen=True, slots=True)
class Move:
    """What was at `source` is now at `target`. `also` are paths that the move explains as well."""

    rule: str
    source: str
    target: str
    also: tuple[str, ...] = ()


def moves(before: Shape, after: Shape) -> tuple[Move, ...]:
    """The moves that explain what is gone and what is new, the surest first; each path takes part in one."""
    found = list(_wraps(before, after))
    gone = [path for path in _gone(before, after) if not any(_touches(path, move) for move in found)]
    new = [path for path in _new(before, after) if not any(_touches(path, move) for move in found)]
    for score, rule, source, target in sorted(
        _candidates(before, after, gone, new), key=lambda one: (-one[0], *one[1:])
    ):
        known = {path for move in found for path in (move.source, move.target)}
        if score and not any(_same_branch(source, path) or _same_branch(target, path) for path in known):
            found.append(Move(rule, source, target))
    return tuple(found)


def _touches(path: str, move: Move) -> bool:
    return any(path == other or path.startswith(f"{other}/") for other in (move.source, move.target, *move.also))


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
        inner = [child for child in after.traits if child.startswith(f"{path}/") and child not in before.traits]
        if now.types & {"object", "array"}:
            held = [child for child in inner if _is_alike(before, path, after, child)]
            if held:
                yield Move("DRIFT-moved", path, min(held, key=lambda child: (child.count("/"), child)), (path,))
                continue
        if was.types & {"object", "array"}:
            held = [
                child
                for child in before.traits
                if child.startswith(f"{path}/") and _is_alike(before, child, after, path)
            ]
            if held and now.types & (_SCALAR | {"array", "object"}):
                yield Move("DRIFT-moved", min(held, key=lambda child: (child.count("/"), child)), path, (path,))


def _candidates(
    before: Shape, after: Shape, gone: Iterable[str], new: Iterable[str]
) -> Iterator[tuple[float, str, str, str]]:
    gone, new = list(gone), list(new)
    for source in gone:
        parent, _, name = source.rpartition("/")
        beside = [path for path in new if path.rpartition("/")[0] == parent]
        for target in beside:
            score = _likeness(before, source, after, target)
            other = target.rpartition("/")[2]
            if score and _folded(name) == _folded(other):
                yield 10 + score, "DRIFT-case", source, target
            elif score and _is_rename(before, source, after, target, gone, beside):
                yield score, "DRIFT-renamed", source, target
        for target in new:
            if target in beside or target.rpartition("/")[2] != name:
                continue
            score = _likeness(before, source, after, target)
            near = target.startswith(f"{parent}/") or source.startswith(f"{target.rpartition('/')[0]}/")
            if score and (near or not (before.claim or after.claim)):
                yield 5 + score - abs(target.count("/") - source.count("/")) / 10, "DRIFT-moved", source, target


def _is_rename(  # noqa: PLR0913
    before: Shape, source: str, after: Shape, target: str, gone: list[str], beside: list[str]
) -> bool:
    """Whether the values tell, or the names, or there is nothing else that it could be."""
    if _share(before.traits[source], after.traits[target]):
        return True
    names = source.rpartition("/")[2], target.rpartition("/")[2]
    if _words(names[0]) & _words(names[1]) or SequenceMatcher(None, *map(_folded, names)).ratio() >= _ALIKE + 0.1:
        return True
    parent = source.rpartition("/")[0]
    lost = [path for path in gone if path.rpartition("/")[0] == parent]
    return not (before.claim or after.claim) and len(lost) == len(beside) == 1


def _likeness(before: Shape, source: str, after: Shape, target: str) -> float:
    """How alike two values are, nought when they cannot be the same."""
    if not _is_alike(before, source, after, target):
        return 0.0
    names = source.rpartition("/")[2], target.rpartition("/")[2]
    alike = SequenceMatcher(None, *map(_folded, names)).ratio()
    return 1 + alike + 2 * _share(before.traits[source], after.traits[target])


def _share(was: Trait, now: Trait) -> float:
    """How many of the new values were there before."""
    old, new = was.texts() - _TRIVIAL, now.texts() - _TRIVIAL
    return len(old & new) / len(new) if new else 0.0


def _is_alike(before: Shape, source: str, after: Shape, target: str) -> bool:
    """Whether one can have become the other: the same types and, of objects and lists, much the same below."""
    was, now = before.traits[source], after.traits[target]
    if not was.types or not now.types:
        return False
    common = was.types & now.types - {"null"}
    if not common and not ({"integer"} <= was.types and {"number"} <= now.types):
        return False
    if common <= {"object", "array"}:
        old, new = _relative(before, source), _relative(after, target)
        return bool(old) and len(old & new) >= _ALIKE * min(len(old), len(new)) if old or new else not before.claim
    if was.kinds and now.kinds:
        return bool(was.kinds.keys() & now.kinds.keys() - {"null"})
    return True


def _relative(shape: Shape, path: str) -> set[str]:
    return {at[len(path) :] for at in shape.traits if at.startswith(f"{path}/")}


def _folded(name: str) -> str:
    return re.sub(r"[^0-9a-z]", "", name.lower())


def _words(name: str) -> set[str]:
    """The words of a name, however they are joined, without those that say nothing."""
    found = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+", name)
    return {word.lower() for word in found if len(word) > 2}
