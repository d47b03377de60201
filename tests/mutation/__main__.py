"""`python -m tests.mutation [MODULE...]`: mutate modules of `harness/connectors/` and print which mutants survive.

Exit code 1 when a mutant survives that `explained.toml` does not explain, or something is explained that does not
survive. Files stay as they are: a mutant is loaded from memory, in a process of its own.
"""

import sys
import time
import warnings
from collections.abc import Sequence

from tests.mutation.explained import explanations, stale
from tests.mutation.mutants import FOLDER, Mutant, mutants
from tests.mutation.score import Score, table
from tests.mutation.verdict import judged

VENUES = ("extended", "lighter", "hyperliquid")
MODULES = (*VENUES, *sorted({path.stem for path in FOLDER.glob("[a-z]*.py")} - {*VENUES}))


def examined(module: str) -> list[tuple[Mutant, str | None]]:
    """Every mutant of a module, with what gave it away."""
    began, told = time.monotonic(), []
    for mutant in mutants(module):
        told.append((mutant, judged(mutant, (module,) if module in VENUES else VENUES)))
        _say(f"\r{module}: {len(told)} mutants, {time.monotonic() - began:.0f} s", terminal=True)
    _say("\r", terminal=True)
    return told


def main(modules: Sequence[str]) -> int:
    """Print every survivor without an explanation, every explanation without a survivor, and the figures."""
    warnings.simplefilter("ignore", SyntaxWarning)  # `is` beside a literal is what some mutants are
    if unknown := set(modules) - set(MODULES):
        sys.exit(f"tests.mutation: no module {', '.join(sorted(unknown))}; there are {', '.join(MODULES)}")
    chosen = modules or MODULES
    scores, alive = [], []
    for module in chosen:
        told = examined(module)
        scores.append(Score.of(module, told))
        alive += [mutant for mutant, said in told if said is None]
    known = explanations()
    unexplained = [mutant for mutant in alive if mutant.reference not in known]
    outdated = stale({mutant.reference for mutant in alive}, chosen)
    for mutant in unexplained:
        _say(f"survives without an explanation: {mutant}\n")
    for module, line, mutated in outdated:
        _say(f"is explained and does not survive: {module}\n  - {line}\n  + {mutated}\n")
    _say(f"{table(scores)}\n")
    return 1 if unexplained or outdated else 0


def _say(text: str, *, terminal: bool = False) -> None:
    if not terminal or sys.stdout.isatty():
        sys.stdout.write(text)
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
