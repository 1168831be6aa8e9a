"""PaddlePaddle's high-level fit."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read_with,
)
from workers.logs.formats import hapi

LOG = """Epoch 1/3
step 10/20 - loss: 0.75 - acc: 0.5 - 15ms/step
step 20/20 - loss: 0.5 - acc: 0.625 - 15ms/step
Eval begin...
step 4/8 - loss: 0.75 - acc: 0.5 - 9ms/step
step 8/8 - loss: 0.625 - acc: 0.75 - 9ms/step
Eval samples: 128
Epoch 2/3
step 10/20 - loss: nan - acc: 0.75 - 15ms/step
"""


def test_training_and_evaluation_are_told_apart() -> None:
    """A step is one of its epoch; of an evaluation the last line is the result."""
    columns, reader = read_with(LOG)
    assert [step for step, _ in points(columns, "loss")] == [10, 20, 30]
    assert points(columns, "val/acc") == [(1, 0.75)]
    assert set(columns) == {"loss", "acc", "val/loss", "val/acc"}
    standing = reader.progress.standing()
    assert standing is not None and (standing.done, standing.total) == (1.5, 3)


def test_pieces_and_damage() -> None:
    """However a log is cut or damaged, reading goes on."""
    assert_same_in_any_pieces(LOG)
    assert_never_raises(hapi, LOG)
    assert_quick(hapi, "step 10/20 - loss: ")
