"""Cassettes keep every byte, load fast and slow alike, and say clearly what is wrong with a bad one."""

from dataclasses import replace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from harness.cassette import foreign, layout, store
from harness.cassette.__main__ import main
from harness.cassette.model import Cassette, Environment, Interaction, Provenance, Request, Response
from harness.errors import UsageError

PROVENANCE = Provenance(
    venue="lighter",
    environment=Environment.DOCUMENTATION,
    scenario="long_and_short",
    recorded_at="2026-11-23T00:00:00Z",
    tools={"connector-harness": "0.1.0"},
    note='a "note": with # everything',
)
AWKWARD = {
    "empty": b"",
    "trailing-zero": b'{"price":0.10}',
    "thirty-digits": b'{"id":123456789012345678901234567890}',
    "scientific": b"[1e-7,6.4E-05]",
    "line-ends": b"a\r\nb\n\rc\n\n",
    "tabs-and-blanks": b"\t x \t ",
    "not-utf-8": b"\xff\xfe{\x80}",
    "unicode-line-separators": "a\u2028b\u2029c\x85d".encode(),
    "byte-order-mark": b"\xef\xbb\xbf{}",
    "controls": bytes(range(32)) + b"\x7f",
    "astral": "\U0001f600\ufffe\uffff\U0010ffff".encode(),
    "yaml-null": b"~",
    "yaml-date": b"2026-11-23",
    "yaml-list": b"- a\n- b: {c}\n",
    "yaml-document": b"--- x\n...\n",
    "quotes": b"'\"\\/'",
    "layout-marker": b"\ninteractions:\n- request:\n",
}


def cassette(*bodies, provenance=PROVENANCE):
    return Cassette(
        provenance,
        tuple(
            Interaction(
                Request("POST", f"https://venue.test/info?n={number}&q=é", body, {"Accept": ("application/json",)}),
                Response(200, "OK", body, {"Set-Cookie": ("a=1", "b=2"), "Content-Type": ("application/json",)}),
            )
            for number, body in enumerate(bodies)
        ),
    )


def bodies(loaded):
    return [interaction.response.body for interaction in loaded.interactions]


@pytest.mark.parametrize("body", AWKWARD.values(), ids=AWKWARD)
def test_a_body_survives_saving_and_loading_byte_for_byte(tmp_path, body):
    """What was recorded is what is replayed, request and answer."""
    path = tmp_path / "one.yaml"
    store.save(path, cassette(body))
    loaded = store.load(path)
    assert bodies(loaded) == [body]
    assert loaded.interactions == cassette(body).interactions


def test_a_request_without_a_body_is_not_one_with_an_empty_body():
    """`None` and no bytes are two things."""
    nothing = Interaction(Request("GET", "https://venue.test/"), Response(204, "No Content", b""))
    loaded = store.loads(store.dumps(Cassette(PROVENANCE, (nothing, *cassette(b"").interactions))))
    assert [interaction.request.body for interaction in loaded.interactions] == [None, b""]


def test_both_readers_agree_on_every_awkward_body():
    """The fast reader is a shortcut, not another format."""
    text = store.dumps(cassette(*AWKWARD.values()))
    assert foreign.read(foreign.parse(text, "here"), "here") == store.loads(text)


TEXT = st.text(st.characters(exclude_categories=["Cs"]))
HEADERS = st.dictionaries(
    TEXT.map(lambda name: name[:40]), st.lists(TEXT, min_size=1, max_size=3).map(tuple), max_size=3
)
INTERACTIONS = st.lists(
    st.builds(
        Interaction,
        st.builds(Request, TEXT, TEXT, st.none() | st.binary() | TEXT.map(str.encode), HEADERS),
        st.builds(Response, st.integers(100, 599), TEXT, st.binary() | TEXT.map(str.encode), HEADERS),
    ),
    max_size=4,
).map(tuple)


@given(INTERACTIONS)
def test_both_readers_agree_with_what_was_written(interactions):
    """Any text and any bytes, through the JSON decoder and through the YAML parser."""
    text = store.dumps(Cassette(PROVENANCE, interactions))
    assert store.loads(text).interactions == interactions
    assert foreign.read(foreign.parse(text, "here"), "here").interactions == interactions
    if interactions:
        assert layout.read_interactions(text.partition(f"\n{layout.INTERACTIONS}")[2]) == interactions


def test_the_same_cassette_gives_the_same_text():
    """Loading and saving changes nothing."""
    text = store.dumps(cassette(*AWKWARD.values()))
    assert store.dumps(store.loads(text)) == text


def test_a_changed_body_is_one_changed_line_and_the_seal():
    """A diff shows what changed and no more."""
    before = store.dumps(cassette(b"1", b"2", b"3")).splitlines()
    one = cassette(b"1", b"2", b"3").interactions
    changed = (one[0], replace(one[1], response=replace(one[1].response, body=b"two")), one[2])
    after = store.dumps(Cassette(PROVENANCE, changed)).splitlines()
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 2


def test_provenance_survives():
    """Where a cassette comes from stays with it, with a seal."""
    loaded = store.loads(store.dumps(cassette(b"1"))).provenance
    assert loaded is not None
    assert replace(loaded, sha256="") == PROVENANCE
    assert len(loaded.sha256) == 64


