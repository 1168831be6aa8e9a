"""Flair."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import flair

STAMP = "2024-01-02 10:00:00,052 "
SAMPLE = (
    STAMP
    + ' - max_epochs: "30"\n'
    + STAMP
    + "epoch 1 - iter 10/20 - loss 9.5 - samples/sec: 30.5\n"
    + STAMP
    + "epoch 1 - iter 20/20 - loss 8.5 - samples/sec: 30.5\n"
    + STAMP
    + "EPOCH 1 done: loss 8.25 - lr 0.1000\n"
    + STAMP
    + "DEV : loss 4.125 - score 0.75\n"
    + STAMP
    + "BAD EPOCHS (no improvement): 0\n"
    + STAMP
    + "epoch 2 - iter 10/20 - loss 5.5 - samples/sec: 30.5\n"
    "MICRO_AVG: acc 0.75 - f1-score 0.85\nFAC        tp: 90 - fp: 34 - fn: 42 - tn: 90 - precision: 0.7258 - recall: 0.6818\n"
)


def test_losses_of_three_kinds() -> None:
    """The running loss, that of the epoch and that of the development set are series of their own."""
    columns, reader = read_with(SAMPLE)
    assert points(columns, "loss") == [(10, 9.5), (20, 8.5), (30, 5.5)]
    assert points(columns, "train/loss") == [(1, 8.25)] and points(columns, "dev/loss") == [(1, 4.125)]
    assert columns["dev/score"].values == [0.75] and columns["MICRO_AVG f1-score"].values == [0.85]
    assert "precision" not in columns and "tp" not in columns
    standing = reader.progress.standing()
    assert standing is not None and (standing.done, standing.total) == (1.5, 30)


def test_newer_lines() -> None:
    """Newer versions print the time, the rate and averages with their kind in brackets."""
    text = STAMP + "epoch 1 - iter 10/20 - loss 9.5 - time (sec): 3.5 - samples/sec: 30.5 - lr: 0.05 - momentum: 0.0\n"
    text += STAMP + "EPOCH 1 done: loss 8.25 - lr: 0.05\n" + STAMP + "DEV : loss 0.25 - f1-score (micro avg)  0.75\n"
    text += "Results:\n- F-score (micro) 0.8\n- Accuracy 0.7\n"
    columns = read(text)
    assert points(columns, "lr") == [(10, 0.05)]
    assert columns["dev/f1-score (micro avg)"].values == [0.75]
    assert columns["F-score (micro)"].values == [0.8] and columns["Accuracy"].values == [0.7]


def test_false_friends() -> None:
    """Other lines with iterations or results are left alone."""
    for line in (STAMP + "epoch 1 - iter 10", "DEV loss 0.3", "TEST passed", "- Accuracyx 0.3"):
        assert not flair.recognise(line, {}), line


def test_any_pieces_and_any_damage() -> None:
    """The log gives the same however it is cut; damaged lines do no harm; hostile ones take no time."""
    assert_same_in_any_pieces(SAMPLE)
    assert_never_raises(flair, SAMPLE)
    for line in SAMPLE.replace("\r", "\n").split("\n")[:12]:
        assert_quick(flair, line)
