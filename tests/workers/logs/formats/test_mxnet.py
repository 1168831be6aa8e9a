"""MXNet."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import mxnet


def module(epoch: int) -> str:
    return "".join(
        f"INFO:root:Epoch[{epoch}] Batch [{batch}]\tSpeed: 1412.41 samples/sec\taccuracy=0.{epoch + 1}{batch}\n"
        for batch in (20, 40)
    )


LOG = module(0) + module(1) + "[Epoch 2][Batch 99], Speed: 45.123 samples/sec, CrossEntropy=1.234, SmoothL1=nan\n"


def test_batches_are_counted_over_epochs() -> None:
    """Batches begin anew with each epoch and are counted on."""
    columns, _ = read_with(module(0) + module(1))
    assert points(columns, "accuracy") == [(20, 0.12), (40, 0.14), (60, 0.22), (80, 0.24)]
    assert columns["Speed"].values == [1412.41] * 4


def test_newer_forms() -> None:
    """Ranges of batches, Gluon CV's brackets, and a whole epoch in a line."""
    columns = read("INFO:root:Epoch[0] Batch [0-20]\tSpeed: 1412.41 samples/sec\taccuracy=0.112345\n")
    assert points(columns, "accuracy") == [(20, 0.112345)]
    columns = read("[Epoch 3][Batch 99], Speed: 45.5 samples/sec, CrossEntropy=1.25, SmoothL1=0.5\n")
    assert {name: column.values for name, column in columns.items()} == {
        "Speed": [45.5],
        "CrossEntropy": [1.25],
        "SmoothL1": [0.5],
    }
    columns = read("INFO:root:[Epoch 7] train=0.467608 val=0.558900 loss=1.452417 time: 16.450441\n")
    assert points(columns, "val") == [(7, 0.5589)]
    assert points(columns, "time") == [(7, 16.450441)]


def test_false_friends() -> None:
    """Other brackets are left alone."""
    assert not mxnet.recognise("[Epoch 3][Batch x]", {})
    assert not mxnet.recognise("[Epoch 3] train=yes val=no", {})


def test_pieces_and_damage() -> None:
    """Cut anywhere, the log reads the same; damaged or hostile lines are harmless."""
    assert_same_in_any_pieces(LOG)
    assert_never_raises(mxnet, LOG)
    for start in ("Epoch[0] Batch [1]\\t", "[Epoch 1][Batch 1], a=", "[Epoch 1] train=1 val="):
        assert_quick(mxnet, start)
