"""Taking papers up and deciding about them. Everything here is done inside the caller's transaction, and leaves its
mark in the history; lists and single papers are read with what is in ``paper_rows``, which can be had from here too."""

import math
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from store.errors import Conflict, PaperError
from store.paper_ids import name_other
from store.paper_rows import PRIORITIES, SOURCES, STATES, Paper, PaperEvent, record_event, write_fields
from store.paper_rows import all_tags as all_tags
from store.paper_rows import count_states as count_states
from store.paper_rows import get as get
from store.paper_rows import history as history
from store.paper_rows import index as index
from store.paper_rows import known as known
from store.paper_rows import list_papers as list_papers
from store.paper_rows import pack as pack
from store.task_lines import clean

LATER_SECONDS = 7 * 86400.0
"""When a paper that was put off comes back, where nothing else is said."""
UNDO_SECONDS = 86400.0
"""How long a decision can be undone."""
MOST_TAGS, MOST_CHARACTERS = 20, 40
_ENDED = ("read", "dropped")


@dataclass(frozen=True)
class Find:
    """A paper as a source tells of it; ``ref`` is empty for one that is named by its address or title.

    ``authors`` are names in order, ``version`` that of arXiv, times in epoch seconds.
    """

    ref: str
    title: str
    source: str = "arxiv"
    authors: tuple[str, ...] = ()
    abstract: str = ""
    categories: tuple[str, ...] = ()
    comment: str | None = None
    journal: str | None = None
    doi: str | None = None
    url: str | None = None
    pdf_url: str | None = None
    published: float | None = None
    updated: float | None = None
    version: int | None = None
    withdrawn: bool = False
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Taken:
    """What became of a find: the paper, whether it is new, and whether it brought a newer version or text."""

    paper: Paper
    is_new: bool
    is_updated: bool


def take_up(
    connection: sqlite3.Connection,
    find: Find,
    now: float,
    *,
    search_id: int | None = None,
    state: str = "inbox",
    tags: Sequence[str] = (),
) -> Taken:
    """Keep a find, in place of what an older version of it said; by its ref, else by its DOI or address.

    One that is known stays in the state that it is in, so that what was seen does not come back; a version that is
    older than the one known changes nothing. ``state`` is that of a new one. PaperError where it has no title.
    """
    title = clean(find.title)
    if not title:
        raise PaperError("a paper needs a title")
    if find.source not in SOURCES or state not in STATES:
        raise ValueError(f"a paper is of {SOURCES} and in one of {STATES}")
    ref = find.ref or name_other(find.doi or find.url or title)
    paper = get(connection, ref) or _same(connection, find)
    said: dict[str, Any] = {
        "title": title, "authors": find.authors, "abstract": find.abstract.strip(), "categories": find.categories,
        "comment": find.comment, "journal": find.journal, "doi": find.doi, "url": find.url, "pdf_url": find.pdf_url,
        "published": find.published, "updated": find.updated, "version": find.version, "withdrawn": find.withdrawn,
        "fields": dict(find.fields),
    }  # fmt: skip
    if paper is None:
        columns = {"ref": ref, "source": find.source, **said, "state": state, "seen_version": find.version}
        columns |= {"tags": _tags(tags), "added": now, "changed": now, "ended": now if state in _ENDED else None}
        columns |= {"place": _last_place(connection)}
        marks = ", ".join("?" * len(columns))
        cursor = connection.execute(
            f"INSERT INTO papers ({', '.join(columns)}) VALUES ({marks})", [pack(value) for value in columns.values()]
        )
        paper = known(connection, int(cursor.lastrowid or 0))
        record_event(connection, paper.id, now, "added", {"state": state, "version": find.version})
        index(connection, paper)
        _note_find(connection, paper.id, search_id, now)
        return Taken(paper, True, False)
    _note_find(connection, paper.id, search_id, now)
    changes = _news(paper, said)
    if "version" in changes:
        record_event(connection, paper.id, now, "version", {"was": paper.version, "now": find.version})
    if changes.get("withdrawn"):
        record_event(connection, paper.id, now, "withdrawn", {"comment": find.comment})
    if not changes:
        return Taken(paper, False, False)
    if paper.state in ("inbox", "later"):  # nobody has decided on what another version says
        changes["seen_version"] = find.version or paper.seen_version
    return Taken(write_fields(connection, paper.id, now, changes), False, True)


