"""The form of a scalar, read from its own text: `1` and `1.0`, `"0.10"` and `"0.1"`, `1e-7` are different forms.

A column of texts is read at once: digits are replaced so that the texts of a million prices are a handful of patterns,
and each pattern is understood once.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

__all__ = ["Form", "Kind", "Part", "form_of", "mantissa", "parts_of"]


class Kind:
    """What a value is, by name. JSON numbers are told apart by their text, strings by what they hold."""

    NULL = "null"
    BOOLEAN = "boolean"
    OBJECT = "object"
    ARRAY = "array"
    INTEGER = "integer"
    FRACTION = "fraction"
    EXPONENT = "exponent"
    TEXT = "string"
    TEXT_EMPTY = "string:empty"
    TEXT_INTEGER = "string:integer"
    TEXT_DECIMAL = "string:decimal"
    TEXT_EXPONENT = "string:exponent"
    TEXT_ADDRESS = "string:address"
    TEXT_HEX = "string:hex"
    TEXT_UUID = "string:uuid"
    TEXT_TIME = "string:time"


_NUMBER = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?")
_FORMATS = (
    (Kind.TEXT_EMPTY, re.compile(r"")),
    (Kind.TEXT_ADDRESS, re.compile(r"0x[0-9a-fA-F]{40}")),
    (Kind.TEXT_HEX, re.compile(r"0x[0-9a-fA-F]+|[0-9a-fA-F]{32,}")),
    (Kind.TEXT_UUID, re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")),
    (
        Kind.TEXT_TIME,
        re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9:]+)?"),
    ),
)
_DIGITS = bytes.maketrans(b"012345678", b"999999999")
_HEXADECIMAL = bytes.maketrans(b"123456789abcdefABCDEF", b"0" * 21)
_ZERO, _HASH = b"\x02", b"\x03"  # what no exchange sends
_EXPONENTS = tuple((b"%d" % digit, bytes([16 + digit])) for digit in range(10))
_SIGNS = _ZERO + b"".join(sign for _, sign in _EXPONENTS)
_BACK = bytes.maketrans(_SIGNS, b"00123456789")
_SAMPLE = 64
_ELIMINATED = 12
"""Patterns that are counted by taking them out of a text, which is fast while they are few."""


class Form(NamedTuple):
    """How a scalar is written. Of a number: `sign` is -, 0 or +, `scale` counts the digits after the point,
    `magnitude` is the power of ten of the first significant digit, `None` for zero.
    """

    kind: str
    sign: str = ""
    scale: int | None = None
    magnitude: int | None = None


def form_of(text: str, *, quoted: bool) -> Form:
    """The form of a JSON number, or of a string where `quoted`."""
    return _form_of_string(text) if quoted else _form_of_number(text.encode())


@lru_cache(maxsize=65536)
def _form_of_string(text: str) -> Form:
    found = _number(text, quoted=True)
    return found or Form(next((kind for kind, pattern in _FORMATS if pattern.fullmatch(text)), Kind.TEXT))


@lru_cache(maxsize=65536)
def _form_of_number(text: bytes) -> Form:
    return _number(text.decode("latin-1"), quoted=False) or Form(Kind.TEXT)


def _number(text: str, *, quoted: bool) -> Form | None:
    found = _NUMBER.fullmatch(text)
    if found is None or not (found[2] or found[3]):
        return None
    sign, whole, fraction, exponent = found.groups()
    if exponent is not None:
        kind = Kind.TEXT_EXPONENT if quoted else Kind.EXPONENT
    elif fraction is not None:
        kind = Kind.TEXT_DECIMAL if quoted else Kind.FRACTION
    else:
        kind = Kind.TEXT_INTEGER if quoted else Kind.INTEGER
    digits = whole + (fraction or "")
    significant = digits.lstrip("0")
    power = _power(exponent)
    scale = max(len(fraction or "") - power, 0)
    if not significant:
        return Form(kind, "0", scale)
    return Form(kind, "-" if sign == "-" else "+", scale, len(whole) - (len(digits) - len(significant)) - 1 + power)


def _power(exponent: str | None) -> int:
    """An exponent, held within what any number of this world needs."""
    return max(-9999, min(9999, int(exponent[:8]))) if exponent else 0


def mantissa(text: str) -> str:
    """The significant digits of a number, with its sign: equal for values that differ by a power of ten only."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return ""
    digits = (found[2] + (found[3] or "")).strip("0")
    return f"{found[1].replace('+', '')}{digits}" if digits else ""


@dataclass(slots=True)
class Part:
    """The texts of a column that are of one kind: how many, the first and the last of them, the forms they have."""

    count: int
    first: int
    last: int
    forms: list[Form]


def parts_of(column: Sequence[Any], *, quoted: bool, distinct: Collection[Any] | None = None) -> dict[str, Part]:
    """The kinds of a column's texts. Numbers are bytes and strings are text, as the decoder gives them.

    `distinct` are the different ones, where that is known because they are few. Raises `TypeError` when there is
    anything else among them.
    """
    if distinct is not None or len(set(column[:_SAMPLE])) <= _SAMPLE // 2:
        return _parts_of_texts(column, set(column) if distinct is None else distinct, quoted=quoted)
    counts = _counted(column, quoted=quoted)
    if counts is None or counts.total() != len(column):
        return _parts_of_texts(column, set(column), quoted=quoted)
    parts: dict[str, Part] = {}
    ends = len(column) - 1
    for pattern, count in counts.items():
        form = _form_of_pattern(pattern, quoted)
        part = parts.setdefault(form.kind, Part(0, 0, ends, []))
        part.count += count
        part.forms.append(form)
    if len(parts) > 1:
        _place(parts, _numeric(_joined(column, quoted=quoted))[1:-1].split(b"\n\n"), quoted=quoted)
    return parts


