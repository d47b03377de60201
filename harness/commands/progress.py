"""What a person who waits sees on a terminal; nothing in a pipe."""

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

from harness.findings import Result, Status

if TYPE_CHECKING:
    from rich.status import Status as Spinner

__all__ = ["Progress"]


class Progress:
    """One line on standard error that tells what is under way and how much was found."""

    def __init__(self) -> None:
        self._spinner: Spinner | None = None
        self._done = self._found = 0

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.console import Console

            self._spinner = Console(stderr=True, markup=False).status("starting")
            self._spinner.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._spinner is not None:
            self._spinner.stop()

    def show(self, result: Result) -> None:
        """One more result."""
        self._done += 1
        self._found += result.status is Status.FAIL
        told = f"{self._done} cases, {self._found} findings"
        self.say(f"{told} · {result.venue} {result.method} {result.check}")

    def say(self, told: str) -> None:
        """What is under way, in other words."""
        if self._spinner is not None:
            self._spinner.update(told)
