"""Full-text search over everything: entries, tasks, runs, log excerpts, commits with what was noted of them, sessions,
papers and weeks, in Japanese and English."""

import json
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from store.bigrams import match_query, terms
from store.snippets import cut_snippet, find_marks

_TITLE_WEIGHT = 4.0
_FOUND = (
    "FROM documents_fts JOIN documents d INDEXED BY documents_in_brief ON d.id = documents_fts.rowid "
    "WHERE documents_fts MATCH ? AND (? OR d.kind IN (SELECT value FROM json_each(?))) "
    "AND (? OR d.project_id = ?)"
)
_MOST_WEIGHED = 1000
"""Of what more documents than that hold, those with it in their titles come first, the newest that many weighed, then
the newest others: to weigh each of 100,000 takes longer than one waits for a page."""
_LETTER = re.compile(r'"[a-z0-9]"\*')
_SLIGHT = re.compile(r'"[a-z0-9]{1,3}"\*?')
"""A query that is the beginning of so many words that weighing tells nothing."""


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
    query = _query(connection, text)
    if not query:
        return []
    wanted = terms(text)
    hits = []
    for document_id, score in _best(connection, query, _chosen(kinds, project_id), limit, offset):
        document = connection.execute("SELECT * FROM documents WHERE id = ?", (document_id,)).fetchone()
        snippet = cut_snippet(document["text"], text)
        hits.append(
            Hit(
                kind=document["kind"],
                id=document["ref"],
                title=document["title"],
                snippet=snippet.text,
                score=round(score, 6),
                time=document["time"],
                project_id=document["project_id"],
                marks=snippet.marks,
                title_marks=find_marks(document["title"], wanted),
            )
        )
    return hits


def count_hits(connection: sqlite3.Connection, text: str, *, project_id: int | None = None) -> dict[str, int]:
    """How many of each kind hold all of ``text``; kinds of which none does are left out."""
    query = _query(connection, text)
    if not query:
        return {}
    rows = connection.execute(
        f"SELECT d.kind, count(*) AS n {_FOUND} GROUP BY d.kind ORDER BY d.kind", (query, *_chosen(None, project_id))
    )
    return {row["kind"]: row["n"] for row in rows}


def _query(connection: sqlite3.Connection, text: str) -> str:
    """What FTS5 is asked for a text. A letter alone, which nearly every document has a word with, is that word alone
    where thousands have it: to find all that begins with it takes longer than it is of use."""
    query = match_query(text)
    if _LETTER.fullmatch(query):
        alone = query.rstrip("*")
        row = connection.execute(
            "SELECT rowid FROM documents_fts WHERE documents_fts MATCH ? LIMIT 1 OFFSET ?", (alone, _MOST_WEIGHED)
        ).fetchone()
        return query if row is None else alone
    return query


def _best(
    connection: sqlite3.Connection, query: str, chosen: tuple[object, ...], limit: int, offset: int
) -> list[tuple[int, float]]:
    """The documents of one page and their scores, best first."""
    slight = _SLIGHT.fullmatch(query) is not None
    newest = _newest(connection, query, chosen, weigh=not slight)
    if slight and len(newest) <= _MOST_WEIGHED:
        newest, slight = _newest(connection, query, chosen, weigh=True), False
    if len(newest) <= _MOST_WEIGHED:
        return newest[offset : offset + limit]
    titled = _newest(connection, f"{{title}} : ({query})", chosen, weigh=not slight)[:_MOST_WEIGHED]
    lift = max((score for _, score in newest), default=0.0)
    ranked = {one: lift + score for one, score in titled}
    for one, score in newest[:_MOST_WEIGHED]:
        ranked.setdefault(one, score)
    page = list(ranked.items())[offset : offset + limit]
    if len(page) < limit:
        rows = connection.execute(f"SELECT d.id {_FOUND} ORDER BY documents_fts.rowid DESC", (query, *chosen))
        rest = ((int(row["id"]), 0.0) for row in rows if row["id"] not in ranked)
        begin = max(0, offset - len(ranked))
        page += islice(rest, begin, begin + limit - len(page))
    return page


def _newest(
    connection: sqlite3.Connection, query: str, chosen: tuple[object, ...], *, weigh: bool
) -> list[tuple[int, float]]:
    """The newest documents that hold it, one more than are weighed at most, and their scores; best first, the newest
    first among equals."""
    score = f"-bm25(documents_fts, {_TITLE_WEIGHT}, 1.0)" if weigh else "0.0"
    rows = connection.execute(
        f"SELECT d.id, d.time, {score} AS score {_FOUND} ORDER BY documents_fts.rowid DESC LIMIT ?",
        (query, *chosen, _MOST_WEIGHED + 1),
    ).fetchall()
    found = sorted((-row[2], -row[1], row[0]) for row in rows)
    return [(document_id, -distance) for distance, _, document_id in found]


def _chosen(kinds: Sequence[str] | None, project_id: int | None) -> tuple[object, ...]:
    return (kinds is None, json.dumps(list(kinds or ())), project_id is None, project_id)
