"""Real tmux servers on sockets of their own, and who holds a terminal."""

import os
import pty
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.workers.runs.jobs_by_hand import JobsByHand
from workers.machine import processes
from workers.machine.panes import find_holder, find_pane
from workers.machine.proc_folder import ProcFolder
from workers.runs.discovery import examine

WaitFor = Callable[..., None]
needs_tmux = pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is NOT INSTALLED: panes are not tried")
needs_screen = pytest.mark.skipif(not shutil.which("screen"), reason="GNU screen is NOT INSTALLED: it is not tried")


class Tmux:
    """One tmux server of its own, with the folder for sockets that a person would set."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {**os.environ, "TMUX_TMPDIR": str(folder), "SHELL": "/bin/sh"}
        self.environment.pop("TMUX", None)

    def call(self, *arguments: str) -> str:
        """Run a tmux command; its output."""
        done = subprocess.run(
            ["tmux", "-f", "/dev/null", *arguments], env=self.environment, capture_output=True, text=True, timeout=20
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def server(self) -> int:
        """The server's pid."""
        return int(self.call("display-message", "-p", "#{pid}"))


@pytest.fixture(name="jobs")
def _jobs(tmp_path: Path) -> Iterator[JobsByHand]:
    """Jobs in a folder of their own."""
    folder = tmp_path / "project"
    folder.mkdir()
    with JobsByHand(folder) as jobs:
        yield jobs


@pytest.fixture(name="tmux")
def _tmux(tmp_path: Path, jobs: JobsByHand) -> Iterator[Tmux]:
    """A server with one session `train` whose pane is a shell in the jobs' folder."""
    tmux = Tmux(tmp_path)
    tmux.call("new-session", "-d", "-s", "train", "-x", "100", "-y", "30", "-c", str(jobs.folder))
    yield tmux
    os.kill(tmux.server(), signal.SIGCONT)
    tmux.call("kill-server")


@needs_tmux
def test_a_job_in_a_pane(jobs: JobsByHand, tmux: Tmux) -> None:
    """A training typed into a pane is found there, with the server's socket."""
    tmux.call("send-keys", "-t", "train", jobs.train, "Enter")
    found = examine(jobs.training())
    assert (found.log.kind, found.log.path) == ("pane", None)
    assert found.log.pane == tmux.call("list-panes", "-t", "train", "-F", "#{pane_id}")
    assert found.log.pane_socket == str(tmux.folder / f"tmux-{os.getuid()}" / "default")
    assert "train:0.0" in (found.log.note or "")
    assert any("scrolled out" in note for note in found.notes)
    assert "step 0" in tmux.call("-S", found.log.pane_socket or "", "capture-pane", "-p", "-t", found.log.pane or "")


@needs_tmux
def test_the_right_one_of_several_panes(jobs: JobsByHand, tmux: Tmux) -> None:
    """Of several panes the one with the training's terminal is found."""
    pane = tmux.call("split-window", "-d", "-t", "train", "-P", "-F", "#{pane_id}", "-c", str(jobs.folder))
    tmux.call("new-window", "-d", "-t", "train", "-n", "other one")
    tmux.call("send-keys", "-t", pane, jobs.train, "Enter")
    assert examine(jobs.training()).log.pane == pane


@needs_tmux
def test_a_pipe_to_tee_in_a_pane(jobs: JobsByHand, tmux: Tmux) -> None:
    """With `| tee log` in a pane the file is the log, and the pane is named besides."""
    tmux.call("send-keys", "-t", "train", f"{jobs.train} 2>&1 | tee log", "Enter")
    found = examine(jobs.training())
    assert found.log.path == str(jobs.folder / "log")
    assert [other.kind for other in found.others] == ["pane"]


@needs_tmux
def test_a_pane_that_is_piped_already(jobs: JobsByHand, tmux: Tmux, wait_for: WaitFor) -> None:
    """Where the user pipes the pane into a file already, that file is the log; the pane and its pipe are named."""
    tmux.call("send-keys", "-t", "train", jobs.train, "Enter")
    pid = jobs.training()
    tmux.call("pipe-pane", "-t", "train", f"cat >> {jobs.folder}/mine.log")
    wait_for(lambda: (jobs.folder / "mine.log").exists() and (jobs.folder / "mine.log").stat().st_size, "the pipe")
    found = examine(pid)
    assert found.log.path == str(jobs.folder / "mine.log")
    assert any(other.kind == "pane" and "piped already" in (other.note or "") for other in found.others)


@needs_tmux
def test_a_server_that_does_not_answer(jobs: JobsByHand, tmux: Tmux) -> None:
    """A tmux server that hangs costs two seconds, and it is said."""
    tmux.call("send-keys", "-t", "train", jobs.train, "Enter")
    pid, server = jobs.training(), tmux.server()
    os.kill(server, signal.SIGSTOP)
    try:
        before = time.monotonic()
        found = examine(pid)
        assert time.monotonic() - before < 6
    finally:
        os.kill(server, signal.SIGCONT)
    assert found.log.kind == "terminal"
    assert "did not answer in 2 s" in (found.log.note or "")


@needs_tmux
def test_servers_that_are_gone(tmp_path: Path, wait_for: WaitFor) -> None:
    """Sockets whose servers have ended are passed over without a word, and no server is started."""
    folder = tmp_path / f"tmux-{os.getuid()}"
    tmux = Tmux(tmp_path)
    tmux.call("new-session", "-d", "-s", "x")
    server = tmux.server()
    ticks = processes.start_ticks(server)
    os.kill(server, signal.SIGKILL)
    wait_for(lambda: processes.status(server, ticks) == processes.GONE, "its end")
    assert list(folder.iterdir())
    search = find_pane("/dev/pts/99999", {"TMUX_TMPDIR": str(tmp_path)}, os.getuid())
    assert (search.pane, search.trouble) == (None, None)


@needs_screen
def test_gnu_screen(jobs: JobsByHand, tmp_path: Path, wait_for: WaitFor) -> None:
    """GNU screen cannot be read back, which is said with the way out; its own log is found where it keeps one."""
    environment = {**os.environ, "SCREENDIR": str(tmp_path / "screens")}
    (tmp_path / "screens").mkdir(mode=0o700)
    for logging in ([], ["-L"]):
        (jobs.folder / "pid").unlink(missing_ok=True)
        with subprocess.Popen(
            ["screen", *logging, "-D", "-m", "-S", "train", "sh", "-c", jobs.train], cwd=jobs.folder, env=environment
        ) as screen:
            jobs.started.append(screen)
            pid = jobs.training()
            if logging:
                wait_for(lambda: (jobs.folder / "screenlog.0").exists(), "screen's log")
            found = examine(pid)
            os.kill(pid, signal.SIGKILL)
        if logging:
            assert found.log.path == str(jobs.folder / "screenlog.0")
        else:
            assert found.log.kind == "terminal"
            assert "GNU screen" in (found.log.note or "") and "--log PATH" in (found.log.note or "")


def test_who_holds_a_terminal() -> None:
    """The program that rules a pseudo-terminal is found by the terminal's number, and nobody for one there is not."""
    ruling, terminal = pty.openpty()
    try:
        holder = find_holder(ProcFolder(), os.ttyname(terminal))
        assert holder is not None
        assert (holder.pid, holder.number) == (os.getpid(), ruling)
    finally:
        os.close(terminal)
        os.close(ruling)
    assert find_holder(ProcFolder(), "/dev/pts/99999") is None
    assert find_holder(ProcFolder(), "/dev/tty1") is None
