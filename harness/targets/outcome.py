"""What one call of a connector did: its error, its log, its state, its requests, and how to speak of them."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from harness.gateway.messages import Seen
from harness.targets.observation import Snapshot

__all__ = ["Outcome", "chain", "logged", "recorded", "shown"]

_PLUMBING = ("asyncio.", "aiohttp.", "urllib3.", "concurrent.", "harness.gateway.", "vcr.", "hypothesis.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one call of one method did."""

    error: BaseException | None
    log: tuple[logging.LogRecord, ...]
    state: Snapshot
    requests: tuple[Seen, ...]
    hung: bool  # it would have waited for ever
    returned: Any = None
    uncancelled: bool = False  # it was to be cancelled, and had ended before

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the connector itself said at warning or above."""
        return tuple(_text(record) for record in self._warned())

    def _warned(self) -> Iterator[logging.LogRecord]:
        for record in self.log:
            if record.levelno >= logging.WARNING and not f"{record.name}.".startswith(_PLUMBING):
                yield record

    @property
    def silent(self) -> bool:
        """Neither raised nor warned."""
        return self.error is None and not self.warnings and not self.hung

    def said(self) -> str:
        """Everything that it said of a failure: the chain of errors, and the warnings with theirs."""
        return "\n".join([*_named(self.error), *(logged(record) for record in self._warned())])

    def how(self) -> str:
        """One line for a report."""
        if self.hung:
            return "waited for ever"
        if self.error is not None:
            return f"raised {type(self.error).__name__}: {str(self.error)[:200]}"
        return f"logged {self.warnings[0][:200]!r}" if self.warnings else "said nothing"


def _text(record: logging.LogRecord) -> str:
    """The message; of one whose arguments do not fit, which logging itself only complains of, what there is."""
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 - formatting calls foreign code
        return f"{record.msg} {record.args}"


def logged(record: logging.LogRecord) -> str:
    """What whoever reads the log sees of a record: its message and, with `exc_info`, the errors of the traceback."""
    return "\n".join([_text(record), *_named(record.exc_info[1] if record.exc_info else None)])


def _named(error: BaseException | None) -> list[str]:
    return [f"{type(error).__name__}: {error}" for error in chain(error)]


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and those that it came from."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def shown(error: BaseException | None) -> str:
    """Everything that a report, a log or a debugger shows of an error and of those that it came from.

    Not the `repr` of a library's: aiohttp's errors hold the request with all its headers, and nobody prints that.
    """
    texts = []
    for one in chain(error):
        is_library = f"{type(one).__module__}.".startswith(_PLUMBING)
        texts += [str(one), *getattr(one, "__notes__", ()), *([] if is_library else [repr(one)])]
    return " ".join(texts)


class _Recorder(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@contextmanager
def recorded() -> Iterator[list[logging.LogRecord]]:
    """Every log record of the block, debug included, also of loggers that were told to keep theirs to themselves."""
    root, recorder = logging.getLogger(), _Recorder()
    known = [logger for logger in root.manager.loggerDict.values() if isinstance(logger, logging.Logger)]
    tapped = [root, *(logger for logger in known if not logger.propagate)]
    level, disabled = root.level, root.manager.disable
    for logger in tapped:
        logger.addHandler(recorder)
    root.setLevel(logging.DEBUG)
    if disabled:  # not otherwise: it makes every logger forget what it is enabled for
        logging.disable(logging.NOTSET)
    try:
        yield recorder.records
    finally:
        if disabled:
            logging.disable(disabled)
        root.setLevel(level)
        for logger in tapped:
            logger.removeHandler(recorder)
