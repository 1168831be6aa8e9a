"""How the week's own parts are looked up: by indexes, so that years of life cost no more than weeks."""

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from store.weekly.papers import read_papers
from store.weekly.pushes import read_pushes
from store.weekly.sessions import read_sessions
from store.weekly.tasks import read_tasks
from store.weekly.waiting import read_waiting
from store.weekly.work import read_entries, read_work

READS = (read_waiting, read_sessions, read_tasks, read_work, read_entries, read_papers, read_pushes)
FEW = ("mutes", "json_each", "CONSTANT ROW")
"""What may be read as a whole: a few rows however long a life is."""
OF_EVENTS = ("task_events", "paper_events", "delivery_log", "commits", "entries", "intents", "advice")


@pytest.mark.parametrize("read", READS, ids=lambda read: str(read.__name__))
def test_no_table_is_scanned(journal: sqlite3.Connection, read: Callable[..., dict[str, Any]]) -> None:
    """What happened in a week is found by when it happened, and no table is read as a whole."""
    asked: list[str] = []
    journal.set_trace_callback(asked.append)
    read(journal, 100_000.0, 200_000.0)
    journal.set_trace_callback(None)
    steps = [row["detail"] for query in asked for row in journal.execute(f"EXPLAIN QUERY PLAN {query}")]
    searched = [step for step in steps if step.startswith("SEARCH")]
    assert searched
    assert not [step for step in steps if step.startswith("SCAN") and not any(few in step for few in FEW)], steps
    for step in searched:
        name = step.split()[1]
        assert name not in OF_EVENTS or ">?" in step, step
