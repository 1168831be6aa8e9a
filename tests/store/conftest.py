"""Runs for the tests of the journal."""

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from store import runs
from store.database import write


@pytest.fixture(name="launched")
def _launched(journal: sqlite3.Connection) -> Callable[..., str]:
    """Enters a launched run with the given manifest fields; its id."""

    def launched(run_id: str, created: float = 1000.0, **fields: Any) -> str:
        manifest = {
            "id": run_id,
            "created": created,
            "argv": ["python", "train.py"],
            "project_root": "/p/cifar",
            **fields,
        }
        with write(journal):
            runs.record_launch(journal, manifest, f"/runs/{run_id}")
        return run_id

    return launched


@pytest.fixture(name="judged")
def _judged(journal: sqlite3.Connection) -> Callable[..., None]:
    """Writes what is known of a run: its state, and any other field."""

    def judged(run_id: str, state: str, **fields: Any) -> None:
        known: dict[str, Any] = dict.fromkeys(("cause", "exit_code", "signal", "pid", "started", "ended", "seconds"))
        known |= {"attempt": 1, "health": [], "certainty": "recorded", "evidence": [], "now": 2000.0}
        with write(journal):
            runs.record_state(journal, run_id, state=state, **(known | fields))

    return judged
