"""Commits in the journal: listing them, and what waits for a review."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace

import pytest

from store import commits
from store.commits import RECENT_SECONDS, Commit, Repository
from store.database import write
from store.runs import get_run

NOW = 100 * 86400.0


@pytest.fixture(name="project")
def _project(journal: sqlite3.Connection, launched: Callable[..., str]) -> int:
    """A project's id."""
    run = get_run(journal, launched("a"))
    assert run is not None
    return run.project_id


def commit(project: int, sha: str, time: float = NOW - 100, **fields: object) -> Commit:
    """A commit of mine, with ten lines."""
    one = Commit(
        "/p/cifar", sha, project, "Me", "me@x", time, f"subject {sha}", "", 1, 7, 3, (("a.py", 7, 3),), True
    )  # fmt: skip
    return replace(one, **fields)  # type: ignore[arg-type]


def keep(journal: sqlite3.Connection, *found: Commit) -> int:
    """Record them; how many were new."""
    with write(journal):
        return commits.record(journal, found)


def test_kept_once(journal: sqlite3.Connection, project: int) -> None:
    """A commit is entered once and comes back as it was."""
    one = commit(project, "aa", files=(("学習.py", 7, None), ("b c.py", None, None)), body="why")
    assert (keep(journal, one), keep(journal, one)) == (1, 0)
    assert commits.get_commit(journal, "/p/cifar", "aa") == replace(one, project="cifar")
    assert commits.get_commit(journal, "/p/other", "aa") is None
    assert [found.sha for found in commits.find_commits(journal, "a")] == ["aa"]
    assert commits.find_commits(journal, "b") == []


def test_listing(journal: sqlite3.Connection, project: int, launched: Callable[..., str]) -> None:
    """Newest first, by project, time and author; page by page; those that are gone only when asked for."""
    other = get_run(journal, launched("b", project_root="/p/other"))
    assert other is not None
    keep(
        journal, commit(project, "a1", 10.0), commit(project, "a2", 20.0, mine=False),
        commit(other.project_id, "b1", 30.0, repository="/p/other"), commit(project, "a3", 40.0),
    )  # fmt: skip
    with write(journal):
        commits.mark_gone(journal, "/p/cifar", {"a3": True}, 50.0)

    def listed(*given: int, **options: float | bool) -> list[str]:
        return [one.sha for one in commits.list_commits(journal, *given, **options)]  # type: ignore[arg-type]

    assert listed() == ["b1", "a2", "a1"]
    assert listed(project) == ["a2", "a1"]
    assert listed(gone=True) == ["a3", "b1", "a2", "a1"]
    assert listed(since=20.0, until=30.0) == ["a2"]
    assert listed(mine=True) == ["b1", "a1"]
    assert listed(limit=1, offset=1) == ["a2"]
    with write(journal):
        commits.mark_gone(journal, "/p/cifar", {"a3": False}, 60.0)
    assert listed()[0] == "a3"


def test_what_waits_for_a_review(journal: sqlite3.Connection, project: int) -> None:
    """My own commits of the last 30 days, no merges, none that are gone or reviewed; the pile counts the same."""
    keep(
        journal, commit(project, "old", NOW - RECENT_SECONDS - 1), commit(project, "theirs", mine=False),
        commit(project, "merge", parents=2), commit(project, "later", NOW - 5), commit(project, "first", NOW - 50),
        commit(project, "gone"), commit(project, "done"), commit(project, "root", NOW - 60, parents=0),
    )  # fmt: skip
    with write(journal):
        commits.mark_gone(journal, "/p/cifar", {"gone": True}, NOW)
        assert commits.set_reviewed(journal, "/p/cifar", ["done", "done"], NOW) == 1
    assert [one.sha for one in commits.unreviewed(journal, NOW)] == ["root", "first", "later"]
    assert [one.sha for one in commits.unreviewed(journal, NOW, project)] == ["root", "first", "later"]
    assert commits.unreviewed(journal, NOW, project + 1) == []
    (pile,) = commits.pile(journal, NOW)
    assert (pile.project, pile.count, pile.lines, pile.oldest) == ("cifar", 3, 30, NOW - 60)
    with write(journal):
        assert commits.set_reviewed(journal, "/p/cifar", ["root", "first", "later"], NOW) == 3
        assert commits.set_reviewed(journal, "/p/cifar", ["root"], None) == 1
    assert [one.sha for one in commits.unreviewed(journal, NOW)] == ["root"]


def test_repositories(journal: sqlite3.Connection, project: int, launched: Callable[..., str]) -> None:
    """How far each was read is kept; candidates are the projects' roots and those of runs with a project by name."""
    launched("b", project="named", git={"root": "/p/elsewhere", "commit": "1"})
    launched("c", git={"root": "/p/cifar", "commit": "1"})
    roots = dict(commits.candidate_roots(journal))
    assert set(roots) == {"/p/cifar", "/p/elsewhere"} and roots["/p/cifar"] == project
    for tips, error in (({"main": "1"}, None), ({"main": "2"}, "no")):
        kept = Repository("/p/cifar", project, tips, "me@x", 5.0, error)
        with write(journal):
            commits.record_repository(journal, kept)
        assert commits.list_repositories(journal) == [kept]
