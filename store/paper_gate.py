"""When arXiv may be asked again: kept in the journal, so that a restart asks no earlier."""

import math
import sqlite3
from dataclasses import dataclass

SPACING_SECONDS = 3.125
"""arXiv wants at most one request in three seconds, from all of us together (https://info.arxiv.org/help/api/tou); the
rest is for clocks that are put right meanwhile."""
BACKOFF_SECONDS = (30.0, 60.0, 120.0)
LONGEST_SECONDS = 86400.0
"""Longer than that nobody is kept away, whatever an answer says."""


@dataclass(frozen=True)
class GateState:
    """``next_allowed`` in epoch seconds; ``refusals`` how many in a row arXiv has refused, and its last ``reason``."""

    next_allowed: float
    refusals: int
    reason: str

    def wait(self, now: float) -> float:
        """Seconds until a request may be made; one that cannot be meant (a clock was set back) counts as a turn."""
        wait = self.next_allowed - now
        longest = LONGEST_SECONDS if self.refusals else SPACING_SECONDS
        return SPACING_SECONDS if wait > longest else max(0.0, wait)


def read_gate(connection: sqlite3.Connection) -> GateState:
    """How things stand."""
    row = connection.execute("SELECT next_allowed, refusals, reason FROM paper_gate WHERE id = 1").fetchone()
    return GateState(row["next_allowed"], row["refusals"], row["reason"]) if row else GateState(0.0, 0, "")


def note_request(connection: sqlite3.Connection, now: float) -> None:
    """A request is made, or has been answered, at ``now``; inside the caller's transaction."""
    connection.execute(
        "UPDATE paper_gate SET next_allowed = ? WHERE id = 1 AND (refusals = 0 OR next_allowed < ?)",
        (now + SPACING_SECONDS, now + SPACING_SECONDS),
    )


def note_success(connection: sqlite3.Connection, now: float) -> None:
    """A request was answered at ``now``: refusals before it are over; inside the caller's transaction."""
    connection.execute(
        "UPDATE paper_gate SET next_allowed = ?, refusals = 0, reason = '' WHERE id = 1", (now + SPACING_SECONDS,)
    )


def note_refusal(
    connection: sqlite3.Connection, now: float, reason: str, retry_after: float | None = None, jitter: float = 0.0
) -> float:
    """arXiv wants to be left alone: for ``retry_after`` seconds where it said so, else for 30, 60, then 120 s.

    ``jitter``, 0 to 1, lengthens the latter by up to a quarter. When it may be asked again; inside the caller's
    transaction.
    """
    refusals = read_gate(connection).refusals + 1
    if retry_after is None or not math.isfinite(retry_after):
        retry_after = BACKOFF_SECONDS[min(refusals, len(BACKOFF_SECONDS)) - 1] * (1 + jitter / 4)
    until = now + min(LONGEST_SECONDS, max(SPACING_SECONDS, retry_after))
    connection.execute(
        "UPDATE paper_gate SET next_allowed = ?, refusals = ?, reason = ? WHERE id = 1", (until, refusals, reason)
    )
    return until
