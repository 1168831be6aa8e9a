"""Legs of a series: stretches in which its steps rise, and what each supersedes.

A leg that begins after the beginning of its fit resumes it: from its own first step on it supersedes what came
before. A leg that begins at or before the beginning is another fit: it supersedes nothing, and no later leg reaches
behind it — unless it is of another launch, or another attempt: then the job began anew, and it supersedes all.
"""

import math
import sqlite3

LEGS_OF_LAUNCH = 1_000_000
"""A launch that appends to the same log counts its legs from the next multiple of this."""
LEGS_OF_ATTEMPT = 1_000 * LEGS_OF_LAUNCH
"""Attempt N counts its legs from (N - 1) times this."""


def note_leg(connection: sqlite3.Connection, series_id: int, leg: int, first_step: float) -> None:
    """Enter a leg of a series, or a lower first step of it; inside the caller's transaction."""
    connection.execute(
        "INSERT INTO series_legs (series_id, leg, first_step) VALUES (?, ?, ?) ON CONFLICT (series_id, leg) "
        "DO UPDATE SET first_step = min(first_step, excluded.first_step)",
        (series_id, leg, first_step),
    )


def read_cutoffs(connection: sqlite3.Connection, series_id: int) -> dict[int, float]:
    """The step from which on a leg is superseded, for each that is; below all steps where all of it is."""
    rows = connection.execute("SELECT leg, first_step FROM series_legs WHERE series_id = ? ORDER BY leg", (series_id,))
    fits: list[list[tuple[int, float]]] = []
    over: list[int] = []
    for leg, first in rows:
        if fits and first <= fits[-1][0][1] and leg // LEGS_OF_LAUNCH > fits[-1][-1][0] // LEGS_OF_LAUNCH:
            over += [known for fit in fits for known, _ in fit]
            fits.clear()
        if fits and first > fits[-1][0][1]:
            fits[-1].append((leg, first))
        else:
            fits.append([(leg, first)])
    cutoffs = dict.fromkeys(over, -math.inf)
    for fit in fits:
        lowest = math.inf
        for leg, first in reversed(fit):
            if lowest < math.inf:
                cutoffs[leg] = lowest
            lowest = min(lowest, first)
    return cutoffs
