"""`python -m harness.sim [FOLDER]` writes the harness's own cassettes, below `cassettes/` unless told otherwise."""

import sys
from pathlib import Path

from harness import resources
from harness.cassette import store
from harness.sim.recording import cassettes


def main(arguments: list[str]) -> int:
    """Write every cassette; the same facts give the same bytes."""
    root = Path(arguments[0]) if arguments else resources.cassettes()
    for path, cassette in cassettes(root):
        path.parent.mkdir(parents=True, exist_ok=True)
        store.save(path, cassette)
        sys.stdout.write(f"{path.relative_to(root)}: {len(cassette.interactions)} interactions\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
