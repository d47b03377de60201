"""A target's name becomes a factory, or one clear line."""

import sys

import pytest

from harness.errors import UsageError
from harness.targets.loading import reference, resolve
from harness.venues import NAMES


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty current folder; what is imported from it is forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    known = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - known:
        del sys.modules[name]


def test_a_module_of_the_current_folder_is_found(here):
    """As with `python -m`, and the factory may be an attribute of an attribute."""
    (here / "shop_of_mine.py").write_text(
        "class Shop:\n    @staticmethod\n    def build(**kwargs):\n        return kwargs\n"
    )
    target = resolve("shop_of_mine:Shop.build", "lighter")
    assert (target.name, target.venue) == ("shop_of_mine:Shop.build", "lighter")
    assert target.factory(a=1) == {"a": 1}


@pytest.mark.parametrize("venue", NAMES)
def test_each_venue_has_a_reference_connector(venue):
    """By name."""
    assert callable(reference(venue).factory)


@pytest.mark.parametrize("name", ["", ":", "module", "module:", ":factory"])
def test_what_is_no_name_is_told_how_to_write_one(name):
    """Module and factory are both needed."""
    with pytest.raises(UsageError, match="not a target; write it as module:factory"):
        resolve(name, "lighter")


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("import no_such_module_anywhere", "ModuleNotFoundError: No module named 'no_such_module_anywhere'"),
        ("def build(:\n  pass", "SyntaxError"),
        ("raise RuntimeError('first line\\nsecond line')", "RuntimeError: first line"),
        ("raise SystemExit(3)", "SystemExit: 3"),
    ],
)
def test_a_module_that_cannot_be_imported_says_why(here, source, told):
    """In one line, with the error's type."""
    (here / "broken_shop.py").write_text(source)
    with pytest.raises(UsageError) as raised:
        resolve("broken_shop:build", "lighter")
    assert told in str(raised.value)
    assert str(raised.value).startswith("--target: cannot import 'broken_shop': ")
    assert "\n" not in str(raised.value)


def test_a_module_that_is_not_there_says_so(here):
    """Also under a name that no module can have."""
    for name in ("no_such_shop:build", ".relative:build", "a..b:build"):
        with pytest.raises(UsageError, match="cannot import"):
            resolve(name, "lighter")


@pytest.mark.parametrize("attribute", ["missing", "PRICE", "build.deeper", "x:y"])
def test_what_cannot_be_called_is_no_factory(here, attribute):
    """Absent, a value, or below a function."""
    (here / "still_shop.py").write_text("PRICE = 1\ndef build(**kwargs):\n    return None\n")
    with pytest.raises(UsageError, match="has no callable"):
        resolve(f"still_shop:{attribute}", "lighter")
