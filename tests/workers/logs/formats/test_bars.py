"""Progress bars."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import bars

SAMPLE = """Downloading: 100%|██████████| 466k/466k [00:00<00:00, 5.89MB/s]
Epoch 1/3:   0%|          | 0/40 [00:00<?, ?it/s]\r\
Epoch 1/3:  50%|█████     | 20/40 [00:10<00:10,  2.00it/s, loss=0.9, acc=51.5%]\r\
Epoch 1/3: 100%|██████████| 40/40 [00:20<00:00,  2.00it/s, loss=0.8, acc=55.0%]
Validation: 100%|██████████| 5/5 [00:01<00:00,  4.00it/s, loss=0.85]
Epoch 2/3:  50%|█████     | 20/40 [00:10<00:10,  2.00it/s, loss=0.7, acc=60.0%]
"""


def bar(done: int, total: int, *, label: str = "", postfix: str = "", rate: str = "2.00it/s") -> str:
    head = f"{label}: " if label else ""
    tail = f", {postfix}" if postfix else ""
    return (
        f"{head}{100 * done // total:3d}%|{'#' * (10 * done // total):10}| {done}/{total} [00:10<00:10, {rate}{tail}]\r"
    )


def test_epoch_in_the_description_places_the_record() -> None:
    """A bar named after its epoch counts batches in it; the validation's own bar gives one record at its end."""
    columns, reader = read_with(SAMPLE)
    assert points(columns, "loss") == [(20, 0.9), (40, 0.8), (60, 0.7)]
    assert columns["acc"].values == [51.5, 55.0, 60.0]
    assert columns["val/loss"].values == [0.85]
    standing = reader.progress.standing()
    assert standing is not None and (standing.done, standing.total, standing.unit) == (1.5, 3, "epoch")


def test_postfix_in_many_shapes() -> None:
    """Pairs with =, with colons, as a dict, with bars between, with a space only: all are read."""
    for postfix in (
        "loss=0.5, acc=0.9",
        "loss: 0.5 | acc: 0.9",
        "{'loss': '0.5', 'acc': 0.9}",
        "Loss 0.5, acc 0.9",
        "loss=0.5 acc=0.9",
    ):
        columns = read(bar(3, 10, postfix=postfix))
        assert {name.lower(): column.values for name, column in columns.items()} == {"loss": [0.5], "acc": [0.9]}, (
            postfix
        )
        assert next(iter(columns.values())).steps == [3]


def test_a_step_drawn_again_is_one_record() -> None:
    """Drawn first with the last step's values and then with its own, a step has its own."""
    text = (
        bar(1, 9, postfix="loss=3")
        + bar(2, 9, postfix="loss=3")
        + bar(2, 9, postfix="loss=2")
        + bar(3, 9, postfix="loss=2")
    )
    assert points(read(text), "loss") == [(1, 3), (2, 2), (3, 2)]


def test_numbers_that_are_no_metrics() -> None:
    """Versions, memory with a unit, counters and times of day are not kept; nan and -inf are."""
    columns = read(
        bar(3, 10, postfix="v_num=3, mem=13.5G, gpu=3.2GB, step=3, at=12:30, it=3/10, a=nan, b=-inf, c=1.2k, lr=1e-5")
    )
    assert sorted(columns) == ["a", "b", "c", "lr"]
    assert columns["c"].values == [1200] and columns["lr"].values == [1e-5]


def test_metrics_in_the_description() -> None:
    """``set_description`` with metrics gives them, and the bar still counts the training."""
    columns, reader = read_with(bar(4, 10, label="loss: 0.25 | acc 0.5"))
    assert points(columns, "loss") == [(4, 0.25)]
    standing = reader.progress.standing()
    assert standing is not None and (standing.done, standing.total) == (4, 10)


def test_bars_of_steps_and_of_epochs() -> None:
    """A bar named steps counts the training though epochs are announced beside it; a bar of epochs counts those over."""
    columns, reader = read_with("epoch 1/4\n" + bar(5, 12, label="steps", postfix="avr_loss=0.1"))
    assert points(columns, "avr_loss") == [(5, 0.1)]
    standing = reader.progress.standing()
    assert standing is not None and (standing.done, standing.total, standing.unit) == (5, 12, "step")
    columns, reader = read_with(bar(0, 10, label="Epochs") + bar(3, 10, rate="4.00s/epoch", postfix="loss=0.1"))
    standing = reader.progress.standing()
    assert standing is not None and (standing.done, standing.total, standing.unit) == (3, 10, "epoch")


