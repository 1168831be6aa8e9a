"""Whether the end of a log looks like a job that came to its end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.logs.endings import find_ending


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
