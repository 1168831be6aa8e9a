"""Jobs as people start them by hand, in a shell; each is ended again, by its pid."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

from workers.machine import processes

TRAIN = """
import os, sys, time
gate, total = os.environ["GATE"], int(os.environ.get("TOTAL", "400"))
for n in range(1, total + 1):
    print(f"step {n}/{total} loss {1 / n:.4f}", flush=True)
    if n == 20:
        open(f"{gate}.pid", "w").write(str(os.getpid()))
        os.rename(f"{gate}.pid", f"{gate}.began")
    while n == 40 and not os.path.exists(gate):
        time.sleep(0.02)
    if n == 60 and os.environ.get("FAIL"):
        raise RuntimeError("NaN in the loss")
    time.sleep(0.002)
"""
"""Trains to step 40, waits there until a file appears, and goes on to the end, or fails at step 60."""


class ByHand:
    """Starts shell scripts in a folder; ``python`` in them is this interpreter, ``train.py`` the training above."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "train.py").write_text(TRAIN.lstrip())
        self.shells: list[subprocess.Popen[bytes]] = []
        self.pids: list[tuple[int, int | None]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for pid, ticks in self.pids:
            if processes.status(pid, ticks) != processes.GONE:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        for shell in self.shells:
            if shell.poll() is None:
                shell.kill()
            shell.wait()

    def environment(self, gate: str, **more: str) -> dict[str, str]:
        """The environment of a shell in that folder."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        return {**os.environ, "PATH": path, "GATE": str(self.folder / gate), **more}

    def start(self, script: str, gate: str = "gate", **environment: str) -> int:
        """Run a line in a shell of its own session; the pid of the training in it, once it is at step 20."""
        shell = subprocess.Popen(
            ["bash", "--norc", "-c", script],
            cwd=self.folder,
            env=self.environment(gate, **environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.shells.append(shell)
        return self.wait_began(gate)

    def wait_began(self, gate: str = "gate", seconds: float = 30.0) -> int:
        """The pid of the training, which writes it down when it is at step 20."""
        began = self.folder / f"{gate}.began"
        deadline = time.monotonic() + seconds
        while not began.exists():
            assert time.monotonic() < deadline, "the training does not begin"
            time.sleep(0.02)
        pid = int(began.read_text())
        self.pids.append((pid, processes.start_ticks(pid)))
        return pid

    def open_gate(self, gate: str = "gate") -> None:
        """Let the training go on to its end."""
        (self.folder / gate).touch()
