"""From captures to one cassette and one tape of a venue: its hosts only, one environment, in the order of time."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from yarl import URL

from harness import __version__
from harness.cassette.capture import Capture, Exchange, Socket, told_time
from harness.cassette.model import Cassette, Environment, Provenance
from harness.cassette.redaction import DONE
from harness.cassette.tape import Direction, Frame, Kind, Tape
from harness.errors import UsageError
from harness.venues.facts import Venue

__all__ = ["Gathered", "gather"]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was taken, not redacted yet, and how much was not, by host and by reason."""

    cassette: Cassette | None
    tape: Tape | None
    provenance: Provenance
    other_hosts: Counter[str]
    left_out: Counter[str]


@dataclass
class _Heap:
    exchanges: list[tuple[Environment, Exchange]] = field(default_factory=list)
    sockets: list[tuple[Environment, Socket]] = field(default_factory=list)
    tools: dict[str, str] = field(default_factory=dict)
    forms: Counter[str] = field(default_factory=Counter)
    other_hosts: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)


def gather(  # noqa: PLR0913 - what is gathered, and what is said of it
    captures: Iterable[Capture],
    venue: Venue,
    scenario: str,
    environment: Environment | None,
    *,
    how: str = "imported from",
    where: str = "import",
) -> Gathered:
    """One scenario of a venue, with a truthful provenance; `how` the captures came to be is told there.

    `UsageError`, which names `where`, when nothing is of this venue, or it is of several environments and none of them
    was chosen.
    """
    heap = _Heap()
    hosts = _hosts(venue)
    for capture in captures:
        heap.forms[capture.form] += 1
        heap.left_out.update(capture.left_out)
        # a source may say that it is redacted, but not of what the others hold
        heap.tools.update({name: version for name, version in capture.tools.items() if name != DONE})
        for exchange in capture.exchanges:
            if (found := _environment(exchange.interaction.request.uri, exchange.environment, hosts, heap)) is not None:
                heap.exchanges.append((found, exchange))
        for socket in capture.sockets:
            if (found := _environment(socket.url, socket.environment, hosts, heap)) is not None:
                heap.sockets.append((found, socket))
    chosen = _chosen(heap, venue, environment, where)
    exchanges = [exchange for found, exchange in heap.exchanges if found is chosen]
    sockets = [socket for found, socket in heap.sockets if found is chosen]
    times = [told_time(exchange) for exchange in exchanges]
    if all(times):
        exchanges = [
            exchange for _, exchange in sorted(zip(times, exchanges, strict=True), key=lambda pair: str(pair[0]))
        ]
    told = [time for time in times if time]
    told += [datetime.fromtimestamp(socket.at / 1000, UTC) for socket in sockets if socket.at]
    unknown = "" if told else "; when it was recorded is not known, this is when it was imported"
    provenance = Provenance(
        venue=venue.name,
        environment=chosen,
        scenario=scenario,
        recorded_at=f"{min(told, default=datetime.now(UTC)).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        tools={"connector-harness": __version__, **heap.tools},
        note=f"{how} {_shown(heap.forms)}{unknown}",
    )
    return Gathered(
        Cassette(provenance, tuple(exchange.interaction for exchange in exchanges)) if exchanges else None,
        Tape(provenance, _frames(sockets)) if sockets else None,
        provenance,
        heap.other_hosts,
        heap.left_out,
    )


def _hosts(venue: Venue) -> dict[str, Environment]:
    return {
        str(URL(address).host): Environment(name)
        for name, told in venue.environments.items()
        for address in (told.rest, told.ws)
    }


def _environment(url: str, told: Environment | None, hosts: dict[str, Environment], heap: _Heap) -> Environment | None:
    """Where an exchange is from; `None` for another host, which is counted."""
    try:
        host = URL(url).host or ""
    except ValueError:
        host = ""
    if host not in hosts:
        heap.other_hosts[host or "(no host)"] += 1
        return None
    return told or hosts[host]


def _chosen(heap: _Heap, venue: Venue, asked: Environment | None, where: str) -> Environment:
    counts = Counter(found for found, _ in [*heap.exchanges, *heap.sockets])
    if not counts or (asked is not None and asked not in counts):
        others = (heap.other_hosts + heap.left_out).most_common(5)
        seen = ", ".join(f"{what} ({count})" for what, count in counts.items() or others) or "nothing at all"
        what = f"nothing of {venue.title}{f' from {asked}' if asked else ''} in it"
        raise UsageError(what, where=where, cure=f"there is {seen}")
    if asked is None and len(counts) > 1:
        found = ", ".join(f"{name} ({count})" for name, count in counts.items())
        raise UsageError(f"recordings of several environments: {found}", where=where, cure="choose with --environment")
    chosen = asked or next(iter(counts))
    for name, count in counts.items():
        if name is not chosen:
            heap.left_out[f"from {name}"] += count
    return chosen


def _shown(forms: Counter[str]) -> str:
    return ", ".join(f"{count} {form}{'s' if count > 1 else ''}" for form, count in forms.items())


def _frames(sockets: list[Socket]) -> tuple[Frame, ...]:
    """The frames of all connections in the order of time, which begins when the first was opened."""
    begin = min(socket.at for socket in sockets)
    timed: list[tuple[int, Frame]] = []
    for number, socket in enumerate(sorted(sockets, key=lambda one: one.at), 1):
        address = URL(socket.url, encoded=True)
        opened = Frame(socket.at - begin, number, Direction.SENT, Kind.OPEN, address.raw_path_qs)
        timed.append((opened.at, opened))
        last = opened.at
        for message in socket.messages:
            last = max(last, message.at - begin)
            timed.append((last, Frame(last, number, message.direction, message.kind, message.text)))
    return tuple(frame for _, frame in sorted(timed, key=lambda pair: pair[0]))
