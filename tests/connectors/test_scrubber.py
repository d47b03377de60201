"""Credentials are blanked in every encoding in which they may come back."""

import base64
from urllib.parse import quote

import pytest

from harness.connectors.scrub import Scrubber

KEY = "0x" + bytes(range(7, 39)).hex()
WORDY = "p@ss word+/=?1"


@pytest.mark.parametrize("secret", [KEY, WORDY])
@pytest.mark.parametrize(
    "encode",
    [
        str,
        str.upper,
        lambda s: s.removeprefix("0x"),
        lambda s: quote(s, safe=""),
        lambda s: s.encode().hex(),
        lambda s: base64.b64encode(s.encode()).decode(),
        lambda s: base64.urlsafe_b64encode(s.encode()).decode(),
        lambda s: base64.b64encode(f"a:{s}:b".encode()).decode(),
        lambda s: base64.b64encode(f"ab:{s}:b".encode()).decode(),
    ],
)
def test_a_secret_is_blanked_in_any_encoding(secret, encode):
    """Nothing of eight letters or more of it is left."""
    encoded = encode(secret)
    shown = Scrubber([secret])(f"error near <{encoded}> end")
    assert shown.startswith("error near <")
    assert shown.endswith("> end")
    middle = encoded[4:-4]
    assert not any(middle[at : at + 8] in shown for at in range(len(middle) - 7))


def test_the_bytes_behind_a_hexadecimal_key_are_blanked_too():
    """A key is often sent as the base64 of its bytes."""
    encoded = base64.b64encode(bytes.fromhex(KEY[2:])).decode()
    assert encoded[4:-4] not in Scrubber([KEY])(encoded)


def test_ordinary_text_stays():
    """Very short credentials, such as a key index, blank nothing."""
    assert Scrubber(["2", "", KEY])("code 20001: 2 invalid params") == "code 20001: 2 invalid params"


def test_the_scrubber_does_not_show_what_it_hides():
    """Its repr is empty."""
    assert KEY[2:10] not in repr(Scrubber([KEY]))
