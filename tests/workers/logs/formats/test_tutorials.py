"""Loops of PyTorch's tutorials."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import tutorials

QUICK = "".join(
    f"Epoch {epoch}\n-------------------------------\nloss: 2.{epoch}02088  [   64/60000]\nloss: nan  [ 6464/60000]\n"
    f"Test Error: \n Accuracy: {epoch}5.1%, Avg loss: 2.155012 \n\n"
    for epoch in (1, 2)
)
CIFAR = "[1,  2000] loss: 2.205\n[1,  4000] loss: 1.905\n[2,  2000] loss: 1.705\n"


def test_quickstart() -> None:
    """Samples are counted over epochs, and a test belongs to its epoch."""
    columns, _ = read_with(QUICK)
    assert columns["loss"].steps == [64, 6464, 60064, 66464]
    assert points(columns, "Accuracy") == [(1, 15.1), (2, 25.1)]


def test_classifier() -> None:
    """Batches begin anew with each epoch and are counted on."""
    columns = read(CIFAR)
    assert points(columns, "loss") == [(2000, 2.205), (4000, 1.905), (6000, 1.705)]


def test_false_friends() -> None:
    """Lines that say more are another's."""
    assert not tutorials.recognise("loss: 2.3  [64/60000] acc: 3", {})
    assert not tutorials.recognise("[1, 2] loss: high", {})


def test_pieces_and_damage() -> None:
    """Cut anywhere, the log reads the same; damaged or hostile lines are harmless."""
    assert_same_in_any_pieces(QUICK + CIFAR)
    assert_never_raises(tutorials, QUICK + CIFAR)
    for start in ("loss: 1 [", "[1, 2] loss: ", " Accuracy: 1%, Avg loss: "):
        assert_quick(tutorials, start)