def set_state(
    connection: sqlite3.Connection, ref: str | int, state: str, now: float, until: float | None = None
) -> int:
    """Put a paper into a state; the event's id, for ``undo``. One that is put off comes back at ``until``, or a week
    later. The version that is known now is the one that was seen."""
    if state not in STATES:
        raise PaperError("a paper is never {state}; it is one of {states}", state=repr(state), states=", ".join(STATES))
    paper = known(connection, ref)
    fields: dict[str, Any] = {"state": state, "until": None, "seen_version": paper.version}
    if state == "later":
        fields["until"] = until if until is not None and math.isfinite(until) else now + LATER_SECONDS
    fields["ended"] = (paper.ended or now) if state in _ENDED else None
    if state == "queue" and paper.state != "queue":
        fields["place"] = _last_place(connection)
    was = {name: getattr(paper, name) for name in fields}
    event = record_event(connection, paper.id, now, "state", {"was": paper.state, "now": state, "fields": was})
    write_fields(connection, paper.id, now, fields)
    return event


def undo(connection: sqlite3.Connection, now: float, event_id: int | None = None) -> Paper | None:
    """Take the last decision back (or that one, where it is its paper's last); the paper as it is then, None where
    there is none of the last day."""
    event = last_decision(connection, now, event_id)
    if event is None:
        return None
    later = [one for one in history(connection, event.paper_id) if one.id > event.id and one.kind == "state"]
    if any(one.undone is None for one in later):
        raise PaperError("the paper was decided on again since; undo that first")
    connection.execute("UPDATE paper_events SET undone = ? WHERE id = ?", (now, event.id))
    return write_fields(connection, event.paper_id, now, event.detail["fields"])


def last_decision(connection: sqlite3.Connection, now: float, event_id: int | None = None) -> PaperEvent | None:
    """What ``undo`` would take back: the last decision of the last day, or that one; None where there is none."""
    row = connection.execute(
        "SELECT id, paper_id FROM paper_events WHERE kind = 'state' AND undone IS NULL AND time >= ? "
        "AND (? IS NULL OR id = ?) ORDER BY id DESC LIMIT 1",
        (now - UNDO_SECONDS, event_id, event_id),
    ).fetchone()
    return next((one for one in history(connection, row["paper_id"]) if one.id == row["id"]), None) if row else None


def wake_due(connection: sqlite3.Connection, now: float) -> int:
    """Bring papers that were put off back into the inbox; how many."""
    rows = connection.execute("SELECT id FROM papers WHERE until <= ? AND state = 'later'", (now,)).fetchall()
    for row in rows:
        record_event(connection, row["id"], now, "back", {})
        write_fields(connection, row["id"], now, {"state": "inbox", "until": None})
    return len(rows)


def change(
    connection: sqlite3.Connection, ref: str | int, now: float, revision: int | None = None, **fields: Any
) -> Paper:
    """Change what is typed of a paper: title, url, priority, tags, lesson; how it is then. ``revision`` is the one
    that was read: Conflict where somebody typed something else meanwhile."""
    if unknown := set(fields) - {"title", "url", "priority", "tags", "lesson"}:
        raise TypeError(f"a paper has no {', '.join(sorted(unknown))} to change here")
    paper = known(connection, ref)
    wanted = {name: _check(name, value) for name, value in fields.items()}
    wanted = {name: value for name, value in wanted.items() if value != getattr(paper, name)}
    if not wanted:
        return paper
    if revision is not None and revision != paper.revision:
        raise Conflict(
            "paper {ref} was changed elsewhere meanwhile, and nothing was written: see how it is now, then save yours "
            "again", paper, ref=paper.ref,
        )  # fmt: skip
    detail = {name: [getattr(paper, name), value] for name, value in wanted.items()}
    record_event(connection, paper.id, now, "changed", detail)
    return write_fields(connection, paper.id, now, {**wanted, "revision": paper.revision + 1})


def move(connection: sqlite3.Connection, ref: str | int, where: str, now: float) -> bool:
    """Put a paper of the queue ``up``, ``down``, to the ``top`` or ``bottom`` among those of its priority; whether it
    moved."""
    paper = known(connection, ref)
    beside = [
        one for one in list_papers(connection, [paper.state], sort="place") if one.priority == paper.priority
    ]  # fmt: skip
    at = [one.id for one in beside].index(paper.id)
    to = {"up": at - 1, "down": at + 1, "top": 0, "bottom": len(beside) - 1}[where]
    if to == at or not 0 <= to < len(beside):
        return False
    order = [one.id for one in beside if one.id != paper.id]
    order.insert(to, paper.id)
    places = sorted(one.place for one in beside)
    if len(set(places)) < len(places):
        places = [places[0] + n for n in range(len(places))]
    connection.executemany("UPDATE papers SET place = ? WHERE id = ?", list(zip(places, order, strict=True)))
    return True


