"""Every rule: what it speaks of, and what it keeps quiet about."""

import json

import pytest
from drift_support import obj, rules, said, seen

from harness.drift import openapi, sdk
from harness.drift.difference import Difference
from harness.drift.rules import RULES, Reach, Severity

TEXT, INTEGER, NUMBER, NULL = ({"type": name} for name in ("string", "integer", "number", "null"))
DECIMAL = {"type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?$"}
SECONDS = {"type": "integer", "minimum": 1_000_000_000, "maximum": 9_999_999_999}
ERROR = "made-up/rest/error"
ROW = {"size": "1.50", "side": "LONG"}

SAYS = [
    ("DRIFT-removed", "/a", said(obj(["a"], a=TEXT, b=TEXT)), seen({"b": "x"})),
    ("DRIFT-removed", "/a", seen({"a": "x", "b": 1}), seen({"b": 1})),
    ("DRIFT-removed", "/a", said(obj(["a"], a=TEXT, b=TEXT)), said(obj(b=TEXT))),
    ("DRIFT-renamed", "/openPrice", seen({"openPrice": "12.34"}), seen({"entryPrice": "12.34"})),
    ("DRIFT-renamed", "/size", seen({"size": "1.5", "b": 1}), seen({"qty": "2.5", "b": 1})),
    ("DRIFT-renamed", "/open_price", said(obj(open_price=TEXT)), said(obj(open_price_usd=TEXT))),
    ("DRIFT-renamed", "/size", said(obj(["size"], size=DECIMAL, note=TEXT)), seen({"worth": "1.5"})),
    ("DRIFT-renamed", "/rows", seen({"rows": [ROW]}), seen({"positions": [ROW]})),
    ("DRIFT-renamed", "/size", seen({"size": "1.25", "b": 1}), seen('{"qty": 1.25, "b": 1}')),
    ("DRIFT-renamed", "/size", said(obj(["size"], size=DECIMAL)), seen('{"position_size": 1.25}')),
    ("DRIFT-retyped", "/size", seen({"size": "1.25", "b": 1}), seen('{"qty": 1.25, "b": 1}')),
    ("DRIFT-retyped", "/rows", seen({"rows": [ROW]}), seen({"rows": {"BTC": ROW}})),
    ("DRIFT-retyped", "", seen({"code": 200, "rows": [ROW]}), seen("7")),
    ("DRIFT-retyped", "", seen({"code": 200, "rows": [ROW], "more": []}), seen([])),
    ("DRIFT-case", "/openPrice", seen({"openPrice": "1.5"}), seen({"open_price": "1.5"})),
    ("DRIFT-case", "/size", said(obj(size=TEXT)), said(obj(SIZE=TEXT))),
    ("DRIFT-moved", "/size", seen({"size": "1.5"}), seen({"size": {"value": "1.5"}})),
    ("DRIFT-moved", "", seen([ROW]), seen({"data": [ROW]})),
    ("DRIFT-moved", "/data", seen({"data": [ROW]}), seen({"data": {"rows": [ROW]}})),
    ("DRIFT-moved", "/a/size", seen({"a": {"size": "1.5", "n": 1}}), seen({"a": {"n": 1}, "size": "1.5"})),
    ("DRIFT-moved", "/rows/*/row", seen({"rows": [{"n": 1, "row": ROW}]}), seen({"rows": [{"n": 1, **ROW}]})),
    ("DRIFT-moved", "/data", said(obj(data=obj(a=TEXT, b=TEXT))), said(obj(a=TEXT, b=TEXT))),
    ("DRIFT-moved", "/data", seen({"data": [ROW]}), seen([ROW])),
    ("DRIFT-moved", "/leverage/value", seen({"leverage": {"value": 20}}), seen({"leverage": 20})),
    ("DRIFT-optional", "/a", seen({"a": 1}, {"a": 2}), seen({"a": 1}, {"b": 2})),
    ("DRIFT-optional", "/a", said(obj(["a"], a=TEXT)), said(obj(a=TEXT))),
    ("DRIFT-nullable", "/a", seen({"a": "x"}), seen({"a": None})),
    ("DRIFT-nullable", "/a", said(obj(a=TEXT)), said(obj(a={"anyOf": [TEXT, NULL]}))),
    ("DRIFT-retyped", "/a", seen({"a": "1.5"}), seen('{"a": 1.5}')),
    ("DRIFT-retyped", "/a", said(obj(a=INTEGER)), seen({"a": "5"})),
    ("DRIFT-fraction", "/a", seen({"a": 5}), seen('{"a": 5.5}')),
    ("DRIFT-fraction", "/a", said(obj(a=INTEGER)), said(obj(a=NUMBER))),
    ("DRIFT-unit", "/time", seen({"time": 1700000000}), seen({"time": 1700000000000})),
    ("DRIFT-unit", "/time", said(obj(time=SECONDS)), seen({"time": 1700000000000})),
    ("DRIFT-scale", "/rate", seen({"rate": "0.1234"}), seen({"rate": "12.34"})),
    ("DRIFT-format", "/size", seen({"size": "1.5"}), seen({"size": "a lot"})),
    ("DRIFT-format", "/size", said(obj(size=DECIMAL)), seen({"size": ""})),
    ("DRIFT-format", "/owner", seen({"owner": "0x" + "a" * 40}), seen({"owner": "alice"})),
    ("DRIFT-exponent", "/size", seen({"size": "0.5"}), seen({"size": "5e-7"})),
    ("DRIFT-exponent", "/size", said(obj(size=DECIMAL)), seen({"size": "5e-7"})),
    ("DRIFT-exponent", "/rate", seen('{"rate": 0.5}'), seen('{"rate": 5e-7}')),
    ("DRIFT-enum", "/side", said(obj(side={"enum": ["LONG", "SHORT"]})), seen({"side": "BOTH"})),
    ("DRIFT-enum", "/side", said(obj(side={"enum": [1, -1]})), seen({"side": 0})),
    ("DRIFT-enum", "/side", seen(*[{"side": "LONG"}] * 40), seen({"side": "BOTH"})),
    ("DRIFT-enum", "/side", said(obj(side={"enum": ["A"]})), said(obj(side={"enum": ["A", "B"]}))),
    ("DRIFT-range", "/size", seen({"size": "1.5"}), seen({"size": "-1.5"})),
    ("DRIFT-range", "/size", seen({"size": "1.5"}), seen({"size": "25000000.5"})),
    ("DRIFT-range", "/size", said(obj(size={"type": "integer", "minimum": 0})), seen({"size": -3})),
    ("DRIFT-precision", "/size", seen({"size": "1.50"}, {"size": "2.50"}), seen({"size": "1.505"})),
    ("DRIFT-precision", "/size", seen({"size": "1"}, {"size": "2.50"}), seen({"size": "1.50505"})),
    ("DRIFT-added", "/b", seen({"a": 1}), seen({"a": 1, "b": 2})),
    ("DRIFT-added", "/b", said(obj(a=TEXT)), seen({"a": "x", "b": 2})),
    ("DRIFT-required", "/a", said(obj(a=TEXT)), said(obj(["a"], a=TEXT))),
    ("DRIFT-enum-fewer", "/a", said(obj(a={"enum": ["x", "y"]})), said(obj(a={"enum": ["x"]}))),
    ("DRIFT-narrower", "/a", said(obj(a={"type": ["string", "null"]})), said(obj(a=TEXT))),
    (
        "DRIFT-error-code",
        "/code",
        said(obj(code={"enum": [20001, 20013]}), ERROR),
        seen({"code": 29500}, topic=ERROR),
    ),
]

