"""Hunks of real patches, and keys that stay the same where the same is changed."""

from pathlib import Path

import pytest

from tests.fakes.code_repository import CodeRepository
from workers.code import hunks
from workers.code.commits import patch_of
from workers.code.hunks import read_hunks

LINES = "".join(f"line {number}\n" for number in range(60))


@pytest.fixture(name="repository")
def _repository(tmp_path: Path) -> CodeRepository:
    """A repository with files of several kinds."""
    repository = CodeRepository(tmp_path / "repo")
    repository.write("data.bin", bytes(range(256)))
    repository.commit("first", **{"モデル 1.py": LINES, 'odd"name\t.py': "a\n", "old.py": LINES, "tool.sh": "x\n"})
    return repository


def test_hunks_of_a_commit(repository: CodeRepository) -> None:
    """Each place that changed, by file; renames, modes, binary files and deletions too, and lines that look like headers."""
    text = LINES.replace("line 3\n", "-- a/x\n@@ -1 +1 @@\n").replace("line 50\n", "")
    repository.write("モデル 1.py", text)
    repository.write('odd"name\t.py', "b")
    repository.write("data.bin", bytes(reversed(range(256))))
    repository.git("mv", "old.py", "新.py")
    (repository.root / "tool.sh").chmod(0o755)
    sha = repository.commit("all kinds")
    patch = patch_of(repository.root, sha)
    found = {(one.file, len(one.lines)) for one in patch.hunks}
    assert found == {
        ("モデル 1.py", 9),
        ("モデル 1.py", 7),
        ('odd"name\t.py', 3),
        ("data.bin", 0),
        ("新.py", 0),
        ("tool.sh", 0),
    }
    headers = {one.file: one.header for one in patch.hunks}
    assert "Binary" in headers["data.bin"] and "rename to" in headers["新.py"] and "mode" in headers["tool.sh"]
    first = next(one for one in patch.hunks if one.file == "モデル 1.py")
    assert first.lines[3:6] == ("-line 3", "+-- a/x", "+@@ -1 +1 @@")
    assert len({one.key for one in patch.hunks}) == 6 and not patch.cut


def test_keys_outlive_a_rebase(repository: CodeRepository) -> None:
    """The same change somewhere else in the file has the same key; two equal changes in a file have two keys."""
    sha = repository.commit("change", **{"モデル 1.py": LINES.replace("line 30\n", "LINE 30\n")})
    key = patch_of(repository.root, sha).hunks[0].key
    repository.git("reset", "-q", "--hard", "HEAD~1")
    repository.commit("before", **{"モデル 1.py": "top\n" * 5 + LINES})
    repository.git("cherry-pick", sha)
    assert [one.key for one in patch_of(repository.root, "HEAD").hunks] == [key]
    twice = "a\n" * 20
    repository.commit("base", **{"twice.py": twice})
    text = "a\n" * 5 + "b\n" + "a\n" * 10 + "b\n" + "a\n" * 5
    keys = [one.key for one in patch_of(repository.root, repository.commit("twice", **{"twice.py": text})).hunks]
    assert len(keys) == len(set(keys)) == 2


def test_first_commit_merge_and_submodule(repository: CodeRepository) -> None:
    """The first commit is all new; a merge is shown against the branch it went into; an empty commit has no hunk."""
    first = repository.git("rev-list", "--max-parents=0", "HEAD")
    assert len(patch_of(repository.root, first).hunks) == 5
    repository.git("checkout", "-qb", "side")
    repository.commit("side", **{"side.py": "s\n"})
    repository.git("checkout", "-q", "main")
    repository.commit("main", **{"main.py": "m\n"})
    repository.git("merge", "-q", "--no-edit", "side")
    assert [one.file for one in patch_of(repository.root, "HEAD").hunks] == ["side.py"]
    repository.git("commit", "-q", "--allow-empty", "-m", "empty")
    assert patch_of(repository.root, "HEAD").hunks == ()


def test_huge(repository: CodeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many hunks, too many lines and a patch that was cut are told, not hidden."""
    sha = repository.commit("long", **{"long.py": "x\n" * (hunks.MOST_LINES + 5), "wide.py": "y" * 5000})
    patch = patch_of(repository.root, sha)
    by_file = {one.file: one for one in patch.hunks}
    assert len(by_file["long.py"].lines) == hunks.MOST_LINES and "5 more lines" in by_file["long.py"].header
    assert len(by_file["wide.py"].lines[0]) == 1000
    monkeypatch.setattr(hunks, "MOST_HUNKS", 1)
    assert (len(patch_of(repository.root, sha).hunks), patch_of(repository.root, sha).cut) == (1, True)
    assert read_hunks("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,5 +1,5 @@\n a\n-b", cut=True).cut
