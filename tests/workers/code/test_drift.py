"""Drift in all the states a repository can be in; the repository itself must stay as it is."""

import os
import shutil
import sqlite3
import time
from pathlib import Path

import pytest

from store.drifts import Drift, DriftFile
from tests.fakes.code_repository import CodeRepository
from workers.code.drift import MOST_COMMITS, MOST_FILES, find_drift

TRAIN = "import model\nfrom lib import data\n\nprint(model, data)\n"


@pytest.fixture(name="repository")
def _repository(tmp_path: Path) -> CodeRepository:
    """A small training project: ``train.py`` imports two files, a third one is not imported."""
    repository = CodeRepository(tmp_path / "研究 project")
    repository.write("train.py", TRAIN)
    repository.write("model.py", "width = 1\n" * 20)
    repository.write("lib/__init__.py")
    repository.write("lib/data.py", "rows = 1\n")
    repository.write("evaluate.py", "import model\n")
    repository.commit("first")
    return repository


def files(drift: Drift) -> dict[str, tuple[str, int | None, int | None, bool]]:
    """What differs, by path."""
    return {file.path: (file.status, file.added, file.deleted, file.imported) for file in drift.files}


def test_nothing_changed(repository: CodeRepository, journal: sqlite3.Connection, home: Path) -> None:
    """Right after the start nothing differs, and that is known."""
    run = repository.start(journal, home, created=time.time())
    drift = find_drift(run, 5.0)
    assert (drift.known, drift.why, drift.differs, drift.dirty, drift.as_of) == (True, "", False, False, 5.0)
    assert (drift.commit, drift.head, drift.branch) == (*[repository.git("rev-parse", "HEAD")] * 2, "main")
    assert (drift.entry, drift.imports) == ("train.py", 4)


def test_commits_and_edits(repository: CodeRepository, journal: sqlite3.Connection, home: Path) -> None:
    """Commits since, edits since, new files; which of them the run imports."""
    run = repository.start(journal, home, created=time.time())
    repository.write("model.py", "width = 1\n" * 18 + "width = 2\n" * 3)
    sha = repository.commit("学習率を下げる")
    repository.write("evaluate.py", "import model\nprint(1)\n")
    repository.write("tools/新しい ファイル.py", "x = 1\n")
    drift = find_drift(run, time.time())
    assert files(drift) == {
        "model.py": ("modified", 3, 2, True),
        "evaluate.py": ("modified", 1, 0, False),
        "tools/新しい ファイル.py": ("added", 1, 0, False),
    }
    assert [(one.sha, one.subject) for one in drift.commits] == [(sha, "学習率を下げる")]
    assert (drift.commit_count, drift.gone, drift.dirty, drift.lines) == (1, 0, True, 7)
    assert (drift.file_count, drift.imported_count, drift.imported_files) == (3, 1, ["model.py"])
    assert drift.files[0].path == "model.py"


def test_the_repository_is_left_alone(repository: CodeRepository, journal: sqlite3.Connection, home: Path) -> None:
    """Neither index, working tree, refs nor objects are touched, even where the index is stale and hooks are set."""
    repository.write("model.py", "width = 3\n")
    repository.write("staged.py", "x = 1\n")
    repository.git("add", "staged.py")
    for hook in ("post-index-change", "post-checkout", "reference-transaction"):
        repository.write(f".git/hooks/{hook}", f"#!/bin/sh\necho {hook} >> hooked\n").chmod(0o755)
    run = repository.start(journal, home, created=time.time())
    repository.write("fresh.py", "y = 1\n")
    os.utime(repository.root / "train.py", (1, 1))
    before = repository.fingerprint()
    drift = find_drift(run, time.time())
    assert repository.fingerprint() == before
    assert files(drift) == {"fresh.py": ("added", 1, 0, False)}