def test_unnamed_bars_begin_anew_with_each_announced_epoch() -> None:
    """Under headings of epochs an unnamed bar counts batches; one that goes on through them counts the training."""
    text = "".join(
        f"Epoch {e}/2\n" + bar(0, 5) + bar(3, 5, postfix=f"loss={e}") + bar(5, 5, postfix=f"loss={e}") for e in (1, 2)
    )
    assert points(read(text), "loss") == [(3, 1), (5, 1), (8, 2), (10, 2)]


def test_loading_and_evaluation_are_not_the_training() -> None:
    """Bars of downloads, maps over data and evaluations do not count as progress."""
    for label, rate in (
        ("Map", "9 examples/s"),
        ("model.bin", "5.9MB/s"),
        ("Running tokenizer on train dataset", "3 examples/s"),
        ("Evaluating", "3it/s"),
    ):
        _, reader = read_with(bar(3, 5, label=label, rate=rate))
        assert reader.progress.standing() is None, label


def test_totals_and_other_bars() -> None:
    """Suffixed counts, bars without a total, and the bars of rich, alive-progress, fastprogress and progressbar2."""
    cases = {
        "Training:  42%|####2     | 42k/100k [00:12<00:16, 3.50kit/s]": (42_000, 100_000),
        "4606it [02:32, 32.61it/s]": (4606, None),
        "Working... ━━━━╸━━━  42% 0:00:36": (42, 100),
        "|██████▌   | ▇▅▃ 40/100 [40%] in 4s (9.9/s, eta: 6s) ": (40, 100),
        " |████------| 42.00% [42/100 00:04<00:06 0.5]": (42, 100),
        " 42% (42 of 100) |####      | Elapsed Time: 0:00:04 ETA:   0:00:06": (42, 100),
    }
    for line, expected in cases.items():
        _, reader = read_with(line + "\n")
        standing = reader.progress.standing()
        assert standing is not None and (standing.done, standing.total) == expected, line


def test_false_friends() -> None:
    """Tables with bars and text about iterations are no progress bars."""
    for line in ("| loss | 0.5 |", "it took 3it [sic]", "100% of | the | data 3/4", "a 5% | 3/10"):
        assert not bars.recognise(line, {}), line


def test_any_pieces_and_any_damage() -> None:
    """The log gives the same however it is cut; damaged lines do no harm; hostile ones take no time."""
    assert_same_in_any_pieces(SAMPLE)
    assert_never_raises(bars, SAMPLE)
    for line in SAMPLE.replace("\r", "\n").split("\n")[:12]:
        assert_quick(bars, line)


def test_bars_as_notebooks_and_narrow_screens_show_them() -> None:
    """Without a bar between, with metrics behind the brackets, or cut off: what is whole is read."""
    cases = {
        "Epoch 0: 100% 98/98 [00:43<00:00,  2.28it/s, v_num=0, acc=0.875]": {"acc": 0.875},
        " 5/24 [01:10<04:12, 13.0s/it, loss=3.25]": {"loss": 3.25},
        "Epoch 9:  75%|#######5  | 86/115 [02:15<00:45] train/loss_step=0.45": {"train/loss_step": 0.45},
        "Epoch 1/5 : Training: 100%|#| 200/200 [01:24<00:00,  2.38it/s, Loss=0.75, Accuracy=0.5": {"Loss": 0.75},
        "lora: 12%|#1     | 245/3000 [02:14<16:03,  0.55s/it, lr: 1.0e-4 loss: 0.125]": {"lr": 1e-4, "loss": 0.125},
        "(train: 1 ): 100%|####| 28/28 [00:35<00:00, 80.00it/s, dt(ms)=2.5]": {"dt(ms)": 2.5},
    }
    for line, expected in cases.items():
        assert {name: column.values[0] for name, column in read(line + "\n").items()} == expected, line


def test_a_bar_that_says_the_steps_of_its_environment() -> None:
    """Steps that an agent took stand for its place in the training, beside an epoch of unknown length."""
    columns = read(
        "Epoch #1: 501it [00:02, 250.1it/s, env_step=500, loss=0.5, n/ep=2, n/st=10, rew=1.5]\n"
        "Epoch #2: 501it [00:02, 250.1it/s, env_step=1000, loss=0.25, n/ep=0, n/st=10, rew=2.5]\n"
    )
    assert points(columns, "rew") == [(500, 1.5), (1000, 2.5)]
    assert set(columns) == {"loss", "rew"}
