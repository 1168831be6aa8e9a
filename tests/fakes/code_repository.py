"""A real git repository on disk, and runs that start in it: with the snapshot that a launch takes of its code."""

import hashlib
import os
import sqlite3
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from store import runs
from store.runs import Run
from tests.fakes.journal import add_run
from workers.runs import rundir, snapshot

EMAIL = "me@lab.example"


class CodeRepository:
    """A repository at ``root`` with an identity of its own, whatever the developer's configuration."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "Me")
        self.git("config", "user.email", EMAIL)
        (root / ".git" / "info" / "exclude").write_text("__pycache__/\n")

    def git(self, *arguments: str, check: bool = True, **environment: str) -> str:
        """Ask git here; its output."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        clean |= {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", **environment}
        done = subprocess.run(["git", *arguments], cwd=self.root, env=clean, capture_output=True, text=True)
        assert not check or done.returncode == 0, done.stderr
        return done.stdout.strip()

    def write(self, path: str, text: str | bytes = "", *, at: float | None = None) -> Path:
        """Write a file; ``at`` is when it is stamped."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        if at is not None:
            os.utime(file, (at, at))
        return file

    def commit(self, subject: str = "a change", **files: str) -> str:
        """Commit all there is; its name."""
        for path, text in files.items():
            self.write(path, text)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", subject)
        return self.git("rev-parse", "HEAD")

    def start(
        self,
        journal: sqlite3.Connection,
        home: Path,
        argv: Sequence[str] = ("python", "train.py"),
        *,
        run_id: str = "261121-102011-aaaa",
        folder: str = "",
        created: float,
        **fields: Any,
    ) -> Run:
        """A run that starts here now, as far as its code goes."""
        cwd = self.root / folder
        git = snapshot.take(cwd, home / "runs" / run_id / rundir.PATCH)
        fields = {"git": git, "cwd": str(cwd), "project_root": str(self.root), "argv": list(argv), **fields}
        add_run(journal, home, run_id, created=created, **fields)
        run = runs.get_run(journal, run_id)
        assert run is not None
        return run

    def fingerprint(self) -> dict[str, str]:
        """Everything in the repository and its working tree: paths, contents, times. Not the times of objects and shared
        indexes, which git renews when they are used."""
        found = {}
        for path in sorted(self.root.rglob("*")):
            status = path.lstat()
            content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
            renewed = ".git/objects/" in str(path) or path.name.startswith("sharedindex.")
            stamp = 0 if renewed else status.st_mtime_ns
            found[str(path.relative_to(self.root))] = f"{content} {status.st_mode:o} {stamp}"
        return found
