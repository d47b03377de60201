"""A finding as a cassette: the smallest play that shows it, kept so that `harness check` plays it from then on.

The answers are ordinary interactions, one for each step, which any vcrpy can replay. What a cassette has no words for
(the fault on the wire, what the contract expects, which check failed) stands as JSON in its provenance note.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from harness import __version__
from harness.cassette.model import Cassette, Environment, Interaction, Provenance, Response
from harness.cassette.store import load, save
from harness.checks.exam import Exam, Library
from harness.checks.scenes import FaultPlan, Scene
from harness.contract.oracle import Failure
from harness.findings import Result, Status
from harness.fuzz.arena import Arena
from harness.fuzz.engine import Found
from harness.fuzz.plays import faults_of
from harness.fuzz.steps import Act, Kind, Play, Step
from harness.model import AccountState, Position, PositionSide

__all__ = ["as_cassette", "replay", "write"]

_MARK = "fuzz"


def as_cassette(exam: Exam, method: str, found: Found) -> Cassette:
    """The cassette of a finding; its scenario is its name, and the same play has the same one."""
    note = {_MARK: {"check": found.violation.check, "method": method, "steps": [_told(step) for step in found.play]}}
    interactions = tuple(_interactions(exam, found.play))
    text = json.dumps(note, sort_keys=True)
    digest = sha256(text.encode() + b"".join(i.response.body for i in interactions)).hexdigest()[:10]
    name = f"{found.violation.check}-{method.strip('_')}-{digest}"
    provenance = Provenance(
        venue=exam.venue.name,
        environment=Environment.SIMULATOR,
        scenario=name,
        recorded_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        tools={"connector-harness": __version__},
        note=text,
    )
    return Cassette(provenance, interactions)


def write(folder: Path, cassette: Cassette) -> Path:
    """Write a finding's cassette to `folder/<venue>/<scenario>.yaml`."""
    assert cassette.provenance is not None  # noqa: S101 - as_cassette gives every one its provenance
    path = folder / cassette.provenance.venue / f"{cassette.provenance.scenario}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    save(path, cassette)
    return path


def _interactions(exam: Exam, play: Play) -> Iterator[Interaction]:
    """Every way of asking with one answer for each step; the surroundings are those of the first situation."""
    for step in play:
        replaced = dict(step.scene.answers)
        for name, interaction in exam.library.interactions(step.scene.scenario, step.scene.phase):
            answer = replaced.get(name)
            if answer is not None:
                response = Response(answer.status, "", answer.body, {"Content-Type": ("application/json",)})
                interaction = replace(interaction, response=response)  # noqa: PLW2901 - the same question
            yield interaction


def _told(step: Step) -> dict[str, Any]:
    plan = step.scene.plan
    return {
        "kind": step.kind.value,
        "act": step.act.name,
        "label": step.label,
        "speaks": step.speaks,
        "fault": None if plan is None else plan.fault.name,
        "endpoints": [] if plan is None else sorted(plan.endpoints),
        "times": None if plan is None else plan.times,
        "mode": step.scene.scenario,
        "expected": _expected(step.expected),
    }


def _expected(expected: AccountState | Failure) -> dict[str, Any]:
    if isinstance(expected, Failure):
        return {"failure": expected.reason}
    if expected.positions is None:
        return {
            "total": {asset: str(value) for asset, value in (expected.total or {}).items()},
            "available": {asset: str(value) for asset, value in (expected.available or {}).items()},
        }
    return {
        "positions": [
            [
                position.trading_pair,
                position.position_side.name,
                *map(str, (position.amount, position.entry_price, position.unrealized_pnl, position.leverage)),
            ]
            for position in expected.positions
        ]
    }


def _meant(told: Mapping[str, Any]) -> AccountState | Failure:
    if "failure" in told:
        return Failure(told["failure"])
    if "positions" in told:
        rows = (
            Position(pair, PositionSide[side], *(Decimal(figure) for figure in figures))
            for pair, side, *figures in told["positions"]
        )
        return AccountState(positions=tuple(rows))
    parts = ({asset: Decimal(value) for asset, value in told[name].items()} for name in ("total", "available"))
    total, available = parts
    return AccountState(total=total, available=available)


def replay(exam: Exam, folder: Path, methods: tuple[str, ...] = ()) -> Iterator[Result]:
    """Play every saved finding of the exam's venue again; `UsageError` for a file that is no cassette."""
    library = Library(exam.venue, folder, behind=exam.library)
    for scenario in library.scenarios():
        cassette = load(folder / exam.venue.name / f"{scenario}.yaml")
        told = _note(cassette)
        if told is None or (methods and told["method"] not in methods):
            continue
        method = told["method"]
        saved = Exam(exam.rig, exam.target, library)
        if not exam.has(method):
            yield Result(told["check"], method, scenario, Status.ABSENT, f"the target has no {method}")
            continue
        play = tuple(_step(exam, scenario, place, step) for place, step in enumerate(told["steps"]))
        violations = list(Arena(saved, method).fresh(play))
        # what goes wrong in every play may come first; the finding is what it was saved for
        first = next((one for one in violations if one.check == told["check"]), next(iter(violations), None))
        yield Result(
            first.check if first else told["check"],
            method,
            scenario,
            Status.FAIL if first else Status.PASS,
            first.message if first else "",
            {"expected": first.expected, "actual": str(first.actual)} if first else {},
            venue=exam.venue.name,
        )


def _note(cassette: Cassette) -> Mapping[str, Any] | None:
    try:
        note = json.loads(cassette.provenance.note) if cassette.provenance is not None else None
    except ValueError:
        return None
    found: Mapping[str, Any] | None = note.get(_MARK) if isinstance(note, dict) else None
    return found


def _step(exam: Exam, scenario: str, place: int, told: Mapping[str, Any]) -> Step:
    scene = Scene(scenario, place)
    if told["fault"] is not None:
        fault = faults_of(exam)[told["fault"]]
        scene = replace(scene, plan=FaultPlan(fault, frozenset(told["endpoints"]), told["times"]))
    return Step(
        kind=Kind(told["kind"]),
        scene=scene,
        expected=_meant(told["expected"]),
        label=told["label"],
        act=Act[told["act"]],
        speaks=told["speaks"],
        row_may_be_gone=told["kind"] == Kind.BROKEN.value,
    )
