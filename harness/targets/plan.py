"""A plan of calls for a recording: every read of a venue that can be asked with what is known of an account.

It is made of the venue's facts alone, so that an endpoint or channel that is added there is recorded from then on.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.venues.facts import Auth, Channel, Endpoint, Param, Venue

__all__ = ["Call", "Gap", "Subscription", "calls", "known_values", "subscriptions"]

_DAY = 86_400
_PLACE = re.compile(r"\{(\w+)\}")
_ROWS = 100
_USUAL: Mapping[str, str] = {
    "candle_type": "trades",
    "interval": "1h",
    "resolution": "1h",
    "by": "index",
    "sort_by": "timestamp",
    "count_back": "24",
}
"""What is asked for where any of several values would do."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request that only reads; `path` is below the REST base, `body` a JSON object or `None`."""

    endpoint: Endpoint
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """A channel to listen to; `path` is below the WebSocket base, `frame` what the client sends, if anything."""

    channel: Channel
    path: str
    frame: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Gap:
    """What cannot be asked, and the names of the values that are not known."""

    name: str
    needs: tuple[str, ...]


def known_values(venue: Venue, credentials: Mapping[str, str], pair: str) -> dict[str, str]:
    """Values by the names of parameters: those of the account, and the market that a trading pair stands for.

    Lighter's `market_id` is not among them: only the venue knows it.
    """
    pattern = re.escape(venue.pair_of).replace(r"\{", "{").replace(r"\}", "}")
    match = re.fullmatch(_PLACE.sub(r"(?P<\1>.+)", pattern), pair)
    known = {name: value for name, value in credentials.items() if not _is_secret(venue, name)}
    known |= match.groupdict() if match is not None else {}
    aliases = {"user": "address", "index": "account_index", "value": "account_index"}
    return known | {alias: known[name] for alias, name in aliases.items() if name in known}


def _is_secret(venue: Venue, name: str) -> bool:
    return any(credential.name == name and credential.secret for credential in venue.credentials)


def calls(venue: Venue, known: Mapping[str, str], now: int) -> Iterator[Call | Gap]:
    """Every endpoint that reads; `now` is the time in seconds since 1970, and what has a beginning begins a day ago."""
    for endpoint in venue.endpoints:
        if endpoint.reads:
            yield _call(endpoint, known, now)


def _call(endpoint: Endpoint, known: Mapping[str, str], now: int) -> Call | Gap:
    names = _PLACE.findall(endpoint.path)
    values = {name: known.get(name, _USUAL.get(name)) for name in names}
    wanted = [param for param in endpoint.params if param.required and param.name not in endpoint.discriminator]
    given = {param.name: _value(param, endpoint, known, now) for param in wanted}
    if endpoint.auth is Auth.TOKEN:
        given["auth"] = known.get("auth")
    missing = [name for name, value in {**values, **given}.items() if value is None]
    if missing:
        return Gap(endpoint.name, tuple(missing))
    path = _PLACE.sub(lambda match: str(values[match[1]]), endpoint.path)
    told = {name: str(value) for name, value in given.items()}
    if endpoint.method == "GET":
        return Call(endpoint, path, told)
    typed = {name: int(value) if _is_time(name) else value for name, value in told.items()}
    return Call(endpoint, path, body={**endpoint.discriminator, **typed})


def _value(param: Param, endpoint: Endpoint, known: Mapping[str, str], now: int) -> str | None:
    name = param.name
    if name in known:
        return known[name]
    if _is_time(name):
        moment = now if name.lower().startswith("end") else now - _DAY
        return str(moment * 1000 if param.unit == "ms" else moment)
    if name == "limit":
        most = endpoint.pagination.max_limit if endpoint.pagination is not None else None
        return str(min(most or _ROWS, _ROWS))
    usual = _USUAL.get(name)
    if param.values:
        return usual if usual in param.values else param.values[0]
    return usual


def _is_time(name: str) -> bool:
    return name.lower().endswith(("time", "timestamp"))


def subscriptions(venue: Venue, known: Mapping[str, str]) -> Iterator[Subscription | Gap]:
    """Every channel that a client can listen to."""
    values = {**_USUAL, **known}
    for channel in venue.channels:
        is_path = (
            channel.subscribe is None and venue.dialect is not None and bool(venue.dialect.opened(channel.path, ""))
        )
        if channel.sent_by_client or (channel.subscribe is None and not is_path) or "*" in channel.path:
            continue
        template = {"path": channel.path, "frame": channel.subscribe}
        missing = tuple(dict.fromkeys(name for name in _PLACE.findall(str(template)) if name not in values))
        if missing:
            yield Gap(channel.name, missing)
        else:
            filled = _filled(template, values)
            yield Subscription(channel, filled["path"], filled["frame"])


def _filled(template: Any, values: Mapping[str, str]) -> Any:
    if isinstance(template, Mapping):
        return {name: _filled(inner, values) for name, inner in template.items()}
    return _PLACE.sub(lambda match: values[match[1]], template) if isinstance(template, str) else template
