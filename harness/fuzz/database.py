"""Where failing examples are remembered, so that the next run, or another worker of a fleet, begins with them."""

from collections.abc import Iterable
from pathlib import Path

from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase

from harness.errors import UsageError

__all__ = ["DEFAULT", "Partition", "database"]

DEFAULT = ".hypothesis/harness"
_NONE = "none"


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


def database(name: str) -> ExampleDatabase | None:
    """A folder, `redis://HOST:PORT/NUMBER` (needs the package `redis`), or `none`."""
    if name == _NONE:
        return None
    if not name.startswith(("redis://", "rediss://")):
        return DirectoryBasedExampleDatabase(Path(name or DEFAULT))
    try:
        from hypothesis.extra.redis import RedisExampleDatabase
        from redis import Redis
        from redis.exceptions import RedisError
    except ImportError:
        cure = "pip install 'connector-harness[redis]'"
        raise UsageError("the package redis is not installed", where=f"--database {name}", cure=cure) from None
    try:
        client = Redis.from_url(name)
        client.ping()
    except (RedisError, ValueError) as error:
        told = str(error).splitlines()[0]
        raise UsageError(f"Redis does not answer: {told}", where=f"--database {name}") from None
    return RedisExampleDatabase(client)
