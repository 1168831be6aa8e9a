"""The summary of Weights & Biases."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
)
from workers.logs.formats import wandb

SAMPLE = """wandb: Run history:
wandb: loss ▁▂▃
wandb:
wandb: Run summary:
wandb:      loss 0.25
wandb:  val_loss NaN
wandb:  _runtime 35
wandb:     epoch 3
wandb:      best model.pt
wandb:
wandb: 🚀 View run at: https://example.org
"""


def test_the_summary_is_one_record() -> None:
    """Its numbers are kept where the log has shown no metrics itself."""
    columns = read(SAMPLE)
    assert columns["loss"].values == [0.25] and str(columns["val_loss"].values) == "[nan]"
    assert sorted(columns) == ["loss", "val_loss"]


def test_a_summary_that_repeats_is_left_out() -> None:
    """After metrics of the log's own it says nothing new."""
    columns = read("  5%|#    | 5/100 [00:10<00:10, 2.00it/s, loss=0.5]\n" + SAMPLE)
    assert points(columns, "loss") == [(5, 0.5)]


def test_false_friends() -> None:
    """Its other lines hold no metrics."""
    assert (
        read("wandb: Tracking run with version 0.16.6\nwandb: loss 0.25\nwandb: 0.005 MB of 0.005 MB uploaded\n") == {}
    )


def test_any_pieces_and_any_damage() -> None:
    """The log gives the same however it is cut; damaged lines do no harm; hostile ones take no time."""
    assert_same_in_any_pieces(SAMPLE)
    assert_never_raises(wandb, SAMPLE)
    for line in SAMPLE.replace("\r", "\n").split("\n")[:12]:
        assert_quick(wandb, line)