def remove(connection: sqlite3.Connection, ref: str | int) -> None:
    """Forget a paper that was added by mistake, with its history; not one that a session or an entry is about."""
    from store import documents, links

    paper = known(connection, ref)
    if (
        links.links_to(connection, "paper", paper.ref)
        or connection.execute("SELECT 1 FROM sessions WHERE paper = ?", (paper.ref,)).fetchone()
    ):
        raise PaperError("{title} has notes or sessions, which would point nowhere; drop it instead", title=paper.title)
    documents.drop(connection, "paper", paper.ref)
    connection.execute("DELETE FROM papers WHERE id = ?", (paper.id,))


def _same(connection: sqlite3.Connection, find: Find) -> Paper | None:
    """The paper that another name stands for: the same DOI, the same address, or the same title and first author where
    only one of the two is known by an id of arXiv."""
    for column, value in (("doi", find.doi), ("url", find.url)):
        if value:
            row = connection.execute(f"SELECT id FROM papers WHERE {column} = ?", (value,)).fetchone()
            if row is not None:
                return get(connection, int(row["id"]))
    if _has_place(find):
        return None
    rows = connection.execute(
        "SELECT id FROM papers WHERE lower(title) = lower(?) AND (source = 'arxiv') <> ? ORDER BY id LIMIT 5",
        (clean(find.title), find.source == "arxiv"),
    )
    for row in rows.fetchall():
        paper = known(connection, int(row["id"]))
        authors = find.authors and paper.authors
        if not _has_place(paper) and (not authors or _family(find.authors[0]) == _family(paper.authors[0])):
            return paper
    return None


def _has_place(one: Find | Paper) -> bool:
    """Whether it is something on the web with an address of its own, whatever else bears its title."""
    return one.source == "web" and bool(one.url)


def _family(name: str) -> str:
    """A person's family name, whichever way round the name is written: ``Keshav, S.`` or ``S. Keshav``."""
    family, comma, _ = name.partition(",")
    return (family if comma else name.split()[-1] if name.split() else "").strip().casefold()


def _news(paper: Paper, said: dict[str, Any]) -> dict[str, Any]:
    """What a find tells that is not known yet: all of a newer version, of the same one what it has and we have not."""
    version, known_version = said["version"], paper.version
    if version is not None and known_version is not None and version < known_version:
        return {}
    changes = {name: value for name, value in said.items() if value and value != getattr(paper, name)}
    if paper.withdrawn and version is not None and version > (known_version or 0) and not said["withdrawn"]:
        changes["withdrawn"] = False  # a version after the withdrawal brings it back
    if version is None or version == known_version:
        keeps = ("title", "abstract", "authors", "published")
        changes = {name: value for name, value in changes.items() if name not in keeps or not getattr(paper, name)}
    if paper.source == "arxiv" and version is None:
        changes = {name: value for name, value in changes.items() if not getattr(paper, name)}
    return changes


def _note_find(connection: sqlite3.Connection, paper_id: int, search_id: int | None, now: float) -> None:
    if search_id is not None:
        connection.execute(
            "INSERT INTO paper_finds (paper_id, search_id, found) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (paper_id, search_id, now),
        )


def _last_place(connection: sqlite3.Connection) -> float:
    row = connection.execute("SELECT max(place) FROM papers WHERE state = 'queue'").fetchone()
    return float(row[0] or 0.0) + 1.0


def _check(name: str, value: Any) -> Any:
    if name == "priority":
        if value not in PRIORITIES:
            raise PaperError("a priority is one of {choices}", choices=", ".join(map(str, PRIORITIES)))
        return value
    if name == "tags":
        return _tags(value)
    text = clean(str(value)) if name != "lesson" else str(value).strip()
    if name == "title" and not text:
        raise PaperError("a paper needs a title")
    return text or (None if name == "url" else "")


def _tags(given: Iterable[str]) -> tuple[str, ...]:
    """Tags as they are kept: without ``#``, each once, as they were typed first."""
    found = {tag.casefold(): tag for one in reversed(list(given)) if (tag := clean(one).lstrip("#＃").strip())}
    tags = tuple(reversed(found.values()))
    if len(tags) > MOST_TAGS or any(len(tag) > MOST_CHARACTERS for tag in tags):
        raise PaperError(
            "a paper has at most {count} tags of at most {length} characters", count=MOST_TAGS, length=MOST_CHARACTERS
        )
    return tags
