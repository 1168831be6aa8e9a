"""nnU-Net, both versions."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import nnunet


def first(epoch: int) -> str:
    stamp = "2024-01-01 10:1{}:11.531092: "
    return (
        f"{stamp.format(epoch)}\nepoch:  {epoch} \n{stamp.format(epoch)}train loss : -0.{epoch}1 \n"
        f"{stamp.format(epoch)}validation loss: nan \n"
        f"{stamp.format(epoch)}Average global foreground Dice: [0.{epoch}, 0.99] \n"
        f"{stamp.format(epoch)}(interpret this as an estimate for the Dice of the different classes. This is not exact.)\n"
        f"{stamp.format(epoch)}lr: 0.00{9 - epoch} \n{stamp.format(epoch)}This epoch took 97.5 s\n\n"
    )


def second(epoch: int) -> str:
    stamp = f"2024-01-01 10:1{epoch}:11.531092: "
    return (
        f"{stamp}\n{stamp}Epoch {epoch} \n{stamp}Current learning rate: 0.01 \n{stamp}train_loss -0.{epoch} \n{stamp}val_loss -0.5 \n"
        f"{stamp}Pseudo dice [np.float32(0.8123), np.float32(0.{epoch})] \n{stamp}Epoch time: 45.25 s \n"
        f"{stamp}Yayy! New best EMA pseudo Dice: 0.8123 \n"
    )


ONE = (
    "2024-01-01 10:00:00.554558: lr: 0.01 \n            (lrelu): LeakyReLU(negative_slope=0.01, inplace=True)\n"
    + first(0)
    + first(1)
)


def test_the_first_version() -> None:
    """The rate told before the first epoch is the first epoch's; a list has a value for each class."""
    columns = read(ONE)
    assert points(columns, "train loss") == [(0, -0.01), (1, -0.11)]
    assert points(columns, "Average global foreground Dice[0]") == [(0, 0.0), (1, 0.1)]
    assert points(columns, "lr") == [(0, 0.01), (0, 0.009), (1, 0.008)]
    assert columns["validation loss"].values[0] != columns["validation loss"].values[0]
    assert columns["epoch time (s)"].values == [97.5, 97.5]
    assert columns["train loss"].times[0] > 1e9


def test_the_second_version() -> None:
    """It names the same things otherwise."""
    columns, reader = read_with(second(0) + second(1))
    assert points(columns, "train_loss") == [(0, 0.0), (1, -0.1)]
    assert points(columns, "Pseudo dice[1]") == [(0, 0.0), (1, 0.1)]
    assert points(columns, "New best EMA pseudo Dice") == [(0, 0.8123), (1, 0.8123)]
    assert columns["Current learning rate"].values == [0.01, 0.01]
    assert reader.progress.standing() is not None


def test_false_friends() -> None:
    """Without the date before it a line is another's."""
    for line in ("train loss : 0.5", "epoch: 3", "Epoch 3", "2024-01-01 10:00:00: lr: 0.01 and more"):
        assert not nnunet.recognise(line, {}), line


def test_pieces_and_damage() -> None:
    """Cut anywhere, the log reads the same; damaged or hostile lines are harmless."""
    assert_same_in_any_pieces(ONE + second(3))
    assert_never_raises(nnunet, ONE + second(3))
    for start in ("2024-01-01 10:00:00.1: lr: ", "2024-01-01 10:00:00.1: Pseudo dice [", "epoch:  "):
        assert_quick(nnunet, start)
