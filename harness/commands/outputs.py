"""Where the results of a command go: the terminal, and files that are proven writable before the work starts."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import TextIO

from harness.errors import UsageError
from harness.findings import Report

__all__ = ["Outputs", "probe", "write_file"]

_STDOUT = "-"
Writer = Callable[[Report], str]


class Outputs:
    """The destinations that a command was given. `UsageError`, at once, for one that cannot be written."""

    def __init__(
        self, *, json: str = "", junit: str = "", sarif: str = "", markdown: str = "", github: bool = False
    ) -> None:
        self._files = {"--json": json, "--junit": junit, "--sarif": sarif, "--markdown": markdown}
        self._github = github
        if len(twice := [option for option, name in self._files.items() if name == _STDOUT]) > 1:
            raise UsageError("only one report can go to standard output", where=twice[1], cure="name a file")
        for option, name in self._files.items():
            if name and name != _STDOUT:
                probe(option, Path(name))

    @property
    def human(self) -> TextIO:
        """Where people read: standard output, unless a report goes there."""
        return sys.stderr if _STDOUT in self._files.values() else sys.stdout

    def write(self, report: Report, show: Callable[[Report, TextIO], None], *, interrupted: bool = False) -> None:
        """Write the files and then show the report, so that neither a closed pipe nor a full disk loses the other."""
        from harness.report import github, json, junit, markdown, sarif

        failed: UsageError | None = None
        texts: dict[str, Callable[[], str]] = {
            "--json": lambda: json.text(report, interrupted=interrupted),
            "--junit": lambda: junit.text(report),
            "--sarif": lambda: sarif.text(report),
            "--markdown": lambda: markdown.text(report),
        }
        for option, name in self._files.items():
            if name and name != _STDOUT:
                try:
                    _replace(Path(name), texts[option]())
                except OSError as error:
                    failed = UsageError(f"cannot be written: {error.strerror}", where=f"{option} {name}")
        show(report, self.human)
        if self._github:
            self.human.write(github.annotations(report))
            github.summarise(report)
        for option, name in self._files.items():
            if name == _STDOUT:
                sys.stdout.write(texts[option]())
        if failed is not None:
            raise failed


def write_file(option: str, path: Path, text: str) -> None:
    """Write what an option asks for, whole or not at all; `UsageError` when that cannot be."""
    try:
        _replace(path, text)
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror}", where=f"{option} {path}") from None


def probe(option: str, path: Path) -> None:
    """`UsageError` unless the file that an option names can be written."""
    where = f"{option} {path}"
    if path.is_dir():
        raise UsageError("is a folder", where=where, cure="name a file")
    try:
        if _is_special(path):
            path.open("ab").close()
        else:
            beside = _beside(path)
            beside.touch(exist_ok=False)
            beside.unlink()
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror}", where=where) from None


def _is_special(path: Path) -> bool:
    return path.exists() and not path.is_file()  # /dev/null or a named pipe, which must not be replaced by a file


def _beside(path: Path) -> Path:
    whole = path.resolve()  # a symbolic link stays one
    return whole.with_name(f".{whole.name}.{token_hex(6)}")


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    if _is_special(path):
        path.write_text(text, encoding="utf-8")
        return
    beside = _beside(path)
    try:
        with beside.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path.resolve())
    finally:
        with suppress(FileNotFoundError):
            beside.unlink()
