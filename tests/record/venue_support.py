"""A server on loopback that stands for a venue: its names, a certificate of an authority of its own, its recordings."""

import ssl
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme
from yarl import URL

from harness import resources
from harness.cassette import store
from harness.cassette.gathering import gather
from harness.gateway import Gateway
from harness.gateway.caution import Caution
from harness.gateway.index import Index, Playback
from harness.gateway.player import Pace, TapePlayer
from harness.gateway.recorder import Recorder
from harness.gateway.upstream import Upstream
from harness.venues import venue


@dataclass(frozen=True)
class Stand:
    """Where the server is, and how a recording is told to trust it and to find it."""

    name: str
    port: int
    certificates: Path

    def redirections(self, environment="testnet"):
        """`HOST:PORT:ADDRESS:PORT` for each host of an environment of the venue."""
        told = venue(self.name).environments[environment]
        hosts = {URL(told.rest).host, URL(told.ws).host}
        return [f"{host}:443:127.0.0.1:{self.port}" for host in sorted(hosts)]

    def options(self, environment="testnet"):
        """The same for the command line."""
        found = ["--certificates", str(self.certificates)]
        for told in self.redirections(environment):
            found += ["--connect-to", told]
        return found


@contextmanager
def standing_for(name, folder, responder=None, sockets=None, names=None):
    """A venue over TLS, with the answers and frames of its base situation unless told otherwise."""
    facts = venue(name)
    hosts = names or sorted(
        {str(URL(url).host) for told in facts.environments.values() for url in (told.rest, told.ws)}
    )
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*hosts).configure_cert(context)
    certificates = folder / "authority.pem"
    authority.cert_pem.write_to_path(certificates)
    recorded = resources.cassettes() / name
    responder = responder or Playback(Index(facts, store.load(recorded / "long_and_short.yaml")))
    sockets = sockets or TapePlayer(facts, [recorded / "long_and_short.ws.jsonl"], pace=Pace.FAST)
    with Gateway(tls=context) as gateway, gateway.open(responder, sockets) as listener:
        yield Stand(name, listener.port, certificates)


def upstream(stand):
    """The stand as the venue's testnet."""
    told = (redirection.split(":") for redirection in stand.redirections())
    pairs = {(host, int(port)): (address, int(other)) for host, port, address, other in told}
    return Upstream(venue=venue(stand.name), environment="testnet", certificates=stand.certificates, connect_to=pairs)


class Recording:
    """A recording gateway before a stand."""

    def __init__(self, target, *, trading=False):
        self.venue = target.venue
        self.recorder = Recorder(target, Caution(target.venue, trading=trading))
        self._gateway = Gateway()

    def __enter__(self):
        gateway = self._gateway.start()
        self.listener = gateway.open(self.recorder, self.recorder.converse)
        return self

    def __exit__(self, *_):
        self._gateway.run(self.recorder.close())
        self._gateway.close()

    @property
    def exchanges(self):
        return [one.interaction for one in self.recorder.capture().exchanges]

    def cassette(self):
        """What was recorded, not redacted."""
        return self.gathered().cassette

    def gathered(self):
        """The cassette and the tape of what was recorded, not redacted."""
        return gather([self.recorder.capture()], self.venue, "trial", None)
