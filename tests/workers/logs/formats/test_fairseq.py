"""fairseq."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import fairseq

STAMP = "2024-01-02 10:00:00 | INFO | "
SAMPLE = (
    STAMP
    + "fairseq_cli.train | {'optimization': {'max_epoch': 0, 'max_update': 500, 'lr': [0.1]}}\n"
    + STAMP
    + "train_inner | epoch 001:    100 / 200 loss=9.5, nll_loss=9.1, ppl=550.5, wps=3000, num_updates=100, lr=1.25e-05, wall=20\n"
    + STAMP
    + "train_inner | epoch 001:    200 / 200 loss=8.5, nll_loss=8.1, ppl=250.5, wps=3000, num_updates=200, lr=2.5e-05, wall=40\n"
    + STAMP
    + "valid | epoch 001 | valid on 'valid' subset | loss 8.75 | ppl 300.5 | num_updates 200 | best_loss 8.75\n"
    + STAMP
    + "train | epoch 001 | loss 9.0 | nll_loss 8.6 | ppl 400.5 | wps 3000 | num_updates 200 | lr 2.5e-05 | train_wall 39 | wall 41\n"
)


def test_simple_lines() -> None:
    """The step is the number of updates; the averages of an epoch and the validations have names of their own."""
    columns, reader = read_with(SAMPLE)
    assert points(columns, "loss") == [(100, 9.5), (200, 8.5)]
    assert points(columns, "valid/loss") == [(200, 8.75)]
    assert points(columns, "train/loss") == [(200, 9.0)]
    assert "wall" not in columns and columns["lr"].values == [1.25e-05, 2.5e-05]
    standing = reader.progress.standing()
    assert standing is not None and (standing.done, standing.total, standing.unit) == (200, 500, "update")
    assert columns["loss"].times[0] > 1.7e9


def test_old_lines_and_bars() -> None:
    """Versions that print no date, current values with averages behind them, and bars."""
    text = (
        "| epoch 001:    100 / 200 loss=9.5 (9.9), nll_loss=9.1 (9.5), num_updates=100\n"
        "| epoch 001:  75%|#######5  | 150/200 [00:10<00:03, 15.0it/s, loss=9.25, num_updates=150]\r"
        "| epoch 001 | loss 9.125 | nll_loss 9.0 | num_updates 200 | lr 0.1\n"
        "| epoch 001 | valid on 'valid' subset:  50%|#####     | 5/10 [00:01<00:01,  5.0it/s]\r"
        "| epoch 001 | valid on 'valid' subset | loss 9.5 | num_updates 200\n"
    )
    columns = read(text)
    assert points(columns, "loss") == [(100, 9.5), (150, 9.25)]
    assert points(columns, "train/loss") == [(200, 9.125)]
    assert points(columns, "valid/loss") == [(200, 9.5)]


def test_json() -> None:
    """``--log-format json`` prints strings, prefixed at the end of an epoch."""
    text = (
        STAMP
        + 'train_inner | {"epoch": 1, "update": 0.5, "loss": "9.5", "num_updates": "100", "lr": "1e-05"}\n'
        + STAMP
        + 'train | {"epoch": 1, "train_loss": "9.0", "train_num_updates": "200"}\n'
        + STAMP
        + 'valid | {"epoch": 1, "valid_loss": "8.5", "valid_num_updates": "200"}\n'
    )
    columns = read(text)
    assert points(columns, "loss") == [(100, 9.5)]
    assert points(columns, "train/loss") == [(200, 9.0)] and points(columns, "valid/loss") == [(200, 8.5)]


def test_a_dummy_total_is_not_believed() -> None:
    """A data set of unknown length has a total below zero or below what is done."""
    _, reader = read_with("| epoch 001:    100 / -1 loss=9.5, num_updates=100\n")
    standing = reader.progress.standing()
    assert standing is None or standing.total is None


def test_false_friends() -> None:
    """Models, memory and begin lines are no records."""
    for line in (
        STAMP + "fairseq.trainer | begin training epoch 1",
        STAMP + "fairseq_cli.train | num. model params: 140,921,856",
        "epoch 001 | nothing",
    ):
        assert not fairseq.recognise(line, {}), line


def test_any_pieces_and_any_damage() -> None:
    """The log gives the same however it is cut; damaged lines do no harm; hostile ones take no time."""
    assert_same_in_any_pieces(SAMPLE)
    assert_never_raises(fairseq, SAMPLE)
    for line in SAMPLE.replace("\r", "\n").split("\n")[:12]:
        assert_quick(fairseq, line)


def test_the_first_versions() -> None:
    """Validation shown batch by batch is no record, and averages of an epoch keep apart from its lines."""
    columns = read(
        "| epoch 001   100 / 200 loss=4.5 (5.0), wps=900, lr=0.25\n"
        "| epoch 001 | train loss 4.75 | train ppl 26.9 | lr 0.250000\n"
        "| epoch 001 | valid on 'valid' subset   10 / 20 loss=4.0\n"
        "| epoch 001 | valid on 'valid' subset | valid loss 4.25 | valid ppl 19.0\n"
    )
    assert columns["loss"].values == [4.5]
    assert points(columns, "train loss") == [(1, 4.75)]
    assert points(columns, "valid loss") == [(1, 4.25)]
