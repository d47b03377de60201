"""EVOLVE: an answer that is not what it was is read rightly or refused openly, never misread in silence."""

from collections.abc import Iterable, Iterator

from harness.checks.errors import unasked
from harness.checks.exam import Exam
from harness.checks.registry import Run, Verdict, check, contrast, failed, passed, skipped
from harness.checks.scenes import Scene, json_of
from harness.checks.state import unusable
from harness.contract.edits import (
    Edit,
    breakages,
    breakages_of_second_row,
    collapses,
    fractions,
    is_applicable,
    unknown_fields,
    unknown_openness,
)
from harness.contract.oracle import Answer
from harness.contract.reading import Reading


@check("EVOLVE-unknown", "fields that nobody knows yet change nothing")
def unknown(exam: Exam, method: str) -> Iterator[Verdict]:
    """A new field in every object."""
    if reason := unusable(exam, method):
        yield skipped("-", reason)
        return
    (good,) = exam.play(method, exam.base())
    (outcome,) = exam.play(method, exam.base().edited(unknown_fields(exam.reading(method).endpoint)))
    if outcome.error is not None or outcome.state.part(method) != good.state.part(method):
        yield contrast(
            "unknown fields",
            f"an added field changed what was read: the connector {outcome.how()}",
            method,
            good,
            outcome,
        )
    else:
        yield passed("unknown fields")


def _breakages(reading: Reading) -> Iterator[tuple[str, Edit]]:
    """In two rows, a long and a short one: a default that is right for the one is wrong for the other."""
    yield from breakages(reading, 0)
    yield from breakages_of_second_row(reading)


def _broken(*kinds: str) -> Run:
    def run(exam: Exam, method: str) -> Iterator[Verdict]:
        if reason := unusable(exam, method) or unasked(exam, method):
            yield skipped("-", reason)
            return
        edits = [edit for kind, edit in _breakages(exam.reading(method)) if kind in kinds]
        if "enum" in kinds:
            edits += unknown_openness(exam.reading(method))
        yield from _misread(exam, method, edits)
        if "enum" in kinds:
            yield from _unknown_mode(exam, method)

    return run


def _unknown_mode(exam: Exam, method: str) -> Iterator[Verdict]:
    """A mode of the account that nobody knows, in every mode that is recorded; nothing to those that do not ask."""
    for reading in exam.contract.of(method):
        if reading.mode is None:
            continue
        scene = exam.base() if reading.mode.default else Scene("unified")
        whole, after = (
            exam.play(method, one)[-1]
            for one in (scene, scene.answered(reading.mode.endpoint, Answer(200, b'"modeAddedLater"')))
        )
        case = f"{reading.mode.endpoint} 'modeAddedLater' in {scene.scenario}"
        if after.silent and after.state.part(method) != whole.state.part(method):
            what = "nothing was raised or logged, and the state is not what the venue meant"
            yield contrast(case, f"{case}: {what}", method, whole, after)
        else:
            yield passed(case)


def _misread(exam: Exam, method: str, edits: Iterable[Edit]) -> Iterator[Verdict]:
    """Silence is right only when the state is, all the same, the one that the whole answer would have made."""
    _, whole = exam.play(method, exam.base(), exam.changed(method))
    answer = exam.answers(exam.base()).get(exam.reading(method).endpoint)
    document = json_of(answer.body) if answer is not None else None
    for edit in edits:
        if not is_applicable(edit, document):
            continue
        scene = exam.changed(method).edited(edit)
        _, after = exam.play(method, exam.base(), scene)
        if after.silent and after.state.part(method) != whole.state.part(method):
            yield failed(
                edit.name,
                f"{edit.name}: nothing was raised or logged, and the state is not what the venue meant",
                expected="an error or a warning",
                actual=after.state.document(method),
                payload=exam.excerpt(method, scene),
            )
        else:
            yield passed(edit.name)


check("EVOLVE-enum", "an enum value that nobody knows is never taken for another one")(_broken("enum"))
check("EVOLVE-null", "null is never taken for a value")(_broken("null"))


@check("EVOLVE-type", "a value of another type is never taken for a number, nor a fraction for a whole one")
def types(exam: Exam, method: str) -> Iterator[Verdict]:
    """Objects and words where numbers were, and fractions where there were integers."""
    yield from _broken("type")(exam, method)
    if unusable(exam, method) or unasked(exam, method):
        return
    answer = exam.answers(exam.base()).get(exam.reading(method).endpoint)
    document = json_of(answer.body) if answer is not None else None
    for edit in fractions(exam.reading(method)):
        if not is_applicable(edit, document):
            continue
        scene = exam.base().edited(edit)
        (outcome,) = exam.play(method, scene)
        wrong = exam.differences(method, scene, outcome) if outcome.silent else ()
        known = exam.differences(method, exam.base(), exam.play(method, exam.base())[-1])
        new = [difference for difference in wrong if difference.cause() not in {one.cause() for one in known}]
        yield failed(edit.name, f"{edit.name}: {new[0]}") if new else passed(edit.name)


@check("EVOLVE-missing", "a required field that is gone is an error, and so is an answer without its rows")
def missing(exam: Exam, method: str) -> Iterator[Verdict]:
    """Each consumed field in turn, then the whole."""
    if reason := unusable(exam, method) or unasked(exam, method):
        yield skipped("-", reason)
        return
    edits = [edit for kind, edit in _breakages(exam.reading(method)) if kind == "missing"]
    yield from _misread(exam, method, [*edits, *collapses(exam.reading(method))])
