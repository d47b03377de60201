"""Documents of the cassettes that come with the harness, one of each kind."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from harness import exact
from harness.checks.exam import Library
from harness.contract import oracle
from harness.contract.oracle import Answer
from harness.venues import NAMES, venue

VENUES = tuple(NAMES)
CONTRACTS = {name: oracle.contract(name) for name in VENUES}


@dataclass(frozen=True)
class Document:
    """A recorded success with the name of its endpoint and of its scenario."""

    venue: str
    endpoint: str
    scenario: str
    status: int
    body: Any


@cache
def documents(name):
    """Every distinct JSON document in a venue's cassettes."""
    library, found = Library(venue(name)), {}
    for scenario in library.scenarios():
        for phase in range(library.phases(scenario)):
            for endpoint, answer in library.answers(scenario, phase).items():
                try:
                    body = exact.decode(answer.body)
                except ValueError:
                    continue
                document = Document(name, endpoint, scenario, answer.status, body)
                found.setdefault((endpoint, answer.status, answer.body), document)
    return tuple(found.values())


def successes(name, endpoint):
    """The documents of one endpoint that are no errors."""
    errors = {"err", "ERROR"}
    return [
        document
        for document in documents(name)
        if document.endpoint == endpoint
        and document.status == 200
        and not (isinstance(document.body, dict) and document.body.get("status") in errors)
        and not (isinstance(document.body, dict) and document.body.get("code", 200) != 200)
    ]


def answer(document, status=200):
    """A document as the venue answers it."""
    return Answer(status, exact.encode(document))
