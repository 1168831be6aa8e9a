"""Dates, levels and places before a line."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from workers.logs.timestamps import strip_stamp, time_of


def test_what_is_taken_off() -> None:
    """The words of many loggers are taken off, and nothing of what they say."""
    for line, rest in {
        "2024-05-01 12:00:00,123 - INFO - loss: 1": "loss: 1",
        "[2024-05-01T12:00:00.5Z] step 1": "step 1",
        "2024/05/01 12:00:00 loss 1": "loss 1",
        "12:00:00 loss 1": "loss 1",
        "I0501 12:00:00.123456 140 train.py:123] step: 100": "step: 100",
        "INFO:root:Epoch 3": "Epoch 3",
        "INFO:__main__:Epoch 3": "Epoch 3",
        "[INFO] epoch 3": "epoch 3",
        "(train.py:12) loss: 3": "loss: 3",
        "(train.py:12) main: loss 3": "loss 3",
        "DEBUG | train:main:12 - loss 1": "loss 1",
        "loss: 3": "loss: 3",
        "Epoch 3: 2024-05-01": "Epoch 3: 2024-05-01",
        "INFO": "INFO",
    }.items():
        assert strip_stamp(line)[1] == rest, line


def test_times() -> None:
    """A date with a zone is that moment; one without is local; a time alone, or a date that does not exist, is none."""
    noon = datetime(2024, 5, 1, 12, tzinfo=UTC).timestamp()
    assert strip_stamp("[2024-05-01T12:00:00.5Z] x")[0] == noon + 0.5
    assert strip_stamp("2024-05-01T21:00:00+09:00 x")[0] == noon
    assert strip_stamp("2024-05-01T07:00:00-0500 x")[0] == noon
    local = datetime(2024, 5, 1, 12).astimezone().timestamp()
    assert strip_stamp("2024-05-01 12:00:00,250 - x")[0] == local + 0.25
    assert strip_stamp("12:00:00 x")[0] is None
    for text in ("2024-13-45 12:00:00", "2024-02-31 12:00:00", "2024-05-01 25:00:00", "2024-05-01 12:61:00"):
        assert time_of(text) is None, text
    assert time_of("no date") is None


@given(
    st.text(min_size=1, max_size=80), st.sampled_from(["", "2024-05-01 12:00:00 ", "[INFO] ", "9999-99-99 99:99:99 "])
)
def test_any_text(text: str, before: str) -> None:
    """Any line keeps something to be read."""
    assert strip_stamp(before + text)[1]
