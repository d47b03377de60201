"""What the tests of fuzzing share: targets, steps made by hand, and strategies drawn from."""

from functools import cache
from types import SimpleNamespace

from hypothesis import HealthCheck, Phase, given, settings
from specimens import venues

from harness import exact
from harness.checks.exam import BASE, Exam, Library
from harness.checks.scenes import FaultPlan, Scene
from harness.contract import schemas
from harness.contract.edits import breakages, put
from harness.contract.oracle import Answer
from harness.fuzz.plays import Playwright
from harness.fuzz.steps import Kind, Step
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


def step(exam, method, scene=None, **told):
    """A good step: the base situation unless told, done as told."""
    scene = scene or Scene(BASE)
    expected = exam.expected(method, scene)
    return Step(**{"kind": Kind.GOOD, "scene": scene, "expected": expected, "label": "by hand", **told})


def faulted(exam, method, fault, times=None):
    """The base situation with a fault on the endpoint that is read."""
    plan = FaultPlan(FAULTS[fault], exam.source(method), times)
    kind = Kind.LASTING if times is None else Kind.TRANSIENT
    whole = exam.expected(method, Scene(BASE))
    return step(exam, method, Scene(BASE, plan=plan), kind=kind, label=fault, expected=whole)


def broken(exam, method, name, row=0):
    """The base situation with one breakage of one row."""
    reading = exam.reading(method)
    kind, edit = next((kind, edit) for kind, edit in breakages(reading, row) if edit.name == name)
    body = exact.encode(edit.apply(recorded(exam, method)))
    scene = Scene(BASE).answered(reading.endpoint, Answer(200, body))
    told = {"kind": Kind.BROKEN, "label": name, "speaks": f"EVOLVE-{kind}", "row_may_be_gone": True}
    return step(exam, method, scene, expected=exam.expected(method, Scene(BASE)), **told)


def changed(exam, method, pattern, value):
    """The base situation with another value in one place or in many."""
    edit = put(exam.reading(method).endpoint, pattern, value, "changed")
    body = exact.encode(edit.apply(recorded(exam, method)))
    return step(exam, method, Scene(BASE).answered(edit.endpoint, Answer(200, body)))


def recorded(exam, method):
    """The answer that a method reads in the base situation, decoded."""
    return exact.decode(exam.library.answers(BASE, 0)[exam.reading(method).endpoint].body)


def schema_of(name, reading):
    """The schema of what a reading reads."""
    return schemas.load(f"{name}/rest/{reading.endpoint}")
