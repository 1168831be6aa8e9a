"""Papers that are known by their arXiv id alone, until arXiv has been asked what they are."""

import sqlite3

from store.errors import PaperError
from store.paper_ids import ArxivId, read_doi, read_id
from store.paper_rows import Paper, get, known, record_event, write_fields
from store.papers import Find, Taken, take_up

NOT_FOUND = "not_found"
ASK_AGAIN_SECONDS = 7 * 86400.0
"""When arXiv is asked again about an id that it did not know."""
MOST_ASKED = 3


def placeholder(paper_id: ArxivId) -> Find:
    """What is kept of a paper before arXiv has told of it."""
    base = paper_id.base
    return Find(base, f"arXiv:{base}", url=f"https://arxiv.org/abs/{base}", pdf_url=f"https://arxiv.org/pdf/{paper_id}")


def incomplete(connection: sqlite3.Connection, now: float, limit: int = 200) -> list[str]:
    """The refs of papers that arXiv is to be asked about, those that were added last first."""
    rows = connection.execute(
        "SELECT p.ref FROM papers p WHERE p.source = 'arxiv' AND p.version IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM paper_events e WHERE e.paper_id = p.id AND e.kind = ? AND e.time > ?) "
        "AND (SELECT count(*) FROM paper_events e WHERE e.paper_id = p.id AND e.kind = ?) < ? "
        "ORDER BY p.added DESC, p.id DESC LIMIT ?",
        (NOT_FOUND, now - ASK_AGAIN_SECONDS, NOT_FOUND, MOST_ASKED, limit),
    )
    return [str(row["ref"]) for row in rows]


def is_unknown(connection: sqlite3.Connection, paper: Paper) -> bool:
    """Whether arXiv, when asked last, knew no paper of that id."""
    row = connection.execute(
        "SELECT 1 FROM paper_events WHERE paper_id = ? AND kind = ?", (paper.id, NOT_FOUND)
    ).fetchone()
    return paper.version is None and row is not None


def complete(connection: sqlite3.Connection, find: Find, now: float) -> Taken:
    """Keep what arXiv tells of a paper; inside the caller's transaction. What it is now is the version that was seen,
    where none was known."""
    before = get(connection, find.ref)
    taken = take_up(connection, find, now)
    if before is not None and before.seen_version is None and taken.paper.seen_version is None:
        return Taken(write_fields(connection, before.id, now, {"seen_version": find.version}), False, True)
    return taken


def note_not_found(connection: sqlite3.Connection, ref: str, now: float) -> None:
    """arXiv knows no paper of that id; inside the caller's transaction."""
    record_event(connection, known(connection, ref).id, now, NOT_FOUND, {})


def find_paper(connection: sqlite3.Connection, text: str) -> Paper:
    """The paper that is meant: its id with or without version, the beginning of its name, its DOI or address, or words
    of its title; PaperError where that is none, or several."""
    text = text.strip()
    name = read_id(text)
    paper = get(connection, name.base if name else text)
    if paper is not None:
        return paper
    for column, value in (("doi", read_doi(text)), ("url", text), ("pdf_url", text)):
        row = connection.execute(f"SELECT id FROM papers WHERE {column} = ?", (value,)).fetchone()
        if row is not None:
            return known(connection, int(row["id"]))
    if len(text) >= 3 and name is None:
        rows = connection.execute(
            "SELECT id, title FROM papers WHERE substr(ref, 1, ?) = ? OR instr(lower(title), lower(?)) > 0 LIMIT 4",
            (len(text), text, text),
        ).fetchall()
        if len(rows) == 1:
            return known(connection, int(rows[0]["id"]))
        if rows:
            raise PaperError(
                "{text} is in several titles: {titles}", text=repr(text), titles="; ".join(row["title"] for row in rows)
            )
    raise PaperError("there is no paper {ref}; `machiai paper ls` lists them", ref=text)
