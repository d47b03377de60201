"""Where the schemas and cassettes are: inside an installed wheel, or beside the package in a checkout."""

from importlib.resources import files
from pathlib import Path

__all__ = ["cassettes", "schemas"]


def _folder(name: str) -> Path:
    package = Path(str(files("harness")))
    carried = package / "data" / name
    return carried if carried.is_dir() else package.parent / name


def schemas() -> Path:
    """The folder of JSON Schemas: `<venue>/rest/<endpoint>.json`, `<venue>/ws/<channel>.json`, `common.json`."""
    return _folder("schemas")


def cassettes() -> Path:
    """The folder of cassettes that come with the harness: `<venue>/<scenario>.yaml`."""
    return _folder("cassettes")
