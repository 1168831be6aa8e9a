"""Megatron-LM, GPT-NeoX and DeepSpeed."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import megatron

LOG = """ iteration      100/  500000 | consumed samples:        25600 | elapsed time per iteration (ms): 812.3 | learning rate: 1.500E-04 | global batch size:   256 | lm loss: 9.123456E+00 | loss scale: 1.0 | grad norm: 1.234 | number of skipped iterations:   0 | number of nan iterations:   0 |
 [2024-05-01 10:00:00] iteration      200/  500000 | consumed samples:        51200 | elapsed time per iteration (ms): 812.3 | throughput per GPU (TFLOP/s/GPU): 123.4 | learning rate: 1.500E-04 | global batch size:   256 | lm loss: 8.5E+00 | loss scale: 1.0 | grad norm: nan |
--------------------------------------------------------------------------------------------------
 validation loss at iteration 200 | lm loss value: 8.123456E+00 | lm loss PPL: 2.234567E+03 | 
 validation loss at iteration 200 on test set | lm loss value: 8.2E+00 | lm loss PPL: 2.3E+03 | 
"""
ENGINE = """[2024-05-01 10:00:00,100] [INFO] [logging.py:96:log_dist] [Rank 0] step=10, skipped=0, lr=[0.0015, 0.0015], mom=[(0.9, 0.999), (0.9, 0.999)]
steps: 10 loss: 7.1234 iter time (s): 0.345 samples/sec: 92.712
[2024-05-01 10:00:00,200] [INFO] [timer.py:260:stop] epoch=0/micro_step=10/global_step=10, RunningAvgSamplesPerSec=33.1, CurrSamplesPerSec=33.5, MemAllocated=4.2GB, MaxMemAllocated=10.1GB
"""


def test_megatron() -> None:
    """Cells of metrics, not of settings and counters; two evaluations told apart."""
    columns, reader = read_with(LOG)
    assert points(columns, "lm loss") == [(100, 9.123456), (200, 8.5)]
    assert points(columns, "val/lm loss value") == [(200, 8.123456)]
    assert points(columns, "test/lm loss PPL") == [(200, 2300)]
    assert columns["throughput per GPU (TFLOP/s/GPU)"].values == [123.4]
    assert not any("consumed" in name or "number of" in name or "batch size" in name for name in columns)
    standing = reader.progress.standing()
    assert standing is not None
    assert (standing.done, standing.total) == (200, 500000)


def test_older_versions_and_neox() -> None:
    """Cells without colons, and cells before the iteration."""
    columns = read(
        "  iteration 100/ 500000 | elapsed time per iteration (ms): 812.3 | learning rate 1.5E-04 | lm loss 9.1E+00 |\n"
    )
    assert points(columns, "lm loss") == [(100, 9.1)]
    columns = read(
        " samples/sec: 1.5 | iteration      100/  320000 | learning rate: 1.8E-04 | approx flops per GPU: 20.1TFLOPS | lm_loss: 9.12E+00 |\n"
    )
    assert {name: column.values[0] for name, column in columns.items()} == {
        "samples/sec": 1.5, "learning rate": 1.8e-4, "approx flops per GPU": 20.1, "lm_loss": 9.12
    }  # fmt: skip


def test_deepspeed() -> None:
    """What the engine logs at a step; nothing has been learnt at step 0."""
    columns = read(ENGINE)
    assert points(columns, "lr") == [(10, 0.0015)]
    assert points(columns, "loss") == [(10, 7.1234)]
    assert points(columns, "RunningAvgSamplesPerSec") == [(10, 33.1)]
    assert read(ENGINE.splitlines()[0].replace("step=10", "step=0") + "\n") == {}


def test_false_friends() -> None:
    """Words such as iteration and validation elsewhere are left alone."""
    for line in ("iteration 3/4 done", "validation results at hand", "steps: 10 to go", "a step=3, skipped it"):
        assert not megatron.recognise(line, {}), line


def test_pieces_and_damage() -> None:
    """Cut anywhere, the log reads the same; damaged or hostile lines are harmless."""
    assert_same_in_any_pieces(LOG + ENGINE)
    assert_never_raises(megatron, LOG + ENGINE)
    for start in (
        " iteration 1/2 | ",
        "validation loss at iteration 1 | ",
        "steps: 10 loss: 1 iter time",
        "global_step=1, RunningAvgSamplesPerSec=",
    ):
        assert_quick(megatron, start)
