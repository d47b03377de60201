"""Generated accounts of 20 to 100 positions: made, sent through the gateway to a reference connector, and judged."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from harness import exact, resources
from harness.checks.exam import Exam
from harness.contract import schemas
from harness.fuzz.arena import Arena
from harness.fuzz.payloads import Shape, answers
from harness.fuzz.plays import Playwright
from harness.fuzz.schemas import from_schema
from harness.gateway import Gateway
from harness.gateway.messages import Reply, Request
from harness.gateway.point import rest_url
from harness.targets.driving import Rig
from harness.targets.loading import reference
from harness.venues import NAMES

__all__ = ["Rates", "measure"]

METHOD = "_update_positions"
SIZES = (20, 40, 60, 100)
EXAMPLES = 300
PEER_EXAMPLES = 40
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Rates:
    """Examples a second of one venue.

    `bare` is the same connector asking a gateway for the same payloads, where nothing is generated, watched or judged.
    `field_by_field` draws documents from the schema, of whatever size they come: a few rows, seldom twenty.
    """

    venue: str
    generated: float
    field_by_field: float
    end_to_end: float
    bare: float


def measure() -> list[Rates]:
    """The rates of every venue; what is compared takes turns, and each figure is the best round's."""
    with Rig() as rig:
        return [_of(Exam(rig, reference(name))) for name in NAMES]


def _of(exam: Exam) -> Rates:
    playwright = Playwright(exam, METHOD)
    ground = playwright.grounds[0]
    shapes = answers(ground.source, SIZES)
    bodies: list[bytes] = []
    _rate(shapes, EXAMPLES, lambda shape: bodies.append(exact.encode(shape.document)))

    def judged(shape: Shape) -> None:
        if found := arena.violations((playwright.good(ground, shape),)):
            raise RuntimeError(f"the reference connector fails: {found[0]}")

    generated = end_to_end = bare = 0.0
    with Arena(exam, METHOD) as arena:
        for _ in range(ROUNDS):
            generated = max(generated, _rate(shapes, EXAMPLES, lambda _: None))
            end_to_end = max(end_to_end, _rate(shapes, EXAMPLES, judged))
            bare = max(bare, asyncio.run(_bare(exam, bodies)))
    common = exact.decode((resources.schemas() / "common.json").read_bytes())
    schema = schemas.load(f"{exam.venue.name}/rest/{ground.reading.endpoint}")
    peer = _rate(from_schema(schema, common), PEER_EXAMPLES, lambda _: None)
    return Rates(exam.venue.name, generated, peer, end_to_end, bare)


def _rate(strategy: st.SearchStrategy[Any], examples: int, look: Callable[[Any], None]) -> float:
    """Examples a second under Hypothesis, set as for fuzzing."""
    configured = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    seen = 0

    def counted(example: Any) -> None:
        nonlocal seen
        seen += 1
        look(example)

    began = time.perf_counter()
    configured(given(strategy)(counted))()
    return seen / (time.perf_counter() - began)


async def _bare(exam: Exam, bodies: list[bytes]) -> float:
    """Updates a second of the connector alone."""
    waiting = cycle(bodies)

    def answer(_: Request) -> Reply:
        return Reply(200, "OK", (("Content-Type", "application/json"),), next(waiting))

    setting = exam.setting()
    with Gateway() as gateway, gateway.open(answer) as listener:
        connector = exam.target.factory(
            base_url=rest_url(exam.venue, listener),
            ws_url="ws://127.0.0.1",
            credentials=setting.credentials,
            trading_pairs=setting.trading_pairs,
        )
        began = time.perf_counter()
        for _ in bodies:
            await connector._update_positions()
        rate = len(bodies) / (time.perf_counter() - began)
        await connector.close()
    return rate
