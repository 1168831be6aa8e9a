"""A copy of the journal."""

import contextlib
import os
import sqlite3
import stat
from pathlib import Path

import pytest

from store import entries
from store.copies import copy_journal
from store.database import open_journal, write
from store.errors import JournalError
from store.search import search
from store.settings import Settings


def test_a_copy_is_a_journal(journal: sqlite3.Connection, settings: Settings, tmp_path: Path) -> None:
    """A copy is one file for this user alone, holds what was written a moment ago, and can be opened as a journal."""
    with write(journal):
        entries.add(journal, "note", "学習率", 1.0)
    target = tmp_path / "copy" / "journal.db"
    target.parent.mkdir()
    with contextlib.closing(open_journal(settings.journal, read_only=True)) as reader:
        copy_journal(reader, target)
        copy_journal(reader, target)
    assert os.listdir(target.parent) == ["journal.db"] and stat.S_IMODE(target.stat().st_mode) == 0o600
    with contextlib.closing(open_journal(target)) as copied:
        assert [hit.kind for hit in search(copied, "学習")] == ["entry"]


def test_while_another_writes(journal: sqlite3.Connection, settings: Settings, tmp_path: Path) -> None:
    """A copy can be made while another process is in the middle of writing, and has nothing of that."""
    with contextlib.closing(open_journal(settings.journal)) as other, write(other):
        entries.add(other, "note", "half", 1.0)
        copy_journal(journal, tmp_path / "copy.db")
    with contextlib.closing(open_journal(tmp_path / "copy.db")) as copied:
        assert entries.list_entries(copied) == []


def test_where_it_cannot_be_written(journal: sqlite3.Connection, tmp_path: Path) -> None:
    """Where the folder is not there it is said."""
    with pytest.raises(JournalError, match="cannot be copied"):
        copy_journal(journal, tmp_path / "nowhere" / "copy.db")
