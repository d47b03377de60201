"""EIP-55: the case of the letters of an Ethereum address is its checksum, made with Keccak-256."""

__all__ = ["checksummed", "keccak256"]

_LANES = 25
_RATE = 136  # bytes absorbed at a time for a digest of 256 bits
_MASK = (1 << 64) - 1


def _constants() -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Round constants, rotations and the order of lanes, from the generators that FIPS 202 defines them with."""
    rounds, register = [], 1
    for _ in range(24):
        constant = 0
        for power in range(7):
            if register & 1:
                constant |= 1 << ((1 << power) - 1)
            register = register << 1 ^ (0x171 if register & 0x80 else 0)
        rounds.append(constant)
    rotations, lanes, x, y = [], [], 1, 0
    for step in range(1, _LANES):
        lanes.append(x + 5 * y)
        rotations.append(step * (step + 1) // 2 % 64)
        x, y = y, (2 * x + 3 * y) % 5
    return tuple(rounds), tuple(rotations), tuple(lanes)


_ROUNDS, _ROTATIONS, _ORDER = _constants()


def _rotated(lane: int, bits: int) -> int:
    return (lane << bits | lane >> 64 - bits) & _MASK


def _permuted(state: list[int]) -> list[int]:
    for constant in _ROUNDS:
        parity = [state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20] for x in range(5)]
        state = [
            lane ^ parity[(at - 1) % 5] ^ _rotated(parity[(at + 1) % 5], 1)
            for at, lane in zip([*range(5)] * 5, state, strict=True)
        ]
        moved = list(state)
        for (place, after), bits in zip(zip(_ORDER, (*_ORDER[1:], _ORDER[0]), strict=True), _ROTATIONS, strict=True):
            moved[after] = _rotated(state[place], bits)
        state = [
            moved[at] ^ (~moved[at - at % 5 + (at + 1) % 5] & moved[at - at % 5 + (at + 2) % 5]) for at in range(_LANES)
        ]
        state[0] ^= constant
    return state


def keccak256(data: bytes, padding: int = 0x01) -> bytes:
    """The original Keccak-256, as Ethereum uses it; with a padding of 6 it is the SHA3-256 of the standard."""
    padded = bytearray(data + bytes(_RATE - len(data) % _RATE))
    padded[len(data)] ^= padding
    padded[-1] ^= 0x80
    state = [0] * _LANES
    for start in range(0, len(padded), _RATE):
        for lane in range(_RATE // 8):
            state[lane] ^= int.from_bytes(padded[start + 8 * lane : start + 8 * lane + 8], "little")
        state = _permuted(state)
    return b"".join(lane.to_bytes(8, "little") for lane in state[:4])


def checksummed(digits: str) -> str:
    """The forty hexadecimal digits of an address in the case that EIP-55 gives them."""
    lower = digits.lower()
    told = keccak256(lower.encode()).hex()
    return "".join(char.upper() if int(bit, 16) >= 8 else char for char, bit in zip(lower, told, strict=False))
