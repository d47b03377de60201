"""Payload files as cases: what a venue really said once, through the connector's own update methods."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness import exact
from harness.checks.compare import differences
from harness.checks.exam import BASE, Exam
from harness.checks.scenes import Scene
from harness.contract.oracle import Answer, Failure
from harness.contract.payloads import Payload, candidates, read, validate
from harness.contract.pointer import look_up
from harness.contract.reading import Reading
from harness.errors import UsageError
from harness.findings import Result, Status
from harness.venues.facts import Endpoint

__all__ = ["PARSE", "REFUSE", "run_recorded", "scene_of"]

PARSE = "PARSE-recorded"
REFUSE = "ERROR-recorded"


def run_recorded(exam: Exam, folder: Path, methods: Collection[str] = ()) -> Iterator[Result]:
    """Every payload below `folder` that an update method of this venue reads: its state, or its error.

    Raises `UsageError` when there is no such folder, or a file in it is not a payload file.
    """
    if not folder.is_dir():
        raise UsageError("no such folder", where=str(folder), cure="--payloads takes a folder of payload files")
    for path in sorted(folder.rglob("*.json")):
        payload = read(path)
        if payload.venue != exam.venue.name or payload.transport != "rest":
            continue
        names = {candidate.name for candidate in candidates(payload) if isinstance(candidate, Endpoint)}
        for method in methods or exam.contract.methods():
            for reading in exam.contract.of(method):
                if reading.endpoint in names and len(names) == 1:
                    yield _one(exam, method, reading, payload, str(path.relative_to(folder)))


def _one(exam: Exam, method: str, reading: Reading, payload: Payload, case: str) -> Result:
    is_error = payload.status >= 400 or payload.text is not None
    evidence: dict[str, Any] = {}
    check, status, message = REFUSE if is_error else PARSE, Status.PASS, ""
    verdict = validate(payload)
    if not exam.has(method):
        status, message = Status.ABSENT, f"the target has no {method}"
    elif verdict.status is not Status.PASS and not is_error:
        status, message = Status.SKIP, f"the payload itself contradicts the schema: {verdict.message}"
    else:
        check, message, evidence = _judged(exam, method, reading, payload)
        status = Status.FAIL if message else Status.PASS
    return Result(check, method, case, status, message, evidence, venue=exam.venue.name)


def _judged(exam: Exam, method: str, reading: Reading, payload: Payload) -> tuple[str, str, dict[str, Any]]:
    """The check that speaks of a payload, what is wrong with what the target made of it, and the evidence."""
    scene, credentials = scene_of(exam, reading, payload)
    expected = exam.expected(method, scene, credentials)
    (outcome,) = exam.play(method, scene, credentials=credentials)
    evidence = {"actual": outcome.state.document(method), "payload": exam.excerpt(method, scene)}
    if isinstance(expected, Failure):
        if outcome.silent:
            return REFUSE, f"{expected.reason}, and nothing was raised or logged", evidence
        made_up = not outcome.state.is_empty(method)
        return REFUSE, f"{expected.reason}, and the state was made up" if made_up else "", evidence
    if outcome.error is not None:
        return PARSE, f"a real answer was not taken: {outcome.how()}", evidence
    found = [str(difference) for difference in differences(reading, expected, outcome.state)]
    return PARSE, found[0] if found else "", {"differences": found[:5], **evidence}


def scene_of(exam: Exam, reading: Reading, payload: Payload) -> tuple[Scene, Mapping[str, Any]]:
    """The situation in which a payload is the answer, and the credentials of the account that it is about."""
    body = payload.text.encode() if payload.text is not None else exact.encode(payload.body)
    scene = Scene(BASE).answered(reading.endpoint, Answer(payload.status, body))
    if reading.mode is not None and not reading.mode.default:
        mode = Answer(200, exact.encode(reading.mode.values[0]))
        scene = replace(Scene("unified"), answers=scene.answers).answered(reading.mode.endpoint, mode)
    credentials = dict(exam.credentials)
    if reading.choice is not None and reading.choice.credential and payload.text is None:
        rows = look_up(payload.body, reading.choice.rows)
        if isinstance(rows, list) and rows and isinstance(rows[0], dict):
            told = next((rows[0][at[1:]] for at in reading.choice.at if at[1:] in rows[0]), None)
            if isinstance(told, int):
                credentials[reading.choice.credential] = told
    return scene, credentials
