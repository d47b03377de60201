"""What is new beside the schema of its topic and beside older recordings of it, judged by who reads it."""

from collections.abc import Iterable, Iterator

from harness.drift.comparison import compare
from harness.drift.consumption import judged, refined
from harness.drift.difference import Difference
from harness.drift.documents import claim_of_topic
from harness.drift.figures import NEVER_NEGATIVE
from harness.drift.rules import Reach, Severity, ranked
from harness.drift.shape import Shape, Trait, evidence
from harness.drift.summary import Summary, Topic

__all__ = ["differences", "drift"]

_MOVED = frozenset({"DRIFT-renamed", "DRIFT-case", "DRIFT-moved"})
_SHIFTED = frozenset({"DRIFT-unit", "DRIFT-scale"})
_EXPLAINED_BY_MOVE = frozenset({"DRIFT-removed", "DRIFT-optional", "DRIFT-retyped", "DRIFT-added"})
_EXPLAINED_BY_SHIFT = frozenset({"DRIFT-range", "DRIFT-precision", "DRIFT-format", "DRIFT-fraction", "DRIFT-exponent"})
_EXPLAINED_BY_LISTING = frozenset({"DRIFT-range"})
_EXPLAINED_BY_FORM = frozenset({"DRIFT-range", "DRIFT-precision", "DRIFT-format"})


def drift(
    new: Summary, old: Summary | None = None, *, every: bool = False
) -> Iterator[tuple[str, tuple[Difference, ...]]]:
    """The differences of every topic that there is something new of, the worst first."""
    for name in sorted(new.topics):
        before = None if old is None else old.topics.get(name)
        yield name, differences(name, new.topics[name], before, every=every)


def differences(name: str, new: Topic, old: Topic | None = None, *, every: bool = False) -> tuple[Difference, ...]:
    """What differs in one topic; with `every`, as if all of it were read. Noise is left out."""
    claim, now = claim_of_topic(name), evidence(name, new)
    found: list[Difference] = []
    if claim is not None:
        claim = refined(claim)
        found += (judged(one, every=every) for one in compare(claim, now))
    if old is not None:
        past = (judged(one, every=every) for one in compare(refined(evidence(name, old)), now, claim))
        found = [*(one for one in past if claim is None or not _is_allowed(one, claim)), *found]
    if claim is None and old is None:
        return ()
    heard = [one for one in _distinct(found) if one.severity is not Severity.NOISE]
    return tuple(sorted(heard, key=lambda one: (-ranked(one.severity), one.path, one.rule)))


def _is_allowed(one: Difference, claim: Shape) -> bool:
    """Whether the schema has always allowed what the recordings did not show; for what is read, that is no comfort."""
    trait = claim.traits.get(one.path)
    if one.rule == "DRIFT-added":
        return trait is not None
    if trait is None:
        return False
    if one.rule == "DRIFT-enum":
        return trait.open or not _is_new(one, trait)
    if one.rule == "DRIFT-range" and one.before == NEVER_NEGATIVE:
        return trait.may_be_negative()
    allowed = {
        "DRIFT-nullable": not trait.types or "null" in trait.types,
        "DRIFT-optional": not trait.required,
        "DRIFT-removed": not trait.required,
        "DRIFT-retyped": not trait.types or one.after.partition(" ")[0] in trait.types,
        "DRIFT-fraction": not trait.types or "number" in trait.types,
        "DRIFT-format": True,  # the schema's own patterns have been asked
    }
    return one.reach is not Reach.READ and allowed.get(one.rule, False)


def _is_new(one: Difference, trait: Trait) -> bool:
    return any(value.strip() not in trait.values for value in one.after.split(", "))


def _distinct(found: Iterable[Difference]) -> list[Difference]:
    """Each difference once, and none that another explains better."""
    first: dict[tuple[str, str], Difference] = {}
    for one in found:
        first.setdefault((one.rule, one.path), one)
    moves = [one for one in first.values() if one.rule in _MOVED]
    shifted = {one.path for one in first.values() if one.rule in _SHIFTED}
    listed = {one.path for one in first.values() if one.rule == "DRIFT-enum"}
    formed = {one.path for one in first.values() if one.rule in {"DRIFT-exponent", "DRIFT-fraction"}}
    kept = []
    for one in first.values():
        if one.rule in _EXPLAINED_BY_MOVE and any(_explains(move, one) for move in moves):
            continue
        if one.path in shifted and one.rule in _EXPLAINED_BY_SHIFT:
            continue
        if one.path in listed and one.rule in _EXPLAINED_BY_LISTING:
            continue
        if one.path in formed and one.rule in _EXPLAINED_BY_FORM:
            continue
        kept.append(one)
    return kept


def _explains(move: Difference, one: Difference) -> bool:
    if one.to:  # told of the very value that has moved
        return False
    if any(one.path == path or one.path.startswith(f"{path}/") for path in (move.path, move.to)):
        return True
    return one.rule in {"DRIFT-retyped", "DRIFT-added"} and move.to.startswith(f"{one.path}/")
