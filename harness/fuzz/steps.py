"""What a generated play consists of."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from harness.checks.scenes import Scene
from harness.contract.oracle import Failure
from harness.model import AccountState

__all__ = ["Act", "Kind", "Play", "Step"]


class Kind(Enum):
    """What is wrong with a step, if anything."""

    GOOD = "good"  # an answer that the contract allows, or one of the recorded situations
    BROKEN = "broken"  # an answer that the contract forbids
    LASTING = "lasting"  # a fault that stays
    TRANSIENT = "transient"  # a fault that passes


class Act(Enum):
    """What is done with the connector in a step."""

    CALL = "call"
    TOGETHER = "two calls at once"
    CANCEL = "a call that is cancelled"
    REPEAT = "six calls"
    CLOSE = "a call, then close"
    STRANGER = "a call to an unverified TLS server"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Step:
    """One step. `expected` is what the answer means; of a broken one, what the whole answer would have meant."""

    kind: Kind
    scene: Scene
    expected: AccountState | Failure
    label: str
    act: Act = Act.CALL
    speaks: str = ""  # of a broken answer, the check that reports its silent misreading
    row_may_be_gone: bool = False  # the whole answer did not list every position that was there before
    touched: frozenset[str] = frozenset()  # what of the contract the step exercises

    def __repr__(self) -> str:
        return f"<{self.kind.value}: {self.act.value}, {self.label}>"

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """The same where Hypothesis prints a failing example, which would otherwise be every field of every row."""
        printer.text(repr(self))

    @property
    def calls(self) -> int:
        """How often the method is called."""
        return {Act.TOGETHER: 2, Act.REPEAT: 6}.get(self.act, 1)


Play = tuple[Step, ...]
"""The steps of one example."""
