"""A terminal with a person at it: a real pty whose session the command leads, keys, a size, and a plug to pull."""

import contextlib
import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self


class Terminal:
    """Runs ``argv`` in a terminal of its own; ``seen`` is what has come onto the screen so far."""

    def __init__(
        self, argv: Sequence[str], environment: Mapping[str, str], cwd: Path, rows: int = 24, columns: int = 80
    ) -> None:
        self.master, slave = pty.openpty()
        self.resize(rows, columns)
        self.seen = b""
        self.process = subprocess.Popen(
            argv,
            cwd=cwd,
            env=dict(environment),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.hang_up()

    def type(self, keys: bytes) -> None:
        """Press keys; Ctrl-C is ``b"\\x03"``."""
        os.write(self.master, keys)

    def resize(self, rows: int, columns: int) -> None:
        """Change the size of the window."""
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds: float = 0.05) -> bytes:
        """What comes onto the screen within that time."""
        before = len(self.seen)
        if select.select([self.master], [], [], seconds)[0]:
            with contextlib.suppress(OSError):  # EIO: the last process on it has gone
                self.seen += os.read(self.master, 65536)
        return self.seen[before:]

    def wait_for(self, text: bytes, seconds: float = 20.0) -> None:
        """Read until ``text`` is on the screen."""
        deadline = time.monotonic() + seconds
        while text not in self.seen:
            assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {text!r}; the screen says {self.seen!r}"
            self.read()

    def wait(self, seconds: float = 20.0) -> int:
        """Read to the end of the command; its exit code (negative for a signal)."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < deadline, f"still running after {seconds:.0f} s; the screen says {self.seen!r}"
            self.read()
        while self.read():
            pass
        return self.process.returncode

    def hang_up(self) -> None:
        """Close the window: the kernel sends SIGHUP to the session."""
        with contextlib.suppress(OSError):
            os.close(self.master)
        self.master = -1

    @property
    def is_raw(self) -> bool:
        """Whether keys go to the program one by one and unseen."""
        return not termios.tcgetattr(self.master)[3] & termios.ICANON
