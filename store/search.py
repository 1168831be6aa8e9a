"""Full-text search over everything: entries, tasks, runs, log excerpts, commits and papers, in Japanese and English."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from store.bigrams import match_query, terms
from store.snippets import cut_snippet, find_marks

_TITLE_WEIGHT = 4.0
_FOUND = (
    "FROM documents_fts JOIN documents d ON d.id = documents_fts.rowid WHERE documents_fts MATCH ? "
    "AND (? OR d.kind IN (SELECT value FROM json_each(?))) AND (? OR d.project_id = ?)"
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
    rows = connection.execute(
        f"SELECT d.id, bm25(documents_fts, {_TITLE_WEIGHT}, 1.0) AS distance {_FOUND} "
        "ORDER BY distance, d.time DESC, d.id LIMIT ? OFFSET ?",
        (query, *_chosen(kinds, project_id), limit, offset),
    ).fetchall()
    wanted = terms(text)
    hits = []
    for row in rows:
        document = connection.execute("SELECT * FROM documents WHERE id = ?", (row["id"],)).fetchone()
        snippet = cut_snippet(document["text"], text)
        hits.append(
            Hit(
                kind=document["kind"],
                id=document["ref"],
                title=document["title"],
                snippet=snippet.text,
                score=round(-row["distance"], 6),
                time=document["time"],
                project_id=document["project_id"],
                marks=snippet.marks,
                title_marks=find_marks(document["title"], wanted),
            )
        )
    return hits


def count_hits(connection: sqlite3.Connection, text: str, *, project_id: int | None = None) -> dict[str, int]:
    """How many of each kind hold all of ``text``; kinds of which none does are left out."""
    query = match_query(text)
    if not query:
        return {}
    rows = connection.execute(
        f"SELECT d.kind, count(*) AS n {_FOUND} GROUP BY d.kind ORDER BY d.kind", (query, *_chosen(None, project_id))
    )
    return {row["kind"]: row["n"] for row in rows}


def _chosen(kinds: Sequence[str] | None, project_id: int | None) -> tuple[object, ...]:
    return (kinds is None, json.dumps(list(kinds or ())), project_id is None, project_id)
