"""Meters in brackets and results after an asterisk."""

import pytest

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import imagenet_style

LOG = """Epoch: [0][   1/5005]\tTime  5.123 ( 5.123)\tData  2.012 ( 2.012)\tLoss 6.9123e+00 (6.9123e+00)\tAcc@1   0.39 (  0.39)\tAcc@5   1.17 (  1.17)
Epoch: [0][  11/5005]\tTime  0.123 ( 0.634)\tData  0.012 ( 0.223)\tLoss 6.8123e+00 (6.8523e+00)\tAcc@1   0.78 (  0.42)\tAcc@5   1.95 (  1.51)
Test: [  1/196]\tTime  1.234 ( 1.234)\tLoss 1.2345e+00 (1.2345e+00)\tAcc@1  71.09 ( 71.09)\tAcc@5  91.41 ( 91.41)
 *   Acc@1 69.758 Acc@5 89.078 Loss 1.5
Epoch: [1][   1/5005]\tTime  1.123 ( 1.123)\tData  1.012 ( 1.012)\tLoss nan (nan)\tAcc@1   0.39 (  0.39)\tAcc@5   1.17 (  1.17)
"""
DASSL = """epoch [1/50] batch [5/180] time 0.237 (0.573) data 0.000 (0.261) loss 25.0013 (20.6651) acc 84.3750 (88.1250) lr 1.0000e-05 eta 1:25:49
epoch [1/50] batch [10/180] time 0.238 (0.405) data 0.000 (0.131) loss 21.9270 (20.0710) acc 87.5000 (89.3750) lr 1.0000e-05 eta 1 day, 1:00:38
=> result
* total: 824
* correct: 785
* accuracy: 95.3%
* macro_f1: 92.7%
* class: 0 (face)\ttotal: 44\tcorrect: 44\tacc: 100.0%
epoch [2/50] batch [5/180] time 0.237 (0.573) data 0.000 (0.261) loss 1.5 (1.4) acc 93.7500 (89.7917) lr 2.0000e-05 eta 0:52:14
"""


def test_the_example() -> None:
    """Current values at steps; batches of an evaluation are none, its result belongs to the epoch before."""
    columns, reader = read_with(LOG)
    assert columns["Loss"].steps == [1, 11, 5006]
    assert columns["Loss"].values[:2] == [6.9123, 6.8123]
    assert columns["Acc@5"].values[1] == 1.95
    assert points(columns, "val/Acc@1") == [(0, 69.758)]
    assert points(columns, "val/Loss") == [(0, 1.5)]
    assert reader.progress.standing() is not None


def test_dassl() -> None:
    """Words without signs, an ETA that is no metric, and results without the counts beside them."""
    columns, reader = read_with(DASSL)
    assert points(columns, "loss") == [(5, 25.0013), (10, 21.927), (185, 1.5)]
    assert points(columns, "accuracy") == [(1, 95.3)]
    assert points(columns, "macro_f1") == [(1, 92.7)]
    assert set(columns) == {"time", "data", "loss", "acc", "lr", "accuracy", "macro_f1"}
    standing = reader.progress.standing()
    assert standing is not None
    assert standing.total == 50


@pytest.mark.parametrize(
    ("line", "values", "step"),
    [
        (
            "[2024-01-01 10:00:00 swin] (main.py 212): INFO Train: [0/300][10/1251]\teta 1:02:03 lr 0.000001\t wd 0.0500\t"
            "time 0.3123 (0.4123)\tloss 6.9123 (6.9234)\tgrad_norm 1.2345 (inf)\tmem 9123MB",
            {"lr": 0.000001, "wd": 0.05, "time": 0.3123, "loss": 6.9123, "grad_norm": 1.2345},
            10,
        ),
        (
            "Epoch: [0][100/3129]\tTime 0.123s (0.234s)\tSpeed 812.3 samples/s\tData 0.012s (0.123s)\tLoss 0.00054 (0.00061)",
            {"Time": 0.123, "Speed": 812.3, "Data": 0.012, "Loss": 0.00054},
            100,
        ),
        (
            "Epoch: [0/484] Iter:[10/247], Time: 1.23, lr: [0.01], Loss: 2.123456, Acc:0.612345, Semantic loss: 1.2",
            {"Time": 1.23, "lr": 0.01, "Loss": 2.123456, "Acc": 0.612345, "Semantic loss": 1.2},
            10,
        ),
        ("Epoch [1/20], Step [100/600], Loss: 0.2123", {"Loss": 0.2123}, 100),
        (
            "[0/25][50/1583]\tLoss_D: 0.7459\tLoss_G: 5.1234\tD(x): 0.5512",
            {"Loss_D": 0.7459, "Loss_G": 5.1234, "D(x)": 0.5512},
            50,
        ),
        (
            "[01/01 12:00:00] ppdet.engine INFO: Epoch: [0] [20/61] learning_rate: 0.000333 loss_xy: 1.2 loss: 41.2 eta: 0:12:12"
            " batch_cost: 0.4123 ips: 19.4 images/s",
            {"learning_rate": 0.000333, "loss_xy": 1.2, "loss": 41.2, "batch_cost": 0.4123, "ips": 19.4},
            20,
        ),
    ],
)
def test_relatives(line: str, values: dict[str, float], step: float) -> None:
    """Swin, HRNet, tutorials, DCGAN and PaddleDetection print the same way."""
    columns = read(line + "\n")
    assert {name: column.values[0] for name, column in columns.items()} == values
    assert {column.steps[0] for column in columns.values()} == {step}


@pytest.mark.parametrize(
    "line",
    [
        " ** DONE **",
        "* item 5 of 20",
        "*** Starting 3 workers",
        "* lr 0.1 and more",
        "[3] done",
        "files [3/4] copied 0.5",
    ],
)
def test_false_friends(line: str) -> None:
    """Other lists, and progress without meters, are left alone."""
    assert not imagenet_style.recognise(line, {})


def test_pieces_and_damage() -> None:
    """Cut anywhere, the log reads the same; damaged or hostile lines are harmless."""
    assert_same_in_any_pieces(LOG + DASSL)
    assert_never_raises(imagenet_style, LOG + DASSL)
    for start in ("Epoch: [0][ 1/2] ", "Epoch: [0][ 1/2] Loss 1 ", " * Acc@1 ", "* ", "["):
        assert_quick(imagenet_style, start)
