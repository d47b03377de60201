"""The pytest plugin's fuzzing, in pytest runs of its own."""

import pytest

from harness.connectors.extended import build
from harness.fuzz.task import fuzzed
from harness.targets.driving import Rig

# a pytest run within this one forgets the modules that it imported, and asyncio cannot be imported twice
LASTING = (build, fuzzed, Rig)

CONNECTOR = """
from harness.connectors.extended import build

async def nothing():
    return None

def placeholder(**arguments):
    connector = build(**arguments)
    connector._update_positions = nothing
    return connector

def balances_only(**arguments):
    connector = build(**arguments)
    connector._update_positions = None
    return connector
"""


@pytest.fixture
def ended(pytester, monkeypatch):
    """Run a project whose only test is what a call of `fuzz_tests` gives."""
    monkeypatch.delenv("HARNESS_FUZZ_EXAMPLES", raising=False)

    def run(call, *arguments):
        pytester.makepyfile(mine=CONNECTOR)
        pytester.makepyfile(test_mine=f"from harness.plugin import fuzz_tests\ntest_fuzz = fuzz_tests({call})\n")
        unused = ("randomly", "cacheprovider", "hypothesispytest")
        return pytester.runpytest_inprocess(*(f"-pno:{name}" for name in unused), *arguments)

    return run


def test_a_right_connector_passes_one_test_for_each_method(ended):
    """With the method as the id."""
    result = ended("'mine:build', venue='extended', examples=10", "-v")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        [f"test_mine.py::test_fuzz[[]{method}[]] PASSED*" for method in ("_update_balances", "_update_positions")]
    )


def test_a_finding_shows_the_smallest_play_and_no_traceback(ended):
    """Its steps, and what was expected."""
    result = ended("'mine:placeholder', venue='extended', examples=10")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*_update_positions sent no request*", "*steps*a generated answer*"])
    assert "Traceback" not in result.stdout.str()


def test_methods_narrow_the_tests_and_an_absent_one_is_skipped(ended):
    """With the reason."""
    result = ended("'mine:balances_only', venue='extended', methods=['_update_positions'], examples=5", "-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*the target has no _update_positions"])


def test_the_environment_sets_the_budget(ended, monkeypatch):
    """Nonsense in it is an error of the collection, and so is read at all."""
    monkeypatch.setenv("HARNESS_FUZZ_EXAMPLES", "many")
    result = ended("'mine:build', venue='extended'")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["fuzz_tests: *'many' is no number of examples above zero*"])


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("'mine:build', venue='binance'", "unknown venue 'binance'"),
        ("'mine:build', venue='extended', methods=['_nope']", "unknown method '_nope'"),
        ("'mine:build', venue='extended', examples=0", "'0' is no number of examples above zero"),
    ],
)
def test_wrong_arguments_are_errors_of_the_collection(ended, call, told):
    """In one line, at once."""
    result = ended(call)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"fuzz_tests: *{told}*"])
