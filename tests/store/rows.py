"""Small runs for the tests of the journal."""

import sqlite3
from typing import Any

from store import runs
from store.database import write


def manifest(run_id: str = "261121-140000-aaaa", **changes: Any) -> dict[str, Any]:
    """A ``run.json`` with all a run needs."""
    return {
        "id": run_id,
        "name": "train",
        "argv": ["python", "train.py", "--lr", "3e-4"],
        "cwd": "/home/me/vision",
        "project_root": "/home/me/vision",
        "host": "lab",
        "created": 1_795_000_000.0,
        "params": {"lr": "3e-4"},
        **changes,
    }


def enter(connection: sqlite3.Connection, run_id: str = "261121-140000-aaaa", **changes: Any) -> str:
    """Enter a run as launched; its id."""
    with write(connection):
        runs.record_launch(connection, manifest(run_id, **changes), f"/runs/{run_id}")
    return run_id


def end(connection: sqlite3.Connection, run_id: str, state: str = "finished", **changes: Any) -> None:
    """Write an end of a run."""
    values = {
        "attempt": 1,
        "health": [],
        "certainty": "recorded",
        "cause": None,
        "evidence": ["exit record: exit code 0"],
        "exit_code": 0,
        "signal": None,
        "pid": 42,
        "started": 1_795_000_001.0,
        "ended": 1_795_000_101.0,
        "seconds": 100.0,
        "now": 1_795_000_102.0,
    }
    with write(connection):
        runs.record_state(connection, run_id, state=state, **{**values, **changes})
