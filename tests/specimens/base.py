"""What a correct, compact connector of any venue is made of: hooks that a specimen can get wrong one at a time."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar

import aiohttp

from harness.model import Position, PositionSide

__all__ = ["LONG", "SHORT", "Answer", "Balances", "Connector", "VenueError", "number", "text"]

LONG, SHORT = PositionSide.LONG, PositionSide.SHORT
Balances = Mapping[str, tuple[Decimal, Decimal]]
"""Asset -> total and available."""


class VenueError(Exception):
    """An update failed; the text names the route and the HTTP status."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def document(self) -> Any:
        """Decoded JSON without floats."""
        return json.loads(self.body, parse_float=Decimal)


def number(value: Any) -> Decimal:
    """A decimal string or a JSON number; anything else raises."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise TypeError(f"not a number: {value!r}")
    return Decimal(value)


def text(value: Any) -> str:
    """A name; anything else raises."""
    if not isinstance(value, str) or not value:
        raise TypeError(f"not a name: {value!r}")
    return value


class Connector:
    """What the three have in common: the session, the retries, and the state that is swapped when all is read."""

    venue: ClassVar[str]
    attempts: ClassVar[int] = 4
    patience: ClassVar[float | None] = 10.0  # seconds for one attempt

    def __init__(
        self, *, base_url: str, ws_url: str, credentials: Mapping[str, Any], trading_pairs: Iterable[str]
    ) -> None:
        self.base_url = base_url
        self.credentials = credentials
        self.trading_pairs = trading_pairs
        self.session: aiohttp.ClientSession | None = None
        self._account_balances: dict[str, Decimal] = {}
        self._account_available_balances: dict[str, Decimal] = {}
        self.account_positions: dict[str, Position] = {}

    # the surface

    def get_balance(self, asset: str) -> Decimal:
        return self._account_balances.get(asset, Decimal(0))

    def get_available_balance(self, asset: str) -> Decimal:
        return self._account_available_balances.get(asset, Decimal(0))

    async def _update_balances(self) -> None:
        answer = await self.ask_balances()
        self.keep_balances(self.understood(self.balances, answer))

    async def _update_positions(self) -> None:
        answer = await self.ask_positions()
        self.keep_positions(self.understood(self.positions, answer))

    async def close(self) -> None:
        if self.session is not None:
            await self.session.close()

    # the state

    def keep_balances(self, balances: Balances) -> None:
        self._account_balances = {asset: total for asset, (total, _) in balances.items()}
        self._account_available_balances = {asset: available for asset, (_, available) in balances.items()}

    def keep_positions(self, positions: list[Position]) -> None:
        self.account_positions = {position.trading_pair: position for position in positions}

    # the answer

    async def ask_balances(self) -> Answer:
        raise NotImplementedError

    async def ask_positions(self) -> Answer:
        raise NotImplementedError

    def understood(self, read: Callable[[Answer], Any], answer: Answer) -> Any:
        try:
            return read(answer)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise VenueError(f"{read.__name__}: answer not understood: {error!r}") from None

    def balances(self, answer: Answer) -> Balances:
        raise NotImplementedError

    def rows(self, answer: Answer) -> list[Any]:
        raise NotImplementedError

    def positions(self, answer: Answer) -> list[Position]:
        read = [self.position(row) for row in self.rows(answer)]
        return [position for position in read if position is not None]

    def position(self, row: Any) -> Position | None:
        amount = self.amount(row)
        if not amount:
            return None
        return Position(self.pair(row), self.side(row), amount, self.entry(row), self.profit(row), self.leverage(row))

    def amount(self, row: Any) -> Decimal:
        raise NotImplementedError

    def pair(self, row: Any) -> str:
        raise NotImplementedError

    def side(self, row: Any) -> PositionSide:
        raise NotImplementedError

    def entry(self, row: Any) -> Decimal:
        raise NotImplementedError

    def profit(self, row: Any) -> Decimal:
        raise NotImplementedError

    def leverage(self, row: Any) -> Decimal:
        raise NotImplementedError

    # the wire

    def headers(self) -> dict[str, str]:
        return {}

    def open_session(self) -> aiohttp.ClientSession:
        if self.session is None:
            self.session = aiohttp.ClientSession()
        return self.session

    async def send(self, method: str, path: str, **how: Any) -> Answer:
        timeout = aiohttp.ClientTimeout(total=self.patience)
        url, headers = self.base_url + path, self.headers()
        async with self.open_session().request(method, url, headers=headers, timeout=timeout, **how) as response:
            return Answer(response.status, response.headers, await response.read())

    async def ask(self, method: str, path: str, **how: Any) -> Answer:
        """A good answer, after as many attempts as it takes and no more than are allowed."""
        attempt = 0
        while True:
            attempt += 1
            try:
                answer = await self.send(method, path, **how)
            except (aiohttp.ClientError, OSError) as error:
                answer, problem = Answer(0, {}, b""), type(error).__name__
            else:
                problem = self.problem(path, answer)
            if problem is None:
                return answer
            if attempt >= self.attempts or not self.passes(answer.status):
                raise self.failure(f"{method} {path}", problem)
            await asyncio.sleep(self.pause(attempt, answer))

    def failure(self, route: str, problem: str) -> Exception:
        return VenueError(f"{route}: {problem}")

    def problem(self, path: str, answer: Answer) -> str | None:
        """Why an answer is none."""
        if answer.status != 200:
            return f"HTTP {answer.status}"
        try:
            refusal = self.refusal(answer.document())
        except ValueError:
            return "HTTP 200 that is not JSON"
        return refusal and f"HTTP 200 that says {refusal}"

    def refusal(self, document: Any) -> str | None:
        """The venue's error envelope."""
        raise NotImplementedError

    def passes(self, status: int) -> bool:
        """Whether trying again may help; 0 stands for no answer at all."""
        return status in {0, 429} or status >= 500

    def pause(self, attempt: int, answer: Answer) -> float:
        """Seconds until the next attempt."""
        asked = answer.headers.get("Retry-After", "0")
        seconds = (
            float(asked) if asked.isdecimal() else (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds()
        )
        return max(0.5 * 2**attempt, seconds)