def test_an_edit_by_hand_is_noticed_and_can_be_sealed_again(tmp_path):
    """The error names the file and the cure, and the cure works."""
    path = tmp_path / "edited.yaml"
    store.save(path, cassette(b'{"size":"1.5"}'))
    path.write_text(path.read_text().replace("1.5", "2.5"))
    with pytest.raises(UsageError, match=r"edited\.yaml: edited by hand.*python -m harness\.cassette"):
        store.load(path)
    assert bodies(store.load(path, verify=False)) == [b'{"size":"2.5"}']
    assert main([str(path)]) == 0
    assert bodies(store.load(path)) == [b'{"size":"2.5"}']


def test_sealing_what_is_no_cassette_fails_in_one_line(tmp_path, capsys):
    """Exit code 2, the file named, nothing written."""
    assert main([]) == 2
    assert main([str(tmp_path / "none.yaml")]) == 2
    assert "none.yaml: cannot be read" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_another_layout_of_the_same_interactions_is_not_an_edit():
    """The seal is of what was recorded, not of how the YAML looks."""
    document = yaml.safe_load(store.dumps(cassette(*AWKWARD.values())))
    loaded = store.loads(yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False))
    assert bodies(loaded) == list(AWKWARD.values())
    windows = store.dumps(cassette(b"x\n")).replace("\n", "\r\n")
    assert bodies(store.loads(windows)) == [b"x\n"]


def test_saving_leaves_no_other_file_behind(tmp_path):
    """The file beside it is gone, and a failed write leaves the old one."""
    path = tmp_path / "deep" / "one.yaml"
    store.save(path, cassette(b"1"))
    bad = replace(cassette(b"1").interactions[0], request=Request("GET", "https://venue.test/\udcff"))
    with pytest.raises(UsageError, match="surrogate"):
        store.save(path, Cassette(PROVENANCE, (bad,)))
    assert [file.name for file in path.parent.iterdir()] == ["one.yaml"]
    assert bodies(store.load(path)) == [b"1"]


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    """Here the folder is a file."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UsageError, match=r"one\.yaml: cannot be written"):
        store.save(tmp_path / "file" / "one.yaml", cassette(b"1"))


FOREIGN = """\
interactions:
- request:
    body: {type: meta, size: 0.10}
    headers: {Accept: '*/*'}
    method: POST
    uri: https://venue.test/info
  response:
    body: {string: 2026-11-23}
    headers: {Content-Type: [text/plain]}
    status: {code: 200, message: OK}
- request: {body: null, headers: {}, method: GET, uri: 'https://venue.test/'}
  response:
    body: {}
    headers: {}
    status: {code: 204, message: null}
version: 1
"""


def test_a_cassette_of_another_project_is_read():
    """No provenance, headers without lists, structured request bodies, dates that are text."""
    loaded = store.loads(FOREIGN)
    first, second = loaded.interactions
    assert loaded.provenance is None
    assert first.request.body == b'{"type":"meta","size":0.10}'
    assert first.request.headers == {"Accept": ("*/*",)}
    assert first.response.body == b"2026-11-23"
    assert (second.response.reason, second.response.body) == ("", b"")
    assert store.loads(store.dumps(loaded)) == loaded


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("version: 1", "version: 2"), "version 2 is not supported"),
        (("version: 1", ""), "the cassette has no 'version'"),
        (("interactions:", "conversations:"), "the cassette has no 'interactions'"),
        (("    uri: https://venue.test/info\n", ""), "interaction 1: 'request' has no 'uri'"),
        (("method: GET", "method: [GET]"), r"interaction 2: 'request': 'method' is not text: \[\"GET\"\]"),
        (("code: 200", "code: fine"), "interaction 1: 'response': 'status': 'code' is not an integer: \"fine\""),
        (("code: 204", "code: true"), "interaction 2: 'response': 'status': 'code' is not an integer: true"),
        (("{string: 2026-11-23}", "{string: 7}"), "interaction 1: 'response': 'body': 'string' is not text or binary"),
        (("[text/plain]", "[7]"), "interaction 1: 'response': 'headers.Content-Type' is not text or a list"),
        (("body: {}", "body: []"), "interaction 2: 'response': 'body' is not a mapping"),
        (("{type: meta", "{type: 'meta"), r"not YAML: .* in line"),
        (("{type: meta", "{type: !!python/name:os.system x"), "not YAML: could not determine a constructor"),
    ],
)
def test_a_defective_cassette_is_refused_in_one_line_that_names_the_place(change, message):
    """File, interaction, key."""
    assert change[0] in FOREIGN
    with pytest.raises(UsageError, match=message) as caught:
        store.loads(FOREIGN.replace(*change), where="here.yaml")
    assert str(caught.value).startswith("here.yaml: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"just text", b"[1, 2]", b"\xff\xfe\x00", b"\x00", b"a: b: c"])
def test_what_is_not_a_cassette_is_refused(tmp_path, content):
    """Nothing, text, a list, not UTF-8, not YAML."""
    path = tmp_path / "odd.yaml"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"odd\.yaml: not "):
        store.load(path)


def test_a_missing_cassette_is_refused(tmp_path):
    """The path is named."""
    with pytest.raises(UsageError, match=r"none\.yaml: cannot be read: No such file"):
        store.load(tmp_path / "none.yaml")
