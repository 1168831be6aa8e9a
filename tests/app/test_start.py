"""The two commands that set-up leaves a user with: `machiai`, and `python3 -m app` itself."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.fakes.checkout import CLI, ROOT, Machine


@pytest.fixture(name="machine")
def _machine(tmp_path):
    return Machine(tmp_path)


class TestCommand:
    def run(self, *command: object, **options) -> str:
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def test_works_from_any_folder(self, machine, tmp_path):
        """`machiai` runs our packages from any folder, whatever a PYTHONPATH or a folder there offers."""
        machine.start()
        other = tmp_path / "other"
        (other / "workers").mkdir(parents=True)
        (other / "workers/__init__.py").touch()
        (other / "workers/cli.py").write_text("print('a stranger')")
        said = self.run(
            machine.venv.command,
            "run",
            "a b",
            "$HOME",
            cwd=other,
            env={**os.environ, "PYTHONPATH": str(other)},
        )
        assert said == "ours 1 ['run', 'a b', '$HOME']"

    def test_works_through_links(self, machine, tmp_path):
        """A link on PATH, even a link to a relative link, runs the command it stands for."""
        machine.start()
        folder = tmp_path / "bin"
        folder.mkdir()
        (folder / "first").symlink_to(os.path.relpath(machine.venv.command, folder))
        (folder / "machiai").symlink_to("first")
        assert self.run("machiai", "ls", env={"PATH": f"{folder}:/usr/bin:/bin"}) == "ours 1 ['ls']"

    def test_goes_along_when_moved(self, machine, tmp_path):
        """A checkout that is moved works at once, and its next start installs nothing."""
        machine.start()
        machine.root = machine.root.rename(tmp_path / "moved it's")
        assert self.run(machine.venv.command, "ls", cwd=tmp_path) == "ours 1 ['ls']"
        assert machine.start() == ""
        assert len(machine.calls()) == 1

    def test_is_mended(self, machine):
        """A start writes the command and the path to our packages again where they are missing or changed."""
        machine.start()
        machine.venv.command.write_text("#!/bin/sh\n")
        (link,) = machine.venv.folder.glob("lib/*/site-packages/machiai.pth")
        link.unlink()
        machine.start()
        assert self.run(machine.venv.command, "ls") == "ours 1 ['ls']"


class TestStart:
    """`python3 -m app` itself, with the real pip and a wheel of our making for requirements."""

    @pytest.fixture(name="root")
    def _root(self, machine, tmp_path):
        wheel = tmp_path / "tiny-1.0-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as file:
            file.writestr("tiny.py", "size = 1\n")
            file.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
            file.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            record = "tiny.py,,\ntiny-1.0.dist-info/METADATA,,\ntiny-1.0.dist-info/WHEEL,,\n"
            file.writestr("tiny-1.0.dist-info/RECORD", record + "tiny-1.0.dist-info/RECORD,,\n")
        (machine.root / "requirements.txt").write_text(f"{wheel}\n")
        (machine.root / "workers/cli.py").write_text("import tiny\n" + CLI)
        shutil.copytree(ROOT / "app", machine.root / "app", ignore=shutil.ignore_patterns("__pycache__"))
        return machine.root

    def start(self, root: Path, *arguments: str) -> subprocess.CompletedProcess:
        environment = {**os.environ, "PIP_NO_INDEX": "1", "PIP_USER": "1"}
        return subprocess.run(
            [sys.executable, "-m", "app", *arguments],
            cwd=root,
            env=environment,
            capture_output=True,
            text=True,
        )

    def test_becomes_machiai_up(self, root):
        """The command installs, then becomes `machiai up` with the port and what it does not know itself."""
        first = self.start(root, "--port", "9", "--lang", "ja")
        assert first.stdout.strip() == "ours 1 ['up', '--port', '9', '--lang', 'ja']", first.stderr
        assert "Set up in" in first.stderr
        second = self.start(root)
        assert (second.stdout.strip(), second.stderr) == ("ours 1 ['up']", "")

    def test_helps_before_it_installs(self, root):
        """--help and a mistaken option answer at once, without making an environment."""
        assert "--without-torch" in self.start(root, "--help").stdout
        mistaken = self.start(root, "--port", "many")
        assert mistaken.returncode == 2
        assert "invalid int value" in mistaken.stderr
        assert not (root / ".venv").exists()

    def test_failure_is_short(self, root):
        """Where nothing can be installed the command ends with 1 and words, not a traceback."""
        (root / "requirements.txt").write_text("no-such-package-of-ours==1.0\n")
        failed = self.start(root, "--without-torch")
        assert failed.returncode == 1
        assert "No matching distribution" in failed.stderr
        assert "Traceback" not in failed.stderr
