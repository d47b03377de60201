"""The forms in which a secret can travel: how text is searched for known secrets, and how they are blanked.

Text is folded first: escapes of URLs, JSON and HTML are undone (whole, in part, or one inside the other), letters
become lower case, base64url becomes base64, and whatever a secret can be split with (blanks, line ends, quotes, commas,
list marks) is left out. In what remains every form is plain text. Of a long form a quarter is enough, because a secret
may be split in two with anything in between.
"""

import base64
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

__all__ = ["MARK", "SHORTEST", "Secrets", "Sighting"]

MARK = "[secret]"
"""What stands where a secret was."""

SHORTEST = 6
"""Anything shorter would blank ordinary words and cannot be a key."""

_UNSPLIT = 12  # a shorter form counts only in one piece, or the words of a sentence would add up to it
_SPLIT = 24  # from here on a part of a form counts
_PART = 16  # a shorter part is in other things by chance
_SHORT = 1000  # a text in which looking up is quicker than searching
_PASSES = 3  # how deep escapes are nested

# each alternative begins with a letter of its own, which is what lets the engine of `re` skip what is none
_ESCAPE = re.compile(
    rb"%(?:25)*(?P<percent>[0-9a-fA-F]{2})"
    rb"|\\\\*(?:u(?P<unit>[0-9a-fA-F]{4})|x(?P<byte>[0-9a-fA-F]{2}))"
    rb"|&(?:amp;)*(?:#(?:[xX]0*(?P<hexadecimal>[0-9a-fA-F]{1,6})|0*(?P<number>[0-9]{1,7}))"
    rb"|(?P<name>amp|lt|gt|quot|apos));"
)
_NAMED = {b"amp": b"&", b"lt": b"<", b"gt": b">", b"quot": b'"', b"apos": b"'"}
_BETWEEN = rb"[\s\"',;:\[\]\\\x00]"
_GAP = re.compile(_BETWEEN + rb"++(?:(?:(?<=\\)[nrt]|(?<=\s)-(?=\s))" + _BETWEEN + rb"*+)*+")
_FOLD = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ-_", b"abcdefghijklmnopqrstuvwxyz+/")


def _unescaped(match: re.Match[bytes]) -> bytes:
    if digits := match["percent"] or match["byte"]:
        return bytes.fromhex(digits.decode())
    if match["name"]:
        return _NAMED[match["name"]]
    code = int(match["number"]) if match["number"] else int(match["unit"] or match["hexadecimal"], 16)
    return chr(code).encode("utf-8", "surrogatepass") if code <= 0x10FFFF else match[0]


@dataclass(frozen=True, slots=True)
class _Step:
    """A replacement of parts of a text: where they began and ended before, and where what follows them begins now."""

    starts: list[int]
    ends: list[int]
    after: list[int]

    @classmethod
    def of(cls, pattern: re.Pattern[bytes], text: bytes) -> "_Step":
        step, lost = cls([], [], []), 0
        for match in pattern.finditer(text):
            kept = len(_unescaped(match)) if pattern is _ESCAPE else 0
            lost += len(match[0]) - kept
            step.starts.append(match.start())
            step.ends.append(match.end())
            step.after.append(match.end() - lost)
        return step

    def origin(self, position: int) -> int:
        """Where the byte that is now at a position came from: the start of its escape, if it was one."""
        done = bisect_right(self.after, position)
        since = self.ends[done - 1] - self.after[done - 1] if done else 0
        told = position + since
        return min(told, self.starts[done]) if done < len(self.starts) else told


