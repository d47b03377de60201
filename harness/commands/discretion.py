"""Errors and logs that hold no secret: what went wrong may quote what was read."""

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from harness.errors import HarnessFault, UsageError
from harness.spellings import Secrets

__all__ = ["discreet", "quiet_libraries"]


def quiet_libraries() -> None:
    """Let aiohttp print neither broken requests nor refused subprotocols: a key may be in either."""
    logging.getLogger("aiohttp").setLevel(logging.CRITICAL)


@contextmanager
def discreet(secrets: Secrets) -> Iterator[None]:
    """Let no error out whose text shows a known secret; its traceback is kept as a note, scrubbed too."""
    try:
        yield
    except UsageError as error:
        told = (secrets.scrub(part) for part in (error.what, error.where, error.cure))
        what, where, cure = told
        raise UsageError(what, where=where, cure=cure) from None
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told without secrets
        fault = HarnessFault(secrets.scrub(f"{type(error).__name__}: {error}"))
        fault.add_note(secrets.scrub(traceback.format_exc()))
        raise fault from None
