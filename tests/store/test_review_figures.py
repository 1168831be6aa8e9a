"""The figures of a week."""

import sqlite3
from pathlib import Path

from store import alerts
from store.review_figures import read_figures
from tests.fakes.journal import add_alert, add_run

BEGIN = 1_795_000_000.0
WEEK = 7 * 86400.0
END = BEGIN + WEEK
HOUR = 3600.0


def test_a_week(journal: sqlite3.Connection, tmp_path: Path) -> None:
    """Runs that were at work in it, with the hours that lie in it; ends and crashes count in the week they are of."""

    def add(name: str, created: float, state: str, hours: float | None) -> str:
        seconds = None if hours is None else hours * HOUR
        return add_run(journal, tmp_path, name, created=created - 0.4, state=state, seconds=seconds, files=False)

    add("before", BEGIN - 10 * HOUR, "finished", 5)
    add("into", BEGIN - 2 * HOUR, "finished", 5)
    broken = add("broken", BEGIN + HOUR, "failed", 1)
    add("shot", BEGIN + HOUR, "killed", 0.5)
    add("stopped", BEGIN + HOUR, "stopped", 0.25)
    add("beyond", END - HOUR, "failed", 4)
    add("still", END - 2 * HOUR, "running", None)
    add("waits", END - HOUR, "queued", None)
    add("after", END + HOUR, "finished", 1)
    first, _ = add_alert(journal, broken, "crashed", BEGIN + 2 * HOUR), add_alert(journal, broken, "stalled", BEGIN)
    alerts.acknowledge(journal, first, END)
    assert read_figures(journal, BEGIN, END) == {
        "runs": 6,
        "finished": 1,
        "crashed": 2,
        "hours": 3 + 1 + 0.5 + 0.2 + 1 + 2,
        "open": 1,
    }


def test_an_empty_week(journal: sqlite3.Connection) -> None:
    """Where nothing ran all is zero."""
    assert read_figures(journal, BEGIN, END) == {"runs": 0, "finished": 0, "crashed": 0, "hours": 0.0, "open": 0}
