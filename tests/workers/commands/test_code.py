"""`machiai code`, as typed in a terminal, on a real repository."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.conftest import python
from tests.fakes.code_repository import CodeRepository
from tests.fakes.command import Machiai

LINES = "".join(f"line = {number}\n" for number in range(30))


@pytest.fixture(name="repository")
def _repository(tmp_path: Path) -> CodeRepository:
    """A project with one commit."""
    repository = CodeRepository(tmp_path / "研究 project")
    repository.commit("first", **{"train.py": "import model\n", "model.py": LINES})
    return repository


def train(machiai: Machiai, repository: CodeRepository, name: str) -> None:
    """Launch a run there and wait for its end."""
    done = machiai.call("run", "--name", name, "--", *python("pass"), cwd=repository.root)
    assert done.returncode == 0, done.stderr


def test_fixing_a_bug_where_it_belongs(machiai: Machiai, repository: CodeRepository, tmp_path: Path) -> None:
    """The run's code in a folder, a fix there, and the fix on the head, as a researcher would do it."""
    repository.write("model.py", LINES.replace("line = 3\n", "line = 33\n"))
    repository.write("notes.md", "mine")
    train(machiai, repository, "学習")
    repository.write("model.py", LINES.replace("line = 25\n", "line = 2525\n"))
    repository.commit("went on")
    made = machiai.call("code", "学習", "old code", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    folder = tmp_path / "old code"
    assert str(folder) in made.stderr and "untracked files: notes.md" in made.stderr
    assert (folder / "model.py").read_text() == LINES.replace("line = 3\n", "line = 33\n")
    again = machiai.call("code", "学習", "old code", cwd=tmp_path)
    assert again.returncode == 1 and "is not empty" in again.stderr
    (folder / "model.py").write_text(LINES.replace("line = 3\n", "line = 33\n").replace("line = 12\n", "fixed = 12\n"))
    fix = machiai.call("code", "学習", str(folder), "--patch-for-head")
    assert fix.returncode == 0 and "it fits the head" in fix.stderr
    subprocess.run(["git", "apply", "--3way"], input=fix.stdout, text=True, cwd=repository.root, check=True)
    expected = LINES.replace("line = 25\n", "line = 2525\n").replace("line = 12\n", "fixed = 12\n")
    assert (repository.root / "model.py").read_text() == expected
    (folder / "model.py").write_text(LINES.replace("line = 3\n", "line = 33\n").replace("line = 25\n", "fixed = 25\n"))
    clash = machiai.call("code", "学習", str(folder), "--patch-for-head")
    assert clash.returncode == 1 and "merged by hand" in clash.stderr and "model.py" in clash.stderr


def test_comparing_two_runs(machiai: Machiai, repository: CodeRepository) -> None:
    """The code of two runs: files and lines, and as JSON; the same code is said to be the same."""
    train(machiai, repository, "one")
    train(machiai, repository, "two")
    repository.write("model.py", LINES.replace("line = 3\n", "line = 33\n"))
    train(machiai, repository, "three")
    assert "started with the same code" in machiai.call("code", "one", "--compare", "two").stderr
    told = machiai.call("code", "one", "--compare", "three")
    assert told.returncode == 0 and "1 file (+1 −1), one → three" in told.stdout and "+line = 33" in told.stdout
    assert "+line = 33" not in machiai.call("code", "one", "--compare", "three", "--stat").stdout
    facts = json.loads(machiai.call("code", "three", "--compare", "one", "--json").stdout)
    assert ([file["path"] for file in facts["files"]], facts["added"], facts["deleted"]) == (["model.py"], 1, 1)
    assert "-line = 33" in facts["patch"]


def test_what_is_refused(machiai: Machiai, repository: CodeRepository, tmp_path: Path) -> None:
    """Each refusal names what is wrong, and leaves nothing."""
    train(machiai, repository, "one")
    machiai.call("run", "--name", "loose", "--", *python("pass"))
    for arguments, code, words in (
        (("one",), 2, "name a folder"),
        (("one", "x", "--compare", "one"), 2, "leave DIR out"),
        (("one", "x", "--patch-for-head"), 1, "put the code there first: machiai code"),
        (("one", "x", "--stat"), 2, "go with --compare"),
        (("loose", "x"), 1, "did not start in a git repository"),
        (("one", str(repository.root)), 1, "is not empty"),
        (("one", str(tmp_path), "--patch-for-head"), 1, "no git repository"),
    ):
        done = machiai.call("code", *arguments, cwd=tmp_path)
        assert (done.returncode, words in done.stderr) == (code, True), (arguments, done.stderr)
    done = machiai.call("code", "one", "x", cwd=tmp_path, env={"MACHIAI_READ_ONLY": "1"})
    assert done.returncode == 1 and "read-only" in done.stderr
    assert not (tmp_path / "x").exists()
