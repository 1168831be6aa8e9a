"""CLU's metric writers."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
)
from workers.logs.formats import clu as family

LINES = """I0101 12:00:00.123456 140123 logging_writer.py:48] [100] accuracy=0.75, train/loss=0.5
I0101 12:00:01.123456 140123 logging_writer.py:48] Hyperparameters: {'lr': 0.1}
I0101 12:00:02.123456 140123 logging_writer.py:48] [200] accuracy=0.8, train/loss=nan, steps_per_sec=12.5
"""


def test_scalars() -> None:
    """The step stands in brackets before the scalars."""
    columns = read(LINES)
    assert points(columns, "accuracy") == [(100, 0.75), (200, 0.8)]
    assert points(columns, "steps_per_sec") == [(200, 12.5)]
    assert str(columns["train/loss"].values) == "[0.5, nan]"
    assert not any("lr" in name.split("/") for name in columns)


def test_pieces_and_damage() -> None:
    """Cut anywhere, lines read the same; damaged or hostile ones are harmless."""
    assert_same_in_any_pieces(LINES)
    assert_never_raises(family, LINES)
    assert_quick(family, "I0101 a_writer.py:48] [1] ")
