"""Detectron2 and its forerunner."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import detectron2

LOG = """[01/01 08:55:34] d2.utils.events INFO:  eta: 1 day, 20:50:49  iter: 19  total_loss: 0.1562  loss_cls: 0.05295  time: 0.6777  last_time: 0.5123  data_time: 0.5136  lr: 0.02038  max_mem: 11811M
[01/01 08:55:48] d2.utils.events INFO:  eta: 20:51:37  iter: 39  total_loss: nan  loss_cls: 0.05086  time: 0.6780  last_time: 0.5123  data_time: 0.0716  lr: 0.02078  max_mem: 11811M
[01/01 09:09:41 d2.evaluation.testing]: copypaste: Task: bbox
[01/01 09:09:41 d2.evaluation.testing]: copypaste: AP,AP50,AP75,APs,APm,APl
[01/01 09:09:41 d2.evaluation.testing]: copypaste: 14.8034,28.8891,13.3763,nan,5.6752,18.1768
[01/01 09:09:41 d2.evaluation.testing]: copypaste: Task: segm
[01/01 09:09:41 d2.evaluation.testing]: copypaste: AP,AP50,AP75,APs,APm,APl
[01/01 09:09:41 d2.evaluation.testing]: copypaste: 12.5,28.8891,13.3763,1.1741,5.6752,18.1768
"""


def test_text() -> None:
    """Values at iterations, memory in the unit printed, results under their task at the iteration before."""
    columns, reader = read_with("Config: MAX_ITER: 90000\n" + LOG)
    assert columns["total_loss"].steps == [19, 39]
    assert points(columns, "loss_cls") == [(19, 0.05295), (39, 0.05086)]
    assert columns["max_mem"].values == [11811, 11811]
    assert points(columns, "bbox/AP") == [(39, 14.8034)]
    assert points(columns, "segm/AP") == [(39, 12.5)]
    assert "eta" not in columns
    standing = reader.progress.standing()
    assert standing is not None
    assert (standing.done, standing.total, standing.unit) == (39, 90000, "iteration")


def test_first_line_without_eta() -> None:
    """Before the first estimate a line has no ETA."""
    columns = read("[01/01 08:55:34 d2.utils.events]:  iter: 0  total_loss: 5.5  lr: 0.1  max_mem: 100M\n")
    assert points(columns, "total_loss") == [(0, 5.5)]


def test_forerunner() -> None:
    """maskrcnn-benchmark prints averages in parentheses; the current value is kept."""
    line = "2024-01-01 10:00:00,100 maskrcnn_benchmark.trainer INFO: eta: 1 day, 2:03:04  iter: 20  loss: 1.5 (2.1)  "
    columns = read(line + "loss_mask: 0.7 (0.8)  time: 0.5 (0.9)  data: 0.01 (0.3)  lr: 0.006700  max mem: 2345\n")
    assert points(columns, "loss") == [(20, 1.5)]
    assert columns["max mem"].values == [2345]


def test_json() -> None:
    """Each line of metrics.json is a record at its iteration; a line of results is one too."""
    text = (
        '{"data_time": 0.02, "eta_seconds": 8898.9, "iteration": 19, "loss_cls": 1.8, "lr": 1e-06, "total_loss": NaN}\n'
    )
    text += (
        '{"data_time": 0.02, "eta_seconds": 8898.9, "iteration": 39, "loss_cls": 1.7, "lr": 2e-06, "total_loss": 2.5}\n'
    )
    text += '{"bbox/AP": 30.5, "bbox/AP50": 50.5, "iteration": 39}\n'
    columns = read(text)
    assert points(columns, "loss_cls") == [(19, 1.8), (39, 1.7)]
    assert points(columns, "bbox/AP") == [(39, 30.5)]
    assert "eta_seconds" not in columns


def test_false_friends() -> None:
    """Sentences with an iteration in them, and JSON of others, are left alone."""
    assert not detectron2.recognise("Saved at iter: 20 to model.pth", {})
    assert not detectron2.recognise('{"iteration": [1, 2', {})


def test_pieces_and_damage() -> None:
    """Cut anywhere, the log reads the same; damaged or hostile lines are harmless."""
    assert_same_in_any_pieces(LOG)
    assert_never_raises(detectron2, LOG)
    for start in ("eta: 1 day  iter: 1  ", "copypaste: ", '{"iteration": ', "eta: "):
        assert_quick(detectron2, start)
