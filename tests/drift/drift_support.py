"""What the tests of drift share: summaries of documents made by hand, and comparisons of them."""

import json

from harness.drift.comparison import compare
from harness.drift.documents import claim
from harness.drift.observer import Observer, decode
from harness.drift.shape import evidence

TOPIC = "made-up/rest/thing"


def summary_of(*texts, topic=TOPIC, origin="new", maps=None):
    """The summary of JSON texts; a value that is no text is encoded."""
    observer = Observer(maps)
    for place, text in enumerate(texts):
        observer.add(topic, decode(text if isinstance(text, str) else json.dumps(text)), origin, place)
    return observer.summary()


def seen(*texts, topic=TOPIC):
    """The shape of what was seen in JSON texts."""
    return evidence(topic, summary_of(*texts, topic=topic).topics[topic])


def said(schema, topic=TOPIC):
    """The shape that a schema gives."""
    return claim(topic, schema, schema)


def rules(before, after):
    """The rules by which two shapes differ, with the paths."""
    return {(one.rule, one.path) for one in compare(before, after)}


def obj(required=(), **members):
    """The schema of an object."""
    return {"type": "object", "required": list(required), "properties": members}
