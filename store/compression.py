"""Packed points made smaller, for series of which there are many: those of the machine itself, second by second.

Steps and times that come evenly leave nearly nothing, once each is told by its distance from the one before; and
of values that were rounded most bytes are the same. So bytes are put together by their rank within the number
(as Blosc's shuffle does) and deflated. Every number comes back bit by bit.
"""

import sys
import zlib
from array import array
from itertools import accumulate, islice
from operator import sub

_FORMAT = 1
_POINT = 24
_MASK = (1 << 64) - 1
_SWAP = sys.byteorder == "big"


def is_compressed(data: bytes) -> bool:
    """Whether these bytes came from :func:`compress`; those of points as they are are 24 to a point."""
    return len(data) % _POINT != 0


def compress(data: bytes) -> bytes:
    """Points as ``store.chunks`` packs them, in fewer bytes, and never in a multiple of 24."""
    words = array("q", data)
    if _SWAP:
        words.byteswap()
    third = len(words) // 3
    told = array("Q", (*_distances(words[:third]), *_distances(words[third : 2 * third])))
    told.extend(word & _MASK for word in words[2 * third :])
    if _SWAP:
        told.byteswap()
    plain = told.tobytes()
    made = bytes([_FORMAT]) + zlib.compress(b"".join(plain[rank::8] for rank in range(8)), 6)
    return made if is_compressed(made) else made + b"\0"


def decompress(data: bytes) -> bytes:
    """What :func:`compress` was given. Raises ValueError for bytes that are of no format known here."""
    if data[0] != _FORMAT:
        raise ValueError(f"a chunk of points is of format {data[0]}, which this Machiai does not know; update it")
    shuffled = zlib.decompressobj().decompress(data[1:])
    length = len(shuffled) // 8
    plain = bytearray(len(shuffled))
    for rank in range(8):
        plain[rank::8] = shuffled[rank * length : (rank + 1) * length]
    words = array("q", bytes(plain))
    if _SWAP:
        words.byteswap()
    third = length // 3
    steps, times = words[:third], words[third : 2 * third]
    words[:third] = summed = _sums(steps)
    words[third : 2 * third] = summed if times == steps else _sums(times)
    if _SWAP:
        words.byteswap()
    return words.tobytes()


def _distances(words: "array[int]") -> list[int]:
    """The first number, and how far each of the others is from the one before it; all modulo 2**64."""
    return [word & _MASK for word in (*words[:1], *map(sub, islice(words, 1, None), words))]


def _sums(distances: "array[int]") -> "array[int]":
    try:
        return array("q", accumulate(distances))
    except OverflowError:
        # Some distance was too far for 64 bits with a sign; modulo 2**64 the sums are right all the same.
        return array("q", [((word + (1 << 63)) & _MASK) - (1 << 63) for word in accumulate(distances)])
