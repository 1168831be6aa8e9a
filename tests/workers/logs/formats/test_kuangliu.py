"""The bar of pytorch-cifar."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
)
from workers.logs.formats import kuangliu


def epoch(number: int) -> str:
    """Two bars as a terminal shows them."""
    return (
        f"\nEpoch: {number}\n [================ 391/391 =====>]  Step: 1s194ms | Tot: 45s885ms | Loss: {2 - number}.5 | "
        f"Acc: 1{number}.342% (7671/50000)\n [============== 100/100 =======>]  Step: 34ms | Tot: 3s829ms | "
        f"Loss: 1.979 | Acc: 2{number}.170% (2617/10000)\nSaving..\n"
    )


def raw(done: int) -> str:
    """A bar as it is written, the fraction after backspaces."""
    return (
        f" [=====>......]  Step: 46ms | Tot: 4s600ms | Loss: 1.{done} | Acc: 40.5% ({done * 100}/50000)      "
        + "\b" * 40
        + f" {done}/391 "
        + ("\n" if done == 391 else "\r")
    )


def test_training_and_test() -> None:
    """The first bar of an epoch is the training, the other the test; shares are kept as printed."""
    columns = read(epoch(0) + epoch(1))
    assert points(columns, "Loss") == [(0, 2.5), (1, 1.5)]
    assert points(columns, "test/Acc") == [(0, 20.17), (1, 21.17)]
    assert set(columns) == {"Loss", "Acc", "test/Loss", "test/Acc"}


def test_raw_bars() -> None:
    """Of a bar drawn over and over, with backspaces, the complete one is the record."""
    columns = read("\nEpoch: 3\n" + raw(1) + raw(200) + raw(391))
    assert points(columns, "Loss") == [(3, 1.391)]


def test_a_bar_of_something_else_is_left_alone() -> None:
    """Without step and total times it is another's bar."""
    assert not kuangliu.recognise(" [====>...] Loss: 0.9 | Acc: 71% | 3/9", {})


def test_pieces_and_damage() -> None:
    """Cut anywhere, the log reads the same; damaged or hostile lines are harmless."""
    assert_same_in_any_pieces(epoch(0) + epoch(1) + raw(3))
    assert_never_raises(kuangliu, epoch(0) + epoch(1) + raw(3))
    for start in (" [", " [=>] Step: 1ms | Tot: 1s | ", " [=>]  Step: 1ms | Tot: 1s | Loss: "):
        assert_quick(kuangliu, start)
