"""Papers as the journal keeps them, and the lists that pages show of them."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from store import documents
from store.errors import PaperError

STATES = ("inbox", "later", "queue", "reading", "read", "dropped")
SOURCES = ("arxiv", "web", "bibtex")
PRIORITIES = {-1: "low", 0: "normal", 1: "high", 2: "urgent"}
READING_LIMIT = 3
"""How many papers are read at a time before that is said; it is never refused."""
SORTS = {
    "score": "p.score DESC, p.added DESC, p.id DESC",
    "place": "p.priority DESC, p.place, p.id",
    "newest": "p.added DESC, p.id DESC",
    "changed": "p.changed DESC, p.id DESC",
    "ended": "p.ended DESC, p.id DESC",
}
"""The orders of a list; within one state each of the first three is read from an index."""
SORT_OF = {"inbox": "score", "later": "newest", "queue": "place", "reading": "changed", "read": "ended",
           "dropped": "ended"}  # fmt: skip
_SELECT = (
    "SELECT p.*, f.state AS file, (SELECT max(number) FROM paper_passes WHERE paper_id = p.id) AS passes "
    "FROM papers p LEFT JOIN paper_files f ON f.paper_id = p.id"
)


@dataclass(frozen=True)
class Paper:
    """A paper, blog post or book; times in epoch seconds UTC.

    ``ref`` is its arXiv id without version, or ``web-…``. ``version`` is the newest that is known, ``seen_version`` the
    one that was newest when its state was last chosen: where they differ on a paper that was read, another is out.
    ``until`` is when one that was put off comes back. ``page`` is the one reached, from 1, of ``pages``; ``passes`` how
    many of the three readings are done. ``why`` are the words that put it high. ``file`` is how its PDF is kept:
    wanted, ready, failed, or None. ``fields`` are those of BibTeX that have no place of their own. ``card`` and ``due``
    are of reading it again, ``citekey`` is its key in BibTeX once it was given one.
    """

    id: int
    ref: str
    source: str
    title: str
    authors: tuple[str, ...]
    abstract: str
    categories: tuple[str, ...]
    comment: str | None
    journal: str | None
    doi: str | None
    url: str | None
    pdf_url: str | None
    published: float | None
    updated: float | None
    version: int | None
    seen_version: int | None
    withdrawn: bool
    fields: Mapping[str, Any]
    state: str
    until: float | None
    priority: int
    place: float
    tags: tuple[str, ...]
    lesson: str
    page: int | None
    pages: int | None
    card: str | None
    due: float | None
    citekey: str | None
    score: float
    why: tuple[str, ...]
    added: float
    changed: float
    ended: float | None
    revision: int
    file: str | None = None
    passes: int = 0

    @property
    def has_newer(self) -> bool:
        """Whether a version is out that was not there when it was read, or taken up to be read."""
        newer = self.version is not None and self.seen_version is not None and self.version > self.seen_version
        return newer and self.state in ("queue", "reading", "read")


@dataclass(frozen=True)
class PaperEvent:
    """What happened to a paper: added, state ({was, now}), version ({was, now}), withdrawn, pass, changed."""

    id: int
    paper_id: int
    time: float
    kind: str
    detail: dict[str, Any]
    undone: float | None


def get(connection: sqlite3.Connection, ref: str | int) -> Paper | None:
    """The paper of that ref, or of that row."""
    column = "id" if isinstance(ref, int) else "ref"
    row = connection.execute(f"{_SELECT} WHERE p.{column} = ?", (ref,)).fetchone()
    return paper_from(row) if row else None


def known(connection: sqlite3.Connection, ref: str | int) -> Paper:
    """The paper of that ref or row; PaperError where there is none."""
    paper = get(connection, ref)
    if paper is None:
        raise PaperError("there is no paper {ref}; `machiai paper ls` lists them", ref=ref)
    return paper


def list_papers(
    connection: sqlite3.Connection,
    states: Sequence[str] = ("inbox",),
    *,
    sort: str | None = None,
    tag: str | None = None,
    search_id: int | None = None,
    limit: int = -1,
    offset: int = 0,
) -> list[Paper]:
    """The papers in those states; ``sort`` is one of ``SORTS``, by default that of the first state."""
    order = SORTS[sort or SORT_OF[states[0]]]
    where, values = [f"p.state IN ({', '.join('?' * len(states))})"], list[Any](states)
    if len(states) == 1:
        where = ["p.state = ?"]
    if tag is not None:
        where.append("EXISTS (SELECT 1 FROM json_each(p.tags) WHERE value = ?)")
        values.append(tag)
    if search_id is not None:
        where.append("p.id IN (SELECT paper_id FROM paper_finds WHERE search_id = ?)")
        values.append(search_id)
    shown = f"SELECT p.id FROM papers p WHERE {' AND '.join(where)} ORDER BY {order} LIMIT ? OFFSET ?"
    rows = connection.execute(f"{_SELECT} WHERE p.id IN ({shown}) ORDER BY {order}", (*values, limit, offset))
    return [paper_from(row) for row in rows]


def count_states(connection: sqlite3.Connection) -> dict[str, int]:
    """How many papers are in each state."""
    found = dict(connection.execute("SELECT state, count(*) FROM papers GROUP BY state").fetchall())
    return {state: int(found.get(state, 0)) for state in STATES}


def all_tags(connection: sqlite3.Connection) -> list[str]:
    """The tags of all papers, the commonest first."""
    rows = connection.execute(
        "SELECT value, count(*) AS n FROM papers, json_each(papers.tags) WHERE tags != '[]' GROUP BY value "
        "ORDER BY n DESC, value"
    )
    return [str(row["value"]) for row in rows]


def history(connection: sqlite3.Connection, paper_id: int) -> list[PaperEvent]:
    """What happened to a paper, oldest first."""
    rows = connection.execute("SELECT * FROM paper_events WHERE paper_id = ? ORDER BY id", (paper_id,))
    return [PaperEvent(**{**dict(row), "detail": json.loads(row["detail"])}) for row in rows]


def record_event(
    connection: sqlite3.Connection, paper_id: int, time: float, kind: str, detail: Mapping[str, Any]
) -> int:
    """Keep that something happened to a paper; inside the caller's transaction. The event's id."""
    cursor = connection.execute(
        "INSERT INTO paper_events (paper_id, time, kind, detail) VALUES (?, ?, ?, ?)",
        (paper_id, time, kind, json.dumps(detail, ensure_ascii=False)),
    )
    return int(cursor.lastrowid or 0)


def write_fields(connection: sqlite3.Connection, paper_id: int, now: float, fields: Mapping[str, Any]) -> Paper:
    """Set columns of a paper and its place in the search; inside the caller's transaction. How it is then."""
    columns = {name: pack(value) for name, value in fields.items()} | {"changed": now}
    sets = ", ".join(f"{name} = ?" for name in columns)
    connection.execute(f"UPDATE papers SET {sets} WHERE id = ?", (*columns.values(), paper_id))
    paper = known(connection, paper_id)
    index(connection, paper)
    return paper


