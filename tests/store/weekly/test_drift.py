"""Runs whose code was changed while they were at work."""

import sqlite3
from collections.abc import Callable

from store import drifts
from store.database import write
from store.drifts import Drift
from store.weekly.drift import Drifted, read_drift, reckon_drift

Launched = Callable[..., str]
Judged = Callable[..., None]
NOTHING = {"runs": 0, "files": 0, "list": []}


def test_only_files_that_a_run_imports_count() -> None:
    """A run with other files changed, or whose own code is not known, is no drift; the worst comes first."""
    found = reckon_drift(
        [
            Drifted("a", "one", True, 2, 0),
            Drifted("b", "two", True, 5, 3),
            Drifted("c", "other files", True, 0, 4),
            Drifted("d", "not known", False, 7, 1),
        ]
    )
    assert (found["runs"], found["files"]) == (2, 7)
    assert found["list"] == [
        {"run": "b", "name": "two", "files": 5, "commits": 3},
        {"run": "a", "name": "one", "files": 2, "commits": 0},
    ]
    assert reckon_drift([]) == NOTHING


def test_of_the_journal(journal: sqlite3.Connection, launched: Launched, judged: Judged) -> None:
    """The runs that were at work in that time and drifted; one that nobody looked at, or of another time, is none."""
    for run_id, started, ended in (
        ("spans", 100.0, 9000.0),
        ("early", 100.0, 900.0),
        ("late", 2000.0, 2500.0),
        ("unseen", 1100.0, 1200.0),
        ("foreign", 1100.0, 1200.0),
    ):
        launched(run_id, name=f"{run_id} run")
        judged(run_id, "finished", started=started, ended=ended)
    with write(journal):
        for run_id, files in (("spans", 3), ("early", 1), ("late", 1), ("foreign", 0)):
            drifts.record(
                journal,
                [Drift(run_id, 5.0, True, commit_count=2, file_count=4, imported_count=files)],
            )
    spans = {"run": "spans", "name": "spans run", "files": 3, "commits": 2}
    assert read_drift(journal, 1000.0, 2000.0) == {"runs": 1, "files": 3, "list": [spans]}
    assert read_drift(journal, 1000.0, 2000.5)["runs"] == 2
    assert read_drift(journal, 9000.0, 9999.0) == NOTHING
    assert read_drift(journal, 1000.0, 2000.0, ["late"])["list"][0]["run"] == "late"