def test_a_change_of_the_same_size_at_once(repository: CodeRepository, journal: sqlite3.Connection, home: Path) -> None:
    """An edit within the same instant and of the same size as the commit is seen."""
    for number in range(5):
        repository.write("lib/data.py", f"rows = {number}\n")
        repository.git("add", "-A")
        repository.git("commit", "-qm", "next")
        run = repository.start(journal, home, created=time.time(), run_id=f"261121-10201{number}-aaaa")
        repository.write("lib/data.py", f"rows = {number + 1}\n")
        assert files(find_drift(run, time.time())) == {"lib/data.py": ("modified", 1, 1, True)}


def test_started_dirty_with_untracked(repository: CodeRepository, journal: sqlite3.Connection, home: Path) -> None:
    """What was uncommitted at the start is the run's code: only what changed since then is drift."""
    created = time.time()
    repository.write("model.py", "width = 7\n" * 20)
    repository.write("train.py", TRAIN + "import local\nimport extra.one\n")
    repository.git("rm", "-q", "--cached", "evaluate.py")
    for path in ("local.py", "extra/one.py", "extra/two.py", "メモ 1.py"):
        repository.write(path, "z = 1\n", at=created - 100)
    run = repository.start(journal, home, created=created)
    drift = find_drift(run, created)
    assert (files(drift), drift.known, drift.started_dirty, drift.dirty) == ({}, True, True, True)
    assert drift.imports == 6
    repository.write("local.py", "z = 2\n", at=created + 60)
    repository.write("extra/three.py", "z = 2\n", at=created + 60)
    (repository.root / "メモ 1.py").unlink()
    repository.write("model.py", "width = 7\n" * 19)
    assert files(find_drift(run, created)) == {
        "local.py": ("touched", None, None, True),
        "extra/three.py": ("touched", None, None, False),
        "メモ 1.py": ("deleted", None, None, False),
        "model.py": ("modified", 0, 1, True),
    }
    repository.git("checkout", "-q", "--", "model.py", "train.py")
    assert files(find_drift(run, created))["train.py"] == ("modified", 0, 2, True)


def test_untracked_files_committed_later(repository: CodeRepository, journal: sqlite3.Connection, home: Path) -> None:
    """A file that was untracked at the start and has only been committed since is no drift."""
    created = time.time()
    repository.write("local.py", "z = 1\n", at=created - 100)
    repository.write("train.py", "import local\n")
    run = repository.start(journal, home, created=created)
    repository.commit("keep it")
    drift = find_drift(run, created)
    assert (files(drift), drift.commit_count) == ({}, 1)


def test_renamed(repository: CodeRepository, journal: sqlite3.Connection, home: Path) -> None:
    """A renamed file is one, by its new name, imported under its old one; also before the rename is known to git."""
    run = repository.start(journal, home, created=time.time())
    (repository.root / "model.py").rename(repository.root / "モデル.py")
    for _ in range(2):
        drift = find_drift(run, time.time())
        assert drift.files == (DriftFile("モデル.py", "renamed", 0, 0, True, "model.py"),)
        repository.git("add", "-A")


def test_outputs_are_no_drift(repository: CodeRepository, journal: sqlite3.Connection, home: Path) -> None:
    """What runs put out, environments and ignored files are not taken for the researcher's changes."""
    repository.write(".gitignore", "*.log\nignored.py\n")
    repository.write("train.py", "import ignored\n")
    repository.write("ignored.py", "a = 1\n", at=time.time() - 100)
    repository.commit()
    run = repository.start(journal, home, created=time.time())
    for path in (
        *("checkpoints/1.pt", "out/args.yaml", "results.json", "a.log", "wandb/run/code/train.py"),
        *("outputs/.hydra/config.yaml", "env/pyvenv.cfg", "env/lib/site.py"),
    ):
        repository.write(path, "x\n")
    drift = find_drift(run, time.time())
    assert (files(drift), drift.others, drift.dirty) == ({}, 7, False)
    repository.write("ignored.py", "a = 2\n", at=time.time() + 60)
    assert files(find_drift(run, time.time())) == {"ignored.py": ("touched", None, None, True)}


