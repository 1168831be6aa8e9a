"""A terminal for a run that wants one (`--tty`): what the command writes goes to its log, keys come from a FIFO.

Here our process *is* between the command and its terminal: if the supervisor is killed, the command sees its
terminal hang up. That is the price of a prompt, and why `--tty` is not the default. Standard library only.
"""

import contextlib
import fcntl
import os
import pty
import struct
import subprocess
import termios
import threading
from pathlib import Path

KEYS = "keys"
SIZE = "size"


class Relay:
    """The pty of one run: ``keys`` is the FIFO the viewer writes into, ``size`` (rows, columns) its window's."""

    def __init__(self, folder: Path, log: int, rows: int, columns: int) -> None:
        self.folder = folder
        self.log = os.dup(log)
        self.master, self.slave = pty.openpty()
        self.size = ""
        self._resize(rows, columns)
        os.mkfifo(folder / KEYS, 0o600)
        self.keys = os.open(folder / KEYS, os.O_RDWR)  # for writing too, so that a leaving viewer is no end of file
        self.copier = threading.Thread(target=self._copy_output, daemon=True)

    def start(self, argv: list[str], cwd: str) -> "subprocess.Popen[bytes]":
        """Start the command with the pty as its controlling terminal; OSError when it cannot be executed."""
        process = subprocess.Popen(
            argv,
            cwd=cwd,
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - no thread runs yet
        )
        os.close(self.slave)
        self.copier.start()
        threading.Thread(target=self._copy_keys, daemon=True).start()
        return process

    def follow_size(self) -> None:
        """Take over the viewer's window size when it has changed."""
        with contextlib.suppress(OSError, ValueError):
            text = (self.folder / SIZE).read_text()
            if text != self.size:
                self.size = text
                rows, columns = (int(word) for word in text.split())
                self._resize(rows, columns)

    def drain(self, seconds: float = 2.0) -> None:
        """Wait until what the command wrote last is in the log."""
        self.copier.join(seconds)

    def _resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _copy_output(self) -> None:
        while True:
            try:
                data = os.read(self.master, 65536)
            except OSError:  # EIO: the last process on the terminal has gone
                return
            while data:
                try:
                    data = data[os.write(self.log, data) :]
                except OSError:  # disk full: the command must not block on us
                    break

    def _copy_keys(self) -> None:
        while True:
            try:
                os.write(self.master, os.read(self.keys, 4096))
            except OSError:
                return
