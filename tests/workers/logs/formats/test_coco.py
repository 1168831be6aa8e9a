"""The summary of COCO's evaluation."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read_with,
)
from workers.logs.formats import coco

LOG = """Epoch: [0]  [   0/10]  eta: 0:12:02  lr: 0.000090  loss: 2.5 (2.5)  time: 0.5  data: 0.1  max mem: 11163
IoU metric: bbox
 Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.369
 Average Precision  (AP) @[ IoU=0.50      | area=   all | maxDets=100 ] = 0.580
 Average Precision  (AP) @[ IoU=0.50:0.95 | area= small | maxDets=100 ] = -1.000
 Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets=  1 ] = 0.312
 Average Recall     (AR) @[ IoU=0.50:0.95 | area= large | maxDets=100 ] = 0.712
IoU metric: segm
 Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.339
"""


def test_rows() -> None:
    """Rows have the names papers use, at the epoch before; what is undefined is left out, masks are told apart."""
    columns, _ = read_with(LOG)
    assert points(columns, "AP") == [(0, 0.369)]
    assert points(columns, "AP50") == [(0, 0.58)]
    assert points(columns, "AR1") == [(0, 0.312)]
    assert points(columns, "ARl") == [(0, 0.712)]
    assert points(columns, "segm AP") == [(0, 0.339)]
    assert "APs" not in columns


def test_false_friends() -> None:
    """What merely resembles a row is left alone."""
    assert not coco.recognise("Average Precision (AP) @[ IoU=x ] = 3", {})
    assert not coco.recognise("IoU metrics: 3", {})


def test_pieces_and_damage() -> None:
    """Cut anywhere, the log reads the same; damaged or hostile lines are harmless."""
    assert_same_in_any_pieces(LOG)
    assert_never_raises(coco, LOG)
    for start in (" Average Precision  (AP) @[ IoU=0.5 | area= ", "IoU metric: "):
        assert_quick(coco, start)
