"""What is written down of the code a run started with, in all the states a repository can be in."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from workers.runs import snapshot


def git(folder: Path, *arguments: str, check: bool = True) -> str:
    """Ask git in ``folder``, as nobody in particular and whatever the developer's configuration."""
    identity = {f"GIT_{who}_{what}": f"x@{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {**os.environ, **identity, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(["git", "-C", str(folder), *arguments], env=environment, capture_output=True, text=True)
    assert not check or done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(name="repository")
def _repository(tmp_path: Path) -> Path:
    """A repository with one commit."""
    folder = tmp_path / "repository"
    (folder / "sub").mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    (folder / "train.py").write_text("lr = 1\n" * 20)
    (folder / "weights.bin").write_bytes(bytes(range(256)))
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    return folder


@pytest.fixture(name="patch")
def _patch(tmp_path: Path) -> Path:
    """Where the patch goes."""
    return tmp_path / "run/code/diff.patch"


def take(folder: Path, patch: Path) -> dict[str, Any]:
    """The snapshot of a folder that has one."""
    found = snapshot.take(folder, patch)
    assert found is not None
    return found


def test_no_git(tmp_path: Path, patch: Path) -> None:
    """Without a repository there is nothing to say."""
    assert snapshot.take(tmp_path, patch) is None
    assert not patch.exists()


def test_clean(repository: Path, patch: Path) -> None:
    """A clean tree: commit and branch, not dirty, no patch; from a folder below the root, too."""
    found = take(repository / "sub", patch)
    assert found == {
        "root": str(repository),
        "commit": git(repository, "rev-parse", "HEAD"),
        "branch": "main",
        "remote": None,
        "dirty": False,
        "untracked": [],
    }
    assert not patch.exists()


@pytest.mark.parametrize(
    "configuration",
    [(), ("diff.noprefix", "true"), ("diff.context", "0"), ("color.ui", "always"), ("diff.external", "false")],
)
def test_the_patch_makes_the_code_again(
    repository: Path, patch: Path, tmp_path: Path, configuration: tuple[str, ...]
) -> None:
    """The commit and the patch give exactly the tree of the run, whatever the user's git is set to."""
    (repository / "train.py").write_text("lr = 1\n" * 10 + "lr = 2\n" + "lr = 1\n" * 9)
    (repository / "weights.bin").write_bytes(bytes(reversed(range(256))))
    (repository / "学習.py").write_text("new\n")
    git(repository, "add", "学習.py")
    if configuration:
        git(repository, "config", *configuration)
    found = take(repository, patch)
    assert (found["dirty"], found["patch_truncated"]) == (True, False)
    assert found["patch_bytes"] == patch.stat().st_size
    git(tmp_path, "clone", "-q", str(repository), "copy")
    git(tmp_path / "copy", "apply", str(patch))
    for name in ("train.py", "weights.bin", "学習.py"):
        assert (tmp_path / "copy" / name).read_bytes() == (repository / name).read_bytes()


def test_untracked(repository: Path, patch: Path) -> None:
    """Untracked files are named, and do not make the tree dirty."""
    for name in ("メモ.md", "with space", "line\nbreak"):
        (repository / name).write_text("")
    found = take(repository, patch)
    assert sorted(found["untracked"]) == sorted(["メモ.md", "with space", "line\nbreak"])
    assert found["dirty"] is False


def test_very_many_untracked(repository: Path, patch: Path) -> None:
    """Very many untracked names are cut to a bearable number."""
    for number in range(snapshot.UNTRACKED_NAMES + 5):
        (repository / f"out-{number}").touch()
    assert len(take(repository, patch)["untracked"]) == snapshot.UNTRACKED_NAMES


def test_renamed_and_deleted(repository: Path, patch: Path) -> None:
    """A rename or a deletion is a change."""
    git(repository, "mv", "train.py", "main.py")
    assert take(repository, patch)["dirty"] is True
    git(repository, "reset", "-q", "--hard")
    (repository / "train.py").unlink()
    assert take(repository, patch)["dirty"] is True


def test_no_commit_yet(tmp_path: Path, patch: Path) -> None:
    """A repository before its first commit has a branch, no commit, and no patch."""
    git(tmp_path, "init", "-q", "-b", "main", "new")
    (tmp_path / "new/train.py").write_text("")
    git(tmp_path / "new", "add", ".")
    found = take(tmp_path / "new", patch)
    assert (found["commit"], found["branch"], found["dirty"]) == (None, "main", True)
    assert not patch.exists()


def test_detached_head(repository: Path, patch: Path) -> None:
    """On no branch: the commit, and no branch."""
    git(repository, "checkout", "-q", "--detach")
    found = take(repository, patch)
    assert (found["commit"], found["branch"]) == (git(repository, "rev-parse", "HEAD"), None)


def test_worktree(repository: Path, patch: Path, tmp_path: Path) -> None:
    """A linked working tree, whose `.git` is a file, is a repository like any other."""
    git(repository, "worktree", "add", "-q", str(tmp_path / "tree"), "-b", "side")
    found = take(tmp_path / "tree", patch)
    assert (found["root"], found["branch"]) == (str(tmp_path / "tree"), "side")


@pytest.mark.parametrize(
    ("remote", "recorded"),
    [
        ("https://me:ghp_secret@example.org/lab/x.git", "https://example.org/lab/x.git"),
        ("https://me:p@ss@example.org/lab/x.git", "https://example.org/lab/x.git"),
        ("https://secret@example.org/@scope/x", "https://example.org/@scope/x"),
        ("git@example.org:lab/x.git", "git@example.org:lab/x.git"),
        ("ssh://git@example.org/lab/x.git", "ssh://example.org/lab/x.git"),
    ],
)
def test_remote_without_password(repository: Path, patch: Path, remote: str, recorded: str) -> None:
    """The remote is recorded without the credentials some keep in it."""
    git(repository, "remote", "add", "origin", remote)
    assert take(repository, patch)["remote"] == recorded


def test_a_huge_patch_is_capped(repository: Path, patch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A patch larger than the cap is cut there, and the cut is noted; one of just that size is whole."""
    (repository / "train.py").write_text("x = 1\n" * 50_000)
    size = take(repository, patch)["patch_bytes"]
    monkeypatch.setattr(snapshot, "PATCH_BYTES", size)
    assert take(repository, patch)["patch_truncated"] is False
    monkeypatch.setattr(snapshot, "PATCH_BYTES", 10_000)
    found = take(repository, patch)
    assert (found["patch_bytes"], found["patch_truncated"]) == (10_000, True)
    assert patch.stat().st_size == 10_000


def test_a_slow_git_does_not_hold_up_a_launch(
    repository: Path, patch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A git that answers the state and then hangs on the patch is left alone after its time."""
    real = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
    script = tmp_path / "bin/git"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\ncase "$*" in *" diff "*) exec sleep 30;; esac\nexec {real} "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(snapshot, "GIT_SECONDS", 1.0)
    (repository / "train.py").write_text("changed\n")
    found = take(repository, patch)
    assert (found["dirty"], found["patch_truncated"]) == (True, True)


def test_git_is_not_installed(repository: Path, patch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository on a machine without git: its root, and a note."""
    monkeypatch.setenv("PATH", str(tmp_path))
    found = take(repository, patch)
    assert (found["commit"], found["dirty"]) == (None, None)
    assert "git could not be started" in found["note"]


def test_a_damaged_repository(repository: Path, patch: Path) -> None:
    """Where git refuses to answer, that is said and nothing is claimed."""
    (repository / ".git/HEAD").write_text("nonsense")
    found = take(repository, patch)
    assert (found["commit"], found["dirty"], "note" in found) == (None, None, True)


def test_missing_objects(repository: Path, patch: Path) -> None:
    """A patch that git could not make whole is not passed off as one."""
    (repository / "train.py").write_text("changed\n")
    blob = git(repository, "rev-parse", "HEAD:train.py")
    (repository / ".git/objects" / blob[:2] / blob[2:]).unlink()
    assert "note" in take(repository, patch)


def test_locks_are_left_alone(repository: Path, patch: Path) -> None:
    """A snapshot neither waits for the index's lock nor takes it nor writes the index."""
    lock = repository / ".git/index.lock"
    lock.touch()
    os.utime(repository / "train.py", (1, 1))  # the index would be refreshed now
    before = (repository / ".git/index").read_bytes()
    found = take(repository, patch)
    assert (found["dirty"], lock.exists()) == (False, True)
    assert (repository / ".git/index").read_bytes() == before


@pytest.mark.skipif(os.geteuid() != 0, reason="NOT TESTED: needs root, to give a repository away")
def test_a_repository_of_somebody_else(repository: Path, patch: Path) -> None:
    """A repository that belongs to somebody else, which git refuses to read: a note, and no claim."""
    for path in (repository, *repository.rglob("*")):
        os.chown(path, 65534, 65534, follow_symlinks=False)
    found = take(repository, patch)
    assert (found["root"], found["dirty"], "note" in found) == (str(repository), None, True)


def test_another_repository_in_the_environment(
    repository: Path, patch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIT_DIR and its kin, set by a hook that starts a run, do not lead to another repository."""
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "elsewhere/index"))
    assert take(repository, patch)["branch"] == "main"
