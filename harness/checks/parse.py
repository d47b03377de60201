"""PARSE: what the venue says is what the state shows.

Each check speaks of its own kind of difference, so that one mistake is reported once and under a fitting name.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace

from harness import exact
from harness.checks.compare import Difference
from harness.checks.exam import BASE, Exam
from harness.checks.registry import Run, Verdict, check, failed, passed, skipped
from harness.checks.scenes import Scene
from harness.contract.edits import beside, in_row, put
from harness.contract.oracle import Answer, Failure
from harness.contract.reading import Kind
from harness.findings import Status

_ORDINARY = (BASE, "flat", "negative_pnl", "isolated", "open_then_closed", "zero_balance")
"""Situations without a trap: what is wrong here is wrong everywhere."""

_SHOWN = 5


def _scenes(exam: Exam, scenarios: Collection[str]) -> Iterator[Scene]:
    recorded = exam.library.scenarios()
    return (Scene(name) for name in scenarios if name in recorded)


def _verdict(exam: Exam, method: str, scene: Scene, found: Collection[Difference]) -> Verdict:
    if not found:
        return passed(scene.scenario)
    told = [str(difference) for difference in found]
    more = f" (and {len(told) - 1} more)" if len(told) > 1 else ""
    reading = exam.reading(method, scene)
    return failed(
        scene.scenario,
        f"{told[0]}{more}",
        differences=told[:_SHOWN],
        payload=exam.excerpt(method, scene),
        look=f"{reading.endpoint}: {', '.join(field.pattern for field in reading.fields())}",
    )


def _ordinary(*kinds: str) -> Run:
    """A check that speaks of these kinds of difference in the ordinary situations."""

    def run(exam: Exam, method: str) -> Iterator[Verdict]:
        for scene in _scenes(exam, _ORDINARY):
            (outcome,) = exam.play(method, scene)
            if outcome.error is not None or outcome.hung:
                if "value" in kinds:
                    how = f"a good answer was not taken: {outcome.how()}"
                    yield failed(scene.scenario, how, payload=exam.excerpt(method, scene))
                else:
                    yield skipped(scene.scenario, f"the update fails on a good answer: {outcome.how()}")
                continue
            found = [item for item in exam.differences(method, scene, outcome) if item.kind in kinds]
            yield _verdict(exam, method, scene, found)

    return run


def _trap(scenarios: Collection[str], kinds: Collection[str] = ()) -> Run:
    """A check that speaks of whatever is wrong in these situations and was not wrong in the ordinary ones."""

    def run(exam: Exam, method: str) -> Iterator[Verdict]:
        known = set()
        for scene in _scenes(exam, _ORDINARY):
            (outcome,) = exam.play(method, scene)
            known |= {difference.cause() for difference in exam.differences(method, scene, outcome)}
        for opening in _scenes(exam, scenarios):
            # the trap of a situation in several steps is what its last step shows
            scene = replace(opening, phase=exam.library.phases(opening.scenario) - 1)
            (outcome,) = exam.play(method, scene)
            if isinstance(exam.expected(method, scene), Failure):
                continue
            if outcome.error is not None or outcome.hung:
                (good,) = exam.play(method, exam.base())
                if good.error is not None:
                    yield skipped(scene.scenario, f"the update fails on every answer: {good.how()}")
                else:
                    how = f"a good answer was not taken: {outcome.how()}"
                    yield failed(scene.scenario, how, payload=exam.excerpt(method, scene))
                continue
            found = exam.differences(method, scene, outcome)
            novel = [item for item in found if item.cause() not in known and (not kinds or item.kind in kinds)]
            yield _verdict(exam, method, scene, novel)

    return run


_BALANCES, _POSITIONS = "_update_balances", "_update_positions"

check("PARSE-values", "every figure is the one that the venue sent in the documented field")(
    _ordinary("value", "absent")
)
check("PARSE-decimal", "figures are Decimals with the digits that the venue sent")(_ordinary("precision"))
check("PARSE-names", "assets and trading pairs have the names that the connector surface gives them")(_ordinary("name"))
check("PARSE-rows", "every row becomes an entry, and nothing else does")(_ordinary("missing", "extra"))
check("PARSE-accessors", "get_balance and get_available_balance say what the state holds", _BALANCES)(
    _ordinary("accessor")
)
check("PARSE-side", "side and sign agree with the venue, and the amount is negative when short", _POSITIONS)(
    _ordinary("side")
)


@check("PARSE-leverage", "leverage is a factor, whatever unit the venue speaks", _POSITIONS)
def leverage(exam: Exam, method: str) -> Iterator[Verdict]:
    """The ordinary situations; where the venue sends a margin, all of the value, a hundredth of it and half of that."""
    yield from _ordinary("leverage")(exam, method)
    base = Scene(BASE)
    known = {item.cause() for item in exam.differences(method, base, exam.play(method, base)[-1])}
    reading = exam.reading(method)
    for consumed in reading.fields():
        for margin in ("100.00", "1.00", "0.50") if consumed.column.kind is Kind.PERCENT_MARGIN else ():
            case = f"{margin} % margin"
            scene = base.edited(put(reading.endpoint, in_row(consumed, reading, 0), margin, case))
            (outcome,) = exam.play(method, scene)
            if outcome.error is not None and exam.play(method, base)[-1].error is None:
                yield failed(case, f"a good answer was not taken: {outcome.how()}")
            else:
                found = exam.differences(method, scene, outcome)
                yield replace(
                    _verdict(exam, method, scene, [one for one in found if one.cause() not in known]), case=case
                )


check("PARSE-digits", "very small, very large and long numbers survive")(_trap(("tiny_and_huge",)))
check("PARSE-zero", "a row of size zero, or one that says closed, is no position", _POSITIONS)(
    _trap(("zero_rows", "closed_row"))
)
check("PARSE-all", "a hundred positions are a hundred entries", _POSITIONS)(_trap(("hundred_positions",)))
check("PARSE-markets", "positions in markets that nobody configured are seen, inactive markets too", _POSITIONS)(
    _trap(("unconfigured_markets",))
)
check("PARSE-account", "of several accounts the configured one is read, and only its collateral is a balance")(
    _trap(("sub_accounts", "many_assets"))
)


@check("PARSE-mode", "an account whose collateral is kept in the spot wallet has its balance read there", _BALANCES)
def mode(exam: Exam, method: str) -> Iterator[Verdict]:
    """A unified account, whose perpetual side is all zero, and one with portfolio margin, whose is not.

    The second can only be told by asking for the mode, which no recorded answer of the account itself mentions:
    connectors that recognise the first by its zeros are not asked about it.
    """
    portfolio = Scene("portfolio_margin")
    for verdict in _trap(("unified", portfolio.scenario))(exam, method):
        if verdict.case == portfolio.scenario and verdict.status is Status.FAIL:
            asked = exam.asked(exam.play(method, portfolio)[-1])
            modes = {reading.mode.endpoint for reading in exam.contract.of(method) if reading.mode is not None}
            if not asked & modes:
                yield skipped(
                    verdict.case, f"the target does not ask for {', '.join(sorted(modes))}, and nothing else tells"
                )
                continue
        yield verdict
    yield from _documented_modes(exam, method)
    yield from _other_assets(exam, method)


def _other_assets(exam: Exam, method: str) -> Iterator[Verdict]:
    """More assets in the wallet, before the collateral and after it, in the alphabet too."""
    for plain in _scenes(exam, ("unified",)):
        reading = exam.reading(method, plain)
        scene = plain.edited(beside(reading, "AAVE", "ZRO"))
        before, after = (exam.play(method, one)[-1] for one in (plain, scene))
        case = f"{plain.scenario}, other assets"
        if before.error is not None or exam.differences(method, plain, before):
            yield skipped(case, "what is read without them is wrong already")
        elif after.error is not None:
            yield failed(case, f"a good answer was not taken: {after.how()}")
        else:
            yield replace(_verdict(exam, method, scene, exam.differences(method, scene, after)), case=case)


def _documented_modes(exam: Exam, method: str) -> Iterator[Verdict]:
    """The ordinary account under every name that the venue has for its mode."""
    base = Scene(BASE)
    unusual = {difference.cause() for difference in exam.differences(method, base, exam.play(method, base)[-1])}
    for reading in exam.contract.of(method):
        if reading.mode is None or not reading.mode.default:
            continue
        for value in reading.mode.values:
            scene = base.answered(reading.mode.endpoint, Answer(200, exact.encode(value)))
            (outcome,) = exam.play(method, scene)
            if outcome.error is not None:
                yield failed(value, f"a documented mode was not taken: {outcome.how()}")
                continue
            found = [item for item in exam.differences(method, scene, outcome) if item.cause() not in unusual]
            yield replace(_verdict(exam, method, scene, found), case=value)


check("PARSE-nothing", "where the venue answers 404 for an account without funds, the balance is zero", _BALANCES)(
    _trap(("zero_balance_404", "zero_balance_404_envelope"))
)
