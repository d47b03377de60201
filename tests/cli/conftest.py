"""The command line, called in this process, and connectors to point it at."""

import sys
from dataclasses import dataclass

import pytest

from harness.cli import main

PLACEHOLDER = '''
from harness.connectors.extended import build as right

async def nothing():
    return None

def build(**arguments):
    """A connector whose positions are a placeholder."""
    connector = right(**arguments)
    connector._update_positions = nothing
    return connector
'''


@dataclass(frozen=True)
class Ended:
    """What a call of the command line left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def harness(capsys):
    """Call the command line; gives the exit code and both outputs."""

    def called(*arguments):
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Ended(code, out, err)

    return called


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Write a module that can be imported for the length of a test."""
    written = []

    def write(name, text):
        (tmp_path / f"{name}.py").write_text(text)
        written.append(name)
        return name

    monkeypatch.syspath_prepend(tmp_path)
    yield write
    for name in written:
        sys.modules.pop(name, None)


@pytest.fixture
def placeholder(module):
    """The name of a target whose `_update_positions` does nothing."""
    return module("cli_placeholder", PLACEHOLDER) + ":build"