KEEPS_QUIET = [
    ("DRIFT-removed", said(obj(a=TEXT, b=TEXT)), seen({"b": "x"})),
    ("DRIFT-removed", seen({"rows": [{"a": 1}]}), seen({"rows": []})),
    ("DRIFT-removed", seen({"a": 1, "b": 2}, {"b": 2}), seen({"b": 2})),
    ("DRIFT-renamed", seen({"a": "12.34"}), seen({"a": "12.34", "b": "12.34"})),
    ("DRIFT-renamed", said(obj(fee=TEXT, b=TEXT)), said(obj(market=TEXT, b=TEXT))),
    ("DRIFT-renamed", said(obj(["size", "b"], size=DECIMAL, b=TEXT)), seen({"worth": "1.5"})),
    ("DRIFT-renamed", said(obj(["size"], size=DECIMAL)), seen({"worth": 15})),
    ("DRIFT-renamed", said(obj(["size"], size=DECIMAL)), seen({"worth": "a lot"})),
    ("DRIFT-renamed", said(obj(["type"], type={"enum": ["A", "B"]})), seen({"worth": "1.5"})),
    ("DRIFT-case", seen({"size": "1"}), seen({"size": "1", "Size": "1"})),
    ("DRIFT-moved", seen({"size": "1.5"}), seen({"size": "1.5", "info": {"size": "1.5"}})),
    ("DRIFT-moved", seen({"size": "1.5"}), seen({"size": {"rows": []}})),
    ("DRIFT-moved", seen({"row": ROW, "size": "1.50"}), seen({"size": "1.50"})),
    ("DRIFT-optional", seen({"a": 1}, {"b": 2}), seen({"a": 1}, {"a": 2}, {"b": 2})),
    ("DRIFT-nullable", said(obj(a={"type": ["string", "null"]})), seen({"a": None})),
    ("DRIFT-retyped", said(obj(a=NUMBER)), seen({"a": 5})),
    ("DRIFT-retyped", said(obj(a={})), seen({"a": 5})),
    ("DRIFT-fraction", said(obj(a=NUMBER)), seen('{"a": 5.5}')),
    ("DRIFT-fraction", seen({"a": 5}), seen({"a": 6})),
    ("DRIFT-unit", seen({"time": 1700000000}), seen({"time": 1800000000})),
    ("DRIFT-unit", seen({"id": 1000000007}), seen({"id": 9999999999999})),
    ("DRIFT-unit", said(obj(time={"anyOf": [SECONDS, {"const": 0}]})), seen({"time": 0})),
    ("DRIFT-scale", seen({"rate": "0.1234"}), seen({"rate": "0.4321"})),
    ("DRIFT-scale", seen({"size": "1234"}, {"size": "12.34"}), seen({"size": "1234"})),
    ("DRIFT-scale", seen({"size": "10"}), seen({"size": "1000"})),
    ("DRIFT-format", seen({"name": "alice"}), seen({"name": "0x" + "a" * 40})),
    ("DRIFT-format", said(obj(size=DECIMAL)), seen({"size": "-17"})),
    ("DRIFT-exponent", seen({"size": "5e-7"}), seen({"size": "7e-3"})),
    ("DRIFT-exponent", said(obj(rate=NUMBER)), seen('{"rate": 5e-7}')),
    ("DRIFT-enum", said(obj(side={"enum": ["LONG", "SHORT"]})), seen({"side": "SHORT"})),
    ("DRIFT-enum", seen({"coin": "BTC"}, {"coin": "ETH"}), seen({"coin": "SOL"})),
    ("DRIFT-range", seen({"size": "1.5"}), seen({"size": "999.5"})),
    ("DRIFT-range", seen({"price": "2669.84"}), seen({"price": "0.12"})),
    ("DRIFT-added", seen({"rows": [ROW]}), seen({"rows": {"BTC": ROW}})),
    ("DRIFT-moved", seen({"code": 200, "rows": [{"name": "x"}]}), seen('"gone"')),
    ("DRIFT-range", seen({"size": "0.0"}), seen({"size": "999.5"})),
    ("DRIFT-precision", seen({"size": "1.50"}), seen({"size": "99.99"})),
    ("DRIFT-precision", seen({"size": "1"}, {"size": "2.5"}), seen({"size": "1.505"})),
    ("DRIFT-added", seen({"0": {"a": 1}}), seen({"0": {"a": 1}, "1": {"a": 2}})),
    ("DRIFT-added", said({"type": "object"}), seen({"a": 1})),
    ("DRIFT-required", said(obj(a=TEXT)), seen({"a": "x"})),
    ("DRIFT-enum-fewer", said(obj(a={"enum": ["x", "y"]})), seen({"a": "x"})),
    ("DRIFT-narrower", said(obj(a={"type": ["string", "null"]})), seen({"a": "x"})),
    ("DRIFT-error-code", said(obj(code={"enum": [20001]}), ERROR), seen({"code": 20001}, topic=ERROR)),
]


