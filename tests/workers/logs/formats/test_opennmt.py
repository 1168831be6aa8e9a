"""OpenNMT."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import opennmt

STAMP = "[2024-01-02 10:00:00,816 INFO] "
SAMPLE = (
    STAMP
    + "Step 50/ 5000; acc:  20.18; ppl: 908.07; xent: 6.81; lr: 0.00020; 4466/6179 tok/s;     32 sec\n"
    + STAMP
    + "Step 100/ 5000; acc:  23.5; ppl: 594.5; xent: 6.5; lr: 0.00020; 4466/6179 tok/s;     61 sec\n"
    + STAMP
    + "Validation perplexity: 300.5\n"
    + STAMP
    + "Validation accuracy: 30.25\n"
    + STAMP
    + "Decreasing patience: 2/3\n"
    + STAMP
    + "Model is improving ppl: 300.5 --> 200.5.\n"
)


def test_steps_and_validations() -> None:
    """The step stands on the line; a validation is at the step before it; patience is nothing."""
    columns, reader = read_with(SAMPLE)
    assert points(columns, "acc") == [(50, 20.18), (100, 23.5)]
    assert points(columns, "Validation perplexity") == [(100, 300.5)]
    assert columns["src tok/s"].values == [4466, 4466]
    assert sorted(columns) == [
        "Validation accuracy",
        "Validation perplexity",
        "acc",
        "lr",
        "ppl",
        "src tok/s",
        "tgt tok/s",
        "xent",
    ]
    standing = reader.progress.standing()
    assert standing is not None and (standing.done, standing.total) == (100, 5000)


def test_other_versions() -> None:
    """The third version's longer lines, the oldest with epochs, TensorFlow's and Lua's."""
    columns = read(
        STAMP
        + "Step 50/100000; acc: 20.5; ppl: 908.5; xent: 6.5; aux: 0.000; lr: 1.00e-03; sents:   1234; bsz: 3210/2345/ 45; 4466/6179 tok/s;     32 sec;\n"
    )
    assert points(columns, "lr") == [(50, 0.001)] and "bsz" not in columns
    columns = read(
        "Epoch  2,    50/ 1000; acc:   4.5; ppl: 2000.5; xent: 9.5; 3000 src tok/s; 3500 tgt tok/s;     12 s elapsed\n"
    )
    assert points(columns, "ppl") == [(1050, 2000.5)]
    columns = read(
        "2024-02-03 10:00:00.000000: I training.py:176] Step = 100 ; steps/s = 1.25, source words/s = 12345, target words/s = 12345 ; Learning rate = 0.000012 ; Loss = 9.5\n"
    )
    assert points(columns, "Loss") == [(100, 9.5)] and columns["steps/s"].values == [1.25]
    columns = read(
        "[04/05/17 10:00:00 INFO] Epoch 1 ; Iteration 50/1000 ; Optim SGD LR 1.000000 ; Source tokens/s 1234 ; Perplexity 9999.5\n"
    )
    assert points(columns, "Perplexity") == [(50, 9999.5)] and columns["LR"].values == [1.0]


def test_false_friends() -> None:
    """Other lines that speak of steps are left alone."""
    for line in ("Step 3/10 done", "Step 50/100: loss 0.5", "Train accuracy is fine"):
        assert not opennmt.recognise(line, {}), line


def test_any_pieces_and_any_damage() -> None:
    """The log gives the same however it is cut; damaged lines do no harm; hostile ones take no time."""
    assert_same_in_any_pieces(SAMPLE)
    assert_never_raises(opennmt, SAMPLE)
    for line in SAMPLE.replace("\r", "\n").split("\n")[:12]:
        assert_quick(opennmt, line)
