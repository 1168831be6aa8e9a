"""fastai's table."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import fastai

SAMPLE = """epoch     train_loss  valid_loss  accuracy  time
0         0.512345    0.412345    0.812345  00:12
1         0.412345    #na#        nan       00:12
epoch     train_loss  valid_loss  accuracy  time
0         0.312345    0.212345    0.912345  1:00:12
"""


def test_rows_below_their_heading() -> None:
    """A row is an epoch, the time is no metric, what is not there is left out, a second fit is a second leg."""
    columns, _ = read_with(SAMPLE)
    assert points(columns, "train_loss") == [(0, 0.512345), (1, 0.412345), (0, 0.312345)]
    assert columns["train_loss"].legs == [0, 0, 1]
    assert len(columns["valid_loss"].values) == 2
    assert str(columns["accuracy"].values[1]) == "nan"
    assert "time" not in columns


def test_false_friends() -> None:
    """A sentence that begins with the word is no heading."""
    assert not fastai.recognise("epoch 3 starts now", {})
    assert read("epoch of the data\n3 4 5 6\n") == {}


def test_any_pieces_and_any_damage() -> None:
    """The log gives the same however it is cut; damaged lines do no harm; hostile ones take no time."""
    assert_same_in_any_pieces(SAMPLE)
    assert_never_raises(fastai, SAMPLE)
    for line in SAMPLE.replace("\r", "\n").split("\n")[:12]:
        assert_quick(fastai, line)
