"""What a request asks for: the part of it by which recordings are told apart."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from harness import exact
from harness.venues.facts import Endpoint, Param, Venue

__all__ = ["Interpreter", "Question", "fields_of"]

WHOLE_BODY = "(body)"
_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Question:
    """Two requests with the same question get the same answers.

    `endpoint` is the name of the venue's endpoint, empty when none is known; `path` is below the REST base and decoded;
    `fields` are the selecting query parameters and body fields, sorted by name, without those that have their default.
    """

    method: str
    path: str
    endpoint: str
    fields: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class Interpreter:
    """Reads the questions that clients of one venue ask.

    A body field and a query parameter of one name count alike, a number counts as its text, and what is not documented
    counts as selecting.
    """

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self._routes: dict[tuple[str, str], tuple[Endpoint, ...]] = {}

    def ask(self, method: str, path: str, query: str, body: bytes | None) -> Question:
        """The question of a request; `path` is below the REST base, `path` and `query` as they were on the wire."""
        path = unquote(path) or "/"
        sent = fields_of(body)
        endpoint = self._endpoint(method, path, sent)
        given: dict[str, list[str]] = {}
        for name, value in [*parse_qsl(query, keep_blank_values=True), *((name, _text(sent[name])) for name in sent)]:
            given.setdefault(name, []).append(value)
        fields = tuple(sorted(_selecting(endpoint, given)))
        return Question(method.upper(), path, endpoint.name if endpoint else "", fields)

    def _endpoint(self, method: str, path: str, sent: Mapping[str, Any]) -> Endpoint | None:
        """The first of `Venue.find`, whose matching of paths is done once a path."""
        routes = self._routes.get((method, path))
        if routes is None:
            if len(self._routes) >= _REMEMBERED:
                self._routes.clear()
            routes = self._routes[method, path] = self._venue.find(method, path)
        return next((route for route in routes if route.discriminator.items() <= sent.items()), None)


def _selecting(endpoint: Endpoint | None, given: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    for name, values in given.items():
        param = (endpoint.param(name) if endpoint else None) or Param(name=name)
        if not param.selects:
            continue
        # the order in which a list is spelled out does not matter to any of the venues
        value = ",".join(sorted(values)) if len(values) > 1 else values[0]
        if param.ignore_case:
            value = value.lower()
            default = param.default.lower()
        else:
            default = param.default
        if value != default or (not default and param.required):
            yield name, value


def fields_of(body: bytes | None) -> Mapping[str, Any]:
    """The fields of a JSON object or of a form; any other body is one field."""
    if not body:
        return {}
    try:
        document = exact.decode(body)
    except ValueError:
        document = None
    if isinstance(document, Mapping):
        return document
    if document is None and b"=" in body and body.isascii():
        form = parse_qsl(body.decode(), keep_blank_values=True)
        if form:
            return dict(form)
    return {WHOLE_BODY: body.decode(errors="backslashreplace")}


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return exact.encode(_in_order(value)).decode()


def _in_order(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _in_order(value[key]) for key in sorted(value)}
    return [_in_order(item) for item in value] if isinstance(value, list) else value
