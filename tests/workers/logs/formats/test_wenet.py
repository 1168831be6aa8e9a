"""WeNet and its kin."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
)
from workers.logs.formats import wenet

LOG = """2024-02-01 10:00:00,100 INFO Epoch 0 TRAIN info lr 0.001
2024-02-01 10:00:01,100 DEBUG TRAIN Batch 0/0 loss 9.5 loss_ctc 8.5 lr 0.00001 rank 1
2024-02-01 10:00:01,105 DEBUG TRAIN Batch 0/0 loss 9.25 loss_ctc 8.25 lr 0.00001 rank 0
2024-02-01 10:00:02,100 DEBUG TRAIN Batch 0/100 loss 7.5 loss_ctc 6.5 lr 0.00002 rank 1
2024-02-01 10:00:03,100 DEBUG CV Batch 0/0 loss 6.5 loss_ctc 5.5 history loss 6.25 rank 1
2024-02-01 10:00:04,100 INFO Epoch 0 CV info cv_loss 5.75
2024-02-01 10:00:05,100 DEBUG TRAIN Batch 1/0 loss 5.5 loss_ctc 4.5 lr 0.00003 rank 1
"""


def test_batches_of_one_rank_and_results() -> None:
    """The two numbers are the epoch and the batch; an evaluation is told by its result."""
    columns = read(LOG)
    assert points(columns, "loss") == [(0, 9.5), (100, 7.5), (100, 5.5)]
    assert points(columns, "cv_loss") == [(0, 5.75)]
    assert set(columns) == {"loss", "loss_ctc", "lr", "cv_loss"}


def test_newer_lines() -> None:
    """Newer versions tell the speed, and the results with the step."""
    columns = read(
        "2024-02-01 10:00:01,100 DEBUG TRAIN | steps/sec 2.5| Batch 0/100 loss 3.5 lr 0.00001 grad_norm 1.5 rank 0\n"
        "2024-02-01 10:00:01,100 INFO Epoch 0 Step 900 CV info lr 0.00001 cv_loss 2.5 rank 0 acc 0.75\n"
    )
    assert points(columns, "loss") == [(100, 3.5)]
    assert columns["steps/sec"].values == [2.5]
    assert points(columns, "cv_acc") == [(900, 0.75)]


def test_pieces_and_damage() -> None:
    """However a log is cut or damaged, reading goes on."""
    assert_same_in_any_pieces(LOG)
    assert_never_raises(wenet, LOG)
    assert_quick(wenet, "DEBUG TRAIN Batch 0/0 loss ")
