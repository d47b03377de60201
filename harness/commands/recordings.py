"""Which cassettes and tapes a scenario stands for: a name of the harness's own, a file, or a folder."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness import resources
from harness.cassette import store, tape
from harness.cassette.model import Cassette, Provenance
from harness.errors import UsageError
from harness.venues.facts import Venue

__all__ = ["Recordings", "find"]

_NAME = re.compile(r"\w+", re.ASCII)
_CASSETTES = frozenset({".yaml", ".yml"})


@dataclass(frozen=True, slots=True)
class Recordings:
    """What is served. A cassette of another project says of no venue that it is of it, and is taken for ours."""

    cassettes: tuple[Cassette, ...]
    tapes: tuple[Path, ...]
    provenances: tuple[Provenance, ...]


def find(venue: Venue, scenario: str) -> Recordings:
    """The recordings of a venue that a scenario names; a tape lies beside its cassette.

    In a folder, those of other venues are left out. `UsageError` when there is nothing, or something else.
    """
    path = Path(scenario)
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if _is_recording(file))
        found = _read(venue, files, strict=False)
    elif path.is_file():
        if not _is_recording(path):
            cure = "name a cassette (.yaml, .yml), a tape (.ws.jsonl), a folder of them, or a scenario"
            raise UsageError("neither a cassette nor a tape", where=scenario, cure=cure)
        found = _read(venue, [path, *_beside(path)], strict=True)
    else:
        found = _read(venue, _own(venue, scenario), strict=True)
    if not found.cassettes and not found.tapes:
        raise UsageError(f"no cassette or tape of {venue.name}", where=scenario)
    return found


def _own(venue: Venue, name: str) -> list[Path]:
    folder = resources.cassettes() / venue.name
    path = folder / f"{name}.yaml"
    if not _NAME.fullmatch(name) or not path.is_file():
        known = ", ".join(sorted(file.stem for file in folder.glob("*.yaml")))
        cure = f"name a cassette, a tape, a folder of them, or one of {known}"
        raise UsageError(f"no such file or scenario {name!r}", where="--scenario", cure=cure)
    return [path, *_beside(path)]


def _beside(path: Path) -> Iterator[Path]:
    beside = path.with_name(f"{path.stem}{tape.SUFFIX}")
    if path.suffix in _CASSETTES and beside.is_file():
        yield beside


def _is_recording(path: Path) -> bool:
    return path.is_file() and (path.suffix in _CASSETTES or path.name.endswith(tape.SUFFIX))


def _read(venue: Venue, files: list[Path], *, strict: bool) -> Recordings:
    cassettes, tapes, provenances = [], [], []
    for file in files:
        cassette = None if file.name.endswith(tape.SUFFIX) else store.load(file)
        provenance = tape.load(file, verify=False).provenance if cassette is None else cassette.provenance
        if provenance is not None and provenance.venue != venue.name:
            if strict:
                raise UsageError(f"of {provenance.venue}", where=str(file), cure=f"--venue {provenance.venue}")
            continue
        if cassette is None:
            tapes.append(file)
        else:
            cassettes.append(cassette)
        if provenance is not None:
            provenances.append(provenance)
    return Recordings(tuple(cassettes), tuple(tapes), tuple(provenances))
