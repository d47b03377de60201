"""`python -m harness.sim [FOLDER]` writes the harness's own cassettes, below `cassettes/` unless told otherwise."""

import argparse
import sys
from pathlib import Path

from harness import resources
from harness.cassette import store
from harness.sim.recording import cassettes


def main(arguments: list[str]) -> int:
    """Write every cassette; the same facts give the same bytes."""
    parser = argparse.ArgumentParser(prog="python -m harness.sim", description="Write the harness's own cassettes.")
    parser.add_argument(
        "folder", nargs="?", type=Path, default=resources.cassettes(), help="where, instead of %(default)s"
    )
    root: Path = parser.parse_args(arguments).folder
    for path, cassette in cassettes(root):
        path.parent.mkdir(parents=True, exist_ok=True)
        store.save(path, cassette)
        sys.stdout.write(f"{path.relative_to(root)}: {len(cassette.interactions)} interactions\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
