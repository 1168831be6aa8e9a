"""A tiny Pong court on which many games are played side by side.

The learner's paddle stands in the last column, the opponent's in the first. Rows count downwards, so *up* is
towards row 0. All state is kept as tensors of shape (games,), one number per game, so that one step of all games
costs about as much as one step of a single game.
"""

from __future__ import annotations

import torch
from torch import Tensor

ROWS = 16
COLUMNS = 20
PIXELS = ROWS * COLUMNS
PADDLE = 3
"""Height of both paddles, in rows."""
LAST_TOP = ROWS - PADDLE
"""The lowest place of a paddle, named by its top row."""
STEEPEST = 1.0
"""Rows per step of a ball that leaves from the very edge of a paddle."""


class Court:
    """Plays `games` independent games of Pong, each until one side has `points` points.

    opponent_speed: rows per step the opponent can move, below `STEEPEST`, so that steep balls escape it.
    opponent_lapse: chance, per step, that the opponent does not look and stays where it is.
    Raises ValueError when `games` or `points` is below 1.
    """

    def __init__(
        self,
        games: int,
        points: int,
        generator: torch.Generator,
        opponent_speed: float = 0.5,
        opponent_lapse: float = 0.3,
    ) -> None:
        if games < 1 or points < 1:
            raise ValueError(f"a court needs at least one game and one point, not {games} and {points}")
        self.points = points
        self.opponent_speed = opponent_speed
        self.opponent_lapse = opponent_lapse
        self.generator = generator
        self.device = generator.device
        everywhere = torch.full((games,), LAST_TOP / 2, device=self.device)
        self.ours = everywhere.clone()
        self.theirs = everywhere.clone()
        self.our_score = torch.zeros(games, dtype=torch.int64, device=self.device)
        self.their_score = torch.zeros_like(self.our_score)
        self.row, self.column, self.row_speed, self.column_speed = self._draw_serves()
        self._offsets = torch.arange(PADDLE, device=self.device) * COLUMNS
        self._previous = self.draw()
        self._current = self._previous

    @property
    def playing(self) -> Tensor:
        """Which games are still undecided: bool, shape (games,)."""
        return (self.our_score < self.points) & (self.their_score < self.points)

    def step(self, up: Tensor) -> Tensor:
        """Move every game one step on; our paddles go one row up where `up`, else one row down.

        up: bool, shape (games,). Returns the reward, float, shape (games,): +1 where a rally was won in this step,
        -1 where one was lost, else 0. A decided game stays on the court, is never scored again and rewards 0.
        """
        playing = self.playing
        self.ours = (self.ours + torch.where(up, -1.0, 1.0)).clamp(0, LAST_TOP)
        self._move_opponent()
        self._move_ball()
        past_us, past_them = self._meet_paddles()
        self.our_score += past_them & playing
        self.their_score += past_us & playing
        self._serve(past_us | past_them)
        self._previous, self._current = self._current, self.draw()
        return (past_them.float() - past_us.float()) * playing

    def see(self) -> Tensor:
        """What changed between the last two frames: -1, 0 or 1 per pixel, shape (games, PIXELS)."""
        return self._current - self._previous

    def draw(self) -> Tensor:
        """The court as it stands: 1 where ball or paddle is, else 0, shape (games, PIXELS), row by row."""
        ball = (self.row.round() * COLUMNS + self.column).long()[:, None]
        left = self.theirs.round().long()[:, None] * COLUMNS + self._offsets
        right = self.ours.round().long()[:, None] * COLUMNS + self._offsets + (COLUMNS - 1)
        frame = torch.zeros(len(self.row), PIXELS, device=self.device)
        return frame.scatter_(1, torch.cat([ball, left, right], dim=1), 1.0)

    def _move_opponent(self) -> None:
        wish = self.row - (PADDLE - 1) / 2 - self.theirs
        looking = (self._draw_uniform() >= self.opponent_lapse) & (self.column_speed < 0)
        stride = wish.clamp(-self.opponent_speed, self.opponent_speed) * looking
        self.theirs = (self.theirs + stride).clamp(0, LAST_TOP)

    def _move_ball(self) -> None:
        row = self.row + self.row_speed
        outside = (row < 0) | (row > ROWS - 1)
        row = row.abs()
        self.row = torch.where(row > ROWS - 1, 2 * (ROWS - 1) - row, row)
        self.row_speed = torch.where(outside, -self.row_speed, self.row_speed)
        self.column = self.column + self.column_speed

    def _meet_paddles(self) -> tuple[Tensor, Tensor]:
        """Send back the balls that a paddle reached; say which balls got past us and past them."""
        at_us, at_them = self.column >= COLUMNS - 1, self.column <= 0
        top = torch.where(at_us, self.ours, self.theirs)
        # From -1 at the upper edge of the paddle to +1 at its lower edge.
        where = (self.row - top - (PADDLE - 1) / 2) / (PADDLE / 2)
        reached = where.abs() <= 1
        hit = (at_us | at_them) & reached
        self.row_speed = torch.where(hit, where * STEEPEST, self.row_speed)
        self.column_speed = torch.where(hit, -self.column_speed, self.column_speed)
        # A ball that was hit turns in front of the paddle, not inside it.
        self.column = torch.where(hit, self.column + self.column_speed, self.column)
        return at_us & ~reached, at_them & ~reached

    def _serve(self, ended: Tensor) -> None:
        row, column, row_speed, column_speed = self._draw_serves()
        self.row = torch.where(ended, row, self.row)
        self.column = torch.where(ended, column, self.column)
        self.row_speed = torch.where(ended, row_speed, self.row_speed)
        self.column_speed = torch.where(ended, column_speed, self.column_speed)

    def _draw_serves(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """A serve for each game: the opponent's, from the middle column towards us, in any row at any slope."""
        row = self._draw_uniform() * (ROWS - 1)
        row_speed = (self._draw_uniform() * 2 - 1) * STEEPEST
        return row, torch.full_like(row, COLUMNS // 2), row_speed, torch.ones_like(row)

    def _draw_uniform(self) -> Tensor:
        return torch.rand(len(self.ours), generator=self.generator, device=self.device)
