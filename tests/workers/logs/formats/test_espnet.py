"""ESPnet."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import espnet

LOG = "[host] 2024-01-02 10:00:00,123 (trainer:732) INFO: "
SAMPLE = (
    LOG
    + "1/20epoch started\n"
    + LOG
    + "1epoch:train:1-50batch: iter_time=0.01, loss_ctc=45.5, acc=0.25, optim0_lr0=5.0e-05, train_time=0.5\n"
    + LOG
    + "1epoch:train:51-100batch: iter_time=0.01, loss_ctc=40.5, acc=0.35, optim0_lr0=6.0e-05, train_time=0.5\n"
    + LOG
    + "1epoch results: [train] loss_ctc=43.0, time=1 hour, 2 minutes and 3.5 seconds, total_count=100, "
    "[valid] loss_ctc=38.5, acc=0.45, time=23.4 seconds, [att_plot] time=3.1 seconds\n"
    + LOG
    + "2/20epoch started\n"
    + LOG
    + "2epoch:train:1-50batch: iter_time=0.01, loss_ctc=35.5, acc=0.45, optim0_lr0=7.0e-05, train_time=0.5\n"
)
TABLE = """epoch       iteration   main/loss   main/acc    validation/main/loss  elapsed_time
0           100         120.5       0.25                              31.15
1           200         100.5       0.35        95.5                  63.3
"""


def test_stretches_and_results() -> None:
    """Stretches of batches are placed in the training; the results of an epoch have the part in their names."""
    columns, reader = read_with(SAMPLE)
    assert points(columns, "loss_ctc") == [(50, 45.5), (100, 40.5), (150, 35.5)]
    assert points(columns, "train/loss_ctc") == [(1, 43.0)] and points(columns, "valid/acc") == [(1, 0.45)]
    assert "train/total_count" not in columns
    standing = reader.progress.standing()
    assert standing is not None and standing.total == 20 and 1 <= standing.done <= 2


def test_the_table_of_the_first_version() -> None:
    """Cells stand below their headings, and blank ones are left out."""
    columns = read(TABLE)
    assert points(columns, "main/loss") == [(100, 120.5), (200, 100.5)]
    assert points(columns, "validation/main/loss") == [(200, 95.5)]
    assert "elapsed_time" not in columns


def test_false_friends() -> None:
    """Other lines with the word epoch are not ESPnet's."""
    for line in ("3epoch: done", "epoch iteration", LOG + "The best model has been updated: valid.acc, 3epoch"):
        assert not espnet.recognise(line, {}), line


def test_any_pieces_and_any_damage() -> None:
    """The log gives the same however it is cut; damaged lines do no harm; hostile ones take no time."""
    assert_same_in_any_pieces(SAMPLE)
    assert_never_raises(espnet, SAMPLE)
    for line in SAMPLE.replace("\r", "\n").split("\n")[:12]:
        assert_quick(espnet, line)
