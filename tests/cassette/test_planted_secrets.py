"""A credential in each place where it can travel, in each spelling: redaction leaves none, and the scan sees each."""

import re

import pytest
from planting import KEY, PLACES, SPELLINGS, VARIANTS

from harness.cassette import store, tape
from harness.cassette.leaks import KNOWN, scan
from harness.cassette.model import Cassette
from harness.cassette.redaction import Redactor
from harness.spellings import Secrets
from harness.venues import venue

SECRETS = Secrets({"the key": KEY})
TELLING = 12
"""So many characters of a spelling in a row are a leak, whatever finds them."""


def written(recording):
    """The bytes of the file that a recording becomes."""
    return store.dumps(recording).encode() if isinstance(recording, Cassette) else b"".join(tape.lines(recording))


def redacted(recording, **known):
    """The recording as it may be seen."""
    redactor = Redactor(venue("lighter"), key=b"a key of pseudonyms", **known)
    return redactor.cassette(recording) if isinstance(recording, Cassette) else redactor.tape(recording)


def shown(data, value):
    """Whether a part of a value is in a file, escapes aside: looked for without the help of what is tested."""
    plain = re.sub(rb"\\+", rb"\\", data.lower())
    text = re.sub(r"\\+", r"\\", value.lower()).encode()
    return any(text[at : at + TELLING] in plain for at in range(max(1, len(text) - TELLING)))


def test_there_are_enough_variants():
    """At least two hundred, each in a place and a spelling of its own."""
    assert len(set(VARIANTS)) >= 200


@pytest.mark.parametrize("place", PLACES)
def test_no_spelling_of_a_known_secret_survives_redaction(place):
    """Neither whole nor in part."""
    left = []
    for name, spell in SPELLINGS.items():
        data = written(redacted(PLACES[place](spell(KEY)), secrets={"the key": KEY}))
        if shown(data, spell(KEY)) or shown(data, KEY) or list(scan([data], SECRETS)):
            left.append(name)
    assert not left


@pytest.mark.parametrize("place", PLACES)
def test_the_scan_alone_finds_every_spelling(place):
    """In what was not redacted at all."""
    missed = []
    for name, spell in SPELLINGS.items():
        leaks = list(scan([written(PLACES[place](spell(KEY)))], SECRETS))
        if not any(leak.check == KNOWN and leak.name == "the key" for leak in leaks):
            missed.append(name)
    assert not missed


@pytest.mark.parametrize(
    "place",
    [
        "request header",
        "authorization",
        "cookie",
        "set-cookie",
        "response header",
        "unknown parameter",
        "user of an address",
        "json sent",
        "unknown field",
        "json in json",
        "frame sent",
        "opening",
    ],
)
def test_what_authenticates_goes_although_nobody_named_it(place):
    """The allow-list does it: nothing of the value is known."""
    assert not shown(written(redacted(PLACES[place](KEY))), KEY)


def test_what_was_seen_to_authenticate_is_blanked_where_it_is_echoed():
    """An API key in a header, and again in the message of an error."""
    recording = PLACES["authorization"](KEY)
    echo = PLACES["described field"](KEY)
    both = Cassette(recording.provenance, (*echo.interactions, *recording.interactions))
    assert not shown(written(redacted(both)), KEY)
