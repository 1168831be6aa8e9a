"""What the runs of a week took of the GPUs."""

import sqlite3
from collections.abc import Callable

from store.database import write
from store.weekly.gpu import Holding, read_gpu, read_held, reckon_gpu
from store.weekly.gpu_use import QUARTER

Launched = Callable[..., str]
Judged = Callable[..., None]
BEGIN = 1000.0 * QUARTER
WEEK = 672 * QUARTER


def hold(journal: sqlite3.Connection, quarter: int, run: str, gpu: str, held: float, idle: float = 0.0) -> None:
    """A quarter of an hour, from the week's first on, of a run on a GPU."""
    with write(journal):
        values = (1000 + quarter, run, gpu, held, idle, 0.0)
        journal.execute(
            "INSERT INTO gpu_use (quarter, run_id, gpu, held, idle, until) VALUES (?, ?, ?, ?, ?, ?)", values
        )


def test_nothing(journal: sqlite3.Connection) -> None:
    """A week without GPUs has none of anything, as has one that has not begun."""
    names = ("seconds", "idle_seconds", "gpus", "without_runs", "without_seconds")
    assert read_gpu(journal, BEGIN, BEGIN + WEEK) == dict.fromkeys(names, 0)
    assert read_gpu(journal, BEGIN, BEGIN - 5) == dict.fromkeys(names, 0)
    assert read_held(journal, BEGIN, BEGIN + WEEK) == 0


def test_a_week(journal: sqlite3.Connection, launched: Launched, judged: Judged) -> None:
    """Its quarters and no others; a GPU of two runs counts for each, and runs on none are told apart."""
    for run, started, ended in (
        ("r1", -50, 4000),
        ("r2", 100, 1000),
        ("cpu", 10, 70),
        ("brief", 10, 12),
        ("old", -9, -5),
    ):
        launched(run)
        judged(run, "finished", started=BEGIN + started, ended=BEGIN + ended)
    hold(journal, -1, "r1", "c", 50.0, 50.0)
    hold(journal, 0, "r1", "a", 900.0, 10.0)
    hold(journal, 0, "r1", "b", 900.0)
    hold(journal, 1, "r1", "a", 450.25)
    hold(journal, 0, "r2", "a", 800.0, 800.0)
    hold(journal, 671, "r2", "a", 1.0)
    hold(journal, 672, "r2", "d", 900.0)
    hold(journal, 0, "brief", "e", 0.0)
    assert read_gpu(journal, BEGIN, BEGIN + WEEK) == {
        "seconds": 900 + 900 + 450.25 + 800 + 1,
        "idle_seconds": 810.0,
        "gpus": 2,
        "without_runs": 2,
        "without_seconds": 62.0,
    }
    assert read_held(journal, BEGIN, BEGIN + WEEK) == 3051.25


def test_a_week_that_is_not_over(journal: sqlite3.Connection, launched: Launched) -> None:
    """The quarter that is begun counts, as far as it is known."""
    launched("r1")
    hold(journal, 3, "r1", "a", 100.0)
    assert read_gpu(journal, BEGIN, BEGIN + 3 * QUARTER + 1)["seconds"] == 100
    assert read_gpu(journal, BEGIN, BEGIN + 3 * QUARTER)["seconds"] == 0


def test_pure() -> None:
    """Holdings and times make the figures, without a journal."""
    held = [Holding("r1", "a", 10.0, 4.0), Holding("r1", "b", 5.0, 0.0)]
    found = reckon_gpu(held, {"r1": [(0.0, 99.0)], "r2": [(0.0, 7.0), (9.0, 10.0)]})
    assert list(found.values()) == [15.0, 4.0, 2, 1, 8.0]
