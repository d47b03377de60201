"""Finding the recorded answers to a request, and playing them in order."""

import gzip
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from harness.cassette.model import Cassette, Interaction, Response
from harness.gateway import unmatched
from harness.gateway.messages import FRAMING, Reply, Request
from harness.gateway.question import Interpreter, Question
from harness.venues.facts import Venue

__all__ = ["Answers", "Index", "Playback"]

_REMEMBERED = 4096
_CODING = "content-encoding"


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What is recorded for one question, in the recorded order: the answers, and the replies that play them."""

    responses: tuple[Response, ...] = ()
    replies: tuple[Reply, ...] = ()


_NONE = Answers()


class Index:
    """The recordings of one or more cassettes, found by what a request asks for.

    Finding takes the same time however many there are.
    """

    def __init__(self, venue: Venue, *cassettes: Cassette) -> None:
        self.venue = venue
        self._interpreter = Interpreter(venue)
        recorded: dict[Question, list[Response]] = {}
        for cassette in cassettes:
            for interaction in cassette.interactions:
                recorded.setdefault(self._recorded(interaction), []).append(interaction.response)
        self._answers = {
            question: Answers(tuple(responses), tuple(map(_reply, responses)))
            for question, responses in recorded.items()
        }
        self._found: dict[tuple[str, str, str, bytes], Answers] = {}

    def questions(self) -> tuple[Question, ...]:
        """What the recordings answer, in the order of their first answers."""
        return tuple(self._answers)

    def question(self, request: Request) -> Question | None:
        """What a request asks for; `None` when its path is not below the venue's REST base."""
        path = self._below(request.path)
        return None if path is None else self._interpreter.ask(request.method, path, request.query, request.body)

    def find(self, request: Request) -> Answers:
        """Everything recorded for a request, which may be nothing. The same request again is found at once."""
        key = (request.method, request.path, request.query, request.body)
        found = self._found.get(key)
        if found is None:
            question = self.question(request)
            found = _NONE if question is None else self._answers.get(question, _NONE)
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            self._found[key] = found
        return found

    def answers(self, request: Request) -> tuple[Response, ...]:
        """Every recorded answer to a request, in the recorded order."""
        return self.find(request).responses

    def reply(self, request: Request) -> Reply:
        """The first recorded answer, or HTTP 501 that names the closest recordings."""
        replies = self.find(request).replies
        return replies[0] if replies else self.unmatched(request)

    def unmatched(self, request: Request) -> Reply:
        """The reply to a request that no recording answers."""
        question = self.question(request)
        if question is None:
            base = self.venue.rest_prefix
            return unmatched.reply(f"no recording of {self.venue.title} answers a path that is not below {base}", ())
        return unmatched.explain(self.venue, question, self._answers)

    def _below(self, path: str) -> str | None:
        prefix = self.venue.rest_prefix
        if not prefix:
            return path
        return path[len(prefix) :] if path == prefix or path.startswith(f"{prefix}/") else None

    def _recorded(self, interaction: Interaction) -> Question:
        request = interaction.request
        parts = urlsplit(request.uri)
        path = self._below(parts.path)
        path = parts.path if path is None else path
        return self._interpreter.ask(request.method, path, parts.query, request.body)


class Playback:
    """A responder that plays the answers to each question in the recorded order; the last one repeats.

    In a phase, every question gets its k-th answer (from 0), or its last one when it has fewer, however often it asks.
    """

    def __init__(self, index: Index) -> None:
        self.index = index
        self._positions: dict[Answers, int] = {}
        self._phase: int | None = None

    def __call__(self, request: Request) -> Reply:
        """The next reply to a request, or HTTP 501 that names the closest recordings."""
        found = self.index.find(request)
        if not found.replies:
            return self.index.unmatched(request)
        last = len(found.replies) - 1
        if self._phase is not None:
            return found.replies[min(self._phase, last)]
        position = self._positions.get(found, 0)
        if position < last:
            self._positions[found] = position + 1
        return found.replies[position]

    def phase(self, number: int | None) -> None:
        """Stand still at the answers of one step; `None` plays on in order."""
        if number is not None and number < 0:
            raise ValueError(f"a phase is counted from 0: {number}")
        self._phase = number

    def reset(self) -> None:
        """Begin again."""
        self._positions.clear()
        self._phase = None


def _reply(response: Response) -> Reply:
    """The reply that plays a recorded answer; a body that was stored compressed goes out decompressed."""
    dropped = FRAMING | {_CODING}
    headers = tuple(
        (name, value) for name, values in response.headers.items() for value in values if name.lower() not in dropped
    )
    codings = (value for name, values in response.headers.items() if name.lower() == _CODING for value in values)
    return Reply(response.status, response.reason or _phrase(response.status), headers, _plain(response.body, codings))


def _plain(body: bytes, codings: Iterable[str]) -> bytes:
    for coding in codings:
        try:
            if coding.lower() == "gzip" and body.startswith(b"\x1f\x8b"):
                return gzip.decompress(body)
            if coding.lower() == "deflate":
                return zlib.decompress(body)
        except (OSError, EOFError, zlib.error):  # the header was kept from the wire, the body was not
            return body
    return body


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
