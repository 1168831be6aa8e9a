"""How far a run is and when it will be done, seen from outside while it runs."""

import sqlite3
import time
from collections.abc import Callable

from store import progress, runs
from tests.conftest import python
from tests.fakes.command import Machiai

STEPS = """
import sys, time
for n in range(1, 121):
    time.sleep(0.05)
    print(f"step {n}/120 loss {1 / n:.4f}", flush=True)
    if n % 40 == 0:
        time.sleep(1)
        print(f"eval: val_loss {2 / n:.4f}", flush=True)
"""


def test_progress_and_time_left_are_told_while_it_runs(
    machiai: Machiai, journal: sqlite3.Connection, wait_for: Callable[..., None]
) -> None:
    """After a third of the way the end is foretold within a fifth of what was left."""
    daemon = machiai.start("daemon")
    began = time.time()
    viewer = machiai.start("run", "--name", "first", "--", *python(STEPS))

    def is_third_done() -> bool:
        known = runs.active_runs(journal)
        found = progress.read_progress(journal, known[0].id) if known else None
        return found is not None and (found.done or 0) >= 60 and found.eta_at is not None

    wait_for(is_third_done, seconds=40)
    run = runs.active_runs(journal)[0]
    told = progress.read_progress(journal, run.id)
    assert told is not None and told.eta_at is not None
    assert (told.total, told.unit, told.main) == (120.0, "step", "loss")
    assert told.eta_low is None
    assert "no interval yet" in str(told.eta_source)
    shown = machiai.show("first")
    assert shown["eta"]["at"] and shown["progress"]["total"] == 120.0
    asked = time.time()
    assert viewer.wait(60) == 0
    ended = machiai.show("first")["ended"]
    assert abs(ended - told.eta_at) <= 0.2 * (ended - told.updated) + 1.0, (began, asked, told, ended)
    over = machiai.show("first")
    assert over["eta"] is None
    assert over["progress"]["done"] == over["progress"]["total"] == 120.0
    daemon.terminate()
    daemon.wait(10)
    marks = progress.marks_of(journal, run.id, 1)
    assert [mark.done for mark in marks] == sorted(mark.done for mark in marks)
    predicted = journal.execute("SELECT count(*) FROM eta_predictions WHERE run_id = ?", (run.id,)).fetchone()[0]
    assert predicted >= 3
