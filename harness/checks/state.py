"""STATE: what is known stays known until the venue says otherwise."""

from collections.abc import Iterator

from harness import exact
from harness.checks.exam import BASE, Exam
from harness.checks.registry import Verdict, check, contrast, failed, passed, skipped
from harness.checks.scenes import Scene
from harness.contract.edits import breakages, breakages_of_second_row, reversed_rows
from harness.gateway.faults import FAULTS, Fault, envelope
from harness.targets.outcome import Outcome

__all__ = ["damages", "lost", "unusable"]

_DAMAGING = (
    "http-400",
    "http-401",
    "http-403",
    "http-404",
    "http-429",
    "http-500",
    "http-502-html",
    "http-503",
    "html-200",
    "empty-body",
    "truncated-json",
    "truncated-body",
    "bad-gzip",
    "reset-before",
    "refused",
    "stalled",
)


def damages(exam: Exam) -> Iterator[Fault]:
    """Faults that make an update impossible: of the wire, and the venue's own envelope with HTTP 200."""
    yield from (FAULTS[name] for name in _DAMAGING)
    yield from (envelope(200, exact.encode(told)) for told in exam.contract.error_envelopes[:1])


def unusable(exam: Exam, method: str) -> str | None:
    """Why a method's state cannot be used to see what a failure does to it, if so."""
    (outcome,) = exam.play(method, exam.base())
    if outcome.error is not None or outcome.hung:
        return f"the update fails on a good answer: {outcome.how()}"
    return "a good answer leaves nothing in the state" if outcome.state.is_empty(method) else None


def lost(method: str, before: Outcome, after: Outcome) -> list[str]:
    """What was there before and is zero or gone now."""
    if method == "_update_positions":
        return [" ".join(key) for key in before.state.rows() if key not in after.state.rows()]
    parts = zip(("total", "available"), before.state.balances(), after.state.balances(), strict=True)
    return [
        f"{asset} {name}"
        for name, held, left in parts
        for asset, _ in sorted(held)
        if asset not in {other for other, _ in left}
    ]


def _after_damage(exam: Exam, method: str) -> Iterator[tuple[Fault, Outcome, Outcome]]:
    for fault in damages(exam):
        before, after = exam.play(method, exam.base(), exam.changed(method).faulty(fault, exam.source(method)))
        yield fault, before, after


@check("STATE-zero", "a failed update never makes a balance zero or an account flat")
def zero(exam: Exam, method: str) -> Iterator[Verdict]:
    """Nothing is lost by a failure."""
    if reason := unusable(exam, method):
        yield skipped("-", reason)
        return
    for fault, before, after in _after_damage(exam, method):
        if gone := lost(method, before, after):
            yield contrast(
                fault.name,
                f"{', '.join(gone[:3])} lost after {fault.summary}; the connector {after.how()}",
                method,
                before,
                after,
            )
        else:
            yield passed(fault.name)


@check("STATE-atomic", "a failed update leaves the state as it was, whole")
def atomic(exam: Exam, method: str) -> Iterator[Verdict]:
    """The state after a failure is the state before it, or, when a second request failed, wholly the new one."""
    if reason := unusable(exam, method):
        yield skipped("-", reason)
        return
    for fault, before, after in _after_damage(exam, method):
        changed = before.state.part(method) != after.state.part(method)
        if changed and not lost(method, before, after):
            yield _half(method, fault.name, before, after)
        else:
            yield passed(fault.name)
    yield from _other_requests(exam, method)
    yield from _half_read(exam, method)


def _half(method: str, case: str, before: Outcome, after: Outcome) -> Verdict:
    return contrast(
        case, f"the state changed although the update failed; the connector {after.how()}", method, before, after
    )


