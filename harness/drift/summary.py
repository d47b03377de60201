"""What was seen of an endpoint or channel: a compact value that merges with others of its kind.

Merging is associative and commutative, so that summaries of files, hours and machines combine in any order. `first`
and `last` are therefore not what came first over a wire, but the smallest and the greatest by (origin, place, text):
the name of the recording, the place of the document in it, the text of the value.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from harness.errors import UsageError

__all__ = ["FIELDS", "TEXT", "VALUES", "VERSION", "Mark", "Seen", "Slot", "Summary", "Topic", "from_document", "merged"]

VERSION = 1
VALUES = 24
"""Different values that a slot remembers; of one with more, none."""
FIELDS = 200
"""Different fields that an object has; one with more is a map, whose keys are data."""
TEXT = 120
"""Characters of a value that are kept."""

Mark = tuple[str, int, str]
"""Origin, place and text of an example."""
Range = tuple[int, int]


class Seen(NamedTuple):
    """Values of one kind at one path.

    Of numbers: the signs that occurred, digits after the point, powers of ten; of lists: their sizes.
    """

    times: int
    first: Mark
    last: Mark
    signs: frozenset[str] = frozenset()
    scale: Range | None = None
    magnitude: Range | None = None
    size: Range | None = None

    def merged(self, other: "Seen") -> "Seen":
        """Both together."""
        return Seen(
            self.times + other.times,
            min(self.first, other.first),
            max(self.last, other.last),
            self.signs | other.signs,
            _wider(self.scale, other.scale),
            _wider(self.magnitude, other.magnitude),
            _wider(self.size, other.size),
        )

    def again(self, times: int, first: Mark, last: Mark) -> "Seen":
        """More values, of forms that were all seen before."""
        return Seen(self.times + times, min(self.first, first), max(self.last, last), *self[3:])


@dataclass(slots=True)
class Slot:
    """What was seen at one path. Items of a list share a slot, and so do entries of a map.

    `values` maps JSON texts to counts, and `shapes` the names of an object's members to the first that had these;
    either is `None` when there were too many. An object of `many` members is a map, whatever they are called.
    """

    kinds: dict[str, Seen] = field(default_factory=dict)
    values: dict[str, int] | None = field(default_factory=dict)
    fields: dict[str, "Slot"] = field(default_factory=dict)
    items: "Slot | None" = None
    entries: "Slot | None" = None
    shapes: dict[tuple[str, ...], Mark] | None = field(default_factory=dict)
    many: bool = False

    @property
    def count(self) -> int:
        """How many values there were."""
        return sum(seen.times for seen in self.kinds.values())

    def absorb(self, other: "Slot") -> None:
        """Take in another, which must not be used afterwards."""
        for kind, seen in other.kinds.items():
            self.see(kind, seen)
        self.tally(other.values)
        for name, child in other.fields.items():
            if name in self.fields:
                self.fields[name].absorb(child)
            else:
                self.fields[name] = child
        self.form(other.shapes)
        self.many |= other.many
        self.items = _absorbed(self.items, other.items)
        self.entries = _absorbed(self.entries, other.entries)
        self.settle()

    def see(self, kind: str, seen: Seen) -> None:
        """Note values of a kind."""
        known = self.kinds.get(kind)
        self.kinds[kind] = seen if known is None else known.merged(seen)

    def tally(self, values: Mapping[str, int] | None) -> None:
        """Count values, unless they are too many."""
        if self.values is None:
            return
        if values is None:
            self.values = None
            return
        for text, count in values.items():
            self.values[text] = self.values.get(text, 0) + count
        if len(self.values) > VALUES:
            self.values = None

    def form(self, shapes: Mapping[tuple[str, ...], Mark] | None) -> None:
        """Note the members that objects had."""
        if self.shapes is None:
            return
        if shapes is None:
            self.shapes = None
            return
        for names, mark in shapes.items():
            self.shapes[names] = min(mark, self.shapes.get(names, mark))
        if len(self.shapes) > VALUES:
            self.shapes = None

    def settle(self) -> None:
        """Treat an object with too many fields as the map that it is."""
        self.many |= len(self.fields) > FIELDS
        if self.many:
            self.shapes = None
            fields, self.fields = self.fields, {}
            for child in fields.values():
                self.entries = _absorbed(self.entries, child)


@dataclass(slots=True)
class Topic:
    """One endpoint or channel: how many documents there were, and what was in them."""

    documents: int = 0
    root: Slot = field(default_factory=Slot)


@dataclass(slots=True)
class Summary:
    """Topics by name: `lighter/rest/account`, `hyperliquid/ws/l2-book`, or with its status `lighter/rest/error`."""

    topics: dict[str, Topic] = field(default_factory=dict)

    def absorb(self, other: "Summary") -> None:
        """Take in another, which must not be used afterwards."""
        for name, topic in other.topics.items():
            if name in self.topics:
                self.topics[name].documents += topic.documents
                self.topics[name].root.absorb(topic.root)
            else:
                self.topics[name] = topic

    def document(self) -> dict[str, Any]:
        """The JSON form, the same for equal summaries."""
        topics = {
            name: {"documents": topic.documents, "root": _told(topic.root)}
            for name, topic in sorted(self.topics.items())
        }
        return {"harness_summary": VERSION, "topics": topics}


def merged(summaries: Iterable[Summary]) -> Summary:
    """All of them together; they stay as they are."""
    whole = Summary()
    for summary in summaries:
        whole.absorb(from_document(summary.document()))
    return whole


def _wider(one: Range | None, other: Range | None) -> Range | None:
    if one == other or one is None or other is None:
        return one or other
    return min(one[0], other[0]), max(one[1], other[1])


def _absorbed(one: Slot | None, other: Slot | None) -> Slot | None:
    if one is None or other is None:
        return one or other
    one.absorb(other)
    return one


def _told(slot: Slot) -> dict[str, Any]:
    told: dict[str, Any] = {"kinds": {kind: _told_kind(seen) for kind, seen in sorted(slot.kinds.items())}}
    if slot.values != {}:
        told["values"] = None if slot.values is None else dict(sorted(slot.values.items()))
    if slot.fields:
        told["fields"] = {name: _told(child) for name, child in sorted(slot.fields.items())}
    if slot.shapes != {}:
        shapes = slot.shapes
        told["shapes"] = None if shapes is None else [[list(names), list(shapes[names])] for names in sorted(shapes)]
    if slot.many:
        told["many"] = True
    for name in ("items", "entries"):
        if (child := getattr(slot, name)) is not None:
            told[name] = _told(child)
    return told


def _told_kind(seen: Seen) -> dict[str, Any]:
    told: dict[str, Any] = {"count": seen.times, "first": list(seen.first), "last": list(seen.last)}
    if seen.signs:
        told["signs"] = "".join(sorted(seen.signs))
    return told | {
        name: list(span) for name in ("scale", "magnitude", "size") if (span := getattr(seen, name)) is not None
    }


def from_document(document: Any, where: str = "summary") -> Summary:
    """The summary that a JSON form stands for; `UsageError` where it is none."""
    cure = "harness drift --save writes one"
    if not isinstance(document, Mapping) or "harness_summary" not in document:
        raise UsageError("not a summary of payloads", where=where, cure=cure)
    if document["harness_summary"] != VERSION:
        raise UsageError(f"version {document['harness_summary']} is not supported", where=where, cure=cure)
    try:
        topics = {name: Topic(told["documents"], _slot(told["root"])) for name, told in document["topics"].items()}
    except (LookupError, TypeError, AttributeError, ValueError):
        raise UsageError("a summary that is broken", where=where, cure=cure) from None
    return Summary(topics)


def _slot(told: Mapping[str, Any]) -> Slot:
    values, shapes = told.get("values", {}), told.get("shapes", [])
    return Slot(
        {kind: _kind(seen) for kind, seen in told["kinds"].items()},
        None if values is None else dict(values),
        {name: _slot(child) for name, child in told.get("fields", {}).items()},
        _slot(told["items"]) if "items" in told else None,
        _slot(told["entries"]) if "entries" in told else None,
        None if shapes is None else {tuple(names): _mark(mark) for names, mark in shapes},
        bool(told.get("many", False)),
    )


def _kind(told: Mapping[str, Any]) -> Seen:
    spans = {name: (int(told[name][0]), int(told[name][1])) for name in ("scale", "magnitude", "size") if name in told}
    return Seen(
        int(told["count"]), _mark(told["first"]), _mark(told["last"]), frozenset(told.get("signs", "")), **spans
    )


def _mark(told: Any) -> Mark:
    origin, place, text = told
    return str(origin), int(place), str(text)
