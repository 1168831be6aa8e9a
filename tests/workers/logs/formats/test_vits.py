"""VITS and its kin."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import vits

LOG = """2024-01-01 12:00:00,123\t44k\tINFO\tTrain Epoch: 3 [12.5%]
2024-01-01 12:00:00,123\t44k\tINFO\tLosses: [2.7, 2.1, 7.2, nan, 3.6], step: 200, lr: 0.0001, reference_loss: 45.8
2024-01-01 12:00:10,123\t44k\tINFO\tLosses: [2.6, 2.1, 7.2, 30.2, 3.6], step: 400, lr: 9.9e-05, reference_loss: 44.8
"""


def test_losses_are_numbered() -> None:
    """Losses without names are told apart by their places."""
    columns, _ = read_with(LOG)
    assert points(columns, "Losses[0]") == [(200, 2.7), (400, 2.6)]
    assert columns["lr"].values == [1e-4, 9.9e-5]
    assert columns["reference_loss"].values == [45.8, 44.8]


def test_in_chinese() -> None:
    """The names are kept as printed, wide punctuation notwithstanding."""
    columns = read("2024-01-01 12:00:00,123\t44k\tINFO\t损失：[2.5, 2.25]，步数：10，学习率：0.0001\n")
    assert points(columns, "损失[1]") == [(10, 2.25)]
    assert points(columns, "学习率") == [(10, 1e-4)]


def test_the_first_of_them() -> None:
    """VITS itself prints one list that ends with the step and the rate."""
    columns = read("2024-01-01 12:00:00,123\tljs_base\tINFO\t[2.1, 2.2, 3.1, 40.2, 1.2, 2.3, 200, 0.0002]\n")
    assert points(columns, "losses[5]") == [(200, 2.3)]
    assert points(columns, "lr") == [(200, 0.0002)]


def test_false_friends() -> None:
    """Lists elsewhere are left alone."""
    assert not vits.recognise("shape\t[1, 2, 3, 4, 5]", {})
    assert not vits.recognise("losses: [1, 2]", {})


def test_pieces_and_damage() -> None:
    """Cut anywhere, the log reads the same; damaged or hostile lines are harmless."""
    assert_same_in_any_pieces(LOG)
    assert_never_raises(vits, LOG)
    for start in ("Losses: [1, ", "x\\tINFO\\t[1, 2, 3, 4", "损失：[1, "):
        assert_quick(vits, start)


def test_a_pair_says_the_step_of_the_losses_after_it() -> None:
    """Named losses follow a line with the step and the rate."""
    columns = read(
        "INFO:mine:Train Epoch: 2 [20%]\nINFO:mine:[400, 0.0001]\nINFO:mine:loss_disc=3.5, loss_gen=2.5,loss_mel=17.5\n"
    )
    assert points(columns, "loss_mel") == [(400, 17.5)]
    assert points(columns, "lr") == [(400, 0.0001)]
