"""How well the time left was told: what was predicted for the runs that finished in a week, against how long it was."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Forecast:
    """What was predicted at ``time`` of the last attempt of a run that finished: that ``remaining`` seconds are left.

    ``started`` is when that attempt began, ``ended`` when it finished; epoch seconds.
    """

    run: str
    started: float
    ended: float
    time: float
    remaining: float

    @property
    def error(self) -> float:
        """How far off it was, as a share of the attempt's whole length."""
        return abs(self.remaining - (self.ended - self.time)) / (self.ended - self.started)


def reckon_eta(forecasts: Iterable[Forecast], begin: float, until: float) -> dict[str, Any]:
    """The week's figures of the predictions of runs that finished in it: ``runs`` and ``predictions`` counted,
    ``median_error`` and ``worst_error`` as shares of a run's length, None where nothing was predicted."""
    known = [one for one in forecasts if begin <= one.ended < until and one.ended > one.started]
    errors = [one.error for one in known]
    return {
        "runs": len({one.run for one in known}),
        "predictions": len(errors),
        "median_error": median(errors) if errors else None,
        "worst_error": max(errors, default=None),
    }


def read_eta(connection: sqlite3.Connection, begin: float, until: float) -> dict[str, Any]:
    """The same from the journal."""
    rows = connection.execute(
        "SELECT r.id AS run, coalesce(a.started, r.started) AS started, r.ended, e.time, e.remaining FROM runs r "
        "LEFT JOIN attempts a ON a.run_id = r.id AND a.number = r.attempt "
        "JOIN eta_predictions e ON e.run_id = r.id AND e.attempt = r.attempt "
        "WHERE r.ended >= ? AND r.ended < ? AND +r.state = 'finished' AND coalesce(a.started, r.started) IS NOT NULL",
        (begin, until),
    )
    return reckon_eta([Forecast(**dict(row)) for row in rows], begin, until)
