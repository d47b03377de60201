"""Requests that the venue does not document, that are too many, or that tell too much; sessions that stay open."""

import asyncio
import json
import logging
from contextlib import suppress
from typing import Any

import aiohttp

from specimens.base import Answer, VenueError
from specimens.venues import Extended, Hyperliquid, Lighter

_log = logging.getLogger(__name__)


class ByAddress(Lighter):
    """`by=address` is neither of the two documented ways."""

    def question(self) -> dict[str, str]:
        return {"by": "address", "value": self.credentials["l1_address"]}


class MarketFilter(Extended):
    """One market is asked for, and the others are not seen."""

    async def ask_positions(self) -> Answer:
        return await self.ask("GET", "/user/positions", params={"market": next(iter(self.trading_pairs))})


class WrongPath(Extended):
    """A path of another venue."""

    async def ask_balances(self) -> Answer:
        return await self.ask("GET", "/account/balance")


class WrongMethod(Hyperliquid):
    """`/info` is asked with GET."""

    async def info(self, kind: str) -> Answer:
        return await self.ask("GET", "/info", params={"type": kind, "user": self.credentials["address"]})


class JsonAsBytes(Hyperliquid):
    """The body is JSON, and its header speaks of bytes."""

    async def info(self, kind: str) -> Answer:
        return await self.ask(
            "POST", "/info", data=json.dumps({"type": kind, "user": self.credentials["address"]}).encode()
        )


class Probe(Extended):
    """Before each update a route is called that the venue does not have."""

    async def ask_balances(self) -> Answer:
        with suppress(VenueError):
            await self.ask("GET", "/ping")
        return await super().ask_balances()


class WithoutKey(Extended):
    """The header has another venue's name."""

    def headers(self) -> dict[str, str]:
        return {"Api-Key": self.credentials["api_key"]}


class KeyOnlyOnce(Extended):
    """The header is forgotten when a request is sent again."""

    async def ask(self, method: str, path: str, **how: Any) -> Answer:
        self.sent = 0
        return await super().ask(method, path, **how)

    def headers(self) -> dict[str, str]:
        self.sent += 1
        return super().headers() if self.sent == 1 else {}


class Unverified(Lighter):
    """`ssl=False`."""

    async def send(self, method: str, path: str, **how: Any) -> Answer:
        return await super().send(method, path, **how, ssl=False)


class OneRequestEach(Hyperliquid):
    """Another request for every position."""

    async def _update_positions(self) -> None:
        await super()._update_positions()
        for _ in self.account_positions:
            await self.ask_positions()


class KeyInUrl(Extended):
    """The API key as a parameter, which every proxy writes down."""

    async def send(self, method: str, path: str, **how: Any) -> Answer:
        return await super().send(method, path, params={"apiKey": self.credentials["api_key"]}, **how)


class PrivateKeySent(Hyperliquid):
    """The key that signs travels with every request."""

    def headers(self) -> dict[str, str]:
        return {"X-Private-Key": self.credentials["private_key"]}


class PrivateKeyHeader(Lighter):
    """The key that signs in place of a token."""

    def headers(self) -> dict[str, str]:
        return {"Authorization": self.credentials["api_key_private_key"]}


class HeadersLogged(Extended):
    """Debug output with the API key."""

    async def send(self, method: str, path: str, **how: Any) -> Answer:
        _log.debug("%s %s %s", method, path, self.headers())
        return await super().send(method, path, **how)


class KeyInError(Extended):
    """The error shows the headers of the request."""

    def failure(self, route: str, problem: str) -> Exception:
        return VenueError(f"{route}: {problem}, sent with {self.headers()}")


class HiddenAsItStands(Extended):
    """What the venue says is shown without the key, as long as the key is written as in the configuration."""

    async def send(self, method: str, path: str, **how: Any) -> Answer:
        answer = await super().send(method, path, **how)
        self.words = answer.body.decode(errors="replace").replace(self.credentials["api_key"], "…")
        return answer

    def failure(self, route: str, problem: str) -> Exception:
        return VenueError(f"{route}: {problem}: {self.words}")


class PrivateKeyInError(Hyperliquid):
    """The error shows the whole configuration."""

    def failure(self, route: str, problem: str) -> Exception:
        return VenueError(f"{route}: {problem} ({dict(self.credentials)})")


class SessionPerRequest(Lighter):
    """A session for each request, all of them closed at the end only."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.sessions: list[aiohttp.ClientSession] = []

    def open_session(self) -> aiohttp.ClientSession:
        self.sessions.append(aiohttp.ClientSession())
        return self.sessions[-1]

    async def close(self) -> None:
        for session in self.sessions:
            await session.close()


class SessionNeverClosed(Extended):
    """A session for each request, forgotten."""

    def open_session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession()


class CloseDoesNothing(Hyperliquid):
    """`close` is still `pass`."""

    async def close(self) -> None:
        pass


class SessionDropped(Extended):
    """`close` forgets the session, and the garbage collector finds it open."""

    async def close(self) -> None:
        self.session = None


class TaskLeak(Lighter):
    """A heartbeat for each update that nobody stops."""

    async def ask_positions(self) -> Answer:
        self.heartbeats = [*getattr(self, "heartbeats", []), asyncio.create_task(asyncio.Event().wait())]
        return await super().ask_positions()


class TaskOutlivesClose(Extended):
    """One heartbeat that goes on after close()."""

    async def ask_balances(self) -> Answer:
        if not hasattr(self, "heartbeat"):
            self.heartbeat = asyncio.create_task(asyncio.Event().wait())
        return await super().ask_balances()
