"""Logs of mmcv and mmengine."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import mmlab

MMCV = """2024-01-01 10:00:00,100 - mmdet - INFO - workflow: [('train', 1)], max: 3 epochs
2024-01-01 10:00:10,100 - mmdet - INFO - Epoch [1][50/200]\tlr: 1.396e-07, eta: 1 day, 0:09:32, time: 0.744, data_time: 0.047, memory: 17246, loss_rpn_cls: 0.1144, s0.acc: 69.1, loss: 3.7080
2024-01-01 10:00:20,100 - mmdet - INFO - Epoch [1][100/200]\tlr: 1.8e-07, eta: 23:21:44, time: 0.695, data_time: 0.004, memory: 17246, loss_rpn_cls: nan, s0.acc: 91.0, loss: 1.2466
2024-01-01 10:01:00,100 - mmdet - INFO - Epoch(val) [1][2500]\tbbox_mAP: 0.3120, bbox_mAP_50: 0.5120, bbox_mAP_copypaste: 0.312 0.512 0.331, loss: 1.5
2024-01-01 10:02:10,100 - mmdet - INFO - Epoch [2][50/200]\tlr: 1.9e-07, eta: 1:02:03, time: 0.7, data_time: 0.004, memory: 17246, loss_rpn_cls: 0.1, s0.acc: 92.0, loss: 1.1
"""
MMENGINE = """2024/01/01 10:00:10 - mmengine - INFO - Epoch(train)  [1][  50/7330]  base_lr: 1.9000e-02 lr: 1.9820e-03  eta: 1 day, 5:01:02  time: 0.5123  data_time: 0.0123  memory: 3945  grad_norm: 5.1234  loss: 1.2345
2024/01/01 10:00:20 - mmengine - INFO - Epoch(train)  [1][ 100/7330]  base_lr: 1.9000e-02 lr: 2.9820e-03  eta: 1 day, 5:01:02  time: 0.5123  data_time: 0.0123  memory: 3945  grad_norm: inf  loss: 1.1345
2024/01/01 10:00:30 - mmengine - INFO - Epoch(val)  [1][ 50/625]    eta: 0:00:12  time: 0.1  data_time: 0.05  memory: 1000  
2024/01/01 10:00:40 - mmengine - INFO - Epoch(val) [1][625/625]    coco/bbox_mAP: 0.3120  coco/bbox_mAP_50: 0.5120  data_time: 0.0012  time: 0.0123
"""
ITERATIONS = """2024/01/01 10:00:10 - mmengine - INFO - Iter(train) [   50/20000]  lr: 9.98e-03  eta: 1:02:03  time: 0.1234  memory: 3945  loss: 2.3456  decode.acc_seg: 51.2
2024/01/01 10:00:20 - mmengine - INFO - Iter(train) [  100/20000]  lr: 9.96e-03  eta: 1:02:03  time: 0.1234  memory: 3945  loss: 2.1  decode.acc_seg: 52.2
2024/01/01 10:00:30 - mmengine - INFO - Iter(val) [500/500]    aAcc: 71.1000  mIoU: 30.1000  mAcc: 41.2000  data_time: 0.0012  time: 0.0123
"""


def test_mmcv() -> None:
    """Positions in an epoch become steps, an ETA with a comma breaks nothing, a known name is told apart by its phase."""
    columns, reader = read_with(MMCV)
    assert points(columns, "loss") == [(50, 3.708), (100, 1.2466), (250, 1.1)]
    assert points(columns, "bbox_mAP") == [(1, 0.312)]
    assert points(columns, "val/loss") == [(1, 1.5)]
    assert "eta" not in columns and "bbox_mAP_copypaste" not in columns
    assert columns["s0.acc"].values[0] == 69.1
    assert columns["memory"].values[0] == 17246
    standing = reader.progress.standing()
    assert standing is not None
    assert (standing.done, standing.total) == (1.25, 3)


def test_times_of_lines() -> None:
    """The date before a line is the time of its record."""
    columns = read(MMCV)
    assert columns["loss"].times[1] - columns["loss"].times[0] == 10


def test_mmengine() -> None:
    """Two rates, infinities, and evaluations of which only the result is a record."""
    columns = read(MMENGINE)
    assert points(columns, "lr") == [(50, 0.001982), (100, 0.002982)]
    assert columns["grad_norm"].values[1] == float("inf")
    assert points(columns, "coco/bbox_mAP") == [(1, 0.312)]
    assert len(columns["time"].values) == 2


def test_iterations() -> None:
    """A runner by iterations counts over the whole training, and its results belong to the iteration before them."""
    columns, reader = read_with(ITERATIONS)
    assert points(columns, "loss") == [(50, 2.3456), (100, 2.1)]
    assert points(columns, "mIoU") == [(100, 30.1)]
    standing = reader.progress.standing()
    assert standing is not None
    assert (standing.done, standing.total) == (100, 20000)


def mmcv_json(epoch: int, iteration: int) -> str:
    return f'{{"mode": "train", "epoch": {epoch}, "iter": {iteration}, "lr": 0.1, "memory": 4099, "loss": {epoch}.{iteration}}}\n'


def test_json() -> None:
    """Iterations begin anew with each epoch and are counted on; results are those of their epoch."""
    text = '{"env_info": "sys.platform: linux"}\n'
    for epoch in (1, 2, 3):
        text += "".join(mmcv_json(epoch, iteration) for iteration in (10, 20, 30))
        text += f'{{"mode": "val", "epoch": {epoch}, "iter": 9, "lr": 0.1, "AP": 0.{epoch}, "AP .5": 0.8}}\n'
    columns = read(text)
    assert columns["loss"].steps == [10, 20, 30, 40, 50, 60, 70, 80, 90]
    assert points(columns, "AP") == [(1, 0.1), (2, 0.2), (3, 0.3)]
    assert len(columns["lr"].values) == 9


def test_json_of_mmengine() -> None:
    """Its lines say the step of the whole training; a result says the epoch as its step."""
    text = (
        '{"lr": 0.1, "data_time": 0.2, "loss": 2.5, "time": 0.5, "epoch": 1, "iter": 50, "memory": 3000, "step": 50}\n'
    )
    text += '{"lr": 0.1, "data_time": 0.2, "loss": 2.4, "time": 0.5, "epoch": 1, "iter": 100, "memory": 3000, "step": 100}\n'
    text += '{"coco/bbox_mAP": 0.31, "data_time": 0.1, "time": 0.2, "step": 1}\n'
    columns = read(text)
    assert points(columns, "loss") == [(50, 2.5), (100, 2.4)]
    assert points(columns, "coco/bbox_mAP") == [(1, 0.31)]


def test_false_friends() -> None:
    """Lists of indices and configurations are left alone."""
    for line in ("a[1][2/3] = 4", "Epoch [1][x/3] loss: 2", "shape [3][4/4]\tok", "dict(type='Epoch(', x=[1][0])"):
        assert not mmlab.recognise(line, {}), line


def test_pieces_and_damage() -> None:
    """Cut anywhere, the log reads the same; damaged or hostile lines are harmless."""
    assert_same_in_any_pieces(MMCV + MMENGINE + ITERATIONS + mmcv_json(1, 2))
    assert_never_raises(mmlab, MMCV + MMENGINE + ITERATIONS + mmcv_json(1, 2))
    for start in ("Epoch [1][50/200]\\tlr: ", "Iter(val) [", '{"mode": "', "workflow: [("):
        assert_quick(mmlab, start)
