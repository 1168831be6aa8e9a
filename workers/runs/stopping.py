"""Stopping a run: write down that the user asked, then signal the training's process group.

The request is a file in the attempt folder, written before the signal, so that whoever judges the end later can
tell "stopped by the user" from "killed by something else" — also when daemon and supervisor are gone by then.
"""

import contextlib
import os
import signal
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from store.errors import StopRefused
from workers.machine import processes
from workers.runs import rundir

ESCALATION = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)


def ask(folder: Path, number: signal.Signals, way: str) -> None:
    """Send ``number`` to the training of that attempt on the user's behalf; ``way`` says how the user asked.

    A run that waits for GPUs leaves the queue, whatever the signal. Raises StopRefused when there is nothing here to
    stop.
    """
    beat = identify(folder)
    record(folder, number, way)
    if rundir.is_waiting(beat):
        _take_out_of_queue(folder, beat, number)
    else:
        send(beat, number)


def record(folder: Path, number: signal.Signals, way: str) -> None:
    """Write down that the user asks the training to stop, for whoever judges its end."""
    rundir.write_json(
        folder / f"stop-{time.time_ns():020d}-{number.name}.json",
        {"at": time.time(), "signal": int(number), "way": way, "by_pid": os.getpid()},
        durable=False,  # it need not survive a power cut, and the signal shall follow at once
    )


def identify(folder: Path) -> dict[str, Any]:
    """The beat of a training that runs here and can be signalled; StopRefused says why there is none."""
    beat = rundir.read_json(folder / rundir.BEAT)
    if (folder / rundir.EXIT).exists():
        raise StopRefused("the run has already ended")
    if beat is None:
        raise StopRefused("the run has not started yet; try again in a moment")
    if beat["host"] != socket.gethostname():
        raise StopRefused(f"the run is on {beat['host']}; stop it there: machiai stop {beat['run']}")
    who = ("supervisor_pid", "supervisor_ticks") if rundir.is_waiting(beat) else ("pid", "start_ticks")
    if beat["boot_id"] != processes.boot_id() or processes.status(beat[who[0]], beat[who[1]]) == processes.GONE:
        raise StopRefused("the run's process is gone; nothing was signalled")
    return beat


def send(beat: dict[str, Any], number: signal.Signals) -> None:
    """Signal the training's process group, and wake it where it is suspended, or it would not hear of it.

    SIGKILL reaches all that descends from it too, for nobody else would end those: the workers of `torchrun` have
    sessions of their own. A run that was launched from within is spared. The group and the session of a job that was
    attached may be the shell it was typed into: only the process and its descendants hear of it.
    """
    pid = int(beat["pid"])
    if is_attached(beat):
        _send_to_family(pid, beat["start_ticks"], number)
        return
    is_last = number == signal.SIGKILL
    members = {*processes.session_members(pid), *processes.descendants(pid, _is_supervisor)} if is_last else set()
    try:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, number)
            if processes.status(pid, beat["start_ticks"]) == processes.SUSPENDED:
                os.killpg(pid, signal.SIGCONT)
        for member in members:
            with contextlib.suppress(ProcessLookupError):
                os.kill(member, number)
    except PermissionError as error:
        raise StopRefused(f"process {pid} belongs to another user; ask its owner to stop it") from error


def _take_out_of_queue(folder: Path, beat: dict[str, Any], number: signal.Signals) -> None:
    """Wake the supervisor of a run that waits, to find the request; a command that it starts right now is signalled by
    it, or by us where its beat is there already, so that none outlives the request unseen."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(int(beat["supervisor_pid"]), signal.SIGTERM)
    later = rundir.read_json(folder / rundir.BEAT)
    if later and later.get("pid"):
        send(later, number)


def is_attached(beat: Mapping[str, Any]) -> bool:
    """Whether a beat is that of a job that was running before it was watched."""
    return beat.get("engine") == rundir.ATTACHED


def _send_to_family(pid: int, ticks: int | None, number: signal.Signals) -> None:
    """Signal a process and all that descends from it, each only if it is still the one that was meant."""
    family = [(pid, ticks)]
    family += [(member, processes.start_ticks(member)) for member in processes.descendants(pid, _is_supervisor)]
    for member, started in family:
        with contextlib.suppress(ProcessLookupError):
            descriptor = os.pidfd_open(member)
            try:  # what the descriptor means cannot become another process any more
                before = processes.status(member, started)
                if before == processes.GONE:
                    continue
                signal.pidfd_send_signal(descriptor, number)
                if before == processes.SUSPENDED:
                    signal.pidfd_send_signal(descriptor, signal.SIGCONT)
            except PermissionError as error:
                if member == pid:
                    words = f"process {pid} belongs to another user; ask its owner to stop it"
                    raise StopRefused(words) from error
            finally:
                os.close(descriptor)


def _is_supervisor(pid: int) -> bool:
    """Whether that process is the supervisor of a run."""
    try:
        return b"workers/runs/supervisor.py" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def wait_gone(folder: Path, seconds: float, poll: float = 0.05) -> bool:
    """Whether that attempt has ended within ``seconds``."""
    deadline = time.monotonic() + seconds
    while True:
        beat = rundir.read_json(folder / rundir.BEAT)
        if (folder / rundir.EXIT).exists():
            return True
        if (
            beat
            and processes.status(beat["pid"], beat["start_ticks"]) == processes.GONE
            and processes.status(beat["supervisor_pid"], beat["supervisor_ticks"]) == processes.GONE
        ):
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(poll)
