"""Prints of people's own training loops, in several languages, and what stands around them."""

import pytest

from tests.workers.logs.formats.sampling import points, read, read_with


def test_bars_that_begin_with_a_bracketed_description() -> None:
    """``[valid epoch 0]`` belongs to the bar behind it, so that training and validation stay apart."""
    columns, reader = read_with(
        "[train epoch 0] loss: 1.25, acc: 0.5: 100%|██████████| 40/40 [00:04<00:00, 9.50it/s]\n"
        "[valid epoch 0] loss: 0.75, acc: 0.7: 100%|██████████| 9/9 [00:01<00:00, 8.10it/s]\n"
        "[train epoch 1] loss: 0.50, acc: 0.8: 100%|██████████| 40/40 [00:04<00:00, 9.50it/s]\n"
        "[valid epoch 1] loss: 0.25, acc: 0.9: 100%|██████████| 9/9 [00:01<00:00, 8.10it/s]\n"
    )
    assert points(columns, "loss") == [(40, 1.25), (80, 0.5)]
    assert points(columns, "val/loss") == [(0, 0.75), (1, 0.25)]
    standing = reader.progress.standing()
    assert standing is not None and standing.done == 2 and standing.unit == "epoch"


def test_bars_whose_description_holds_an_epoch_in_brackets() -> None:
    """``train epoch[2/3] loss:0.5: 100%|…`` names the epoch, its total and a metric."""
    columns, reader = read_with(
        "train epoch[1/3] loss:0.75: 100%|██████████| 20/20 [00:09<00:00,  2.11it/s]\n"
        "[epoch 1] train_loss: 0.875  val_accuracy: 0.625\n"
        "train epoch[2/3] loss:0.50: 100%|██████████| 20/20 [00:09<00:00,  2.11it/s]\n"
        "[epoch 2] train_loss: 0.625  val_accuracy: 0.750\n"
    )
    assert points(columns, "loss") == [(20, 0.75), (40, 0.5)]
    assert points(columns, "train_loss") == [(1, 0.875), (2, 0.625)]
    standing = reader.progress.standing()
    assert standing is not None and (standing.done, standing.total) == (2, 3)


def test_a_bar_of_asterisks_has_its_value_behind_it() -> None:
    """The percentage of a drawn bar is no loss."""
    columns = read("train loss:  50%[*****->.....]0.5000\rtrain loss: 100%[**********->]0.2500\n[epoch 1] acc: 0.5\n")
    assert points(columns, "train loss") == [(50, 0.5), (100, 0.25)]


def test_complete_bars_of_one_length_are_epochs() -> None:
    """Bars that are only drawn when complete do not say that the job is over, once another epoch has begun."""
    _, reader = read_with(
        "".join(
            f"EPOCH: {epoch}\nLoss={0.5 / epoch} Acc=40.5: 100%|██████████| 60/60 [00:08<00:00,  7.5it/s]\n"
            for epoch in (1, 2, 3)
        )
    )
    standing = reader.progress.standing()
    assert standing is not None and (standing.done, standing.total, standing.unit) == (3, None, "epoch")


@pytest.mark.parametrize(
    ("line", "name", "expected"),
    [
        ("Época 3/20: train_loss=0.5, val_loss=0.25\n", "val_loss", (3, 0.25)),
        ("第 3 轮 | 训练集上的正确率：0.75\n", "训练集上的正确率", (3, 0.75)),
        ("轮次 [3/10], 步骤 [2/5], 损失: 0.5\n", "损失", (12, 0.5)),
        ("Epoch: 0003 cost= 0.125\n", "cost", (3, 0.125)),
        ("current step: 3th step\nbatch loss:0.5\n", "batch loss", (3, 0.5)),
        ("step 30 / 400 (epoch 0.75 / 10):\n  loss_average = 0.5\n", "loss_average", (30, 0.5)),
        ("[1/99] [Step:200] [Train Loss:0.5 Acc:0.75]\n", "Train Loss", (200, 0.5)),
        ("Epoch 4\nAverage inner loss after inner updates : 2.5\n", "Average inner loss after inner updates", (4, 2.5)),
        ("Episode 7\tReward: 3.0\nSolved! Running reward is now 9.5 and it goes on\n", "Running reward", (7, 9.5)),
    ],
)
def test_positions_and_names_of_many_tongues(line: str, name: str, expected: tuple[float, float]) -> None:
    """Epochs, steps and metrics are known by their words, ordinals and fractions of an epoch understood."""
    assert points(read(line), name) == [expected]


