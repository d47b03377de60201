"""PARSE-wallet: where an account is named by its wallet alone, it is the wallet's only one, or nobody guesses."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from harness import exact
from harness.checks.compare import differences
from harness.checks.errors import unasked
from harness.checks.exam import BASE, Exam
from harness.checks.registry import Verdict, check, failed, passed, skipped
from harness.checks.scenes import Scene, Script, endpoint_of, json_of
from harness.checks.state import unusable
from harness.contract.edits import reversed_rows
from harness.contract.oracle import Answer, Failure, expect
from harness.contract.pointer import MISSING, look_up, replaced
from harness.contract.reading import Reading, RowChoice
from harness.errors import UsageError
from harness.gateway.messages import Reply, Request, Responder
from harness.targets.outcome import Outcome
from harness.venues.facts import Pagination, Venue

_SEVERAL = "sub_accounts"


@dataclass(frozen=True, slots=True)
class _Pages:
    """A responder that hands out one account a page; after the last one it hands out that one again, if `endless`."""

    venue: Venue
    script: Script
    reading: Reading
    choice: RowChoice
    pagination: Pagination
    endless: bool

    def __call__(self, request: Request) -> Reply:
        endpoint = endpoint_of(self.venue, request)
        if endpoint is None or endpoint.name != self.reading.endpoint:
            return self.script(request)
        asked = dict(parse_qsl(request.query))
        page = int(asked.pop(self.pagination.parameter, "") or 0)
        reply = self.script(replace(request, query=urlencode(asked)))
        document = json_of(reply.body)
        rows = look_up(document, self.choice.rows)
        if reply.status != 200 or not isinstance(rows, list):
            return reply
        following = page + 1 if page + 1 < len(rows) else page if self.endless else ""
        shown = replaced(document, self.choice.rows, rows[page : page + 1])
        shown[self.pagination.next_at.removeprefix("/")] = str(following)
        return replace(reply, body=exact.encode(shown))


@dataclass(frozen=True, slots=True)
class _Trial:
    """A method of a target that is told the wallet and not which of its accounts is meant."""

    exam: Exam
    method: str
    choice: RowChoice

    @property
    def reading(self) -> Reading:
        """How the method reads its account."""
        return self.exam.reading(self.method)

    @property
    def pagination(self) -> Pagination | None:
        """How the venue hands out more accounts than one answer holds."""
        return self.exam.venue.endpoint(self.reading.endpoint).pagination

    @property
    def nameless(self) -> Mapping[str, Any]:
        """The credentials without the one that chooses."""
        return {name: value for name, value in self.exam.credentials.items() if name != self.choice.credential}

    def played(self, scene: Scene, *, paged: bool = False) -> Outcome | None:
        """What a fresh connector does; `None` where none can be built with these credentials."""
        script = self._script(scene)
        return self._call(self.nameless, self._paged(script, endless=False) if paged else script)

    def endless(self, scene: Scene, credentials: Mapping[str, Any]) -> Outcome | None:
        """The same before pages that do not end."""
        return self._call(credentials, self._paged(self._script(scene), endless=True))

    def is_taken(self, outcome: Outcome) -> bool:
        """Whether an account was read; of a silence that leaves nothing ERROR speaks."""
        return outcome.silent and not outcome.state.is_empty(self.method)

    def _script(self, scene: Scene) -> Script:
        return Script(self.exam.venue, self.exam.library.playback(scene.scenario, scene.phase), scene)

    def _paged(self, script: Script, *, endless: bool) -> Responder:
        if self.pagination is None:
            return script
        return _Pages(self.exam.venue, script, self.reading, self.choice, self.pagination, endless)

    def _call(self, credentials: Mapping[str, Any], responder: Responder) -> Outcome | None:
        try:
            with self.exam.rig.session(self.exam.target, self.exam.setting(credentials), responder) as session:
                return session.call(self.method)
        except UsageError:
            return None

    def several(self, case: str, *, paged: bool) -> Verdict:
        """Whoever takes one of several takes the same one in any order: the first that comes is nobody's choice."""
        scene = Scene(_SEVERAL)
        outcomes = [self.played(one, paged=paged) for one in (scene, scene.edited(reversed_rows(self.reading)))]
        silent = [outcome for outcome in outcomes if outcome is not None and self.is_taken(outcome)]
        shown = [outcome.state.document(self.method) for outcome in silent]
        if not all(self._is_of_one(scene, outcome) for outcome in silent):
            return failed(
                case, "the state is that of none of the wallet's accounts, and nothing was said", actual=shown
            )
        if len(silent) > 1 and silent[0].state.part(self.method) != silent[1].state.part(self.method):
            what = "which of the wallet's accounts is read depends on their order, and nothing was said"
            return failed(case, what, actual=shown)
        return passed(case)

    def _is_of_one(self, scene: Scene, outcome: Outcome) -> bool:
        """Whether the state is what the contract says of one of the accounts that are recorded for the wallet."""
        for endpoint, interaction in self.exam.library.interactions(scene.scenario, scene.phase):
            answer = Answer(interaction.response.status, interaction.response.body)
            rows = look_up(json_of(answer.body), self.choice.rows) if endpoint == self.reading.endpoint else MISSING
            for row in rows if isinstance(rows, list) else ():
                named = {self.choice.credential: str(look_up(row, self.choice.at[0]))}
                expected = expect(self.exam.contract, self.method, {endpoint: answer}, named)
                if not isinstance(expected, Failure) and not differences(self.reading, expected, outcome.state):
                    return True
        return False


@check("PARSE-wallet", "an account that is named by its wallet alone is the wallet's only one, or nobody guesses")
def wallet(exam: Exam, method: str) -> Iterator[Verdict]:
    """The factory is not given the credential that chooses among a wallet's accounts."""
    choice = exam.reading(method).choice
    if choice is None or not choice.credential or _SEVERAL not in exam.library.scenarios():
        return
    if reason := unusable(exam, method) or unasked(exam, method) or _confused(exam, method):
        yield skipped("-", reason)
        return
    trial = _Trial(exam, method, choice)
    alone = trial.played(Scene(BASE))
    if alone is None:
        yield skipped("one account", f"the target cannot be built without {choice.credential}")
        return
    wrong = exam.differences(method, Scene(BASE), alone) if trial.is_taken(alone) else ()
    yield failed("one account", str(wrong[0])) if wrong else passed("one account")
    yield trial.several("several accounts", paged=False)
    if trial.pagination is None:
        return
    yield trial.several("several accounts, one a page", paged=True)
    for case, scenario, credentials in (
        ("pages without end", _SEVERAL, trial.nameless),
        ("pages without end, one account", BASE, trial.nameless),
        ("pages without end, account named", _SEVERAL, exam.credentials),
    ):
        endless = trial.endless(Scene(scenario), credentials)
        hung = endless is not None and endless.hung
        yield failed(case, "a page that names itself as the next one is asked for ever") if hung else passed(case)


def _confused(exam: Exam, method: str) -> str | None:
    """Why there is no need to ask for more: the accounts of a wallet are confused although the right one is named."""
    scene = Scene(_SEVERAL)
    for one in (scene, scene.edited(reversed_rows(exam.reading(method)))):
        (outcome,) = exam.play(method, one)
        if outcome.error is None and exam.differences(method, scene, outcome):
            return "of several accounts another one is read although the right one is named"
    return None
