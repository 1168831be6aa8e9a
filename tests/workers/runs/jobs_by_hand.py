"""Trainings started by hand, in the ways people do: a shell's line, a small program that says where it is."""

import contextlib
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from workers.machine import processes

TRAINING = """
import os, sys, time
begun = f"pid.{os.getpid()}"
with open(begun, "w") as file:
    file.write(str(os.getpid()))
step = 0
while True:
    print(f"step {step} loss {1 / (step + 1):.4f}", flush=True)
    if step % 3 == 0:
        print("a warning", file=sys.stderr, flush=True)
    if step == 2:
        os.rename(begun, "pid")
    step += 1
    time.sleep(0.05)
"""

_OF_OUR_TERMINAL = ("TMUX", "TMUX_PANE", "TMUX_TMPDIR", "STY", "PYTHONUNBUFFERED")


class JobsByHand:
    """Starts jobs in a folder; ends all of them, by their process ids, on leaving."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started: list[subprocess.Popen[Any]] = []
        (folder / "train.py").write_text(TRAINING)
        self.train = f"{shlex.quote(sys.executable)} train.py"
        self.environment = {name: value for name, value in os.environ.items() if name not in _OF_OUR_TERMINAL}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.started:
            for pid in reversed(processes.family_of(process.pid)):
                _end(pid)
            process.wait()
        with contextlib.suppress(FileNotFoundError, ValueError):
            _end(int((self.folder / "pid").read_text()))

    def shell(self, line: str, *, environment: Mapping[str, str] | None = None, **options: Any) -> int:
        """Type a line into a shell of its own session, and wait for the training in it; gives the training's pid."""
        return self.start(["bash", "-c", line], environment=environment, **options)

    def start(self, argv: list[str], *, environment: Mapping[str, str] | None = None, **options: Any) -> int:
        """Start a command line, and wait for the training in it; gives the training's pid."""
        with contextlib.suppress(FileNotFoundError):
            (self.folder / "pid").unlink()
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(
            argv,
            cwd=self.folder,
            env={**self.environment, **(environment or {})},
            start_new_session=True,
            **{**streams, **options},
        )
        self.started.append(process)
        return self.training()

    def training(self) -> int:
        """The pid of the training, when it has printed three lines."""
        deadline = time.monotonic() + 60
        while not (self.folder / "pid").exists() or not (self.folder / "pid").read_text():
            assert time.monotonic() < deadline, "the training did not begin in 60 s"
            time.sleep(0.02)
        return int((self.folder / "pid").read_text())


def _end(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
