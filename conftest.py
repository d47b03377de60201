"""What holds for every test: no address but loopback is reached, and the environment is made up."""

import ipaddress
import os
import sys
from pathlib import Path
from typing import Any

import pytest

pytest_plugins = ["pytester"]

_STRANGE = (
    "ALL_PROXY",
    "COLUMNS",
    "FORCE_COLOR",
    "HARNESS_DEBUG",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NETRC",
    "NO_COLOR",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "SSLKEYLOGFILE",
)


class NetworkUsedError(RuntimeError):
    """A test reached for an address outside this machine. It is no OSError, which a connector might well survive."""


def _is_loopback(host: str | bytes | None) -> bool:
    if host is None or host in {"", b"", "localhost", b"localhost"}:
        return True
    try:
        return ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host).is_loopback
    except ValueError:
        return False


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        host = arguments[0]
    elif event in {"socket.connect", "socket.sendto"} and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    if not _is_loopback(host):
        raise NetworkUsedError(f"tests are offline, and this one asked for {host!r} ({event})")


def pytest_configure() -> None:
    """Guard every socket of this process, and of xdist's workers, which come this way too."""
    for name in _STRANGE:
        os.environ.pop(name, None)
        os.environ.pop(name.lower(), None)
    sys.addaudithook(_guard)


@pytest.fixture(scope="session")
def shared_payloads() -> Path:
    """The folder of payloads that other projects recorded; skips where it is not at hand."""
    folder = Path(__file__).resolve().parent.parent / "shared" / "payloads"
    if not folder.is_dir():
        pytest.skip("the collection of real payloads is not beside this checkout")
    return folder
