"""Redacting what a message holds: JSON where it stands, names and values of queries and forms, and any other text.

What the endpoint describes is kept; values that authenticate are blanked, those that identify get a pseudonym, and
texts in fields that nobody described become a placeholder: the name of an unknown field is still there to be noticed.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum, auto
from typing import Any, TypeVar
from urllib.parse import quote, unquote, unquote_plus

from harness import exact
from harness.cassette.jsontext import Path, Scalar, edited, scalars
from harness.cassette.pseudonyms import Pseudonyms
from harness.contract.description import Description
from harness.spellings import MARK, Secrets
from harness.venues.facts import Venue

__all__ = ["REDACTED", "Rules"]

REDACTED = "[redacted]"
"""What stands where a text of an undescribed field was."""

_DECIMAL = r"-?[0-9]+\.[0-9]+"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]+(Z|[+-][0-9:]+)?)?"
_TELLS_NOTHING = re.compile(rf"|[A-Z][A-Z_]{{1,31}}|{_DECIMAL}|{_DATE}")
"""Empty, an enum value, a decimal fraction, a date: texts that may stay wherever they are."""

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_INTEGER = re.compile(r"-?[0-9]+|0[xX][0-9a-fA-F]+")
_RECALLED = 5  # a shorter identity, the third sub-account say, is also a market or a count; one in letters, a word
_WORD = re.compile(r"(?<![\w.])(?:0[xX][0-9a-fA-F.]+|[0-9A-Za-z]+)(?!\.?\w)")
_PLACEHOLDER = re.compile(r"(\{\w+\})")
_ADDRESS = re.compile(r"(?<![0-9.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9.])")
_LONGEST, _MOST = 80, 100_000  # neither signatures nor every counterparty of a year
_MOST_LEARNED = 32
_LEARNED = 12  # a shorter value that authenticates is no key, and may be a word
_NOWHERE = "0.0.0.0"  # noqa: S104 - nothing listens there
_ATTEMPTS = 3
_REMEMBERED = 4096
_T = TypeVar("_T")


class _Kind(Enum):
    SECRET = auto()
    IDENTITY = auto()
    OTHER = auto()


@dataclass
class Rules:
    """What is redacted and how, and what was met so far: identities are recognised again wherever they occur."""

    venue: Venue
    secrets: Secrets
    pseudonyms: Pseudonyms | None  # none for what has pseudonyms already
    met: set[str] = field(default_factory=set)  # identities, in lower case
    learned: set[str] = field(default_factory=set)  # values that authenticated
    count: int = 0  # of what was redacted
    _tainted: bool = True  # whether a known secret may be in what is under way

    def __post_init__(self) -> None:
        self._kinds: dict[tuple[tuple[str, ...], tuple[str, ...]], _Kind] = {}
        self._topics = tuple(_topics(self.venue))

    # texts

    def text(self, value: str) -> str:
        """A text that is kept, without the secrets in it, with pseudonyms for the identities met."""
        scrubbed = self.secrets.scrub(value) if self._tainted else value
        return self._counted(value, _WORD.sub(lambda match: self._recalled(match[0]), scrubbed))

    def raw(self, body: bytes) -> bytes:
        """Bytes that are no JSON: an error page, or anything. Such pages tell a client its own address: that goes."""
        scrubbed, count = self.secrets.scrubbed(body)
        self.count += count
        text = scrubbed.decode("utf-8", "surrogateescape")
        told = _ADDRESS.sub(_NOWHERE, _WORD.sub(lambda match: self._recalled(match[0]), text))
        return self._counted(text, told).encode("utf-8", "surrogateescape")

    def blank(self, value: str) -> str:
        """What stands for a value that authenticates, which is known from now on."""
        word = value.rpartition(" ")[2]
        if len(word) >= _LEARNED and len(self.learned) < _MOST_LEARNED and value not in {MARK, REDACTED}:
            self.learned.add(word)
        return self._counted(value, MARK if value else value)

    def identity(self, value: str) -> str:
        """The pseudonym of an identity, which is met again from now on."""
        if self._tainted and (scrubbed := self.secrets.scrub(value)) != value:
            return self._counted(value, scrubbed)
        if self.pseudonyms is None or not value or value in {MARK, REDACTED}:
            return value
        told = self.pseudonyms.of(value)
        if told != value and _RECALLED <= len(value) <= _LONGEST and len(self.met) < _MOST and not value.isalpha():
            self.met.add(value.lower())
        return self._counted(value, told)

    def unknown(self, value: str) -> str:
        """What stands for a text that nobody described."""
        if value in {MARK, REDACTED} or _TELLS_NOTHING.fullmatch(value):
            return value
        return self.identity(value) if _INTEGER.fullmatch(value) else self._counted(value, REDACTED)

    def _recalled(self, word: str) -> str:
        if self.pseudonyms is None or len(word) < _RECALLED or word.lower() not in self.met:
            return word
        return self.pseudonyms.of(word)

    def _counted(self, before: _T, after: _T) -> _T:
        self.count += before != after
        return after

    def _kind(self, names: tuple[str, ...], endpoints: tuple[str, ...]) -> "_Kind":
        """What a parameter or field is, by its name and that of its parent."""
        kind = self._kinds.get((names, endpoints))
        if kind is None:
            told, privacy = {names[-1], ".".join(names)} if names else set(), self.venue.privacy
            more = (privacy.identities_in.get(endpoint, frozenset()) for endpoint in endpoints)
            kind = _Kind.OTHER
            if not privacy.secrets.isdisjoint(told):
                kind = _Kind.SECRET
            elif not told.isdisjoint(privacy.identities.union(*more)):
                kind = _Kind.IDENTITY
            if len(self._kinds) < _REMEMBERED:
                self._kinds[names, endpoints] = kind
        return kind

    # JSON

    def json(self, text: str, description: Description, endpoints: Collection[str] = ()) -> str:
        """The text of a JSON document, edited where something must not be told."""
        outer = self._tainted
        self._tainted = bool(self.secrets.find(text))
        try:
            text = self._document(text, description, tuple(endpoints))
            return self._without_secrets(text) if self._tainted else text
        finally:
            self._tainted = outer

    def _document(self, text: str, description: Description, endpoints: tuple[str, ...]) -> str:
        edits: list[tuple[Scalar, Any]] = []
        for scalar in scalars(text):
            value: Any = scalar.value(text)
            told = value
            if scalar.is_key:
                told = self._counted(value, self._recalled(value))
            elif isinstance(value, str | int) and not isinstance(value, bool):
                names = tuple([step for step in scalar.path if isinstance(step, str)][-2:])
                kind, described = self._kind(names, endpoints), _at(description, scalar.path)
                if isinstance(value, int):
                    told = self._integer(value, kind, described)
                else:
                    told = self._string(value, kind, described, endpoints)
            if told != value:
                edits.append((scalar, told))
        return edited(text, edits) if edits else text

    def _string(self, value: str, kind: "_Kind", described: Description, endpoints: tuple[str, ...]) -> str:
        if kind is not _Kind.OTHER:
            return self.blank(value) if kind is _Kind.SECRET else self.identity(value)
        if described and not self._tainted and _NUMBER.fullmatch(value):
            return value
        if _is_document(value):
            return self._document(value, Description(), endpoints)
        if (topic := self._topic(value)) is not None:
            return topic
        return self.text(value) if described else self.unknown(self.text(value))

    def _integer(self, value: int, kind: "_Kind", described: Description) -> int:
        if kind is not _Kind.OTHER:
            return self._counted(value, 0) if kind is _Kind.SECRET else int(self.identity(str(value)))
        return value if described else self._counted(value, int(self._recalled(str(value))))

    def _topic(self, value: str) -> str | None:
        """A channel that is named after an account, with slashes or with colons: `account_all/281473`."""
        for pattern, accounts in self._topics if "/" in value or ":" in value else ():
            if match := pattern.fullmatch(value):
                parts = zip(match.groups(), accounts, strict=True)
                return "".join(self.identity(part) if is_account else part for part, is_account in parts)
        return None

    def _without_secrets(self, text: str) -> str:
        """Known secrets that are still there: in keys, in numbers, or spread over several values."""
        for _ in range(_ATTEMPTS):
            sightings = self.secrets.find(text)
            if not sightings:
                return text
            raw = text.encode("utf-8", "surrogatepass")
            places = [(sighting.start, sighting.end) for sighting in sightings]
            spans = [tuple(len(raw[:at].decode("utf-8", "replace")) for at in place) for place in places]
            hit = [scalar for scalar in scalars(text) if any(scalar.start < b and a < scalar.end for a, b in spans)]
            self.count += len(sightings)
            text = edited(text, [(scalar, _stand_in(scalar, text)) for scalar in hit])
        return self.raw(text.encode("utf-8", "surrogatepass")).decode("utf-8", "replace")

    # queries, forms and addresses

    def pairs(self, text: str, documented: Collection[str], endpoints: Collection[str] = ()) -> str:
        """`name=value&name=value`, percent-encoded; what is kept keeps its spelling."""
        raw = text.encode("utf-8", "surrogatepass")
        if any(b"&" in raw[one.start : one.end] for one in self.secrets.find(raw)):  # no part shows that it is one
            text = self._counted(text, self.secrets.scrub(text))
        return "&".join(self._pair(part, documented, endpoints) for part in text.split("&"))

    def _pair(self, part: str, documented: Collection[str], endpoints: Collection[str]) -> str:
        name, equals, value = part.partition("=")
        plain = unquote_plus(name)
        told = self.parameter(plain, unquote_plus(value), documented, endpoints)
        kept = value if told == unquote_plus(value) else quote(told, safe="")
        shown = self.text(plain)
        return f"{name if shown == plain else quote(shown, safe='')}{equals}{kept}"

    def parameter(self, name: str, value: str, documented: Collection[str], endpoints: Collection[str] = ()) -> str:
        """The value of a parameter or of a field of a form."""
        kind = self._kind((name,), tuple(endpoints))
        if kind is not _Kind.OTHER:
            return self.blank(value) if kind is _Kind.SECRET else self.identity(value)
        if _is_document(value):
            return self.json(value, Description(), endpoints)
        return self.text(value) if name in documented else self.unknown(self.text(value))

    def path(self, path: str) -> str:
        """The path of an address, percent-encoded."""
        return "/".join(self._segment(segment) for segment in path.split("/"))

    def _segment(self, segment: str) -> str:
        plain = unquote(segment)
        told = self.text(plain)
        return segment if told == plain else quote(told, safe="")


def _at(description: Description, path: Path) -> Description:
    for step in path:
        description = description[step]
    return description


def _is_document(text: str) -> bool:
    if text[:1] not in {"{", "["}:
        return False
    try:
        exact.decode(text)
    except ValueError:
        return False
    return text not in {MARK, REDACTED}


def _stand_in(scalar: Scalar, text: str) -> Any:
    if scalar.is_key:
        return f"{MARK}{scalar.start}"  # members must not become one
    value = scalar.value(text)
    return MARK if isinstance(value, str) else 0 if isinstance(value, int | Decimal) else value


def _topics(venue: Venue) -> Iterator[tuple[re.Pattern[str], tuple[bool, ...]]]:
    """The channels that name an account: a pattern of all its parts, and which of them are the account."""
    told = [value for channel in venue.channels for value in (channel.subscribe or {}).values()]
    for topic in dict.fromkeys(value for value in told if isinstance(value, str) and "/{" in value):
        parts = [part for part in _PLACEHOLDER.split(topic) if part]
        groups = tuple(part.startswith("{") and part[1:-1] in venue.privacy.identities for part in parts)
        if any(groups):
            shown = ("([0-9A-Za-z]+)" if part.startswith("{") else _separated(part) for part in parts)
            yield re.compile("".join(shown)), groups


def _separated(part: str) -> str:
    return "(" + re.escape(part).replace("/", "[/:]") + ")"
