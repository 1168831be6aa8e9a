"""Whether the end of a log looks like a job that came to its end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.logs.endings import find_ending, split_end


@pytest.mark.parametrize(
    "line",
    [
        "Training finished.",
        "training complete: 3 h",
        "Done!",
        "all done",
        "finished",
        "Finished training, best acc 0.93",
        "学習が完了しました",
        "Epoch 100/100 loss 0.3",
        "100%|██████████| 782/782 [00:10<00:00]",
    ],
)
def test_endings(line: str) -> None:
    """Words for it, or the last of a count, are the ending."""
    assert find_ending(["loss 0.3", line, ""]) == line


@pytest.mark.parametrize(
    "line",
    [
        "loss 0.3",
        "Epoch 99/100",
        "2026/11/21",
        "data loading done in 3 s, epoch 1 begins",
        "accuracy 1/1",
        "ratio 0.5/0.5",
    ],
)
def test_no_endings(line: str) -> None:
    """An unfinished count, a date or a step that is done is no end."""
    assert find_ending(["start", line]) is None


@given(st.lists(st.text(max_size=60), max_size=12))
def test_any_lines(lines: list[str]) -> None:
    """Whatever the lines, the answer is one of them or none."""
    found = find_ending(lines)
    assert found is None or any(found == line.strip() for line in lines)


@pytest.mark.parametrize(
    "line",
    [
        "{'train_runtime': 20909.3, 'train_loss': 0.08, 'epoch': 1.0}",
        "`Trainer.fit` stopped: `max_epochs=10` reached.",
        "175 epochs completed in 1.044 hours.",
        "wandb: Synced 5 W&B file(s), 0 media file(s)",
        "Optimization complete with best validation score of 5.6 %",
        "Solving done ...",
    ],
)
def test_what_frameworks_print_then(line: str) -> None:
    """What a framework prints at its end counts, though the program says more after it."""
    assert find_ending([line, *(f"class {number} AP 0.3" for number in range(30))]) == line


def test_progress_that_came_to_its_end() -> None:
    """So does a count that the reader of its progress saw come to its end."""
    assert find_ending(["loss 0.3"], 200.0, 200.0) == "200 of 200 done"
    assert find_ending(["loss 0.3"], 199.0, 200.0) is None
    assert find_ending(["Training completed 41/48"]) is None


def test_a_log_is_split_at_carriage_returns() -> None:
    """A traceback between two states of a bar is not lost; colours and NUL bytes go."""
    assert split_end(b"10%|x\r\x1b[31mKeyError\x1b[0m\r20%|xx\r\nend\0") == ["10%|x", "KeyError", "20%|xx", "end"]
    assert split_end("値\n".encode("cp932")) == ["値", ""]
    assert split_end(b"") == [""]