def _other_requests(exam: Exam, method: str) -> Iterator[Verdict]:
    """Requests beside the one that the contract reads, each failing in its turn."""
    _, steady = exam.play(method, exam.base(), exam.changed(method))
    others = exam.asked(steady) - exam.source(method)
    for name in sorted(others):
        scene = exam.changed(method).faulty(FAULTS["http-500"], frozenset({name}))
        before, after = exam.play(method, exam.base(), scene)
        if after.state.part(method) in (before.state.part(method), steady.state.part(method)):
            yield passed(f"http-500 on {name}")
        else:
            yield _half(method, f"http-500 on {name}", before, after)


def _half_read(exam: Exam, method: str) -> Iterator[Verdict]:
    """Answers that cannot be read to the end: total and available come from one answer, and so do all positions."""
    reading = exam.reading(method)
    _, new = exam.play(method, exam.base(), exam.changed(method))
    is_balance = method == "_update_balances"
    # where there are rows, what went before the bad one is at stake
    for kind, edit in breakages(reading, 0) if is_balance else breakages_of_second_row(reading):
        if kind not in {"missing", "null"}:
            continue
        before, after = exam.play(method, exam.base(), exam.changed(method).edited(edit))
        state = after.state.part(method)
        if state in (before.state.part(method), new.state.part(method)) or lost(method, before, after):
            yield passed(edit.name)
        elif after.silent or (not is_balance and after.error is None):
            yield passed(edit.name)  # EVOLVE speaks of a silent misreading, STATE-row of rows left as they were
        else:
            yield _half(method, edit.name, before, after)


@check(
    "STATE-row", "one row that is not understood never takes a position away, its own or another's", "_update_positions"
)
def row(exam: Exam, method: str) -> Iterator[Verdict]:
    """A bad row among good ones: all are still there, each as it was or as it is."""
    if reason := unusable(exam, method):
        yield skipped("-", reason)
        return
    _, new = exam.play(method, exam.base(), exam.changed(method))
    for kind, edit in breakages(exam.reading(method), 0):
        before, after = exam.play(method, exam.base(), exam.changed(method).edited(edit))
        gone = [key for key in before.state.rows() if key not in after.state.rows()]
        known = (before.state.rows(), new.state.rows())
        odd = [key for key, figures in after.state.rows().items() if figures not in [rows.get(key) for rows in known]]
        if after.silent and not gone:
            yield passed(edit.name)  # EVOLVE speaks of a silent misreading
        elif gone or odd:
            what = f"{' '.join(gone[0])} is gone" if gone else f"{' '.join(odd[0])} shows what no answer said"
            yield contrast(
                edit.name, f"{what} after one bad row ({kind}); the connector {after.how()}", method, before, after
            )
        else:
            yield passed(edit.name)


@check("STATE-closed", "what the venue no longer lists leaves the state")
def closed(exam: Exam, method: str) -> Iterator[Verdict]:
    """A closed position leaves, one that turned round is there once, an account without positions is flat."""
    if reason := unusable(exam, method):
        yield skipped("-", reason)
        return
    steps = {
        "open_then_closed": (Scene("open_then_closed", 0), Scene("open_then_closed", 1)),
        "flipped": (Scene("flipped", 0), Scene("flipped", 1)),
        "all closed": (Scene(BASE), Scene("flat")),
    }
    for case, (first, second) in steps.items():
        if {first.scenario, second.scenario} - set(exam.library.scenarios()):
            continue
        _, after = exam.play(method, first, second)
        (fresh,) = exam.play(method, second)
        if method == "_update_positions":
            kept = sorted(" ".join(key) for key in after.state.rows().keys() - fresh.state.rows().keys())
        else:
            kept = sorted(_assets(after) - _assets(fresh))
        if kept:
            yield failed(
                case,
                f"{', '.join(kept[:3])} is still there although the venue no longer lists it",
                expected=fresh.state.document(method),
                actual=after.state.document(method),
                payload=exam.excerpt(method, second),
            )
        else:
            yield passed(case)


def _assets(outcome: Outcome) -> set[str]:
    return {asset for part in outcome.state.balances() for asset, _ in part}


