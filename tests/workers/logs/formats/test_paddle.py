"""PaddleSeg and PaddleX."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import paddle

SEG = """2024-01-01 12:00:00 [INFO]\t[TRAIN] epoch: 1, iter: 10/1000, loss: 0.6123, lr: 0.009919, batch_cost: 0.1234, reader_cost: 0.01234, ips: 32.1234 samples/sec | ETA 00:02:03
2024-01-01 12:00:10 [INFO]\t[TRAIN] epoch: 2, iter: 20/1000, loss: 0.5123, lr: 0.009819, batch_cost: 0.1234, reader_cost: 0.01234, ips: 32.1234 samples/sec | ETA 00:02:02
2024-01-01 12:00:20 [INFO]\t[EVAL] #Images: 76, mIoU: 0.7123, Acc: 0.9123, Kappa: 0.8123, Dice: 0.8312
2024-01-01 12:00:20 [INFO]\t[EVAL] Class IoU: \n2024-01-01 12:00:20 [INFO]\t[EVAL] The model with the best validation mIoU (0.7123) was saved at iter 20.
"""
X = """2024-01-01 12:00:00 [INFO]\t[TRAIN] Epoch=1/12, Step=10/61, loss=41.234, lr=0.000123, time_each_step=0.41s, eta=0:5:12
2024-01-01 12:00:30 [INFO]\t[EVAL] Finished, Epoch=1, bbox_map=51.234 .
"""


def test_segmentation() -> None:
    """Iterations count over the whole training although an epoch stands before them; images are no metric."""
    columns, reader = read_with(SEG)
    assert points(columns, "loss") == [(10, 0.6123), (20, 0.5123)]
    assert columns["ips"].values == [32.1234, 32.1234]
    assert points(columns, "val/mIoU") == [(20, 0.7123)]
    assert set(columns) == {
        "loss", "lr", "batch_cost", "reader_cost", "ips", "val/mIoU", "val/Acc", "val/Kappa", "val/Dice"
    }  # fmt: skip
    standing = reader.progress.standing()
    assert standing is not None
    assert (standing.done, standing.total) == (20, 1000)


def test_older_evaluations_have_no_commas() -> None:
    """Older versions separate results by spaces only."""
    columns = read("2024-01-01 12:00:20 [INFO]\t[EVAL] #Images: 76 mIoU: 0.7123 Acc: 0.9123 Kappa: 0.8123 \n")
    assert {name: column.values for name, column in columns.items()} == {
        "val/mIoU": [0.7123], "val/Acc": [0.9123], "val/Kappa": [0.8123]
    }  # fmt: skip


def test_x() -> None:
    """PaddleX counts steps in an epoch."""
    columns = read(X)
    assert points(columns, "loss") == [(10, 41.234)]
    assert "eta" not in columns


def test_false_friends() -> None:
    """Other lines with such a heading are left alone."""
    assert not paddle.recognise("[TRAIN] started", {})
    assert not paddle.recognise("[EVAL] Result: win 3", {})


def test_pieces_and_damage() -> None:
    """Cut anywhere, the log reads the same; damaged or hostile lines are harmless."""
    assert_same_in_any_pieces(SEG + X)
    assert_never_raises(paddle, SEG + X)
    for start in ("[TRAIN] epoch: 1, iter: 1/2, ", "[EVAL] #Images: 1 ", "[EVAL] "):
        assert_quick(paddle, start)
