"""Attaching: what the directory of a job that runs already holds, and what is refused."""

import json
import os
import signal
import stat
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from store.errors import WatchRefused
from store.settings import Settings, load
from tests.fakes.by_hand import ByHand
from workers.machine import processes
from workers.runs import attach, rundir, stopping
from workers.runs.launcher import Plan

WaitFor = Callable[..., None]
TRAIN = "exec python train.py --lr 3e-4 --api-key sk-verysecretkey12345 > log 2>&1"


@pytest.fixture(name="hand")
def _hand(tmp_path: Path) -> Iterator[ByHand]:
    """Jobs started by hand."""
    with ByHand(tmp_path / "work") as hand:
        yield hand


def manifest_of(found: attach.Attached) -> dict[str, Any]:
    """The run.json of what was attached."""
    return rundir.read_json(found.directory / rundir.MANIFEST) or {}


def test_the_directory(settings: Settings, hand: ByHand) -> None:
    """Like that of any run: the command without its secrets, the start of the process, a link to its log."""
    began = time.time()
    pid = hand.start(TRAIN)
    found = attach.attach(pid, settings, plan=Plan(hypothesis="it learns", tags=("a",)))
    manifest = manifest_of(found)
    assert (manifest["engine"], manifest["name"], manifest["cwd"]) == ("attached", "train", str(hand.folder))
    assert (manifest["params"]["lr"], manifest["hypothesis"], manifest["tags"]) == ("3e-4", "it learns", ["a"])
    assert "verysecret" not in json.dumps(manifest)
    folder = rundir.attempt_folder(found.directory, 1)
    beat = rundir.read_json(folder / rundir.BEAT) or {}
    assert (beat["pid"], beat["start_ticks"]) == (pid, processes.start_ticks(pid))
    assert (beat["supervisor_pid"], beat["supervisor_ticks"]) == (None, None)
    assert began - 1 < beat["started"] < beat["at"]
    assert (folder / rundir.LOG).readlink() == hand.folder / "log"
    source = rundir.read_json(folder / rundir.SOURCE) or {}
    assert (source["kind"], source["path"], source["begin"]) == ("file", str(hand.folder / "log"), 0)
    assert stat.S_IMODE(found.directory.stat().st_mode) == 0o700
    assert found.unknown[0].startswith("its exit code")


def test_the_code_is_that_of_now(settings: Settings, hand: ByHand) -> None:
    """The repository is described with the time at which it was looked at, and that it may differ is said."""
    subprocess.run(["git", "init", "-q", str(hand.folder)], check=True)
    now = time.time()
    found = attach.attach(hand.start(TRAIN), settings, now=now)
    manifest = manifest_of(found)
    assert (manifest["git"]["as_of"], manifest["project_root"]) == (now, str(hand.folder))
    assert any("the code it started with" in words for words in found.unknown)


def test_twice_at_once_is_one_run(settings: Settings, hand: ByHand) -> None:
    """Of several who ask at the same moment, one makes the run and the others are told of it."""
    pid = hand.start(TRAIN)
    found: list[attach.Attached] = []
    askers = [threading.Thread(target=lambda: found.append(attach.attach(pid, settings))) for _ in range(5)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert len({one.id for one in found}) == 1
    assert sorted(one.already for one in found) == [False, True, True, True, True]
    assert len(list(settings.runs_folder.iterdir())) == 1


def test_another_log(settings: Settings, hand: ByHand, tmp_path: Path) -> None:
    """The file that is named is read instead; one that is none, or cannot be read, is refused."""
    pid = hand.start(TRAIN)
    other = tmp_path / "mine.txt"
    other.write_text("step 1\n")
    found = attach.attach(pid, settings, log=other)
    assert (rundir.attempt_folder(found.directory, 1) / rundir.LOG).read_text() == "step 1\n"
    second = hand.start(TRAIN, "second")
    for wrong, words in ((tmp_path, "is no file"), (tmp_path / "none", "No such file")):
        with pytest.raises(WatchRefused, match=words):
            attach.attach(second, settings, log=wrong)
    assert len(list(settings.runs_folder.iterdir())) == 1


def test_no_log_at_all(settings: Settings, hand: ByHand) -> None:
    """Output that goes nowhere: there is no log, and that is among what will not be known."""
    pid = hand.start("exec python train.py > /dev/null 2>&1")
    found = attach.attach(pid, settings)
    assert found.log is None
    assert not (rundir.attempt_folder(found.directory, 1) / rundir.LOG).exists()
    assert any("thrown away" in note for note in found.notes)
    assert attach.UNTELLABLE in found.unknown


def test_refusals(settings: Settings, tmp_path: Path) -> None:
    """A process that is gone, ourselves, read-only, a folder that cannot be written: nothing is left behind."""
    with pytest.raises(WatchRefused, match="no process"):
        attach.attach(2**22 + 1, settings)
    with pytest.raises(WatchRefused):
        attach.attach(1, settings)
    read_only = load({"MACHIAI_HOME": str(settings.home), "MACHIAI_READ_ONLY": "1"})
    with pytest.raises(WatchRefused, match="read-only"):
        attach.attach(os.getpid(), read_only)
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(WatchRefused, match="cannot make a run directory"):
        attach.attach(os.getpid(), load({"MACHIAI_HOME": str(blocked / "home")}))
    assert not settings.runs_folder.exists() or not list(settings.runs_folder.iterdir())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_stopping_reaches_the_job_alone(
    settings: Settings, hand: ByHand, wait_for: WaitFor, number: signal.Signals
) -> None:
    """The process and what descends from it hear of it; its process group and session, the user's shell, do not."""
    code = "import subprocess, sys; subprocess.Popen(['sleep', '600']); exec(open('train.py').read())"
    pid = hand.start(f'sleep 601 & python -c "{code}" > log 2>&1; sleep 602; true')
    (child,) = processes.descendants(pid)
    ticks = processes.start_ticks(child)
    found = attach.attach(pid, settings)
    folder = rundir.attempt_folder(found.directory, 1)
    os.kill(pid, signal.SIGSTOP)
    wait_for(lambda: processes.status(pid, None) == processes.SUSPENDED, "the suspension")
    stopping.ask(folder, number, "a test")
    assert stopping.wait_gone(folder, 30)
    wait_for(lambda: processes.status(child, ticks) == processes.GONE, "the end of its child")
    shell = hand.shells[-1]
    assert shell.poll() is None
    wait_for(lambda: len(processes.descendants(shell.pid)) == 2, "the shell to go on")  # both of its own sleeps
    for member in processes.descendants(shell.pid):
        hand.pids.append((member, processes.start_ticks(member)))
