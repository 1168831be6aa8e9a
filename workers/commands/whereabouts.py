"""Which project a command is about: the one that is named, else the one of this folder.

A run that was launched a moment ago, with no daemon to take it up, may have made it: the journal is brought up to date
where a project is not known, and only then, so that a note or a task is not kept waiting.
"""

import contextlib
import sqlite3
from pathlib import Path

from store.errors import TaskError
from store.projects import Project, find_project, project_around
from store.settings import Settings
from workers.freshness import freshen


def named_project(connection: sqlite3.Connection, settings: Settings, name: str) -> Project:
    """The project of that name, folder or id; TaskError with the names that come close."""
    try:
        return find_project(connection, name)
    except TaskError:
        _freshen(connection, settings)
        return find_project(connection, name)


def project_here(connection: sqlite3.Connection, settings: Settings) -> Project | None:
    """The project of the current folder; None where it is in none."""
    here = Path.cwd()
    found = project_around(connection, here)
    if found is None:
        _freshen(connection, settings)
        found = project_around(connection, here)
    return found


def _freshen(connection: sqlite3.Connection, settings: Settings) -> None:
    """Take up what is new. A journal that is locked for long does not keep a note from being written later."""
    with contextlib.suppress(sqlite3.OperationalError):
        freshen(connection, settings)
