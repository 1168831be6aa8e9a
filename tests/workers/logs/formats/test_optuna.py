"""Optuna."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import optuna as family

LINES = """[I 2023-01-01 12:00:00,125] A new study created in memory with name: no-name
[I 2023-01-01 12:00:10,125] Trial 0 finished with value: 0.875 and parameters: {'lr': 0.001, 'n': 3}. Best is trial 0 with value: 0.875.
[I 2023-01-01 12:00:20,125] Trial 1 pruned.
Trial 2 finished with value: 0.75 and parameters: {'lr': 0.01}. Best is trial 0 with value: 0.875.
"""


def test_trials() -> None:
    """The value of each trial and the best so far; parameters are none."""
    columns, reader = read_with(LINES)
    assert points(columns, "value") == [(0, 0.875), (2, 0.75)]
    assert points(columns, "best value") == [(0, 0.875), (2, 0.875)]
    assert set(columns) == {"value", "best value"}
    assert columns["value"].unit == "trial"
    assert columns["value"].times[0] > 1.6e9
    standing = reader.progress.standing()
    assert standing is not None and standing.done == 3


def test_several_objectives() -> None:
    """Each of several values has its own name."""
    columns = read("Trial 14 finished with values: [0.5, 3.25] and parameters: {'lr': 0.001}.\n")
    assert points(columns, "values/1") == [(14, 3.25)]


def test_pieces_and_damage() -> None:
    """Cut anywhere, lines read the same; damaged or hostile ones are harmless."""
    assert_same_in_any_pieces(LINES)
    assert_never_raises(family, LINES)
    assert_quick(family, "Trial 1 finished with value: ")
