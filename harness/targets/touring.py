"""Driving a recording: the reference connector's update methods, then the plan's calls, then its subscriptions."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from harness import exact
from harness.errors import ConnectorError
from harness.targets.loading import Target
from harness.targets.plan import Call, Gap, Subscription, calls, known_values, subscriptions
from harness.venues.facts import Auth, Venue

__all__ = ["Tour", "auth_token", "tour"]

_PATIENCE = aiohttp.ClientTimeout(total=None)  # the gateway gives up on a venue, and says so; nobody else does


@dataclass(slots=True)
class Tour:
    """What was asked, and what could not be: a sentence each."""

    asked: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


async def tour(  # noqa: PLR0913 - what a client is given, and for how long
    target: Target,
    venue: Venue,
    urls: tuple[str, str],
    credentials: Mapping[str, str],
    *,
    methods: Iterable[str],
    pair: str,
    seconds: float,
    token: Callable[[], str | None] = lambda: None,
) -> Tour:
    """Ask everything of one account once, and listen to every channel for so many seconds.

    `urls` are the REST base and the WebSocket base. A refusal of the venue is an answer, and recorded like any other.
    `token` makes the venue's auth token, if it can.
    """
    told, (base_url, ws_url) = Tour(), urls
    await _update(target, urls, credentials, methods=methods, pair=pair, told=told)
    known = known_values(venue, credentials, pair)
    if (made := token()) is not None:
        known["auth"] = made
    headers = {"X-Api-Key": credentials["api_key"]} if "api_key" in credentials else {}
    async with aiohttp.ClientSession(headers=headers, timeout=_PATIENCE) as session:
        known |= await _market_id(session, venue, base_url, known)
        for call in calls(venue, known, int(time.time())):
            if isinstance(call, Gap):
                told.left_out.append(f"{call.name} needs {' and '.join(call.needs)}")
            elif call.endpoint.auth is not Auth.API_KEY or headers:
                await _ask(session, base_url, call)
                told.asked.append(call.endpoint.name)
            else:
                told.left_out.append(f"{call.endpoint.name} needs api_key")
        await _listen(session, ws_url, subscriptions(venue, known), seconds, told)
    return told


def auth_token(venue: Venue, credentials: Mapping[str, str]) -> str | None:
    """A token of the vendor's signer, which asks the venue nothing; `None` where there is none, or not its package."""
    wanted = ("account_index", "api_key_index", "api_key_private_key")
    if not all(name in credentials for name in wanted):
        return None
    try:
        from lighter.signer_client import SignerClient
    except ImportError:
        return None
    index, key_index, key = (credentials[name] for name in wanted)
    signer = SignerClient(
        url=venue.environments["testnet"].rest, account_index=int(index), api_private_keys={int(key_index): key}
    )
    token, error = signer.create_auth_token_with_expiry(api_key_index=int(key_index))
    return None if error else str(token)


async def _update(  # noqa: PLR0913 - as above
    target: Target,
    urls: tuple[str, str],
    credentials: Mapping[str, str],
    *,
    methods: Iterable[str],
    pair: str,
    told: Tour,
) -> None:
    connector: Any = target.factory(
        base_url=urls[0], ws_url=urls[1], credentials=dict(credentials), trading_pairs=[pair]
    )
    try:
        for method in methods:
            try:
                await getattr(connector, method)()
                told.asked.append(method)
            except ConnectorError as error:
                told.left_out.append(f"{method} failed: {error}")
    finally:
        await connector.close()


async def _ask(session: aiohttp.ClientSession, base_url: str, call: Call) -> bytes:
    body = None if call.body is None else exact.encode(call.body)
    headers = {"Content-Type": "application/json"} if body is not None else {}
    async with session.request(
        call.endpoint.method,
        f"{base_url}{call.path}",
        params=call.query,
        data=body,
        headers=headers,
        allow_redirects=False,
    ) as response:
        return await response.read()


async def _market_id(
    session: aiohttp.ClientSession, venue: Venue, base_url: str, known: Mapping[str, str]
) -> dict[str, str]:
    """The number by which Lighter goes for a symbol; empty for other venues, and where it does not say."""
    if "symbol" not in known:
        return {}
    try:
        document = exact.decode(
            await _ask(session, base_url, Call(venue.endpoint("order-books"), "/api/v1/orderBooks"))
        )
        books = document["order_books"]
        found = [str(book["market_id"]) for book in books if book["symbol"] == known["symbol"]]
    except (ValueError, LookupError, TypeError):
        found = []
    return {"market_id": found[0]} if found else {}


async def _listen(
    session: aiohttp.ClientSession, ws_url: str, found: Iterable[Subscription | Gap], seconds: float, told: Tour
) -> None:
    """One connection for each path, with all of its subscriptions."""
    by_path: dict[str, list[Subscription]] = defaultdict(list)
    for one in found:
        if isinstance(one, Gap):
            told.left_out.append(f"channel {one.name} needs {' and '.join(one.needs)}")
        else:
            by_path[one.path].append(one)
            told.asked.append(f"channel {one.channel.name}")
    if by_path and seconds > 0:
        await asyncio.gather(*(_hear(session, ws_url, path, group, seconds) for path, group in by_path.items()))


async def _hear(
    session: aiohttp.ClientSession, ws_url: str, path: str, group: Iterable[Subscription], seconds: float
) -> None:
    try:
        async with (
            asyncio.timeout(seconds),
            session.ws_connect(f"{ws_url}{path.rstrip('/')}", max_msg_size=0) as socket,
        ):
            for one in group:
                if one.frame is not None:
                    await socket.send_str(exact.encode(one.frame).decode())
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT and message.data == '{"type":"ping"}':
                    await socket.send_str('{"type":"pong"}')
    except (TimeoutError, aiohttp.ClientError):
        return  # the time is over, or the venue has refused, which is recorded