@check("STATE-fresh", "the newest answer alone makes the state")
def fresh(exam: Exam, method: str) -> Iterator[Verdict]:
    """What was known before leaves no trace in the figures."""
    if reason := unusable(exam, method):
        yield skipped("-", reason)
        return
    scenes = [("amounts doubled", exam.changed(method))]
    if method == "_update_balances":
        scenes.append(("funds withdrawn", Scene("zero_balance")))
    for case, scene in scenes:
        _, after = exam.play(method, exam.base(), scene)
        (alone,) = exam.play(method, scene)
        if after.error is None and after.state.part(method) != alone.state.part(method):
            yield contrast(case, "the state after two answers is not that of the newest alone", method, alone, after)
        elif after.error is not None:
            yield failed(case, f"a second good answer was not taken: {after.how()}")
        else:
            yield passed(case)


@check("STATE-idempotent", "the same answer twice is the same state")
def idempotent(exam: Exam, method: str) -> Iterator[Verdict]:
    """Nothing adds up or wears off."""
    if reason := unusable(exam, method):
        yield skipped("-", reason)
        return
    first, second, third = exam.play(method, exam.base(), exam.base(), exam.base())
    if first.state.part(method) == second.state.part(method) == third.state.part(method):
        yield passed("three times")
    else:
        yield contrast("three times", "the same answer again changed the state", method, first, third)


@check("STATE-order", "the order of rows means nothing")
def order(exam: Exam, method: str) -> Iterator[Verdict]:
    """Rows, and accounts among several, in the opposite order."""
    if reason := unusable(exam, method):
        yield skipped("-", reason)
        return
    edit = reversed_rows(exam.reading(method))
    for scenario in (BASE, "sub_accounts"):
        if scenario not in exam.library.scenarios():
            continue
        scene = Scene(scenario)
        (straight,) = exam.play(method, scene)
        (turned,) = exam.play(method, scene.edited(edit))
        if straight.error is not None:
            yield skipped(scenario, f"the update fails in either order: {straight.how()}")
        elif straight.state.part(method) == turned.state.part(method):
            yield passed(scenario)
        else:
            yield contrast(scenario, "the same rows in another order make another state", method, straight, turned)


@check("STATE-concurrent", "two updates at once end in the same state as one")
def concurrent(exam: Exam, method: str) -> Iterator[Verdict]:
    """A strategy's update and the polling loop's at the same moment."""
    if reason := unusable(exam, method):
        yield skipped("-", reason)
        return
    (alone,) = exam.play(method, exam.base())
    session, script = exam.session(exam.base())
    with session:
        exam.step(session, script, exam.base(), lambda s: s.call(method))
        both = exam.step(session, script, exam.base(), lambda s: s.call_together(method, 2))
    if both.error is not None:
        yield failed("two at once", f"two updates at once failed: {both.how()}")
    elif both.state.part(method) != alone.state.part(method):
        yield contrast("two at once", "two updates at once end in another state than one", method, alone, both)
    else:
        yield passed("two at once")


@check("STATE-recovers", "after a failure the next good answer is taken")
def recovers(exam: Exam, method: str) -> Iterator[Verdict]:
    """Failed then good, and good, failed, good."""
    if reason := unusable(exam, method):
        yield skipped("-", reason)
        return
    (alone,) = exam.play(method, exam.changed(method))
    for name in ("http-503", "reset-before", "html-200", "http-401"):
        bad = exam.base().faulty(FAULTS[name], exam.source(method))
        for case, scenes in (
            (f"{name}, then good", (bad, exam.changed(method))),
            (f"good, {name}, then good", (exam.base(), bad, exam.changed(method))),
        ):
            last = exam.play(method, *scenes)[-1]
            if last.error is not None:
                yield failed(case, f"a good answer after a failure was not taken: {last.how()}")
            elif last.state.part(method) != alone.state.part(method):
                yield contrast(
                    case,
                    "the state after a failure and a good answer is not that of the good answer",
                    method,
                    alone,
                    last,
                )
            else:
                yield passed(case)
