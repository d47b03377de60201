"""Response models of a vendor's SDK, from a released wheel or as installed, and how two versions of them differ.

The SDK is unpacked into a folder of its own and loaded by a process of its own; nothing of it is imported here.
"""

import re
import subprocess
import sys
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cache
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from harness import exact
from harness.drift import sdk_models
from harness.drift.comparison import compare
from harness.drift.consumption import judged, refined
from harness.drift.difference import Difference
from harness.drift.documents import claim, claim_of_topic
from harness.drift.rules import Severity, ranked
from harness.drift.shape import Shape
from harness.errors import UsageError
from harness.venues import NAMES, venue

__all__ = ["Sdk", "against_schemas", "between", "installed", "released", "unpacked"]

_REQUIREMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9][A-Za-z0-9._+!-]*")
_PATIENCE = 300  # seconds
_ALIKE = 0.7
_ENVELOPE = {"type": "object", "required": ["status"], "properties": {"status": {"type": "string"}}}


@dataclass(frozen=True, slots=True)
class Sdk:
    """An SDK: its models as JSON Schemas, and which of them answers which route."""

    name: str
    models: Mapping[str, Mapping[str, Any]]
    endpoints: tuple[Mapping[str, str], ...]
    skipped: Mapping[str, str]


def released(requirement: str) -> Sdk:
    """The models of a released version, `name==1.2.3`. `UsageError` when it is no version, or cannot be had or read."""
    if not _REQUIREMENT.fullmatch(requirement):
        raise UsageError(f"{requirement!r} is not a version of a package", where="drift sdk", cure="write NAME==1.2.3")
    with TemporaryDirectory(prefix="harness-sdk-") as folder:
        wheels, packages = Path(folder, "wheels"), Path(folder, "packages")
        options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"]
        _run([sys.executable, "-m", "pip", "download", *options, "--dest", str(wheels), requirement], requirement)
        for wheel in wheels.glob("*.whl"):
            with zipfile.ZipFile(wheel) as opened:
                opened.extractall(packages)
        names = [path.parent.name for path in packages.glob("*/__init__.py")]
        return unpacked(requirement, packages, _own_first(requirement, names))


def installed(name: str) -> Sdk:
    """The models of the version that is installed beside the harness; `UsageError` when there is none."""
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        cure = "pip install 'connector-harness[sdks]', or name two versions"
        raise UsageError(f"{name} is not installed", where="drift sdk", cure=cure) from None
    tops = {file.parts[0] for file in found.files or () if len(file.parts) == 2 and file.name == "__init__.py"}
    return unpacked(f"{name}=={found.version}", Path(str(found.locate_file(""))), _own_first(name, tops))


def _own_first(name: str, packages: Iterable[str]) -> list[str]:
    """Packages in the order in which they are believed: a release can carry what a generator left behind."""
    return sorted(packages, key=lambda package: (package.replace("_", "-").lower() not in name.lower(), package))


def unpacked(name: str, folder: Path, packages: list[str]) -> Sdk:
    """The models of packages in a folder, loaded by a process of its own; `UsageError` when there are none."""
    program = str(Path(str(sdk_models.__file__)))
    told = exact.decode(_run([sys.executable, "-I", program, str(folder), *packages], name))
    if not told["models"]:
        reasons = "; ".join(f", {module}: {reason}" for module, reason in list(told["skipped"].items())[:2])
        cure = "what describes them needs pydantic: pip install 'connector-harness[sdks]' brings what they need"
        raise UsageError(f"no response models were found{reasons}", where=name, cure=cure)
    return Sdk(name, told["models"], tuple(told["endpoints"]), told["skipped"])


