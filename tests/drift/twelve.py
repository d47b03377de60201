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
    changed = []
    for document in documents:
        for at in reversed(list(locate(document, path))):
            value = change(look_up(document, at), at)
            document = removed(document, at) if value is MISSING else replaced(document, at, value)
        changed.append(document)
    return tuple(changed)


def values(documents, path):
    """All values at a pattern."""
    return [look_up(document, at) for document in documents for at in locate(document, path)]


def renamed(documents, path, name):
    """The documents with a member called otherwise, in its place."""
    parent, _, old = path.rpartition("/")

    def change(row, _):
        return {name if key == old else key: value for key, value in row.items()} if isinstance(row, dict) else row

    return everywhere(documents, parent, change)


def once(change, keep):
    """The change in the first place that it meets only; elsewhere the value stays."""
    seen = []

    def changed(value, at):
        seen.append(at)
        return change if len(seen) == 1 else value

    return changed


def cases(topic, documents, path, *, enumerated=False, share=False):
    """Every kind of drift that a field can go through. `enumerated` fields have values that are told apart."""
    held = values(documents, path)
    name = path.rpartition("/")[2]
    made = []

    def case(kind, changed, severity, *rules):
        made.append(Case(topic, path, kind, changed, frozenset(rules), severity))

    kinds = {type(value) for value in held} - {type(None)}
    if name == "*" or not kinds or len(kinds) > 1 or kinds & {dict, list}:
        return made
    sample = next(value for value in held if value is not None)
    text = str(sample)
    numeric = not isinstance(sample, bool) and (not isinstance(sample, str) or bool(DECIMAL.fullmatch(text)))
    if len(held) > 1:
        case("became nullable", everywhere(documents, path, once(None, held)), "breaking", "DRIFT-nullable")
        case("required to optional", everywhere(documents, path, once(MISSING, held)), "breaking", "DRIFT-optional")
    case("removed", everywhere(documents, path, lambda *_: MISSING), "breaking", "DRIFT-removed")
    case("renamed", renamed(documents, path, f"{name}Value"), "breaking", "DRIFT-renamed")
    case("wrapped", everywhere(documents, path, lambda value, _: {"value": value}), "breaking", "DRIFT-moved")
    other = re.sub(r"_(\w)", lambda found: found[1].upper(), name)
    other = other if other != name else name.upper() if name.upper() != name else name.lower()
    if other != name:
        case("key case", renamed(documents, path, other), "breaking", "DRIFT-case")
    if isinstance(sample, bool):
        case("retyped", everywhere(documents, path, lambda value, _: str(value).lower()), "breaking", "DRIFT-retyped")
        return made
    if numeric:
        case("retyped", everywhere(documents, path, _other_type), "breaking", "DRIFT-retyped")
    else:
        case("retyped", everywhere(documents, path, lambda *_: 7), "breaking", "DRIFT-retyped")
    if enumerated:
        new = 7 if isinstance(sample, int) else "SIDEWAYS"
        case("enum value added", everywhere(documents, path, once(new, held)), "risky", "DRIFT-enum")
        return made
    if not numeric:
        return made
    if TIMES.fullmatch(text) and all(TIMES.fullmatch(str(value)) for value in held if value):
        case(
            "seconds to milliseconds",
            everywhere(documents, path, lambda value, _: value and type(value)(int(value) * 1000)),
            "breaking",
            "DRIFT-unit",
        )
        return made
    if isinstance(sample, int):
        case(
            "integer to decimal",
            everywhere(documents, path, lambda value, _: value if value is None else Decimal(f"{value}.5")),
            "breaking",
            "DRIFT-fraction",
        )
    huge = everywhere(documents, path, lambda value, _: _times(value, 12))
    case("range", huge, "breaking" if share else "risky", "DRIFT-range", "DRIFT-scale")
    if isinstance(sample, str):
        case("exponent", everywhere(documents, path, lambda *_: "1.5e-7"), "risky", "DRIFT-exponent")
    return made


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
