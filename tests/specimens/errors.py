"""Failures that nobody hears of, and failures that are taken for something else."""

import asyncio
import logging
from contextlib import suppress
from decimal import Decimal
from typing import Any, ClassVar

import aiohttp

from specimens.base import Answer, Balances, VenueError
from specimens.venues import Extended, Hyperliquid, Lighter

_log = logging.getLogger(__name__)


class Swallowed(Lighter):
    """Whatever goes wrong, nobody hears of it."""

    async def _update_positions(self) -> None:
        with suppress(Exception):
            await super()._update_positions()


class LoggedAtDebug(Extended):
    """Said where nobody looks."""

    async def _update_balances(self) -> None:
        try:
            await super()._update_balances()
        except VenueError as error:
            _log.debug("balances: %s", error)


class LoggedAtInfo(Hyperliquid):
    """Said where few look."""

    async def _update_balances(self) -> None:
        try:
            await super()._update_balances()
        except VenueError as error:
            _log.info("balances: %s", error)


class BanIsSilent(Extended):
    """Whoever is banned with 418 hears nothing of it."""

    async def _update_positions(self) -> None:
        try:
            await super()._update_positions()
        except VenueError as error:
            if not str(error).endswith(" 418"):
                raise


class PageIsSilent(Lighter):
    """A body that is not JSON is skipped."""

    async def _update_balances(self) -> None:
        try:
            await super()._update_balances()
        except VenueError as error:
            if "JSON" not in str(error):
                raise


class ResetIsSilent(Hyperliquid):
    """A connection that breaks happens all the time, somebody thought."""

    async def _update_positions(self) -> None:
        try:
            await super()._update_positions()
        except VenueError as error:
            if not str(error).endswith(
                ("Disconnected", "DisconnectedError", "OSError", "ConnectorError", "ResetError")
            ):
                raise


class RefusalIsSilent(Lighter):
    """A code other than 200 ends the update without a word."""

    async def _update_positions(self) -> None:
        try:
            await super()._update_positions()
        except VenueError as error:
            if "says code" not in str(error) or str(error).endswith("None"):
                raise


class EnvelopeIsAnAnswer(Lighter):
    """`code` is not read, and an answer without accounts has no positions."""

    def refusal(self, document: Any) -> str | None:
        return None

    def rows(self, answer: Answer) -> list[Any]:
        return super().rows(answer) if "accounts" in answer.document() else []


class AccountsAreSuccess(Lighter):
    """`code` is not read where there are accounts."""

    def refusal(self, document: Any) -> str | None:
        return None if "accounts" in document else super().refusal(document)


class RefusalInCapitals(Extended):
    """Only `ERROR` is an error, and whatever else the venue may say of an answer is a success."""

    def refusal(self, document: Any) -> str | None:
        return super().refusal(document) if document["status"] == "ERROR" else None


class EnvelopeIsZero(Hyperliquid):
    """`{"status": "err"}` is read as an account with defaults."""

    def refusal(self, document: Any) -> str | None:
        return None

    def margin(self, document: Any) -> tuple[Decimal, Decimal]:
        return super().margin(document) if "status" not in document else (Decimal(0), Decimal(0))


class PageIsFlat(Hyperliquid):
    """A maintenance page with HTTP 200 is an account without positions."""

    def problem(self, path: str, answer: Answer) -> str | None:
        told = super().problem(path, answer)
        return None if told == "HTTP 200 that is not JSON" else told

    def rows(self, answer: Answer) -> list[Any]:
        try:
            return super().rows(answer)
        except ValueError:
            return []


class NoTimeout(Lighter):
    """`ClientTimeout(total=None)`."""

    patience: ClassVar[float | None] = None


class SaysNothingUseful(Extended):
    """An error that leaves everything open."""

    def failure(self, route: str, problem: str) -> Exception:
        return RuntimeError("request failed")


class WithoutStatus(Lighter):
    """The route is named, what came back is not."""

    def failure(self, route: str, problem: str) -> Exception:
        return VenueError(f"{route} failed")


class WithoutRoute(Hyperliquid):
    """The status is named, what was asked is not."""

    def failure(self, route: str, problem: str) -> Exception:
        return VenueError(f"request failed: {problem}")


class CancelSwallowed(Extended):
    """`except BaseException`: a task that cannot be stopped."""

    async def _update_positions(self) -> None:
        try:
            await super()._update_positions()
        except asyncio.CancelledError:
            _log.warning("GET /user/positions: interrupted")


class CancelRenamed(Lighter):
    """Being cancelled is told as a failure of the venue."""

    async def send(self, method: str, path: str, **how: Any) -> Answer:
        try:
            return await super().send(method, path, **how)
        except asyncio.CancelledError:
            raise aiohttp.ClientError("interrupted") from None


class CancelEmpties(Hyperliquid):
    """Cleaning up after a cancelled update takes the old state away."""

    async def _update_balances(self) -> None:
        try:
            await super()._update_balances()
        except asyncio.CancelledError:
            self.keep_balances({})
            raise


class NotFoundInText(Extended):
    """`"404" in str(error)`: every text with these digits is an account without funds."""

    async def _update_balances(self) -> None:
        try:
            await super()._update_balances()
        except VenueError as error:
            if "404" not in str(error):
                raise
            self.keep_balances({"USD": (Decimal(0), Decimal(0))})

    def problem(self, path: str, answer: Answer) -> str | None:
        told = super().problem(path, answer)
        return told and f"{told}: {answer.body.decode(errors='replace')}"


class NoBalanceInText(Lighter):
    """The venue's words decide that there are no funds."""

    def problem(self, path: str, answer: Answer) -> str | None:
        return None if b"no balance" in answer.body else super().problem(path, answer)

    def balances(self, answer: Answer) -> Balances:
        return {self.asset: (Decimal(0), Decimal(0))} if b"no balance" in answer.body else super().balances(answer)
