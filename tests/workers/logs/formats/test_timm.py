"""timm's training script."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import timm

LOG = """Train: 0 [   0/1251 (  0%)]  Loss: 6.94 (6.94)  Time: 5.123s,  200.12/s  (5.123s,  200.12/s)  LR: 1.000e-06  Data: 2.112 (2.112)
Train: 0 [  50/1251 (  4%)]  Loss: 6.84 (6.91)  Time: 0.512s, 2000.00/s  (0.612s, 1673.20/s)  LR: 1.000e-06  Data: 0.012 (0.112)
Test: [   0/48]  Time: 0.812 (0.812)  Loss:  1.2345 (1.2345)  Acc@1: 75.2345 (75.2345)  Acc@5: 95.1 (95.1)
Test: [  48/48]  Time: 0.112 (0.212)  Loss:  1.2345 (1.3456)  Acc@1: 71.2345 (70.1234)  Acc@5: 91.2345 (90.1234)
Test (EMA): [  48/48]  Time: 0.112 (0.212)  Loss:  1.2345 (1.1456)  Acc@1: 71.2345 (72.1234)  Acc@5: 91.2345 (90.1234)
Train: 1 [   0/1251 (  0%)]  Loss: 6.54 (6.94)  Time: 5.123s,  200.12/s  (5.123s,  200.12/s)  LR: 2.000e-06  Data: 2.112 (2.112)
*** Best metric: 72.1234 (epoch 0)
"""


def test_log() -> None:
    """Current values of the training, averages of each evaluation, and the best of all."""
    columns, reader = read_with(LOG)
    assert points(columns, "Loss") == [(0, 6.94), (50, 6.84), (1251, 6.54)]
    assert points(columns, "LR") == [(0, 1e-06), (50, 1e-06), (1251, 2e-06)]
    assert columns["Time"].values == [5.123, 0.512, 5.123]
    assert points(columns, "val/Acc@1") == [(0, 70.1234)]
    assert points(columns, "val/EMA Acc@1") == [(0, 72.1234)]
    assert points(columns, "Best metric") == [(0, 72.1234)]
    assert reader.shared["epoch"] == [1, None]


def test_newer_versions_say_how_many_epochs() -> None:
    """Where the number of epochs stands behind the epoch it is the total."""
    line = "Train: 3/300 [  10/1251 (  1%)]  Loss: 6.9 (6.9)  Time: 0.5s, 200.1/s  (0.5s, 200.1/s)  LR: 1e-06  Data: 0.1 (0.1)\n"
    standing = read_with(line)[1].progress.standing()
    assert standing is not None
    assert standing.total == 300


def test_false_friends() -> None:
    """What others call training and test is not taken."""
    for line in ("Train: loss 0.3", "Test: [0/3] Acc 0.3", "Test: [  3/3]  eta: 0:00:01  loss: 0.3", "Train: 3 files"):
        assert not timm.recognise(line, {}), line


def test_pieces_and_damage() -> None:
    """Cut anywhere, the log reads the same; damaged or hostile lines are harmless."""
    assert_same_in_any_pieces(LOG)
    assert_never_raises(timm, LOG)
    for start in ("Train: 0 [ 1/2 (1%)]  ", "Test: [1/1]  Time: ", "Test (", "*** Best metric: "):
        assert_quick(timm, start)


def test_with_the_share_of_epochs() -> None:
    """Another project prints how many epochs there are, and what share is done."""
    columns = read(
        "2024-02-01 10:00:00,100   INFO  Train:    2/3 ( 67%) [  50/100 ( 51%)]  Loss: 36.5 (81.5)  LR: 1.5e-04  "
        "Time cost: 00:15/01:25 [00:15/04:48]  Acc_iter 150\n"
    )
    assert points(columns, "Loss") == [(150, 36.5)]
    assert set(columns) == {"Loss", "LR"}
