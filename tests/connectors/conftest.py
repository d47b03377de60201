"""One gateway for the connector tests of a process, and listeners that close with their test."""

import pytest
from connector_support import Pace, Script

from harness.gateway import Gateway, Reply


@pytest.fixture(scope="session")
def connector_gateway():
    """A running gateway."""
    with Gateway() as gateway:
        yield gateway


@pytest.fixture
def serve(connector_gateway):
    """Open a listener that plays the given replies in order, or asks the given responder."""
    listeners = []

    def opened(*replies):
        responder = Script(*replies) if isinstance(replies[0], Reply) else replies[0]
        listener = connector_gateway.open(responder)
        listeners.append(listener)
        return listener

    yield opened
    for listener in listeners:
        listener.close()


@pytest.fixture
def pace():
    """Time that passes only in pauses."""
    return Pace()
