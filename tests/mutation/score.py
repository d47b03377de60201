"""How many mutants of a module were noticed, and how many of the others are explained."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.mutation.explained import Why, explanations
from tests.mutation.mutants import Mutant

__all__ = ["Score", "table"]


@dataclass(frozen=True, slots=True)
class Score:
    """The figures of one module, or of several together."""

    name: str
    noticed: int  # by a check
    generated: int  # by fuzzing alone
    equivalent: int
    beyond: int
    unexplained: int

    @classmethod
    def of(cls, module: str, told: Sequence[tuple[Mutant, str | None]]) -> "Score":
        """From what was said of each mutant."""
        known = explanations()
        whys = [known[mutant.reference].why if mutant.reference in known else None for mutant, said in told if not said]
        findings = [said for _, said in told if said]
        generated = sum(said.startswith("fuzzing") for said in findings)
        counts = (whys.count(Why.EQUIVALENT), whys.count(Why.BEYOND), whys.count(None))
        return cls(module, len(findings) - generated, generated, *counts)

    @property
    def killed(self) -> int:
        """By either."""
        return self.noticed + self.generated

    @property
    def mutants(self) -> int:
        """All of them."""
        return self.killed + self.equivalent + self.beyond + self.unexplained

    @property
    def of_all(self) -> float:
        """The share of those that behave otherwise at all."""
        return self.killed / max(self.mutants - self.equivalent, 1)

    @property
    def of_promised(self) -> float:
        """The share of those that behave otherwise in what the contract promises."""
        return self.killed / max(self.killed + self.unexplained, 1)

    def cells(self) -> tuple[str, ...]:
        """As a row of the table."""
        numbers = (self.mutants, self.noticed, self.generated, self.equivalent, self.beyond, self.unexplained)
        return self.name, *map(str, numbers), f"{self.of_promised:.1%}", f"{self.of_all:.1%}"


_HEADINGS = (
    "module",
    "mutants",
    "noticed by a check",
    "by fuzzing alone",
    "equivalent",
    "beyond the contract",
    "unexplained",
    "score",
    "score with those beyond",
)


def table(scores: Iterable[Score]) -> str:
    """The figures of the modules and of all together, in Markdown."""
    found = list(scores)
    sums = (
        sum(getattr(score, name) for score in found)
        for name in ("noticed", "generated", "equivalent", "beyond", "unexplained")
    )
    rows = [_HEADINGS, ("---",) * len(_HEADINGS), *(score.cells() for score in (*found, Score("all", *sums)))]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
