"""The output of a job in a tmux pane: what the pane still remembers, and from then on all that it shows.

Nothing is ever typed into the pane, and a pipe that somebody else has put on it is left as it is.
"""

import contextlib
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workers.machine import processes

_WRITER = Path(__file__).with_name("pane_writer.py")
_TMUX_SECONDS = 5.0
_AT_ONCE_TICKS = 300
"""A job that started so soon after its pane (in clock ticks) is what the pane was opened for."""
_SHORTEST_COMMAND = 6


@dataclass(frozen=True)
class Capture:
    """What a pane had shown of a job: ``whole`` if that is all it wrote, and whether more is ``piped`` from now on;
    ``note`` says what is missing."""

    text: bytes
    whole: bool
    piped: bool
    note: str | None = None


def follow(
    pane: str, socket: str | None, folder: Path, *, pid: int, start_ticks: int, argv: Sequence[str]
) -> Capture | None:
    """Pipe a pane into the log of the attempt in ``folder`` (which may appear a little later), and take what it shows.

    The pipe is there before its contents are taken, so that nothing falls in between. None where tmux does not answer.
    """
    facts = _ask(
        socket, "display-message", "-p", "-t", pane, "#{pane_pipe} #{history_size} #{history_limit} #{pane_pid}"
    )
    try:
        taken, size, limit, shell = (int(word) for word in (facts or b"").split())
    except ValueError:
        return None
    pipe = [] if taken else ["pipe-pane", "-t", pane, _command(folder, pid, start_ticks), ";"]
    shown = _ask(
        socket,
        *pipe,
        *("capture-pane", "-p", "-J", "-S", "-", "-t", pane, ";"),
        *("display-message", "-p", "-t", pane, "#{cursor_x}"),
    )
    if shown is None:
        return None
    text, _, cursor = shown.rstrip(b"\n").rpartition(b"\n")
    lines = [line.rstrip() for line in text.rstrip().split(b"\n")] if text.strip() else []
    begin = _after_command(lines, argv)
    opened = processes.start_ticks(shell)
    at_once = opened is not None and start_ticks - opened <= _AT_ONCE_TICKS
    whole = begin > 0 or (size < limit and at_once)
    kept = b"\n".join(lines[begin:])
    note = None if whole else "the pane does not remember the beginning of its output"
    if taken:
        note = "another pipe is on its pane (tmux pipe-pane): only what the pane showed until now could be read"
    return Capture(kept + b"\n" if kept and cursor == b"0" else kept, whole, not taken, note)


def release(pane: str, socket: str | None) -> None:
    """Take the pipe off a pane again."""
    _ask(socket, "pipe-pane", "-t", pane)


def _command(folder: Path, pid: int, ticks: int) -> str:
    """What tmux shall run, with the characters doubled that it would take for its own formats."""
    words = [sys.executable, "-I", "-S", str(_WRITER), str(folder), str(pid), str(ticks)]
    return "exec " + shlex.join(words).replace("#", "##").replace("%", "%%")


def _after_command(lines: Sequence[bytes], argv: Sequence[str]) -> int:
    """The index behind the line in which the job's command was typed; 0 where none looks like it."""
    typed = [text for start in range(3) if len(text := " ".join(argv[start:])) >= _SHORTEST_COMMAND]
    for index in range(len(lines) - 1, -1, -1):
        line = lines[index].decode("utf-8", "replace")
        if any(text in line for text in typed):
            return index + 1
    return 0


def _ask(socket: str | None, *arguments: str) -> bytes | None:
    """What tmux answers; None where it does not."""
    server = ["-S", socket] if socket else []
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(
            ["tmux", *server, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TMUX_SECONDS,
            check=False,
        )
        return done.stdout if done.returncode == 0 else None
    return None
