"""One gateway for the tests of a process, and listeners that close with their test."""

import pytest

from harness.gateway import Gateway


@pytest.fixture(scope="session")
def gateway():
    """A running gateway."""
    with Gateway() as running:
        yield running


@pytest.fixture
def listen(gateway):
    """Open a listener that closes with the test."""
    listeners = []

    def opened(responder):
        listeners.append(gateway.open(responder))
        return listeners[-1]

    yield opened
    for listener in listeners:
        listener.close()
