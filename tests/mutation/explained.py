"""Survivors that were looked at, each with the reason why no check can or may notice it."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from tests.mutation.mutants import Mutant

__all__ = ["Explanation", "Why", "explanations", "stale"]

_FILE = Path(__file__).with_name("explained.toml")

Reference = tuple[str, str, str]
"""Module, line and what it became."""


class Why(Enum):
    """The two reasons that there are."""

    EQUIVALENT = "equivalent"  # it behaves like the original on every answer that the venue documents
    BEYOND = "beyond"  # it behaves otherwise in what the contract leaves to each connector


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a mutant survives."""

    why: Why
    reason: str


def explanations() -> Mapping[Reference, Explanation]:
    """All of them, by what names the mutant."""
    found: dict[Reference, Explanation] = {}
    for entry in tomllib.loads(_FILE.read_text("utf-8"))["survivors"]:
        for mutated in entry["mutated"]:
            found[entry["module"], entry["line"], mutated] = Explanation(Why(entry["why"]), entry["reason"])
    return found


def stale(survivors: Iterable[Mutant], modules: Iterable[str]) -> list[Reference]:
    """Explanations of what does not survive: the mutant is noticed by now, or its line is gone."""
    alive = {mutant.reference for mutant in survivors}
    return [reference for reference in explanations() if reference[0] in set(modules) and reference not in alive]
