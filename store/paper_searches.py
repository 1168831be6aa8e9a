"""The searches for papers that are followed, and how each pull of them went."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from store.errors import PaperError
from store.paper_faults import UNREADABLE
from store.paper_queries import Form, check_query, make_form, name_query, read_query, write_query
from store.task_lines import clean

OK, NOTHING_NEW, DEGRADED, FAILED = "ok", "nothing_new", "degraded", "failed"
OUTCOMES = (OK, NOTHING_NEW, DEGRADED, FAILED)
"""All was read, with new papers or without; some was read, or what came was no answer; nothing was read."""
MOST_SEARCHES = 100
_LONGEST_NAME = 120
_KEPT_PULLS = 400
_SELECT = """
SELECT s.*, last.outcome AS last_outcome, coalesce(last.reason, '') AS last_reason, last.ended AS last_tried,
    last.new AS last_new, good.ended AS last_good, good.until AS until
FROM paper_searches s
LEFT JOIN paper_pulls last ON last.id =
    (SELECT max(id) FROM paper_pulls WHERE search_id = s.id AND began >= s.changed)
LEFT JOIN paper_pulls good ON good.id =
    (SELECT max(id) FROM paper_pulls WHERE search_id = s.id AND began >= s.changed AND outcome IN ('ok','nothing_new'))
WHERE s.removed IS NULL
"""


@dataclass(frozen=True)
class Search:
    """A search and how its last pull went; times in epoch seconds UTC.

    ``form`` is what it was made of, None where it was typed and no form can ask for the same. ``last_*`` are of the
    query as it is now: ``last_good`` is when a pull last read all there was, ``new`` how many papers the last one
    found. ``until`` is the last change on arXiv that a good pull has seen, ``floor`` the one below which none is asked
    for.
    """

    id: int
    name: str
    query: str
    form: Form | None
    paused: float | None
    last_outcome: str | None
    last_reason: str
    last_tried: float | None
    last_good: float | None
    new: int
    until: float | None
    floor: float | None
    changed: float

    @property
    def is_unreadable(self) -> bool:
        """Whether arXiv could not read the query: asking again is of no use until it is another."""
        return self.last_outcome == FAILED and self.last_reason.startswith(UNREADABLE)

    @property
    def is_paused(self) -> bool:
        """Whether it is left out until somebody wants it again."""
        return self.paused is not None


@dataclass(frozen=True)
class Pull:
    """One pull of a search: its outcome, one of ``OUTCOMES``, and the reason where it is not all well."""

    id: int
    search_id: int
    began: float
    ended: float
    outcome: str
    reason: str
    new: int
    updated: int
    until: float | None


def list_searches(connection: sqlite3.Connection, *, paused: bool = True) -> list[Search]:
    """The searches that are followed, oldest first; without those that are paused where that is asked."""
    rows = connection.execute(f"{_SELECT} {'' if paused else 'AND s.paused IS NULL'} ORDER BY s.id")
    return [_search(row) for row in rows]


def get_search(connection: sqlite3.Connection, search_id: int) -> Search | None:
    """The search of that row, unless it was removed."""
    row = connection.execute(f"{_SELECT} AND s.id = ?", (search_id,)).fetchone()
    return _search(row) if row else None


def find_search(connection: sqlite3.Connection, text: str) -> Search:
    """The search of that name, number or query; PaperError where there is none."""
    known = list_searches(connection)
    plain = " ".join(text.split()).casefold()
    for found in (
        [one for one in known if one.name.casefold() == plain],
        [one for one in known if str(one.id) == plain.lstrip("#")],
        [one for one in known if one.query.casefold() == plain],
    ):
        if len(found) == 1:
            return found[0]
    raise PaperError("no search is called {name}; `machiai paper searches` lists them", name=repr(text))


def add_search(connection: sqlite3.Connection, wanted: str | Form, now: float, name: str = "") -> Search:
    """Follow a search, from now on; inside the caller's transaction. Its name, where none is given, is what it is for.

    One that was removed and asked for the same comes back and begins anew. PaperError where the query cannot be
    read, or where a search has that name or asks for the same.
    """
    query, form = _read(wanted)
    known = list_searches(connection)
    if same := [one for one in known if one.query == query]:
        raise PaperError("{name} follows that already", name=same[0].name)
    if len(known) >= MOST_SEARCHES:
        raise PaperError("there are {count} searches already; remove one first", count=MOST_SEARCHES)
    name = _check_name(known, name) if clean(name) else _free_name(known, name_query(query))
    removed = connection.execute(
        "SELECT id, query FROM paper_searches WHERE removed IS NOT NULL AND (name = ? OR query = ?) "
        "ORDER BY query = ? DESC, id DESC",
        (name, query, query),
    ).fetchall()
    for row in removed:
        if row["query"] != query:
            _free(connection, row["id"])
    columns = {"name": name, "query": query, "form": _pack(form)}
    if removed and removed[0]["query"] == query:
        _set(connection, removed[0]["id"], columns | {"removed": None, "paused": None, "changed": now, "floor": None})
        return _known(connection, removed[0]["id"])
    cursor = connection.execute(
        "INSERT INTO paper_searches (name, query, form, created, changed) VALUES (?, ?, ?, ?, ?)",
        (*columns.values(), now, now),
    )
    return _known(connection, int(cursor.lastrowid or 0))


def change_search(
    connection: sqlite3.Connection, search_id: int, now: float, *, wanted: str | Form | None = None, name: str = ""
) -> Search:
    """Give a search another query or name; inside the caller's transaction. With another query it begins anew."""
    search = _known(connection, search_id)
    others = [one for one in list_searches(connection) if one.id != search_id]
    columns: dict[str, Any] = {}
    if clean(name) and clean(name) != search.name:
        columns["name"] = _check_name(others, name)
        for row in connection.execute(
            "SELECT id FROM paper_searches WHERE removed IS NOT NULL AND name = ?", (columns["name"],)
        ).fetchall():
            _free(connection, row["id"])
    if wanted is not None:
        query, form = _read(wanted)
        if same := [one for one in others if one.query == query]:
            raise PaperError("{name} follows that already", name=same[0].name)
        columns["form"] = _pack(form)
        if query != search.query:
            columns |= {"query": query, "changed": now, "floor": None}
    if columns:
        _set(connection, search_id, columns)
    return _known(connection, search_id)


