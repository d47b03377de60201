"""The twelve kinds of response drift, done to recorded answers in a field of their own."""

import re
from dataclasses import dataclass
from decimal import Decimal

from harness import exact
from harness.contract.pointer import MISSING, locate, look_up, removed, replaced
from harness.drift.observer import Observer, decode

KINDS = (
    "enum value added",
    "became nullable",
    "required to optional",
    "removed",
    "renamed",
    "retyped",
    "integer to decimal",
    "range",
    "wrapped",
    "key case",
    "exponent",
    "seconds to milliseconds",
)
TIMES = re.compile(r"\d{10}|\d{13}|\d{16}")
DECIMAL = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True)
class Case:
    """A kind of drift in one field of one topic: the documents after it, and what must be said of it."""

    topic: str
    path: str
    kind: str
    documents: tuple
    rules: frozenset
    severity: str  # where the field is read


def observed(topic, documents, maps=None):
    """The summary of decoded documents."""
    observer = Observer(maps)
    for place, document in enumerate(documents):
        observer.add(topic, decode(exact.encode(document).decode()), "new", place)
    return observer.summary().topics[topic]


def leaves(document, at=""):
    """The patterns of all scalars of a document, lists by `*`."""
    if isinstance(document, dict):
        found = (leaf for key, value in document.items() for leaf in leaves(value, f"{at}/{key}"))
    elif isinstance(document, list):
        found = (leaf for value in document for leaf in leaves(value, f"{at}/*"))
    else:
        found = iter([at])
    return dict.fromkeys(found)


def everywhere(documents, path, change):
    """The documents with every value at a pattern changed; `MISSING` takes it away."""

    def changed(document):
        for at in reversed(list(locate(document, path))):
            value = change(look_up(document, at), at)
            document = removed(document, at) if value is MISSING else replaced(document, at, value)
        return document

    return tuple(map(changed, documents))


def values(documents, path):
    """All values at a pattern."""
    return [look_up(document, at) for document in documents for at in locate(document, path)]


def renamed(documents, path, name):
    """The documents with a member called otherwise, in its place."""
    parent, _, old = path.rpartition("/")

    def change(row, _):
        return {name if key == old else key: value for key, value in row.items()} if isinstance(row, dict) else row

    return everywhere(documents, parent, change)


def once(change):
    """The change in the first place that is met only; elsewhere the value stays."""
    seen = []

    def changed(value, at):
        seen.append(at)
        return change if len(seen) == 1 else value

    return changed


def other_values(value, chance):
    """The same document with other digits: every number keeps its sign, its length and its point."""
    if isinstance(value, dict):
        return {key: other_values(inner, chance) for key, inner in value.items()}
    if isinstance(value, list):
        return [other_values(inner, chance) for inner in value]
    if isinstance(value, bool) or value is None or (isinstance(value, str) and not DECIMAL.fullmatch(value)):
        return value
    text = str(value)
    if TIMES.fullmatch(text):
        told = text[:3] + "".join(chance.choice("123456789") for _ in text[3:])
    else:
        told = re.sub("[1-9]", lambda _: chance.choice("123456789"), text)
    return told if isinstance(value, str) else int(told) if isinstance(value, int) else Decimal(told)


def cases(topic, documents, path, *, enumerated=False, share=False):
    """Every kind of drift that a field can go through. `enumerated` fields have values that are told apart.

    `documents` is the whole baseline: what is already optional, null or nothing but zero cannot become so.
    """
    held = values(documents, path)
    kinds = {type(value) for value in held} - {type(None)}
    name = path.rpartition("/")[2]
    if name == "*" or len(kinds) != 1 or kinds & {dict, list}:
        return
    sample = next(value for value in held if value is not None)
    for kind, changed, severity, *rules in (
        *_of_presence(documents, path, name),
        *_of_type(documents, path, sample),
        *(_of_words(documents, path, sample) if enumerated else _of_numbers(documents, path, sample, share=share)),
    ):
        if kind != "became nullable" or None not in held:
            yield Case(topic, path, kind, changed, frozenset(rules), severity)


def _of_presence(documents, path, name):
    """Null, missing, gone, and called otherwise."""
    parents = [row for row in values(documents, path.rpartition("/")[0]) if isinstance(row, dict)]
    if len(values(documents, path)) > 1:
        yield "became nullable", everywhere(documents, path, once(None)), "breaking", "DRIFT-nullable"
    if path and all(name in row for row in parents):
        if len(parents) > 1:
            yield "required to optional", everywhere(documents, path, once(MISSING)), "breaking", "DRIFT-optional"
        yield "removed", everywhere(documents, path, lambda *_: MISSING), "breaking", "DRIFT-removed"
        yield "renamed", renamed(documents, path, f"{name}Value"), "breaking", "DRIFT-renamed"
        camel = re.sub(r"_(\w)", lambda found: found[1].upper(), name)
        other = camel if camel != name else name.upper() if name.upper() != name else name.lower()
        if other != name:
            yield "key case", renamed(documents, path, other), "breaking", "DRIFT-case"
    yield "wrapped", everywhere(documents, path, lambda value, _: {"value": value}), "breaking", "DRIFT-moved"


def _of_type(documents, path, sample):
    """A number for a text, or the reverse."""
    if isinstance(sample, bool):
        retyped = everywhere(documents, path, lambda value, _: str(value).lower())
    elif _is_numeric(sample):
        retyped = everywhere(documents, path, _other_type)
    else:
        retyped = everywhere(documents, path, lambda *_: 7)
    yield "retyped", retyped, "breaking", "DRIFT-retyped"


def _of_words(documents, path, sample):
    """One more value of an enumeration."""
    if not isinstance(sample, bool):
        new = 7 if isinstance(sample, int) else "SIDEWAYS"
        yield "enum value added", everywhere(documents, path, once(new)), "risky", "DRIFT-enum"


def _of_numbers(documents, path, sample, *, share):
    """Another unit, form or magnitude."""
    held = [value for value in values(documents, path) if value is not None]
    if not _is_numeric(sample) or not any(Decimal(value) for value in held):
        return
    if all(TIMES.fullmatch(str(value)) for value in held if Decimal(value)):
        later = everywhere(documents, path, lambda value, _: value and type(value)(int(value) * 1000))
        yield "seconds to milliseconds", later, "breaking", "DRIFT-unit"
        return
    if isinstance(sample, int):
        halves = everywhere(documents, path, lambda value, _: value if value is None else Decimal(f"{value}.5"))
        yield "integer to decimal", halves, "breaking", "DRIFT-fraction"
    huge = everywhere(documents, path, lambda value, _: _times(value, 12))
    yield "range", huge, "breaking" if share else "risky", "DRIFT-scale" if share else "DRIFT-range"
    if isinstance(sample, str):
        yield "exponent", everywhere(documents, path, lambda *_: "1.5e-7"), "risky", "DRIFT-exponent"


def _is_numeric(value):
    return not isinstance(value, bool) and (not isinstance(value, str) or bool(DECIMAL.fullmatch(value)))


def _other_type(value, _):
    if value is None:
        return None
    return Decimal(value) if isinstance(value, str) else str(value)


def _times(value, power):
    """A number of another magnitude and of other digits, so that nobody can take it for a shift."""
    if value is None:
        return None
    grown = (abs(Decimal(value)) + 1) * 10**power * Decimal("1.37")
    scale = max(-Decimal(value).as_tuple().exponent, 0)
    told = f"{grown:.{scale}f}"
    return told if isinstance(value, str) else int(Decimal(told)) if isinstance(value, int) else Decimal(told)
