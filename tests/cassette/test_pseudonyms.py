"""Pseudonyms have the form of what they stand for, are equal where it is equal, and tell nothing without the key."""

import hashlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.cassette.checksum import checksummed, keccak256
from harness.cassette.pseudonyms import Pseudonyms

MADE = Pseudonyms(b"one key")
ADDRESS = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"


@settings(deadline=None, max_examples=30)
@given(st.binary(max_size=600))
def test_the_sponge_is_that_of_the_standard(data):
    """With the standard's padding it is SHA3-256, which the standard library has."""
    assert keccak256(data, padding=0x06) == hashlib.sha3_256(data).digest()


@pytest.mark.parametrize(
    "address",
    [
        "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "fB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "dbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "D1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ],
)
def test_addresses_have_the_checksum_of_eip_55(address):
    """The examples of the proposal."""
    assert checksummed(address.lower()) == address


@settings(deadline=None)
@given(st.integers(min_value=1, max_value=10**40))
def test_an_integer_keeps_the_number_of_its_digits(number):
    """So that it stays an index, in a string as well; and one below 2^63 stays so."""
    told = MADE.of(str(number))
    assert (len(told), told[0] != "0", told.isdecimal()) == (len(str(number)), True, True)
    assert int(told) < 2**63 or number >= 2**63


def test_two_integers_never_become_one():
    """Every number of four digits is the pseudonym of exactly one."""
    assert {MADE.of(str(number)) for number in range(1000, 10_000)} == {str(number) for number in range(1000, 10_000)}


@settings(deadline=None, max_examples=30)
@given(st.text("0123456789abcdef", min_size=40, max_size=40))
def test_an_address_stays_one_and_keeps_its_style(digits):
    """Lower case, upper case, or the checksum; and the three are one address."""
    lower, upper, mixed = (MADE.of(f"0x{told}") for told in (digits, digits.upper(), checksummed(digits)))
    assert lower.lower() == upper.lower() == mixed.lower()
    assert len(lower) == 42
    if digits != digits.upper() != checksummed(digits) != digits:
        assert lower[2:] == lower[2:].lower()
        assert upper[2:] == upper[2:].upper()
        assert mixed[2:] == checksummed(lower[2:])


@settings(deadline=None)
@given(st.integers(min_value=1, max_value=2**252))
def test_a_hexadecimal_number_does_not_grow(number):
    """A Stark key must stay below its prime: as many digits, the first no larger."""
    told = MADE.of(hex(number))
    assert len(told) == len(hex(number))
    assert 0 < int(told[2], 16) <= int(hex(number)[2], 16)


@pytest.mark.parametrize("nobody", ["", "0", "-1", "0x0", "0x" + "0" * 40, "281474976710655"])
def test_what_is_nobody_stays(nobody):
    """Zeros, and what the venue says is no account."""
    assert Pseudonyms(b"key", frozenset({"281474976710655"})).of(nobody) == nobody


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("My bot 1", r"[A-Z][a-z] [a-z]{3} [0-9]"),
        ("0x1234....abcd", r"0x[0-9a-f]{4}\.{4}[0-9a-f]{4}"),
        ("-42", r"-[1-9][0-9]"),
        ("0042", r"00[1-9][0-9]"),
        ("de6cb2ee243bc9fbbd25e60f4848709f", r"[0-9a-f]{32}"),
        ("Ünï-7", r"Ü[a-z]ï-[0-9]"),
    ],
)
def test_other_texts_keep_their_shape(value, form):
    """Letters for letters, digits for digits."""
    assert re.fullmatch(form, MADE.of(value))


@pytest.mark.parametrize("value", ["281473", ADDRESS, "a name of somebody"])
def test_the_same_key_gives_the_same_and_another_key_another(value):
    """And the key is not to be seen."""
    assert MADE.of(value) == Pseudonyms(b"one key").of(value) != Pseudonyms(b"another").of(value)
    assert "one key" not in repr(MADE)
