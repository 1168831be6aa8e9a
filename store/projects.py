"""Projects: one per repository or folder that runs are launched from, and those that the user adds by hand."""

import difflib
import sqlite3
from dataclasses import dataclass
from pathlib import Path, PurePath

from store.errors import TaskError

DOING_LIMIT = 3
"""How many tasks of a project are in doing side by side, unless the user set it otherwise; it is never enforced."""
_MOST_DOING = 99
_BY_NAME = "name:"


@dataclass(frozen=True)
class Project:
    """A project; ``root`` is its repository or folder (or ``name:…`` where the user only named it).

    ``archived`` is since when the user wants to see it no longer (epoch seconds), ``doing_limit`` None where the usual
    one holds.
    """

    id: int
    name: str
    root: str
    created: float
    archived: float | None = None
    doing_limit: int | None = None


def ensure_project(connection: sqlite3.Connection, root: str, created: float, name: str | None = None) -> int:
    """The id of the project at ``root``, made when it is new; inside the caller's transaction.

    A name given by the user makes a project of that name, wherever it is launched from, unless one was renamed to it.
    A project that was archived before comes back.
    """
    key = f"{_BY_NAME}{name}" if name else root
    row = connection.execute("SELECT id FROM projects WHERE root = ?", (key,)).fetchone()
    project_id = int(row["id"]) if row else _renamed_to(connection, name)
    if project_id is None:
        cursor = connection.execute(
            "INSERT INTO projects (name, root, created) VALUES (?, ?, ?)",
            (name or PurePath(root).name or root, key, created),
        )
        return int(cursor.lastrowid or 0)
    connection.execute("UPDATE projects SET archived = NULL WHERE id = ? AND archived < ?", (project_id, created))
    return project_id


def add_project(connection: sqlite3.Connection, name: str, now: float) -> int:
    """Make a project by hand, inside the caller's transaction; its id. Runs launched with its name belong to it.

    TaskError where the name is empty or taken.
    """
    name = _check_name(connection, name, None)
    taken = connection.execute("SELECT name FROM projects WHERE root = ?", (f"{_BY_NAME}{name}",)).fetchone()
    if taken:
        raise TaskError(
            "{name} was the name of the project {project}, and its runs still go there",
            name=repr(name),
            project=repr(taken["name"]),
        )
    cursor = connection.execute(
        "INSERT INTO projects (name, root, created) VALUES (?, ?, ?)", (name, f"{_BY_NAME}{name}", now)
    )
    return int(cursor.lastrowid or 0)


def rename(connection: sqlite3.Connection, project_id: int, name: str) -> None:
    """Give a project another name; inside the caller's transaction. Its runs, and those to come, stay with it.

    TaskError where there is no such project, or the name is empty or taken.
    """
    name = _check_name(connection, name, project_id)
    _update(connection, project_id, "name", name)


def archive(connection: sqlite3.Connection, project_id: int, now: float) -> None:
    """See a project no longer among the present ones; a new run of it brings it back. TaskError where there is none."""
    _update(connection, project_id, "archived", now)


def unarchive(connection: sqlite3.Connection, project_id: int) -> None:
    """See an archived project among the present ones again; TaskError where there is none."""
    _update(connection, project_id, "archived", None)


def set_doing_limit(connection: sqlite3.Connection, project_id: int, limit: int | None) -> None:
    """Set how many tasks of a project are well done side by side, 1 to 99; None for the usual number."""
    if limit is not None and not 1 <= limit <= _MOST_DOING:
        raise TaskError("{limit} tasks side by side? It is a number from 1 to {most}", limit=limit, most=_MOST_DOING)
    _update(connection, project_id, "doing_limit", limit)


def list_projects(connection: sqlite3.Connection, archived: bool = True) -> list[Project]:
    """All projects, by name; without the archived ones where ``archived`` is False."""
    where = "" if archived else "WHERE archived IS NULL"
    rows = connection.execute(
        f"SELECT id, name, root, created, archived, doing_limit FROM projects {where} ORDER BY name, id"
    )
    return [Project(**dict(row)) for row in rows]


def find_project(connection: sqlite3.Connection, name: str) -> Project:
    """The project of that name (the newest of several), folder or id; TaskError with the names that come close."""
    known = list_projects(connection)
    for found in (
        [one for one in known if name in (one.name, one.root)],
        [one for one in known if name.casefold() == one.name.casefold()],
        [one for one in known if name == str(one.id)],
    ):
        if found:
            return max(found, key=lambda one: (one.archived is None, one.created))
    near = difflib.get_close_matches(name, [one.name for one in known], n=3, cutoff=0.5)
    if near:
        raise TaskError("no project is called {name}; did you mean {names}?", name=repr(name), names=", ".join(near))
    raise TaskError(
        "no project is called {name}; `machiai project ls` lists them, `… project add` adds one", name=repr(name)
    )


def project_around(connection: sqlite3.Connection, folder: Path) -> Project | None:
    """The project in whose folder that one lies, the innermost; None where there is none."""
    around = [one for one in list_projects(connection) if folder == Path(one.root) or Path(one.root) in folder.parents]
    return max(around, key=lambda one: len(one.root), default=None)


def _renamed_to(connection: sqlite3.Connection, name: str | None) -> int | None:
    """The project that the user gave that name, where it came with another one."""
    if not name:
        return None
    for row in connection.execute("SELECT id, root FROM projects WHERE name = ? ORDER BY id DESC", (name,)):
        if row["root"].startswith(_BY_NAME) or PurePath(row["root"]).name != name:
            return int(row["id"])
    return None


def _check_name(connection: sqlite3.Connection, name: str, project_id: int | None) -> str:
    name = " ".join(name.encode("utf-8", "replace").decode("utf-8").split())
    if not name:
        raise TaskError("a project needs a name")
    for one in list_projects(connection):
        if one.id != project_id and one.name.casefold() == name.casefold():
            if one.archived is not None:
                raise TaskError(
                    "a project is called {name} already ({root}, and archived); choose another name",
                    name=repr(one.name), root=one.root,
                )  # fmt: skip
            raise TaskError(
                "a project is called {name} already ({root}); choose another name", name=repr(one.name), root=one.root
            )
    return name


def _update(connection: sqlite3.Connection, project_id: int, column: str, value: object) -> None:
    cursor = connection.execute(f"UPDATE projects SET {column} = ? WHERE id = ?", (value, project_id))
    if not cursor.rowcount:
        raise TaskError("there is no project {number}", number=project_id)
