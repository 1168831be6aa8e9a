"""Watching drifts and commits, with the clock driven."""

import socket
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from store import commits, drifts
from store.drifts import Drift
from store.settings import Settings
from tests.fakes.code_repository import CodeRepository
from workers.code.watch import CodeWatch

START = time.time()


@pytest.fixture(name="repository")
def _repository(tmp_path: Path) -> CodeRepository:
    """A project with one commit."""
    repository = CodeRepository(tmp_path / "project")
    repository.commit("first", **{"train.py": "import model\n", "model.py": "a = 1\n", "other.py": ""})
    return repository


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


@pytest.fixture(name="clock")
def _clock() -> Clock:
    """Now, and later when the test says so."""
    return Clock()


def read(journal: sqlite3.Connection, run_id: str) -> Drift:
    """The drift that is kept."""
    found = drifts.read(journal, run_id)
    assert found is not None
    return found


def test_active_and_recent_runs(
    repository: CodeRepository, journal: sqlite3.Connection, settings: Settings, home: Path, clock: Clock
) -> None:
    """Runs that are active, ended in the last day or failed in the last four have a drift that follows the tree; commits
    come in with it."""
    running = repository.start(journal, home, created=START, host=socket.gethostname())
    ended: dict[str, Any] = {"created": START - 7200, "state": "failed", "seconds": 60.0}
    recent = repository.start(journal, home, run_id="261121-080000-aaaa", **ended)
    ended["created"] = START - 3 * 86400
    unlooked = repository.start(journal, home, run_id="261118-090000-aaaa", **ended)
    ended["state"] = "finished"
    older = repository.start(journal, home, run_id="261118-080000-aaaa", **ended)
    watch = CodeWatch(journal, settings, clock=clock)
    watch.tick()
    assert [read(journal, run.id).file_count for run in (running, recent, unlooked)] == [0, 0, 0]
    assert drifts.read(journal, older.id) is None
    assert [one.subject for one in commits.list_commits(journal)] == ["first"]
    repository.write("model.py", "a = 2\n")
    repository.commit("next")
    repository.write("other.py", "x = 1\n")
    clock.now += 60
    watch.tick()
    for run in (running, recent, unlooked):
        drift = read(journal, run.id)
        assert (drift.as_of, drift.commit_count, drift.file_count, drift.imported_files) == (
            clock.now,
            1,
            2,
            ["model.py"],
        )
    assert len(commits.list_commits(journal)) == 2


def test_nothing_changes(
    repository: CodeRepository, journal: sqlite3.Connection, settings: Settings, home: Path, clock: Clock
) -> None:
    """Where nothing changes the drift is confirmed, at the price of a look at the tree, and the repository left alone."""
    runs = [repository.start(journal, home, run_id=f"261121-10201{number}-aaaa", created=START) for number in range(8)]
    repository.write("model.py", "a = 2\n")
    watch = CodeWatch(journal, settings, clock=clock)
    watch.tick()
    before, written = repository.fingerprint(), journal.total_changes
    clock.now += 60
    began = time.process_time()
    watch.tick()
    assert time.process_time() - began < 0.5
    assert repository.fingerprint() == before
    assert journal.total_changes - written == len(runs)
    assert {read(journal, run.id).as_of for run in runs} == {clock.now}
    repository.write("model.py", "a = 3\n")
    repository.write("fresh.py", "a = 3\n")
    clock.now += 60
    watch.tick()
    assert {read(journal, run.id).file_count for run in runs} == {2}


def test_what_cannot_be_looked_at(
    repository: CodeRepository,
    journal: sqlite3.Connection,
    settings: Settings,
    home: Path,
    clock: Clock,
    tmp_path: Path,
) -> None:
    """A repository that is moved away makes the drift unknown, and known again when it is back; runs without git, too."""
    run = repository.start(journal, home, created=START, host=socket.gethostname())
    plain = tmp_path / "plain"
    plain.mkdir()
    loose = repository.start(journal, home, run_id="261121-102012-aaaa", created=START, git=None, cwd=str(plain))
    watch = CodeWatch(journal, settings, clock=clock)
    watch.tick()
    assert read(journal, run.id).known and not read(journal, loose.id).known
    away = repository.root.rename(tmp_path / "away")
    clock.now += 60
    watch.tick()
    drift = read(journal, run.id)
    assert (drift.known, drift.as_of) == (False, clock.now) and "no longer there" in drift.why
    away.rename(repository.root)
    clock.now += 60
    watch.tick()
    assert read(journal, run.id).known


def test_another_machine(
    repository: CodeRepository, journal: sqlite3.Connection, settings: Settings, home: Path, clock: Clock
) -> None:
    """A run on another machine whose folder is not here is left alone: nothing is known of its tree."""
    run = repository.start(journal, home, created=START, host="far-away", cwd="/nowhere/at/all")
    CodeWatch(journal, settings, clock=clock).tick()
    assert drifts.read(journal, run.id) is None
