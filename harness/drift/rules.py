"""The rules: every kind of difference by a stable id, what it means, and how much it matters to a client.

The axes are those of oasdiff: the area that a rule is about, the kind of change, its direction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["RULES", "Reach", "Rule", "Severity", "ranked"]


class Severity(StrEnum):
    """What a difference does to a client."""

    BREAKING = "breaking"
    RISKY = "risky"
    COMPATIBLE = "compatible"
    NOISE = "noise"  # not reported


_ORDER = (Severity.NOISE, Severity.COMPATIBLE, Severity.RISKY, Severity.BREAKING)


def ranked(severity: Severity) -> int:
    """The higher, the worse."""
    return _ORDER.index(severity)


class Reach(StrEnum):
    """Whether the contract says that a path is read."""

    READ = "read"
    UNKNOWN = "unknown"  # the contract says nothing of the endpoint: somebody may read it
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of difference. `severities` are those of a path that is read, may be read, is not read."""

    id: str
    area: str  # field, value, endpoint, request, error, model
    kind: str
    direction: str  # what the change does: fewer, more, other
    severities: tuple[Severity, Severity, Severity]
    means: str

    def severity(self, reach: Reach) -> Severity:
        """How much it matters where a path is read, may be, or is not."""
        return self.severities[tuple(Reach).index(reach)]


_B, _R, _C, _N = Severity.BREAKING, Severity.RISKY, Severity.COMPATIBLE, Severity.NOISE
_GONE = (_B, _R, _C)
_NEW_VALUE = (_R, _R, _C)
_QUIET = (_R, _C, _N)
_FINE = (_C, _C, _C)
_SILENT = (_C, _N, _N)

RULES: Mapping[str, Rule] = {
    rule.id: rule
    for rule in (
        Rule("DRIFT-removed", "field", "presence", "fewer", _GONE, "a field is gone"),
        Rule("DRIFT-renamed", "field", "name", "other", _GONE, "a field has another name"),
        Rule("DRIFT-case", "field", "name", "other", _GONE, "a field's name is written in another case"),
        Rule("DRIFT-moved", "field", "nesting", "other", _GONE, "a value is wrapped, unwrapped or elsewhere"),
        Rule("DRIFT-optional", "field", "presence", "fewer", _GONE, "a field that was always there can be missing"),
        Rule("DRIFT-nullable", "value", "nullability", "more", _GONE, "a value can be null"),
        Rule("DRIFT-retyped", "value", "type", "other", _GONE, "a value has another JSON type"),
        Rule("DRIFT-fraction", "value", "type", "more", _GONE, "an integer can be a fraction"),
        Rule("DRIFT-unit", "value", "unit", "other", _GONE, "a time is counted in another unit"),
        Rule("DRIFT-scale", "value", "unit", "other", _GONE, "a number is shifted by a power of ten"),
        Rule("DRIFT-format", "value", "format", "other", _GONE, "a text is of another format"),
        Rule("DRIFT-exponent", "value", "format", "more", _NEW_VALUE, "a number can have an exponent"),
        Rule("DRIFT-enum", "value", "enum", "more", _NEW_VALUE, "a value that was not known"),
        Rule("DRIFT-range", "value", "range", "more", _QUIET, "a sign or magnitude that was never seen or allowed"),
        Rule("DRIFT-precision", "value", "precision", "more", _QUIET, "more digits after the point than ever"),
        Rule("DRIFT-error-code", "error", "code", "other", (_R, _R, _R), "an error code that was not known"),
        Rule("DRIFT-added", "field", "presence", "more", _FINE, "a new field"),
        Rule("DRIFT-required", "field", "presence", "more", _SILENT, "a field that could be missing is always there"),
        Rule("DRIFT-enum-fewer", "value", "enum", "fewer", _SILENT, "a value is no longer listed"),
        Rule("DRIFT-narrower", "value", "type", "fewer", _SILENT, "a type, or null, is no longer allowed"),
        Rule("DRIFT-endpoint-removed", "endpoint", "presence", "fewer", _GONE, "an endpoint is gone"),
        Rule("DRIFT-endpoint-added", "endpoint", "presence", "more", _FINE, "a new endpoint"),
        Rule("DRIFT-endpoint-deprecated", "endpoint", "lifecycle", "fewer", _NEW_VALUE, "an endpoint is deprecated"),
        Rule("DRIFT-model-removed", "model", "presence", "fewer", (_R, _R, _C), "a model of the SDK is gone"),
        Rule("DRIFT-model-renamed", "model", "name", "other", _FINE, "a model of the SDK has another name"),
        Rule("DRIFT-model-added", "model", "presence", "more", _FINE, "a new model of the SDK"),
        Rule("DRIFT-status", "error", "status", "other", (_R, _R, _R), "another set of HTTP status codes"),
        Rule("DRIFT-parameter-required", "request", "presence", "more", _GONE, "a request needs another parameter"),
        Rule("DRIFT-parameter-removed", "request", "presence", "fewer", (_R, _R, _C), "a parameter is gone"),
        Rule("DRIFT-parameter-added", "request", "presence", "more", _FINE, "a new optional parameter"),
        Rule("DRIFT-parameter-type", "request", "type", "other", _GONE, "a parameter has another type"),
        Rule(
            "DRIFT-parameter-enum", "request", "enum", "fewer", _GONE, "a value of a parameter is not accepted any more"
        ),
        Rule("DRIFT-auth", "request", "auth", "other", _GONE, "an endpoint has other security requirements"),
    )
}