def _run(command: list[str], what: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise UsageError("took too long", where=what) from None
    if done.returncode:
        last = (done.stderr.strip() or "no reason given").splitlines()[-1]
        raise UsageError(f"cannot be read: {last[:300]}", where=what, cure="see that this version has a wheel")
    return done.stdout


def between(old: Sdk, new: Sdk, *, every: bool = False) -> tuple[Difference, ...]:
    """How the models of the newer differ, the worst first. What answers a route of ours goes by its endpoint's name."""
    was, now = _answers(old), _answers(new)
    shared = was.keys() & now.keys()
    found: list[Difference] = []
    for topic in shared:
        found += compare(was[topic], now[topic])
    told = (_parts(old) & _parts(new)) | {name for topic in shared for name in _asked_for(old, topic)}
    found += _models(old, new, told)
    found += _routes(old, new)
    return _heard(judged(replace(one, against=old.name), every=every) for one in found)


def _models(old: Sdk, new: Sdk, told: Collection[str]) -> Iterator[Difference]:
    """Models that are gone, new or called otherwise, and how they differ unless that is told already."""
    successors = _successors(old, new)
    for name, schema in old.models.items():
        now = successors.get(name, "")
        if not now:
            yield _of_model("DRIFT-model-removed", name, name, "nothing")
            continue
        if now != name:
            yield _of_model("DRIFT-model-renamed", name, name, now)
        if name not in told:
            yield from compare(claim(name, schema, schema), claim(name, new.models[now], new.models[now]))
    for name in sorted(new.models.keys() - successors.values()):
        yield _of_model("DRIFT-model-added", name, "nothing", name)


def _parts(sdk: Sdk) -> set[str]:
    """Models that are parts of others."""
    return {part for name, schema in sdk.models.items() for part in schema.get("$defs", {}) if part != name}


def _successors(old: Sdk, new: Sdk) -> dict[str, str]:
    """What each model is called now: the same, or like a new one of much the same fields."""
    found = {name: name for name in old.models if name in new.models}
    left = [name for name in new.models if name not in found]
    for name in old.models:
        if name in found:
            continue
        fields = set(old.models[name].get("properties", ()))
        alike = [
            other
            for other in left
            if fields and len(fields & set(new.models[other].get("properties", ()))) >= _ALIKE * len(fields)
        ]
        best = max(alike, key=lambda other: SequenceMatcher(None, name, other).ratio(), default="")
        if best and SequenceMatcher(None, name, best).ratio() >= _ALIKE:
            found[name] = best
            left.remove(best)
    return found


def _of_model(rule: str, topic: str, before: str, after: str) -> Difference:
    return Difference(rule=rule, topic=topic, path="", before=before, after=after)


def _routes(old: Sdk, new: Sdk) -> Iterator[Difference]:
    """Routes that a client asks no longer, or asks as well."""
    was = {(one["method"], one["path"]): one["model"] for one in old.endpoints}
    now = {(one["method"], one["path"]): one["model"] for one in new.endpoints}
    for key in sorted(was.keys() - now.keys()):
        yield _of_model("DRIFT-endpoint-removed", _endpoint(*key) or " ".join(key), " ".join(key), "nothing")
    for key in sorted(now.keys() - was.keys()):
        yield _of_model("DRIFT-endpoint-added", _endpoint(*key) or " ".join(key), "nothing", " ".join(key))


@cache
def _endpoint(method: str, path: str) -> str:
    """The topic of a route of any venue."""
    for name in NAMES:
        facts = venue(name)
        found = facts.find(method, path.removeprefix(facts.rest_prefix))
        if len(found) == 1:
            return f"{name}/rest/{found[0].name}"
    return ""


def _answers(sdk: Sdk) -> dict[str, Shape]:
    """The answers of all routes that are ours as well, by topic."""
    found = {}
    for one in sdk.endpoints:
        topic = _endpoint(one["method"], one["path"])
        shape = _answer(sdk, one["model"], topic) if topic else None
        if shape is not None:
            found[topic] = shape
    return found


def _asked_for(sdk: Sdk, topic: str) -> list[str]:
    """The models that make up the answer of a topic."""
    told = [one["model"] for one in sdk.endpoints if _endpoint(one["method"], one["path"]) == topic]
    return [name for each in told for name in re.findall(r"\w+", each) if name in sdk.models]


def against_schemas(sdk: Sdk, *, every: bool = False) -> tuple[Difference, ...]:
    """How an SDK's models differ from the project's schemas of the same answers, the worst first."""
    found: list[Difference] = []
    for topic, theirs in _answers(sdk).items():
        ours = claim_of_topic(topic)
        if ours is not None:
            found += compare(refined(ours), _as_strict(theirs, ours))
    return _heard(judged(one, every=every) for one in found if not _is_said_alike(one))


_CLAIMED_ALIKE = frozenset({"DRIFT-format", "DRIFT-narrower", "DRIFT-required", "DRIFT-enum-fewer"})
"""What a model seldom says although its author knows it."""


def _is_said_alike(one: Difference) -> bool:
    return one.rule in _CLAIMED_ALIKE or (one.rule == "DRIFT-retyped" and bool(one.to))


def _as_strict(theirs: Shape, ours: Shape) -> Shape:
    """A model that takes a decimal in any form, or any value where we list some, does not contradict us."""
    traits = dict(theirs.traits)
    for path, trait in theirs.traits.items():
        known = ours.traits.get(path)
        if known is None or not known.types & trait.types:
            continue
        types = (trait.types & known.types) | (trait.types & {"null"})
        values, is_open = (known.values, known.open) if trait.open else (trait.values, trait.open)
        traits[path] = replace(trait, types=types, values=values, open=is_open)
    return replace(theirs, traits=traits)


def _answer(sdk: Sdk, told: str, topic: str) -> Shape | None:
    """The shape of a route's answer: a model, or an envelope around one or a list of them."""
    names = re.findall(r"\w+", told)
    models = [name for name in names if name in sdk.models]
    if not models:
        return None
    schema: Mapping[str, Any] = sdk.models[models[-1]]
    if names[0] in sdk.models and len(names) == 1:
        return claim(topic, schema, schema)
    if any(name.lower() == "list" for name in names):
        inner: Mapping[str, Any] = {"type": "array", "items": {"$ref": "#"}}
    else:
        inner = {"$ref": "#"}
    properties = {**_ENVELOPE["properties"], "data": inner}  # type: ignore[dict-item]
    return claim(topic, {**_ENVELOPE, "required": ["status", "data"], "properties": properties}, schema)


def _heard(found: Iterator[Difference]) -> tuple[Difference, ...]:
    heard = [one for one in found if one.severity is not Severity.NOISE]
    return tuple(sorted(heard, key=lambda one: (-ranked(one.severity), one.topic, one.path, one.rule)))
