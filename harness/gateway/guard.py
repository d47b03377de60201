"""What a server that runs for long does not answer: requests of web pages, and paths that lead elsewhere.

A page that a developer visits can send requests to loopback. One of another origin says so in `Origin`; one whose name
was rebound to 127.0.0.1 still asks with that name as `Host`.
"""

import ipaddress
import re
from collections.abc import Collection
from urllib.parse import unquote, urlsplit

from harness import exact
from harness.gateway.messages import Reply, Request

__all__ = ["LOOPBACK", "Guard", "refused"]

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_STRANGE = re.compile(r"[\x00-\x1f\x7f\\]|(^|/)\.{1,2}(/|$)")
_DECODINGS = 3  # deeper nesting than that is refused
_REMEMBERED = 64


def refused(status: int, reason: str, message: str) -> Reply:
    """An answer that says what is wrong, as JSON."""
    headers = (("Content-Type", "application/json"), ("X-Harness", "refused"))
    return Reply(status, reason, headers, exact.encode({"error": message}))


class Guard:
    """Knows by which names the server may be asked; with `any_address` by every IP address, too."""

    def __init__(self, names: Collection[str] = LOOPBACK, *, any_address: bool = False) -> None:
        self._names = frozenset(name.lower() for name in names)
        self._any_address = any_address
        self._known: set[str] = set()  # values of Host that were found good

    def refusal(self, request: Request) -> Reply | None:
        """The answer to a request that is not to be served; `None` for any other."""
        path = request.path
        if not path.startswith("/"):
            return refused(400, "Bad Request", "the target of a request must be a path")
        if ("." in path or "%" in path or "\\" in path) and not _is_plain(path):
            return refused(400, "Bad Request", "a path with dot segments, backslashes or control characters")
        host = request.headers.get("Host", "")
        if host not in self._known:
            if not self._is_ours(f"//{host}"):
                return refused(403, "Forbidden", "the Host header names another host; see --allow-host")
            if len(self._known) < _REMEMBERED:
                self._known.add(host)
        origin = request.headers.get("Origin")
        if origin is not None and not self._is_ours(origin):
            return refused(403, "Forbidden", "the Origin header names another host; see --allow-host")
        return None

    def _is_ours(self, url: str) -> bool:
        try:
            name = urlsplit(url).hostname or ""
            urlsplit(url).port  # noqa: B018 - raises for what is no port
        except ValueError:
            return False
        return name in self._names or (self._any_address and _is_address(name))


def _is_plain(path: str) -> bool:
    for _ in range(_DECODINGS):
        if _STRANGE.search(path):
            return False
        decoded = unquote(path)
        if decoded == path:
            return True
        path = decoded
    return False


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
