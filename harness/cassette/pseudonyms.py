"""Keyed pseudonyms: another value of the same form, the same one wherever the value occurs, and not to be undone.

- An integer keeps the number of its digits; two integers never become one (a Feistel network that walks its cycles).
- `0x` and hexadecimal digits stay that, as many of them and no larger a number; the forty of an address keep the style
  of their checksum, EIP-55 or one case.
- Of any other text every letter and digit is replaced by another of its kind.
"""

import re
from hashlib import sha256
from hmac import digest

from harness.cassette.checksum import checksummed

__all__ = ["Pseudonyms"]

_HEXADECIMAL = re.compile(r"(0[xX])([0-9a-fA-F.]*)|(?=[0-9]*[a-fA-F])([0-9a-fA-F]{32,})")
_ROUNDS = 8
_WIDEST = 150  # digits that the halves of the network can hold
_INT64 = 1 << 63
_KINDS = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")


class Pseudonyms:
    """The pseudonyms that one key gives. `nobody` are values that stand for no account and stay, as do zeros."""

    __slots__ = ("_key", "_nobody")

    def __init__(self, key: bytes, nobody: frozenset[str] = frozenset()) -> None:
        self._key, self._nobody = sha256(key).digest(), nobody

    def __repr__(self) -> str:
        return "Pseudonyms()"

    def of(self, value: str) -> str:
        """The pseudonym of a text, or of the digits of an integer."""
        if value in self._nobody or value == "-1" or not value.strip("0"):
            return value
        if re.fullmatch(r"-?[0-9]+", value) and len(value) <= _WIDEST:
            return "-" * value.startswith("-") + self._number(value.removeprefix("-"))
        match = _HEXADECIMAL.fullmatch(value)
        if match and (digits := match[2] if match[1] else match[3]):
            return (match[1] or "") + self._hexadecimal(digits)
        return self._text(value)

    def _number(self, digits: str) -> str:
        significant = digits.lstrip("0")
        width, number = len(significant), int(significant)
        low, high = 10 ** (width - 1), 10**width
        if number < _INT64 < high:
            high = _INT64
        return digits[: len(digits) - width] + str(low + self._permuted(number - low, high - low))

    def _permuted(self, number: int, size: int) -> int:
        """A permutation of the numbers below `size`."""
        half = -(-(size - 1).bit_length() // 2) or 1
        mask = (1 << half) - 1
        while True:
            left, right = number >> half, number & mask
            for turn in range(_ROUNDS):
                told = digest(self._key, f"number {size} {turn} {right}".encode(), "sha256")
                left, right = right, left ^ (int.from_bytes(told) & mask)
            number = left << half | right
            if number < size:
                return number

    def _stream(self, kind: str, text: str, size: int) -> bytes:
        blocks = (
            digest(self._key, f"{kind} {n} {text}".encode("utf-8", "replace"), "sha256") for n in range(size // 32 + 1)
        )
        return b"".join(blocks)[:size]

    def _hexadecimal(self, digits: str) -> str:
        lower = digits.lower()
        first = next((at for at, char in enumerate(lower) if char not in "0."), None)
        if first is None:
            return digits
        stream = self._stream("hexadecimal", lower, len(lower))
        told = [char if char == "." else f"{byte % 16:x}" for char, byte in zip(lower, stream, strict=True)]
        told[:first] = lower[:first]
        told[first] = f"{1 + stream[first] % int(lower[first], 16):x}"
        made = "".join(told)
        if digits == lower:
            return made
        if digits == digits.upper():
            return made.upper()
        return checksummed(made) if len(made) == 40 and "." not in made else made

    def _text(self, value: str) -> str:
        if value[:2] in {"0x", "0X"}:  # an address of which somebody left out the middle, or wrote another
            return value[:2] + self._text(value[2:])
        stream = self._stream("text", value, len(value))
        kinds = ((next((kind for kind in _KINDS if char in kind), char)) for char in value)
        return "".join(kind[byte % len(kind)] for kind, byte in zip(kinds, stream, strict=True))
