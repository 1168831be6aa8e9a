"""The code of two runs compared."""

import sqlite3
import time
from pathlib import Path

import pytest

from store.errors import CodeError
from tests.fakes.code_repository import CodeRepository
from workers.code import comparison
from workers.code.comparison import compare


@pytest.fixture(name="repository")
def _repository(tmp_path: Path) -> CodeRepository:
    """A project with one commit."""
    repository = CodeRepository(tmp_path / "project")
    files = {"train.py": "import model\n", "model.py": "a = 1\n" * 5, "other.py": "b = 1\n" * 5}
    repository.commit("first", **files)
    return repository


def test_two_runs(repository: CodeRepository, journal: sqlite3.Connection, home: Path) -> None:
    """Commits and uncommitted changes of either run count; imported files come first; the tree now does not matter."""
    repository.write("other.py", "b = 2\n" * 5)
    first = repository.start(journal, home, run_id="261121-102011-aaaa", created=time.time())
    repository.commit("second", **{"model.py": "a = 1\n" * 5 + "c = 1\n"})
    repository.write("学習.py", "x\n")
    repository.git("add", ".")
    second = repository.start(journal, home, run_id="261121-102012-aaaa", created=time.time())
    repository.write("model.py", "gone\n")
    before = repository.fingerprint()
    found = compare(first, second)
    assert repository.fingerprint() == before
    assert [(one.path, one.status, one.added, one.deleted, one.imported) for one in found.files] == [
        ("model.py", "modified", 1, 0, True),
        ("学習.py", "added", 1, 0, False),
    ]
    assert (found.added, found.deleted, found.notes, found.capped) == (2, 0, (), False)
    assert b"+c = 1\n" in found.patch and "b/学習.py".encode() in found.patch
    back = compare(second, first)
    assert (back.added, back.deleted) == (0, 2)
    assert compare(first, first).files == () and compare(first, first).patch == b""


def test_two_clones(repository: CodeRepository, journal: sqlite3.Connection, home: Path, tmp_path: Path) -> None:
    """Runs from two clones of a project are compared, too."""
    first = repository.start(journal, home, run_id="261121-102011-aaaa", created=time.time())
    repository.git("clone", "-q", str(repository.root), str(tmp_path / "clone"))
    clone = CodeRepository(tmp_path / "clone")
    clone.commit("there", **{"model.py": "a = 2\n"})
    second = clone.start(journal, home, run_id="261121-102012-aaaa", created=time.time())
    assert [one.path for one in compare(first, second).files] == ["model.py"]


def test_what_is_not_known(
    repository: CodeRepository, journal: sqlite3.Connection, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Untracked files and lost patches are told; a huge difference is cut; without a commit there is nothing."""
    repository.write("loose.py")
    first = repository.start(journal, home, run_id="261121-102011-aaaa", created=time.time())
    repository.write("model.py", "a = 3\n" * 5)
    second = repository.start(journal, home, run_id="261121-102012-aaaa", created=time.time())
    (Path(second.directory) / "code/diff.patch").unlink()
    notes = " ".join(compare(first, second).notes)
    assert "1 untracked" in notes and "were not kept" in notes
    third = repository.start(journal, home, run_id="261121-102013-aaaa", created=time.time())
    monkeypatch.setattr(comparison, "PATCH_BYTES", 50)
    found = compare(first, third)
    assert (found.capped, len(found.patch)) == (True, 50)
    assert third.git is not None
    third.git["commit"] = None
    with pytest.raises(CodeError, match="is not known"):
        compare(first, third)
