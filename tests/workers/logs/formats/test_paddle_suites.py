"""PaddlePaddle's other suites."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import paddle_suites

CLAS = """[2024/02/01 10:00:00] ppcls INFO: [Train][Epoch 1/4][Iter: 0/20]lr(Cosine): 0.01, top1: 0.125, loss: 4.5, batch_cost: 1.5s, ips: 24.5 samples/s, eta: 0:13:11
[2024/02/01 10:00:01] ppcls INFO: [Train][Epoch 1/4][Iter: 10/20]lr(Cosine): 0.02, top1: 0.25, loss: 3.5, batch_cost: 0.5s, ips: 94.5 samples/s, eta: 0:10:11
[2024/02/01 10:00:02] ppcls INFO: [Train][Epoch 1/4][Avg]top1: 0.1875, loss: 4.0
[2024/02/01 10:00:03] ppcls INFO: [Eval][Epoch 1][Iter: 0/6]loss: 2.5, top1: 0.5, batch_cost: 0.9s, ips: 70 images/sec
[2024/02/01 10:00:04] ppcls INFO: [Eval][Epoch 1][Avg]loss: 2.25, top1: 0.5625
[2024/02/01 10:00:04] ppcls INFO: [Eval][Epoch 1][best metric: 0.5625]
"""


def test_classification() -> None:
    """Batches, averages of an epoch and evaluations are series of their own."""
    columns, reader = read_with(CLAS)
    assert points(columns, "loss") == [(0, 4.5), (10, 3.5)]
    assert columns["lr"].values == [0.01, 0.02]
    assert points(columns, "train/loss") == [(1, 4.0)]
    assert points(columns, "val/top1") == [(1, 0.5625)]
    standing = reader.progress.standing()
    assert standing is not None and standing.total == 4


def test_recognition() -> None:
    """The results of an evaluation do not mix with those of training; the best of them is not told twice."""
    columns = read(
        "[2024/02/01 10:00:00] ppocr INFO: epoch: [1/50], global_step: 60, lr: 0.001, acc: 0.5, loss: 8.5\n"
        "[2024/02/01 10:00:01] ppocr INFO: cur metric, acc: 0.75, fps: 120.5\n"
        "[2024/02/01 10:00:01] ppocr INFO: best metric, acc: 0.75, is_float16: False, fps: 120.5, best_epoch: 1\n"
    )
    assert points(columns, "acc") == [(60, 0.5)]
    assert points(columns, "val/acc") == [(60, 0.75)]
    assert columns["val/fps"].values == [120.5]


def test_video_text_and_static_graphs() -> None:
    """The other suites' lines."""
    columns = read(
        "[02/01 10:00:00] epoch:[  1/8 ] train step:0    loss: 6.5 lr: 0.01 batch_cost: 9.5 sec, ips: 1.5 instance/sec.\n"
        "[02/01 10:01:00] END epoch:1   val loss_avg: 5.5 top1_avg: 0.25 avg_batch_cost: 0.5 sec\n"
    )
    assert columns["loss"].values == [6.5]
    assert points(columns, "val/loss_avg") == [(1, 5.5)]
    columns = read("global step 10, epoch: 1, batch: 10, loss: 0.75, accuracy: 0.5, speed: 3.25 step/s\n")
    assert points(columns, "accuracy") == [(10, 0.5)]
    columns = read(
        "2024-02-01 10:00:00,100-INFO: iter: 20, lr: 0.001, 'loss_cls': '4.5', 'loss': '5.5', eta: 0:12:00, batch_cost: 0.5 sec\n"
    )
    assert points(columns, "loss_cls") == [(20, 4.5)]
    assert points(columns, "lr") == [(20, 0.001)]


def test_pieces_and_damage() -> None:
    """However a log is cut or damaged, reading goes on."""
    assert_same_in_any_pieces(CLAS)
    assert_never_raises(paddle_suites, CLAS)
    assert_quick(paddle_suites, "[Train][Epoch 1/4][Iter: 0/20]lr: ")
