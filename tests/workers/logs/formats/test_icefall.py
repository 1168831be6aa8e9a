"""icefall's trainers."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read_with,
)
from workers.logs.formats import icefall

LOG = """2024-02-01 10:00:00,100 INFO [train.py:900] (0/2) {'best_train_loss': inf, 'num_epochs': 30, 'log_interval': 50}
2024-02-01 10:00:01,100 INFO [train.py:950] (0/2) Epoch 1, batch 0, loss[loss=7.5, ctc_loss=2.5, over 100.00 frames. ], tot_loss[loss=7.25, ctc_loss=2.25, over 100.00 frames. ], batch size: 20, lr: 3.00e-02, grad_scale: 1.0
2024-02-01 10:00:01,105 INFO [train.py:950] (1/2) Epoch 1, batch 0, loss[loss=8.5, ctc_loss=3.5, over 100.00 frames. ], tot_loss[loss=8.25, ctc_loss=3.25, over 100.00 frames. ], batch size: 20, lr: 3.00e-02, grad_scale: 1.0
2024-02-01 10:00:02,100 INFO [train.py:980] (0/2) Epoch 1, validation: loss=6.5, ctc_loss=2.0, over 900.00 frames.
2024-02-01 10:00:03,100 INFO [scaling.py:1000] (0/2) Whitening: name=encoder.0.whiten, num_groups=1, metric=4.5 vs. limit=15.0
2024-02-01 10:00:03,100 WARNING [optim.py:480] (0/2) Clipping_scale=2.0, grad-norm quartiles 1.0 2.0 3.0 4.0 5.0, threshold=6.0
2024-02-01 10:00:04,100 INFO [train.py:950] (0/2) Epoch 1, batch 50, loss[loss=nan, ctc_loss=1.5, over 100.00 frames. ], tot_loss[loss=5.25, ctc_loss=1.25, over 300.00 frames. ], batch size: 20, lr: 2.90e-02, grad_scale: 1.0
2024-02-01 10:00:05,100 INFO [train.py:950] (0/2) Epoch 2, batch 0, loss[loss=4.5, ctc_loss=1.0, over 100.00 frames. ], tot_loss[loss=4.25, ctc_loss=1.25, over 300.00 frames. ], batch size: 20, lr: 2.80e-02, grad_scale: 1.0
"""


def test_losses_of_a_batch_averages_and_validation() -> None:
    """The first rank's losses, the running averages under names of their own, and validations apart; nothing else."""
    columns, reader = read_with(LOG)
    assert [step for step, _ in points(columns, "loss")] == [0, 50, 50]
    assert columns["tot_loss"].values == [7.25, 5.25, 4.25]
    assert columns["tot_ctc_loss"].values == [2.25, 1.25, 1.25]
    assert points(columns, "val/loss") == [(0, 6.5)]
    assert columns["lr"].values == [0.03, 0.029, 0.028]
    assert set(columns) == {
        "loss",
        "ctc_loss",
        "tot_loss",
        "tot_ctc_loss",
        "lr",
        "grad_scale",
        "val/loss",
        "val/ctc_loss",
    }
    standing = reader.progress.standing()
    assert standing is not None and (standing.done, standing.total) == (1, 30)


def test_a_step_over_the_whole_training() -> None:
    """Where the line counts the batches of the whole training, that is the step."""
    columns, _ = read_with(
        "2024-02-01 10:00:01,100 INFO [train.py:70] Epoch 3, batch 9, global_batch_idx: 810, batch size: 4, "
        "loss[loss=0.5, over 10.00 frames. ], tot_loss[loss=0.25, over 10.00 frames. ], cur_lr: 1.00e-04\n"
    )
    assert points(columns, "loss") == [(810, 0.5)]
    assert points(columns, "cur_lr") == [(810, 1e-4)]


def test_pieces_and_damage() -> None:
    """However a log is cut or damaged, reading goes on."""
    assert_same_in_any_pieces(LOG)
    assert_never_raises(icefall, LOG)
    assert_quick(icefall, "2024-02-01 10:00:01,100 INFO [train.py:950] (0/2) Epoch 1, batch 0, loss[")
