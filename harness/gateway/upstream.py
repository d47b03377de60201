"""The venue itself, as a recording gateway reaches it: its own hosts only, over TLS that is verified."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from socket import AddressFamily
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from harness.errors import UsageError
from harness.venues.facts import Venue

__all__ = ["Address", "Upstream"]

Address = tuple[str, int]
_HTTPS = 443
_PATIENCE = aiohttp.ClientTimeout(total=30, connect=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """A deployment of a venue: `environment` is one of its `environments`.

    `certificates` is a file of authorities to trust instead of the system's, `connect_to` says for a host and port of
    the venue where to connect instead: what a server that stands for the venue needs. Certificates are verified against
    the venue's own names all the same.
    """

    venue: Venue
    environment: str
    certificates: Path | None = None
    connect_to: Mapping[Address, Address] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.environment not in self.venue.environments:
            known = ", ".join(self.venue.environments)
            raise UsageError(
                f"{self.venue.name} has no environment {self.environment!r}", where="--environment", cure=known
            )
        for host, port in self.connect_to:
            if host not in self.hosts():
                known = ", ".join(sorted(self.hosts()))
                raise UsageError(f"{host}:{port} is no host of the venue", where="--connect-to", cure=f"known: {known}")
        self._context()  # certificates that are none are found out before anybody asks

    def hosts(self) -> frozenset[str]:
        """The hosts that are ever contacted."""
        told = self.venue.environments[self.environment]
        return frozenset(str(URL(address).host) for address in (told.rest, told.ws))

    def rest(self, path: str, query: str) -> URL:
        """Where a request for a path on the gateway's host goes; path and query as they were on the wire."""
        return _joined(self.venue.environments[self.environment].rest, path, query)

    def ws(self, path: str, query: str) -> URL:
        """The same of a WebSocket."""
        return _joined(self.venue.environments[self.environment].ws, path, query)

    def session(self) -> aiohttp.ClientSession:
        """A client that can reach nothing else; in the loop that runs."""
        connector = aiohttp.TCPConnector(
            ssl=self._context(), resolver=_Resolver(self.hosts(), self.connect_to), use_dns_cache=False
        )
        return aiohttp.ClientSession(
            connector=connector,
            timeout=_PATIENCE,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            skip_auto_headers=("Accept", "Content-Type", "User-Agent"),
        )

    def _context(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=None if self.certificates is None else str(self.certificates))
        except (OSError, ssl.SSLError) as error:
            where = f"--certificates {self.certificates}"
            raise UsageError(f"no certificates: {error.strerror or error}", where=where, cure="a file in PEM") from None


def _joined(base: str, path: str, query: str) -> URL:
    origin = URL(base).origin()
    return URL(f"{origin}{path}{'?' if query else ''}{query}", encoded=True)


class _Resolver(AbstractResolver):
    def __init__(self, hosts: frozenset[str], connect_to: Mapping[Address, Address]) -> None:
        self._hosts, self._connect_to = hosts, connect_to
        self._real: aiohttp.ThreadedResolver | None = None

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AddressFamily.AF_INET
    ) -> list[ResolveResult]:
        if host not in self._hosts:
            raise OSError(f"{host} is no host of the venue")
        if (instead := self._connect_to.get((host, port))) is not None:
            return [_result(host, *instead, family)]
        if self._real is None:
            self._real = aiohttp.ThreadedResolver()
        return await self._real.resolve(host, port, family)

    async def close(self) -> None:
        if self._real is not None:
            await self._real.close()


def _result(hostname: str, host: str, port: int, family: Any) -> ResolveResult:
    return ResolveResult(hostname=hostname, host=host, port=port, family=family, proto=0, flags=0)
