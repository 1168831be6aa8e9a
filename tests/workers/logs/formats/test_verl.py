"""verl."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
)
from workers.logs.formats import verl

SAMPLE = (
    "(TaskRunner pid=62) step:1 - actor/entropy:0.5 - training/global_step:1 - training/epoch:0 - critic/score/mean:-1.0 - timing_s/gen:6.5\n"
    "(TaskRunner pid=62) step:2 - actor/entropy:nan - critic/score/mean:np.float64(2.5) - timing_s/gen:1e-05 - text:abc\n"
)


def test_a_line_is_a_step() -> None:
    """All numbers of the line by their names; counters and words are left out."""
    columns = read(SAMPLE)
    assert points(columns, "critic/score/mean") == [(1, -1.0), (2, 2.5)]
    assert str(columns["actor/entropy"].values) == "[0.5, nan]"
    assert sorted(columns) == ["actor/entropy", "critic/score/mean", "timing_s/gen"]


def test_false_friends() -> None:
    """Other lines that begin with a step are left alone."""
    for line in ("step:3", "step: 3 - a", "steps:3 - a:1"):
        assert not verl.recognise(line, {}), line


def test_any_pieces_and_any_damage() -> None:
    """The log gives the same however it is cut; damaged lines do no harm; hostile ones take no time."""
    assert_same_in_any_pieces(SAMPLE)
    assert_never_raises(verl, SAMPLE)
    for line in SAMPLE.replace("\r", "\n").split("\n")[:12]:
        assert_quick(verl, line)