@pytest.mark.parametrize(("rule", "path", "before", "after"), SAYS, ids=[f"{row[0]} {row[1]}" for row in SAYS])
def test_a_rule_speaks(rule, path, before, after):
    """Of the path that has changed, and of nothing that breaks anybody elsewhere."""
    found = rules(before, after)
    assert (rule, path) in found
    loud = {one for one in found if RULES[one[0]].severity(Reach.READ) is Severity.BREAKING and one[1] != path}
    assert not loud


@pytest.mark.parametrize(("rule", "before", "after"), KEEPS_QUIET, ids=[row[0] for row in KEEPS_QUIET])
def test_a_rule_keeps_quiet(rule, before, after):
    """Where nothing of its kind has changed."""
    assert rule not in {one for one, _ in rules(before, after)}


def api(tmp_path, name, **operations):
    """An OpenAPI document of operations by path."""
    path = tmp_path / f"{name}.json"
    paths = {f"/{each}": {"get": told} for each, told in operations.items() if told is not None}
    path.write_text(json.dumps({"swagger": "2.0", "paths": paths}))
    return openapi.read(path)


def operation(*parameters, **more):
    """An operation that answers with a text."""
    return {"parameters": list(parameters), "responses": {"200": {"schema": obj(a=TEXT)}}, **more}


