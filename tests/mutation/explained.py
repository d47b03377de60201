"""Survivors that were looked at, each with the reason why no check can or may notice it."""

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum
from pathlib import Path

__all__ = ["Explanation", "Reference", "Why", "explanations", "listed", "stale"]

_FILE = Path(__file__).with_name("explained.toml")

Reference = tuple[str, str, str]
"""Module, line and what it became."""


class Why(Enum):
    """The two reasons that there are."""

    EQUIVALENT = "equivalent"  # it behaves like the original on every answer that the venue documents
    BEYOND = "beyond"  # it behaves otherwise in what the contract leaves to each connector


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why the mutants of one line survive."""

    module: str
    line: str
    mutated: tuple[str, ...]
    why: Why
    reason: str


def _all() -> Iterator[Explanation]:
    for entry in tomllib.loads(_FILE.read_text("utf-8"))["survivors"]:
        yield Explanation(**{**entry, "why": Why(entry["why"]), "mutated": tuple(entry["mutated"])})


def explanations() -> Mapping[Reference, Explanation]:
    """All of them, by what names the mutant."""
    return {(one.module, one.line, mutated): one for one in _all() for mutated in one.mutated}


def stale(alive: Collection[Reference], modules: Collection[str]) -> list[Reference]:
    """Explanations of what does not survive: the mutant is noticed by now, or its line is gone."""
    return [reference for reference in explanations() if reference[0] in modules and reference not in alive]


def listed() -> str:
    """The explanations as a table in Markdown: what stood in a line, and what it became."""
    rows = [("module", "line", "became", "why", "reason"), ("---",) * 5]
    for one in _all():
        became = ", ".join(_code(_change(one.line, mutated)) for mutated in one.mutated)
        rows.append((one.module, _code(one.line), became, one.why.value, one.reason))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _change(before: str, after: str) -> str:
    """The words that are others, from the first to the last of them."""
    old, new = before.split(), after.split()
    changes = [one for one in SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if one[0] != "equal"]
    (_, first_old, _, first_new, _), (_, _, last_old, _, last_new) = changes[0], changes[-1]
    gone, come = " ".join(old[first_old:last_old]), " ".join(new[first_new:last_new])
    return f"{gone or '…'} → {come or '…'}"


def _code(text: str) -> str:
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}".replace("|", "\\|")
