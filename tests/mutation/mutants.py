"""What Cosmic Ray makes of a module: one mutant for each place and operator that gives another Python program."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from cosmic_ray.commands.init import init
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_db import use_db
from cosmic_ray.work_item import MutationSpec

__all__ = ["FOLDER", "Mutant", "mutants"]

FOLDER = Path(__file__).resolve().parents[2] / "harness" / "connectors"

_is_left_out = re.compile(r"core/ReplaceBinaryOperator_BitOr_").match
"""`|` unites types throughout these modules: every such mutant dies of its import, and only embellishes the score."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A changed module. What was changed is told by the lines' own text, which outlives a shift of line numbers."""

    module: str
    line: str
    mutated: str
    source: str

    @property
    def reference(self) -> tuple[str, str, str]:
        """What names the mutant from run to run."""
        return self.module, self.line, self.mutated

    def __str__(self) -> str:
        return f"{self.module}\n  - {self.line}\n  + {self.mutated}"


def mutants(module: str) -> Iterator[Mutant]:
    """Every mutant of `harness/connectors/<module>.py`, in the order of Cosmic Ray's operators."""
    path = FOLDER / f"{module}.py"
    source = path.read_text("utf-8")
    with TemporaryDirectory() as folder, use_db(str(Path(folder) / "session.sqlite")) as session:
        init([path], session, {})
        found = [mutation for item in session.work_items for mutation in item.mutations]
    for spec in found:
        changed = None if _is_left_out(spec.operator_name) else _changed(source, spec)
        if changed is not None:
            yield Mutant(module, *_lines(source, changed), changed)


def _changed(source: str, spec: MutationSpec) -> str | None:
    operator = get_operator(spec.operator_name)(**spec.operator_args)
    try:
        changed = mutate_code(source, operator, spec.occurrence)
        compile(changed, spec.module_path, "exec")
    except AttributeError:  # Cosmic Ray 8.7 stumbles over `except package.Error`
        return None
    except SyntaxError:  # the star of keyword-only parameters is no multiplication
        return None
    return changed


def _lines(before: str, after: str) -> tuple[str, str]:
    """The lines that were changed, and what they became."""
    compared = [*difflib.ndiff(before.splitlines(), after.splitlines())]
    gone, come = ([" ".join(line[2:].split()) for line in compared if line.startswith(mark)] for mark in "-+")
    return " ".join(filter(None, gone)), " ".join(filter(None, come))
