"""Finding runs: by what a person types, and page by page through all of them."""

import difflib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from store.errors import UnknownRun
from store.runs import COLUMNS, Run, run_from

SORTS = {
    "newest": "r.created DESC, r.id DESC",
    "oldest": "r.created, r.id",
    "name": "r.name COLLATE NOCASE, r.created DESC",
    "longest": "coalesce(r.seconds, r.updated - r.started) DESC, r.created DESC",
    "ended": "r.ended DESC NULLS FIRST, r.created DESC",
    "state": "r.state, r.created DESC",
}
LAST = "last"


@dataclass(frozen=True)
class Page:
    """Some of the runs that match, and how many match in all."""

    runs: list[Run]
    total: int


def find_run(connection: sqlite3.Connection, reference: str) -> Run:
    """The run a person means: an id, a unique prefix of one, a name (the latest wins), or ``last``.

    Raises UnknownRun with the nearest names, or with the candidates where a prefix is not unique.
    """
    reference = _printable(reference).strip()
    for condition, value in (
        ("r.id = ?", reference),
        ("r.name = ? ORDER BY r.created DESC, r.id DESC", reference),
    ):
        row = connection.execute(f"SELECT {COLUMNS} WHERE {condition} LIMIT 1", (value,)).fetchone()
        if row:
            return run_from(row)
    if reference == LAST:
        row = connection.execute(f"SELECT {COLUMNS} WHERE 1 ORDER BY r.created DESC, r.id DESC LIMIT 1").fetchone()
        if row:
            return run_from(row)
        raise UnknownRun(reference, [], "there is no run yet; launch one with `machiai run -- CMD`")
    if reference:
        rows = connection.execute(
            f"SELECT {COLUMNS} WHERE r.id >= ? AND r.id < ? ORDER BY r.id DESC LIMIT 6",
            (reference, reference + "\U0010ffff"),
        ).fetchall()
        if len(rows) == 1:
            return run_from(rows[0])
        if rows:
            raise UnknownRun(reference, [row["id"] for row in rows[:5]], f"{reference!r} begins more than one run id")
    raise UnknownRun(reference, _nearest(connection, reference))


def list_runs(
    connection: sqlite3.Connection,
    *,
    states: Sequence[str] = (),
    project_id: int | None = None,
    text: str = "",
    sort: str = "newest",
    limit: int = 50,
    offset: int = 0,
) -> Page:
    """One page of the runs that match: states, project, and every word of ``text`` in id, name, command, project,
    cause, tags or plan (case of ASCII letters is ignored)."""
    conditions, values = ["1"], []  # type: tuple[list[str], list[object]]
    if states:
        conditions.append(f"r.state IN ({','.join('?' * len(states))})")
        values.extend(states)
    if project_id is not None:
        conditions.append("r.project_id = ?")
        values.append(project_id)
    for word in _printable(text).split():
        pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        columns = ("r.id", "r.name", "r.command", "p.name", "r.cause", "r.tags", "r.hypothesis")
        conditions.append("(" + " OR ".join(f"{column} LIKE ? ESCAPE '\\'" for column in columns) + ")")
        values.extend([pattern] * len(columns))
    where = " AND ".join(conditions)
    joined = "runs r JOIN projects p ON p.id = r.project_id" if text.split() else "runs r"
    total = connection.execute(f"SELECT count(*) FROM {joined} WHERE {where}", values).fetchone()[0]
    ids = connection.execute(
        f"SELECT r.id FROM {joined} WHERE {where} ORDER BY {SORTS[sort]} LIMIT ? OFFSET ?",
        (*values, limit, offset),
    ).fetchall()
    found = {
        row["id"]: run_from(row)
        for row in connection.execute(
            f"SELECT {COLUMNS} WHERE r.id IN ({','.join('?' * len(ids))})", [row["id"] for row in ids]
        )
    }
    return Page([found[row["id"]] for row in ids], total)


def _printable(text: str) -> str:
    """What SQLite can be asked for: an argument that was not UTF-8 was recorded with question marks too."""
    return text.encode("utf-8", "replace").decode()


def _nearest(connection: sqlite3.Connection, reference: str) -> list[str]:
    rows = connection.execute("SELECT name, id FROM runs ORDER BY created DESC LIMIT 2000").fetchall()
    names = list(dict.fromkeys(row["name"] for row in rows))
    near = difflib.get_close_matches(reference, names, n=3, cutoff=0.5)
    near += [name for name in names if reference and reference.lower() in name.lower() and name not in near]
    if not near:
        near = difflib.get_close_matches(reference, [row["id"] for row in rows], n=3, cutoff=0.7)
    return near[:3]
