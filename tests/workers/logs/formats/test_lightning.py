"""Lightning beside its tqdm bars."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import lightning

SAMPLE = (
    "Epoch 0/9 ━━━━━━━━━━━━━━━━ 5/20 0:00:05 • 0:00:15 1.12it/s v_num: 0.000 train/loss: 0.5\n"
    "Epoch 0/9 ━━━━━━━━━━━━━━━━ 20/20 0:00:05 • 0:00:00 1.12it/s v_num: 0.000 train/loss: 0.4\n"
    "Epoch 1/9 ━━━━━━━━━━━━━━━━ 10/20 0:00:05 • 0:00:15 1.12it/s v_num: 0.000 train/loss: 0.3\n"
    "Epoch 1, global step 40: 'val_loss' reached 0.30000 (best 0.30000), saving model to '/tmp/a.ckpt' as top 1\n"
    "┏━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━┓\n"
    "┃        Test metric        ┃       DataLoader 0        ┃\n"
    "┡━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━┩\n"
    "│         test_acc          │    0.8899999856948853     │\n"
    "│           loss            │            nan            │\n"
    "└───────────────────────────┴───────────────────────────┘\n"
)


def test_rich_bars() -> None:
    """The heading names the last epoch, one less than their number."""
    columns, reader = read_with(SAMPLE)
    assert points(columns, "train/loss") == [(5, 0.5), (20, 0.4), (30, 0.3)]
    assert "v_num" not in columns
    standing = reader.progress.standing()
    assert standing is not None and (standing.done, standing.total) == (1.5, 10)


def test_tables_of_results() -> None:
    """A row is a metric of the test; the note of a checkpoint is none."""
    columns = read(SAMPLE)
    assert columns["test_acc"].values == [0.8899999856948853] and str(columns["test/loss"].values) == "[nan]"
    assert "val_loss" not in columns


def test_tqdm_bars_of_lightning() -> None:
    """``v_num`` is never a metric, validation bars do not count, the last drawing of a batch does."""
    text = (
        "Sanity Checking DataLoader 0: 100%|##########| 2/2 [00:00<00:00,  9.0it/s]\r"
        "Epoch 0:  25%|##5       | 5/20 [00:05<00:15,  1.0it/s, loss=0.5, v_num=3, train/loss_step=0.5]\r"
        "Epoch 0:  25%|##5       | 5/20 [00:05<00:15,  1.0it/s, loss=0.4, v_num=3, train/loss_step=0.3]\r"
        "Validation: |          | 0/? [00:00<?, ?it/s]\r"
        "Epoch 1:  25%|##5       | 5/20 [00:05<00:15,  1.0it/s, v_num=3, loss=0.25]\r"
    )
    columns = read(text)
    assert points(columns, "loss") == [(5, 0.4), (25, 0.25)]
    assert "v_num" not in columns


def test_false_friends() -> None:
    """Lists with dots between and other frames are left alone."""
    for line in ("a • b", "│ layers │ 3 │", "Metric learning is 3"):
        assert not lightning.recognise(line, {}), line


def test_any_pieces_and_any_damage() -> None:
    """The log gives the same however it is cut; damaged lines do no harm; hostile ones take no time."""
    assert_same_in_any_pieces(SAMPLE)
    assert_never_raises(lightning, SAMPLE)
    for line in SAMPLE.replace("\r", "\n").split("\n")[:12]:
        assert_quick(lightning, line)
