"""Compressed points come out as they went in, and are told from those that are not."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import chunks, compression
from store.chunks import CHUNK, Columns

anything = st.floats()


@given(st.lists(st.tuples(anything, anything, anything)))
def test_any_points(rows: list[tuple[float, float, float]]) -> None:
    """Every float is the same afterwards, bit by bit: NaN, infinities, distances beyond 63 bits."""
    packed = chunks.pack_points(*([row[place] for row in rows] for place in range(3)))
    smaller = compression.compress(packed)
    assert compression.decompress(smaller) == packed
    assert compression.is_compressed(smaller)
    assert not compression.is_compressed(packed)


@given(st.binary(min_size=1, max_size=2000).map(lambda data: data * 24))
def test_any_bits(packed: bytes) -> None:
    """So is every pattern of bits, a signalling NaN's included."""
    assert compression.decompress(compression.compress(packed)) == packed


@given(st.integers(1, CHUNK), st.integers(0, 2**31), st.sampled_from([1.0, 0.25, 60.0]))
def test_both_kinds_are_unpacked(length: int, seed: int, pace: float) -> None:
    """`unpack_points` reads what was packed either way."""
    rng = random.Random(seed)
    steps = [1_800_000_000.0 + pace * n for n in range(length)]
    columns = Columns(steps, [step + rng.random() for step in steps], [rng.choice((1.5, math.inf)) for _ in steps])
    assert chunks.unpack_points(chunks.pack_points(*columns)) == columns
    assert chunks.unpack_points(chunks.pack_points(*columns, compressed=True)) == columns


def test_whole_percents_at_even_times() -> None:
    """A figure of a GPU, once a second, weighs under a byte and a half a point."""
    rng = random.Random(1)
    steps = [1_800_000_000.0 + n for n in range(CHUNK)]
    packed = chunks.pack_points(steps, steps, [float(rng.randint(90, 100)) for _ in steps], compressed=True)
    assert len(packed) < 1.5 * CHUNK


def test_an_unknown_format() -> None:
    """A chunk of a newer Machiai is refused in words."""
    with pytest.raises(ValueError, match=r"format 9.*update"):
        compression.decompress(b"\x09123")