def index(connection: sqlite3.Connection, paper: Paper, text: str | None = None) -> None:
    """Let a paper be found; inside the caller's transaction. ``text`` is its PDF's, kept as it was where None."""
    about = "\n".join(
        [", ".join(paper.authors), " ".join(paper.categories), " ".join(paper.tags), paper.abstract, paper.lesson,
         paper.comment or "", paper.journal or "", paper.ref]
    )  # fmt: skip
    if text is None:
        row = connection.execute("SELECT text FROM documents WHERE kind = 'paper' AND ref = ?", (paper.ref,)).fetchone()
        text = str(row["text"]).partition(PAGES)[2] if row else ""
    documents.put(
        connection, "paper", paper.ref, title=paper.title, text=about + (PAGES + text if text else ""),
        time=paper.added, mark=paper.state,
    )  # fmt: skip


PAGES = "\n\f\n"
"""Between what is known of a paper and the text of its pages, in what the search knows."""


def pack(value: Any) -> Any:
    """A field as its column holds it."""
    if isinstance(value, Mapping) or (isinstance(value, Iterable) and not isinstance(value, str | bytes)):
        return json.dumps(value if isinstance(value, Mapping) else list(value), ensure_ascii=False)
    return int(value) if isinstance(value, bool) else value


def paper_from(row: sqlite3.Row) -> Paper:
    """A row of ``papers`` as a paper."""
    fields = dict(row)
    for name in ("authors", "categories", "tags", "why"):
        fields[name] = tuple(json.loads(fields[name]))
    fields["fields"] = json.loads(fields["fields"])
    fields["withdrawn"] = bool(fields["withdrawn"])
    fields["passes"] = fields["passes"] or 0
    return Paper(**fields)
