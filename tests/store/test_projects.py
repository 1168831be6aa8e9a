"""Projects: one per root, or per name that the user gave."""

import sqlite3

from store.database import write
from store.projects import ensure_project, list_projects


def test_one_per_root(journal: sqlite3.Connection) -> None:
    """The same root is the same project, two roots of one name are two, and a given name is one everywhere."""
    with write(journal):
        first = ensure_project(journal, "/a/cifar", 1.0)
        assert ensure_project(journal, "/a/cifar", 2.0) == first
        assert ensure_project(journal, "/b/cifar", 3.0) != first
        named = ensure_project(journal, "/a/cifar", 4.0, "thesis")
        assert ensure_project(journal, "/elsewhere", 5.0, "thesis") == named
        ensure_project(journal, "/", 6.0)
    assert [(project.name, project.created) for project in list_projects(journal)] == [
        ("/", 6.0),
        ("cifar", 1.0),
        ("cifar", 3.0),
        ("thesis", 4.0),
    ]
