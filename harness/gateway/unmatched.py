"""The answer to a request that no recording answers: what comes closest, and in what it differs."""

import re
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import Any

from harness import exact
from harness.gateway.messages import Reply
from harness.gateway.question import Question
from harness.venues.facts import Venue

__all__ = ["explain", "masked", "reply"]

_CLOSEST = 3
_HIDDEN = "(hidden)"
_ABSENT = "(absent)"
_LONGEST_SEGMENT = 24
_PART = r"[^\s\"'/:=&?,{}\[\]]"
_KEY = re.compile(rf"(?!0x[0-9a-fA-F]{{40}}\b)(?:(?={_PART}*[0-9]){_PART}{{28,}}|{_PART}{{33,}})")
"""What may be a key: longer than the names that venues use. An address is public."""
_LONGEST_VALUE = 48  # an address is shorter, a private key or a token is longer


def reply(message: str, closest: Iterable[Mapping[str, Any]]) -> Reply:
    """HTTP 501 with a JSON body that says why."""
    headers = (("Content-Type", "application/json"), ("X-Harness", "unmatched"))
    body = exact.encode({"error": message, "closest": list(closest)})
    return Reply(501, "Not Implemented", headers, body, unmatched=True)


def explain(venue: Venue, asked: Question, recorded: Iterable[Question]) -> Reply:
    """Name the recordings closest to a question.

    This answer ends in the client's logs, so it must not show a credential that went to the wrong place: what was sent
    is shown for documented, selecting parameters and short path segments only.
    """
    ranked = sorted(set(recorded), key=lambda known: (_distance(asked, known), str(known), known.fields))
    closest = [
        {"recorded": str(known), "endpoint": known.endpoint, "differs": _differences(venue, asked, known)}
        for known in ranked[:_CLOSEST]
    ]
    name = f" ({asked.endpoint})" if asked.endpoint else ", which is no endpoint that is known of the venue"
    return reply(f"no recording of {venue.title} answers {asked.method} {_shown(asked.path)}{name}", closest)


def masked(text: str) -> str:
    """A subscription or path with every word hidden that may be a key or a token."""
    return _KEY.sub(_HIDDEN, text)


def _shown(path: str) -> str:
    return "/".join(segment if len(segment) <= _LONGEST_SEGMENT else _HIDDEN for segment in path.split("/"))


def _distance(asked: Question, known: Question) -> tuple[bool, bool, float, int]:
    alike = 1.0 if asked.path == known.path else SequenceMatcher(None, asked.path, known.path).quick_ratio()
    same_endpoint = bool(asked.endpoint) and asked.endpoint == known.endpoint
    return not same_endpoint, asked.method != known.method, 1 - alike, len(set(asked.fields) ^ set(known.fields))


def _differences(venue: Venue, asked: Question, known: Question) -> list[dict[str, str]]:
    different = [
        {"what": what, "expected": expected, "got": got}
        for what, expected, got in (("method", known.method, asked.method), ("path", known.path, _shown(asked.path)))
        if expected != got
    ]
    expected, got = dict(known.fields), dict(asked.fields)
    for name in sorted(expected.keys() | got.keys()):
        if expected.get(name) != got.get(name):
            value = got.get(name, _ABSENT)
            showable = value == _ABSENT or (len(value) <= _LONGEST_VALUE and _documented(venue, asked, name))
            shown = value if showable else _HIDDEN
            different.append({"what": name, "expected": expected.get(name, _ABSENT), "got": shown})
    return different


def _documented(venue: Venue, asked: Question, name: str) -> bool:
    if not asked.endpoint:
        return False
    endpoint = venue.endpoint(asked.endpoint)
    return name in endpoint.discriminator or endpoint.param(name) is not None
