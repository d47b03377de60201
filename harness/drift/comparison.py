"""Compares two shapes of one topic: every difference by rule and path, before anybody asks whom it hurts."""

from collections.abc import Iterator

from harness.drift.difference import Difference
from harness.drift.moves import moves
from harness.drift.shape import ITEM, Shape, Trait
from harness.drift.spot import Spot
from harness.drift.values import of_values

__all__ = ["compare"]


def compare(before: Shape, after: Shape, known: Shape | None = None) -> tuple[Difference, ...]:
    """Everything in which `after` differs from `before`, in the order of paths.

    Nothing has moved to where `known`, a document that says what may be there, has always had it.
    """
    found: list[Difference] = []
    taken: set[str] = set()
    for move in moves(before, after, known):
        taken |= set(move.explained)
        spot = Spot(before, after, move.source, move.target)
        found.append(spot.told(move.rule))
        found += _of_moved(spot)
    for path, was in before.traits.items():
        if not _is_within(path, taken):
            found += _of_known(before, after, path, was)
    for path in after.traits:
        if path not in before.traits and not _is_within(path, taken) and _is_news(before, path):
            found.append(Spot(before, after, "", path).added())
    return tuple(sorted(found, key=lambda one: (one.path, one.rule)))


def _is_within(path: str, places: set[str]) -> bool:
    """Whether a path is one of some, or below one."""
    return any(path == place or path.startswith(f"{place}/") for place in places)


def _of_moved(spot: Spot) -> Iterator[Difference]:
    """What else differs in, and below, a value that is elsewhere now."""
    if not _is_within(spot.target, {spot.source}):
        yield from of_values(spot)
    for path in spot.before.traits:
        target = spot.target + path[len(spot.source) :]
        if path != spot.source and _is_within(path, {spot.source}) and target in spot.after.traits:
            yield from of_values(Spot(spot.before, spot.after, path, target))


def _of_known(before: Shape, after: Shape, path: str, was: Trait) -> Iterator[Difference]:
    spot = Spot(before, after, path, path)
    parent, _, name = path.rpartition("/")
    now = after.traits.get(path)
    is_field = bool(path) and name != ITEM
    if now is None:
        if was.required and is_field and _can_lack(after, parent):
            yield spot.told("DRIFT-removed")
        return
    if is_field and was.required and not now.required:
        told = "can be missing" if after.claim else f"missing in {now.parents - now.count} of {now.parents}"
        yield spot.told("DRIFT-optional", now=told)
    elif is_field and spot.claims and now.required and not was.required:
        yield spot.told("DRIFT-required")
    yield from of_values(spot)


def _can_lack(after: Shape, parent: str) -> bool:
    """Whether the parent is there, as an object with fields of its own."""
    trait = after.traits.get(parent)
    if trait is None or parent in after.maps:
        return False
    return "object" in trait.types or (after.claim and bool(after.children(parent)))


def _is_news(before: Shape, path: str) -> bool:
    """Whether a path that was not known lies in an object whose fields were."""
    parent, _, name = path.rpartition("/")
    was = before.traits.get(parent)
    if was is None or name == ITEM or parent in before.maps or (was.types and "object" not in was.types):
        return False
    return not before.claim or bool(before.children(parent))
