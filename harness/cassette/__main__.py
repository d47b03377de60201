"""`python -m harness.cassette FILE...` seals cassettes again after an edit that is meant."""

import sys
from pathlib import Path

from harness.cassette import store
from harness.errors import UsageError


def main(paths: list[str]) -> int:
    """Rewrite each file in the canonical layout with a fresh seal; 2 when one is not a cassette."""
    try:
        if not paths:
            raise UsageError("no file named", cure="python -m harness.cassette FILE...")
        for path in map(Path, paths):
            store.save(path, store.load(path, verify=False))
            print(f"sealed {path}")  # noqa: T201
    except UsageError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
