"""What looks like a credential although nobody named it: private keys, tokens, seed phrases, headers with a value."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from harness.spellings import MARK

__all__ = ["Lookalike", "lookalikes"]

_QUOTE = rb"\\*[\"']?"
_AFTER_NAME = _QUOTE + rb"\s*[:=]\s*(?:\[\s*)?" + _QUOTE

_PEM = re.compile(rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----[\s\\nr\"',]*[A-Za-z0-9+/]{20}")
_JWT = re.compile(rb"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}")
_SIGNED = re.compile(rb":[0-9a-fA-F]{32,}")
_FIELDS_BEFORE = re.compile(rb"(?<![\w:])(?:ro|[0-9]+)(?::(?:[0-9]+|all|single)){2,3}$")
_KEY = re.compile(rb"0x[0-9a-fA-F]{64}(?![0-9a-zA-Z])")
_NAME_BEFORE = re.compile(rb"([\w-]+)" + _AFTER_NAME + rb"$")
_LIST_BEFORE = re.compile(rb"([\w-]+)" + _QUOTE + rb"\s*[:=]\s*\[[^\[\]{}]*$")
_NEAR, _FAR = 256, 1 << 14

_HEADERS = (b"authorization", b"x-api-key", b"cookie")
_HEADER = re.compile(_AFTER_NAME + rb"(?:bearer |basic |token )?(?P<value>[\w+/=.:~%-]{8,})", re.IGNORECASE)
_FIELDS = (
    *(
        a + dash + b
        for a in (b"api", b"private", b"secret", b"signing")
        for dash in (b"", b"_", b"-")
        for b in (b"key",)
    ),
    *(a + dash + b"secret" for a in (b"api", b"client") for dash in (b"", b"_", b"-")),
    *(a + dash + b"token" for a in (b"access", b"refresh", b"session", b"bearer") for dash in (b"", b"_", b"-")),
    *(b"password", b"passwd", b"passphrase"),
)
_FIELD = re.compile(_AFTER_NAME + rb"(?P<value>[\w+/=.:~%-]{16,})")
_BLANKED = quote(MARK, safe="").encode()
_SEVERAL = re.compile(rb" [a-z]{3,8} [a-z]{3,8} [a-z]{3,8} [a-z]{3,8} [a-z]{3,8} [a-z]")
_WORDS = re.compile(rb"(?:^|[\"'=:>])\s*((?:[a-z]{3,8} ){11,23}[a-z]{3,8})(?=\s*(?:[\"'\\<]|$))", re.MULTILINE)
_LENGTHS = frozenset({12, 15, 18, 21, 24})
_PROSE = frozenset(
    b"and any are but does for from had has have her his how its may more most nor not our out per the their them was "
    b"were where which while who whose why with".split()
)
"""Words of which a sentence has some and a phrase of BIP 39 none."""


@dataclass(frozen=True, slots=True)
class Lookalike:
    """Where something looks like a credential, in bytes, and like which kind. It holds nothing of it."""

    start: int
    kind: str


def lookalikes(text: bytes, hashes: Collection[bytes]) -> Iterator[Lookalike]:
    """What looks like a credential. `hashes` names the fields whose 32 bytes are hashes and signatures, not keys."""
    yield from (Lookalike(match.start(), "pem") for match in _PEM.finditer(text))
    yield from (Lookalike(match.start(), "jwt") for match in _JWT.finditer(text))
    for match in _SIGNED.finditer(text):
        if _FIELDS_BEFORE.search(text, max(0, match.start() - _NEAR), match.start()):
            yield Lookalike(match.start(), "auth-token")
    for match in _KEY.finditer(text):
        if match[0].strip(b"0x") and not _is_hash(text, match.start(), hashes):
            yield Lookalike(match.start(), "hex-key")
    lowered = text.lower()
    yield from (Lookalike(place, "header") for place in _named(lowered, text, _HEADERS, _HEADER))
    yield from (Lookalike(place, "field") for place in _named(lowered, text, _FIELDS, _FIELD))
    yield from (Lookalike(place, "seed-phrase") for place in dict.fromkeys(_phrases(text)))


def _is_hash(text: bytes, start: int, hashes: Collection[bytes]) -> bool:
    if text[start - 1 : start].isalnum():
        return True  # the end of something longer
    found = _NAME_BEFORE.search(text, max(0, start - _NEAR), start)
    found = found or _LIST_BEFORE.search(text, max(0, start - _FAR), start)
    return found is not None and found[1] in hashes


def _named(lowered: bytes, text: bytes, names: tuple[bytes, ...], value: re.Pattern[bytes]) -> Iterator[int]:
    """Places of these names before a value of letters and digits: neither a placeholder in words nor an amount."""
    for name in names:
        place = lowered.find(name)
        while place >= 0:
            match = value.match(text, place + len(name))
            if match and _tells(match["value"]):
                yield place
            place = lowered.find(name, place + len(name))


def _tells(value: bytes) -> bool:
    has_both = re.search(rb"[0-9]", value) and re.search(rb"[A-Za-z]", value)
    return bool(has_both) and not value.startswith(_BLANKED)


def _phrases(text: bytes) -> Iterator[int]:
    """Places of as many lower-case words as a seed phrase has, none of which a sentence needs."""
    for several in _SEVERAL.finditer(text):
        begin = max(0, several.start() - _NEAR)
        if match := _WORDS.search(text, begin, several.end() + _NEAR):
            words = match[1].split()
            if len(words) in _LENGTHS and _PROSE.isdisjoint(words):
                yield match.start(1)
