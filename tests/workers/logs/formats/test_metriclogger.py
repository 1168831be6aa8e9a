"""MetricLogger, as torchvision's references and many others use it."""

import pytest

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import metriclogger

LOG = """Epoch: [0]  [   0/1562]  eta: 3:32:02  lr: 0.000100  loss: 10.776 (10.776)  time: 8.145073  data: 4.452552  max mem: 11163
Epoch: [0]  [1561/1562]  eta: 0:00:00  lr: 0.000100  loss: 9.5 (10.1)  time: 0.473112  data: 0.000191  max mem: 11482
Epoch: [0] Total time: 0:12:22 (0.4751 s / it)
Averaged stats: lr: 0.000100  loss: 9.5 (10.1)
Test:  [ 0/79]  eta: 0:01:56  loss: 10.761 (10.761)  acc1: 0.0 (0.0)  time: 1.479631  data: 1.317617  max mem: 997
Test:  [78/79]  eta: 0:00:00  loss: 8.5 (9.1)  acc1: 0.5 (0.6)  time: 0.160792  data: 0.000083  max mem: 997
Test: Total time: 0:00:14 (0.182235 s / it)
Averaged stats: loss: 8.5 (9.1)  acc1: 0.5 (0.6)
* Acc@1 0.612 Acc@5 1.840 loss 9.123
Accuracy of the network on the 50000 test images: 0.6%
Max accuracy: 0.61%
Epoch: [1]  [   0/1562]  eta: 0:12:02  lr: 0.000090  loss: nan (nan)  time: 0.5  data: 0.1  max mem: 11163
"""


def test_log() -> None:
    """Current values at steps, averages after an epoch, results of a test told apart; bars of tests are no records."""
    columns, reader = read_with(LOG)
    assert columns["loss"].steps == [0, 1561, 1562]
    assert columns["loss"].values[:2] == [10.776, 9.5]
    assert points(columns, "loss (avg)") == [(0, 10.1)]
    assert points(columns, "val/loss") == [(0, 9.1), (0, 9.123)]
    assert points(columns, "val/acc1") == [(0, 0.6)]
    assert points(columns, "Acc@1") == [(0, 0.612)]
    assert points(columns, "Accuracy") == [(0, 0.6)]
    assert points(columns, "Max accuracy") == [(0, 0.61)]
    assert "eta" not in columns
    assert reader.progress.standing() is not None


@pytest.mark.parametrize(
    "head",
    [
        "Epoch: [3/100]  [ 10/50]  ",
        "Train Epoch: [3]  [  10/50]  ",
        "2024-01-01 10:00:00,100 [INFO] Train: data epoch: [3]  [   10/   50]  ",
        "Training epoch: [3] [10/50]  ",
    ],
)
def test_headings(head: str) -> None:
    """Headings differ from one project to the next."""
    columns = read(head + "eta: 0:52:44  lr: 0.000010  loss: 3.6123  time: 0.6  data: 0.1  max mem: 12345\n")
    assert columns["loss"].values == [3.6123]
    assert columns["loss"].steps[0] in (160, 110)


def test_iterations_over_the_whole_training() -> None:
    """Without an epoch a training's counter is the position; other unnamed bars are none."""
    text = "I20240101 10:00:00 123 dinov2 helpers.py:103] Training  [    10/125000]  eta: 1 day, 2:03:04  lr: 0.0001 (0.0001)"
    columns, reader = read_with(text + "  total_loss: 11.1 (11.2)  time: 2.9  data: 1.1  max mem: 20123\n")
    assert points(columns, "total_loss") == [(10, 11.1)]
    standing = reader.progress.standing()
    assert standing is not None
    assert (standing.done, standing.total) == (10, 125000)
    assert read("  [720/782]  eta: 0:00:12  time: 0.2  data: 0.1  max mem: 997\n") == {}


def test_neighbours() -> None:
    """DINO's classifier by neighbours has a metric for each number of them."""
    columns = read(
        "10-NN classifier result: Top1: 45.5, Top5: 70.25\n20-NN classifier result: Top1: 46.5, Top5: 71.25\n"
    )
    assert columns["20-NN Top1"].values == [46.5]


def test_false_friends() -> None:
    """Estimates and accuracies in other sentences are left to others."""
    for line in ("copying [3/4] eta: soon", "eta: 0:12:00", "Accuracy is good", "averaged stats"):
        assert not metriclogger.recognise(line, {}), line


def test_pieces_and_damage() -> None:
    """Cut anywhere, the log reads the same; damaged or hostile lines are harmless."""
    assert_same_in_any_pieces(LOG)
    assert_never_raises(metriclogger, LOG)
    for start in ("Epoch: [0]  [ 1/2]  eta: 1 ", "Averaged stats: ", "Accuracy of the ", "eta: "):
        assert_quick(metriclogger, start)
