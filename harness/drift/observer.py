"""Reads payloads into a summary, a column at a time.

Documents of one topic are gathered and taken apart together: all values of a path stand in one list, which is counted
and classified by operations that do not touch single values. That, and not sampling, is what makes it fast.
"""

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache, partial
from itertools import accumulate, chain
from operator import itemgetter
from typing import Any

from harness.drift.lexemes import Form, Kind, parts_of
from harness.drift.shape import below
from harness.drift.summary import TEXT, VALUES, Mark, Seen, Slot, Summary, Topic
from harness.errors import UsageError

__all__ = ["Observer", "decode", "is_key"]

_BATCH = 1 << 17  # bytes
_DEEPEST = 100
"""Levels of nesting that are read: a level takes frames of the interpreter, which are not without end."""
_JSON_TEXT = json.JSONEncoder(ensure_ascii=False).encode

Maps = Mapping[str, Collection[str]]
"""Topic -> paths of the objects whose keys are data, by its schema."""
Where = Callable[[int], tuple[str, int]]


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not a JSON number")


_encode: Any = str.encode  # a number is kept as its own text, in a type that no string has
_DECODER = json.JSONDecoder(parse_float=_encode, parse_int=_encode, parse_constant=_refuse)


def decode(body: str) -> Any:
    """Decode JSON; a number becomes the bytes of its own text, a string stays a string.

    Raises `ValueError` for what is not JSON.
    """
    try:
        return _DECODER.decode(body)
    except RecursionError:
        raise ValueError("nested too deeply") from None


@lru_cache(maxsize=65536)
def is_key(name: str) -> bool:
    """Whether the name of a member is data by its looks: a number, an address, a hash, a token's index."""
    bare = name.removeprefix("@").removeprefix("#")
    return bare.isdecimal() or (name.startswith("0x") and len(name) > 9) or (len(name) == 36 and name.count("-") == 4)


class Observer:
    """Takes documents in, and gives their summary; `UsageError` for one that is nested beyond all measure."""

    def __init__(self, maps: Maps | None = None) -> None:
        self._maps = maps or {}
        self._summary = Summary()
        self._waiting: dict[str, list[tuple[Any, str, int]]] = {}
        self._bytes = 0

    def add(self, topic: str, document: Any, origin: str, place: int, size: int = 0) -> None:
        """One document, as `decode` gives it, of `size` bytes; no other has the same `origin` and `place`."""
        self._waiting.setdefault(topic, []).append((document, origin, place))
        self._bytes += size or 1000
        if self._bytes >= _BATCH:
            self._flush()

    def summary(self) -> Summary:
        """What was seen until now."""
        self._flush()
        return self._summary

    def _flush(self) -> None:
        for name, waiting in self._waiting.items():
            topic = self._summary.topics.setdefault(name, Topic())
            topic.documents += len(waiting)
            waiting.sort(key=itemgetter(1, 2))
            documents = [document for document, _, _ in waiting]
            marks = [(origin, place) for _, origin, place in waiting]
            _Columns(frozenset(self._maps.get(name, ()))).read(topic.root, "", documents, marks.__getitem__)
        self._waiting.clear()
        self._bytes = 0


class _Columns:
    def __init__(self, maps: frozenset[str]) -> None:
        self._maps = maps

    def read(self, slot: Slot, path: str, column: Sequence[Any], where: Where) -> None:
        """All values of one path; `where` tells from which document the one at an index is."""
        if path.count("/") > _DEEPEST:
            raise UsageError(f"nested more than {_DEEPEST} levels deep", where=where(0)[0], cure="leave this one out")
        first = type(column[0])
        if first is str or first is bytes:
            try:
                _texts(slot, column, where, quoted=first is str)
            except TypeError:  # they are not all of one type
                pass
            else:
                return
        types = set(map(type, column))
        if len(types) == 1:
            self._of_type(first, slot, path, column, where)
            return
        for one in types:
            places = [index for index, value in enumerate(column) if type(value) is one]
            part = [column[index] for index in places]
            self._of_type(one, slot, path, part, _Among(where, places.__getitem__))

    def _of_type(self, one: type, slot: Slot, path: str, column: Sequence[Any], where: Where) -> None:
        if one is dict:
            slot.see(Kind.OBJECT, Seen(len(column), _mark(where(0), "{…}"), _mark(where(len(column) - 1), "{…}")))
            self._objects(slot, path, column, where)
        elif one is list:
            self._lists(slot, path, column, where)
        elif one is str or one is bytes:
            _texts(slot, column, where, quoted=one is str)
        elif one is bool:
            _constants(slot, Kind.BOOLEAN, ["true" if value else "false" for value in column], where)
        else:
            _constants(slot, Kind.NULL, ["null"] * len(column), where)

    def _objects(self, slot: Slot, path: str, column: Sequence[dict[str, Any]], where: Where) -> None:
        if path in self._maps or slot.many:
            self._map(slot, path, list(chain.from_iterable(map(dict.values, column))), _within(column, where))
            return
        names = list(column[0])
        if list(chain.from_iterable(column)) == names * len(column):
            self._shape(slot, path, tuple(names), column, where)
            return
        shapes = list(map(tuple, column))
        groups: dict[tuple[str, ...], list[int]] = {shape: [] for shape in set(shapes)}
        for index, shape in enumerate(shapes):
            groups[shape].append(index)
        for shape, places in groups.items():
            rows = [column[index] for index in places]
            self._shape(slot, path, shape, rows, _Among(where, places.__getitem__))

    def _shape(
        self, slot: Slot, path: str, names: tuple[str, ...], rows: Sequence[dict[str, Any]], where: Where
    ) -> None:
        """Objects with the same members in the same order."""
        values = list(chain.from_iterable(map(dict.values, rows)))
        if slot.many or any(map(is_key, names)):
            self._map(slot, path, values, _within(rows, where))
            return
        slot.form({tuple(sorted(names)): _mark(where(0), "")})
        for index, name in enumerate(names):
            child = slot.fields.get(name)
            if child is None:
                child = slot.fields[name] = Slot()
            self.read(child, below(path, name), values[index :: len(names)], where)
        slot.settle()

    def _map(self, slot: Slot, path: str, values: Sequence[Any], where: Where) -> None:
        """The entries of maps."""
        if slot.entries is None:
            slot.entries = Slot()
        if values:
            self.read(slot.entries, f"{path}/*", values, where)

    def _lists(self, slot: Slot, path: str, column: Sequence[list[Any]], where: Where) -> None:
        sizes = list(map(len, column))
        first, last = _mark(where(0), f"[{sizes[0]}]"), _mark(where(len(column) - 1), f"[{sizes[-1]}]")
        slot.see(Kind.ARRAY, Seen(len(column), first, last, size=(min(sizes), max(sizes))))
        values = list(chain.from_iterable(column))
        if values:
            if slot.items is None:
                slot.items = Slot()
            self.read(slot.items, f"{path}/*", values, _within(column, where))


