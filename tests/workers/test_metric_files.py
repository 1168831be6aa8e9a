"""Metric files that a run writes beside its log become series of the run, whoever looks and whenever."""

import json
import os
import sqlite3
import time
from pathlib import Path
from typing import Any

from store import series
from tests.conftest import python
from tests.fakes.command import Machiai

TABLE = """
import os, time
table = open("metrics.csv", "w", buffering=1)
table.write("step,loss\\n")
for n in range(1, 41):
    table.write(f"{n},{1 / n}\\n")
    time.sleep(0.01)
lines = open("history.jsonl", "a")
for n in range(1, 11):
    lines.write('{"step": %d, "val_loss": %f}\\n' % (n, 2 / n))
"""


def _series(journal: sqlite3.Connection, run_id: str) -> dict[str, Any]:
    return {one.name: one for one in series.list_series(journal, run_id)}


def test_tables_written_by_a_run_are_its_series(machiai: Machiai, journal: sqlite3.Connection) -> None:
    """A CSV held open and a JSONL file written at the end both arrive, also without a daemon."""
    machiai.call("run", "--name", "first", "--", *python(TABLE))
    shown = machiai.show("first")
    assert {name: (one["count"], one["last_step"]) for name, one in shown["metrics"].items()} == {
        "loss": (40, 40.0),
        "val_loss": (10, 10.0),
    }
    assert shown["metrics"]["loss"]["source"] == str(machiai.cwd / "metrics.csv")


def test_a_table_that_stood_there_before_is_not_the_runs(machiai: Machiai, journal: sqlite3.Connection) -> None:
    """Rows of an earlier program in the same folder stay out."""
    old = machiai.cwd / "old.csv"
    old.write_text("step,loss\n" + "".join(f"{n},{n}\n" for n in range(50)))
    past = time.time() - 3600
    os.utime(old, (past, past))
    machiai.call("run", "--name", "first", "--", *python("print('nothing')"))
    assert machiai.show("first")["metrics"] == {}


def test_the_log_itself_is_not_a_metric_file(machiai: Machiai, journal: sqlite3.Connection) -> None:
    """The log, which the training has open for writing, is read once and by the log's reader."""
    code = 'for n in range(1, 31): print(\'{"step": %d, "loss": %f}\' % (n, 1 / n))'
    machiai.call("run", "--name", "first", "--", *python(code))
    shown = machiai.show("first")
    found = _series(journal, shown["id"])
    assert {(one.name, one.source, one.count) for one in found.values()} == {("loss", "log", 30)}


def test_two_runs_in_one_folder_keep_their_open_files_apart(machiai: Machiai, journal: sqlite3.Connection) -> None:
    """Each run gets the table that its own process has open."""
    daemon = machiai.start("daemon")
    code = """
import sys, time
table = open(f"table-{sys.argv[1]}.csv", "w", buffering=1)
table.write("step,loss\\n")
for n in range(1, 61):
    table.write(f"{n},{sys.argv[1]}\\n")
    time.sleep(0.1)
"""
    viewers = [
        machiai.start("run", "--name", name, "--", *python(code), value) for name, value in (("a", "1"), ("b", "2"))
    ]
    for viewer in viewers:
        assert viewer.wait(40) == 0
    for name, value in (("a", 1.0), ("b", 2.0)):
        shown = machiai.show(name)
        assert json.dumps(shown["metrics"]["loss"]["last"]) == json.dumps(value), shown["metrics"]
        assert shown["metrics"]["loss"]["count"] == 60
        assert Path(shown["metrics"]["loss"]["source"]).name == f"table-{value:.0f}.csv"
    daemon.terminate()
    daemon.wait(10)
