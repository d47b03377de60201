"""What the three reference connectors have in common."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from harness.connectors.account import Account
from harness.connectors.transport import Transport
from harness.errors import UsageError

__all__ = ["Connector", "credential", "integer_credential", "optional_credential"]


class Connector(Account):
    """An account on a venue, read over REST. Use it in one event loop, and close it there.

    A failed update raises a kind of `harness.errors.ConnectorError` and leaves the state as it was; a cancelled one
    does too. `trading_pairs` does not narrow what is read: a position in a market that nobody configured is a risk
    all the same.
    """

    def __init__(self, transport: Transport, ws_url: str, trading_pairs: Sequence[str]) -> None:
        super().__init__()
        self.ws_url = ws_url
        self.trading_pairs = tuple(trading_pairs)
        self._transport = transport

    async def close(self) -> None:
        """Release the connections, for good."""
        await self._transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def optional_credential(credentials: Mapping[str, Any], name: str) -> str | None:
    """A credential as text, or `None`; `UsageError` (which never shows it) for what no header could carry."""
    value = credentials.get(name)
    if value is None or value == "":
        return None
    text = str(value)
    if isinstance(value, bool) or not isinstance(value, str | int) or not (text.isascii() and text.isprintable()):
        raise UsageError("not printable ASCII text", where=f"credential {name!r}")
    return text


def credential(credentials: Mapping[str, Any], name: str) -> str:
    """A credential as text; `UsageError` when it is missing."""
    value = optional_credential(credentials, name)
    if value is None:
        raise UsageError("missing", where=f"credential {name!r}")
    return value


def integer_credential(credentials: Mapping[str, Any], name: str) -> int | None:
    """A credential that is a whole number, or `None`; `UsageError` when it is something else."""
    value = optional_credential(credentials, name)
    if value is None:
        return None
    if not value.isdecimal():
        raise UsageError("not a whole number", where=f"credential {name!r}")
    return int(value)
