"""Darknet."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import darknet

LOG = """v3 (mse loss, Normalizer: (iou: 0.75, obj: 1.00, cls: 1.00) Region 30 Avg (IOU: 0.811234), count: 8, class_loss = 0.123456, iou_loss = 0.234567, total_loss = 0.358023 
Region 82 Avg IOU: 0.512345, Class: 0.712345, Obj: 0.412345, No Obj: 0.003456, .5R: 0.500000, .75R: 0.250000,  count: 4

 (next mAP calculation at 1000 iterations) 
 1000: 0.512345, 0.488888 avg loss, 0.001000 rate, 2.712345 seconds, 64000 images, 12.123456 hours left
 mean average precision (mAP@0.50) = 0.712345, or 71.23 % 
1001: -nan, -nan avg loss, 0.001000 rate, 2.712345 seconds, 64064 images
1002: 0.5, 0.4 avg, 0.001000 rate, 2.712345 seconds, 64128 images
"""


def test_log() -> None:
    """Loss, average and rate at iterations; the layers' own lines are left out."""
    columns, _ = read_with("max_batches = 4000\n" + LOG)
    assert columns["avg loss"].steps == [1000, 1001, 1002]
    assert columns["loss"].values[0] == 0.512345
    assert columns["rate"].values == [0.001] * 3
    assert points(columns, "mAP@0.50") == [(1000, 0.712345)]
    assert set(columns) == {"loss", "avg loss", "rate", "mAP@0.50"}


def test_false_friends() -> None:
    """Other lines that begin with a number are left alone."""
    assert read("12: 0.5, 0.4 things\n") == {}
    assert not darknet.recognise("10:00:01 avg loss", {})


def test_pieces_and_damage() -> None:
    """Cut anywhere, the log reads the same; damaged or hostile lines are harmless."""
    assert_same_in_any_pieces(LOG)
    assert_never_raises(darknet, LOG)
    for start in (" 1000: 1, 1 avg loss, ", "v3 (", "mean average precision (", "(next mAP"):
        assert_quick(darknet, start)
