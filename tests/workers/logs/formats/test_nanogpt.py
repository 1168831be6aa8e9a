"""Small trainers of language models."""

import pytest

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import nanogpt

MODDED = """step:0/1530 val_loss:10.8258 train_time:0ms step_avg:nanms
step:1/1530 train_loss:10.8258 train_time:31613ms step_avg:nanms
step:2/1530 train_loss:10.0771 train_time:31724ms step_avg:94.01ms
"""
LLMC = "s:0 tel:11.0092\ns:0 trl:11.0091 lr:0.000001 norm:15.37\ns:1 trl:nan lr:0.000002 norm:15.24\n"
NANO = "step 0: train loss 10.98, val loss 10.99\niter 0: loss 10.9871, time 12312.05ms, mfu -100.00%\niter 10: loss 9.5, time 312.05ms, mfu 30.12%\n"


def test_modded() -> None:
    """The total stands beside the step; costs are taken without their unit."""
    columns, reader = read_with(MODDED)
    assert points(columns, "val_loss") == [(0, 10.8258)]
    assert points(columns, "train_loss") == [(1, 10.8258), (2, 10.0771)]
    assert points(columns, "train_time") == [(0, 0), (1, 31613), (2, 31724)]
    standing = reader.progress.standing()
    assert standing is not None
    assert (standing.done, standing.total) == (2, 1530)


def test_llmc() -> None:
    """Two letters are enough of a name; NaN is kept."""
    columns = read(LLMC)
    assert points(columns, "tel") == [(0, 11.0092)]
    assert columns["trl"].steps == [0, 1]
    assert columns["norm"].values == [15.37, 15.24]


def test_nano() -> None:
    """Lines of iterations and of evaluations."""
    columns = read(NANO)
    assert points(columns, "loss") == [(0, 10.9871), (10, 9.5)]
    assert points(columns, "val loss") == [(0, 10.99)]
    assert columns["mfu"].values == [-100, 30.12]


@pytest.mark.parametrize(
    ("line", "values"),
    [
        (
            "step 10/19560 | loss 11.009 (+nanz)| norm 15.3 (+1.02z)| lr 1.00e-06 | 812.1 ms | 35.1% bf16 MFU | 645123 tok/s",
            {"loss": 11.009, "norm": 15.3, "lr": 1e-6, "time (ms)": 812.1, "bf16 MFU": 35.1, "tok/s": 645123},
        ),
        (
            "step   10/1000 | train loss 4.321 | norm 1.2 | lr 3.0e-04 | (123.45 ms | 4567 tok/s)",
            {"train loss": 4.321, "norm": 1.2, "lr": 3e-4, "time (ms)": 123.45, "tok/s": 4567},
        ),
        (
            "Epoch 1 | iter 10 step 1 | loss train: 1.234, val: n/a | iter time: 312.45 ms (step) remaining time: 0:12:12",
            {"loss train": 1.234, "iter time": 312.45},
        ),
        (
            "Epoch 1 | iter 10 step 1 | loss train: 1.234, val: 1.5 | iter time: 312.45 ms",
            {"loss train": 1.234, "loss val": 1.5, "iter time": 312.45},
        ),
        ("iter 10 step 1: loss 1.2345, iter time: 312.45ms (optimizer.step)", {"loss": 1.2345, "iter time": 312.45}),
    ],
)
def test_one_line(line: str, values: dict[str, float]) -> None:
    """llm.c's and litgpt's lines, of several versions."""
    columns = read(line + "\n")
    assert {name: column.values[0] for name, column in columns.items()} == values
    assert {column.steps[0] for column in columns.values()} == {10}


def test_false_friends() -> None:
    """The code that prints such a line is no record, nor is a sentence that begins alike."""
    for line in (
        "print0(f'step:{step}/{args.num_iterations} val_loss:{val_loss:.4f}')",
        "step:{step} loss:{loss}",
        "iter 3: loss is growing",
        "step 3: train loss",
        "s:3 hello:2",
    ):
        assert not nanogpt.recognise(line, {}), line


def test_pieces_and_damage() -> None:
    """Cut anywhere, the log reads the same; damaged or hostile lines are harmless."""
    assert_same_in_any_pieces(MODDED + LLMC + NANO)
    assert_never_raises(nanogpt, MODDED + LLMC + NANO)
    for start in (
        "step:1/2 train_loss:1 ",
        "s:0 trl:1 ",
        "iter 0: loss 1",
        "step 1/2 | loss 1 | ",
        "Epoch 1 | iter 1 step 1 | loss ",
    ):
        assert_quick(nanogpt, start)
