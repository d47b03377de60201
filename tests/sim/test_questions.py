"""What the gateway makes of the project's cassettes."""

from urllib.parse import urlsplit

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from harness import resources
from harness.cassette.store import load
from harness.gateway.index import Index
from harness.gateway.messages import Request
from harness.sim.scenarios import SCENARIOS, situations
from harness.venues import venue


@pytest.mark.parametrize(("name", "scenario"), [(name, each) for name in SCENARIOS for each in SCENARIOS[name]])
def test_a_question_has_one_answer_for_each_moment_or_one_for_all(name, scenario):
    """Two spellings of one request would shift the answers of every later moment."""
    recorded = load(resources.cassettes() / name / f"{scenario}.yaml")
    index = Index(venue(name), recorded)
    counts = set()
    for interaction in recorded.interactions:
        request, parts = interaction.request, urlsplit(interaction.request.uri)
        asked = Request(request.method, parts.path, parts.query, CIMultiDictProxy(CIMultiDict()), request.body or b"")
        counts.add(len(index.answers(asked)))
    moments = max(counts) if scenario == "errors" else len(list(situations(name, scenario)))
    assert counts <= {1, moments}
