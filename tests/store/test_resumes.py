"""Resume notes: written before leaving, shown first on return."""

import json
import sqlite3
from collections.abc import Callable

import pytest

from store import drifts, projects, resumes, search, sessions
from store.database import write
from store.drifts import Drift, DriftFile
from store.errors import SessionError

NOW = 1_000_000.0


@pytest.fixture(name="project")
def _project(journal: sqlite3.Connection, launched: Callable[..., str]) -> int:
    """The project *cifar*, with a run."""
    launched("r1")
    return int(journal.execute("SELECT id FROM projects").fetchone()[0])


def note(journal: sqlite3.Connection, now: float, project: int | None, **fields: str) -> int:
    """Write a note in a transaction of its own."""
    with write(journal):
        return resumes.write_resume(journal, now, project_id=project, **fields)  # type: ignore[arg-type]


def test_the_newest_counts(journal: sqlite3.Connection, project: int) -> None:
    """Of a project the newest note is open, the older one is closed by it, and each project has its own."""
    note(journal, NOW, project, place="train.py の 88 行目")
    second = note(journal, NOW + 1, project, next_step=" write the test ")
    free = note(journal, NOW + 2, None, question="why?")
    one = resumes.latest_open(journal, project)
    assert one is not None and (one.id, one.project, one.next_step) == (second, "cifar", "write the test")
    assert [one.id for one in resumes.open_resumes(journal)] == [free, second]
    assert len(resumes.list_resumes(journal, NOW, NOW + 3)) == 3


def test_searched(journal: sqlite3.Connection, project: int) -> None:
    """What came of a session, and where it was left, is found at that session at once, by what it says now."""
    with write(journal):
        number = sessions.begin(journal, "refactor", NOW, project_id=project)
        assert search.search(journal, "refactor") == []
        resumes.write_resume(
            journal, NOW + 60, project_id=project, session_id=number, place="損失の平滑化を半分", question="why ema?"
        )
        sessions.end(journal, number, NOW + 60, outcome="split the sampler")
    for text in ("平滑", "ema", "sampler", "split ema 半分"):
        (hit,) = search.search(journal, text)
        assert (hit.kind, hit.id, hit.time, hit.project_id) == ("session", str(number), NOW, project), text
        assert hit.title == "split the sampler"
    with write(journal):
        sessions.correct(journal, number, NOW + 90, begun=NOW + 1, outcome="")
    (hit,) = search.search(journal, "平滑")
    assert hit.time == NOW + 1 and search.search(journal, "sampler") == []


def test_taken_up(journal: sqlite3.Connection, project: int) -> None:
    """A note is closed once, and may be opened again."""
    number = note(journal, NOW, project, place="x")
    with write(journal):
        assert resumes.close_resume(journal, number, NOW + 5)
        assert not resumes.close_resume(journal, number, NOW + 6)
    assert resumes.latest_open(journal, project) is None and resumes.open_resumes(journal) == []
    assert resumes.reopen_resume(journal, number) and not resumes.reopen_resume(journal, number)
    assert resumes.latest_open(journal, project) is not None


def test_nothing_written(journal: sqlite3.Connection, project: int) -> None:
    """An empty note is none, and leaves the open one as it is; what was filled in by itself is enough."""
    first = note(journal, NOW, project, place="x")
    with pytest.raises(SessionError, match="nothing in this resume note"):
        note(journal, NOW + 1, project, place=" \n", next_step="")
    one = resumes.latest_open(journal, project)
    assert one is not None and one.id == first
    with write(journal):
        resumes.write_resume(journal, NOW + 2, project_id=project, facts={"files": ["a.py"]})
    one = resumes.latest_open(journal, project)
    assert one is not None and one.facts == {"files": ["a.py"]}


def test_archived_projects(journal: sqlite3.Connection, project: int) -> None:
    """Notes of archived projects are not among the open ones."""
    note(journal, NOW, project, place="x")
    projects.archive(journal, project, NOW)
    assert resumes.open_resumes(journal) == []
    assert resumes.latest_open(journal, project) is not None


def test_what_is_filled_in(journal: sqlite3.Connection, project: int) -> None:
    """One's own commits of the session with their files, and what differs from the last run's code; no one else's."""
    with write(journal):
        rows: list[tuple[str, float, int, list[object]]] = [
            ("a1", NOW + 10, 1, [{"path": "data/loader.py"}]),
            ("b2", NOW + 20, 1, [["train.py", 3, 1], ["data/loader.py", 1, 1]]),
            ("c3", NOW + 20, 0, ["theirs.py"]),
            ("d4", NOW - 10, 1, ["before.py"]),
        ]
        for sha, time, mine, files in rows:
            journal.execute(
                "INSERT INTO commits (repository, sha, project_id, author, email, time, subject, mine, files) "
                "VALUES ('/p', ?, ?, 'n', 'n@x', ?, ?, ?, ?)",
                (sha, project, time, f"commit {sha}", mine, json.dumps(files)),
            )
        drifts.record(journal, [Drift("r1", NOW + 30, True, files=(DriftFile("plots.py", "modified"),))])
    found = resumes.touched(journal, project, NOW, NOW + 60)
    assert found == {
        "commits": [{"sha": "b2", "subject": "commit b2"}, {"sha": "a1", "subject": "commit a1"}],
        "files": ["train.py", "data/loader.py"],
        "differs": ["plots.py"],
    }
    assert resumes.touched(journal, project, NOW + 40, NOW + 60)["differs"] == []
    assert resumes.touched(journal, None, NOW, NOW + 60) == {"commits": [], "files": [], "differs": []}
