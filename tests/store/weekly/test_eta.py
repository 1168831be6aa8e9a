"""How well the time left was told, for the runs that finished in a week."""

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from store import progress, runs
from store.database import write
from store.weekly.eta import Forecast, read_eta, reckon_eta

Launched = Callable[..., str]
Judged = Callable[..., None]


def attempt(connection: sqlite3.Connection, run_id: str, number: int, started: float, ended: float | None) -> None:
    """Enter one execution of a run."""
    given: dict[str, Any] = dict.fromkeys(runs.Attempt.__dataclass_fields__)
    given |= {"run_id": run_id, "number": number, "started": started, "ended": ended, "state": "finished"}
    with write(connection):
        runs.record_attempt(connection, runs.Attempt(**given))


def predict(connection: sqlite3.Connection, run_id: str, number: int, *told: tuple[float, float, float]) -> None:
    """Keep what was predicted, as (percent, time, seconds left)."""
    with write(connection):
        for percent, time, remaining in told:
            progress.record_prediction(connection, run_id, number, percent=percent, time=time, remaining=remaining)


def test_errors_are_shares_of_the_length() -> None:
    """How far off a prediction was is measured by how long the run took, too short and too long alike."""
    late = Forecast("a", 0.0, 1000.0, 100.0, 1000.0)
    early = Forecast("a", 0.0, 1000.0, 500.0, 450.0)
    exact = Forecast("b", 100.0, 300.0, 200.0, 100.0)
    assert [round(one.error, 9) for one in (late, early, exact)] == [0.1, 0.05, 0.0]
    found = reckon_eta([late, early, exact], 0.0, 2000.0)
    assert (found["runs"], found["predictions"]) == (2, 3)
    assert found["median_error"] == pytest.approx(0.05) and found["worst_error"] == pytest.approx(0.1)


def test_nothing_predicted_is_no_error_of_zero() -> None:
    """Without a prediction nothing is known of how right they are; a run of no length tells nothing."""
    nothing = {"runs": 0, "predictions": 0, "median_error": None, "worst_error": None}
    assert reckon_eta([], 0.0, 1.0) == nothing
    assert reckon_eta([Forecast("a", 5.0, 5.0, 5.0, 9.0)], 0.0, 10.0) == nothing
    assert reckon_eta([Forecast("a", 0.0, 10.0, 5.0, 9.0)], 0.0, 10.0) == nothing


def test_of_the_journal(journal: sqlite3.Connection, launched: Launched, judged: Judged) -> None:
    """Only the last attempt of runs that finished in the week counts, from when that attempt began."""
    launched("again")
    judged("again", "finished", attempt=2, started=1000.0, ended=5000.0)
    attempt(journal, "again", 1, 1000.0, 2000.0)
    attempt(journal, "again", 2, 3000.0, 5000.0)
    predict(journal, "again", 1, (50, 1500.0, 9999.0))
    predict(journal, "again", 2, (25, 3500.0, 1000.0), (50, 4000.0, 1000.0))
    launched("plain")
    judged("plain", "finished", started=4000.0, ended=4400.0)
    predict(journal, "plain", 1, (50, 4200.0, 300.0))
    for run_id, state, ended in (
        ("before", "finished", 2999.0),
        ("after", "finished", 6000.0),
        ("failed", "failed", 4000.0),
    ):
        launched(run_id)
        judged(run_id, state, started=2000.0, ended=ended)
        predict(journal, run_id, 1, (50, 2500.0, 1.0))
    launched("silent")
    judged("silent", "finished", started=2000.0, ended=4000.0)
    found = read_eta(journal, 3000.0, 6000.0)
    assert (found["runs"], found["predictions"]) == (2, 3)
    # |1000 − 1500| / 2000, |1000 − 1000| / 2000, |300 − 200| / 400
    assert found["median_error"] == pytest.approx(0.25) and found["worst_error"] == pytest.approx(0.25)
    assert read_eta(journal, 6000.1, 9000.0)["runs"] == 0
