"""Commits of real repositories, read into the journal."""

import shutil
import sqlite3
import time
from pathlib import Path

import pytest

from store import commits, reviews, runs
from store.database import write
from tests.fakes.code_repository import EMAIL, CodeRepository
from workers.code import commits as reading
from workers.code.commits import CommitReader


@pytest.fixture(name="repository")
def _repository(tmp_path: Path, journal: sqlite3.Connection, home: Path) -> CodeRepository:
    """The repository of a project that the journal knows by a run."""
    repository = CodeRepository(tmp_path / "研究 project")
    repository.commit("最初\n\nwhy: 学習", **{"train.py": "a\n" * 3, "名前 x.py": "b\n"})
    repository.start(journal, home, created=time.time())
    return repository


def subjects(journal: sqlite3.Connection) -> list[str]:
    """The subjects of the commits that are known and not gone, sorted."""
    return sorted(one.subject for one in commits.list_commits(journal))


def test_reading(repository: CodeRepository, journal: sqlite3.Connection) -> None:
    """Author, time, subject, body and lines by file; a second look reads nothing, a third what is new on any branch."""
    reader = CommitReader(journal)
    assert (reader.tick(), reader.tick()) == (1, 0)
    first = commits.list_commits(journal)[0]
    assert (first.subject, first.body, first.author, first.email) == ("最初", "why: 学習", "Me", EMAIL)
    assert (first.mine, first.parents, first.added, first.deleted) == (True, 0, 4, 0)
    assert sorted(first.files) == [("train.py", 3, 0), ("名前 x.py", 1, 0)]
    assert abs(first.time - time.time()) < 60 and first.repository == str(repository.root)
    repository.git("checkout", "-qb", "side")
    repository.git("mv", "train.py", "run it.py")
    repository.write("data.bin", bytes(range(256)))
    sha = repository.commit("moved")
    repository.git("checkout", "-q", "main")
    assert reader.tick() == 1
    found = commits.get_commit(journal, str(repository.root), sha)
    assert found is not None and sorted(found.files) == [("data.bin", None, None), ("run it.py", 0, 0)]


def test_mine_and_merges(repository: CodeRepository, journal: sqlite3.Connection) -> None:
    """Only commits with the repository's own address are mine; merges are noted; neither they nor others' wait."""
    repository.git("checkout", "-qb", "side")
    repository.git("commit", "-q", "--allow-empty", "-m", "theirs", "--author", "You <you@lab.example>")
    repository.git("checkout", "-q", "main")
    repository.commit("main")
    repository.git("merge", "-q", "--no-ff", "--no-edit", "side")
    reader = CommitReader(journal)
    assert reader.tick() == 4
    known = {one.subject: one for one in commits.list_commits(journal)}
    assert known["theirs"].mine is False and known["Merge branch 'side'"].is_merge
    assert {one.subject for one in commits.unreviewed(journal, time.time())} == {"最初", "main"}
    repository.git("config", "user.email", "YOU@lab.example")
    reader.tick()
    assert [one.subject for one in commits.unreviewed(journal, time.time())] == ["theirs"]


def test_rewritten(repository: CodeRepository, journal: sqlite3.Connection) -> None:
    """Amended or rebased: the former commit is gone, the new one has its marks and, where it changes the same, its review."""
    sha = repository.commit("work", **{"train.py": "x\n"})
    reader = CommitReader(journal)
    reader.tick()
    path = str(repository.root)
    patch = reviews.read_patch(journal, path, sha)
    assert patch is not None
    with write(journal):
        for hunk in patch.hunks:
            reviews.tick(journal, path, sha, hunk.key, 5.0)
    repository.git("checkout", "-q", "--detach", "HEAD~1")
    repository.commit("below", **{"other.py": "y\n"})
    repository.git("cherry-pick", sha)
    repository.git("branch", "-f", "main", "HEAD")
    repository.git("checkout", "-q", "main")
    reader.tick()
    assert subjects(journal) == ["below", "work", "最初"]
    new = commits.get_commit(journal, path, repository.git("rev-parse", "HEAD"))
    old = commits.get_commit(journal, path, sha)
    assert new is not None and old is not None and old.gone is not None and new.reviewed == 5.0
    repository.write("train.py", "more\n" * 9)
    repository.git("commit", "-aq", "--amend", "--no-edit")
    reader.tick()
    latest = commits.get_commit(journal, path, repository.git("rev-parse", "HEAD"))
    assert latest is not None and latest.reviewed is None
    repository.git("branch", "again", sha)
    reader.tick()
    again = commits.get_commit(journal, path, sha)
    assert again is not None and again.gone is None


