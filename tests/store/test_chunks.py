"""Packed points and summaries come out as they went in."""

import math
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import chunks
from store.chunks import Columns, Records

anything = st.floats()
finite = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(st.tuples(anything, anything, anything)))
def test_points_are_packed(rows: list[tuple[float, float, float]]) -> None:
    """24 bytes a point, every float the same afterwards, NaN and infinities included."""
    columns = Columns(*([row[place] for row in rows] for place in range(3)))
    data = chunks.pack_points(*columns)
    assert len(data) == 24 * len(rows)
    assert repr(chunks.unpack_points(data)) == repr(columns)


def test_the_bytes_are_little_endian() -> None:
    """A journal can be carried to another machine."""
    assert chunks.pack_points([1.0], [2.0], [-2.0]).hex() == "000000000000f03f0000000000000040" + "00000000000000c0"


@given(st.lists(st.lists(anything, min_size=14, max_size=14), min_size=1))
def test_records_are_packed(rows: list[list[float]]) -> None:
    """Summaries likewise."""
    records = Records(*([row[place] for row in rows] for place in range(14)))
    assert repr(Records.unpack(records.pack())) == repr(records)


@given(st.lists(st.integers(0, 3)))
def test_runs_of_legs(legs: list[int]) -> None:
    """Legs are told by their runs, also as text."""
    runs = chunks.runs_of(legs) if legs else []
    assert [leg for leg, length in runs for _ in range(length)] == legs
    assert chunks.read_runs(chunks.write_runs(runs)) == runs


@pytest.mark.parametrize(
    ("values", "measured"),
    [
        ([3.0, -1.0, 2.0], (-1.0, 3.0, 0, 0, 0)),
        ([1e308, 1e308, -5.0], (-5.0, 1e308, 0, 0, 0)),
        ([math.nan, 4.0, math.inf, -math.inf, math.nan], (4.0, 4.0, 2, 1, 1)),
        ([math.nan], (math.inf, -math.inf, 1, 0, 0)),
    ],
)
def test_measuring(values: list[float], measured: tuple[float, ...]) -> None:
    """Extremes are of the finite values, sums that overflow and all that is not finite notwithstanding."""
    assert chunks.measure(values) == measured


@given(st.lists(st.tuples(st.integers(0, 5), finite)))
def test_the_last_of_a_step_wins(rows: list[tuple[int, float]]) -> None:
    """Resolved points are ordered by step, each step once, with what came last."""
    points = Columns([float(step) for step, _ in rows], [0.0] * len(rows), [value for _, value in rows])
    kept = chunks.resolve(points) if rows else points
    assert dict(zip(kept.steps, kept.values, strict=True)) == {float(step): value for step, value in rows}
    assert kept.steps == sorted(set(points.steps))


@given(st.lists(st.integers(1, 50), min_size=1, max_size=400), st.sampled_from([5.0, 20.0, math.inf]))
def test_no_summary_bridges_a_gap(distances: list[int], gap: float) -> None:
    """Blocks, and what is made of them for a span, end where neighbours lie further apart than the gap allows."""
    steps = [float(step) for step in accumulate(distances)]
    points = Columns(steps, steps, steps)
    apart = sorted(after - before for before, after in pairwise(steps))
    allowed = max(gap, 3 * apart[len(apart) // 2]) if apart else gap
    records = chunks.summarise_chunk(0, {0: points}, {}, gap)
    for one in (records, chunks.coarsen(records, {}, allowed)):
        inside = list(zip(one.step_low, one.step_high, strict=True))
        bridged = [
            (before, after)
            for before, after in pairwise(steps)
            if any(low <= before and after <= high for low, high in inside)
        ]
        assert all(after - before <= allowed for before, after in bridged)
        assert sum(one.points) == len(steps)


def test_sparse_points_share_a_summary() -> None:
    """Where all neighbours lie far apart that is their pace, and no gap."""
    steps = [300.0 * n for n in range(128)]
    records = chunks.summarise_chunk(0, {0: Columns(steps, steps, steps)}, {}, 30.0)
    assert records.points == [128]
