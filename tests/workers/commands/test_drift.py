"""`machiai drift`, as typed in a terminal, on a real repository."""

import json
import sys
from pathlib import Path

import pytest

from tests.conftest import python
from tests.fakes.code_repository import CodeRepository
from tests.fakes.command import Machiai


@pytest.fixture(name="repository")
def _repository(tmp_path: Path) -> CodeRepository:
    """A project that was trained once, with an uncommitted change."""
    repository = CodeRepository(tmp_path / "研究 project")
    repository.commit("first", **{"train.py": "import model\n", "model.py": "a = 1\n", "other.py": ""})
    repository.write("model.py", "a = 2\n")
    return repository


def test_drift(machiai: Machiai, repository: CodeRepository) -> None:
    """What differs is told in words and as JSON; the daemon is not needed, and nothing in the repository changes."""
    done = machiai.call("run", "--name", "学習", "--", sys.executable, "train.py", cwd=repository.root)
    assert done.returncode == 0, done.stderr
    same = machiai.call("drift", "学習")
    assert "no file differs" in same.stdout and "with uncommitted changes" in same.stdout
    repository.write("model.py", "a = 3\n")
    repository.commit("直した")
    repository.write("新しい 1.py", "x = 1\n")
    before = repository.fingerprint()
    told = machiai.call("drift", "last")
    assert told.returncode == 0, told.stderr
    for words in (
        "1 commit since:",
        "直した",
        "2 files differ (+2 −1), 1 of the 2 that train.py uses",
        "model.py  (imported)",
    ):
        assert words in told.stdout, words
    seen = json.loads(machiai.call("drift", "last", "--json").stdout)
    assert repository.fingerprint() == before
    assert (seen["known"], seen["file_count"], seen["lines"], seen["imported_files"]) == (True, 2, 3, ["model.py"])
    assert [file["path"] for file in seen["files"]] == ["model.py", "新しい 1.py"]
    assert [commit["subject"] for commit in seen["commits"]] == ["直した"]


def test_without_git(machiai: Machiai, tmp_path: Path) -> None:
    """Without git it is said what is not known; a run that there is not is refused."""
    machiai.call("run", "--", *python("pass"))
    told = machiai.call("drift", "last", env={"MACHIAI_READ_ONLY": "1"})
    assert told.returncode == 0 and "not known exactly" in told.stdout and "git repository" in told.stdout
    assert "started at" not in told.stdout
    assert machiai.call("drift", "gone").returncode == 1
