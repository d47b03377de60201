"""The harness's own cassettes and tapes: every scenario of every venue, written from documented facts."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol

from harness import __version__, exact
from harness.cassette.model import Cassette, Environment, Interaction, Provenance, Request, Response
from harness.cassette.tape import SUFFIX, Frame, Tape
from harness.sim import extended, extended_stream, hyperliquid, hyperliquid_stream, lighter, lighter_stream
from harness.sim.refusals import refused, without_balance
from harness.sim.scenarios import SCENARIOS, situations
from harness.sim.situations import Situation
from harness.sim.turn import Turn
from harness.venues import venue as facts_of

__all__ = ["TAPED", "cassette", "cassettes", "tape", "tapes"]

_RECORDED_AT = "2026-06-01T00:00:00Z"
_NOTE = "written from documented facts, not recorded"


class _Builder(Protocol):
    def __call__(self, situation: Situation) -> Iterator[Turn]: ...


_TURNS: Final[Mapping[str, _Builder]] = MappingProxyType(
    {"extended": extended.turns, "lighter": lighter.turns, "hyperliquid": hyperliquid.turns}
)

_FRAMES: Final[Mapping[str, Callable[[Situation], Sequence[Frame]]]] = MappingProxyType(
    {"extended": extended_stream.frames, "lighter": lighter_stream.frames, "hyperliquid": hyperliquid_stream.frames}
)

TAPED: Final = ("long_and_short",)
"""The scenarios that have a tape, at every venue."""


def _turns(venue: str, scenario: str) -> list[list[Turn]]:
    """The turns of each moment."""
    moments: list[list[Turn]] = []
    for situation in situations(venue, scenario):
        turns: Iterable[Turn] = _TURNS[venue](situation)
        if scenario == "errors":
            turns = refused(venue, turns)
        elif scenario.startswith("zero_balance_404"):
            turns = without_balance(scenario, turns)
        moments.append(list(turns))
    return moments


def _request(base: str, turn: Turn) -> Request:
    headers = {"Accept": ("application/json",)}
    uri = f"{base}{turn.path}{'?' if turn.query else ''}{turn.query}"
    if turn.body is None:
        return Request(turn.method, uri, None, headers)
    return Request(turn.method, uri, exact.encode(turn.body), {**headers, "Content-Type": ("application/json",)})


def _interaction(base: str, turn: Turn) -> Interaction:
    body = exact.encode(turn.document) if turn.text is None else turn.text.encode()
    headers = {"Content-Type": (turn.media_type,)}
    return Interaction(_request(base, turn), Response(turn.status, HTTPStatus(turn.status).phrase, body, headers))


def _changing(base: str, moments: list[list[Turn]]) -> Iterator[Interaction]:
    """All of the first moment; of the later ones, every request that is not answered alike throughout.

    A request that changes at all is kept in each moment, so that the n-th answer is that of the n-th moment.
    """
    answers: dict[tuple[str, str, bytes | None], set[bytes]] = {}
    recorded = [[_interaction(base, turn) for turn in turns] for turns in moments]
    for interaction in (each for moment in recorded for each in moment):
        request = interaction.request
        answers.setdefault((request.method, request.uri, request.body), set()).add(interaction.response.body)
    for number, moment in enumerate(recorded):
        for interaction in moment:
            request = interaction.request
            if number == 0 or len(answers[request.method, request.uri, request.body]) > 1:
                yield interaction


def cassette(venue: str, scenario: str) -> Cassette:
    """The cassette of a scenario; equal arguments give equal cassettes."""
    base = facts_of(venue).environments["mainnet"].rest
    return Cassette(_provenance(venue, scenario), tuple(_changing(base, _turns(venue, scenario))))


def tape(venue: str, scenario: str) -> Tape:
    """The tape of a scenario, which begins in its first moment; equal arguments give equal tapes."""
    return Tape(_provenance(venue, scenario), _FRAMES[venue](situations(venue, scenario)[0]))


def _provenance(venue: str, scenario: str) -> Provenance:
    return Provenance(
        venue=venue,
        environment=Environment.DOCUMENTATION,
        scenario=scenario,
        recorded_at=_RECORDED_AT,
        tools={"connector-harness": __version__},
        note=_NOTE,
    )


def cassettes(root: Path) -> Iterator[tuple[Path, Cassette]]:
    """Each cassette with the file below `root` that it belongs in."""
    for venue, scenarios in SCENARIOS.items():
        for scenario in scenarios:
            yield root / venue / f"{scenario}.yaml", cassette(venue, scenario)


def tapes(root: Path) -> Iterator[tuple[Path, Tape]]:
    """Each tape with the file below `root` that it belongs in, beside its cassette."""
    for venue in _FRAMES:
        for scenario in TAPED:
            yield root / venue / f"{scenario}{SUFFIX}", tape(venue, scenario)
