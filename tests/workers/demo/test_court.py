"""The rules of the demo's Pong court."""

import pytest

torch = pytest.importorskip("torch", reason="the court is made of torch tensors; torch is missing")

from workers.demo.court import COLUMNS, LAST_TOP, PADDLE, PIXELS, ROWS, Court  # noqa: E402

CENTRE = (PADDLE - 1) / 2
"""From the top row of a paddle to its middle."""


def lay_court(games: int = 1, points: int = 3, **rules: float) -> Court:
    """A court with the same serves in every test."""
    return Court(games, points, torch.Generator().manual_seed(7), **rules)


def place_ball(court: Court, row: float, column: float, row_speed: float, column_speed: float) -> None:
    """Put the ball of every game at one place, with one speed."""
    court.row = torch.full_like(court.row, row)
    court.column = torch.full_like(court.column, column)
    court.row_speed = torch.full_like(court.row_speed, row_speed)
    court.column_speed = torch.full_like(court.column_speed, column_speed)


def up(court: Court):
    """The move *up* in every game."""
    return torch.ones(len(court.row), dtype=torch.bool)


@pytest.mark.parametrize(("row", "speed", "after"), [(0.25, -0.75, 0.5), (ROWS - 1.25, 0.75, ROWS - 1.5)])
def test_walls(row, speed, after):
    """At the upper and the lower wall the ball is thrown back and goes on in the other direction."""
    court = lay_court()
    place_ball(court, row, 10, speed, 1)
    assert court.step(up(court)).tolist() == [0]
    assert court.row.tolist() == [after]
    assert court.row_speed.tolist() == [-speed]
    assert court.column.tolist() == [11]


@pytest.mark.parametrize(("edge", "slope"), [(-1, -1), (0, 0), (1, 1)])
def test_paddle(edge, slope):
    """Our paddle sends the ball back, the steeper the nearer to the paddle's edge it was met."""
    court = lay_court()
    court.ours = torch.tensor([7.0])
    # One row up in this step: the paddle will stand at 6.
    place_ball(court, 6 + CENTRE + edge * PADDLE / 2, COLUMNS - 2, 0, 1)
    assert court.step(up(court)).tolist() == [0]
    assert court.column_speed.tolist() == [-1]
    assert court.column.tolist() == [COLUMNS - 2]
    assert court.row_speed.tolist() == [slope]


def test_lost_rally():
    """A ball that misses our paddle costs a point, and the next one is served from the middle."""
    court = lay_court()
    court.ours = torch.tensor([0.0])
    place_ball(court, ROWS - 1, COLUMNS - 2, 0, 1)
    assert court.step(up(court)).tolist() == [-1]
    assert (court.our_score.item(), court.their_score.item()) == (0, 1)
    assert court.column.tolist() == [COLUMNS // 2]
    assert court.column_speed.tolist() == [1]


def test_won_rally():
    """A ball that gets past the opponent is a point for us."""
    court = lay_court()
    court.theirs = torch.tensor([float(LAST_TOP)])
    place_ball(court, 0, 1, 0, -1)
    assert court.step(up(court)).tolist() == [1]
    assert (court.our_score.item(), court.their_score.item()) == (1, 0)


def test_our_paddle():
    """Our paddle moves one row at a time, up or down, and stays inside the court."""
    court = lay_court(games=3)
    court.ours = torch.tensor([5.0, 0.0, float(LAST_TOP)])
    court.step(torch.tensor([True, True, False]))
    assert court.ours.tolist() == [4, 0, LAST_TOP]
    court.step(torch.tensor([False, False, True]))
    assert court.ours.tolist() == [5, 1, LAST_TOP - 1]


@pytest.mark.parametrize(("lapse", "coming", "moved"), [(0, -1, 0.5), (1, -1, 0), (0, 1, 0)])
def test_opponent(lapse, coming, moved):
    """The opponent follows a ball that comes towards it, slower than the ball, and not while it does not look."""
    court = lay_court(opponent_speed=0.5, opponent_lapse=lapse)
    before = court.theirs.item()
    place_ball(court, ROWS - 1, 10, 0, coming)
    court.step(up(court))
    assert court.theirs.item() - before == moved


def test_game_over():
    """A decided game is no longer scored nor rewarded, while the others go on."""
    court = lay_court(games=2, points=1)
    court.our_score[0] = 1
    court.ours.zero_()
    place_ball(court, ROWS - 1, COLUMNS - 2, 0, 1)
    assert court.playing.tolist() == [False, True]
    assert court.step(up(court)).tolist() == [0, -1]
    assert court.their_score.tolist() == [0, 1]
    assert court.playing.tolist() == [False, False]


def test_frame():
    """A frame has one pixel for the ball and a paddle's height of pixels in the first and the last column."""
    court = lay_court()
    court.ours, court.theirs = torch.tensor([2.0]), torch.tensor([9.0])
    place_ball(court, 4.4, 10, 0, 1)
    frame = court.draw().reshape(ROWS, COLUMNS)
    lit = {(row, column) for row, column in frame.nonzero().tolist()}
    ours = {(2 + row, COLUMNS - 1) for row in range(PADDLE)}
    theirs = {(9 + row, 0) for row in range(PADDLE)}
    assert lit == {(4, 10)} | ours | theirs


def test_difference():
    """What is seen is this frame less the last: nothing at first, then -1 where a thing left, +1 where it came."""
    court = lay_court(opponent_lapse=1)
    assert court.see().shape == (1, PIXELS)
    assert not court.see().any()
    court.ours = torch.tensor([5.0])
    place_ball(court, 4, 10, 0, -1)
    court._current = court.draw()
    court.step(up(court))
    seen = court.see().reshape(ROWS, COLUMNS)
    changes = {(row, column): seen[row, column].item() for row, column in seen.nonzero().tolist()}
    ours = {(4, COLUMNS - 1): 1, (4 + PADDLE, COLUMNS - 1): -1}
    assert changes == {(4, 10): -1, (4, 9): 1} | ours


def test_refusal():
    """A court without games, or a game without points, is refused."""
    with pytest.raises(ValueError, match="at least one game"):
        lay_court(games=0)
    with pytest.raises(ValueError, match="one point"):
        lay_court(points=0)
