"""The credentials that a recording must not hold: named environment variables, or a file outside the repository."""

import json
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.errors import UsageError
from harness.spellings import SHORTEST
from harness.venues import NAMES, venue

__all__ = ["Known", "known", "plain_name"]

_CURE = "name a JSON, TOML or .env file of names and values"
_LINE = re.compile(r"(?:export\s+)?([\w.-]+)\s*=\s*(.*)")
_TELLING = 16  # an account index of some digits is also an amount; an address is nothing else


@dataclass(frozen=True, slots=True)
class Known:
    """Values by name. `identities` are those that no venue counts as secret: indices, addresses, public keys."""

    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    identities: Mapping[str, str] = field(default_factory=dict, repr=False)

    def searched(self) -> dict[str, str]:
        """What a leak scan looks for: the secrets, and identities that cannot be anything else."""
        return {**{n: told for n, told in self.identities.items() if len(told) >= _TELLING}, **self.secrets}


def known(variables: Iterable[str] = (), file: Path | None = None) -> Known:
    """The values of environment variables and of a file, which may be JSON, TOML or lines of `NAME=value`.

    `UsageError` for a variable that is not set or too short, a file that cannot be read, or one in a repository.
    """
    told = dict(map(_variable, variables))
    if file is not None:
        told.update(_read(file))
    public = {one.name for name in NAMES for one in venue(name).credentials if not one.secret}
    identities = {name: value for name, value in told.items() if plain_name(name) in public}
    return Known({name: value for name, value in told.items() if name not in identities}, identities)


def plain_name(name: str) -> str:
    """The name of a value without those of the objects around it, in lower case."""
    return name.rpartition(".")[2].lower()


def _variable(name: str) -> tuple[str, str]:
    value = os.environ.get(name, "").strip()
    if not value:
        raise UsageError(
            f"the environment variable {name} is not set", where="--secret-env", cure="set it, or leave it out"
        )
    if len(value) < SHORTEST:
        what = f"the value of {name} is too short to be a secret"
        raise UsageError(what, where="--secret-env", cure=f"at least {SHORTEST} characters are searched for")
    return name, value


def _read(file: Path) -> dict[str, str]:
    if (root := _repository(file)) is not None:
        cure = f"move it out of {root}, so that it cannot be committed"
        raise UsageError("a file of secrets in a repository", where=f"--secrets {file}", cure=cure)
    try:
        text = file.read_text("utf-8-sig")
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=f"--secrets {file}", cure=_CURE) from None
    except UnicodeDecodeError:
        raise UsageError("not UTF-8 text", where=f"--secrets {file}", cure=_CURE) from None
    found = dict(_flat(_document(text, file)))
    if not found:
        raise UsageError("no names and values in it", where=f"--secrets {file}", cure=_CURE)
    return found


def _document(text: str, file: Path) -> Any:
    """The values; an error tells the place and never the line, which holds a secret."""
    try:
        if file.suffix == ".json":
            return json.loads(text, parse_float=str)
        if file.suffix == ".toml":
            return tomllib.loads(text)
    except ValueError:
        raise UsageError(f"not {file.suffix[1:].upper()}", where=f"--secrets {file}", cure=_CURE) from None
    values = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            match = _LINE.fullmatch(line.strip())
            if match is None:
                raise UsageError("not NAME=value", where=f"--secrets {file}:{number}", cure=_CURE)
            values[match[1]] = match[2].strip().strip("\"'")
    return values


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from _flat(inner, f"{name}.{number}")
    elif value is not None and not isinstance(value, bool) and str(value):
        yield name, str(value)


def _repository(file: Path) -> Path | None:
    return next((folder for folder in file.resolve().parents if (folder / ".git").exists()), None)
