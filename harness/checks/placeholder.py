"""PLACEHOLDER: the method asks the venue something, and the answer reaches the state."""

from collections.abc import Iterator

from harness.checks.exam import Exam
from harness.checks.registry import Verdict, check, failed, passed, skipped


@check("PLACEHOLDER-asks", "an update sends at least one request to the venue")
def asks(exam: Exam, method: str) -> Iterator[Verdict]:
    """A body of `pass` asks nothing."""
    (outcome,) = exam.play(method, exam.base())
    if outcome.requests:
        yield passed("good")
    else:
        yield failed("good", f"{method} sent no request to its base_url", outcome=outcome.how())


@check("PLACEHOLDER-answers", "what the venue answers reaches the state")
def answers(exam: Exam, method: str) -> Iterator[Verdict]:
    """Another answer ends in another state."""
    before, after = exam.play(method, exam.base(), exam.changed(method))
    if before.error is not None or after.error is not None:
        yield skipped("two answers", f"the update fails on a good answer: {(before if before.error else after).how()}")
    elif before.state.is_empty(method):
        yield failed(
            "two answers",
            f"{method} left nothing in the state after a good answer",
            expected=exam.said(method, exam.base()),
            actual=before.state.document(method),
            payload=exam.excerpt(method, exam.base()),
        )
    elif before.state.part(method) == after.state.part(method):
        yield failed(
            "two answers",
            f"{method} shows the same state for two different answers",
            expected=exam.said(method, exam.changed(method)),
            actual=after.state.document(method),
        )
    else:
        yield passed("two answers")
