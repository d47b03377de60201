"""What drift does to a connector, proven by playing it; and the patch that takes it in."""

import subprocess

import pytest
from drift_support import summary_of

from harness import exact, resources
from harness.checks.validation import payloads_of
from harness.contract.edits import Edit, dropped, put
from harness.drift.impact import Prover
from harness.drift.judgement import differences
from harness.drift.located import replaced, spans
from harness.drift.proposal import patch
from harness.drift.rules import Severity

TOPICS = {
    "lighter": ("lighter/rest/account", "/api/v1/account"),
    "extended": ("extended/rest/user-positions", "/api/v1/user/positions"),
}


def recorded(venue):
    """The answer that the positions of the ordinary situation are read from."""
    path = resources.cassettes() / venue / "long_and_short.yaml"
    return next(one.body for one in payloads_of(path) if one.path == TOPICS[venue][1])


@pytest.fixture
def drifted(tmp_path):
    """The worst difference of an edited answer, whose payload lies in a file."""

    def made(venue, edit):
        topic, route = TOPICS[venue]
        body, old = edit.apply(recorded(venue)), recorded(venue)
        path = tmp_path / "new.json"
        told = {"exchange": venue, "transport": "rest", "method": "GET", "path": route, "status": 200, "body": body}
        path.write_bytes(exact.encode(told))
        new = summary_of(exact.encode(body).decode(), topic=topic, origin=str(path)).topics[topic]
        return differences(topic, new, summary_of(exact.encode(old).decode(), topic=topic).topics[topic])[0]

    return made


def sentence(difference, target="", venue=""):
    """What the connector would do."""
    with Prover(target, venue) as prover:
        (impact,) = prover.impacts(difference)
    return impact


@pytest.mark.parametrize(
    ("venue", "edit", "told"),
    [
        (
            "lighter",
            put("account", "/accounts/*/positions/*/initial_margin_fraction", "2000", "basis points"),
            "`_update_positions` of lighter would report leverage 0.05 for BTC-USDC",
        ),
        (
            "lighter",
            dropped("account", "/accounts/*/positions/*/avg_entry_price", "gone"),
            "`_update_positions` of lighter would fail: raised MalformedAnswer",
        ),
        (
            "extended",
            put("user-positions", "/data/*/side", "SIDEWAYS", "a new side"),
            "`_update_positions` of extended would fail: raised MalformedAnswer",
        ),
        (
            "extended",
            put("user-positions", "/data/*/leverage", "50000000.0", "another magnitude"),
            "`_update_positions` of extended would report leverage 50000000.0 for",
        ),
    ],
)
def test_the_payload_that_shows_a_difference_is_played(venue, edit, told, drifted):
    """And a sentence says what the connector would report, or how it would fail."""
    impact = sentence(drifted(venue, edit))
    assert impact.told.startswith(told)
    assert impact.method == "_update_positions"
    assert impact.check


