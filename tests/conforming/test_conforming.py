"""No false findings: connectors that conform, written by others and in their own ways, pass every check."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from harness.checks.exam import Exam
from harness.checks.running import run as run_checks
from harness.findings import Status
from harness.fuzz.engine import Budget, fuzz
from harness.targets.driving import Rig
from harness.targets.loading import Target

SURVIVED = 60
"""Generated plays of each method; HARNESS_FUZZ_EXAMPLES of the pytest plugin is for larger runs of one's own."""

NEEDS = {
    "hyperliquid_urllib": (),
    "extended_keeps_and_logs": (),
    "hyperliquid_sdk": ("hyperliquid",),
    "lighter_sdk": ("lighter",),
    "lighter_authenticated": ("lighter",),
    "extended_sdk": ("x10",),
    "extended_minimal_surface": (),
    "extended_session_per_call": (),
    "hyperliquid_pydantic": ("pydantic",),
    "lighter_by_wallet": (),
}
"""The connectors, with the packages that each is built on; the blocking one, which really sleeps, begins."""

BRIEFLY = {"hyperliquid_urllib": ("_update_balances",), "hyperliquid_sdk": ("_update_positions",)}
"""Clients that block wait in real time: one method of each is enough, and between them both are asked."""


def load(name):
    """The module of a connector, as it stands in this folder."""
    path = Path(__file__).with_name(f"{name}.py")
    module_name = f"conforming_{name}"
    spec = spec_from_file_location(module_name, path)
    module = module_from_spec(spec)
    sys.modules[module_name] = module  # dataclasses and pydantic look it up
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", NEEDS)
def test_a_conforming_connector_passes_every_check(name):
    """Whatever its client, its style of failing and the shape of its state."""
    for package in NEEDS[name]:
        pytest.importorskip(package, reason=f"{name} is built on {package}, which is not installed")
    venue = name.partition("_")[0]
    with Rig() as rig:
        results = list(run_checks(Exam(rig, Target(name, venue, load(name).build)), BRIEFLY.get(name, ())))
    wrong = [result for result in results if result.status in {Status.FAIL, Status.ERROR, Status.ABSENT}]
    assert not wrong, "\n".join(f"{r.check} {r.method} {r.case}: {r.message}" for r in wrong)
    assert sum(result.status is Status.PASS for result in results) > (150 if name in BRIEFLY else 400)


@pytest.mark.parametrize("method", ["_update_balances", "_update_positions"])
@pytest.mark.parametrize("name", [name for name in NEEDS if name not in BRIEFLY])
def test_a_conforming_connector_survives_fuzzing(name, method):
    """What is reported of it would be a mistake of the harness. Those that block in real time are left out."""
    for package in NEEDS[name]:
        pytest.importorskip(package, reason=f"{name} is built on {package}, which is not installed")
    with Rig() as rig:
        run = fuzz(Exam(rig, Target(name, name.partition("_")[0], load(name).build)), method, Budget(examples=SURVIVED))
    assert run.found == {}
    assert run.examples == SURVIVED


def test_no_connector_here_leans_on_the_reference_ones():
    """They would agree with the harness for the wrong reason."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    assert {path.stem for path in sources} == {*NEEDS, Path(__file__).stem}
    assert not [path.name for path in sources if path != Path(__file__) and "harness" in path.read_text("utf-8")]
