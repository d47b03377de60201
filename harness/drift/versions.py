"""Two versions of the project's schemas beside one another: single files, or folders of them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness import exact
from harness.drift.comparison import compare
from harness.drift.consumption import judged
from harness.drift.difference import Difference
from harness.drift.documents import claim, common_of
from harness.drift.rules import Severity, ranked
from harness.errors import UsageError

__all__ = ["between"]

_SHARED = frozenset({"common.json", "exceptions.json"})


def between(old: Path, new: Path, *, every: bool = False) -> tuple[Difference, ...]:
    """How the newer schemas differ, the worst first. `UsageError` for what is no schema or no folder of them."""
    was, now = _schemas(old), _schemas(new)
    if old.is_file() and new.is_file() and len(was) == len(now) == 1:
        now = dict(zip(was, now.values(), strict=True))  # whatever the files are called
    found = [judged(one, every=every) for one in _compared(was, now, old, new)]
    heard = [one for one in found if one.severity is not Severity.NOISE]
    return tuple(sorted(heard, key=lambda one: (-ranked(one.severity), one.topic, one.path, one.rule)))


def _compared(
    was: Mapping[str, Mapping[str, Any]], now: Mapping[str, Mapping[str, Any]], old: Path, new: Path
) -> Iterator[Difference]:
    before, after = _common(old), _common(new)
    for name, document in was.items():
        if name not in now:
            yield Difference(
                rule="DRIFT-endpoint-removed", topic=name, path="", before=name, after="nothing", against=str(old)
            )
        else:
            yield from compare(claim(name, document, document, before), claim(name, now[name], now[name], after))
    for name in now.keys() - was.keys():
        yield Difference(
            rule="DRIFT-endpoint-added", topic=name, path="", before="nothing", after=name, against=str(old)
        )


def _common(path: Path) -> Mapping[str, Any]:
    """The shared definitions of a folder, or of the one that a file `<venue>/rest/<name>.json` lies in."""
    return common_of(path if path.is_dir() else path.resolve().parents[2])


def _schemas(path: Path) -> dict[str, Mapping[str, Any]]:
    if path.is_dir():
        files = sorted(file for file in path.rglob("*.json") if file.name not in _SHARED)
        if not files:
            raise UsageError("no schemas", where=str(path), cure="a schema is <venue>/rest/<endpoint>.json")
        return {file.relative_to(path).with_suffix("").as_posix(): _read(file) for file in files}
    name = "/".join(path.resolve().with_suffix("").parts[-3:])
    return {name: _read(path)}


def _read(path: Path) -> Mapping[str, Any]:
    try:
        document: Any = exact.decode(path.read_bytes())
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path)) from None
    except ValueError as error:
        raise UsageError(f"not JSON: {error}", where=str(path)) from None
    if not isinstance(document, dict):
        raise UsageError("not a JSON Schema", where=str(path))
    return document
