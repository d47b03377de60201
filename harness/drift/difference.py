"""One difference between what was and what is."""

from dataclasses import dataclass, replace

from harness.drift.rules import RULES, Reach, Severity

__all__ = ["Difference"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """`path` is a pattern in the answer of `topic`; `before` and `after` say what was and what is, with an example."""

    rule: str
    topic: str
    path: str
    before: str
    after: str
    to: str = ""  # where the value is now, of a rename or a move
    origin: str = ""  # the recording that shows it, and the place of the document in it
    place: int = 0
    reach: Reach = Reach.UNKNOWN
    against: str = ""  # what it was compared with

    @property
    def severity(self) -> Severity:
        """Judged from the client's side."""
        return RULES[self.rule].severity(self.reach)

    def reached(self, reach: Reach) -> "Difference":
        """The same, knowing who reads it."""
        return replace(self, reach=reach)

    def __str__(self) -> str:
        moved = f" -> {self.to or '/'}" if self.to or self.rule == "DRIFT-moved" else ""
        return f"{self.path or '/'}{moved}: {RULES[self.rule].means}: {self.before} -> {self.after}"
