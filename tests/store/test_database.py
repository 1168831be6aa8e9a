"""Opening the journal, and transactions that are all or nothing."""

import contextlib
import multiprocessing
import os
import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from store import migrations
from store.database import is_of_the_journal, open_journal, part, write
from store.errors import JournalBusy, JournalError, JournalReadOnly, JournalTooNew
from store.projects import ensure_project, list_projects


def _open_and_add(path: str, number: int) -> None:
    with contextlib.closing(open_journal(Path(path))) as connection:
        for turn in range(5):
            with write(connection):
                ensure_project(connection, f"/p/{number}/{turn}", 0.0)


def test_made_when_it_is_not_there(tmp_path: Path) -> None:
    """Folder and file are made, for their owner alone."""
    path = tmp_path / "a/journal.db"
    with contextlib.closing(open_journal(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert connection.execute("PRAGMA foreign_keys").fetchone()[0] == 1
        assert connection.execute("PRAGMA user_version").fetchone()[0] == migrations.VERSION
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_many_at_once(tmp_path: Path) -> None:
    """Processes that open a new journal at the same moment and write wait for one another; nothing is lost."""
    path = tmp_path / "journal.db"
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_open_and_add, args=(str(path), number)) for number in range(6)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 6
    with contextlib.closing(open_journal(path)) as connection:
        assert len(list_projects(connection)) == 30


def test_all_or_nothing(journal: sqlite3.Connection) -> None:
    """What a block wrote before it failed is not there afterwards, and the journal goes on working."""
    with pytest.raises(ZeroDivisionError), write(journal):
        ensure_project(journal, "/a", 0.0)
        raise ZeroDivisionError
    assert list_projects(journal) == []
    with write(journal):
        ensure_project(journal, "/b", 0.0)
    assert [project.root for project in list_projects(journal)] == ["/b"]


def test_a_part_that_fails(journal: sqlite3.Connection) -> None:
    """It is taken back by itself; what was written before and after it in the same transaction stays."""
    with write(journal):
        ensure_project(journal, "/a", 0.0)
        with pytest.raises(ZeroDivisionError), part(journal):
            ensure_project(journal, "/b", 0.0)
            raise ZeroDivisionError
        with part(journal):
            ensure_project(journal, "/c", 0.0)
    assert sorted(project.root for project in list_projects(journal)) == ["/a", "/c"]


def test_whose_fault(journal: sqlite3.Connection) -> None:
    """A journal that cannot be used is told from a question that makes no sense."""
    with pytest.raises(sqlite3.Error) as strange:
        journal.execute("SELECT ?", (object(),))
    assert not is_of_the_journal(strange.value)
    journal.close()
    assert not is_of_the_journal(KeyError("x"))
    assert is_of_the_journal(sqlite3.OperationalError("disk I/O error"))
    assert is_of_the_journal(JournalError("deleted"))


def test_busy(tmp_path: Path) -> None:
    """Who does not get the lock in time is told so."""
    path = tmp_path / "journal.db"
    with (
        contextlib.closing(open_journal(path)) as one,
        contextlib.closing(open_journal(path, busy_seconds=0.05)) as other,
        write(one),
        pytest.raises(JournalBusy, match="locked"),
        write(other),
    ):
        pass


def test_waiting_for_the_lock(tmp_path: Path) -> None:
    """Who waits long enough gets it."""
    path = tmp_path / "journal.db"
    with contextlib.closing(open_journal(path)) as one:
        release = threading.Event()
        held = threading.Event()

        def hold() -> None:
            with contextlib.closing(open_journal(path)) as other, write(other):
                held.set()
                release.wait(0.3)

        thread = threading.Thread(target=hold)
        thread.start()
        held.wait()
        with write(one):
            ensure_project(one, "/a", 0.0)
        thread.join()


def test_read_only(tmp_path: Path) -> None:
    """A journal opened for reading can be read and not written."""
    path = tmp_path / "journal.db"
    with contextlib.closing(open_journal(path, read_only=True)) as connection:
        assert list_projects(connection) == []
        with pytest.raises(JournalReadOnly), write(connection):
            ensure_project(connection, "/a", 0.0)


def test_newer(tmp_path: Path) -> None:
    """A journal of a newer Machiai is left alone."""
    path = tmp_path / "journal.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version={migrations.VERSION + 1}")
    with pytest.raises(JournalTooNew, match="update this checkout"):
        open_journal(path)


def test_no_database(tmp_path: Path) -> None:
    """A file that is none, or a folder in its place, or a file as its folder, is refused with its path."""
    path = tmp_path / "journal.db"
    path.write_bytes(b"not a database" * 1000)
    with pytest.raises(JournalError, match=r"journal\.db"):
        open_journal(path)
    with pytest.raises(JournalError, match=r"journal\.db"):
        open_journal(path / "below")
    path.unlink()
    path.mkdir()
    with pytest.raises(JournalError, match=r"journal\.db"):
        open_journal(path)


def test_nothing_stays_open_after_a_failure(tmp_path: Path) -> None:
    """A journal that cannot be opened leaves no descriptor behind: the daemon tries again for hours."""
    path = tmp_path / "journal.db"
    path.write_bytes(b"not a database" * 1000)
    before = len(os.listdir("/proc/self/fd"))
    kept = []
    for _ in range(5):
        try:
            open_journal(path)
        except JournalError as error:
            kept.append(error.args)
    assert len(os.listdir("/proc/self/fd")) <= before
    assert len(kept) == 5