def test_limits(repository: CodeRepository, journal: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """At first only the newest commits of the last 90 days are read."""
    old = f"{int(time.time()) - 100 * 86400} +0000"
    repository.git("checkout", "-q", "--orphan", "old")
    repository.git("commit", "-qm", "ancient", GIT_COMMITTER_DATE=old, GIT_AUTHOR_DATE=old)
    for number in range(5):
        repository.git("commit", "-q", "--allow-empty", "-m", f"c{number}")
    monkeypatch.setattr(reading, "MOST_AT_ONCE", 4)
    assert CommitReader(journal).tick() == 4
    assert "ancient" not in subjects(journal)


def test_hunks_are_kept_ahead(repository: CodeRepository, journal: sqlite3.Connection) -> None:
    """The hunks of what waits for a review are there before anybody asks."""
    CommitReader(journal).tick()
    one = commits.unreviewed(journal, time.time())[0]
    patch = reviews.read_patch(journal, one.repository, one.sha)
    assert patch is not None and {hunk.file for hunk in patch.hunks} == {"train.py", "名前 x.py"}


def test_linked_working_trees(
    repository: CodeRepository, journal: sqlite3.Connection, home: Path, tmp_path: Path
) -> None:
    """The commits of a repository with several working trees are read once."""
    repository.git("worktree", "add", "-q", str(tmp_path / "side"), "-b", "side")
    side = CodeRepository.__new__(CodeRepository)
    side.root = tmp_path / "side"
    side.start(journal, home, run_id="261121-102012-aaaa", created=time.time())
    side.commit("there", **{"new.py": "z\n"})
    assert CommitReader(journal).tick() == 2
    assert {one.repository for one in commits.list_commits(journal)} == {str(repository.root)}


def test_a_project_by_name(journal: sqlite3.Connection, tmp_path: Path) -> None:
    """The repository of a run that was given a project by name belongs to that project."""
    repository = CodeRepository(tmp_path / "repo")
    sha = repository.commit("first")
    manifest = {"id": "a", "created": 1.0, "project": "卒論", "git": {"root": str(repository.root), "commit": sha}}
    with write(journal):
        runs.record_launch(journal, manifest, "/runs/a")
    CommitReader(journal).tick()
    assert [one.project for one in commits.list_commits(journal)] == ["卒論"]


def test_trouble(repository: CodeRepository, journal: sqlite3.Connection) -> None:
    """A damaged repository is told, what was read stays, and it is read again when it is whole; one that went is left."""
    reader = CommitReader(journal)
    reader.tick()
    head = (repository.root / ".git/HEAD").read_text()
    repository.write(".git/HEAD", "nonsense")
    assert reader.tick() == 0
    assert [bool(one.error) for one in commits.list_repositories(journal)] == [True]
    repository.write(".git/HEAD", head)
    repository.commit("later")
    assert reader.tick() == 1
    assert [one.error for one in commits.list_repositories(journal)] == [None]
    shutil.rmtree(repository.root)
    assert reader.tick() == 0
    assert subjects(journal) == ["later", "最初"]


def test_an_empty_repository(journal: sqlite3.Connection, home: Path, tmp_path: Path) -> None:
    """Before the first commit there is nothing to read, and no trouble."""
    repository = CodeRepository(tmp_path / "new")
    repository.start(journal, home, created=time.time())
    assert CommitReader(journal).tick() == 0
    assert [one.error for one in commits.list_repositories(journal)] == [None]
