"""One place in two shapes, and how a difference there is told."""

from dataclasses import dataclass

from harness.drift.difference import Difference
from harness.drift.lexemes import Kind
from harness.drift.shape import Shape, Trait, type_of

__all__ = ["Spot"]

_ABSENCE = frozenset({"DRIFT-removed", "DRIFT-optional"})


@dataclass(frozen=True, slots=True)
class Spot:
    """What was at `source`, and what is at `target`, which is another path only where the value has moved."""

    before: Shape
    after: Shape
    source: str
    target: str

    @property
    def was(self) -> Trait:
        """The trait before."""
        return self.before.traits[self.source]

    @property
    def now(self) -> Trait:
        """The trait after."""
        return self.after.traits[self.target]

    @property
    def claims(self) -> bool:
        """Whether two documents are compared, and nothing was seen."""
        return self.before.claim and self.after.claim

    def told(self, rule: str, *kinds: str, was: str = "", now: str = "") -> Difference:
        """A difference with both sides in words, `was` and `now` where given; the example is of these kinds."""
        gone = self.target not in self.after.traits
        parent, _, name = self.source.rpartition("/")
        if rule in _ABSENCE:
            mark = self.after.traits[parent].without(name)
        else:
            marks = [seen.first for kind, seen in self.now.kinds.items() if not kinds or kind in kinds]
            mark = min(marks, default=("", 0, ""))
        return Difference(
            rule=rule,
            topic=self.after.name,
            path=self.source,
            before=was or _shown(self.before, self.was),
            after=now or ("nothing" if gone else _shown(self.after, self.now, kinds)),
            to="" if self.target == self.source or gone else self.target,
            origin=mark[0],
            place=mark[1],
            against=self.before.name if self.before.claim else "recordings",
        )

    def added(self) -> Difference:
        """A new field: `target`, of which nothing was known."""
        mark = min((seen.first for seen in self.now.kinds.values()), default=("", 0, ""))
        return Difference(
            rule="DRIFT-added",
            topic=self.after.name,
            path=self.target,
            before="nothing",
            after=_shown(self.after, self.now),
            origin=mark[0],
            place=mark[1],
            against=self.before.name if self.before.claim else "recordings",
        )


def _shown(shape: Shape, trait: Trait, kinds: tuple[str, ...] = ()) -> str:
    """The types of a trait and, of evidence, an example."""
    types = "/".join(sorted({type_of(kind) for kind in kinds} or trait.types)) or "anything"
    example = trait.example(*kinds)
    if example and example != "{…}" and set(kinds) != {Kind.NULL} and not shape.claim:
        return f"{types} {example}"
    if shape.claim and trait.patterns:
        return f"{types} {trait.patterns[0]}"
    return types
