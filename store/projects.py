"""Projects: one per repository or folder that runs are launched from."""

import sqlite3
from dataclasses import dataclass
from pathlib import PurePath


@dataclass(frozen=True)
class Project:
    """A project; ``root`` is its repository or folder (or ``name:…`` where the user only named it)."""

    id: int
    name: str
    root: str
    created: float


def ensure_project(connection: sqlite3.Connection, root: str, created: float, name: str | None = None) -> int:
    """The id of the project at ``root``, made when it is new; inside the caller's transaction.

    A name given by the user makes a project of that name, wherever it is launched from.
    """
    key = f"name:{name}" if name else root
    connection.execute(
        "INSERT INTO projects (name, root, created) VALUES (?, ?, ?) ON CONFLICT (root) DO NOTHING",
        (name or PurePath(root).name or root, key, created),
    )
    row = connection.execute("SELECT id FROM projects WHERE root = ?", (key,)).fetchone()
    return int(row["id"])


def list_projects(connection: sqlite3.Connection) -> list[Project]:
    """All projects, by name."""
    rows = connection.execute("SELECT id, name, root, created FROM projects ORDER BY name, id")
    return [Project(**dict(row)) for row in rows]
