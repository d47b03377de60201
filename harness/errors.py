"""Typed errors: what went wrong, where, and what to do about it."""

from datetime import timedelta

__all__ = [
    "AuthError",
    "ConnectorError",
    "HarnessFault",
    "MalformedAnswer",
    "RateLimited",
    "Refused",
    "Unreachable",
    "UsageError",
    "VenueUnavailable",
]


class UsageError(Exception):
    """The harness was called or configured wrongly; the command line prints the one line and exits with 2."""

    def __init__(self, what: str, *, where: str = "", cure: str = "") -> None:
        self.what, self.where, self.cure = what, where, cure
        head = f"{where}: {what}" if where else what
        super().__init__(" ".join(f"{head}{'; ' + cure if cure else ''}".split()))


class HarnessFault(Exception):
    """The harness itself failed; the command line exits with 3."""


class ConnectorError(Exception):
    """A reference connector could not do what it was asked; it has kept the state it had.

    The text names the endpoint and, where there was one, the HTTP status; never a credential.
    """

    def __init__(self, endpoint: str, reason: str, *, status: int | None = None, code: str | None = None) -> None:
        self.endpoint, self.reason, self.status, self.code = endpoint, reason, status, code
        shown = [f"HTTP {status}"] if status is not None else []
        shown += [f"code {code}"] if code is not None else []
        super().__init__(f"{endpoint}: {' '.join(shown)}{': ' if shown else ''}{reason}")


class Unreachable(ConnectorError):
    """No answer: refused, reset, timed out (all retried before it is raised), or a certificate that is not verified."""


class VenueUnavailable(ConnectorError):
    """The venue answered with 5xx. Retried before it is raised."""


class RateLimited(ConnectorError):
    """The venue answered that it was asked too often. Retried after `retry_after` before it is raised."""

    def __init__(
        self,
        endpoint: str,
        reason: str,
        *,
        status: int | None = None,
        code: str | None = None,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(endpoint, reason, status=status, code=code)
        self.retry_after = retry_after


class AuthError(ConnectorError):
    """The venue does not accept the credentials (401, 403, or its own code for it). Never retried."""


class Refused(ConnectorError):
    """The venue understood the request and refused it: a 4xx or its own error envelope. Never retried."""


class MalformedAnswer(ConnectorError):
    """The answer is not what the venue documents: not JSON, a field missing, null, mistyped or of an unknown value."""
