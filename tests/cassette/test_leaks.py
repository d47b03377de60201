"""The leak scan sees what is packed and cut, tells the line and never the value, and is quiet where nothing is."""

import base64
import gzip
import json
import random
import tracemalloc
import zlib
from pathlib import Path

import pytest

from harness.cassette.leaks import KNOWN, PATTERN, Leak, scan, scan_file
from harness.spellings import Secrets

ROOT = Path(__file__).parents[2]
# harness-scan: allow hex-key because it is made up
KEY = "0x4c8f21d07be93a5566e0d1f7a9b3c2487d15ef0a96b84c3e21d7f0956ab8ce13"
# harness-scan: allow field because it is made up
SECRETS = Secrets({"the key": KEY, "the password": "corr3ct-horse-battery"})
NOISE = random.Random(5)  # noqa: S311 - the same noise in every run
TEXT = json.dumps({"padding": "x" * 40, "key": KEY}).encode()


def leaks(*pieces):
    """Check, line, kind and name of each leak."""
    return {(leak.check, leak.line, leak.kind, leak.name, leak.packed) for leak in scan(pieces, SECRETS)}


def gzipped(data):
    """The same bytes at any time."""
    return gzip.compress(data, mtime=0)


def deflated(data):
    """A deflate stream without a header."""
    engine = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return engine.compress(data) + engine.flush()


def folded(data):
    """Base64 in lines, as YAML and mail have it."""
    return base64.encodebytes(data).replace(b"\n", b"\n      ").rstrip()


@pytest.mark.parametrize(
    "packed",
    [
        base64.b64encode(TEXT),
        base64.urlsafe_b64encode(TEXT),
        gzipped(TEXT),
        zlib.compress(TEXT),
        base64.b64encode(gzipped(TEXT)),
        base64.b64encode(zlib.compress(TEXT)),
        base64.b64encode(deflated(TEXT)),
        folded(gzipped(TEXT)),
        base64.b64encode(base64.b64encode(TEXT)),
        base64.b64encode(gzipped(base64.b64encode(TEXT))),
        gzipped(b"some text " + base64.b64encode(gzipped(TEXT))),
        base64.b64encode("".join(f"%{ord(char):02x}" for char in KEY).encode()),
    ],
)
def test_what_is_packed_is_searched_too(packed):
    """And is told in the line in which it begins."""
    assert (KNOWN, 3, "plain", "the key", True) in leaks(b"first\nsecond\nbody: " + packed + b"\nlast")


def test_two_bytes_a_letter_hide_nothing():
    """UTF-16, as some editors write it."""
    assert (KNOWN, 1, "plain", "the key", False) in leaks(KEY.encode("utf-16"))


@pytest.mark.parametrize("size", [1, 7, 1000, 65_537])
def test_it_does_not_matter_where_a_stream_is_cut(size):
    """Pieces may end within a secret, within base64, and within a compressed stream."""
    noise = NOISE.randbytes(90_000)
    data = b"a\nb\n" + base64.b64encode(gzipped(noise + TEXT + noise))[: None if size > 1 else 4000]
    data += b"\n" + KEY.encode() + b"\n"
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    found = leaks(*pieces)
    assert (KNOWN, 4, "plain", "the key", False) in found
    assert size == 1 or (KNOWN, 3, "plain", "the key", True) in found


def test_memory_does_not_grow_with_the_file():
    """Thirty megabytes in one line, with a compressed stream in base64 among them."""
    noise = NOISE.randbytes(1 << 19)
    packed = base64.b64encode(gzipped(noise + TEXT))

    def pieces():
        yield packed
        yield from (b" " * (1 << 20) for _ in range(30))
        yield b'"' + KEY.encode() + b'"'

    tracemalloc.start()
    found = list(scan(pieces(), Secrets({"the key": KEY})))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [leak.packed for leak in found if leak.check == KNOWN] == [True, False]
    assert peak < 16 << 20


LOOKALIKES = {
    "pem": "-----BEGIN EC PRIVATE " + "KEY-----\\nMHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLYX5CB04f",
    "jwt": "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0." + "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
    "auth-token": "281473:4:1780272000" + ":" + "0f" * 40,
    "hex-key": '"seed": "' + KEY + '"',
    "header": "X-Api-" + "Key: d613265a88b68640b3633c4b57210c94",
    "field": '"private' + '_key": "6b9fdd269e262984a142195a9722da00"',
    "seed-phrase": '"legal winner thank year wave sausage worth useful' + ' legal winner thank yellow"',
}


@pytest.mark.parametrize("kind", LOOKALIKES)
def test_what_looks_like_a_credential_is_found_although_nobody_named_it(kind):
    """In the second line, escaped in JSON or not."""
    text = LOOKALIKES[kind]
    for told in (text, json.dumps({"body": text})):
        found = [leak for leak in scan([f"first\n{told}\n".encode()], Secrets({})) if leak.kind == kind]
        assert [(leak.check, leak.line) for leak in found] == [(PATTERN, 2)], told


@pytest.mark.parametrize(
    "text",
    [
        f'"hash": "{KEY}"',
        f'{{\\"tx_hash\\":\\"{KEY}\\"}}',
        f'"tx_hashes": ["{KEY}", "{KEY}"]',
        f'"signature": {{"r": "{KEY}", "s": "{KEY}", "v": 27}}',
        '"hash": "0x' + "0" * 64 + '"',
        "0x" + "0" * 64,
        'api_key=os.environ["EXTENDED_API_KEY"]',
        '"api_key": "[secret]", "auth": "{auth}"',
        "?X-API-" + "KEY=%5Bsecret%5D",
        "Authorization: Bearer <your token here>",
        "the quick brown foxes jump over lazy dogs and then they all sleep until morning comes",
        "sha256: 1aa3136eca1e927647f5ca36e9804969e0422c56f41b57a4f33a08bf269d4485",
    ],
)
def test_what_is_public_is_no_credential(text):
    """Hashes of transactions, placeholders, sentences."""
    assert not list(scan([text.encode()], Secrets({})))


def test_a_remark_with_a_reason_explains_a_lookalike_and_nothing_else():
    """In its line or the one before; a known secret cannot be explained."""
    remark = b"# harness-scan: allow hex-key, field because it is made up"
    told = {leak.kind: leak.reason for leak in scan([remark + b"\nseed = " + KEY.encode()], SECRETS)}
    assert told == {"plain": "", "hex-key": "it is made up"}
    for bare in (b"# harness-scan: allow hex-key because", b"# harness-scan: allow pem because it is made up"):
        assert [leak.reason for leak in scan([bare + b"\nseed = " + KEY.encode()], Secrets({}))] == [""]


def test_a_leak_shows_nothing_of_the_secret():
    """Neither in its text nor in its repr."""
    for leak in scan([TEXT + b" corr3ct-horse-battery"], SECRETS):
        shown = f"{leak} {leak!r}"
        assert not [
            part for part in (KEY[2:], "corr3ct-horse-battery") for at in range(9) if part[at : at + 6] in shown
        ]
    assert str(Leak(KNOWN, 3, "base64", "API_KEY", packed=True)).startswith("API_KEY is there: base64, inside")


@pytest.mark.parametrize("folder", ["cassettes", "schemas", "docs"])
def test_our_own_files_are_clean(folder):
    """Hashes, addresses and identifiers are no credentials."""
    files = [path for path in sorted((ROOT / folder).rglob("*")) if path.is_file()]
    assert files
    found = [f"{path}:{leak.line} {leak}" for path in files for leak in scan_file(path, Secrets({}))]
    assert not found
