"""Joey NMT."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import joeynmt

STAMP = "2024-01-02 10:00:00,459 - INFO - joeynmt.training - "
SAMPLE = (
    STAMP
    + "cfg.training.epochs                : 30\n"
    + STAMP
    + "Epoch   1, Step:      500, Batch Loss:     0.5, Tokens per Sec:     5163, Lr: 0.000100\n"
    + STAMP
    + "Epoch   2, Step:     1000, Batch Loss:     0.25, Tokens per Sec:     5163, Lr: 0.000050\n"
    + STAMP
    + "Validation result (greedy) at epoch   2, step     1000: bleu:   5.12, loss: 294.5, ppl:   1.5, duration: 35.5s\n"
    + STAMP
    + "Epoch   2: total training loss 123.5\n"
)


def test_steps_and_validations() -> None:
    """Names with spaces stay as they are; validations are apart from the training."""
    columns, reader = read_with(SAMPLE)
    assert points(columns, "Batch Loss") == [(500, 0.5), (1000, 0.25)]
    assert points(columns, "Tokens per Sec")[0] == (500, 5163)
    assert points(columns, "valid/bleu") == [(1000, 5.12)] and columns["valid/duration"].values == [35.5]
    assert points(columns, "total training loss") == [(1000, 123.5)]
    standing = reader.progress.standing()
    assert standing is not None and standing.total == 30


def test_the_second_version() -> None:
    """It evaluates at the step before and prints seconds in brackets."""
    text = (
        STAMP
        + "Epoch   1, Step:      100, Batch Loss:     4.5, Batch Acc: 0.125, Tokens per Sec:     1234, Lr: 0.0003\n"
    )
    text += (
        STAMP
        + "Evaluation result (greedy): bleu:  5.25, loss:   3.5, acc: 0.25, generation: 12.3[sec], evaluation: 0.1[sec]\n"
    )
    columns = read(text)
    assert points(columns, "Batch Acc") == [(100, 0.125)]
    assert points(columns, "valid/bleu") == [(100, 5.25)] and "valid/generation" not in columns


def test_false_friends() -> None:
    """Settings and examples are no records."""
    for line in (STAMP + "cfg.training.batch_size : 30", STAMP + "Example #3", "Epoch 1, Step: 3"):
        assert not joeynmt.recognise(line, {}), line


def test_any_pieces_and_any_damage() -> None:
    """The log gives the same however it is cut; damaged lines do no harm; hostile ones take no time."""
    assert_same_in_any_pieces(SAMPLE)
    assert_never_raises(joeynmt, SAMPLE)
    for line in SAMPLE.replace("\r", "\n").split("\n")[:12]:
        assert_quick(joeynmt, line)
