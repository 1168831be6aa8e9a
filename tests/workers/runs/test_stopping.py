"""Stopping a training: who asked is written down first, then its whole process group hears of it."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.errors import StopRefused
from tests.conftest import python
from tests.fakes.command import Machiai
from workers.machine import processes
from workers.runs import rundir, stopping

WaitFor = Callable[..., None]
FAMILY = (
    "import os, signal, subprocess, sys, time\n"
    "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    "child = subprocess.Popen(['sleep', '60'])\n"
    "other = subprocess.Popen(['sleep', '60'], process_group=0)\n"
    "print(child.pid, other.pid, flush=True)\ntime.sleep(60)\n"
)


def end(machiai: Machiai, run: str, wait_for: WaitFor) -> dict[str, Any]:
    """The exit record, when it has come."""
    wait_for(lambda: (machiai.folder(run) / rundir.EXIT).exists(), "the end")
    return rundir.read_json(machiai.folder(run) / rundir.EXIT) or {}


def test_the_request_is_written_first(machiai: Machiai, wait_for: WaitFor) -> None:
    """What was sent, when and by which way stands in the folder, and the training dies of it."""
    run = machiai.detach("sleep", "60")
    machiai.beat(run)
    stopping.ask(machiai.folder(run), signal.SIGTERM, "a test")
    assert end(machiai, run, wait_for)["signal"] == signal.SIGTERM
    (request,) = rundir.stop_requests(machiai.folder(run))
    assert (request["signal"], request["way"]) == (signal.SIGTERM, "a test")


def test_kill_reaches_the_whole_session(machiai: Machiai, wait_for: WaitFor) -> None:
    """SIGKILL ends every process of the training's session, those in other process groups too."""
    run = machiai.detach(*python(FAMILY))
    log = machiai.folder(run) / "log"
    wait_for(lambda: log.exists() and log.read_text().endswith("\n"), "the children")
    children = [(pid, processes.start_ticks(pid)) for pid in map(int, log.read_text().split())]
    stopping.ask(machiai.folder(run), signal.SIGKILL, "a test")
    end(machiai, run, wait_for)
    for pid, ticks in children:
        wait_for(lambda pid=pid, ticks=ticks: processes.status(pid, ticks) == processes.GONE, "a child to go", 5)


def test_a_suspended_training_is_woken(machiai: Machiai, wait_for: WaitFor) -> None:
    """A training stopped by SIGSTOP hears of SIGTERM: it is continued."""
    run = machiai.detach("sleep", "60")
    pid = machiai.beat(run)["pid"]
    os.kill(pid, signal.SIGSTOP)
    wait_for(lambda: processes.status(pid, None) == processes.SUSPENDED, "the stop")
    stopping.ask(machiai.folder(run), signal.SIGTERM, "a test")
    assert end(machiai, run, wait_for)["signal"] == signal.SIGTERM


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"host": "elsewhere"}, "the run is on elsewhere"),
        ({"boot_id": "another"}, "process is gone"),
        ({"start_ticks": 1}, "process is gone"),
        ({}, "ended"),
    ],
)
def test_refusals(tmp_path: Path, change: dict[str, Any], reason: str) -> None:
    """Nothing is signalled that ended, is elsewhere, or is another process of the same number."""
    beat = {
        "run": "r",
        "host": os.uname().nodename,
        "boot_id": processes.boot_id(),
        "pid": os.getpid(),
        "start_ticks": processes.start_ticks(os.getpid()),
    }
    rundir.write_json(tmp_path / rundir.BEAT, {**beat, **change})
    if not change:
        rundir.write_json(tmp_path / rundir.EXIT, {})
    with pytest.raises(StopRefused, match=reason):
        stopping.ask(tmp_path, signal.SIGKILL, "a test")
    assert not list(rundir.stop_requests(tmp_path))


def test_not_started(tmp_path: Path) -> None:
    """A run without a sign of life cannot be stopped yet."""
    with pytest.raises(StopRefused, match="not started yet"):
        stopping.ask(tmp_path, signal.SIGINT, "a test")


def test_a_process_of_the_same_number(tmp_path: Path) -> None:
    """A signal for a group that is gone goes nowhere, and raises nothing."""
    stopping.send({"pid": 2**22 + 1, "start_ticks": 1}, signal.SIGKILL)


def test_waiting(machiai: Machiai) -> None:
    """Waiting for the end says whether it came in time."""
    run = machiai.detach("sleep", "60")
    machiai.beat(run)
    assert not stopping.wait_gone(machiai.folder(run), 0.1)
    stopping.ask(machiai.folder(run), signal.SIGKILL, "a test")
    assert stopping.wait_gone(machiai.folder(run), 10)


def test_sigkill_reaches_workers_in_sessions_of_their_own(machiai: Machiai, wait_for: WaitFor) -> None:
    """What `torchrun` starts in new sessions is killed with it, and a run launched from within is not."""
    code = (
        "import subprocess, sys, time\n"
        "worker = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        f"subprocess.run({machiai.argv('run', '--detach', '--name', 'inner', '--', 'sleep', '600')!r}, check=True)\n"
        "print('worker', worker.pid, flush=True)\ntime.sleep(600)"
    )
    run = machiai.detach(*python(code), options=("--name", "outer"))
    log = machiai.folder(run) / "log"
    wait_for(lambda: log.exists() and b"worker" in log.read_bytes(), "the worker")
    worker = int(log.read_text().split("worker ")[1].split()[0])
    ticks = processes.start_ticks(worker)
    assert machiai.call("stop", run, "--force").returncode == 0
    wait_for(lambda: processes.status(worker, ticks) == processes.GONE, "the end of the worker")
    assert machiai.show("inner")["state"] == "running"
