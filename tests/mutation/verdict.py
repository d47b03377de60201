"""`python -m tests.mutation.verdict VENUE...`: exit code 1 as soon as a check or a generated play finds something.

The quickest families come first, because most mutants die of the first wrong figure.
"""

import logging
import sys

from harness.checks.exam import Exam
from harness.checks.registry import checks
from harness.checks.running import run_one
from harness.findings import Status
from harness.fuzz.engine import Budget, fuzz
from harness.targets.driving import Rig
from harness.targets.loading import reference

EXAMPLES = 150
ORDER = ("PLACEHOLDER", "PARSE", "EVOLVE", "STATE", "ERROR", "RETRY", "REQUEST", "SECRET", "LEAK")


def finding(venue: str) -> str | None:
    """The first finding on the reference connector of a venue, if any."""
    with Rig() as rig:
        exam = Exam(rig, reference(venue))
        ordered = sorted(checks().values(), key=lambda check: ORDER.index(check.family))
        for check in ordered:
            for method in exam.contract.methods():
                if check.applies_to(method):
                    for result in run_one(exam, method, check):
                        if result.status in {Status.FAIL, Status.ERROR}:
                            return f"{result.check} {result.method} {result.case}: {result.message}"
        for method in exam.contract.methods():
            for found in fuzz(exam, method, Budget(examples=EXAMPLES, until_first=True)).found.values():
                return f"fuzz {method}: {found.violation.check}: {found.violation.message}"
    return None


def main(venues: list[str]) -> int:
    """Print what was found first; 0 when nothing was: the mutant survives."""
    logging.disable(logging.NOTSET)
    for venue in venues:
        if told := finding(venue):
            sys.stdout.write(f"{venue}: {told}"[:300] + "\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