def pause_search(connection: sqlite3.Connection, search_id: int, now: float, *, paused: bool = True) -> Search:
    """Leave a search out of pulls until it is wanted again, or take it up again; inside the caller's transaction."""
    search = _known(connection, search_id)
    if search.is_paused != paused:
        _set(connection, search_id, {"paused": now if paused else None})
    return _known(connection, search_id)


def remove_search(connection: sqlite3.Connection, search_id: int, now: float) -> None:
    """Follow a search no longer; what it has found stays. Inside the caller's transaction."""
    _known(connection, search_id)
    _set(connection, search_id, {"removed": now})


def record_pull(
    connection: sqlite3.Connection,
    search_id: int,
    *,
    began: float,
    ended: float,
    outcome: str,
    reason: str = "",
    new: int = 0,
    updated: int = 0,
    until: float | None = None,
    floor: float | None = None,
) -> Pull:
    """Keep how a pull went; inside the caller's transaction. ``floor`` is set once, by the first good pull."""
    cursor = connection.execute(
        "INSERT INTO paper_pulls (search_id, began, ended, outcome, reason, new, updated, until) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (search_id, began, ended, outcome, reason, new, updated, until),
    )
    connection.execute("UPDATE paper_searches SET floor = coalesce(floor, ?) WHERE id = ?", (floor, search_id))
    connection.execute(
        "DELETE FROM paper_pulls WHERE search_id = ? AND id <= (SELECT id FROM paper_pulls WHERE search_id = ? "
        "ORDER BY id DESC LIMIT 1 OFFSET ?) AND id != (SELECT max(id) FROM paper_pulls WHERE search_id = ? "
        "AND outcome IN ('ok','nothing_new'))",
        (search_id, search_id, _KEPT_PULLS, search_id),
    )
    return Pull(int(cursor.lastrowid or 0), search_id, began, ended, outcome, reason, new, updated, until)


def pulls_of(connection: sqlite3.Connection, search_id: int, limit: int = 30) -> list[Pull]:
    """The pulls of a search, newest first."""
    rows = connection.execute(
        "SELECT * FROM paper_pulls WHERE search_id = ? ORDER BY id DESC LIMIT ?", (search_id, limit)
    )
    return [Pull(**dict(row)) for row in rows]


def searches_of(connection: sqlite3.Connection, paper_id: int) -> list[str]:
    """The names of the searches that have found a paper."""
    rows = connection.execute(
        "SELECT s.name FROM paper_finds f JOIN paper_searches s ON s.id = f.search_id "
        "WHERE f.paper_id = ? AND s.removed IS NULL ORDER BY f.found, s.id",
        (paper_id,),
    )
    return [str(row["name"]) for row in rows]


def _known(connection: sqlite3.Connection, search_id: int) -> Search:
    search = get_search(connection, search_id)
    if search is None:
        raise PaperError("there is no search {number}; `machiai paper searches` lists them", number=search_id)
    return search


def _read(wanted: str | Form) -> tuple[str, Form | None]:
    if isinstance(wanted, Form):
        return write_query(wanted), make_form(asdict(wanted))
    query = check_query(wanted)
    return query, read_query(query)


def _check_name(others: Sequence[Search], name: str) -> str:
    name = clean(name)
    if len(name) > _LONGEST_NAME:
        raise PaperError("the name of a search has at most {count} characters", count=_LONGEST_NAME)
    if any(one.name.casefold() == name.casefold() for one in others):
        raise PaperError("a search is called {name} already; give this one another name", name=name)
    return name


def _free_name(others: Sequence[Search], name: str) -> str:
    taken = {one.name.casefold() for one in others}
    number = 2
    free = name
    while free.casefold() in taken:
        free, number = f"{name} ({number})", number + 1
    return free


def _free(connection: sqlite3.Connection, search_id: int) -> None:
    """Let somebody else have the name of a search that was removed."""
    connection.execute("UPDATE paper_searches SET name = name || ' #' || id WHERE id = ?", (search_id,))


def _set(connection: sqlite3.Connection, search_id: int, columns: dict[str, Any]) -> None:
    sets = ", ".join(f"{name} = ?" for name in columns)
    connection.execute(f"UPDATE paper_searches SET {sets} WHERE id = ?", (*columns.values(), search_id))


def _pack(form: Form | None) -> str | None:
    return None if form is None else json.dumps(asdict(form), ensure_ascii=False)


def _search(row: sqlite3.Row) -> Search:
    form = None if row["form"] is None else make_form(json.loads(row["form"]))
    return Search(
        row["id"], row["name"], row["query"], form, row["paused"], row["last_outcome"], row["last_reason"],
        row["last_tried"], row["last_good"], row["last_new"] or 0, row["until"], row["floor"], row["changed"],
    )  # fmt: skip
