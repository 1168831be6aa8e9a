"""A copy of the whole journal as one SQLite file, made while others write to it."""

import contextlib
import os
import sqlite3
from pathlib import Path

from store.errors import JournalError


def copy_journal(connection: sqlite3.Connection, path: Path) -> None:
    """Copy the journal as it is at one moment to ``path``, in place of what is there, readable by this user alone.

    JournalError where it cannot be written; then what was there stays.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        with contextlib.closing(sqlite3.connect(draft)) as target:
            connection.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")  # one file, not three
        draft.replace(path)
    except (OSError, sqlite3.Error) as error:
        raise JournalError("the journal cannot be copied to {path}: {error}", path=path, error=error) from error
    finally:
        for left in (draft, draft.with_name(draft.name + "-journal"), draft.with_name(draft.name + "-wal")):
            left.unlink(missing_ok=True)
