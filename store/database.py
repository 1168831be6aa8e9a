"""Opening the journal: one connection per thread or script run, WAL, and write transactions that wait.

sqlite3 begins a transaction as DEFERRED, which under contention fails at once when it first writes;
:func:`write` begins IMMEDIATE, so that a second writer waits its turn (SQLite documentation, "BEGIN
TRANSACTION").
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store import migrations
from store.errors import JournalBusy, JournalError, JournalReadOnly, JournalTooNew

BUSY_SECONDS = 20.0
_RETRY_SECONDS = 0.01
_STRANGE = (sqlite3.ProgrammingError, sqlite3.InterfaceError, sqlite3.IntegrityError, sqlite3.DataError)


def open_journal(path: Path, *, read_only: bool = False, busy_seconds: float = BUSY_SECONDS) -> sqlite3.Connection:
    """Open the journal at ``path``, creating or migrating it first where that is needed.

    The connection belongs to the calling thread. Rows come as ``sqlite3.Row``. Raises JournalError when
    the file or its folder cannot be used, JournalTooNew when a newer Machiai wrote it.
    """
    connection = None
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        connection = _connect(path, busy_seconds)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > migrations.VERSION:
            raise JournalTooNew(
                "{path} was written by a newer Machiai (schema {version}, this one knows {known}); update this "
                "checkout",
                path=path,
                version=version,
                known=migrations.VERSION,
            )
        if version < migrations.VERSION:
            migrations.migrate(connection)
        if read_only:
            connection.execute("PRAGMA query_only=ON")
    except (sqlite3.Error, OSError, JournalError) as error:
        if connection is not None:
            connection.close()
        if isinstance(error, JournalError):
            raise
        if isinstance(error, sqlite3.Error):
            raise _explain(error, path) from error
        raise JournalError(
            "cannot use the data folder {folder}: {reason}; set MACHIAI_HOME", folder=path.parent, reason=error.strerror
        ) from error
    return connection


def _connect(path: Path, busy_seconds: float) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)
    try:
        connection.row_factory = sqlite3.Row
        _use_wal(connection, busy_seconds)
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _use_wal(connection: sqlite3.Connection, busy_seconds: float) -> None:
    """Turn a new journal to WAL. Where several processes make it at once SQLite refuses without waiting: try again."""
    deadline = time.monotonic() + busy_seconds
    while True:
        try:
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                raise
            time.sleep(_RETRY_SECONDS)


def examine(connection: sqlite3.Connection) -> str:
    """``ok``, or the first thing SQLite finds damaged in the journal."""
    return str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])


def is_of_the_journal(error: BaseException) -> bool:
    """Whether the journal cannot be used; not where only what was asked of it makes no sense."""
    return isinstance(error, JournalError | sqlite3.Error) and not isinstance(error, _STRANGE)


@contextmanager
def write(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """A write transaction: all of the block or none of it.

    Raises JournalBusy when the lock is not had in time, JournalReadOnly on a read-only journal.
    """
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.Error as error:
        raise _explain(error) from error
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        if isinstance(error, sqlite3.OperationalError):
            raise _explain(error) from error
        raise


@contextmanager
def part(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """A part of a write transaction that may fail alone: all of the block or none of it, the rest stays."""
    connection.execute("SAVEPOINT part")
    try:
        yield connection
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK TO part")
            connection.execute("RELEASE part")
        raise
    connection.execute("RELEASE part")


@contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Several reads that see the same journal, whatever is written meanwhile; inside ``write`` it changes nothing."""
    if connection.in_transaction:
        yield connection
        return
    connection.execute("BEGIN")
    try:
        yield connection
    finally:
        connection.execute("ROLLBACK")


def _explain(error: sqlite3.Error, path: Path | None = None) -> JournalError:
    name = getattr(error, "sqlite_errorname", "")
    place = f" ({path})" if path else ""
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return JournalBusy("the journal{place} is locked by another process; try again", place=place)
    if name.startswith("SQLITE_READONLY") or "readonly" in str(error):
        return JournalReadOnly("the journal{place} is read-only here", place=place)
    if name.startswith("SQLITE_FULL"):
        return JournalError("the disk of the journal{place} is full; free some space", place=place)
    return JournalError("the journal{place} cannot be used: {error}", place=place, error=error)
