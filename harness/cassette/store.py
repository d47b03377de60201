"""Loading and saving cassettes.

A file whose seal holds was written here, and is read by its layout. Every other one goes through a YAML parser, which
is slower and understands whatever vcrpy understands.
"""

from collections.abc import Mapping
from pathlib import Path

from harness.cassette import foreign, layout
from harness.cassette.model import Cassette
from harness.cassette.writing import written_whole
from harness.errors import UsageError

__all__ = ["dumps", "load", "loads", "save"]


def load(path: Path, *, verify: bool = True) -> Cassette:
    """Read a cassette file.

    `UsageError` when it cannot be read or is not a cassette, and, with `verify`, when its interactions are not those
    that were sealed.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path)) from None
    except UnicodeDecodeError as error:
        raise UsageError(f"not UTF-8 text: {error.reason} at byte {error.start}", where=str(path)) from None
    return loads(text, where=str(path), verify=verify)


def loads(text: str, *, where: str = "cassette", verify: bool = True) -> Cassette:
    """The cassette in a text; `where` names its origin in errors. Raises what `load` does."""
    if (cassette := _sealed(text, where)) is not None:
        return cassette
    cassette = foreign.read(foreign.parse(text, where), where)
    if verify and cassette.provenance is not None:
        _verify(cassette, where)
    return cassette


def dumps(cassette: Cassette) -> str:
    """The text of a cassette file; the same cassette gives the same text. The seal is computed anew."""
    return layout.write(cassette)


def save(path: Path, cassette: Cassette) -> None:
    """Write a cassette file, whole or not at all: whoever reads meanwhile sees the old one or the new one."""
    data = dumps(cassette).encode()
    with written_whole(path) as file:
        file.write(data)


def _sealed(text: str, where: str) -> Cassette | None:
    """The cassette in a text that is as it was saved; `None` for any other text."""
    head, found, interactions = text.partition(f"\n{layout.INTERACTIONS}")
    if not found or "\n  sha256: " not in head:
        return None
    document = foreign.parse(head, where)
    if not isinstance(document, Mapping) or set(document) != {"version", "recorded"} or document["version"] != 1:
        return None
    provenance = foreign.provenance(document, where)
    if provenance is None or provenance.sha256 != layout.seal(interactions):
        return None
    try:
        return Cassette(provenance, layout.read_interactions(interactions))
    except ValueError:  # sealed, but not by this version
        return None


def _verify(cassette: Cassette, where: str) -> None:
    if (
        cassette.provenance is None
        or layout.seal(layout.canonical(cassette.interactions)) == cassette.provenance.sha256
    ):
        return
    raise UsageError(
        "edited by hand: the interactions are not those whose SHA-256 the file gives",
        where=where,
        cure=f"restore the file, or, if the edit is meant, seal it again: python -m harness.cassette {where}",
    )
