"""`python -m tests.mutation [MODULE...]`: mutate modules of `harness/connectors/` and print which mutants survive.

Cosmic Ray changes files where they stand, so it is given a copy of the tree.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENUES = ("extended", "lighter", "hyperliquid")
SHARED = ("account", "connector", "reading", "retry", "transport")
COPIED = ("harness", "schemas", "cassettes", "tests")

CONFIGURATION = """
[cosmic-ray]
module-path = "harness/connectors/{module}.py"
timeout = 180.0
excluded-modules = []
test-command = "{python} -m tests.mutation.verdict {venues}"

[cosmic-ray.distributor]
name = "local"
"""


def survivors(folder: Path, module: str) -> tuple[int, int, list[str]]:
    """How many mutants there were and were noticed, and the others as differences of source."""
    venues = module if module in VENUES else " ".join(VENUES)
    tool = shutil.which("cosmic-ray") or sys.exit("cosmic-ray is not installed; tox -e mutation installs it")
    configuration, session = folder / f"{module}.toml", folder / f"{module}.sqlite"
    configuration.write_text(CONFIGURATION.format(module=module, venues=venues, python=sys.executable))
    for command in (("init", configuration.name, session.name), ("exec", configuration.name, session.name)):
        subprocess.run([tool, *command], cwd=folder, check=True)
    dumped = subprocess.run([tool, "dump", session.name], cwd=folder, check=True, capture_output=True, text=True)
    outcomes = [json.loads(line)[1] for line in dumped.stdout.splitlines()]
    alive = [outcome["diff"] for outcome in outcomes if outcome and outcome["test_outcome"] == "survived"]
    return len(outcomes), len(outcomes) - len(alive), alive


def main(modules: Sequence[str]) -> int:
    """Mutate, print a line a module and every survivor; the score is for people to read, so the exit code is 0."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for name in COPIED:
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        mutants = noticed = 0
        for module in modules or (*VENUES, *SHARED):
            number, killed, alive = survivors(folder, module)
            mutants, noticed = mutants + number, noticed + killed
            sys.stdout.write("\n".join([f"{module}: {killed} of {number} mutants were noticed", *alive, ""]))
        sys.stdout.write(f"{noticed} of {mutants} mutants were noticed: {noticed / max(mutants, 1):.1%}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
