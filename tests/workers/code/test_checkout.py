"""A run's exact code in a folder, and the fix made there as a patch for the head."""

import shutil
import sqlite3
import time
from pathlib import Path

import pytest

from store.errors import CodeError
from store.runs import Run
from tests.fakes.code_repository import CodeRepository
from workers.code.checkout import check_out, find_fix

MODEL = "".join(f"line {number}\n" for number in range(30))


@pytest.fixture(name="repository")
def _repository(tmp_path: Path) -> CodeRepository:
    """A project with one commit."""
    repository = CodeRepository(tmp_path / "研究 project")
    repository.commit("first", **{"train.py": "import model\n", "model.py": MODEL, "データ.py": "x = 1\n"})
    return repository


@pytest.fixture(name="run")
def _run(repository: CodeRepository, journal: sqlite3.Connection, home: Path) -> Run:
    """A run that started with an edit, a new staged file, a deleted one and an untracked one; the head went on since."""
    repository.write("model.py", MODEL.replace("line 3\n", "LINE 3\n"))
    repository.write("fresh.bin", bytes(range(256)))
    repository.git("add", "fresh.bin")
    (repository.root / "データ.py").unlink()
    repository.write("notes.md", "mine\n")
    run = repository.start(journal, home, created=time.time())
    repository.git("rm", "-q", "--cached", "データ.py")
    repository.commit("went on", **{"model.py": MODEL.replace("line 20\n", "LINE 20\n")})
    return run


def test_the_exact_code(repository: CodeRepository, run: Run, tmp_path: Path) -> None:
    """The folder holds what the run started with, and the user's own tree, branches and index stay as they were."""
    before = {path: mark for path, mark in repository.fingerprint().items() if not path.startswith(".git")}
    refs, index = repository.git("for-each-ref"), (repository.root / ".git/index").read_bytes()
    made = check_out(run, tmp_path / "old code")
    assert (made.patched, made.cloned) == (True, False)
    shutil.rmtree(made.folder)
    again = check_out(run, made.folder)
    assert again == made, "a folder that was deleted by hand is made again, as a working tree of the same repository"
    assert (made.folder / "model.py").read_text() == MODEL.replace("line 3\n", "LINE 3\n")
    assert (made.folder / "fresh.bin").read_bytes() == bytes(range(256))
    assert sorted(path.name for path in made.folder.iterdir()) == [".git", "fresh.bin", "model.py", "train.py"]
    assert made.missing == ("untracked files: notes.md",)
    assert {path: mark for path, mark in repository.fingerprint().items() if not path.startswith(".git")} == before
    assert (repository.git("for-each-ref"), (repository.root / ".git/index").read_bytes()) == (refs, index)


def test_what_is_refused(repository: CodeRepository, run: Run, tmp_path: Path) -> None:
    """A folder that holds something, or is a file, is left as it is."""
    for place in (repository.root, repository.root / "train.py"):
        with pytest.raises(CodeError, match="is not empty"):
            check_out(run, place)
    (tmp_path / "empty").mkdir()
    assert check_out(run, tmp_path / "empty").folder == tmp_path / "empty"


def test_nothing_is_left_behind(repository: CodeRepository, run: Run, tmp_path: Path) -> None:
    """Where the commit is gone there is neither a folder nor a linked working tree afterwards."""
    assert run.git is not None
    run.git["commit"] = "1" * 40
    with pytest.raises(CodeError, match="no longer in"):
        check_out(run, tmp_path / "old")
    assert not (tmp_path / "old").exists()
    assert len(repository.git("worktree", "list").splitlines()) == 1


def test_a_patch_that_is_lost(repository: CodeRepository, run: Run, tmp_path: Path) -> None:
    """Without the patch there is the commit, and it is said what is missing."""
    (Path(run.directory) / "code/diff.patch").write_bytes(b"nonsense\n")
    made = check_out(run, tmp_path / "old")
    assert made.patched is False and (made.folder / "model.py").read_text() == MODEL
    assert made.missing[0].startswith("its uncommitted changes:")


def test_a_repository_that_refuses(repository: CodeRepository, run: Run, tmp_path: Path) -> None:
    """Where no linked working tree can be kept there is a clone instead, of a commit no branch has, too."""
    assert run.git is not None
    run.git["commit"] = repository.git("commit-tree", f"{run.git['commit']}^{{tree}}", "-m", "on no branch")
    repository.write(".git/worktrees", "in the way")
    made = check_out(run, tmp_path / "old")
    assert (made.patched, made.cloned) == (True, True)
    assert (made.folder / "model.py").read_text() == MODEL.replace("line 3\n", "LINE 3\n")
    (made.folder / "model.py").write_text(MODEL.replace("line 3\n", "LINE 3 fixed\n"))
    assert b"+LINE 3 fixed" in find_fix(run, made.folder).patch


def test_submodules_are_named(
    repository: CodeRepository, journal: sqlite3.Connection, home: Path, tmp_path: Path
) -> None:
    """Submodules are empty in the folder, and it is said how to fill them."""
    other = CodeRepository(tmp_path / "other")
    other.commit("one", **{"net.py": "x = 1\n"})
    repository.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other.root), "libs/net")
    repository.commit("with a submodule")
    run = repository.start(journal, home, created=time.time())
    made = check_out(run, tmp_path / "old")
    assert made.missing == ("the content of submodules: libs/net (in the folder: git submodule update --init)",)


def test_the_fix_for_the_head(repository: CodeRepository, run: Run, tmp_path: Path) -> None:
    """Only what was changed in the folder is the fix; where it fits, `git apply` takes it."""
    made = check_out(run, tmp_path / "old")
    assert find_fix(run, made.folder).patch == b""
    text = (made.folder / "model.py").read_text()
    (made.folder / "model.py").write_text(text.replace("line 10\n", "line ten\n"))
    (made.folder / "直す.py").write_text("fixed = True\n")
    before = repository.fingerprint()
    fix = find_fix(run, made.folder)
    assert (fix.fits, fix.branch, fix.head) == ("clean", "main", repository.git("rev-parse", "HEAD"))
    assert repository.fingerprint() == before
    assert b"LINE 20" not in fix.patch and b"+line ten" in fix.patch
    (tmp_path / "fix.patch").write_bytes(fix.patch)
    repository.git("apply", str(tmp_path / "fix.patch"))
    assert "line ten\n" in (repository.root / "model.py").read_text()
    assert (repository.root / "直す.py").read_text() == "fixed = True\n"
    subfolder = made.folder / "model.py"
    subfolder.write_text(text)


def test_a_fix_that_does_not_fit(repository: CodeRepository, run: Run, tmp_path: Path) -> None:
    """A fix where the head changed too: the files to be merged by hand; one of a file that is gone: that it fails."""
    made = check_out(run, tmp_path / "old")
    text = (made.folder / "model.py").read_text()
    (made.folder / "model.py").write_text(text.replace("line 20\n", "line twenty\n"))
    fix = find_fix(run, made.folder)
    assert (fix.fits, fix.conflicts) == ("conflicts", ("model.py",))
    repository.git("rm", "-q", "model.py")
    repository.git("commit", "-qm", "gone")
    fix = find_fix(run, made.folder)
    assert fix.fits in ("fails", "conflicts") and (fix.reason or fix.conflicts)


def test_no_checkout(run: Run, tmp_path: Path) -> None:
    """A folder that is no repository gives no fix."""
    (tmp_path / "plain").mkdir()
    with pytest.raises(CodeError, match="no git repository"):
        find_fix(run, tmp_path / "plain")
