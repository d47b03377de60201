"""Which checks run on which methods, and what becomes of one that breaks."""

from types import SimpleNamespace

import pytest

from harness.checks.exam import Exam
from harness.checks.registry import Check, Verdict, checks, failed, passed
from harness.checks.running import run, run_one, selected
from harness.errors import UsageError
from harness.findings import Report, Result, Status, worst_exit_code
from harness.targets.driving import Rig
from harness.targets.loading import Target, reference
from harness.venues import NAMES

BALANCES = "_update_balances"


@pytest.fixture(scope="module")
def rig():
    """A running gateway and its clock."""
    with Rig() as running:
        yield running


@pytest.fixture
def exam(rig):
    """The reference connector of Lighter before its venue."""
    return Exam(rig, reference("lighter"))


def bare(**members):
    """A target with these members only."""
    return Target("shop:build", "lighter", lambda **given: SimpleNamespace(**members))


def test_nothing_named_means_every_check():
    """In the order of their families, ids alike in form."""
    assert selected(()) == tuple(checks().values())
    assert all(check.id.startswith(f"{check.family}-") and check.proves for check in selected(()))


def test_a_family_and_an_id_select_what_they_name():
    """Together, each check once."""
    families = {check.family for check in selected(("STATE",))}
    assert families == {"STATE"}
    assert {check.id for check in selected(("LEAK", "STATE-zero", "STATE-zero"))} >= {"STATE-zero"}
    assert len(selected(("STATE", "STATE-zero"))) == len(selected(("STATE",)))


@pytest.mark.parametrize("name", ["", "STATE-", "state", "STATE-atom", "NOTHING"])
def test_an_unknown_check_is_wrong_usage(name):
    """With the families that there are."""
    with pytest.raises(UsageError, match=r"--check: unknown check .*families are PLACEHOLDER, PARSE, STATE"):
        selected((name,))


@pytest.mark.parametrize("names", [(), ("PARSE-side",), ("PARSE-accessors",)])
def test_an_unknown_method_is_wrong_usage_whatever_is_checked(exam, names):
    """Before anything runs, and also where no selected check could be asked of it."""
    with pytest.raises(UsageError, match="--method: unknown method '_update_orders'; known are _update_balances"):
        next(run(exam, (BALANCES, "_update_orders"), names))


def test_a_check_is_asked_only_of_the_methods_that_it_speaks_of(exam):
    """Balances have no side."""
    assert list(run(exam, (BALANCES,), ("PARSE-side",))) == []
    assert {result.status for result in run(exam, (), ("PARSE-side",))} == {Status.PASS}


@pytest.mark.parametrize("venue", NAMES)
def test_a_reference_connector_passes_what_is_selected(rig, venue):
    """With a result for each case, of the method and the venue."""
    results = list(run(Exam(rig, reference(venue)), (BALANCES,), ("PARSE-values", "STATE-closed")))
    assert {result.status for result in results} == {Status.PASS}
    assert {(result.method, result.venue) for result in results} == {(BALANCES, venue)}


def test_a_target_without_the_method_is_absent_and_nothing_runs(rig):
    """Once a check."""

    def never(exam, method):
        raise AssertionError("it must not run")

    (result,) = run_one(Exam(rig, bare()), BALANCES, Check("TEST-never", "", never))
    assert (result.status, result.message) == (Status.ABSENT, "the target has no _update_balances")
    assert worst_exit_code([Report("check", "shop:build", "lighter", (result,))]) == 0


def test_a_check_that_raises_is_the_harnesss_fault_and_keeps_what_it_said(exam):
    """With the place where it broke."""

    def breaking(exam, method):
        yield failed("one", "a finding")
        raise KeyError("lost")

    first, second = run_one(exam, BALANCES, Check("TEST-breaking", "", breaking))
    assert (first.status, first.case) == (Status.FAIL, "one")
    assert (second.status, second.message) == (Status.ERROR, "the check itself failed: KeyError: 'lost'")
    assert second.evidence["where"].startswith("breaking in line ")


def test_a_check_that_finds_its_use_wrong_stops_the_run(exam):
    """A factory that cannot be called is no fault of the harness."""

    def misused(exam, method):
        raise UsageError("no such cassette")

    with pytest.raises(UsageError, match="no such cassette"):
        list(run_one(exam, BALANCES, Check("TEST-misused", "", misused)))


def test_a_check_without_any_case_is_a_skip(exam):
    """Saying nothing must not look like a pass."""
    (result,) = run_one(exam, BALANCES, Check("TEST-empty", "", lambda exam, method: ()))
    assert (result.status, bool(result.message)) == (Status.SKIP, True)


def test_a_factory_that_raises_is_wrong_usage(rig):
    """Of every check."""

    def build(**given):
        raise ValueError("no key")

    with pytest.raises(UsageError, match="the factory raised ValueError: no key"):
        list(run(Exam(rig, Target("shop:build", "lighter", build)), (BALANCES,), ("PARSE-values",)))


@pytest.mark.parametrize(
    ("statuses", "code"),
    [((), 0), (("pass", "absent", "skip"), 0), (("pass", "fail"), 1), (("fail", "error"), 3)],
)
def test_the_worst_status_decides_the_exit_code(statuses, code):
    """Over all reports."""
    reports = [Report("check", "t", "lighter", (Result("C", "m", "-", Status(status)),)) for status in statuses]
    assert worst_exit_code(reports) == code


def test_a_report_counts_every_status_and_lists_its_findings():
    """Those of which there are none are named as well."""
    results = tuple(Result("C", "m", case, Status(case)) for case in ("pass", "fail"))
    report = Report("check", "t", "lighter", results)
    assert report.summary() == {"pass": 1, "fail": 1, "absent": 0, "skip": 0, "error": 0}
    assert report.failed() == (results[1],)
    document = report.document()
    assert document["schema_version"] == 1
    assert document["results"][1] == {
        "check": "C",
        "venue": "",
        "method": "m",
        "case": "fail",
        "status": "fail",
        "message": "",
        "evidence": {},
    }


def test_verdicts_are_made_by_their_names():
    """A pass has nothing to say."""
    assert passed("a") == Verdict("a", Status.PASS)
    assert failed("a", "b", c=1) == Verdict("a", Status.FAIL, "b", {"c": 1})
