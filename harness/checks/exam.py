"""One target before one venue: the recorded situations it is put into, and what it did in each.

A play that several checks ask for runs once; its outcomes are kept.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from yarl import URL

from harness import exact, resources
from harness.cassette.model import Cassette, Interaction
from harness.cassette.store import load
from harness.checks.compare import Difference, differences
from harness.checks.scenes import Scene, Script, endpoint_of, json_of
from harness.contract.edits import scaled
from harness.contract.oracle import Answer, Failure, contract, expect, reading_of
from harness.contract.reading import Contract, Reading
from harness.errors import UsageError
from harness.gateway.index import Index, Playback
from harness.gateway.messages import Seen
from harness.model import AccountState
from harness.sim.credentials import CREDENTIALS
from harness.targets.driving import Rig, Session, Setting
from harness.targets.loading import Target
from harness.targets.outcome import Outcome
from harness.venues import venue
from harness.venues.facts import Endpoint, Venue

__all__ = ["BASE", "PAIRS", "Exam", "Library", "Recorded"]

BASE = "long_and_short"
"""The situation in which every check begins: funds, a long and a short position."""

PAIRS: Mapping[str, tuple[str, ...]] = {
    "extended": ("BTC-USD", "ETH-USD"),
    "lighter": ("BTC-USDC", "ETH-USDC"),
    "hyperliquid": ("BTC-USD", "ETH-USD"),
}


_Asked = tuple[str, str, bytes | None]


@dataclass(frozen=True, slots=True, order=True)
class Recorded:
    """A cassette as evidence: the file, where its answers come from, and when, as its provenance says."""

    file: str
    venue: str
    environment: str = ""
    recorded_at: str = ""


@dataclass(frozen=True, slots=True)
class _Recording:
    evidence: Recorded
    index: Index
    groups: Mapping[_Asked, tuple[Interaction, ...]]  # the answers of each way of asking, in order


class Library:
    """The cassettes of one venue, loaded once. What a folder has not is looked up in the library behind it."""

    def __init__(self, facts: Venue, folder: Path | None = None, behind: "Library | None" = None) -> None:
        self._facts, self._behind = facts, behind
        self._folder = (folder or resources.cassettes()) / facts.name
        self._loaded: dict[str, _Recording] = {}
        self._answers: dict[tuple[str, int], Mapping[str, Answer]] = {}

    @property
    def venue(self) -> str:
        """The name of the venue."""
        return self._facts.name

    def scenarios(self) -> tuple[str, ...]:
        """The names of all recorded situations."""
        return tuple(path.stem for path in self.files())

    def played(self) -> frozenset[Recorded]:
        """The recordings that were asked for so far."""
        behind = self._behind.played() if self._behind is not None else frozenset()
        return behind | {recording.evidence for recording in self._loaded.values()}

    def _evidence(self, path: Path, cassette: Cassette) -> Recorded:
        told = cassette.provenance
        if told is None:
            return Recorded(str(path), self._facts.name)
        return Recorded(str(path), self._facts.name, str(told.environment), told.recorded_at)

    def files(self) -> tuple[Path, ...]:
        """The cassettes of the folder."""
        return tuple(sorted(self._folder.glob("*.yaml")))

    def _recording(self, scenario: str) -> _Recording:
        if scenario not in self._loaded:
            path = self._folder / f"{scenario}.yaml"
            if self._behind is not None and not path.is_file():
                return self._behind._recording(scenario)  # noqa: SLF001 - one of its own kind
            if not path.is_file():
                raise UsageError("no such cassette", where=str(path), cure="record it, or reinstall the harness")
            cassette = load(path)
            index, groups = Index(self._facts, cassette), _grouped(self._facts, cassette)
            self._loaded[scenario] = _Recording(self._evidence(path, cassette), index, groups)
        return self._loaded[scenario]

    def playback(self, scenario: str, phase: int) -> Playback:
        """A responder that answers with the recordings of one phase."""
        playback = Playback(self._recording(scenario).index)
        playback.phase(phase)
        return playback

    def phases(self, scenario: str) -> int:
        """How many steps a situation has."""
        return max(len(group) for group in self._recording(scenario).groups.values())

    def interactions(self, scenario: str, phase: int) -> Iterator[tuple[str, Interaction]]:
        """Every way of asking with its answer in a phase, and the name of the endpoint that is asked."""
        for (endpoint, _, _), group in self._recording(scenario).groups.items():
            yield endpoint, group[min(phase, len(group) - 1)]

    def answers(self, scenario: str, phase: int) -> Mapping[str, Answer]:
        """The answer of every endpoint in a phase, by endpoint name; the first recorded way of asking counts."""
        if (scenario, phase) not in self._answers:
            found: dict[str, Answer] = {}
            for (endpoint, _, _), group in self._recording(scenario).groups.items():
                response = group[min(phase, len(group) - 1)].response
                found.setdefault(endpoint, Answer(response.status, response.body))
            self._answers[scenario, phase] = found
        return self._answers[scenario, phase]


def _grouped(facts: Venue, cassette: Cassette) -> Mapping[_Asked, tuple[Interaction, ...]]:
    groups: dict[_Asked, list[Interaction]] = {}
    for interaction in cassette.interactions:
        request = interaction.request
        below = URL(request.uri).path.removeprefix(facts.rest_prefix) or "/"
        found = facts.find(request.method, below, json_of(request.body or b"") or {})
        if found:
            groups.setdefault((found[0].name, request.uri, request.body), []).append(interaction)
    return {asked: tuple(group) for asked, group in groups.items()}


class Exam:
    """Everything that the checks of one run share."""

    def __init__(self, rig: Rig, target: Target, library: Library | None = None) -> None:
        self.rig, self.target = rig, target
        self.venue = venue(target.venue)
        self.contract: Contract = contract(target.venue)
        self.library = library or Library(self.venue)
        self._played: dict[tuple[str, tuple[Scene, ...], str], tuple[Outcome, ...]] = {}

    @cached_property
    def credentials(self) -> Mapping[str, Any]:
        """The made-up credentials of the account in the cassettes; indices are integers."""
        held = CREDENTIALS[self.venue.name]
        return {name: int(value) if name.endswith("_index") else value for name, value in held.items()}

    def setting(self, credentials: Mapping[str, Any] | None = None) -> Setting:
        """What the target's factory is given."""
        assets = {"USD", "USDC"}
        return Setting(
            credentials=credentials or self.credentials,
            trading_pairs=PAIRS[self.venue.name],
            assets=sorted(assets),
            rest_prefix=self.venue.rest_prefix,
            ws_prefix=self.venue.ws_prefix,
        )

    def session(self, scene: Scene, credentials: Mapping[str, Any] | None = None) -> tuple[Session, Script]:
        """A connector that is not yet built, and the script that answers it."""
        script = Script(self.venue, self.library.playback(scene.scenario, scene.phase), scene)
        return self.rig.session(self.target, self.setting(credentials), script), script

    def has(self, method: str) -> bool:
        """Whether the target has a method."""
        return self._methods[method]

    @cached_property
    def _methods(self) -> Mapping[str, bool]:
        session, _ = self.session(Scene(BASE))
        with session:
            return {method: session.has(method) for method in self.contract.methods()}

    def play(self, method: str, *scenes: Scene, credentials: Mapping[str, Any] | None = None) -> tuple[Outcome, ...]:
        """One connector through several scenes, one call of the method in each."""
        key = (method, scenes, repr(credentials))
        if key not in self._played:
            self._played[key] = self._play(method, scenes, credentials)
        return self._played[key]

    def _play(
        self, method: str, scenes: tuple[Scene, ...], credentials: Mapping[str, Any] | None
    ) -> tuple[Outcome, ...]:
        session, script = self.session(scenes[0], credentials)
        with session:
            return tuple(self.step(session, script, scene, lambda s: s.call(method)) for scene in scenes)

    def step(self, session: Session, script: Script, scene: Scene, act: Callable[[Session], Outcome]) -> Outcome:
        """One scene of a play."""
        script.play(self.library.playback(scene.scenario, scene.phase), scene)
        refuses = scene.plan is not None and scene.plan.fault.refuses_connections
        if refuses:
            session.listener.refuse()
        try:
            return act(session)
        finally:
            if refuses:
                session.listener.accept()

    def answers(self, scene: Scene) -> Mapping[str, Answer]:
        """What the venue says in a scene, faults on the wire left out."""
        found = {**self.library.answers(scene.scenario, scene.phase), **dict(scene.answers)}
        for edit in scene.edits:
            answer = found.get(edit.endpoint)
            document = json_of(answer.body) if answer is not None else None
            if answer is not None and document is not None:
                found[edit.endpoint] = Answer(answer.status, exact.encode(edit.apply(document)))
        return found

    def expected(
        self, method: str, scene: Scene, credentials: Mapping[str, Any] | None = None
    ) -> AccountState | Failure:
        """What the contract says of a scene."""
        held = {name: str(value) for name, value in (credentials or self.credentials).items()}
        return expect(self.contract, method, self.answers(scene), held)

    def reading(self, method: str, scene: Scene | None = None) -> Reading:
        """How the method reads the venue in a scene."""
        return reading_of(self.contract, method, self.answers(scene or Scene(BASE)))

    def endpoints(self, requests: Iterable[Seen]) -> tuple[Endpoint, ...]:
        """The documented endpoints that requests were for."""
        found = (endpoint_of(self.venue, seen) for seen in requests)
        return tuple(endpoint for endpoint in found if endpoint is not None)

    def names(self, requests: Iterable[Seen]) -> frozenset[str]:
        """The names of those endpoints."""
        return frozenset(endpoint.name for endpoint in self.endpoints(requests))

    def asked(self, outcome: Outcome) -> frozenset[str]:
        """The endpoints that a call asked."""
        return self.names(outcome.requests)

    def differences(self, method: str, scene: Scene, outcome: Outcome) -> tuple[Difference, ...]:
        """In what the state after a scene differs from the contract's; empty where the contract says to fail."""
        expected = self.expected(method, scene)
        if isinstance(expected, Failure):
            return ()
        return differences(self.reading(method, scene), expected, outcome.state)

    def base(self) -> Scene:
        """Where every check begins."""
        return Scene(BASE, label="good")

    def changed(self, method: str) -> Scene:
        """The same account a moment later: every amount has doubled."""
        return replace(self.base().edited(scaled(self.reading(method))), label="changed")

    def source(self, method: str) -> frozenset[str]:
        """The endpoint whose answer the method reads in the base situation."""
        return frozenset({self.reading(method).endpoint})

    def said(self, method: str, scene: Scene) -> Any:
        """What the contract says of a scene, as JSON, for evidence."""
        expected = self.expected(method, scene)
        if isinstance(expected, Failure):
            return f"a failure: {expected.reason}"
        if expected.positions is not None:
            return [
                {"trading_pair": p.trading_pair, "position_side": p.position_side.name, "amount": str(p.amount)}
                for p in expected.positions
            ]
        parts = {"total": expected.total, "available": expected.available}
        return {name: {asset: str(value) for asset, value in (part or {}).items()} for name, part in parts.items()}

    def excerpt(self, method: str, scene: Scene, limit: int = 1500) -> str:
        """The answer that the method read, for evidence."""
        answer = self.answers(scene).get(self.reading(method, scene).endpoint)
        text = "" if answer is None else answer.body.decode("utf-8", "replace")
        return text if len(text) <= limit else f"{text[:limit]} … ({len(text)} characters)"
