"""Full-text search over everything: entries, tasks, runs, log excerpts, commits with what was noted of them, sessions
and papers, in Japanese and English."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from store.bigrams import match_query, terms
from store.snippets import cut_snippet, find_marks

_TITLE_WEIGHT = 4.0
# The plus keeps SQLite from asking the index anew for each of those documents.
_OF_KIND = " AND +rowid IN (SELECT id FROM documents WHERE kind IN (SELECT value FROM json_each(?)))"
_OF_PROJECT = " AND (SELECT project_id FROM documents WHERE id = documents_fts.rowid) = ?"
# Documents are read of the best finds alone, and of those that are as good as the last of them: to read of ten thousand
# when they were takes as long as to find them.
_BEST = (
    "WITH found AS MATERIALIZED ("
    f"SELECT rowid AS id, bm25(documents_fts, {_TITLE_WEIGHT}, 1.0) AS distance "
    "FROM documents_fts WHERE documents_fts MATCH ?%s) "
    "SELECT d.*, f.distance FROM found f CROSS JOIN documents d ON d.id = f.id WHERE f.distance <= "
    "coalesce((SELECT distance FROM found ORDER BY distance LIMIT 1 OFFSET ?), 1e999) "
    "ORDER BY f.distance, d.time DESC, d.id LIMIT ? OFFSET ?"
)


@dataclass(frozen=True)
class Hit:
    """Something found. ``id`` is that of the entry, task, run …; a greater ``score`` is a better find.

    ``snippet`` is one line of its text around the place; ``marks`` and ``title_marks`` are (begin, end) within snippet
    and title of what was searched for. ``time`` is when it was, in epoch seconds.
    """

    kind: str
    id: str
    title: str
    snippet: str
    score: float
    time: float
    project_id: int | None
    marks: tuple[tuple[int, int], ...] = ()
    title_marks: tuple[tuple[int, int], ...] = ()


def search(
    connection: sqlite3.Connection,
    text: str,
    *,
    kinds: Sequence[str] | None = None,
    project_id: int | None = None,
    limit: int = 20,
    offset: int = 0,
) -> list[Hit]:
    """What holds all of ``text``, best first and the newest first among equals; words in titles count more.

    Nothing is found where ``text`` has nothing to search for (signs alone), or ``kinds`` is empty.
    """
    query = match_query(text)
    if not query:
        return []
    condition, chosen = _choose(kinds, project_id)
    rows = connection.execute(_BEST % condition, (query, *chosen, offset + limit - 1, limit, offset))
    wanted = terms(text)
    hits = []
    for row in rows:
        snippet = cut_snippet(row["text"], text)
        hits.append(
            Hit(
                kind=row["kind"],
                id=row["ref"],
                title=row["title"],
                snippet=snippet.text,
                score=round(-row["distance"], 6),
                time=row["time"],
                project_id=row["project_id"],
                marks=snippet.marks,
                title_marks=find_marks(row["title"], wanted),
            )
        )
    return hits


def count_hits(connection: sqlite3.Connection, text: str, *, project_id: int | None = None) -> dict[str, int]:
    """How many of each kind hold all of ``text``; kinds of which none does are left out."""
    query = match_query(text)
    if not query:
        return {}
    condition, chosen = _choose(None, project_id)
    rows = connection.execute(
        "SELECT d.kind, count(*) AS n FROM documents_fts JOIN documents d ON d.id = documents_fts.rowid "
        f"WHERE documents_fts MATCH ?{condition} GROUP BY d.kind ORDER BY d.kind",
        (query, *chosen),
    )
    return {row["kind"]: row["n"] for row in rows}


def _choose(kinds: Sequence[str] | None, project_id: int | None) -> tuple[str, tuple[object, ...]]:
    """What to add to a query of the index so that it finds those kinds and that project alone, and its values."""
    wanted = (
        (_OF_KIND, json.dumps(list(kinds)) if kinds is not None else None),
        (_OF_PROJECT, project_id),
    )
    given = [(condition, value) for condition, value in wanted if value is not None]
    return "".join(condition for condition, _ in given), tuple(value for _, value in given)
