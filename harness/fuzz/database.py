"""Where failing examples are remembered, so that the next run, or another worker of a fleet, begins with them."""

import re
from collections.abc import Iterable
from pathlib import Path

from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase

from harness.errors import UsageError

__all__ = ["DEFAULT", "Addition", "Partition", "database"]

DEFAULT = ".hypothesis/harness"
_NONE = "none"
_CREDENTIALS = re.compile(r"//[^/]*@")


class Partition(ExampleDatabase):
    """One target's part of a database: Hypothesis's own key is that of the test function, which all targets share."""

    def __init__(self, whole: ExampleDatabase, *parts: str) -> None:
        super().__init__()
        self._whole = whole
        self._prefix = "\0".join((*parts, "")).encode()

    def save(self, key: bytes, value: bytes) -> None:
        """Remember an example."""
        self._whole.save(self._prefix + key, value)

    def fetch(self, key: bytes) -> Iterable[bytes]:
        """The examples that are remembered."""
        return self._whole.fetch(self._prefix + key)

    def delete(self, key: bytes, value: bytes) -> None:
        """Forget an example."""
        self._whole.delete(self._prefix + key, value)


class Addition(ExampleDatabase):
    """A database for what is found besides: it is remembered, and nothing that is there is tried or forgotten."""

    def __init__(self, whole: ExampleDatabase) -> None:
        super().__init__()
        self._whole = whole

    def save(self, key: bytes, value: bytes) -> None:
        """Remember an example."""
        self._whole.save(key, value)

    def fetch(self, key: bytes) -> Iterable[bytes]:  # noqa: ARG002 - whatever is asked for
        """Nothing."""
        return ()

    def delete(self, key: bytes, value: bytes) -> None:
        """Nothing."""


def database(name: str) -> ExampleDatabase | None:
    """A folder, `redis://HOST:PORT/NUMBER` (needs the package `redis`), or `none`; `UsageError` for what is neither."""
    if name == _NONE:
        return None
    where = f"--database {_CREDENTIALS.sub('//***@', name)}"
    if not name.startswith(("redis://", "rediss://")):
        if Path(name or DEFAULT).is_file():
            raise UsageError("is a file", where=where, cure="name a folder, redis://HOST:PORT/NUMBER or none")
        return DirectoryBasedExampleDatabase(Path(name or DEFAULT))
    try:
        from hypothesis.extra.redis import RedisExampleDatabase
        from redis import Redis
        from redis.exceptions import RedisError
    except ImportError:
        cure = "pip install 'connector-harness[redis]'"
        raise UsageError("the package redis is not installed", where=where, cure=cure) from None
    try:
        client = Redis.from_url(name)
        client.ping()
    except (RedisError, ValueError) as error:
        told = str(error).splitlines()[0]
        raise UsageError(f"Redis does not answer: {told}", where=where) from None
    return RedisExampleDatabase(client)