def test_a_connector_that_takes_nonsense_is_said_to_report_it(drifted, monkeypatch, tmp_path):
    """A target of one's own: this one makes a missing price a zero."""
    (tmp_path / "drift_lenient.py").write_text(
        "from harness.connectors.lighter import build as right\n"
        "def build(**arguments):\n"
        "    connector = right(**arguments)\n"
        "    async def positions():\n"
        "        connector.account_positions.clear()\n"
        "        await connector._update_balances()\n"
        "    connector._update_positions = positions\n"
        "    return connector\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    difference = drifted("lighter", dropped("account", "/accounts/*/positions/*/avg_entry_price", "gone"))
    told = sentence(difference, "drift_lenient:build", "lighter").told
    assert told == "`_update_positions` of lighter would report nothing, in silence"


def test_where_the_recording_is_gone_the_readers_are_still_told(drifted, tmp_path):
    """Without a proof."""
    difference = drifted("lighter", dropped("account", "/accounts/*/positions/*/sign", "gone"))
    (tmp_path / "new.json").unlink()
    impact = sentence(difference)
    assert (impact.method, impact.into, impact.told) == ("_update_positions", ("position_side",), "")
    assert impact.check == "EVOLVE-missing"


def respelt(body, old, new):
    """A body whose text is changed."""
    return exact.decode(exact.encode(body).decode().replace(old, new))


def applied(text, tmp_path):
    """A copy of schemas and contracts, patched by the program that everybody has."""
    root = tmp_path / "tree"
    for venue in TOPICS:
        folder = root / "schemas" / venue / "rest"
        folder.mkdir(parents=True)
        for name in (resources.schemas() / venue / "rest").glob("*.json"):
            (folder / name.name).write_bytes(name.read_bytes())
        (root / "harness" / "contract").mkdir(parents=True, exist_ok=True)
        source = resources.schemas().parent / "harness" / "contract" / f"{venue}.py"
        (root / "harness" / "contract" / f"{venue}.py").write_bytes(source.read_bytes())
    (tmp_path / "drift.patch").write_text(text)
    command = ["git", "apply", "--verbose", str(tmp_path / "drift.patch")]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    return root


EDITS = [
    (put("account", "/accounts/*/total_asset_value", None, "null"), "null"),
    (dropped("account", "/accounts/*/positions/*/avg_entry_price", "gone"), "gone"),
    (put("account", "/accounts/*/positions/*/sign", 0, "enum"), "enum"),
    (
        Edit(
            "a newcomer", "account", lambda body: respelt(body, '"avg_entry_price"', '"newcomer":"x","avg_entry_price"')
        ),
        "added",
    ),
    (put("account", "/accounts/*/account_index", "17", "retyped"), "retyped"),
    (put("account", "/accounts/*/positions/*/position", "15e-7", "exponent"), "exponent"),
    (put("account", "/accounts/*/positions/*/position", {"value": "1.5"}, "wrapped"), "wrapped"),
    (put("account", "/accounts/*/positions/*/position", ["1.5"], "listed"), "listed"),
]


@pytest.mark.parametrize(("edit", "name"), EDITS, ids=[name for _, name in EDITS])
def test_a_patched_schema_takes_the_new_answer(edit, name, drifted, tmp_path):
    """It applies, and what was drift is allowed."""
    from jsonschema import Draft202012Validator
    from referencing import Registry, Resource

    difference = drifted("lighter", edit)
    root = applied(patch([difference]), tmp_path)
    document = exact.decode((root / "schemas" / "lighter" / "rest" / "account.json").read_bytes())
    common = exact.decode((resources.schemas() / "common.json").read_bytes())
    registry = Registry().with_resource(common["$id"], Resource.from_contents(common))
    validator = Draft202012Validator(document, registry=registry)
    body = edit.apply(recorded("lighter"))
    assert validator.is_valid(body)
    assert validator.is_valid(recorded("lighter"))
    if name == "added":
        (position,) = (document["$defs"]["position"]["properties"],)
        assert position["newcomer"] == {"type": "string"}


def test_a_rename_is_taken_into_the_contract_as_well(drifted, tmp_path):
    """Column and companion, so that the oracle reads the new name."""
    edit = Edit("renamed", "account", lambda body: respelt(body, '"avg_entry_price"', '"average_entry_price"'))
    difference = drifted("lighter", edit)
    assert difference.rule == "DRIFT-renamed"
    root = applied(patch([difference]), tmp_path)
    source = (root / "harness" / "contract" / "lighter.py").read_text()
    assert 'Column(into="entry_price", at="/average_entry_price")' in source
    assert "avg_entry_price" not in source
    assert '"average_entry_price"' in (root / "schemas" / "lighter" / "rest" / "account.json").read_text()


def test_a_rename_with_another_type_is_taken_in_as_both(tmp_path):
    """The member has the new name, and takes what it is now."""
    topic = TOPICS["lighter"][0]
    new = respelt(recorded("lighter"), '"position":"', '"position_size":"')
    for row in new["accounts"][0]["positions"]:
        row["position_size"] = exact.decimal(row["position_size"])
    before, after = (summary_of(exact.encode(each).decode(), topic=topic) for each in (recorded("lighter"), new))
    found = differences(topic, after.topics[topic], before.topics[topic])
    assert [one.rule for one in found] == ["DRIFT-renamed", "DRIFT-retyped"]
    told = patch(found)
    assert not told.startswith("#")
    document = exact.decode((applied(told, tmp_path) / "schemas" / f"{topic}.json").read_bytes())
    assert {"type": ["integer", "number"]} in document["$defs"]["position"]["properties"]["position_size"]["anyOf"]


def test_what_no_patch_can_decide_is_left_to_a_person(drifted):
    """A unit is a meaning, and a meaning is not guessed."""
    edit = put("account", "/accounts/*/positions/*/initial_margin_fraction", "2000", "basis points")
    difference = drifted("lighter", edit)
    assert difference.severity is Severity.BREAKING
    assert patch([difference]).startswith("# by hand: DRIFT-scale lighter/rest/account")


def test_what_is_elsewhere_altogether_is_left_to_a_person_and_the_contract_with_it(tmp_path):
    """A contract that reads what no schema describes would be worse than none."""
    topic = TOPICS["lighter"][0]
    new = {"result": recorded("lighter")}
    before, after = (summary_of(exact.encode(each).decode(), topic=topic) for each in (recorded("lighter"), new))
    told = patch(differences(topic, after.topics[topic], before.topics[topic]))
    assert {line.split()[3] for line in told.splitlines()} == {"DRIFT-moved"}


def test_what_a_new_value_of_a_side_means_is_left_to_a_person_as_well(drifted):
    """The schema can take it, the contract cannot know it."""
    told = patch([drifted("lighter", put("account", "/accounts/*/positions/*/sign", 0, "enum"))])
    assert told.startswith("# by hand: DRIFT-enum lighter/rest/account")
    assert "+++ b/schemas/lighter/rest/account.json" in told


def test_a_json_text_is_changed_in_its_place_only():
    """Layout, order and everything else stay."""
    text = '{"a": [1, {"b": "x, }"}],\n  "c": null, "d/e": {\n    "f": 2.50\n  }\n}'
    places = spans(text)
    assert text[slice(*places["/a/1/b"])] == '"x, }"'
    assert text[slice(*places["/d~1e/f"])] == "2.50"
    assert text[slice(*places["/c~name"])] == '"c"'
    assert replaced(text, places["/c"], True) == text.replace("null", "true")
    assert replaced(text, places["/d~1e"], {"g": [1]}).endswith('"d/e": {\n    "g": [\n      1\n    ]\n  }\n}')
