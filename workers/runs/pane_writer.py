"""Appends what a tmux pane shows to the log of the job that was attached in it, for as long as there is one.

Run by tmux (``pipe-pane``), on the standard library alone: ``pane_writer.py FOLDER PID TICKS`` with the attempt folder
and the job's process. It ends when the pane dies, when the job is gone, or when the run's directory is; then tmux ends
the pipe.
"""

import os
import select
import sys
import time
from pathlib import Path

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from workers.machine import processes
from workers.runs import rundir

APPEAR_SECONDS = 30.0
"""How long to wait for the log: it appears whole, with what the pane had shown before."""
AFTER_SECONDS = 2.0
"""How long after the job's end what it wrote last may still come."""
_POLL_SECONDS = 0.5
_CHUNK = 1 << 16


def main(folder: Path, pid: int, ticks: int, source: int = 0) -> int:
    """Copy from descriptor ``source`` until there is no more reason to; the exit code."""
    log = folder / rundir.LOG
    deadline = time.monotonic() + APPEAR_SECONDS
    while not log.exists():
        if time.monotonic() > deadline:
            return 1
        time.sleep(0.02)
    target = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
    until = None
    while until is None or time.monotonic() < until:
        ready, _, _ = select.select([source], [], [], _POLL_SECONDS)
        if ready:
            data = os.read(source, _CHUNK)
            if not data:
                break
            _append(target, data)
        if not log.exists():
            break
        if until is None and processes.status(pid, ticks) == processes.GONE:
            until = time.monotonic() + AFTER_SECONDS
    return 0


def _append(target: int, data: bytes) -> None:
    """Write all of it; what a full disk has no room for is left out: the pane must not wait for us."""
    while data:
        try:
            data = data[os.write(target, data) :]
        except OSError:
            return


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
