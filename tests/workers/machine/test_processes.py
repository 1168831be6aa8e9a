"""Processes as /proc shows them: identified by more than a number, never taken for alive when they are not."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from workers.machine import processes

WaitFor = Callable[..., None]


@pytest.fixture(name="child")
def _child() -> Iterator["subprocess.Popen[bytes]"]:
    """A process of ours, leading a session."""
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as child:
        yield child
        child.kill()


def test_running(child: "subprocess.Popen[bytes]") -> None:
    """A living process with its own start ticks is running; with other ticks it is another, and gone."""
    ticks = processes.start_ticks(child.pid)
    assert ticks is not None
    assert processes.status(child.pid, ticks) == processes.RUNNING
    assert processes.status(child.pid, ticks + 1) == processes.GONE


def test_suspended(child: "subprocess.Popen[bytes]", wait_for: WaitFor) -> None:
    """SIGSTOP is suspended, SIGCONT running again."""
    child.send_signal(signal.SIGSTOP)
    wait_for(lambda: processes.status(child.pid, None) == processes.SUSPENDED, "the stop")
    child.send_signal(signal.SIGCONT)
    wait_for(lambda: processes.status(child.pid, None) == processes.RUNNING, "the continuation")


def test_a_zombie_is_gone(child: "subprocess.Popen[bytes]", wait_for: WaitFor) -> None:
    """A process that has ended and waits to be reaped is gone."""
    ticks = processes.start_ticks(child.pid)
    child.kill()
    wait_for(lambda: processes.status(child.pid, ticks) == processes.GONE, "the zombie")
    assert os.path.exists(f"/proc/{child.pid}")
    assert child.pid not in processes.session_members(child.pid)


@pytest.mark.parametrize("pid", [None, 0, 2**22 + 1])
def test_nobody(pid: int | None) -> None:
    """No pid, or one that nobody has, is gone."""
    assert processes.status(pid, None) == processes.GONE


def test_names_with_anything_in_them(tmp_path: "os.PathLike[str]") -> None:
    """A process whose name looks like the fields behind it is read right."""
    script = os.path.join(tmp_path, ") R 1 (x y")
    os.symlink("/bin/sleep", script)
    with subprocess.Popen([script, "60"]) as child:
        time.sleep(0.05)
        stat = processes.read_stat(child.pid)
        assert stat is not None
        assert stat.session == os.getsid(child.pid)
        assert stat.state in "SR"
        child.kill()


def test_session_members() -> None:
    """All processes of a session, children too, and no other."""
    command = ["sh", "-c", "sleep 60 & echo $!; wait"]
    with subprocess.Popen(command, start_new_session=True, stdout=subprocess.PIPE) as shell:
        assert shell.stdout is not None
        child = int(shell.stdout.readline())
        assert sorted(processes.session_members(shell.pid)) == sorted([shell.pid, child])
        os.killpg(shell.pid, signal.SIGKILL)


def test_start_times_are_of_this_boot() -> None:
    """Start ticks, counted from the boot, give the time at which a process started."""
    ticks, booted = processes.start_ticks(os.getpid()), processes.boot_time()
    assert ticks is not None
    assert booted is not None
    assert booted < booted + ticks / os.sysconf("SC_CLK_TCK") <= time.time() + 2
    assert len(processes.boot_id()) == 36


def test_the_family_of_a_process_holds_its_grandchildren() -> None:
    """A process, its child and the child's child are found; of one that is gone only its own number is left."""
    code = "import subprocess, sys; subprocess.Popen(['sleep', '60']); print('up', flush=True); sys.stdin.read()"
    argv = ["sh", "-c", f'{sys.executable} -c "{code}"; true']
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as shell:
        assert shell.stdout is not None and shell.stdin is not None
        shell.stdout.readline()
        family = processes.family_of(shell.pid)
        assert family[0] == shell.pid
        assert set(family) == {shell.pid, *processes.descendants(shell.pid)}
        assert len(family) == 3
        for pid in family[:0:-1]:
            os.kill(pid, signal.SIGKILL)
        shell.stdin.close()
    assert processes.family_of(shell.pid) == [shell.pid]
