"""Opening and writing the journal."""

import contextlib
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from store.database import open_journal, write
from store.errors import JournalBusy, JournalError, JournalReadOnly, JournalTooNew
from tests.conftest import ROOT
from tests.store.rows import enter


def test_a_new_journal_is_ready(tmp_path: Path) -> None:
    """Folder and file are made, write-ahead log and foreign keys are on."""
    with contextlib.closing(open_journal(tmp_path / "deep" / "journal.db")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert connection.execute("PRAGMA foreign_keys").fetchone()[0] == 1
        with pytest.raises(sqlite3.IntegrityError), write(connection):
            connection.execute(
                "INSERT INTO run_events (run_id, attempt, time, kind) VALUES ('none', 1, 1.0, 'created')"
            )


def test_a_failed_transaction_leaves_nothing(journal: sqlite3.Connection) -> None:
    """All of the block or none of it."""
    with pytest.raises(RuntimeError), write(journal):
        journal.execute("INSERT INTO projects (name, root, created) VALUES ('a', 'a', 1)")
        raise RuntimeError
    assert journal.execute("SELECT count(*) FROM projects").fetchone()[0] == 0
    assert not journal.in_transaction


def test_a_second_writer_waits_for_the_first(journal: sqlite3.Connection, tmp_path: Path) -> None:
    """A transaction that reads first and writes then does not fail because another one wrote in between."""
    path = tmp_path / "home" / "journal.db"
    errors = []

    def count_up() -> None:
        with contextlib.closing(open_journal(path)) as connection:
            for _ in range(50):
                try:
                    with write(connection):
                        number = connection.execute("SELECT count(*) FROM projects").fetchone()[0]
                        connection.execute(
                            "INSERT INTO projects (name, root, created) VALUES ('p', ?, 1)", (f"r{number}",)
                        )
                except (sqlite3.Error, JournalError) as error:
                    errors.append(error)

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert journal.execute("SELECT count(*) FROM projects").fetchone()[0] == 200


def test_a_lock_held_too_long_is_said(journal: sqlite3.Connection, tmp_path: Path) -> None:
    """JournalBusy after the time one was ready to wait."""
    with contextlib.closing(open_journal(tmp_path / "home" / "journal.db", busy_seconds=0.05)) as other:
        with write(journal), pytest.raises(JournalBusy), write(other):
            pass


def test_reading_only(journal: sqlite3.Connection, tmp_path: Path) -> None:
    """A read-only connection reads, and refuses to write."""
    run = enter(journal)
    with contextlib.closing(open_journal(tmp_path / "home" / "journal.db", read_only=True)) as reader:
        assert reader.execute("SELECT id FROM runs").fetchone()[0] == run
        with pytest.raises(JournalReadOnly), write(reader):
            reader.execute("DELETE FROM runs")


def test_a_newer_journal_is_left_alone(tmp_path: Path) -> None:
    """A schema we do not know is not touched."""
    path = tmp_path / "journal.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version=999")
    with pytest.raises(JournalTooNew, match="update this checkout"):
        open_journal(path)


def test_what_is_no_journal_is_said(tmp_path: Path) -> None:
    """A file of something else, or a folder that cannot be made, gives words and not a traceback of SQLite."""
    path = tmp_path / "journal.db"
    path.write_bytes(b"this is no database at all" * 100)
    with pytest.raises(JournalError, match="journal.db"):
        open_journal(path)
    with pytest.raises(JournalError, match="MACHIAI_HOME"):
        open_journal(path / "below" / "journal.db")


def test_opening_at_once_from_many_processes(tmp_path: Path) -> None:
    """Of several processes that make the journal at the same moment each finds it whole."""
    path = tmp_path / "journal.db"
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\nfrom pathlib import Path\nfrom store.database import open_journal\n"
        f"c = open_journal(Path({str(path)!r}))\nprint(c.execute('SELECT count(*) FROM runs').fetchone()[0])"
    )
    started = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert [process.communicate(timeout=60)[0].strip() for process in started] == ["0"] * 4


def test_the_daemon_and_the_command_do_not_load_pandas(tmp_path: Path) -> None:
    """Making a journal imports sqlite-utils, and not the 70 MB of pandas behind it."""
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\nfrom pathlib import Path\nfrom store.database import open_journal\n"
        f"open_journal(Path({str(tmp_path / 'journal.db')!r}))\n"
        "print('sqlite_utils' in sys.modules, sys.modules.get('pandas'), sys.modules.get('numpy'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "None", "None"]
