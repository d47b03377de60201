"""The pytest plugin, in pytest runs of its own."""

import re
import subprocess
import sys

import pytest

from harness.checks.registry import checks
from harness.connectors.extended import build
from harness.targets.driving import Rig

# a pytest run within this one forgets the modules that it imported, and asyncio cannot be imported twice
LASTING = (checks(), build, Rig)

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

def no_licence(**arguments):
    raise RuntimeError("no licence")
"""

TESTS = """
from harness.plugin import contract_tests
from mine import {name}

test_contract = contract_tests({name}, venue="extended", checks={checks})
"""


@pytest.fixture
def project(pytester):
    """A project with connectors and contract tests of one of them."""
    pytester.makepyfile(mine=CONNECTOR)

    def of(name, *checks):
        pytester.makepyfile(test_mine=TESTS.format(name=name, checks=list(checks)))
        return pytester

    return of


def run(pytester, *arguments):
    """Run the project's tests, in this process because that is faster."""
    unused = ("randomly", "cacheprovider", "hypothesispytest")
    return pytester.runpytest_inprocess(*(f"-pno:{name}" for name in unused), *arguments)


def test_a_right_connector_passes_one_test_for_each_method_and_check(project):
    """With ids that name both."""
    result = run(project("build", "PLACEHOLDER"), "-v")
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(
        [
            f"test_mine.py::test_contract[[]{method}-{check}[]] PASSED*"
            for method in ("_update_balances", "_update_positions")
            for check in ("PLACEHOLDER-asks", "PLACEHOLDER-answers")
        ]
    )


def test_a_finding_is_told_without_a_traceback(project):
    """What was expected, what came, where to look, and no line of the harness's own code."""
    result = run(project("placeholder", "PLACEHOLDER"))
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(
        ["*_update_positions left nothing in the state*", "*expected*", "*actual*", "*payload*"]
    )
    result.stdout.fnmatch_lines(["see docs/checks.md#placeholder-answers"])
    text = result.stdout.str()
    assert "Traceback" not in text
    assert "plugin.py" not in text
    assert "Captured log" not in text


def test_an_absent_method_is_skipped_with_the_reason(project):
    """A connector need not have everything."""
    result = run(project("balances_only", "PLACEHOLDER"), "-rs")
    result.assert_outcomes(passed=2, skipped=2)
    result.stdout.fnmatch_lines(["SKIPPED*the target has no _update_positions"])


def test_a_factory_that_raises_is_an_error_of_the_set_up(project):
    """It is no finding about a method."""
    result = run(project("no_licence", "PLACEHOLDER"))
    result.assert_outcomes(errors=4)
    result.stdout.fnmatch_lines(["*the factory raised RuntimeError: no licence*"])
    assert "Traceback" not in result.stdout.str()


def test_tests_are_selected_by_keyword(project):
    """By method, by check, or both."""
    result = run(project("placeholder", "PLACEHOLDER", "STATE-zero"), "-k", "_update_balances and STATE-zero")
    result.assert_outcomes(passed=1, deselected=5)


def test_tests_are_spread_over_workers(project):
    """Every worker collects the same ids, or xdist refuses to run."""
    result = project("build", "PLACEHOLDER", "SECRET-log").runpytest_subprocess("-pno:hypothesispytest", "-n", "2")
    result.assert_outcomes(passed=6)


def test_a_target_can_be_named_and_narrowed_to_methods(project):
    """As on the command line; arguments are checked when the tests are collected."""
    pytester = project("build")
    pytester.makepyfile(
        test_mine="""
        from harness.plugin import contract_tests

        test_positions = contract_tests(
            "mine:placeholder", venue="extended", methods=["_update_positions"], checks=["PLACEHOLDER-asks"]
        )
        """
    )
    run(pytester).assert_outcomes(failed=1)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("contract_tests('mine:build', venue='binance')", "unknown venue 'binance'"),
        ("contract_tests('mine:build', venue='extended', checks=['NOPE'])", "unknown check 'NOPE'"),
        ("contract_tests('mine:build', venue='extended', methods=['_nope'])", "unknown method '_nope'"),
        ("contract_tests('no_such_module:build', venue='extended')", "cannot import 'no_such_module'"),
    ],
)
def test_wrong_arguments_are_errors_of_the_collection(project, call, told):
    """In one line, at once."""
    pytester = project("build")
    pytester.makepyfile(test_mine=f"from harness.plugin import contract_tests\ntest_contract = {call}\n")
    result = run(pytester)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"contract_tests: *{told}*"])
    assert "Traceback" not in result.stdout.str()


def test_the_documented_example_is_whole_and_short(pytester, request):
    """At most ten lines, and they pass as they stand."""
    page = (request.config.rootpath / "docs" / "pytest.md").read_text(encoding="utf-8")
    example = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert example is not None
    assert len(example[1].splitlines()) <= 10
    pytester.makepyfile(test_mine=example[1])
    result = run(pytester, "-k", "LEAK")
    assert result.ret == 0
    assert result.parseoutcomes()["passed"] > 0


def test_the_plugin_costs_nothing_where_it_is_not_used():
    """Every pytest run of an environment loads it."""
    script = (
        "import sys, pytest; before = set(sys.modules); import harness.plugin; "
        "sys.exit(' '.join(sorted(set(sys.modules) - before - {'harness', 'harness.plugin'})) or 0)"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, f"imported {ended.stderr}"
