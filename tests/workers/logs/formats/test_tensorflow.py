"""TensorFlow as it was before Keras."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import tensorflow as family

ESTIMATOR = """INFO:tensorflow:Saving checkpoints for 0 into /tmp/model.ckpt.
INFO:tensorflow:loss = 2.5, step = 0
INFO:tensorflow:global_step/sec: 592.5
INFO:tensorflow:loss = 1.25, accuracy = 0.5, step = 100 (0.171 sec)
INFO:tensorflow:Evaluation [10/100]
INFO:tensorflow:Finished evaluation at 2020-01-01-12:00:00
INFO:tensorflow:Saving dict for global step 100: accuracy = 0.75, global_step = 100, loss = 1.5
INFO:tensorflow:Loss for final step: 1.125.
"""
DETECTION = """INFO:tensorflow:Step 100 per-step time 0.512s
I0101 12:00:00.123456 140123 model_lib_v2.py:698] Step 100 per-step time 0.512s
INFO:tensorflow:{'Loss/classification_loss': 0.25,
 'Loss/total_loss': 0.5,
 'learning_rate': 0.0625}
"""


def test_estimator() -> None:
    """Training and evaluation are told apart where both have that name; speeds stand at the latest step."""
    columns, reader = read_with(ESTIMATOR)
    assert points(columns, "loss") == [(0, 2.5), (100, 1.25)]
    assert points(columns, "val/loss") == [(100, 1.5)]
    assert points(columns, "val/accuracy") == [(100, 0.75)]
    assert points(columns, "global_step/sec") == [(0, 592.5)]
    assert "global_step" not in columns and "sec" not in columns
    standing = reader.progress.standing()
    assert standing is not None and standing.done == 100


def test_object_detection() -> None:
    """The dict over several lines belongs to the step before it."""
    columns = read(DETECTION)
    assert points(columns, "Loss/total_loss") == [(100, 0.5)]
    assert points(columns, "learning_rate") == [(100, 0.0625)]
    assert points(columns, "per-step time") == [(100, 0.512)]
    assert points(read("INFO:tensorflow:Step 200 per-step time 0.5s loss=0.75\n"), "loss") == [(200, 0.75)]


def test_slim() -> None:
    """Slim's training loop."""
    columns = read("INFO:tensorflow:global step 300: loss = 0.375 (0.25 sec/step)\n")
    assert points(columns, "loss") == [(300, 0.375)]
    assert points(columns, "sec/step") == [(300, 0.25)]


def test_pieces_and_damage() -> None:
    """Cut anywhere, lines read the same; damaged or hostile ones are harmless."""
    assert_same_in_any_pieces(ESTIMATOR + DETECTION)
    assert_never_raises(family, ESTIMATOR + DETECTION)
    assert_quick(family, "loss = ")
    assert_quick(family, "a = 1, ")
    assert_quick(family, "{'a': ")
