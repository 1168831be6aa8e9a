"""The timeline of everything."""

import sqlite3
from collections.abc import Callable

import pytest

from store import entries, sessions, tasks
from store.database import write
from store.timeline import Item, day_items, neighbour_times

DAY = 86400.0


@pytest.fixture(name="week")
def _week(journal: sqlite3.Connection, launched: Callable[..., str], judged: Callable[..., None]) -> sqlite3.Connection:
    """Something of each kind on the tenth day, a run that ends on the eleventh, one entry on the first."""
    noon = 10 * DAY + 43200
    launched("r1", noon, name="resnet")
    launched("r2", noon + 10, name="bert", project_root="/p/lm")
    judged("r1", "failed", cause="CUDA out of memory", started=noon, ended=noon + 600, seconds=600.0)
    judged("r2", "finished", started=noon, ended=noon + DAY, seconds=DAY)
    with write(journal):
        done = tasks.add(journal, "図を作る", noon, project_id=1, kind="write")
        tasks.set_state(journal, done, "done", noon + 50)
        tasks.add(journal, "open", noon, project_id=1)
        entries.add(journal, "note", "学習率\n" + "x" * 500, noon + 20, project_id=1)
        gone = entries.add(journal, "note", "gone", noon + 21, project_id=1)
        entries.remove(journal, gone, noon + 22)
        entries.add(journal, "idea", "first day", 3600.0)
        for repository in ("/p/cifar", "/p/clone"):
            journal.execute(
                "INSERT INTO commits (repository, sha, project_id, author, email, time, subject, added, deleted, files, "
                "mine) VALUES (?, 'abc', 1, 'me', 'me@example.org', ?, 'tidy', 4, 2, '[[\"a.py\", 4, 2]]', 1)",
                (repository, noon + 30),
            )
        session = sessions.begin(journal, "task", noon + 40, task_id=done)
        sessions.end(journal, session, noon + 100, outcome="図 1")
    return journal


def told(items: list[Item]) -> list[tuple[str, str]]:
    """Kind and title of items."""
    return [(item.kind, item.title) for item in items]


def test_a_day(week: sqlite3.Connection) -> None:
    """A day tells everything in order, each with its facts; what was removed and what is only planned is not there."""
    items = day_items(week, 10 * DAY, 11 * DAY)
    assert told(items) == [
        ("run", "resnet"),
        ("run", "bert"),
        ("entry", "学習率"),
        ("commit", "tidy"),
        ("session", "図を作る"),
        ("task", "図を作る"),
        ("run", "resnet"),
    ]
    run, _, entry, commit, session, task, ended = items
    assert run.detail["event"] == "launched" and run.ref == "r1"
    assert ended.detail == {"event": "ended", "state": "failed", "cause": "CUDA out of memory", "seconds": 600.0}
    assert entry.detail["kind"] == "note" and entry.detail["text"].endswith("x…") and len(entry.detail["text"]) < 300
    assert commit.ref == "abc" and commit.detail["mine"] is True and commit.detail["files"] == 1
    assert (
        session.detail["seconds"] == 60.0 and session.detail["outcome"] == "図 1" and session.detail["kind"] == "task"
    )
    assert task.detail == {"kind": "write", "state": "done"}


def test_filters(week: sqlite3.Connection) -> None:
    """A day of one project, and of some kinds."""
    assert told(day_items(week, 10 * DAY, 11 * DAY, kinds=["entry", "task"])) == [
        ("entry", "学習率"),
        ("task", "図を作る"),
    ]
    assert told(day_items(week, 10 * DAY, 12 * DAY, project_id=2)) == [("run", "bert"), ("run", "bert")]
    assert day_items(week, 10 * DAY, 11 * DAY, kinds=[]) == []
    assert day_items(week, 5 * DAY, 6 * DAY) == []


def test_neighbours(week: sqlite3.Connection) -> None:
    """The days before and after a day on which something happened are known, so that empty days can be skipped."""
    noon = 10 * DAY + 43200
    assert neighbour_times(week, 10 * DAY, 11 * DAY) == (3600.0, noon + DAY)
    assert neighbour_times(week, 11 * DAY, 12 * DAY) == (noon + 600, None)
    assert neighbour_times(week, 0, DAY, kinds=["commit"]) == (None, noon + 30)
    assert neighbour_times(week, 11 * DAY, 12 * DAY, project_id=2) == (noon + 10, None)
    assert neighbour_times(week, 10 * DAY, 11 * DAY, kinds=["entry"]) == (3600.0, None)
