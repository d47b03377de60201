"""From what was captured to what is kept: gathered, redacted, searched for leaks, and written, in this order."""

import os
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from secrets import token_bytes

from harness.cassette import tape
from harness.cassette.capture import Capture
from harness.cassette.gathering import gather
from harness.cassette.known import Known
from harness.cassette.model import Environment
from harness.cassette.publishing import Place, leaks, publish
from harness.cassette.redaction import Redactor
from harness.errors import UsageError
from harness.findings import Result, Status
from harness.venues.facts import Venue

__all__ = ["keep", "redactor_for", "scenario_name"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_SHORTEST_KEY = 16


def keep(  # noqa: PLR0913 - what a recording is made of
    check: str,
    captures: Iterable[Capture],
    redactor: Redactor,
    *,
    venue: Venue,
    place: Place,
    environment: Environment | None,
    how: str = "imported from",
) -> Iterator[Result]:
    """Write the recordings of one scenario: a result that says what was written, or one for each leak and no file.

    `UsageError` when there is nothing of the venue in the captures, or when a file cannot be written.
    """
    gathered = gather(captures, venue, place.scenario, environment, how=how, where=check.lower())
    cassette = None if gathered.cassette is None else redactor.cassette(gathered.cassette)
    recorded = None if gathered.tape is None else redactor.tape(gathered.tape)
    found = list(leaks(cassette, recorded, redactor.searched()))
    for form, leak in found:
        yield Result(leak.check, form, f"{form}, line {leak.line}", Status.FAIL, str(leak), venue=venue.name)
    if found:
        return
    written = publish(place, cassette, recorded)
    counts = {
        "files": [redactor.secrets.scrub(str(path)) for path in written],
        "account": dict(redactor.account()),
        "environment": str(gathered.provenance.environment),
        "recorded_at": gathered.provenance.recorded_at,
        "redactions": sum(one.provenance.redactions for one in (cassette, recorded) if one and one.provenance),
        "other_hosts": {redactor.secrets.scrub(host): count for host, count in gathered.other_hosts.items()},
        "left_out": {redactor.secrets.scrub(why): count for why, count in gathered.left_out.items()},
    }
    interactions = len(cassette.interactions) if cassette else 0
    frames = sum(1 for _ in tape.load(place.tape).frames) if recorded else 0
    told = f"{interactions} interaction{'s' * (interactions != 1)}, {frames} frame{'s' * (frames != 1)}"
    yield Result(check, "", f"{venue.name}/{place.scenario}", Status.PASS, told, counts, venue=venue.name)


def redactor_for(venue: Venue, held: Known, *, key_variable: str, scale: str) -> Redactor:
    """What redacts the recordings of an account; `UsageError` for a key or a factor that is none."""
    key, factor = _pseudonym_key(key_variable), _factor(scale)
    return Redactor(venue, key=key, secrets=held.secrets, identities=held.identities, scale=factor)


def scenario_name(name: str) -> str:
    """The name, if it is one; `UsageError` for what would make a strange file."""
    if not _NAME.fullmatch(name):
        cure = "letters, digits, hyphens and underscores: --scenario NAME"
        raise UsageError(f"no name for a scenario: {name!r}", where="--scenario", cure=cure)
    return name


def _pseudonym_key(variable: str) -> bytes:
    """The key of pseudonyms; without one, nobody can tell afterwards what they stand for, nor make them again."""
    told = os.environ.get(variable, "")
    if told and len(told) < _SHORTEST_KEY:
        raise UsageError(
            "too short for a key", where=variable, cure=f"at least {_SHORTEST_KEY} characters, random ones"
        )
    return told.encode() if told else token_bytes(32)


def _factor(text: str) -> Decimal | None:
    """The number by which amounts are scaled; `None` when it is not given."""
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        raise UsageError(f"not a number: {text!r}", where="--scale", cure="0.37, say") from None