def test_rewritten_history(repository: CodeRepository, journal: sqlite3.Connection, home: Path) -> None:
    """Amended since: the commits that HEAD no longer has are counted, and the files compared all the same."""
    repository.commit("second", **{"model.py": "width = 2\n"})
    run = repository.start(journal, home, created=time.time())
    repository.write("model.py", "width = 4\n")
    repository.git("commit", "-aq", "--amend", "-m", "better")
    drift = find_drift(run, time.time())
    assert (drift.known, drift.gone, drift.commit_count) == (True, 1, 1)
    assert files(drift) == {"model.py": ("modified", 1, 1, True)}


def test_collected_commit(repository: CodeRepository, journal: sqlite3.Connection, home: Path) -> None:
    """A commit that was rebased away and cleaned up: unknown, and nothing is claimed."""
    repository.commit("second", **{"model.py": "width = 2\n"})
    run = repository.start(journal, home, created=time.time())
    repository.git("reset", "-q", "--hard", "HEAD~1")
    repository.git("reflog", "expire", "--expire=now", "--all")
    repository.git("gc", "-q", "--prune=now")
    drift = find_drift(run, time.time())
    assert (drift.known, drift.files, drift.commits, drift.differs) == (False, (), (), False)
    assert "is no longer in" in drift.why and "rebased" in drift.why


def test_detached_head(repository: CodeRepository, journal: sqlite3.Connection, home: Path) -> None:
    """On no branch, and on an older commit than the run's: no commits since, one that HEAD has not."""
    repository.commit("second", **{"model.py": "width = 2\n"})
    run = repository.start(journal, home, created=time.time())
    repository.git("checkout", "-q", "--detach", "HEAD~1")
    drift = find_drift(run, time.time())
    assert (drift.branch, drift.commit_count, drift.gone) == (None, 0, 1)
    assert files(drift) == {"model.py": ("modified", 20, 1, True)}


def test_submodule(repository: CodeRepository, journal: sqlite3.Connection, home: Path, tmp_path: Path) -> None:
    """A submodule on another commit is a file that differs; submodules are named."""
    other = CodeRepository(tmp_path / "other")
    other.commit("one", **{"net.py": "x = 1\n"})
    repository.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other.root), "libs/net")
    repository.write("train.py", "from libs.net import net\n")
    repository.commit("with a submodule")
    inner = repository.root / "libs/net/net.py"
    os.utime(inner, (1, 1))
    inner.write_text("x = 2\n")
    os.utime(inner, (1, 1))
    run = repository.start(journal, home, created=time.time())
    assert run.git is not None and run.git["dirty"] is True
    drift = find_drift(run, time.time())
    assert (drift.known, files(drift), drift.submodules) == (True, {}, ("libs/net",))
    os.utime(inner, (time.time() + 60, time.time() + 60))
    assert files(find_drift(run, time.time())) == {"libs/net/net.py": ("touched", None, None, True)}
    os.utime(inner, (1, 1))
    mine = ("-c", "user.name=me", "-c", "user.email=me@x")
    repository.git("-C", "libs/net", *mine, "commit", "-qam", "two")
    assert files(find_drift(run, time.time()))["libs/net"][0] == "modified"


def test_huge(repository: CodeRepository, journal: sqlite3.Connection, home: Path) -> None:
    """Very many files and commits are cut, counted in full, and the imported ones come first."""
    run = repository.start(journal, home, created=time.time())
    for number in range(MOST_FILES + 20):
        repository.write(f"many/f{number}.py", "a = 1\n" * (number + 2))
    repository.write("model.py", "width = 5\n")
    repository.commit("many")
    for number in range(MOST_COMMITS + 3):
        repository.git("commit", "-q", "--allow-empty", "-m", f"c{number}")
    drift = find_drift(run, time.time())
    assert (len(drift.files), drift.file_count, drift.capped) == (MOST_FILES, MOST_FILES + 21, True)
    assert (len(drift.commits), drift.commit_count) == (MOST_COMMITS, MOST_COMMITS + 4)
    assert drift.files[0].path == "model.py" and drift.commits[0].subject == f"c{MOST_COMMITS + 2}"
    assert drift.added == sum(range(2, MOST_FILES + 22)) + 1


