"""What a leg supersedes: a resume what came after its place, another launch all that came before."""

import math
import sqlite3

import pytest

from store import curves, series
from store.database import write
from store.legs import LEGS_OF_ATTEMPT, LEGS_OF_LAUNCH, read_cutoffs


@pytest.mark.parametrize(
    ("legs", "cutoffs"),
    [
        ({0: 1.0}, {}),
        ({0: 1.0, 1: 50.0}, {0: 50.0}),
        ({0: 1.0, 1: 1.0}, {}),
        ({0: 1.0, LEGS_OF_LAUNCH: 1.0}, {0: -math.inf}),
        ({0: 1.0, 1: 1.0, LEGS_OF_ATTEMPT: 0.0}, {0: -math.inf, 1: -math.inf}),
        ({0: 1.0, LEGS_OF_ATTEMPT: 50.0}, {0: 50.0}),
        ({0: 1.0, LEGS_OF_LAUNCH: 1.0, LEGS_OF_LAUNCH + 1: 30.0}, {0: -math.inf, LEGS_OF_LAUNCH: 30.0}),
    ],
    ids=[
        "one",
        "resumed",
        "another fit",
        "another launch",
        "another attempt",
        "resumed attempt",
        "launch, then resumed",
    ],
)
def test_what_is_superseded(journal: sqlite3.Connection, legs: dict[int, float], cutoffs: dict[int, float]) -> None:
    """A resume supersedes from its first step on, a fit nothing, a launch or attempt from the beginning all."""
    with write(journal):
        for leg, first in legs.items():
            steps = [first, first + 1, first + 2]
            series.append(
                journal, None, "x", source="log", unit="step", legs=[leg] * 3, steps=steps, times=steps, values=steps,
                subject="s",
            )  # fmt: skip
    found = series.list_series(journal, None, "s")[0]
    assert read_cutoffs(journal, found.id) == cutoffs


def test_the_extent_is_that_of_the_last_launch(journal: sqlite3.Connection) -> None:
    """Count, lowest and highest value leave out what an earlier launch wrote into the same log."""
    with write(journal):
        for leg, values in ((0, [5.0, 9.0, 1.0]), (LEGS_OF_LAUNCH, [4.0, 3.0])):
            steps = [float(n + 1) for n in range(len(values))]
            series.append(
                journal, None, "x", source="log", unit="step", legs=[leg] * len(values), steps=steps, times=steps,
                values=values, subject="s",
            )  # fmt: skip
    found = series.list_series(journal, None, "s")[0]
    assert curves.resolved_count(journal, found.id) == 2
    assert curves.resolved_extent(journal, found.id) == (3.0, 4.0)