def _counted(column: Sequence[Any], *, quoted: bool) -> Counter[bytes] | None:
    """How often each pattern occurs, of a column of nothing but numbers or hashes; `None` for any other."""
    if not quoted:
        return _patterns(_numeric(_joined(column, quoted=False)), _is_number)
    kind = _form_of_string(column[0]).kind
    if kind in {Kind.TEXT_HEX, Kind.TEXT_ADDRESS}:
        sort, fold = _is_hash, _folded
    elif kind in {Kind.TEXT_INTEGER, Kind.TEXT_DECIMAL}:
        sort, fold = _is_plain, _numeric
    else:
        return None
    blob = _joined(column, quoted=True)
    return None if _ZERO in blob or _HASH in blob else _patterns(fold(blob), sort)


def _place(parts: dict[str, Part], found: list[bytes], *, quoted: bool) -> None:
    """Where the kinds of a mixed column begin and end."""
    kinds = [_form_of_pattern(pattern, quoted).kind for pattern in found]
    backwards = kinds[::-1]
    for kind, part in parts.items():
        part.first, part.last = kinds.index(kind), len(kinds) - 1 - backwards.index(kind)


def _parts_of_texts(column: Sequence[Any], distinct: Collection[Any], *, quoted: bool) -> dict[str, Part]:
    """The same by each different text."""
    expected, form = (str, _form_of_string) if quoted else (bytes, _form_of_number)
    if set(map(type, distinct)) != {expected}:
        raise TypeError
    forms = {text: form(text) for text in distinct}
    found = set(forms.values())
    kinds = {form.kind for form in found}
    if len(kinds) == 1:
        return {kinds.pop(): Part(len(column), 0, len(column) - 1, list(found))}
    told = [forms[text].kind for text in column]
    parts = {
        kind: Part(count, told.index(kind), len(told) - 1 - told[::-1].index(kind), [])
        for kind, count in Counter(told).items()
    }
    for each in found:
        parts[each.kind].forms.append(each)
    return parts


def _joined(column: Sequence[Any], *, quoted: bool) -> bytes:
    """Every text between two line breaks; one with a line break in it makes a line that is of no known sort."""
    if quoted:
        return b"\n" + "\n\n".join(column).encode("utf-8", "surrogatepass") + b"\n"
    blob = b"\n" + b"\n\n".join(column) + b"\n"
    return _with_exponents(blob) if b"e" in blob or b"E" in blob else blob


def _numeric(blob: bytes) -> bytes:
    """Digits become 9, except zeros before the first significant digit."""
    is_signed = b"-" in blob  # looking for one sign is much cheaper than looking for two
    if b"\n\n0" in blob or blob.startswith(b"\n0") or (is_signed and b"\n-0" in blob):
        blob = blob.replace(b"\n0", b"\n" + _ZERO).replace(b"\n-0", b"\n-" + _ZERO)
        for run in (_ZERO + b".", _ZERO):
            while run + b"0" in blob:
                blob = blob.replace(run + b"0", run + _ZERO)
    return blob.translate(_DIGITS)


def _with_exponents(blob: bytes) -> bytes:
    """The digits of exponents, two at the most, become signs of their own, because they count."""
    for mark in (b"e-", b"e+", b"e", b"E-", b"E+", b"E"):
        if mark not in blob:
            continue
        for digit, sign in _EXPONENTS:
            if mark + digit in blob:
                blob = blob.replace(mark + digit, mark + sign)
                for second, other in _EXPONENTS:
                    blob = blob.replace(mark + sign + second, mark + sign + other)
    return blob


def _folded(blob: bytes) -> bytes:
    """Hexadecimal digits become 0."""
    return blob.replace(b"\n0x", b"\n" + _HASH).translate(_HEXADECIMAL)


def _patterns(blob: bytes, is_known: Callable[[bytes], bool]) -> Counter[bytes] | None:
    """The different lines of a text with their counts; `None` as soon as one is not of the known sort."""
    counts: Counter[bytes] = Counter()
    while blob and len(counts) < _ELIMINATED:
        line = blob[: blob.index(b"\n", 1) + 1]
        if not is_known(line[1:-1]):
            return None
        counts[line[1:-1]] = blob.count(line)
        blob = blob.replace(line, b"")
    if blob:
        counts += Counter(blob[1:-1].split(b"\n\n"))
        if not all(map(is_known, counts)):
            return None
    return counts


@lru_cache(maxsize=65536)
def _is_plain(pattern: bytes) -> bool:
    """Whether a pattern is that of a number in a string, without an exponent, whose own digits would count."""
    return not pattern.translate(None, b"9.-+" + _ZERO) and _form_of_pattern(pattern, quoted=True).sign != ""


@lru_cache(maxsize=65536)
def _is_number(pattern: bytes) -> bool:
    """Whether a pattern is that of a JSON number whose exponent, if any, has no more than two digits."""
    exponent = pattern.lower().partition(b"e")[2]
    return b"9" not in exponent and _form_of_pattern(pattern, quoted=False).sign != ""


@lru_cache(maxsize=65536)
def _is_hash(pattern: bytes) -> bool:
    """Whether a folded pattern is that of hexadecimal text and cannot be a number or a time."""
    return pattern.startswith(_HASH) and len(pattern) > 1 and not pattern[1:].strip(b"0")


@lru_cache(maxsize=65536)
def _form_of_pattern(pattern: bytes, quoted: bool) -> Form:
    """The form of every text with this pattern."""
    return form_of(pattern.replace(_HASH, b"0x").translate(_BACK).decode("latin-1"), quoted=quoted)
