"""What the order of the inbox is learned from, and the order that was learned."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LEAST_DECISIONS = 10
"""From that many keeps and skips on papers are ordered; before, the newest come first."""
MOST_DECISIONS = 4000
MOST_RANKED = 10_000
"""How many papers of the inbox are ordered, the newest; older ones keep the score they had."""
_KEPT = ("queue", "reading", "read")
_WORTH_WEIGHT, _LEFT_WEIGHT = 1.5, 0.3
_WORK_SECONDS = 90 * 86400.0
_MOST_WORKS, _MOST_CHARACTERS = 300, 3000


@dataclass(frozen=True)
class Told:
    """What is known of a paper that tells whether one would read it."""

    id: int
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]


@dataclass(frozen=True)
class Decided:
    """A paper that was ``kept`` or skipped. One that is worth reading again weighs more; one that was dropped after a
    pass over it less, for its subject was not what was wrong."""

    paper: Told
    kept: bool
    weight: float


def decisions(connection: sqlite3.Connection) -> list[Decided]:
    """The papers that were kept or skipped, the latest decisions first, as they stand now."""
    rows = connection.execute(
        "SELECT id, title, abstract, authors, categories, state, card, "
        "EXISTS (SELECT 1 FROM paper_passes WHERE paper_id = papers.id) AS begun FROM papers "
        "WHERE state IN ('queue', 'reading', 'read', 'dropped') ORDER BY changed DESC, id DESC LIMIT ?",
        (MOST_DECISIONS,),
    )
    return [_decided(row) for row in rows]


def count_decisions(connection: sqlite3.Connection) -> int:
    """How many papers were kept or skipped."""
    row = connection.execute("SELECT count(*) FROM papers WHERE state IN ('queue', 'reading', 'read', 'dropped')")
    return int(row.fetchone()[0])


def candidates(connection: sqlite3.Connection) -> list[Told]:
    """The papers that are to be ordered: those of the inbox, and those that will come back to it, the newest first."""
    found = []
    for state in ("inbox", "later"):
        rows = connection.execute(
            "SELECT id, title, abstract, authors, categories FROM papers WHERE state = ? "
            "ORDER BY added DESC, id DESC LIMIT ?",
            (state, MOST_RANKED),
        )
        found += [_told(row) for row in rows]
    return found


def works(connection: sqlite3.Connection, now: float) -> list[str]:
    """What one works on, as texts: names of projects with runs of late and what those were to show, tasks that are
    open, and what was written in the last three months."""
    since = now - _WORK_SECONDS
    queries = (
        "SELECT title || ' ' || body AS text FROM entries WHERE removed IS NULL AND created > ? ORDER BY created DESC",
        "SELECT title || ' ' || notes AS text FROM tasks WHERE state IN ('todo', 'doing', 'blocked') AND changed > ? "
        "ORDER BY changed DESC",
        "SELECT p.name || ' ' || group_concat(DISTINCT r.name || ' ' || coalesce(r.hypothesis, '')) AS text "
        "FROM runs r JOIN projects p ON p.id = r.project_id WHERE r.created > ? GROUP BY p.id ORDER BY p.id",
    )
    return [
        str(row["text"])[:_MOST_CHARACTERS]
        for query in queries
        for row in connection.execute(f"{query} LIMIT ?", (since, _MOST_WORKS // len(queries)))
        if row["text"]
    ]


def write_scores(connection: sqlite3.Connection, scores: Mapping[int, tuple[float, Sequence[str]]]) -> None:
    """Keep the scores of papers and the words for them; inside the caller's transaction."""
    connection.executemany(
        "UPDATE papers SET score = ?, why = ? WHERE id = ?",
        [(score, json.dumps(list(why), ensure_ascii=False), paper) for paper, (score, why) in scores.items()],
    )


def known_scores(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, tuple[float, tuple[str, ...]]]:
    """The scores that those papers have now."""
    rows = connection.execute(
        "SELECT id, score, why FROM papers WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),)
    )
    return {row["id"]: (row["score"], tuple(json.loads(row["why"]))) for row in rows}


def has_scores(connection: sqlite3.Connection) -> bool:
    """Whether some paper of the inbox was given a score."""
    row = connection.execute("SELECT 1 FROM papers WHERE state = 'inbox' AND score > 0 LIMIT 1").fetchone()
    return row is not None


def stamp(connection: sqlite3.Connection) -> tuple[int, float]:
    """Changes when a paper comes, is decided on, or a decision is taken back."""
    last = connection.execute("SELECT max(id) FROM paper_events").fetchone()[0]
    undone = connection.execute("SELECT max(undone) FROM paper_events WHERE undone IS NOT NULL").fetchone()[0]
    return int(last or 0), float(undone or 0.0)


def _decided(row: sqlite3.Row) -> Decided:
    kept = row["state"] in _KEPT
    weight = (_WORTH_WEIGHT if row["card"] else 1.0) if kept else (_LEFT_WEIGHT if row["begun"] else 1.0)
    return Decided(_told(row), kept, weight)


def _told(row: sqlite3.Row) -> Told:
    return Told(
        row["id"],
        row["title"],
        row["abstract"],
        tuple(json.loads(row["authors"])),
        tuple(json.loads(row["categories"])),
    )