class _Among:
    """The documents of some of the values that another tells of, remembering the first and the last, which many ask."""

    __slots__ = ("_find", "_known", "_where")

    def __init__(self, where: Where, find: Callable[[int], int]) -> None:
        self._where, self._find = where, find
        self._known: dict[int, tuple[str, int]] = {}

    def __call__(self, index: int) -> tuple[str, int]:
        found = self._known.get(index)
        if found is None:
            found = self._known[index] = self._where(self._find(index))
        return found


def _within(column: Sequence[Any], where: Where) -> Where:
    """The document of a value among those of many lists or maps."""
    return _Among(where, partial(bisect_right, list(accumulate(map(len, column)))))


def _mark(at: tuple[str, int], text: str) -> Mark:
    return at[0], at[1], text if len(text) <= TEXT else f"{text[:TEXT]}…"


def _constants(slot: Slot, kind: str, texts: Sequence[str], where: Where) -> None:
    slot.see(kind, Seen(len(texts), _mark(where(0), texts[0]), _mark(where(len(texts) - 1), texts[-1])))
    slot.tally(Counter(texts))


def _texts(slot: Slot, column: Sequence[Any], where: Where, *, quoted: bool) -> None:
    """Strings, or numbers; `TypeError`, before anything is noted, when something else is among them."""
    counts = None if slot.values is None else Counter(column)
    if counts is not None and len(counts) > VALUES:
        counts = None
    if counts is not None and len(slot.kinds) == 1 and _all_known(slot, counts):
        for kind, seen in slot.kinds.items():  # the only one
            first, last = _mark(where(0), _json(column[0])), _mark(where(len(column) - 1), _json(column[-1]))
            slot.kinds[kind] = seen.again(len(column), first, last)
        return
    parts = parts_of(column, quoted=quoted, distinct=counts)
    slot.tally(None if counts is None else {_json(value): count for value, count in counts.items()})
    for kind, part in parts.items():
        first, last = (_mark(where(index), _json(column[index])) for index in (part.first, part.last))
        slot.see(kind, Seen(part.count, first, last, **_ranges(part.forms)))


def _all_known(slot: Slot, counts: Mapping[Any, int]) -> bool:
    """Count values, if each of them was seen before, so that nothing is to be learnt from their forms."""
    known = slot.values or {}
    texts = [_json(value) for value in counts]
    if not all(map(known.__contains__, texts)):
        return False
    for text, count in zip(texts, counts.values(), strict=True):
        known[text] += count
    return True


def _ranges(forms: Sequence[Form]) -> dict[str, Any]:
    scales = [form.scale for form in forms if form.scale is not None]
    magnitudes = [form.magnitude for form in forms if form.magnitude is not None]
    return {
        "signs": frozenset(form.sign for form in forms if form.sign),
        "scale": (min(scales), max(scales)) if scales else None,
        "magnitude": (min(magnitudes), max(magnitudes)) if magnitudes else None,
    }


def _json(value: Any) -> str:
    """A string or number as JSON text, shortened; `TypeError` for anything else."""
    return value.decode("latin-1") if type(value) is bytes else _quoted(value)


@lru_cache(maxsize=65536)
def _quoted(value: str) -> str:
    if type(value) is not str:
        raise TypeError
    return _JSON_TEXT(value if len(value) <= TEXT else f"{value[:TEXT]}…")
