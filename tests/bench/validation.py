"""Validating an account of a hundred positions: by the harness, and by plain `jsonschema`."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from harness import exact, resources
from harness.contract import schemas
from tests.bench.specimens import account

__all__ = ["Validation", "measure"]

POSITIONS = 100


@dataclass(frozen=True, slots=True)
class Validation:
    """Validations a second of an account with this many positions."""

    positions: int
    ours: float
    jsonschema: float


def measure() -> Validation:
    """Both validators, built beforehand, on the same decoded document and schema."""
    ours = schemas.load("lighter/rest/account")
    common = exact.decode((resources.schemas() / "common.json").read_bytes())
    registry = Registry().with_resource(common["$id"], Resource.from_contents(common))
    peer = Draft202012Validator(dict(ours.document), registry=registry)
    document = account(POSITIONS)
    if problems := ours.problems(document):
        raise RuntimeError(f"the specimen does not conform: {problems[0]}")
    return Validation(
        POSITIONS, _rate(lambda: ours.is_valid(document), 500), _rate(lambda: peer.is_valid(document), 10)
    )


def _rate(work: Callable[[], bool], times: int) -> float:
    """Best of three rounds."""
    best = 0.0
    for _ in range(3):
        began = time.perf_counter()
        for _ in range(times):
            if not work():
                raise RuntimeError("the specimen does not conform")
        best = max(best, times / (time.perf_counter() - began))
    return best
