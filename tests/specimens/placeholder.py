"""Bodies that do nothing, and answers that never arrive in the state."""

from decimal import Decimal

from specimens.base import LONG, Position
from specimens.venues import Extended, Hyperliquid, Lighter


class EmptyBodies(Extended):
    """Both updates are still `pass`."""

    async def _update_balances(self) -> None:
        pass

    async def _update_positions(self) -> None:
        pass


class ConstantBalance(Lighter):
    """A balance that somebody wrote in to get on with testing."""

    async def _update_balances(self) -> None:
        self.keep_balances({"USDC": (Decimal(10000), Decimal(10000))})


class ConstantPositions(Hyperliquid):
    """A position that somebody wrote in to get on with testing."""

    async def _update_positions(self) -> None:
        one = Decimal(1)
        self.keep_positions([Position("BTC-USD", LONG, one, Decimal(75000), one, one)])


class AnswerDiscarded(Extended):
    """The venue is asked and what it says is thrown away."""

    def keep_positions(self, positions: list[Position]) -> None:
        pass


class OnlyTheFirstAnswer(Lighter):
    """A cache without an end: what was read once is never read again."""

    def keep_balances(self, balances) -> None:
        if not self._account_balances:
            super().keep_balances(balances)
