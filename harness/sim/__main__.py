"""`python -m harness.sim [FOLDER]` writes the harness's own cassettes and tapes, below `cassettes/` by default."""

import argparse
import sys
from pathlib import Path

from harness import resources
from harness.cassette import store, tape
from harness.sim.recording import cassettes, tapes


def main(arguments: list[str]) -> int:
    """Write every cassette and tape; the same facts give the same bytes."""
    about = "Write the harness's own cassettes and tapes."
    parser = argparse.ArgumentParser(prog="python -m harness.sim", description=about)
    parser.add_argument(
        "folder", nargs="?", type=Path, default=resources.cassettes(), help="where, instead of %(default)s"
    )
    root: Path = parser.parse_args(arguments).folder
    for path, cassette in cassettes(root):
        path.parent.mkdir(parents=True, exist_ok=True)
        store.save(path, cassette)
        sys.stdout.write(f"{path.relative_to(root)}: {len(cassette.interactions)} interactions\n")
    for path, written in tapes(root):
        tape.save(path, written)
        sys.stdout.write(f"{path.relative_to(root)}: {sum(1 for _ in written.frames)} frames\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
