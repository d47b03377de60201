"""LEAK: what is opened is closed."""

import gc
import re
from collections.abc import Iterator

from harness.checks.exam import Exam
from harness.checks.registry import Verdict, check, failed, passed, skipped
from harness.targets.outcome import Outcome

__all__ = ["complaints"]

_UPDATES = 6
_MOST_CONNECTIONS = 4
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")  # which differs from run to run


def complaints(outcome: Outcome) -> list[str]:
    """What asyncio and aiohttp say of things that were never closed."""
    marks = ("Unclosed", "never retrieved", "was destroyed")
    said = (record.getMessage() for record in outcome.log)
    return [_ADDRESS.sub("", " ".join(text.split())) for text in said if any(mark in text for mark in marks)]


@check("LEAK-growth", "updates do not pile up connections, sessions or tasks")
def growth(exam: Exam, method: str) -> Iterator[Verdict]:
    """Six updates, and no more open than after a few."""
    session, script = exam.session(exam.base())
    with session:
        outcomes = [exam.step(session, script, exam.base(), lambda s: s.call(method)) for _ in range(_UPDATES)]
        tasks = session.pending_tasks()
        session.settle()
        held = session.listener.connections()
        gc.collect(1)  # what these updates left is young
        outcomes.append(session.settled())
    said = [text for outcome in outcomes for text in complaints(outcome)]
    case = f"{_UPDATES} updates"
    if said:
        yield failed(case, f"left open: {said[0]}")
    elif held > _MOST_CONNECTIONS:
        yield failed(case, f"{held} connections are open", expected=f"at most {_MOST_CONNECTIONS}", actual=str(held))
    elif len(tasks) >= _UPDATES:
        yield failed(case, f"{len(tasks)} tasks are running", actual=", ".join(tasks[:3]))
    else:
        yield passed(case)


@check("LEAK-close", "close() leaves no connection and no task behind")
def close(exam: Exam, method: str) -> Iterator[Verdict]:
    """Asked of connectors that have one."""
    session, script = exam.session(exam.base())
    with session:
        if not session.has("close"):
            yield skipped("close", "the target has no close()")
            return
        exam.step(session, script, exam.base(), lambda s: s.call(method))
        closed = session.close()
        session.settle()
        gc.collect(1)  # what was let go without being closed says so now
        said = complaints(closed) + complaints(session.settled())
        session.settle()  # and what closes itself with its last reference is gone for the gateway too
        held, tasks = session.listener.connections(), session.pending_tasks()
    if closed.error is not None:
        yield failed("close", f"close() failed: {closed.how()}")
    elif said:
        yield failed("close", f"left open after close(): {said[0]}")
    elif held or tasks:
        yield failed(
            "close", f"{held} connections and {len(tasks)} tasks are left after close()", actual=str(tasks[:3])
        )
    else:
        yield passed("close")
