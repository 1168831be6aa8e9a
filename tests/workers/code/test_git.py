"""Asking git: what it says, and what happens when it says too much, takes too long or is not there."""

import os
import time
from pathlib import Path

import pytest

from store.errors import CodeError
from tests.fakes.code_repository import CodeRepository
from workers.code.git import Git, locate


@pytest.fixture(name="repository")
def _repository(tmp_path: Path) -> CodeRepository:
    """A repository with one commit."""
    repository = CodeRepository(tmp_path / "repo")
    repository.commit("first", **{"a b.txt": "text\n" * 1000})
    return repository


def test_answers(repository: CodeRepository) -> None:
    """Output, input and refusals; bytes that are no text in names survive."""
    git = Git(repository.root)
    assert git.need("cat-file", "--batch-check", given=b"HEAD^{tree}\n").text.split()[1] == "tree"
    refused = git.ask("rev-parse", "--verify", "nowhere")
    assert (refused.ok, refused.code) == (False, 128) and "fatal" in refused.error
    with pytest.raises(CodeError, match=r"git rev-parse failed in .*repo: Needed a single revision"):
        git.need("rev-parse", "--verify", "nowhere")
    os.close(os.open(os.fsencode(repository.root) + b"/\xff.txt", os.O_CREAT))
    assert git.need("ls-files", "--others", "-z").parts == [os.fsdecode(b"\xff.txt")]


def test_too_much(repository: CodeRepository) -> None:
    """What is more than asked for is cut, and git is ended."""
    answer = Git(repository.root).ask("cat-file", "-p", "HEAD:a b.txt", limit=100)
    assert (len(answer.output), answer.cut, answer.ok) == (100, True, False)


def test_too_late(repository: CodeRepository, tmp_path: Path) -> None:
    """A git that hangs is ended in time, with what it started."""
    repository.git("config", "alias.hang", f"!sleep 60 & echo $! > '{tmp_path}/pid'; wait")
    began = time.monotonic()
    answer = Git(repository.root).ask("hang", seconds=0.5)
    assert (answer.late, answer.ok) == (True, False) and time.monotonic() - began < 10
    pid = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + 10
    while (
        Path(f"/proc/{pid}").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    ):
        assert time.monotonic() < deadline, "what git started lives on"
        time.sleep(0.02)


def test_environment(repository: CodeRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GIT_DIR and its kin, as set in a hook, do not lead elsewhere."""
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    assert Git(repository.root).need("rev-parse", "HEAD").text == repository.git("rev-parse", "HEAD")


def test_no_git(repository: CodeRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without git on the machine it is said what to install."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CodeError, match="install git"):
        Git(repository.root).ask("status")


@pytest.mark.skipif(os.geteuid() != 0, reason="NOT TESTED: needs root, to give a repository away")
def test_somebody_elses(repository: CodeRepository) -> None:
    """A repository that git does not trust: the way out is named."""
    for path in (repository.root, *repository.root.rglob("*")):
        os.chown(path, 65534, 65534, follow_symlinks=False)
    with pytest.raises(CodeError, match=r"belongs to another user.* safe\.directory"):
        locate(repository.root)


def test_nothing_is_fetched(repository: CodeRepository, tmp_path: Path) -> None:
    """No command of ours reaches another repository."""
    repository.git("remote", "add", "origin", str(repository.root))
    assert not Git(repository.root).ask("fetch", "origin").ok


def test_places(repository: CodeRepository, tmp_path: Path) -> None:
    """The parts of a repository, of a linked working tree too, whose first tree is told."""
    assert locate(repository.root).index == repository.root / ".git/index"
    repository.git("worktree", "add", "-q", str(tmp_path / "side"), "-b", "side")
    side = locate(tmp_path / "side")
    assert (side.main, side.objects) == (repository.root, repository.root / ".git/objects")
    assert side.index == repository.root / ".git/worktrees/side/index"
    with pytest.raises(CodeError, match="no longer there"):
        locate(tmp_path / "gone")
