"""Projects: one per root, or per name that the user gave; added, renamed and archived by hand."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from store import projects
from store.database import write
from store.errors import TaskError
from store.projects import ensure_project, list_projects
from store.runs import get_run


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


def test_by_hand(journal: sqlite3.Connection, launched: Callable[..., str]) -> None:
    """A project added by hand is the one of the runs launched with its name; a name is taken once."""
    with write(journal):
        made = projects.add_project(journal, "  博士　論文 ", 1.0)
    run = get_run(journal, launched("r1", 5.0, project="博士 論文"))
    assert run is not None and run.project_id == made
    for name, words in (("博士 論文", "already"), ("", "needs a name"), (" \n", "needs a name")):
        with pytest.raises(TaskError, match=words), write(journal):
            projects.add_project(journal, name, 2.0)
    assert [(one.name, one.root) for one in list_projects(journal)] == [("博士 論文", "name:博士 論文")]


def test_renamed(journal: sqlite3.Connection, launched: Callable[..., str]) -> None:
    """Runs go to a renamed project by its folder, by its old name and by its new one; its old name stays its own."""
    with write(journal):
        folder, named = ensure_project(journal, "/p/cifar", 1.0), projects.add_project(journal, "thesis", 2.0)
        projects.rename(journal, folder, "robust")
        projects.rename(journal, named, "book")
        projects.rename(journal, named, "Book")
        with pytest.raises(TaskError, match="called 'robust' already"):
            projects.rename(journal, named, "Robust")
        with pytest.raises(TaskError, match="no project 99"):
            projects.rename(journal, 99, "x")
        with pytest.raises(TaskError, match="was the name of the project 'Book'"):
            projects.add_project(journal, "thesis", 3.0)
        assert ensure_project(journal, "/p/cifar", 9.0) == folder
        assert ensure_project(journal, "/p/other", 9.0, "robust") == folder
        assert ensure_project(journal, "/p/other", 9.0, "thesis") == named == ensure_project(journal, "/q", 9.0, "Book")
    assert [one.name for one in list_projects(journal)] == ["Book", "robust"]


def test_archived(journal: sqlite3.Connection) -> None:
    """An archived project is among all, not among the present ones; a later run brings it back, an older one does not."""
    with write(journal):
        made = ensure_project(journal, "/p/cifar", 1.0)
        projects.add_project(journal, "other", 1.0)
        projects.archive(journal, made, 50.0)
        assert [one.name for one in list_projects(journal, archived=False)] == ["other"]
        assert [(one.name, one.archived) for one in list_projects(journal)] == [("cifar", 50.0), ("other", None)]
        ensure_project(journal, "/p/cifar", 40.0)
        assert len(list_projects(journal, archived=False)) == 1
        ensure_project(journal, "/p/cifar", 60.0)
        assert len(list_projects(journal, archived=False)) == 2
        projects.archive(journal, made, 70.0)
        projects.unarchive(journal, made)
        assert len(list_projects(journal, archived=False)) == 2
        for act in (lambda: projects.archive(journal, 9, 1.0), lambda: projects.unarchive(journal, 9)):
            with pytest.raises(TaskError, match="no project 9"):
                act()


def test_limit(journal: sqlite3.Connection) -> None:
    """How many tasks go side by side is kept by project, within reason."""
    with write(journal):
        made = projects.add_project(journal, "a", 1.0)
        projects.set_doing_limit(journal, made, 5)
        for wrong in (0, -1, 100):
            with pytest.raises(TaskError, match="1 to 99"):
                projects.set_doing_limit(journal, made, wrong)
        assert list_projects(journal)[0].doing_limit == 5
        projects.set_doing_limit(journal, made, None)
    assert list_projects(journal)[0].doing_limit is None


def test_found(journal: sqlite3.Connection) -> None:
    """A project is found by name, in any case, by folder or id, and by the folder one is in; else the near names are told."""
    with write(journal):
        old, inner = ensure_project(journal, "/p/cifar", 1.0), ensure_project(journal, "/p/cifar/sub", 2.0)
        new = ensure_project(journal, "/q/cifar", 3.0)
    assert projects.find_project(journal, "cifar").id == new == projects.find_project(journal, "CIFAR").id
    assert projects.find_project(journal, "/p/cifar").id == old == projects.find_project(journal, str(old)).id
    with pytest.raises(TaskError, match="did you mean cifar"):
        projects.find_project(journal, "cifra")
    with pytest.raises(TaskError, match="machiai project ls"):
        projects.find_project(journal, "学習")
    with write(journal):
        projects.archive(journal, new, 9.0)
    assert projects.find_project(journal, "cifar").id == old
    around = projects.project_around(journal, Path("/p/cifar/sub/deep"))
    assert around is not None and around.id == inner
    assert projects.project_around(journal, Path("/p")) is None