def test_lines_about_checkpoints_repeat_what_was_said() -> None:
    """What is loaded or saved with a loss beside it is neither a record nor a position."""
    columns, reader = read_with(
        "=> loaded checkpoint 'best.tar' (epoch 90, acc 76.5)\n"
        "Resuming from epoch 90, best acc 76.5\n"
        "Epoch 91, loss: 0.5\n"
        "Saved best model at epoch 91 with val_acc 0.75\n"
        "saved loss: 0.25\n"
    )
    assert set(columns) <= {"loss", "saved loss"}
    assert points(columns, "loss") == [(91, 0.5)]
    standing = reader.progress.standing()
    assert standing is not None and standing.done == 91


def test_a_number_that_a_metric_is_taken_at_is_not_its_value() -> None:
    """``Precision at k = 1: 6.5`` is not a precision of 1."""
    assert all(column.values != [1.0] for column in read("Epoch 1\nPrecision at k = 1: 6.5\n").values())


def test_listed_configurations_are_no_records() -> None:
    """Weights of losses and learning rates that are listed before the training has begun are not recorded."""
    assert read("lambda_kl: 0.01\nlearning_rate: 0.1\n学习率: 0.0001, 批次大小: 32\n  |- lambda_KL\t0.001\n") == {}


def test_metrics_after_another_familys_epochs_stand_at_the_last_of_them() -> None:
    """A line of free text after Keras has ended stands at the last epoch, not at the one that began the log."""
    columns = read(
        "Epoch 1/2\n10/10 [==============================] - 1s 9ms/step - loss: 0.5\n"
        "Epoch 2/2\n10/10 [==============================] - 1s 9ms/step - loss: 0.25\nTest accuracy: 0.75\n"
    )
    assert points(columns, "Test accuracy") == [(2, 0.75)]


def test_skipped_steps_are_no_records() -> None:
    """A loss scale that was lowered is no loss."""
    assert read("Epoch 1\nGradient overflow.  Skipping step, loss scaler 0 reducing loss scale to 1024.0\n") == {}


def test_what_the_best_epoch_had_is_told_apart() -> None:
    """A summary of the best epoch does not add to the series that were recorded epoch by epoch."""
    columns = read("Epoch 0\tAcc: 0.5\nEpoch 1\tAcc: 0.75\nEpoch 2\tAcc: 0.25\n=====\nBest Epoch 1\tAcc: 0.75\n")
    assert points(columns, "Acc") == [(0, 0.5), (1, 0.75), (2, 0.25)]
    assert columns["best Acc"].values == [0.75]


@pytest.mark.parametrize("prefix", ["[rank {}] ", "[GPU{}] ", "Rank {}: ", "[RANK {}]: "])
def test_of_ranks_that_name_themselves_one_is_read(prefix: str) -> None:
    """Records of other ranks are the same ones again."""
    columns = read("".join(prefix.format(rank) + f"Epoch {e} | loss {rank + 0.5}\n" for e in (1, 2) for rank in (0, 1)))
    assert points(columns, "loss") == [(1, 0.5), (2, 0.5)]


def test_a_round_of_steps_is_an_epoch() -> None:
    """Where each iteration has its own steps with a total, it is a round through the data."""
    columns, reader = read_with(
        "iteration:1 step:100/200, NER loss: 4.5\niteration:1 step:200/200, NER loss: 3.5\n"
        "accuracy:  97.50%; precision:  90.50%; recall:  86.50%; FB1:  88.50\n"
        "             DRUG: precision:  10.50%; recall:  16.50%; FB1:  12.50  123\n"
        "iteration:2 step:100/200, NER loss: 2.5\n"
    )
    assert points(columns, "NER loss") == [(100, 4.5), (200, 3.5), (300, 2.5)]
    assert columns["precision"].values == [90.5]
    standing = reader.progress.standing()
    assert standing is not None and (standing.done, standing.unit) == (1.5, "epoch")


def test_checkpoints_behind_a_stamp_repeat_what_was_said() -> None:
    """A logger's stamp before the words does not make a record of them."""
    columns = read(
        "2024-01-01 10:00:00,123 - root - INFO - Epoch 1, val_acc: 0.5\n"
        "2024-01-01 10:00:01,123 - root - INFO - Saved best model with val_acc: 0.5\n"
    )
    assert points(columns, "val_acc") == [(1, 0.5)] and len(columns) == 1
