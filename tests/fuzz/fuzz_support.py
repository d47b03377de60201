"""What the tests of fuzzing share: targets, plays made by hand, and strategies drawn from."""

from functools import cache
from types import SimpleNamespace

from hypothesis import HealthCheck, Phase, given, settings
from specimens import venues

from harness import exact
from harness.checks.exam import BASE, Exam, Library
from harness.checks.scenes import FaultPlan, Scene
from harness.contract import schemas
from harness.contract.oracle import Answer
from harness.fuzz.plays import Playwright
from harness.fuzz.steps import Act, Kind, Step
from harness.gateway.faults import FAULTS
from harness.targets.loading import Target
from harness.venues import venue

CORRECT = {cls.venue: cls for cls in (venues.Extended, venues.Lighter, venues.Hyperliquid)}


@cache
def library(name):
    """The cassettes of a venue, read once in a process."""
    return Library(venue(name))


def exam_of(rig, specimen):
    """A specimen before its venue."""
    return Exam(rig, Target(specimen.__name__, specimen.venue, specimen), library(specimen.venue))


def playwright_of(name, method):
    """Who writes the plays of a method; nothing is played to anybody."""
    return Playwright(exam_of(SimpleNamespace(), CORRECT[name]), method)


def drawn(strategy, examples):
    """The examples of a strategy, the same in every run."""
    found = []

    @settings(
        max_examples=examples,
        database=None,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(strategy)
    def collect(example):
        found.append(example)

    collect()
    return found


def good(exam, method, document=None, *, kind=Kind.GOOD, act=Act.CALL, fault=None, times=None, speaks=""):
    """A step with the base situation, or with another document; a fault by its name."""
    endpoint = exam.reading(method).endpoint
    scene = Scene(BASE)
    if document is not None:
        scene = scene.answered(endpoint, Answer(200, exact.encode(document)))
    expected = exam.expected(method, Scene(BASE) if kind is Kind.BROKEN else scene)
    if fault is not None:
        plan = FaultPlan(FAULTS[fault], frozenset({endpoint}), times)
        scene = Scene(scene.scenario, scene.phase, answers=scene.answers, plan=plan)
    return Step(kind=kind, scene=scene, expected=expected, label=fault or "by hand", act=act, speaks=speaks)


def recorded(exam, method, scenario=BASE, phase=0):
    """The recorded answer that a method reads in a situation, decoded."""
    answers = exam.library.answers(scenario, phase)
    return exact.decode(answers[exam.reading(method).endpoint].body)


def schema_of(name, reading):
    """The schema of what a reading reads."""
    return schemas.load(f"{name}/rest/{reading.endpoint}")
