"""The Hugging Face Trainer."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import huggingface

BAR = " 10%|█         | {done}/100 [00:10<01:30,  1.00s/it]\r"
SAMPLE = (
    "***** Running training *****\n  Num examples = 1,000\n  Num Epochs = 2\n  Total optimization steps = 100\n"
    + BAR.format(done=10)
    + "{'loss': 1.5, 'grad_norm': 0.25, 'learning_rate': 9e-05, 'epoch': 0.2}\n"
    + BAR.format(done=10)
    + BAR.format(done=20)
    + "{'loss': '1.25', 'grad_norm': 'nan', 'learning_rate': '8e-05', 'epoch': '0.4'}\n"
    + BAR.format(done=20)
    + "{'eval_loss': 1.3, 'eval_runtime': 4.5, 'eval_samples_per_second': 20.1, 'epoch': 0.4}\n"
    + BAR.format(done=21)
    + "{'train_runtime': 60.5, 'train_loss': 1.4, 'epoch': 2.0}\n***** train metrics *****\n"
    "  epoch                    =        2.0\n  train_loss               =        1.4\n"
    "  train_runtime            = 0:01:00.50\n  train_samples            =       1000\n"
    "***** eval metrics *****\n  eval_accuracy            =        nan\n  eval_runtime             = 0:00:04.50\n"
)


def test_the_step_is_that_of_the_bar() -> None:
    """A dict does not say its step; the bar beside it does. Old numbers and new strings are alike."""
    columns, reader = read_with(SAMPLE)
    assert points(columns, "loss") == [(10, 1.5), (20, 1.25)]
    assert points(columns, "eval_loss")[0] == (20, 1.3) or points(columns, "eval_loss")[0] == (21, 1.3)
    assert columns["epoch"].values == [0.2, 0.4]
    assert str(columns["grad_norm"].values[1]) == "nan"
    standing = reader.progress.standing()
    assert standing is not None and (standing.done, standing.total) == (21, 100)


def test_a_block_is_one_record_and_no_repetition() -> None:
    """The aligned block gives what the dict before it did not; times of day become seconds."""
    columns = read(SAMPLE)
    assert columns["train_loss"].values == [1.4]
    assert str(columns["eval_accuracy"].values) == "[nan]"
    assert columns["eval_runtime"].values == [4.5, 4.5]
    assert "train_samples" not in columns


def test_without_a_bar_the_epoch_is_the_step() -> None:
    """On a file of its own standard output has no bars: the rounded epochs are all that is known."""
    text = "".join(f"{{'loss': {3 - e}, 'learning_rate': 1e-05, 'epoch': {e}}}\n" for e in (0.5, 1.0, 1.5))
    columns = read(text)
    assert points(columns, "loss") == [(0.5, 2.5), (1.0, 2.0), (1.5, 1.5)]
    assert columns["loss"].unit == "epoch"


def test_two_loggers_that_print_the_same_are_one_record() -> None:
    """A callback that prints the dict once more, rounded and with a rate, does not double the record."""
    text = (
        BAR.format(done=5)
        + "[INFO|2025-01-02 10:00:00] app.callbacks:143 >> {'loss': 1.5001, 'learning_rate': 9.0e-05, 'epoch': 0.2, 'throughput': 99.5}\n"
        + "{'loss': 1.5, 'grad_norm': 2.0, 'learning_rate': 9e-05, 'epoch': 0.2}\n"
        + BAR.format(done=5)
    )
    columns = read(text)
    assert len(columns["loss"].values) == 1
    assert columns["throughput"].values == [99.5] and columns["grad_norm"].values == [2.0]


def test_rewards_and_old_json() -> None:
    """Preference training names its rewards; the oldest versions print JSON with the step."""
    columns = read(
        BAR.format(done=5)
        + "{'loss': 0.69, 'rewards/chosen': -0.5, 'rewards/margins': 0.1, 'logps/chosen': -50.5, 'epoch': 0.1}\n"
    )
    assert points(columns, "rewards/chosen") == [(5, -0.5)]
    columns = read('{"loss": 2.5, "learning_rate": 4e-05, "epoch": 0.5, "step": 500}\n')
    assert points(columns, "loss") == [(500, 2.5)]


def test_false_friends() -> None:
    """Configurations and other dicts are not records."""
    for line in (
        "{'lr': 0.1, 'batch_size': 32}",
        "{'loss': 'mse', 'epochs': 3}",
        "{'learning_rate': 0.1, 'optimizer': 'adam', 'epoch': 3}",
        "Namespace(config={'loss': 0.5, 'epoch': 3, 'x': 1})",
    ):
        assert not huggingface.recognise(line, {}), line


def test_any_pieces_and_any_damage() -> None:
    """The log gives the same however it is cut; damaged lines do no harm; hostile ones take no time."""
    assert_same_in_any_pieces(SAMPLE)
    assert_never_raises(huggingface, SAMPLE)
    for line in SAMPLE.replace("\r", "\n").split("\n")[:12]:
        assert_quick(huggingface, line)


def test_records_that_come_in_a_heap() -> None:
    """Standard output that was kept back comes long after the bars: no record is lost, and epochs give the steps."""
    dicts = "".join(f"{{'loss': {2 - n / 1000}, 'learning_rate': 5e-05, 'epoch': {n / 10}}}\n" for n in range(1, 11))
    columns = read(BAR.format(done=50) + "\n" + dicts)
    assert len(columns["loss"].values) == 10 and columns["loss"].legs == [0] * 10
    header = "***** Running training *****\n  Num Epochs = 2\n  Total optimization steps = 100\n"
    columns = read(header + BAR.format(done=50) + "\n" + dicts)
    assert columns["loss"].steps == [5, 10, 15, 20, 25, 30, 35, 40, 45, 50]


def test_one_json_object_an_epoch() -> None:
    """Vision scripts append one object after each epoch: it tells how far the training is."""
    columns, reader = read_with(
        '{"train_lr": 0.1, "train_loss": 0.5, "test_acc1": 60.5, "epoch": 0, "n_parameters": 1000}\n'
        '{"train_lr": 0.1, "train_loss": 0.25, "test_acc1": 70.5, "epoch": 1, "n_parameters": 1000}\n'
    )
    assert points(columns, "train_loss") == [(0, 0.5), (1, 0.25)]
    assert "n_parameters" not in columns
    standing = reader.progress.standing()
    assert standing is not None and (standing.done, standing.unit) == (2, "epoch")
