"""Judging one step of a play: everything that must hold of what a connector did, whatever it was sent.

The deterministic checks each provoke one thing; here the payload was generated, and every property is looked at. A
violation carries the id of the check that speaks of it.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from harness.checks.compare import Difference, differences
from harness.checks.errors import marks
from harness.checks.exam import Exam
from harness.checks.leak import complaints
from harness.checks.request import auth_problem, problems
from harness.checks.secret import leaks
from harness.contract.oracle import Failure
from harness.fuzz.steps import Kind, Step
from harness.gateway.messages import Seen
from harness.model import AccountState
from harness.targets.observation import Snapshot
from harness.targets.outcome import Outcome, chain, logged, shown

__all__ = ["Violation", "judge"]

_MOST_ATTEMPTS = 12
_MOST_REQUESTS = 10
_REMEMBERED = 1024

_SPEAKS: Mapping[str, str] = {
    "value": "PARSE-values",
    "absent": "PARSE-values",
    "precision": "PARSE-decimal",
    "name": "PARSE-names",
    "side": "PARSE-side",
    "leverage": "PARSE-leverage",
    "accessor": "PARSE-accessors",
    "missing": "PARSE-rows",
    "extra": "PARSE-rows",
}
"""Kind of difference -> the check that reports it."""


@dataclass(frozen=True, slots=True)
class Violation:
    """What did not hold. `cause` is equal for violations of one origin."""

    check: str
    message: str
    cause: str
    expected: str = ""
    actual: Any = None
    effects: frozenset[str] = frozenset()  # in what the state is wrong, where it is

    def key(self) -> tuple[str, str]:
        """What two violations have in common that are one finding."""
        return self.check, self.cause

    def follows_from(self, known: Iterable["Violation"]) -> bool:
        """Whether it is what others, of good answers, do everywhere: a wrong figure is wrong after a failure too."""
        plain = [one for one in known if one.check.startswith("PARSE-") or one.check == "STATE-closed"]
        return bool(self.effects) and self.effects <= frozenset().union(*(one.effects for one in plain))


def judge(exam: Exam, method: str, before: Snapshot, step: Step, outcome: Outcome) -> Iterator[Violation]:
    """Every violation of one step, the most telling first."""
    if not outcome.requests and not _refuses(step) and not outcome.hung:
        yield Violation("PLACEHOLDER-asks", f"{method} sent no request", "no request")
    elif step.kind is Kind.TRANSIENT:
        yield from _retried(exam, method, step, outcome)
    elif step.kind is Kind.LASTING:
        yield from _failed(exam, method, before, step, outcome)
    elif step.kind is Kind.BROKEN:
        yield from _broken(exam, method, before, step, outcome)
    elif isinstance(step.expected, Failure):
        yield from _refused(method, before, step, outcome)
    else:
        yield from _taken(exam, method, before, step, outcome)
    yield from _always(exam, outcome)


def _refuses(step: Step) -> bool:
    """Whether requests cannot be seen because nobody listens."""
    return step.scene.plan is not None and step.scene.plan.fault.refuses_connections


def _taken(exam: Exam, method: str, before: Snapshot, step: Step, outcome: Outcome) -> Iterator[Violation]:
    """A good answer is in the state."""
    assert isinstance(step.expected, AccountState)  # noqa: S101 - only a state is taken
    if outcome.error is not None or outcome.hung:
        message = f"a good answer was not taken: {outcome.how()}"
        yield Violation("PARSE-values", message, type(outcome.error).__name__, effects=_raised(outcome))
        return
    reading = exam.reading(method, step.scene)
    for difference in differences(reading, step.expected, outcome.state):
        check = _SPEAKS[difference.kind]
        if difference.kind == "extra" and _was_there(difference, before):
            check = "STATE-closed"
        effect = _effect(difference)
        effects = frozenset({effect})
        yield Violation(check, str(difference), effect, difference.expected, difference.actual, effects)
    if len(outcome.requests) > _MOST_REQUESTS * step.calls:
        yield Violation("REQUEST-storm", f"{len(outcome.requests)} requests for one update", "storm")


def _effects(wrong: Iterable[Difference]) -> frozenset[str]:
    return frozenset(map(_effect, wrong))


def _effect(difference: Difference) -> str:
    """What is wrong, and of which figure; of an entry that is or is not there, not which one."""
    kind, figure = difference.cause()
    return kind if kind in {"missing", "extra"} else f"{kind}:{figure}"


def _raised(outcome: Outcome) -> frozenset[str]:
    """The beginning of an error, which is the same for one cause whatever the answer was."""
    return frozenset({outcome.how()[:60]})


def _was_there(difference: Difference, before: Snapshot) -> bool:
    return difference.at in {pair for pair, _ in before.rows()}


def _refused(method: str, before: Snapshot, step: Step, outcome: Outcome) -> Iterator[Violation]:
    """An answer that the contract forbids is refused openly, and the state stays."""
    if outcome.silent:
        yield Violation("ERROR-envelope", f"nothing was raised or logged after {step.label}", "silence")
    yield from _kept(method, before, step, outcome)


def _failed(exam: Exam, method: str, before: Snapshot, step: Step, outcome: Outcome) -> Iterator[Violation]:
    """A fault that stays: open, bounded, and without a trace in the state."""
    plan = step.scene.plan
    assert plan is not None  # noqa: S101 - a fault has a plan
    fault = plan.fault
    times = [seen.at for seen in outcome.requests if exam.names([seen]) & plan.endpoints]
    if outcome.hung:
        yield Violation("ERROR-timeout", f"waits for ever after {fault.summary}", "waits")
    elif outcome.silent and fault.family != "slow":
        check = {"http": "ERROR-http", "body": "ERROR-body", "transport": "ERROR-transport"}[fault.family]
        yield Violation(check, f"nothing was raised or logged after {fault.summary}", "silence")
    if outcome.silent and fault.family == "slow" and fault.name != "stalled":
        yield from _taken(exam, method, before, step, outcome)
        return
    yield from _kept(method, before, step, outcome)
    if len(times) > _MOST_ATTEMPTS:
        yield Violation("RETRY-bounded", f"{len(times)} attempts after {fault.summary}", "attempts")
    if fault.status in {400, 401, 403, 404, 422} and len(times) > 1:
        yield Violation("RETRY-permanent", f"HTTP {fault.status} was asked {len(times)} times", "again")
    gaps = [later - earlier for earlier, later in pairwise(times)]
    if fault.status in {429, 503} and min(gaps[1:] or gaps or [1.0]) <= 0:
        yield Violation("RETRY-backoff", f"an attempt follows HTTP {fault.status} at once", "at once")
    if fault.family == "http" and fault.status is not None and not outcome.silent:
        yield from _named(exam, method, fault.status, outcome)


def _named(exam: Exam, method: str, status: int, outcome: Outcome) -> Iterator[Violation]:
    said = f"{outcome.said()} {' '.join(repr(error) for error in chain(outcome.error))}".lower()
    nothing = exam.reading(method).nothing
    if nothing is not None and nothing.status == status:
        status = 0  # a status with a meaning of its own: what is refused is the body
    is_named = any(mark.lower() in said for mark in marks(exam, method))
    if not is_named or (status >= 400 and str(status) not in said):  # that a refusal came with 200 says nothing
        what = f"endpoint and HTTP {status}" if status >= 400 else "the endpoint"
        yield Violation("ERROR-message", f"the error does not name {what}: {said[:200]}", "message")


def _retried(exam: Exam, method: str, step: Step, outcome: Outcome) -> Iterator[Violation]:
    """A fault that passes is lived through."""
    plan = step.scene.plan
    assert plan is not None and isinstance(step.expected, AccountState)  # noqa: S101, PT018 - a fault on a good answer
    fault = plan.fault
    check = {429: "RETRY-throttled", None: "RETRY-reset"}.get(fault.status, "RETRY-server")
    if outcome.error is not None:
        message = f"given up after one failure that passes: {outcome.how()}"
        yield Violation(check, message, "given up", effects=_raised(outcome))
        return
    if wrong := differences(exam.reading(method, step.scene), step.expected, outcome.state):
        message = f"the answer after {fault.summary} never reached the state: {wrong[0]}"
        yield Violation(check, message, "lost", wrong[0].expected, wrong[0].actual, _effects(wrong))
    times = [seen.at for seen in outcome.requests if exam.names([seen]) & plan.endpoints]
    if fault.name.startswith("http-429-") and len(times) > 1 and times[1] - times[0] < 1.95:
        yield Violation("RETRY-after", f"asked again after {times[1] - times[0]:.2f} s instead of 2 s", fault.name)


def _broken(exam: Exam, method: str, before: Snapshot, step: Step, outcome: Outcome) -> Iterator[Violation]:
    """An answer that broke: read rightly all the same, or refused openly with every position still there."""
    assert isinstance(step.expected, AccountState)  # noqa: S101 - what the whole answer would have made
    wrong = differences(exam.reading(method, step.scene), step.expected, outcome.state)
    if outcome.error is None and not outcome.hung and not wrong:
        return
    if outcome.silent:
        if step.speaks == "PARSE-rows":  # a row twice, which nobody documents, may be shown twice
            wrong = tuple(difference for difference in wrong if difference.kind != "extra")
        if wrong:
            message = f"{step.label}: nothing was raised or logged, and the state is wrong: {wrong[0]}"
            effects = _effects(wrong)
            yield Violation(step.speaks, message, "silence", wrong[0].expected, wrong[0].actual, effects)
        return
    if method == "_update_positions":
        yield from _rows_kept(before, step, outcome)
    else:
        yield from _kept(method, before, step, outcome)


def _rows_kept(before: Snapshot, step: Step, outcome: Outcome) -> Iterator[Violation]:
    """Each position is as it was, or as the good part of the answer says."""
    assert isinstance(step.expected, AccountState)  # noqa: S101 - see _broken
    known = {(p.trading_pair, p.position_side.name): p for p in step.expected.positions or ()}
    after = outcome.state.rows()
    whole = {key: (p.amount, p.entry_price, p.unrealized_pnl, p.leverage) for key, p in known.items()}
    if outcome.error is not None and after not in (before.rows(), whole):
        message = f"the positions are half of one answer and half of another after {step.label}: {outcome.how()}"
        yield Violation("STATE-atomic", message, "half")
        return
    gone = [key for key in before.rows() if key not in after]
    if gone and step.row_may_be_gone:
        gone = [key for key in gone if key in known]
    if gone:
        message = f"{' '.join(gone[0])} is gone after {step.label}; the connector {outcome.how()}"
        yield Violation("STATE-row", message, "gone")
        return
    for key, figures in after.items():
        if figures != before.rows().get(key) and key not in known:
            yield Violation("STATE-row", f"{' '.join(key)} is what no answer said after {step.label}", "invented")
            return


def _kept(method: str, before: Snapshot, step: Step, outcome: Outcome) -> Iterator[Violation]:
    """Nothing of the state was lost or changed."""
    if outcome.state.part(method) == before.part(method):
        return
    if method == "_update_positions":
        gone = [" ".join(key) for key in before.rows() if key not in outcome.state.rows()]
    else:
        pairs = zip(before.balances(), outcome.state.balances(), strict=True)
        gone = [asset for held, left in pairs for asset, _ in held if asset not in {name for name, _ in left}]
    told = f"after {step.label}; the connector {outcome.how()}"
    if gone:
        yield Violation("STATE-zero", f"{gone[0]} lost {told}", _origin(step))
    else:
        yield Violation("STATE-atomic", f"the state changed {told}", _origin(step))


def _origin(step: Step) -> str:
    """What kind of failure a step is: what goes wrong after one HTTP 503 and after another has one cause."""
    return step.kind.value if step.scene.plan is None else step.scene.plan.fault.family


def _always(exam: Exam, outcome: Outcome) -> Iterator[Violation]:
    """What must hold of any call."""
    known = _known_requests(exam)
    for seen in outcome.requests:
        asked = (seen.method, seen.path, seen.query, tuple(seen.headers.items()), seen.body, seen.unmatched)
        if asked not in known:
            if len(known) >= _REMEMBERED:
                known.clear()  # signed ones never come again
            known[asked] = tuple(_asked_rightly(exam, seen))
        yield from known[asked]
    yield from _no_secrets(exam, outcome)
    for text in complaints(outcome):
        yield Violation("LEAK-growth", f"left open: {text}", "unclosed")


@lru_cache(maxsize=8)
def _known_requests(_exam: Exam) -> dict[Hashable, tuple[Violation, ...]]:
    """Requests of a target with what is wrong with them: they are asked again and again."""
    return {}


def _asked_rightly(exam: Exam, seen: Seen) -> Iterator[Violation]:
    for endpoint in exam.endpoints([seen]):
        if problem := auth_problem(exam, endpoint, seen):
            yield Violation("REQUEST-auth", f"{seen.method} {seen.path}: {problem}", problem)
    for problem in problems(exam, seen):
        yield Violation("REQUEST-documented", problem, problem[:60])
    shown = f"{seen.path}?{seen.query} {seen.body.decode('utf-8', 'replace')}"
    in_headers = [name for name in leaks(exam, " ".join(seen.headers.values())) if "private" in name]
    for name in [*leaks(exam, shown), *in_headers]:
        yield Violation("SECRET-request", f"{name} was sent in {seen.method} {seen.path}", name)


def _no_secrets(exam: Exam, outcome: Outcome) -> Iterator[Violation]:
    for record in outcome.log:
        for name in leaks(exam, logged(record)):
            yield Violation("SECRET-log", f"{name} was logged at {record.levelname}", name)
    for name in leaks(exam, shown(outcome.error)):
        yield Violation("SECRET-error", f"{name} is in the text of {type(outcome.error).__name__}", name)
