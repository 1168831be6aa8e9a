"""ReAgent, once Horizon."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
)
from workers.logs.formats import reagent as family

LOSSES = """INFO:ml.rl.training.loss_reporter:Loss on 100 batches
INFO:ml.rl.training.loss_reporter:Loss:
INFO:ml.rl.training.loss_reporter:TD LOSS: 0.125
INFO:ml.rl.training.loss_reporter:REWARD LOSS: 0.5
INFO:ml.rl.training.loss_reporter:Loss on 100 batches
INFO:ml.rl.training.loss_reporter:TD LOSS: 0.0625
"""
ESTIMATES = """INFO:ml.rl.evaluation.cpe:Reward Estimates:
INFO:ml.rl.evaluation.cpe:-----------------
INFO:ml.rl.evaluation.cpe:Reward Direct Method : normalized 0.750 raw 12.500
INFO:ml.rl.evaluation.cpe:Value Magic Doubly Robust P.E. : normalized 0.980 +/- 0.980 raw 0.015 +/- 0.015
INFO:ml.rl.evaluation.cpe:clicks Estimates:
INFO:ml.rl.evaluation.cpe:Reward Direct Method : normalized 0.500 raw 2.500
"""


def test_losses() -> None:
    """Losses stand at the batches counted so far."""
    columns = read(LOSSES)
    assert points(columns, "TD LOSS") == [(100, 0.125), (200, 0.0625)]
    assert points(columns, "REWARD LOSS") == [(100, 0.5)]


def test_estimates() -> None:
    """Estimates of other metrics carry their names; a raw value that is really a deviation is left out."""
    columns = read(ESTIMATES)
    assert columns["Reward Direct Method raw"].values == [12.5]
    assert columns["clicks/Reward Direct Method normalized"].values == [0.5]
    assert columns["Value Magic Doubly Robust P.E. normalized"].values == [0.98]
    assert "Value Magic Doubly Robust P.E. raw" not in columns


def test_pieces_and_damage() -> None:
    """Cut anywhere, lines read the same; damaged or hostile ones are harmless."""
    assert_same_in_any_pieces(LOSSES + ESTIMATES)
    assert_never_raises(family, LOSSES + ESTIMATES)
    assert_quick(family, "Reward A")
    assert_quick(family, ": ")
