"""Putting a redacted cassette and tape where they belong: searched for leaks first, and written whole or not at all."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from harness.cassette import store, tape
from harness.cassette.leaks import Leak, scan
from harness.cassette.model import Cassette
from harness.cassette.tape import Tape
from harness.errors import UsageError
from harness.spellings import Secrets

__all__ = ["Place", "leaks", "publish"]

_LEADING = 1 << 20


@dataclass(frozen=True, slots=True)
class Place:
    """Where the recordings of one scenario of a venue are: `<folder>/<venue>/<scenario>`, a file for each format."""

    folder: Path
    venue: str
    scenario: str

    @property
    def cassette(self) -> Path:
        """The file of its HTTP interactions."""
        return self.folder / self.venue / f"{self.scenario}.yaml"

    @property
    def tape(self) -> Path:
        """The file of its WebSocket frames."""
        return self.folder / self.venue / f"{self.scenario}{tape.SUFFIX}"

    def demand_free(self) -> None:
        """`UsageError` when there is a recording already."""
        for path in (self.cassette, self.tape):
            if path.exists():
                raise UsageError("there is a recording already", where=str(path), cure="choose another, or add --force")

    def demand_writable(self) -> None:
        """`UsageError` when nothing can be written here: better before the work than after it."""
        folder = next(folder for folder in self.cassette.parents if folder.exists())
        try:
            with TemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise UsageError(f"cannot be written: {error.strerror}", where=str(folder)) from None


def leaks(cassette: Cassette | None, recorded: Tape | None, secrets: Secrets) -> Iterator[tuple[str, Leak]]:
    """What would leak if these were written, with the format it is in. Remarks in recorded data explain nothing."""
    if cassette is not None:
        data = store.dumps(cassette).encode()
        pieces = (data[start : start + _LEADING] for start in range(0, len(data), _LEADING))
        yield from (("cassette", leak) for leak in scan(pieces, secrets))
    if recorded is not None:
        yield from (("tape", leak) for leak in scan(tape.lines(recorded), secrets))


def publish(place: Place, cassette: Cassette | None, recorded: Tape | None) -> tuple[Path, ...]:
    """Write them, and return the files. A reader sees each of them as it was or as it is now.

    What was there of an earlier recording and is not part of this one is gone afterwards.
    """
    if cassette is not None:
        store.save(place.cassette, cassette)
    if recorded is not None:
        tape.save(place.tape, recorded)
    files = {place.cassette: cassette, place.tape: recorded}
    for path in [path for path, content in files.items() if content is None]:
        path.unlink(missing_ok=True)
    return tuple(path for path, content in files.items() if content is not None)
