"""YOLOX."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import yolox


def line(epoch: int, iteration: int) -> str:
    return (
        f"2024-01-01 16:59:54.880 | INFO     | yolox.core.trainer:after_iter:253 - epoch: {epoch}/300, iter: {iteration}/100, "
        f"mem: 5432Mb, iter_time: 0.412s, data_time: 0.012s, total_loss: 1{epoch}.{iteration}, iou_loss: 4.1, l1_loss: 0.0, conf_loss: nan, "
        "lr: 3.125e-07, size: 640, ETA: 1 day, 3:25:45\n"
    )


LOG = "".join(line(epoch, iteration) for epoch in (1, 2) for iteration in (10, 20)) + (
    "2024-01-01 17:00:00.000 | INFO     | yolox.core.trainer:after_train:195 - Training of experiment is done and the best AP is 0.00\n"
)


def test_log() -> None:
    """Losses and costs at steps, without size, memory and ETA; the best precision of nothing is none."""
    columns, reader = read_with(LOG)
    assert points(columns, "total_loss") == [(10, 11.1), (20, 11.2), (110, 12.1), (120, 12.2)]
    assert set(columns) == {"iter_time", "data_time", "total_loss", "iou_loss", "l1_loss", "conf_loss", "lr"}
    standing = reader.progress.standing()
    assert standing is not None
    assert (standing.done, standing.total) == (1.2, 300)


def test_false_friends() -> None:
    """Another's epoch and iteration are left alone."""
    assert not yolox.recognise("epoch: 1/3, iter: 2/3, loss: 1", {})
    assert read("no iter: 3/4, mem: 1\n").keys() <= {"mem"}


def test_pieces_and_damage() -> None:
    """Cut anywhere, the log reads the same; damaged or hostile lines are harmless."""
    assert_same_in_any_pieces(LOG)
    assert_never_raises(yolox, LOG)
    for start in ("epoch: 1/2, iter: 1/2, mem: ", "epoch: 1/2, iter: 1/2, mem: 1Mb, "):
        assert_quick(yolox, start)