def test_a_patch_that_was_cut(repository: CodeRepository, journal: sqlite3.Connection, home: Path) -> None:
    """Uncommitted changes too large to be kept: compared with the commit, and said so."""
    repository.write("model.py", "width = 7\n")
    run = repository.start(journal, home, created=time.time())
    assert run.git is not None
    run.git.update(patch_truncated=True, patch_bytes=20_000_000)
    drift = find_drift(run, time.time())
    assert (drift.known, files(drift)) == (False, {"model.py": ("modified", 1, 20, True)})
    assert "too large to be kept whole (cut at 20 MB)" in drift.why


def test_a_damaged_patch(repository: CodeRepository, journal: sqlite3.Connection, home: Path) -> None:
    """A patch that does not fit its commit: compared with the commit, and said so."""
    repository.write("model.py", "width = 7\n")
    run = repository.start(journal, home, created=time.time())
    patch = Path(run.directory) / "code/diff.patch"
    patch.write_bytes(patch.read_bytes()[:-30])
    drift = find_drift(run, time.time())
    assert (drift.known, drift.file_count) == (False, 1)
    assert "cannot be put together again" in drift.why
    patch.unlink()
    assert "were not kept" in find_drift(run, time.time()).why


def test_attached(repository: CodeRepository, journal: sqlite3.Connection, home: Path) -> None:
    """A run that was running already when watching it began may have begun with other code."""
    run = repository.start(journal, home, created=time.time())
    assert run.git is not None
    run.git["as_of"] = 5.0
    drift = find_drift(run, time.time())
    assert drift.known is False and "running already" in drift.why


def test_no_git(journal: sqlite3.Connection, home: Path, tmp_path: Path) -> None:
    """Without git nothing is known but the times of the files the run imports."""
    folder = CodeRepository(tmp_path / "plain")
    shutil.rmtree(folder.root / ".git")
    folder.write("train.py", "import model\n", at=time.time() - 100)
    folder.write("model.py", "", at=time.time() + 100)
    folder.write("other.py", "", at=time.time() + 100)
    run = folder.start(journal, home, created=time.time())
    drift = find_drift(run, time.time())
    assert (drift.known, files(drift), drift.entry) == (False, {"model.py": ("touched", None, None, True)}, "train.py")
    assert "did not start in a git repository" in drift.why


def test_no_commit_yet(journal: sqlite3.Connection, home: Path, tmp_path: Path) -> None:
    """Before the first commit there is nothing to compare with."""
    repository = CodeRepository(tmp_path / "new")
    repository.write("train.py", "")
    run = repository.start(journal, home, created=time.time())
    assert "no commit yet" in find_drift(run, time.time()).why


def test_moved_away(repository: CodeRepository, journal: sqlite3.Connection, home: Path, tmp_path: Path) -> None:
    """A repository that was moved, or whose ``.git`` is gone, is said to be gone; a repository around it is not asked."""
    run = repository.start(journal, home, created=time.time())
    shutil.rmtree(repository.root / ".git")
    CodeRepository(tmp_path)
    assert "no git repository any more" in find_drift(run, time.time()).why
    repository.root.rename(tmp_path / "elsewhere")
    drift = find_drift(run, time.time())
    assert drift.known is False and "no longer there" in drift.why


