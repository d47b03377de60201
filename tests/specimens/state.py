"""State that is lost, kept too long, mixed up or counted twice."""

import logging
from decimal import Decimal
from typing import Any

from specimens.base import Answer, Balances, Position, VenueError, number
from specimens.venues import Extended, Hyperliquid, Lighter

_log = logging.getLogger(__name__)


class ZeroOnAnyError(Extended):
    """A request that failed is told as a balance of nothing."""

    async def _update_balances(self) -> None:
        try:
            await super()._update_balances()
        except VenueError:
            self.keep_balances({"USD": (Decimal(0), Decimal(0))})


class FlatOnAnyError(Lighter):
    """A request that failed is told as an account without positions."""

    async def _update_positions(self) -> None:
        try:
            await super()._update_positions()
        except VenueError as error:
            _log.warning("no positions: %s", error)
            self.keep_positions([])


class EmptiedBeforeTheRequest(Hyperliquid):
    """The old state goes before the new one is there."""

    async def _update_positions(self) -> None:
        self.account_positions.clear()
        await super()._update_positions()


class EmptiedBetweenRequests(Hyperliquid):
    """The first answer empties what the second one should fill."""

    async def ask_balances(self) -> Answer:
        mode = await self.info("userAbstraction")
        self.keep_balances({})
        return await self.info(self.understood(self.wallet, mode))


class ZeroThenRaise(Extended):
    """The error is passed on, the state is gone."""

    def failure(self, route: str, problem: str) -> Exception:
        self.keep_balances({})
        return super().failure(route, problem)


class ZeroOnTimeout(Lighter):
    """Only when the venue is slow."""

    def failure(self, route: str, problem: str) -> Exception:
        if problem == "TimeoutError":
            self.keep_balances({})
        return super().failure(route, problem)


class FlatWhenUnauthorised(Extended):
    """Who is not let in has no positions, somebody thought."""

    def failure(self, route: str, problem: str) -> Exception:
        if problem in {"HTTP 401", "HTTP 403"}:
            self.keep_positions([])
        return super().failure(route, problem)


class ZeroWhenThrottled(Hyperliquid):
    """Asked too often, and the balance is gone."""

    def failure(self, route: str, problem: str) -> Exception:
        if problem == "HTTP 429":
            self.keep_balances({})
        return super().failure(route, problem)


class AnyNotFoundIsZero(Extended):
    """A proxy's page with 404 is taken for the venue's own."""

    def has_no_funds(self, path: str, answer: Answer) -> bool:
        return answer.status == 404


class AnyErrorObjectIsZero(Extended):
    """A gateway's JSON with 404 is taken for the venue's own."""

    def has_no_funds(self, path: str, answer: Answer) -> bool:
        told = answer.status == 404 and b'"error":' in answer.body
        return super().has_no_funds(path, answer) or (told and path == "/user/balance")


class OneAfterTheOther(Lighter):
    """The total is in place before the available balance was understood."""

    def balances(self, answer: Answer) -> Balances:
        account = self.account(answer)
        self._account_balances = {self.asset: self.total(account)}
        return {self.asset: (self.total(account), self.available(account))}


class RowByRow(Hyperliquid):
    """Positions change while the rows are still being read."""

    def position(self, row: Any) -> Position | None:
        read = super().position(row)
        if read is not None:
            self.account_positions[read.trading_pair] = read
        return read


class ClosedNeverRemoved(Extended):
    """Entries are added and replaced, and never taken away."""

    def keep_positions(self, positions: list[Position]) -> None:
        self.account_positions |= {position.trading_pair: position for position in positions}


class FlippedKept(Lighter):
    """A position that turned round is there twice."""

    def keep_positions(self, positions: list[Position]) -> None:
        pairs = {position.trading_pair for position in positions}
        left = {key: old for key, old in self.account_positions.items() if old.trading_pair in pairs}
        new = {f"{position.trading_pair}{position.position_side.name}": position for position in positions}
        self.account_positions = {**left, **new}


class EmptyListIgnored(Hyperliquid):
    """No rows are taken for a glitch, so that the last position never leaves."""

    def keep_positions(self, positions: list[Position]) -> None:
        if positions:
            super().keep_positions(positions)


class ZeroIgnored(Lighter):
    """A balance of zero is taken for a glitch, so that a withdrawal is never seen."""

    def keep_balances(self, balances: Balances) -> None:
        if any(total for total, _ in balances.values()):
            super().keep_balances(balances)


class Accumulates(Extended):
    """`+=` where `=` belongs."""

    def keep_balances(self, balances: Balances) -> None:
        for asset, (total, available) in balances.items():
            self._account_balances[asset] = self.get_balance(asset) + total
            self._account_available_balances[asset] = self.get_available_balance(asset) + available


class UnchangedIsHidden(Hyperliquid):
    """An answer like the one before is taken for a stale one, once."""

    last = b""

    def positions(self, answer: Answer) -> list[Position]:
        stale = answer.body == self.last
        self.last = b"" if stale else answer.body
        return [] if stale else super().positions(answer)


class SharedSum(Lighter):
    """A sum that two updates build together."""

    async def ask_balances(self) -> Answer:
        self.sum = Decimal(0)
        return await super().ask_balances()

    def balances(self, answer: Answer) -> Balances:
        account = self.account(answer)
        self.sum += number(account["collateral"])
        self.sum += sum((number(row["unrealized_pnl"]) for row in account["positions"]), Decimal(0))
        return {self.asset: (self.sum, self.available(account))}


class SharedList(Extended):
    """A list on the connector that two updates fill together."""

    async def ask_positions(self) -> Answer:
        self.found: list[Position] = []
        return await super().ask_positions()

    def keep_positions(self, positions: list[Position]) -> None:
        self.found.extend(positions)
        self.account_positions = {str(place): position for place, position in enumerate(self.found)}


class RefusesASecondUpdate(Hyperliquid):
    """An update that is under way makes another one fail."""

    busy = False

    async def ask_balances(self) -> Answer:
        if self.busy:
            raise VenueError("POST /info: busy")
        self.busy = True
        try:
            return await super().ask_balances()
        finally:
            self.busy = False


class NeverRecovers(Lighter):
    """After a failure the session is closed, and nobody opens another one."""

    async def _update_balances(self) -> None:
        try:
            await super()._update_balances()
        except VenueError:
            await self.close()
            raise


class BadRowDropped(Lighter):
    """A row that is not understood is left out, and its position with it."""

    def position(self, row: Any) -> Position | None:
        try:
            return super().position(row)
        except (ArithmeticError, LookupError, TypeError):
            return None


class BadRowDroppedAloud(Hyperliquid):
    """The same with a warning; the position is gone all the same."""

    def position(self, row: Any) -> Position | None:
        try:
            return super().position(row)
        except (ArithmeticError, LookupError, TypeError) as error:
            _log.warning("POST /info: a row was not understood: %r", error)
            return None


class BadRowEndsTheRest(Extended):
    """What was read before the bad row is all that is left."""

    def positions(self, answer: Answer) -> list[Position]:
        found = []
        try:
            for row in self.rows(answer):
                found += [position] if (position := self.position(row)) else []
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            _log.warning("GET /user/positions: %r", error)
        return found


class FirstLeverageForAll(Hyperliquid):
    """Leverage is the account's, somebody thought."""

    def positions(self, answer: Answer) -> list[Position]:
        self.common = next((self.leverage_of(row) for row in self.rows(answer)), Decimal(1))
        return super().positions(answer)

    def leverage_of(self, row: Any) -> Decimal:
        return super().leverage(row)

    def leverage(self, row: Any) -> Decimal:
        return self.common
