"""Projects."""

import sqlite3

from store.database import write
from store.projects import ensure_project, list_projects


def test_a_root_is_one_project(journal: sqlite3.Connection) -> None:
    """The same folder is the same project, named after it."""
    with write(journal):
        first = ensure_project(journal, "/home/me/vision", 1.0)
        again = ensure_project(journal, "/home/me/vision", 2.0)
    assert first == again
    assert [(project.name, project.created) for project in list_projects(journal)] == [("vision", 1.0)]


def test_a_named_project_gathers_several_folders(journal: sqlite3.Connection) -> None:
    """`--project` makes one project of runs from anywhere, apart from a folder of that name."""
    with write(journal):
        here = ensure_project(journal, "/a", 1.0, "thesis")
        there = ensure_project(journal, "/b", 1.0, "thesis")
        folder = ensure_project(journal, "/home/thesis", 1.0)
    assert here == there != folder


def test_the_root_folder_has_a_name(journal: sqlite3.Connection) -> None:
    """A run launched in / belongs to a project that can be shown."""
    with write(journal):
        ensure_project(journal, "/", 1.0)
    assert list_projects(journal)[0].name == "/"
