"""Strategies of whole plays: what the venue says and does in one to four calls of an update method."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

from hypothesis import strategies as st

from harness import exact
from harness.checks.errors import GATEWAYS, MISLEADING, SUCCESS_IN_BODY, refusals
from harness.checks.exam import BASE, Exam
from harness.checks.scenes import FaultPlan, Scene
from harness.contract import schemas
from harness.contract.edits import (
    Edit,
    breakages,
    collapses,
    fractions,
    is_applicable,
    repetitions,
    unknown_openness,
)
from harness.contract.oracle import Answer, Failure
from harness.contract.reading import Reading
from harness.fuzz.bodies import spoilt
from harness.fuzz.payloads import LENGTH, Shape, Source, assembled
from harness.fuzz.steps import Act, Kind, Play, Step
from harness.gateway.faults import FAULTS, Fault, envelope
from harness.gateway.messages import Reply, Request, Seen
from harness.model import AccountState

__all__ = ["Ground", "Playwright", "faults_of"]

_T = TypeVar("_T")

_SPEAKS = {"missing": "EVOLVE-missing", "null": "EVOLVE-null", "enum": "EVOLVE-enum", "type": "EVOLVE-type"}
_TRANSIENT = ("http-429", "http-429-seconds", "http-429-date", "http-500", "http-502-html", "http-503", "http-504",
              "reset-before")  # fmt: skip
_RARE_ACTS = (Act.TOGETHER, Act.CANCEL, Act.REPEAT, Act.CLOSE, Act.STRANGER)
_UNIFIED = "unified"
_UNHEARD_OF = "modeAddedLater"
_SEQUELS = (0, 0, 0, 1, 2, 4)
"""How many steps come after the first: most often none, for that is quickest and says most."""
_NUMBERS = 5  # bytes of a step besides those of its answer: which kind of step, and which of that kind
_FIRST = st.binary(min_size=LENGTH + _NUMBERS, max_size=LENGTH + _NUMBERS)
_SEQUEL = st.binary(min_size=LENGTH + _NUMBERS, max_size=LENGTH + _NUMBERS)


@dataclass(frozen=True, slots=True)
class Ground:
    """One way of reading the venue: the situation around it, and what can be generated for it."""

    scenario: str
    reading: Reading
    source: Source


class Playwright:
    """Writes plays for one method of one target.

    `asked` are requests of the target in the base situation. What they are answered in the recorded situations is
    what generated answers are made of: a wallet is answered with all of its accounts, an account's number with one.
    """

    def __init__(self, exam: Exam, method: str, asked: Sequence[Seen] = ()) -> None:
        self._exam, self._method, self._asked = exam, method, asked

    @cached_property
    def grounds(self) -> Sequence[Ground]:
        """The readings of the method, the ordinary one first."""
        found = []
        for reading in self._exam.contract.of(self._method):
            scenario = BASE if reading.mode is None or reading.mode.default else _UNIFIED
            schema = schemas.load(f"{self._exam.venue.name}/rest/{reading.endpoint}")
            source = Source.of(self._exam.venue.name, reading, self._documents(reading), schema.is_valid)
            found.append(Ground(scenario, reading, source))
        return found

    def _documents(self, reading: Reading) -> list[Any]:
        """Every recorded answer of the reading's endpoint that is no error."""
        schema = schemas.load(f"{self._exam.venue.name}/rest/{reading.endpoint}")
        documents = []
        for scenario in sorted(self._exam.library.scenarios(), key=lambda name: name != BASE):
            for phase in range(self._exam.library.phases(scenario)):
                answer = self._answer(reading, scenario, phase)
                document = exact.decode(answer.body) if answer is not None and answer.status == 200 else None
                if document is not None and schema.is_valid(document):
                    documents.append(document)
        return documents

    def _answer(self, reading: Reading, scenario: str, phase: int) -> Answer | Reply | None:
        """What the target's request is answered; of a target that asks nothing, what others are."""
        library = self._exam.library
        for seen in self._asked:
            if reading.endpoint in self._exam.names([seen]):
                asked = Request(seen.method, seen.path, seen.query, seen.headers, seen.body)
                reply = library.playback(scenario, phase)(asked)
                if not reply.unmatched:
                    return reply
        return library.answers(scenario, phase).get(reading.endpoint)

    @cached_property
    def recorded(self) -> Sequence[Scene]:
        """The recorded situations, each of their steps."""
        library = self._exam.library
        return [Scene(name, phase) for name in library.scenarios() for phase in range(library.phases(name))]

    @cached_property
    def faults(self) -> Sequence[Fault]:
        """Whatever can go wrong."""
        return tuple(faults_of(self._exam).values())

    def plays(self) -> st.SearchStrategy[Play]:
        """Plays of one to four steps; most are one good answer, for those are quickest and say most."""
        return _plays(self)

    # steps

    def good(self, ground: Ground, shape: Shape) -> Step:
        """A generated answer that the contract allows."""
        scene = self._scene(ground, shape.document)
        touched = {f"{column.into} changed" for column in shape.changed}
        touched |= {f"{into} {value!r}" for into, value in ground.source.said(shape.document)}
        return Step(
            kind=Kind.GOOD,
            scene=scene,
            expected=self._exam.expected(self._method, scene),
            label="a generated answer",
            touched=frozenset(touched),
        )

    def situation(self, scene: Scene) -> Step:
        """A recorded situation as it is."""
        return Step(
            kind=Kind.GOOD,
            scene=scene,
            expected=self._exam.expected(self._method, scene),
            label=f"the recorded situation {scene.scenario}, step {scene.phase + 1}",
            touched=frozenset({f"situation {scene.scenario}"}),
        )

    def broken(self, ground: Ground, shape: Shape, number: int) -> Step:
        """An answer with one breakage in it."""
        whole = self._exam.expected(self._method, self._scene(ground, shape.document))
        size = len(whole.positions or ()) if isinstance(whole, AccountState) else 0
        edits = self._edits(ground.reading, number % max(size, 1), shape.document)
        if edits and number % 4:
            speaks, edit = edits[number // 4 % len(edits)]
            body, label = exact.encode(edit.apply(shape.document)), edit.name
        else:
            speaks = "ERROR-body"
            body, label = spoilt(exact.encode(shape.document), number // 4)
        scene = Scene(ground.scenario).answered(ground.reading.endpoint, Answer(200, body))
        return Step(
            kind=Kind.BROKEN,
            scene=scene,
            expected=whole,
            label=label,
            speaks=speaks,
            row_may_be_gone=True,
            touched=frozenset({f"breakage {label}"}),
        )

    @staticmethod
    def _edits(reading: Reading, row: int, document: Any) -> list[tuple[str, Edit]]:
        found = [(_SPEAKS[kind], edit) for kind, edit in breakages(reading, row)]
        found += [("EVOLVE-missing", edit) for edit in collapses(reading)]
        found += [("PARSE-rows", edit) for edit in repetitions(reading, row)]
        found += [("EVOLVE-enum", edit) for edit in unknown_openness(reading)]
        return [(speaks, edit) for speaks, edit in found if is_applicable(edit, document)]

    def remarked(self, ground: Ground, shape: Shape, number: int) -> Step | None:
        """A whole answer that denies itself, or has a fraction for a whole number; `None` where neither can be."""
        edits = [("EVOLVE-type", edit) for edit in fractions(ground.reading)]
        edits += [("ERROR-envelope", edit) for edit in refusals(self._exam, self._method)]
        edits = [(speaks, edit) for speaks, edit in edits if is_applicable(edit, shape.document)]
        if not edits:
            return None
        speaks, edit = _one_of(edits, number)
        scene = self._scene(ground, edit.apply(shape.document))
        expected = self._exam.expected(self._method, scene)
        is_refusal = isinstance(expected, Failure)
        return Step(
            kind=Kind.GOOD if is_refusal else Kind.BROKEN,
            scene=scene,
            expected=expected,
            label=edit.name,
            speaks=speaks,
            row_may_be_gone=not is_refusal,
            touched=frozenset({f"breakage {edit.name}"}),
        )

    def moded(self, ground: Ground, shape: Shape, number: int) -> Step:
        """Another word for the mode of the account: a documented one, one that nobody knows, or a fault instead.

        A target that does not ask for the mode is not touched by it, and reads what the whole answer means.
        """
        mode = ground.reading.mode
        assert mode is not None  # noqa: S101 - only such readings are asked for
        scene = self._scene(ground, shape.document)
        number, choice = divmod(number, 3)
        label, answer, plan = f"{mode.endpoint} {_UNHEARD_OF!r}", _UNHEARD_OF, None
        if choice == 0:
            answer = _one_of(mode.values, number)
            label = f"{mode.endpoint} {answer!r}"
        elif choice == 1:
            fault = _one_of([fault for fault in self.faults if fault.family == "http"], number)
            label, plan = f"{mode.endpoint}: {fault.summary}", FaultPlan(fault, frozenset({mode.endpoint}))
        staged = scene.answered(mode.endpoint, Answer(200, exact.encode(answer)))
        return Step(
            kind=Kind.BROKEN if choice else Kind.GOOD,
            scene=replace(scene if plan is not None else staged, plan=plan),
            expected=self._exam.expected(self._method, scene),
            label=label,
            speaks="ERROR-http" if plan is not None else "EVOLVE-enum",
        )

    def faulty(self, ground: Ground, shape: Shape, fault: Fault, *, times: int | None) -> Step:
        """A good answer that a fault keeps from the client, for good or the first time."""
        scene = self._scene(ground, shape.document)
        plan = FaultPlan(fault, frozenset({ground.reading.endpoint}), times)
        return Step(
            kind=Kind.LASTING if times is None else Kind.TRANSIENT,
            scene=replace(scene, plan=plan),
            expected=self._exam.expected(self._method, scene),
            label=fault.summary,
            touched=frozenset({f"fault {fault.name}{'' if times is None else ', once'}"}),
        )

    def _scene(self, ground: Ground, document: Any) -> Scene:
        answer = Answer(200, ground.source.body(document), document)
        return Scene(ground.scenario).answered(ground.reading.endpoint, answer)


def faults_of(exam: Exam) -> Mapping[str, Fault]:
    """Whatever can go wrong on the wire, the venue's own envelopes with HTTP 200, and misleading texts, by name."""
    told = {_code(document): exact.encode(document) for document in exam.contract.error_envelopes}
    own = {f"error-code-{code}": (200, text) for code, text in told.items()}
    own |= {case: (status, misleading) for case, (status, _, misleading) in MISLEADING.items()}
    own |= {name: (404, told) for name, told in GATEWAYS.items()}
    catalogue = {**FAULTS, SUCCESS_IN_BODY.name: SUCCESS_IN_BODY}
    return {**catalogue, **{name: envelope(status, text, name=name) for name, (status, text) in own.items()}}


def _code(document: Mapping[str, Any]) -> str:
    """What tells one of the venue's errors from the others: its code, or its words."""
    told = document.get("error", document)
    return str(told.get("code", document.get("response", ""))).replace(" ", "-")


@st.composite
def _plays(draw: Callable[[st.SearchStrategy[Any]], Any], playwright: Playwright) -> Play:
    """A good answer, and up to four steps after it; each is one draw of bytes, and smaller bytes are simpler steps."""
    grounds = playwright.grounds
    drawn = draw(_FIRST)
    ground = grounds[drawn[0] % len(grounds)]
    play = [playwright.good(ground, assembled(ground.source, drawn[_NUMBERS:]))]
    play += [_sequel(playwright, ground, draw(_SEQUEL)) for _ in range(_SEQUELS[drawn[1] % len(_SEQUELS)])]
    return tuple(play)


def _sequel(playwright: Playwright, ground: Ground, drawn: bytes) -> Step:
    """One step after the first good answer."""
    kind, number = drawn[0] * 100 // 256, int.from_bytes(drawn[1:_NUMBERS])
    if kind >= 88:
        return playwright.situation(_one_of(playwright.recorded, number))
    shape = assembled(ground.source, drawn[_NUMBERS:])
    if kind < 8:
        is_moded = ground.reading.mode is not None and number % 4
        return playwright.moded(ground, shape, number // 4) if is_moded else playwright.good(ground, shape)
    if kind < 52:
        remarked = playwright.remarked(ground, shape, number) if kind >= 46 else None
        return remarked or playwright.broken(ground, shape, number)
    if kind < 74:
        return playwright.faulty(ground, shape, _one_of(playwright.faults, number), times=None)
    if kind < 84:
        return playwright.faulty(ground, shape, FAULTS[_one_of(_TRANSIENT, number)], times=1)
    return replace(playwright.good(ground, shape), act=_one_of(_RARE_ACTS, number))


def _one_of(choices: Sequence[_T], number: int) -> _T:
    return choices[number % len(choices)]
