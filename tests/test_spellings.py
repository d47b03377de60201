"""Known secrets are found and blanked in every form in which they may come back."""

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.spellings import MARK, Secrets

KEY = "0x" + bytes(range(7, 39)).hex()
WORDY = "p@ss word+/=?1"
UNICODE = "schlüssel-für-ünicode"


def each(template):
    """An escape of every character."""
    return lambda secret: "".join(template.format(ord(char)) for char in secret)


ENCODINGS = {
    "plain": str,
    "upper case": str.upper,
    "without 0x": lambda s: s.removeprefix("0x"),
    "url": lambda s: quote(s, safe=""),
    "url, all of it": lambda s: "".join(f"%{byte:02x}" for byte in s.encode()),
    "url, twice": lambda s: quote("".join(f"%{byte:02X}" for byte in s.encode()), safe=""),
    "url, in part": lambda s: s[:5] + "".join(f"%{byte:02x}" for byte in s[5:].encode()),
    "json": lambda s: json.dumps(s)[1:-1],
    "json, all of it": each("\\u{:04x}"),
    "json in json": lambda s: json.dumps(each("\\u{:04X}")(s))[1:-1],
    "json in a url": lambda s: quote(each("\\u{:04x}")(s), safe=""),
    "html, decimal": each("&#{};"),
    "html, hexadecimal": each("&#x{:04X};"),
    "html, twice": each("&amp;#{};"),
    "hex of its text": lambda s: s.encode().hex(),
    "hex with blanks": lambda s: s.encode().hex(" "),
    "base64": lambda s: base64.b64encode(s.encode()).decode(),
    "base64url": lambda s: base64.urlsafe_b64encode(s.encode()).decode(),
    "base64, shifted by two": lambda s: base64.b64encode(f"a:{s}:b".encode()).decode(),
    "base64, shifted by one": lambda s: base64.b64encode(f"ab:{s}:b".encode()).decode(),
    "base64 in lines": lambda s: base64.encodebytes(f"{s}:{s}".encode()).decode(),
    "a folded line": lambda s: f"{s[:9]}\n      {s[9:]}",
    "a list of yaml": lambda s: f"{s[:9]}\n    - {s[9:]}",
    "a list of json": lambda s: f'{s[:9]}", "{s[9:]}',
    "byte values": lambda s: ", ".join(map(str, s.encode())),
}


@pytest.mark.parametrize("secret", [KEY, WORDY, UNICODE])
@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
def test_a_secret_is_blanked_in_any_encoding(secret, encode):
    """Nothing of eight letters or more of it is left, and what stands around it stays."""
    encoded = encode(secret)
    shown = Secrets.of([secret]).scrub(f"error near <{encoded}> end")
    assert shown.startswith("error near <")
    assert shown.endswith("> end")
    middle = encoded[4:-4]
    assert not any(middle[at : at + 8] in shown for at in range(len(middle) - 7))


@pytest.mark.parametrize(
    "encode",
    [
        lambda raw: base64.b64encode(raw).decode(),
        lambda raw: raw[::-1].hex(),
        lambda raw: base64.b64encode(raw[::-1]).decode(),
        lambda raw: str(int.from_bytes(raw)),
        lambda raw: json.dumps(list(raw)),
        lambda raw: raw.hex().lstrip("0"),
    ],
)
def test_the_bytes_behind_a_hexadecimal_key_are_blanked_too(encode):
    """A key is often sent as the base64 of its bytes, as a number, or with its bytes in the other order."""
    encoded = encode(bytes.fromhex(KEY[2:]))
    assert encoded[4:-4] not in Secrets.of([KEY]).scrub(encoded)


@pytest.mark.parametrize("at", range(2, len(KEY) - 1, 7))
def test_a_secret_that_was_split_between_two_headers_leaves_no_half(at):
    """Whatever stands between the parts: one of them is long enough to be known."""
    text = f"X-First: {KEY[:at]}\r\nX-Other: something else\r\nX-Second: {KEY[at:]}"
    shown = Secrets.of([KEY]).scrub(text)
    assert "X-Other: something else" in shown
    assert max(KEY[:at], KEY[at:], key=len) not in shown


@settings(deadline=None)
@given(st.text(), st.text(), st.sampled_from([KEY, WORDY]))
def test_what_stands_around_a_secret_stays(before, after, secret):
    """Blanking cuts at the secret, whatever its neighbours are."""
    shown = Secrets.of([secret]).scrub(f"{before} <{secret}> {after}")
    assert shown == f"{before} <{MARK}> {after}".encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def test_ordinary_text_stays():
    """Very short credentials, such as a key index, blank nothing."""
    assert Secrets.of(["2", "", KEY]).scrub("code 20001: 2 invalid params") == "code 20001: 2 invalid params"


@pytest.mark.parametrize("name", [name for name in ENCODINGS if "line" not in name and " list " not in f" {name} "])
def test_a_short_secret_is_found_in_one_piece(name):
    """Escapes do not take it apart."""
    encoded = ENCODINGS[name]("pa55w0rd")
    assert encoded not in Secrets.of(["pa55w0rd"]).scrub(f"<{encoded}>")


def test_words_and_figures_do_not_add_up_to_a_short_secret():
    """Only long ones are looked for across blanks and commas."""
    assert Secrets.of(["teapot", "123456"]).scrub('tea pot, ["12", "34", "56"]') == 'tea pot, ["12", "34", "56"]'
    assert Secrets.of(["teapot"]).scrub("TEAPOT") == MARK


def test_a_sighting_names_the_secret_and_its_form_and_its_place():
    """It shows nothing of it."""
    (found,) = Secrets({"the key": KEY, "other": WORDY}).find(f"é {KEY.upper()} end")
    assert (found.name, found.kind, found.start, found.end) == ("the key", "plain", 3, 3 + len(KEY))


def test_secrets_do_not_show_what_they_hide():
    """Their repr is empty."""
    assert KEY[2:10] not in repr(Secrets.of([KEY]))