class _Folded:
    """A text as forms are looked for in it, and the way back to the text itself."""

    __slots__ = ("_layers", "text")

    def __init__(self, raw: bytes) -> None:
        self._layers: list[tuple[re.Pattern[bytes], bytes]] = []
        for _ in range(_PASSES):
            unescaped = _ESCAPE.sub(_unescaped, raw)
            if unescaped == raw:
                break
            self._layers.append((_ESCAPE, raw))
            raw = unescaped
        self._layers.append((_GAP, raw))
        self.text = _GAP.sub(b"", raw).translate(_FOLD)

    def is_split(self, start: int, end: int) -> bool:
        """Whether something was left out within a span of the folded text."""
        text = self._layers[-1][1]
        step = _Step.of(_GAP, text)
        return _GAP.search(text, step.origin(start), step.origin(end - 1)) is not None

    def spans(self, found: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Spans of the folded text as spans of the text itself."""
        spans = [(start, end - 1) for start, end in found]
        for pattern, text in reversed(self._layers):
            step = _Step.of(pattern, text)
            spans = [(step.origin(start), step.origin(last)) for start, last in spans]
        whole = self._layers[0][1]
        return [(start, self._end(whole, last)) for start, last in spans]

    @staticmethod
    def _end(text: bytes, last: int) -> int:
        escape = _ESCAPE.match(text, last)
        return escape.end() if escape else last + 1


def _base64_cores(raw: bytes) -> Iterator[bytes]:
    """The part of the base64 text that is the same whatever stands before and after the secret."""
    for offset in range(3):
        text = base64.b64encode(b"\0" * offset + raw).rstrip(b"=")
        first = -(-offset * 8 // 6)
        last = (offset + len(raw)) * 8 // 6
        yield text[first:last]


def _values(raw: bytes) -> bytes:
    return "".join(map(str, raw)).encode()


def _forms(secret: str) -> Iterator[tuple[str, bytes]]:
    """Each form with the name by which a finding calls it."""
    whole, *cased = (text.encode("utf-8", "surrogatepass") for text in (secret, secret.lower(), secret.upper()))
    bare = whole[2:] if whole[:2].lower() == b"0x" else whole
    for text in dict.fromkeys((whole, bare, *cased)):
        yield "plain", text
        yield "plain", text.replace(b" ", b"+")
        yield "hex of its text", text.hex().encode()
        yield "byte values", _values(text)
        yield from (("base64", core) for core in _base64_cores(text))
    if re.fullmatch(rb"[0-9a-fA-F]{16,}", bare):
        key = bytes.fromhex((bare if len(bare) % 2 == 0 else b"0" + bare).decode())
        yield "plain", bare.lstrip(b"0")
        yield "decimal", str(int(bare, 16)).encode()
        for name, data in (("", key), (" of its bytes reversed", key[::-1])):
            yield f"hex{name}", data.hex().encode()
            yield f"byte values{name}", _values(data)
            yield from ((f"base64{name or ' of its bytes'}", core) for core in _base64_cores(data))


@dataclass(frozen=True, slots=True)
class _Form:
    name: str  # of the secret
    kind: str
    text: bytes  # folded
    least: int  # how much of it in a row is a sighting

    def blocks(self) -> Iterator[tuple[bytes, int]]:
        """Pieces of which at least one is in any `least` bytes of the form, with their places in it."""
        size = len(self.text) if self.least == len(self.text) else (self.least + 1) // 2
        for start in range(0, len(self.text) - size + 1, size):
            yield self.text[start : start + size], start

    def extent(self, text: bytes, at: int, start: int) -> tuple[int, int]:
        """How far a text agrees with the form around the place where it agrees with it."""
        first = last = 0
        while start - first > 0 and at - first > 0 and text[at - first - 1] == self.text[start - first - 1]:
            first += 1
        while start + last < len(self.text) and at + last < len(text) and text[at + last] == self.text[start + last]:
            last += 1
        return at - first, at + last


@dataclass(frozen=True, slots=True, order=True)
class Sighting:
    """Where a secret is in a text, in bytes, which one it is and in what form. It holds nothing of the secret."""

    start: int
    end: int
    name: str
    kind: str


class Secrets:
    """Known secrets by name, and every form of them. Values that are too short to be a secret are left out."""

    __slots__ = ("_beginning", "_blocks")

    def __init__(self, values: Mapping[str, str]) -> None:
        self._blocks: dict[bytes, list[tuple[_Form, int]]] = {}
        self._beginning: dict[bytes, list[bytes]] = {}
        known: set[tuple[str, bytes]] = set()
        for name, value in values.items():
            if len(value) < SHORTEST:
                continue
            for kind, form in _forms(value):
                text = _Folded(form).text
                if len(text) >= SHORTEST and (name, text) not in known:
                    known.add((name, text))
                    least = max(_PART, -(-len(text) // 4)) if len(text) >= _SPLIT else len(text)
                    self._remember(_Form(name, kind, text, least))

    @classmethod
    def of(cls, values: Iterable[str]) -> "Secrets":
        """Secrets whose names do not matter."""
        return cls({str(number): value for number, value in enumerate(values)})

    def _remember(self, form: _Form) -> None:
        for block, start in form.blocks():
            if block not in self._blocks:
                self._beginning.setdefault(block[:SHORTEST], []).append(block)
            self._blocks.setdefault(block, []).append((form, start))

    def __repr__(self) -> str:
        return "Secrets()"

    def __bool__(self) -> bool:
        return bool(self._blocks)

    def find(self, text: str | bytes) -> list[Sighting]:
        """Where the secrets are, in order; of overlapping sightings the longest. Places of a `str` are in its UTF-8."""
        raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
        folded = _Folded(raw)
        found: dict[tuple[int, int], _Form] = {}
        for at, block in self._met(folded.text):
            for form, start in self._blocks[block]:
                extent = form.extent(folded.text, at, start)
                if extent[1] - extent[0] >= form.least:
                    found.setdefault(extent, form)
        told = {
            extent: form for extent, form in found.items() if len(form.text) >= _UNSPLIT or not folded.is_split(*extent)
        }
        if not told:
            return []
        spans = zip(folded.spans(told), told.values(), strict=True)
        return list(_apart(Sighting(start, end, form.name, form.kind) for (start, end), form in spans))

    def _met(self, text: bytes) -> Iterator[tuple[int, bytes]]:
        """Where pieces of forms are: looked up at each place of a short text, searched for one by one in a long one."""
        if len(text) <= _SHORT:
            for at in range(len(text) - SHORTEST + 1):
                for block in self._beginning.get(text[at : at + SHORTEST], ()):
                    if text.startswith(block, at):
                        yield at, block
            return
        for block in self._blocks:
            at = text.find(block)
            while at >= 0:
                yield at, block
                at = text.find(block, at + 1)

    def names(self, text: str | bytes) -> list[str]:
        """The names of the secrets that a text shows, each once."""
        return list(dict.fromkeys(sighting.name for sighting in self.find(text)))

    def scrub(self, text: str) -> str:
        """The text with a mark where a secret was."""
        raw = text.encode("utf-8", "surrogatepass")
        scrubbed, count = self.scrubbed(raw)
        return scrubbed.decode("utf-8", "replace") if count else text

    def scrubbed(self, raw: bytes) -> tuple[bytes, int]:
        """Bytes with a mark where a secret was, and how many there were."""
        sightings = self.find(raw)
        for sighting in reversed(sightings):
            raw = raw[: sighting.start] + MARK.encode() + raw[sighting.end :]
        return raw, len(sightings)


def _apart(sightings: Iterable[Sighting]) -> Iterator[Sighting]:
    """Sightings that overlap become the longest of them, stretched over all."""
    group: list[Sighting] = []
    for sighting in sorted(sightings):
        if group and sighting.start >= max(one.end for one in group):
            yield _joined(group)
            group = []
        group.append(sighting)
    if group:
        yield _joined(group)


def _joined(group: list[Sighting]) -> Sighting:
    longest = max(group, key=lambda one: one.end - one.start)
    return Sighting(group[0].start, max(one.end for one in group), longest.name, longest.kind)
