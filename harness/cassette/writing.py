"""Files that are there as they were or as they are to be, and never half of either."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import IO

from harness.errors import UsageError

__all__ = ["written_whole"]


@contextmanager
def written_whole(path: Path) -> Iterator[IO[bytes]]:
    """A file beside it, which takes its place when the block has ended well and it is on the disk.

    Whoever reads meanwhile, or after a crash, sees the old one. `UsageError` when the system does not let us.
    """
    beside = path.with_name(f".{path.name}.{token_hex(6)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror}", where=str(path)) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
