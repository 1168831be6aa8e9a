"""The real `machiai` command as tests call it: own data folder, own environment, nothing left running."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from click.testing import CliRunner

from workers import cli, lock
from workers.machine import processes
from workers.runs import rundir

OUTSIDE = ("run", "demo", "watch", "up", "daemon", "service", "stop")
"""Commands that have to do with processes and signals: they are never called in the process of the tests."""
ROOT = Path(__file__).resolve().parents[2]


class Machiai:
    """Calls ``python -I -m workers.cli`` with a data folder of its own; ends every process it started on leaving."""

    def __init__(self, home: Path, cwd: Path, environment: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.cwd = cwd
        self.environment = {
            **os.environ,
            "MACHIAI_HOME": str(home),
            "MACHIAI_SECRETS": str(home.parent / "secrets.toml"),
            "MACHIAI_POLL_SECONDS": "0.05",
            "NO_COLOR": "1",
            **(environment or {}),
        }
        self.inside = False
        """Whether commands are called in this process: the same, without the half second that Python takes to start."""
        self.shows_inside = True
        """Whether `show` is, too, with which much is waited for."""
        self.started: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.wait()
            for stream in (process.stdout, process.stderr, process.stdin):
                if stream:
                    stream.close()
        daemon = lock.holder(self.home)
        if daemon:
            with contextlib.suppress(ProcessLookupError):
                os.kill(daemon, signal.SIGKILL)
        self._end_runs()

    def argv(self, *arguments: str) -> list[str]:
        """The full command line; ``-c`` because the venv of the tests may not have the checkout on its path."""
        code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from workers.cli import main; main()"
        return [sys.executable, "-I", "-c", code, *arguments]

    def call(self, *arguments: str, **options: Any) -> "subprocess.CompletedProcess[str]":
        """Run to the end, within 60 s; stdout and stderr as text."""
        argv = self.argv(*arguments)
        if self.inside and arguments[0] not in OUTSIDE and not options.keys() - {"input", "cwd", "env"}:
            return self._call_inside(arguments, **options)
        return subprocess.run(
            argv,
            cwd=options.pop("cwd", self.cwd),
            env={**self.environment, **options.pop("env", {})},
            stdin=options.pop("stdin", subprocess.DEVNULL),
            capture_output=True,
            text=True,
            timeout=options.pop("timeout", 60),
            check=False,
            **options,
        )

    def _call_inside(self, arguments: Sequence[str], **options: Any) -> "subprocess.CompletedProcess[str]":
        unset = {name: None for name in os.environ if name not in self.environment}
        environment = {**unset, **self.environment, **options.get("env", {})}
        runner = CliRunner(env=environment)
        with (
            contextlib.chdir(options.get("cwd", self.cwd)),
            runner.isolation(input=options.get("input", "")) as (out, errors, _),
        ):
            code = cli.call(list(arguments))
        return subprocess.CompletedProcess(list(arguments), code, out.getvalue().decode(), errors.getvalue().decode())

    def start(self, *arguments: str, **options: Any) -> "subprocess.Popen[bytes]":
        """Start and go on; ended at the latest when the test is over."""
        process = subprocess.Popen(
            self.argv(*arguments),
            cwd=options.pop("cwd", self.cwd),
            env={**self.environment, **options.pop("env", {})},
            stdin=options.pop("stdin", subprocess.DEVNULL),
            stdout=options.pop("stdout", subprocess.PIPE),
            stderr=options.pop("stderr", subprocess.PIPE),
            **options,
        )
        self.started.append(process)
        return process

    def start_daemon(self) -> "subprocess.Popen[bytes]":
        """Start a daemon and wait until it holds the lock."""
        process = self.start("daemon", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while lock.holder(self.home) != process.pid:
            assert process.poll() is None, f"the daemon ended: {self.read('daemon.log')}"
            assert time.monotonic() < deadline, "the daemon does not start"
            time.sleep(0.02)
        return process

    def detach(self, *command: str, options: Sequence[str] = ()) -> str:
        """Launch a run in the background; its id."""
        done = self.call("run", "--detach", *options, "--", *command)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def show(self, run: str = "last") -> dict[str, Any]:
        """What ``machiai show --json`` says of a run."""
        arguments = ("show", run, "--json")
        done = self._call_inside(arguments) if self.shows_inside else self.call(*arguments)
        assert done.returncode == 0, done.stderr
        shown: dict[str, Any] = json.loads(done.stdout)
        return shown

    def wait_ended(self, run: str, seconds: float = 30.0) -> dict[str, Any]:
        """Wait until the journal says that the run is over; what it says then."""
        deadline = time.monotonic() + seconds
        while (shown := self.show(run))["state"] in ("queued", "running"):
            assert time.monotonic() < deadline, f"still {shown['state']} after {seconds:.0f} s"
            time.sleep(0.1)
        return shown

    def folder(self, run: str) -> Path:
        """The folder of a run's first attempt."""
        return self.home / "runs" / run / "attempt-1"

    def beat(self, run: str, seconds: float = 10.0) -> dict[str, Any]:
        """A run's first sign of life, when it has come."""
        deadline = time.monotonic() + seconds
        while (beat := rundir.read_json(self.folder(run) / rundir.BEAT)) is None:
            assert time.monotonic() < deadline, "the run has not started"
            time.sleep(0.02)
        return beat

    def read(self, name: str) -> str:
        """A text file of the data folder; empty when it is not there."""
        path = self.home / name
        return path.read_text(errors="replace") if path.exists() else ""

    def _end_runs(self) -> None:
        """Kill what is left of the runs launched here, each known by pid and start time."""
        for path in (self.home / "runs").glob("*/attempt-*/beat.json"):
            beat = rundir.read_json(path) or {}
            for pid, ticks in (("supervisor_pid", "supervisor_ticks"), ("pid", "start_ticks")):
                if processes.status(beat.get(pid), beat.get(ticks)) != processes.GONE:
                    members = processes.session_members(beat[pid]) if pid == "pid" else [beat[pid]]
                    for member in members:
                        with contextlib.suppress(ProcessLookupError):
                            os.kill(member, signal.SIGKILL)
