"""Whose the processes on a GPU are: run, user, command; and those that are not who they seem."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from workers.machine import owners, processes
from workers.machine.owners import Owners
from workers.machine.usage import Trees

WaitFor = Callable[..., None]
Start = Callable[..., subprocess.Popen[bytes]]
WITH_CHILD = "import subprocess, time\nsubprocess.Popen(['sleep', '600'])\ntime.sleep(600)"


@pytest.fixture(name="start")
def _start() -> Iterator[Start]:
    """Starts commands; ended with all below them when the test is over."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*argv: str, **options: Any) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(argv, **options)
        started.append(process)
        return process

    yield start
    for process in started:
        for pid in processes.descendants(process.pid):
            os.kill(pid, signal.SIGKILL)
        process.kill()
        process.wait()


def identity(pid: int) -> tuple[int, int]:
    """Pid and start ticks of a living process."""
    return pid, processes.start_ticks(pid) or 0


def annotate(who: Owners, *pids: int, runs: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """The processes of one GPU, annotated."""
    found = [{"pid": pid, "kind": "C", "memory": 5, "utilisation": 0, "mig": None} for pid in pids]
    who.annotate([{"processes": found}, {"processes": None, "trouble": "lost"}], runs)
    return found


def test_a_run_s_child(start: Start, wait_for: WaitFor) -> None:
    """A process below a run's first one belongs to it, with its identity, user and command."""
    process = start(sys.executable, "-c", WITH_CHILD)
    wait_for(lambda: processes.descendants(process.pid), "the child")
    (child,) = processes.descendants(process.pid)
    wait_for(lambda: Path(f"/proc/{child}/comm").read_text() == "sleep\n", "its own command")
    trees = Trees()
    trees.look({"a": identity(process.pid)})
    (found,) = annotate(Owners(trees), child, runs=("a",))
    assert found["run"] == "a"
    assert (found["start_ticks"], found["command"]) == (identity(child)[1], "sleep 600")
    assert (found["visible"], found["ours"], found["memory"]) == (True, True, 5)
    assert found["user"] == Path("~").expanduser().owner()


def test_one_younger_than_the_census(start: Start, wait_for: WaitFor) -> None:
    """It is found by the parents above it, at once; not when the run is over."""
    process = start(
        sys.executable,
        "-c",
        "import time\nimport subprocess\ninput()\nsubprocess.run(['sleep', '600'])",
        stdin=subprocess.PIPE,
    )
    trees = Trees()
    trees.look({"a": identity(process.pid)})
    assert process.stdin
    process.stdin.write(b"\n")
    process.stdin.close()
    wait_for(lambda: processes.descendants(process.pid), "the child")
    (child,) = processes.descendants(process.pid)
    who = Owners(trees)
    assert annotate(who, child, runs=("a",))[0]["run"] == "a"
    assert annotate(who, child)[0]["run"] is None


def test_one_that_was_started_for_a_run(start: Start) -> None:
    """A process outside the tree with the run's id in its environment belongs to it, while the run is at work."""
    process = start("sleep", "600", env={**os.environ, "MACHIAI_RUN_ID": "b"}, start_new_session=True)
    who = Owners(Trees())
    assert annotate(who, process.pid, runs=("a", "b"))[0]["run"] == "b"
    assert annotate(who, process.pid, runs=("a",))[0]["run"] is None


def test_nobody_s_process(start: Start, wait_for: WaitFor) -> None:
    """A foreign process has no run, its secrets are masked, and the top of its job is told for watching it."""
    process = start("sh", "-c", "sleep 600; true", "--api-key=abcdef0123456789", start_new_session=True)
    wait_for(lambda: processes.descendants(process.pid), "the child")
    nobody = Owners(Trees())
    wait_for(lambda: annotate(nobody, process.pid, runs=("a",))[0]["root"], "it to be readable")
    found = annotate(nobody, process.pid, runs=("a",))[0]
    assert found["run"] is None
    assert found["root"] == process.pid
    assert found["root_start_ticks"] == processes.start_ticks(process.pid)
    assert "abcdef" not in found["command"]
    assert "--api-key=" in found["command"]
    owners, wordy = Owners(Trees()), start("sleep", *["600"] * 200).pid
    wait_for(lambda: annotate(owners, wordy)[0]["command"], "it to be readable")  # it may just wait for its disk
    assert len(annotate(owners, wordy)[0]["command"]) == 200


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to act as another user")
def test_another_user_s_process(start: Start) -> None:
    """It is shown with its owner; root may watch it."""
    process = start("sleep", "600", user="nobody")
    found = annotate(Owners(Trees()), process.pid)[0]
    assert (found["user"], found["visible"], found["ours"]) == ("nobody", True, True)


def test_one_that_cannot_be_seen(start: Start) -> None:
    """A pid that is not here is marked so, and its memory still counts."""
    process = start("true")
    process.wait()
    found = annotate(Owners(Trees()), process.pid)[0]
    assert found == {
        "pid": process.pid,
        "kind": "C",
        "memory": 5,
        "utilisation": 0,
        "mig": None,
        "start_ticks": None,
        "user": None,
        "command": None,
        "run": None,
        "root": None,
        "root_start_ticks": None,
        "visible": False,
        "ours": False,
    }


def test_a_pid_that_is_reused(start: Start, tmp_path: Path, wait_for: WaitFor) -> None:
    """Another process of the same pid is another process: nothing of the first is said of it."""
    first = start("sleep", "600", env={**os.environ, "MACHIAI_RUN_ID": "a"})
    second = start("sleep", "601")
    for name, process in (("1", first), ("2", second)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "77").symlink_to(f"/proc/{process.pid}")
    proc = tmp_path / "proc"
    proc.symlink_to(tmp_path / "1")
    who = Owners(Trees(proc=proc), proc=proc, initial_namespace=True)
    wait_for(lambda: annotate(who, 77, runs=("a",))[0]["command"], "it to be readable")
    found = annotate(who, 77, runs=("a",))[0]
    assert (found["run"], found["command"]) == ("a", "sleep 600")
    time.sleep(0.02)  # start times are told to a hundredth of a second
    proc.unlink()
    proc.symlink_to(tmp_path / "2")
    third = start("sleep", "602")
    (tmp_path / "2" / "77").unlink()
    (tmp_path / "2" / "77").symlink_to(f"/proc/{third.pid}")
    wait_for(lambda: annotate(who, 77, runs=("a",))[0]["command"], "it to be readable")
    found = annotate(who, 77, runs=("a",))[0]
    assert (found["run"], found["command"]) == (None, "sleep 602")
    assert found["start_ticks"] == identity(third.pid)[1]


def test_many_are_looked_into_once(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 512 processes what does not change is read once; a turn then costs a few milliseconds."""
    pids = [start("sleep", "600").pid for _ in range(16)]
    who = Owners(Trees())
    gpus: list[dict[str, Any]] = [{"processes": [{"pid": pid} for pid in pids * 4]} for _ in range(8)]
    who.annotate(gpus, ())
    began = time.thread_time()
    for _ in range(20):
        who.annotate(gpus, ())
    assert (time.thread_time() - began) / 20 < 0.01
    assert all(process["command"] == "sleep 600" for gpu in gpus for process in gpu["processes"])


class TestContainer:
    """Where the driver's pids are those of another namespace."""

    def test_a_coincidence_is_not_believed(self, start: Start) -> None:
        """A process that merely has the number is not named."""
        process = start("sleep", "600")
        found = annotate(Owners(Trees(), initial_namespace=False), process.pid)[0]
        assert (found["visible"], found["command"], found["user"], found["ours"]) == (False, None, None, False)

    def test_one_with_a_gpu_open(self, start: Start, tmp_path: Path) -> None:
        """A process that has /dev/nvidia* open is."""
        process = start("sleep", "600")
        proc = tmp_path / "proc"
        (proc / str(process.pid) / "fd").mkdir(parents=True)
        for name in ("stat", "status", "cmdline", "environ", "task"):
            (proc / str(process.pid) / name).symlink_to(f"/proc/{process.pid}/{name}")
        who = Owners(Trees(proc=proc), proc=proc, initial_namespace=False)
        assert not annotate(who, process.pid)[0]["visible"]
        (proc / str(process.pid) / "fd" / "5").symlink_to("/dev/nvidia0")
        (proc / str(process.pid) / "fdinfo").mkdir()
        who = Owners(Trees(proc=proc), proc=proc, initial_namespace=False)
        assert annotate(who, process.pid)[0]["command"] == "sleep 600"

    def test_one_of_a_run(self, start: Start) -> None:
        """A process of a run's tree is."""
        process = start("sleep", "600")
        trees = Trees()
        trees.look({"a": identity(process.pid)})
        who = Owners(trees, initial_namespace=False)
        assert annotate(who, process.pid, runs=("a",))[0]["run"] == "a"

    @pytest.mark.skipif(os.geteuid() != 0, reason="needs root for a pid namespace")
    def test_a_real_namespace(self, start: Start) -> None:
        """In a namespace of its own a process knows that it does not see the machine's pids."""
        code = (
            "from workers.machine.owners import Owners, _is_initial\nfrom workers.machine.usage import Trees\n"
            "found = {'pid': 1}\nOwners(Trees()).annotate([{'processes': [found]}], ())\n"
            "print(_is_initial(), found['visible'])"
        )
        done = subprocess.run(
            ["unshare", "--pid", "--fork", "--mount-proc", sys.executable, "-c", code],
            capture_output=True,
            text=True,
            cwd=Path(owners.__file__).parents[2],
        )
        if done.returncode and "unshare" in done.stderr:
            pytest.skip(f"no pid namespace to be had: {done.stderr.strip()}")
        assert done.stdout.split() == ["False", "False"], done.stderr
        assert owners._is_initial() == (os.stat("/proc/self/ns/pid").st_ino == 0xEFFFFFFC)


def test_a_process_whose_memory_is_locked(start: Start, tmp_path: Path, wait_for: WaitFor) -> None:
    """A thread in uninterruptible sleep may hold the lock that reading its words needs: they are read later."""
    process = start("sleep", "600")
    real = Path(f"/proc/{process.pid}")
    folder = tmp_path / str(process.pid)
    (folder / "task" / str(process.pid)).mkdir(parents=True)
    for name in ("stat", "status", "cmdline", "environ"):
        (folder / name).symlink_to(real / name)
    wait_for(
        lambda: b"S (" in real.joinpath("stat").read_bytes() or b") S " in real.joinpath("stat").read_bytes(), "sleep"
    )
    thread = folder / "task" / str(process.pid) / "stat"
    thread.write_bytes(real.joinpath("stat").read_bytes().replace(b") S ", b") D "))
    who = Owners(Trees(proc=tmp_path), proc=tmp_path, initial_namespace=True)
    found = annotate(who, process.pid)[0]
    assert (found["visible"], found["command"], found["user"] is None) == (True, None, False)
    thread.write_bytes(real.joinpath("stat").read_bytes())
    assert annotate(who, process.pid)[0]["command"] == "sleep 600"