def test_git_is_not_installed(
    repository: CodeRepository, journal: sqlite3.Connection, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """On a machine without git it is said what is missing."""
    run = repository.start(journal, home, created=time.time())
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "git could not be started" in find_drift(run, time.time()).why


def test_linked_working_tree(repository: CodeRepository, journal: sqlite3.Connection, home: Path) -> None:
    """A run in a linked working tree is compared with that tree, not with the main one."""
    repository.git("worktree", "add", "-q", "../side", "-b", "side")
    side = CodeRepository.__new__(CodeRepository)
    side.root = repository.root.parent / "side"
    run = side.start(journal, home, created=time.time())
    repository.write("model.py", "width = 9\n")
    assert find_drift(run, time.time()).file_count == 0
    side.write("model.py", "width = 9\n")
    drift = find_drift(run, time.time())
    assert (files(drift), drift.branch) == ({"model.py": ("modified", 1, 20, True)}, "side")


def test_unusual_configuration(repository: CodeRepository, journal: sqlite3.Connection, home: Path) -> None:
    """Whatever the user's git is set to, the answer is the same."""
    for name, value in (
        *(("diff.noprefix", "true"), ("diff.external", "false"), ("core.autocrlf", "input"), ("color.ui", "always")),
        *(("diff.renames", "false"), ("log.showSignature", "true"), ("core.fsmonitor", "/bin/false")),
        *(
            ("apply.whitespace", "error"),
            ("core.splitIndex", "true"),
            ("log.date", "relative"),
            ("core.pager", "false"),
        ),
        *(("diff.mnemonicPrefix", "true"), ("index.version", "4"), ("status.showUntrackedFiles", "no")),
    ):
        repository.git("config", name, value)
    repository.write("model.py", "width = 7  \n")
    repository.git("update-index", "--split-index")
    run = repository.start(journal, home, created=time.time())
    repository.write("lib/data.py", "rows = 2\n")
    before = repository.fingerprint()
    assert files(find_drift(run, time.time())) == {"lib/data.py": ("modified", 1, 1, True)}
    assert repository.fingerprint() == before


def test_thousand_files(journal: sqlite3.Connection, home: Path, tmp_path: Path) -> None:
    """In an ordinary repository of a thousand files, 200 of them imported, it takes less than half a second of
    processor time."""
    repository = CodeRepository(tmp_path / "ordinary")
    for number in range(1000):
        text = f"import os\nfrom pkg{(number + 20) % 20} import m{(number + 20) % 1000}\n"
        repository.write(f"pkg{number % 20}/m{number}.py", text + "def f(a):\n    return a\n" * 30)
    repository.write("train.py", "from pkg0 import m0\nfrom pkg1 import m1\nfrom pkg2 import m2\nfrom pkg3 import m3\n")
    repository.commit("all")
    repository.write("pkg1/m21.py", "import pkg1.m41\n")
    run = repository.start(journal, home, created=time.time())
    repository.write("pkg2/m2.py", "import pkg2.m22\n")
    before, began = os.times(), time.monotonic()
    drift = find_drift(run, time.time())
    after, seconds = os.times(), time.monotonic() - began
    used = sum(after[:4]) - sum(before[:4])
    print(f"drift of 1,001 files: {seconds:.3f} s, {used:.3f} s of processor time")
    assert (files(drift), drift.imports) == ({"pkg2/m2.py": ("modified", 1, 62, True)}, 201)
    assert used < 0.5


def test_deep_imports(journal: sqlite3.Connection, home: Path, tmp_path: Path) -> None:
    """A chain of imports, each file importing the next, is followed to its end without asking git for each."""
    repository = CodeRepository(tmp_path / "chain")
    for number in range(400):
        repository.write(f"m{number}.py", f"import m{number + 1}\n")
    repository.commit("all")
    run = repository.start(journal, home, ["python", "m0.py"], created=time.time())
    began = time.monotonic()
    assert find_drift(run, time.time()).imports == 400
    assert time.monotonic() - began < 10
