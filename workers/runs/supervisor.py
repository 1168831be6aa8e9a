"""The supervisor of one run: starts the command, beats while it lives, writes down how it ended.

One process a run, in a session of its own, on the standard library alone. The command writes to the log file
itself; it neither needs this process nor notices when it dies. Run by file: ``supervisor.py FOLDER SPEC REPORT``
with the attempt folder and two descriptors — the command comes in over one (not in the process list, where
`pkill -f train.py` would find it) and the outcome of the start goes out over the other.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from workers.machine import memory, processes
from workers.runs import claims, obstacles, pty_relay, rundir, waiting
from workers.runs.claims import Claim


class Cancelled(Exception):
    """The user took the run out of the queue; by which way is the message."""


class Supervisor:
    """Watches one execution; ``spec`` has argv, cwd, run, attempt, (for a pty) tty, rows, columns, and (where GPUs were
    asked for) home and the claim on them."""

    def __init__(self, folder: Path, spec: dict[str, Any]) -> None:
        self.folder = folder
        self.spec = spec
        self.identity = {
            "format": rundir.FORMAT,
            "run": spec["run"],
            "attempt": spec["attempt"],
            "host": socket.gethostname(),
            "boot_id": processes.boot_id(),
            "supervisor_pid": os.getpid(),
            "supervisor_ticks": processes.start_ticks(os.getpid()),
        }
        self.suspended: list[list[float | None]] = []
        self.memory: dict[str, Any] = {}
        self.relay: pty_relay.Relay | None = None

    def start(self) -> subprocess.Popen[bytes]:
        """Start the command on its log file, in a session of its own; OSError when it cannot be executed."""
        log = os.open(self.folder / rundir.LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            if self.spec.get("tty"):
                self.relay = pty_relay.Relay(self.folder, log, self.spec["rows"], self.spec["columns"])
                process = self.relay.start(self.spec["argv"], self.spec["cwd"])
            else:
                process = subprocess.Popen(
                    self.spec["argv"], cwd=self.spec["cwd"], stdout=log, stderr=log, start_new_session=True
                )
        finally:
            os.close(log)
        self.started = time.time()
        self.started_boottime = time.clock_gettime(time.CLOCK_BOOTTIME)
        self.identity["pid"] = process.pid
        self.identity["start_ticks"] = processes.start_ticks(process.pid)
        self.identity["started"] = self.started
        return process

    def watch(self, pid: int) -> tuple[int, Any]:
        """Beat until the command ends; its wait status and resource usage."""
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        next_beat = time.monotonic()
        while True:
            found, status, usage = os.wait4(pid, os.WNOHANG | os.WUNTRACED | os.WCONTINUED)
            if found and os.WIFSTOPPED(status):
                self.suspended.append([time.time(), None])
                next_beat = 0.0
            elif found and os.WIFCONTINUED(status):
                if self.suspended and self.suspended[-1][1] is None:
                    self.suspended[-1][1] = time.time()
                next_beat = 0.0
            elif found:
                return status, usage
            if time.monotonic() >= next_beat:
                self.beat(pid)
                next_beat = time.monotonic() + rundir.BEAT_SECONDS
            if self.relay:
                self.relay.follow_size()
            pause = next_beat - time.monotonic()
            signal.sigtimedwait({signal.SIGCHLD}, max(0.0, min(pause, 1.0) if self.relay else pause))

    def beat(self, pid: int) -> None:
        """Rewrite ``beat.json``; a full disk must not end the watch, so a failure waits for the next beat."""
        self.memory = memory.snapshot(memory.find_cgroup(pid))
        with contextlib.suppress(OSError):
            rundir.write_json(
                self.folder / rundir.BEAT,
                {
                    **self.identity,
                    "at": time.time(),
                    "monotonic": time.clock_gettime(time.CLOCK_BOOTTIME),
                    "suspended": self.suspended,
                    "memory": self.memory,
                },
                durable=False,
            )

    def beat_waiting(self, words: dict[str, Any]) -> None:
        """Rewrite ``beat.json`` of a run in the queue; ``words`` say what it waits for."""
        with contextlib.suppress(OSError):
            rundir.write_json(
                self.folder / rundir.BEAT,
                {
                    **self.identity,
                    "pid": None,
                    "start_ticks": None,
                    "at": time.time(),
                    "monotonic": time.clock_gettime(time.CLOCK_BOOTTIME),
                    "waiting": words,
                },
                durable=False,
            )

    def release(self) -> None:
        """Let go of its GPUs, or of its place in the queue."""
        if "claim" in self.spec:
            claims.release(Path(self.spec["home"]), self.spec["run"])

    def record_end(self, pid: int, status: int, usage: Any) -> None:
        """Write ``exit.json``; on a disk that is full or away, keep trying until it can be written."""
        ended = time.time()
        self.release()
        seconds = time.clock_gettime(time.CLOCK_BOOTTIME) - self.started_boottime
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
        evidence = {"before": self.memory, "after": memory.snapshot(self.memory.get("cgroup"))}
        if number == signal.SIGKILL:
            named = memory.kernel_log_names(pid)
            if named:
                evidence["kernel"] = {"line": named}
        self.write_exit(
            {
                "exit_code": None if number else os.WEXITSTATUS(status),
                "signal": number,
                "core_dumped": bool(number and os.WCOREDUMP(status)),
                "ended": ended,
                "seconds": seconds,
                "rusage": {
                    "user_seconds": usage.ru_utime,
                    "system_seconds": usage.ru_stime,
                    "max_rss_bytes": usage.ru_maxrss * 1024,
                },
                "memory": evidence,
            }
        )

    def record_failed_start(self, exit_code: int, reason: str) -> None:
        """Write ``exit.json`` for a command that could not be executed."""
        now = time.time()
        self.release()
        self.write_exit(
            {
                "exit_code": exit_code,
                "signal": None,
                "started": now,
                "ended": now,
                "seconds": 0.0,
                "not_started": reason,
            }
        )

    def record_cancelled(self, way: str) -> None:
        """Write ``exit.json`` for a run that the user took out of the queue."""
        self.release()
        self.write_exit(
            {
                "exit_code": None,
                "signal": None,
                "started": None,
                "ended": time.time(),
                "seconds": 0.0,
                "cancelled": way,
            }
        )

    def write_exit(self, record: dict[str, Any]) -> None:
        """Complete and write the exit record, trying again for as long as it takes."""
        record = {**self.identity, "suspended": self.suspended, **record}
        pause = 0.5
        while True:
            try:
                rundir.write_exit(self.folder, record)
                return
            except OSError as error:
                if not self.folder.is_dir():
                    return  # the run directory was deleted: there is nobody left to tell
                with contextlib.suppress(OSError):  # its log is on the same disk
                    print(f"cannot write {rundir.EXIT}: {error}; trying again", file=sys.stderr, flush=True)
                time.sleep(pause)
                pause = min(30.0, pause * 2)


def main(folder: str, spec_descriptor: int, report_descriptor: int) -> int:
    """Run the command that comes in over one descriptor, and report over the other whether it started."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE):
        # a handler and not SIG_IGN: an ignored signal would stay ignored in the command
        signal.signal(number, _stay)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, set())
    with open(spec_descriptor, "rb") as source:
        spec = json.load(source)
    supervisor = Supervisor(Path(folder), spec)
    if "claim" in spec and (refusal := waiting.adopt(spec)):
        _report(report_descriptor, {"refused": refusal})
        return 1
    try:
        rundir.reserve_exit(supervisor.folder)
        (supervisor.folder / rundir.LOG).touch(0o600)
    except OSError as error:
        supervisor.release()
        _report(report_descriptor, {"refused": f"cannot write to {folder}: {error.strerror}"})
        return 1
    has_waited = "claim" in spec and spec["claim"]["gpus"] is None
    try:
        if has_waited:
            obstacles.find(spec["argv"], spec["cwd"])
            report_descriptor = _wait_for_gpus(supervisor, report_descriptor)
        elif "claim" in spec:
            waiting.use(supervisor.folder, Claim.from_json(spec["claim"]))
        process = supervisor.start()
    except Cancelled as cancelled:
        supervisor.record_cancelled(str(cancelled))
        return 0
    except OSError as error:
        code, reason = obstacles.explain(error, spec["argv"], spec["cwd"])
        supervisor.record_failed_start(code, reason)
        _report(report_descriptor, {"exit_code": code, "reason": reason})
        return 0
    # From here on the training lives: nothing of ours that fails may end the watch.
    supervisor.beat(process.pid)
    if has_waited:
        waiting.pass_on_stop(supervisor.folder, process.pid)
    _report(report_descriptor, {"pid": process.pid, "started": supervisor.started})
    with contextlib.suppress(OSError):
        _let_go()
    status, usage = supervisor.watch(process.pid)
    process.returncode = status
    if supervisor.relay:
        supervisor.relay.drain()
    supervisor.record_end(process.pid, status, usage)
    return 0


def _wait_for_gpus(supervisor: Supervisor, report_descriptor: int) -> int:
    """Wait in the queue for its GPUs, having told the launcher; Cancelled when the user took the run out of it."""
    place = waiting.GpuWait(
        Path(supervisor.spec["home"]),
        supervisor.folder,
        Claim.from_json(supervisor.spec["claim"]),
        supervisor.beat_waiting,
    )
    place.look_around()
    _report(report_descriptor, {"waiting": place.said})
    granted = place.wait()
    if granted is None:
        raise Cancelled(waiting.cancelled_by(supervisor.folder))
    waiting.use(supervisor.folder, granted)
    return -1


def _report(descriptor: int, outcome: dict[str, Any]) -> None:
    """Tell the launcher, if it is still there, how the start went; once."""
    if descriptor < 0:
        return
    with contextlib.suppress(OSError):
        os.write(descriptor, json.dumps(outcome).encode())  # less than a pipe holds: in one piece
    with contextlib.suppress(OSError):
        os.close(descriptor)


def _let_go() -> None:
    """Hold neither the folder nor the input of whoever started us."""
    os.chdir("/")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.close(nothing)


def _stay(number: int, frame: FrameType | None) -> None:
    """The supervisor ends when its run has ended, and at nothing less."""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