def query(name, **told):
    """A query parameter."""
    return {"name": name, "in": "query", "type": "string", **told}


ASKS = [
    ("DRIFT-endpoint-removed", operation(), None),
    ("DRIFT-endpoint-added", None, operation()),
    ("DRIFT-endpoint-deprecated", operation(), operation(deprecated=True)),
    ("DRIFT-status", operation(), operation(responses={"200": {"schema": obj(a=TEXT)}, "409": {}})),
    ("DRIFT-parameter-required", operation(), operation(query("a", required=True))),
    ("DRIFT-parameter-required", operation(query("a")), operation(query("a", required=True))),
    ("DRIFT-parameter-removed", operation(query("a")), operation()),
    ("DRIFT-parameter-added", operation(), operation(query("a"))),
    ("DRIFT-parameter-type", operation(query("a")), operation(query("a", type="integer"))),
    ("DRIFT-parameter-enum", operation(query("a", enum=["x", "y"])), operation(query("a", enum=["x"]))),
    ("DRIFT-auth", operation(), operation(security=[{"apiKey": []}])),
]


@pytest.mark.parametrize(("rule", "before", "after"), ASKS, ids=[row[0] for row in ASKS])
def test_a_rule_of_endpoints_speaks_and_keeps_quiet(rule, before, after, tmp_path):
    """Of the operation that has changed, and of none that has not."""
    old, new = api(tmp_path, "old", it=before), api(tmp_path, "new", it=after)
    assert [one.rule for one in openapi.between(old, new)] == [rule]
    assert not openapi.between(new, new)


MODELS = [
    ("DRIFT-model-removed", {"Account": obj(a=TEXT)}, {}),
    ("DRIFT-model-renamed", {"Account": obj(a=TEXT, b=TEXT)}, {"AccountModel": obj(a=TEXT, b=TEXT)}),
    ("DRIFT-model-added", {}, {"Account": obj(a=TEXT)}),
]


@pytest.mark.parametrize(("rule", "before", "after"), MODELS, ids=[row[0] for row in MODELS])
def test_a_rule_of_models_speaks_and_keeps_quiet(rule, before, after):
    """Of the model that has changed, and of none that has not."""
    old, new = sdk.Sdk("sdk==1", before, (), {}), sdk.Sdk("sdk==2", after, (), {})
    assert [one.rule for one in sdk.between(old, new)] == [rule]
    assert not sdk.between(new, new)


def test_every_rule_is_shown_to_speak_and_to_keep_quiet():
    """No rule without both."""
    both = {row[0] for row in (*ASKS, *MODELS)}
    assert {row[0] for row in SAYS} | both == set(RULES)
    assert {row[0] for row in KEEPS_QUIET} | both == set(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_is_never_worse_where_less_is_read(rule):
    """What nobody reads cannot break more than what somebody does."""
    order = [Severity.BREAKING, Severity.RISKY, Severity.COMPATIBLE, Severity.NOISE]
    places = [order.index(rule.severity(reach)) for reach in (Reach.READ, Reach.UNKNOWN, Reach.UNREAD)]
    assert places == sorted(places)


def test_a_difference_is_one_line():
    """Path, where it went, what it means, before and after."""
    one = Difference(rule="DRIFT-renamed", topic="t", path="/a", before="string", after='string "x"', to="/b")
    assert str(one) == '/a -> /b: a field has another name: string -> string "x"'
