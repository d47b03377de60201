"""Keeps credentials out of messages, in the encodings in which a venue, a proxy or a library may echo them."""

import base64
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

__all__ = ["Scrubber"]

_SHORTEST = 6  # anything shorter would blank ordinary words and cannot be a key
_MARK = "[secret]"


def _base64_cores(raw: bytes) -> Iterable[str]:
    """The part of the base64 text that is the same whatever stands before and after the secret."""
    for offset in range(3):
        text = base64.b64encode(b"\0" * offset + raw).rstrip(b"=").decode()
        first = -(-offset * 8 // 6)
        last = (offset + len(raw)) * 8 // 6
        yield text[first:last]


def _forms(secret: str) -> Iterable[str]:
    plain = {secret, secret.removeprefix("0x").removeprefix("0X")}
    for text in plain:
        raw = text.encode()
        yield from (text, quote(text, safe=""), quote_plus(text), raw.hex())
        for core in _base64_cores(raw):
            yield from (core, core.replace("+", "-").replace("/", "_"))
        if re.fullmatch(r"(?:[0-9a-fA-F]{2})+", text):
            yield from _base64_cores(bytes.fromhex(text))


class Scrubber:
    """Replaces known secrets in text: plain, percent-encoded, in hexadecimal and in base64, in any case of letters."""

    __slots__ = ("_pattern",)

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for secret in secrets if len(secret) >= _SHORTEST for form in _forms(secret)}
        longest_first = sorted((form for form in forms if len(form) >= _SHORTEST), key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE) if longest_first else None

    def __repr__(self) -> str:
        return "Scrubber()"

    def __call__(self, text: str) -> str:
        """The text without the secrets."""
        return text if self._pattern is None else self._pattern.sub(_MARK, text)
