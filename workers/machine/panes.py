"""Terminals: the tmux pane that a pseudo-terminal is, and the program that holds its other end.

What was written to a terminal is kept by nobody but the program that draws it. Of tmux, its panes can be asked for;
GNU screen and terminal windows have no way to be read back from outside.
"""

import os
import shutil
import stat
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workers.machine.proc_folder import Descriptor, ProcFolder

TMUX_SECONDS = 2.0
"""How long one server of tmux may take to list its panes."""
_MOST_SOCKETS = 16
_FORMAT = "#{pane_id} #{pane_tty} #{pane_pipe} #{pid} #{session_name}:#{window_index}.#{pane_index}"


@dataclass(frozen=True)
class Pane:
    """A tmux pane: ``id`` as ``%3``, ``place`` as ``train:0.1``; ``piped`` when `pipe-pane` is at work already."""

    id: str
    terminal: str
    piped: bool
    server: int
    place: str
    socket: str


@dataclass(frozen=True)
class PaneSearch:
    """What a search for a pane gave: the pane, or None with ``trouble`` when a server could not be asked."""

    pane: Pane | None
    beside: tuple[Pane, ...] = ()
    """The other panes of the same server."""
    trouble: str | None = None


def find_pane(terminal: str, environ: Mapping[str, str], uid: int | None) -> PaneSearch:
    """The tmux pane whose terminal is ``terminal`` (``/dev/pts/3``), among the servers of that user.

    The server in the process's own TMUX is asked first, then all in the user's socket folders.
    """
    sockets = _sockets(environ, uid)
    program = shutil.which("tmux")
    if not sockets or not program:
        return PaneSearch(None, trouble="tmux is not on our PATH" if sockets and environ.get("TMUX") else None)
    trouble = None
    for socket in sockets[:_MOST_SOCKETS]:
        panes, problem = _list_panes(program, socket)
        trouble = trouble or problem
        for pane in panes:
            if pane.terminal == terminal:
                return PaneSearch(pane, tuple(other for other in panes if other is not pane))
    return PaneSearch(None, trouble=trouble)


def find_holder(folder: ProcFolder, terminal: str) -> Descriptor | None:
    """Who holds the ruling end of a pseudo-terminal: tmux, screen, script, sshd, a terminal's window.

    None when that cannot be seen, which is usual for another user's or root's.
    """
    number = terminal.rpartition("/")[2]
    if not terminal.startswith("/dev/pts/") or not number.isdigit():
        return None
    for pid in folder.everyone():
        try:
            targets = folder.targets(pid)
        except OSError:
            continue
        for which, target in targets.items():
            if target.endswith("/ptmx"):
                descriptor = folder.descriptor(pid, which)
                if descriptor is not None and descriptor.terminal == int(number):
                    return descriptor
    return None


def _sockets(environ: Mapping[str, str], uid: int | None) -> list[str]:
    """The sockets of that user's tmux servers, the process's own first."""
    found = dict.fromkeys([environ.get("TMUX", "").partition(",")[0]])
    for parent in dict.fromkeys([environ.get("TMUX_TMPDIR", ""), "/tmp"]):
        folder = Path(parent, f"tmux-{uid}")
        try:
            found |= dict.fromkeys(str(path) for path in sorted(folder.iterdir())) if parent else {}
        except OSError:
            continue
    return [path for path in found if path and _is_socket(path)]


def _is_socket(path: str) -> bool:
    try:
        return stat.S_ISSOCK(os.stat(path).st_mode)  # noqa: PTH116
    except OSError:
        return False


def _list_panes(program: str, socket: str) -> tuple[Sequence[Pane], str | None]:
    """All panes of one server, and why there are none where it did not answer."""
    environment = {name: value for name, value in os.environ.items() if name not in ("TMUX", "TMUX_PANE")}
    try:
        done = subprocess.run(
            [program, "-u", "-S", socket, "list-panes", "-a", "-F", _FORMAT],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TMUX_SECONDS,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        return [], f"the tmux server at {socket} did not answer in {TMUX_SECONDS:.0f} s"
    except OSError as error:
        return [], f"tmux could not be started: {error.strerror}"
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip()
        gone = "no server running" in words or "No such file" in words or "refused" in words
        return [], None if gone else f"the tmux server at {socket} answered: {words[:120]}"
    panes = []
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        fields = line.split(" ", 4)
        if len(fields) == 5 and fields[3].isdigit():
            panes.append(Pane(fields[0], fields[1], fields[2] == "1", int(fields[3]), fields[4], socket))
    return panes, None
