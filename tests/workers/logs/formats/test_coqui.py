"""Coqui TTS."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import coqui

SAMPLE = """
 > EPOCH: 0/100
 --> /content/run-0000

 > TRAINING (2024-01-02 10:00:00)

   --> STEP: 24/36 -- GLOBAL_STEP: 100025
     | > loss_disc: 2.5  (2.75)
     | > grad_norm_0: \x1b[91m5.5\x1b[0m  (12.5)
     | > current_lr_0: 0.00020

 > EVALUATION

   --> STEP: 0
     | > loss_disc: 9.5  (9.5)

  --> EVAL PERFORMANCE
     | > avg_loss_disc:\x1b[92m 2.25 \x1b[0m(-0.05)

 > EPOCH: 1/100

   --> STEP: 12/36 -- GLOBAL_STEP: 100050
     | > loss_disc: 2.0  (2.25)
"""


def test_blocks_are_records_at_the_global_step() -> None:
    """Current values, not averages; the batches of an evaluation are left out."""
    columns, reader = read_with(SAMPLE)
    assert points(columns, "loss_disc") == [(100025, 2.5), (100050, 2.0)]
    assert columns["grad_norm_0"].values == [5.5] and columns["current_lr_0"].values == [0.0002]
    assert points(columns, "avg_loss_disc") == [(100025, 2.25)]
    standing = reader.progress.standing()
    assert standing is not None and standing.total == 100 and abs(standing.done - (1 + 12 / 36)) < 1e-9


def test_false_friends() -> None:
    """Lists with the same mark but no block around them give nothing."""
    assert read(" | > sample_rate: 22050\n | > num_mels: 80\n") == {}


def test_any_pieces_and_any_damage() -> None:
    """The log gives the same however it is cut; damaged lines do no harm; hostile ones take no time."""
    assert_same_in_any_pieces(SAMPLE)
    assert_never_raises(coqui, SAMPLE)
    for line in SAMPLE.replace("\r", "\n").split("\n")[:12]:
        assert_quick(coqui, line)


def test_averages_over_an_epoch_of_training() -> None:
    """Old versions sum an epoch up under the names that evaluations have too."""
    text = (
        " > EPOCH: 3/9\n   --> TRAIN PERFORMACE -- EPOCH TIME: 8.43 sec -- GLOBAL_STEP: 290\n     | > avg_loss: -0.5\n"
    )
    text += "  --> EVAL PERFORMANCE\n     | > avg_loss: 0.25 (-0.1)\n"
    columns = read(text)
    assert points(columns, "train/avg_loss") == [(290, -0.5)] and points(columns, "avg_loss") == [(290, 0.25)]
