"""Playing generated steps to a connector and having every one judged.

One connector is kept for play after play, because building one costs more than an update. Whatever is found is played
again to a fresh connector, and only what happens there too is reported: each play stands for itself.
"""

import asyncio
import gc
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from types import TracebackType
from typing import Self

from harness.checks.exam import BASE, Exam
from harness.checks.leak import complaints
from harness.checks.scenes import FaultPlan, Scene, Script
from harness.fuzz.referee import Violation, judge
from harness.fuzz.steps import Act, Play, Step
from harness.gateway.faults import FAULTS
from harness.targets.driving import Rig, Session
from harness.targets.observation import Snapshot
from harness.targets.outcome import Outcome

__all__ = ["Arena"]

_MOST_CONNECTIONS = 4
_GARBAGE = 20_000
"""New objects after which garbage is looked for: some plays, of which each makes some hundreds that are soon gone."""
_FRESH = frozenset({Act.CLOSE, Act.STRANGER, Act.REPEAT})
"""What cannot be asked of a connector that goes on."""


class Arena:
    """A target that is played to. A context manager."""

    def __init__(self, exam: Exam, method: str) -> None:
        self._exam, self._method = exam, method
        self._kept: tuple[Session, Script] | None = None
        self._quick: Rig | None = None
        self._stack = ExitStack()
        self._state: Snapshot | None = None
        self._thresholds = gc.get_threshold()
        self.calls = 0

    def __enter__(self) -> Self:
        gc.freeze()  # leaks are found by collecting garbage; what is there by now need not be searched for it
        self._thresholds = gc.get_threshold()
        gc.set_threshold(_GARBAGE, *self._thresholds[1:])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._drop()
        self._stack.close()
        gc.set_threshold(*self._thresholds)
        gc.unfreeze()

    def violations(self, play: Play) -> tuple[Violation, ...]:
        """What did not hold in a play, and does not hold with a fresh connector either."""
        if not any(step.act in _FRESH for step in play):
            session, script = self._session()
            found = list(self._run(session, script, play))
            if not found and session.listener.connections() <= _MOST_CONNECTIONS:
                return ()
            self._drop()
            if self._quick is not None and self._quick.was_blocked:
                self._quick = self._exam.rig  # it blocks now and then, and never again in the loop that serves
        return tuple(self.fresh(play))

    def fresh(self, play: Play) -> Iterator[Violation]:
        """The same with a connector of its own."""
        session, script = self._exam.session(Scene(BASE))
        with session:
            self._state = None
            yield from self._run(session, script, play)
            self._state = None

    def _session(self) -> tuple[Session, Script]:
        if self._kept is None:
            script = self._script(Scene(BASE))
            session = self._rig().session(self._exam.target, self._exam.setting(), script)
            self._kept = session.__enter__(), script
            self._state = None
        return self._kept

    def _script(self, scene: Scene) -> Script:
        return Script(self._exam.venue, self._exam.library.playback(scene.scenario, scene.phase), scene)

    def _rig(self) -> Rig:
        """Where the kept connector is played to: with the least of threads that it lets us do with."""
        if self._quick is None:
            exam = self._exam
            if exam.rig.never_blocks(exam.target, exam.setting(), self._script(Scene(BASE)), self._method):
                self._quick = self._stack.enter_context(Rig(inline=True))
            else:
                self._quick = exam.rig
        return self._quick

    def _drop(self) -> None:
        if self._kept is not None:
            session, _ = self._kept
            self._kept = None
            session.__exit__(None, None, None)

    def _run(self, session: Session, script: Script, play: Play) -> Iterator[Violation]:
        for step in play:
            if step.act is Act.STRANGER:
                yield from self._stranger(step)
                continue
            before = self._state or session.snapshot()
            outcome = self._exam.step(session, script, self._staged(step), partial(self._act, step))
            self.calls += step.calls
            self._state = outcome.state
            if step.act is Act.CANCEL:
                yield from self._cancelled(before, outcome)
            else:
                yield from judge(self._exam, self._method, before, step, outcome)
            if step.act in {Act.REPEAT, Act.CLOSE}:
                yield from self._left_open(session, step)
            if step.act is Act.CLOSE:
                return  # a closed connector owes nobody an answer

    def _staged(self, step: Step) -> Scene:
        if step.act is not Act.CANCEL:
            return step.scene
        endpoint = frozenset({self._exam.reading(self._method, step.scene).endpoint})
        held = FaultPlan(FAULTS["stalled"], endpoint, hold=True)
        return Scene(step.scene.scenario, step.scene.phase, answers=step.scene.answers, plan=held)

    def _act(self, step: Step, session: Session) -> Outcome:
        if step.act is Act.TOGETHER:
            return session.call_together(self._method, 2)
        if step.act is Act.CANCEL:
            source = frozenset({self._exam.reading(self._method, step.scene).endpoint})
            return session.call_and_cancel(self._method, lambda seen: bool(self._exam.names(seen) & source))
        for _ in range(step.calls - 1 if step.act is Act.REPEAT else 0):
            session.call(self._method)
        return session.call(self._method)

    def _cancelled(self, before: Snapshot, outcome: Outcome) -> Iterator[Violation]:
        if not isinstance(outcome.error, asyncio.CancelledError) and outcome.requests:
            yield Violation("ERROR-cancel", f"CancelledError did not come through: {outcome.how()}", "cancel")
        elif outcome.state.part(self._method) != before.part(self._method):
            yield Violation("STATE-atomic", "a cancelled update changed the state", "cancel")

    def _left_open(self, session: Session, step: Step) -> Iterator[Violation]:
        if step.act is Act.CLOSE:
            if not session.has("close"):
                return
            said = complaints(session.close())
            gc.collect(1)  # what closes itself with its last reference does so now
            session.settle()
            held, tasks = session.listener.connections(), session.pending_tasks()
            if held or tasks or said:
                left = "something is let go unclosed" if said else f"{held} connections and {len(tasks)} tasks are left"
                yield Violation("LEAK-close", f"{left} after close()", "close")
            return
        session.settle()
        held, tasks = session.listener.connections(), session.pending_tasks()
        gc.collect(1)
        said = complaints(session.settled())
        if held > _MOST_CONNECTIONS or len(tasks) >= step.calls or said:
            told = said[0] if said else f"{held} connections and {len(tasks)} tasks are open after {step.calls} updates"
            yield Violation("LEAK-growth", told, "growth")

    def _stranger(self, step: Step) -> Iterator[Violation]:
        exam, script = self._exam, self._script(step.scene)
        with Rig(tls=True) as rig, rig.session(exam.target, exam.setting(), script) as session:
            outcome = session.call(self._method)
        if outcome.requests:
            yield Violation("REQUEST-tls", "a request was sent over TLS that was not verified", "tls")
