"""What the full-text search knows: one document for each entry, task, run, run's log, commit, session, paper and week.

Whoever writes such a thing puts its document in the same transaction, so that what is written can be found at once.
"""

import sqlite3
from collections.abc import Iterable

from store.bigrams import index_text

KINDS = ("entry", "task", "run", "log", "commit", "session", "paper", "week")


def storable(text: str) -> str:
    """The text without what no database keeps: half of a surrogate pair, as file names of no encoding have."""
    return text.encode("utf-8", "replace").decode("utf-8")


def put(
    connection: sqlite3.Connection,
    kind: str,
    ref: str,
    *,
    title: str,
    text: str,
    time: float,
    project_id: int | None = None,
    mark: str = "",
) -> bool:
    """Keep a document, in place of the one of that kind and ``ref``; inside the caller's transaction.

    ``ref`` is the id of what it is about, ``time`` when that was (epoch seconds), ``mark`` anything by which the
    caller tells whether it is up to date. False where it was the same already. ValueError for a kind there is not.
    """
    if kind not in KINDS:
        raise ValueError(f"a document is of {', '.join(KINDS)}, not {kind!r}")
    title, text = storable(title), storable(text)
    wanted = (project_id, time, title, text, mark)
    row = connection.execute(
        "SELECT id, project_id, time, title, text, mark FROM documents WHERE kind = ? AND ref = ?", (kind, ref)
    ).fetchone()
    if row is None:
        cursor = connection.execute(
            "INSERT INTO documents (kind, ref, project_id, time, title, text, mark) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (kind, ref, *wanted),
        )
        _index(connection, int(cursor.lastrowid or 0), kind, title, text)
        return True
    if tuple(row)[1:] == wanted:
        return False
    connection.execute(
        "UPDATE documents SET project_id = ?, time = ?, title = ?, text = ?, mark = ? WHERE id = ?",
        (*wanted, row["id"]),
    )
    if (row["title"], row["text"]) != (title, text):
        connection.execute("DELETE FROM documents_fts WHERE rowid = ?", (row["id"],))
        _index(connection, row["id"], kind, title, text)
    return True


def drop(connection: sqlite3.Connection, kind: str, ref: str) -> bool:
    """Find a thing no longer; inside the caller's transaction. False where no document of it was kept."""
    row = connection.execute("SELECT id FROM documents WHERE kind = ? AND ref = ?", (kind, ref)).fetchone()
    if row is None:
        return False
    connection.execute("DELETE FROM documents_fts WHERE rowid = ?", (row["id"],))
    connection.execute("DELETE FROM documents WHERE id = ?", (row["id"],))
    return True


def marks(connection: sqlite3.Connection, kind: str, refs: Iterable[str]) -> dict[str, str]:
    """The marks of the documents of those ids; an id without a document is left out."""
    found = {}
    for ref in refs:
        row = connection.execute("SELECT mark FROM documents WHERE kind = ? AND ref = ?", (kind, ref)).fetchone()
        if row is not None:
            found[ref] = str(row["mark"])
    return found


def rebuild(connection: sqlite3.Connection) -> int:
    """Index every kept document anew, inside the caller's transaction: after a change to how words are cut, or where
    the index is damaged. How many there were."""
    connection.execute("DELETE FROM documents_fts")
    rows = connection.execute("SELECT id, kind, title, text FROM documents").fetchall()
    for row in rows:
        _index(connection, row["id"], row["kind"], row["title"], row["text"])
    return len(rows)


def _index(connection: sqlite3.Connection, document_id: int, kind: str, title: str, text: str) -> None:
    """Index a document. A log has its run's name for a title, by which the run alone is found."""
    connection.execute(
        "INSERT INTO documents_fts (rowid, title, text) VALUES (?, ?, ?)",
        (document_id, "" if kind == "log" else index_text(title), index_text(text)),
    )
