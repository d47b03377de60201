"""`python tests/fuzz/sweep.py [EXAMPLES]`: how many plays it takes to catch each specimen, by fuzzing alone."""

import logging
import sys
import time
import warnings
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS.parent), str(TESTS), str(TESTS / "checks"), str(TESTS / "fuzz")]

from fuzz_support import exam_of  # noqa: E402 - found by the path above
from test_specimens import TABLE  # noqa: E402

from harness.fuzz.engine import Budget, fuzz  # noqa: E402
from harness.targets.driving import Rig  # noqa: E402

EXAMPLES = 2000


def main(examples: int) -> int:
    """Print a line for each specimen; 1 when one is not caught."""
    logging.disable(logging.NOTSET)
    warnings.simplefilter("ignore", ResourceWarning)
    missed, needed, began = [], [], time.monotonic()
    for specimen, methods, _ in TABLE:
        tried = []
        for method in methods:
            with Rig() as rig:
                run = fuzz(exam_of(rig, specimen), method, Budget(examples=examples, until_first=True))
            tried.append(run.examples)
            if run.found:
                needed.append(run.examples)
                check = next(iter(run.found))[0]
                sys.stdout.write(f"{run.examples:>6}  {specimen.__name__} {method} {check}\n")
                break
        else:
            missed.append(specimen.__name__)
            sys.stdout.write(f"missed  {specimen.__name__} after {sum(tried)}\n")
        sys.stdout.flush()
    needed.sort()
    median = needed[len(needed) // 2] if needed else 0
    told = f"{len(needed)} of {len(TABLE)} specimens caught within {examples} examples, half of them within {median}"
    sys.stdout.write(f"{told}; {time.monotonic() - began:.0f} s\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else EXAMPLES))
