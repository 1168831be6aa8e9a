"""MLPerf's result lines."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
)
from workers.logs.formats import mlperf

FIRST = """:::MLPv0.5.0 ncf 1541731864.919239998 (ncf.py:152) eval_size: {"epoch": 0, "value": 138493000}
:::MLPv0.5.0 ncf 1541731867.072517872 (ncf.py:450) eval_accuracy: {"epoch": 0, "value": 0.5}
:::MLPv0.5.0 ncf 1541731868.072517872 (ncf.py:450) train_epoch: 1
:::MLPv0.5.0 ncf 1541731869.072517872 (ncf.py:450) eval_target: 0.635
:::MLPv0.5.0 ncf 1541731870.072517872 (ncf.py:450) eval_accuracy: {"epoch": 1, "value": 0.625}
"""
SECOND = """:::MLL 1558421081.650 opt_base_learning_rate: {"value": 10.0, "metadata": {"lineno": 60, "file": "a.py"}}
:::MLL 1558421081.652 eval_accuracy: {"value": 0.25, "metadata": {"epoch_num": 4, "lineno": 481, "file": "a.py"}}
"""
THIRD = """0: :::MLLOG {"namespace": "", "time_ms": 1592000000500, "event_type": "POINT_IN_TIME", "key": "eval_accuracy", "value": 0.75, "metadata": {"file": "a.py", "lineno": 1, "epoch_num": 3}}
:::MLLOG {"namespace": "", "time_ms": 1592000001000, "event_type": "POINT_IN_TIME", "key": "seed", "value": 4, "metadata": {"lineno": 1}}
:::MLLOG {"namespace": "", "time_ms": 1592000002000, "event_type": "POINT_IN_TIME", "key": "train_loss", "value": 6.5, "metadata": {"step_num": 100}}
"""


def test_all_generations() -> None:
    """The accuracy at its epoch, the loss at its step; settings, targets and sizes are left out."""
    columns = read(FIRST)
    assert points(columns, "eval_accuracy") == [(0, 0.5), (1, 0.625)]
    assert set(columns) == {"eval_accuracy"}
    columns = read(SECOND)
    assert points(columns, "eval_accuracy") == [(4, 0.25)]
    assert columns["eval_accuracy"].times == [1558421081.652]
    columns = read(THIRD)
    assert points(columns, "eval_accuracy") == [(3, 0.75)]
    assert points(columns, "train_loss") == [(100, 6.5)]
    assert set(columns) == {"eval_accuracy", "train_loss"}


def test_pieces_and_damage() -> None:
    """Cut anywhere, lines read the same; damaged or hostile ones are harmless."""
    assert_same_in_any_pieces(FIRST + SECOND + THIRD)
    assert_never_raises(mlperf, FIRST + SECOND + THIRD)
    assert_quick(mlperf, ":::MLLOG {")
    assert_quick(mlperf, ":::MLL 1.5 ")
