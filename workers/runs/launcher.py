"""Launching a run: make its directory whole, then start its supervisor.

The directory is prepared under a name the daemon does not look at and renamed when it is complete, so that a
launch that fails leaves nothing behind.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from store.errors import LaunchError
from store.settings import Settings
from workers.machine import processes
from workers.runs import command_line, gpu_requests, rundir, snapshot
from workers.runs.claims import Claim

_SUPERVISOR = Path(__file__).with_name("supervisor.py")
_START_SECONDS = 60.0
_NAME_LENGTH = 200


@dataclass(frozen=True)
class Plan:
    """What the researcher says about a run before it starts; ``alerts`` are conditions on its metrics."""

    name: str | None = None
    project: str | None = None
    hypothesis: str | None = None
    if_success: str | None = None
    if_failure: str | None = None
    tags: tuple[str, ...] = ()
    parent: str | None = None
    alerts: tuple[str, ...] = ()
    expected: str | None = None


@dataclass(frozen=True)
class Terminal:
    """The size of the terminal that watches, and whether the command shall have a pty of its own."""

    rows: int
    columns: int
    tty: bool = False


@dataclass(frozen=True)
class Launched:
    """A run that was started; ``failure`` says why its command could not be executed, with that exit code.

    ``gpus`` are those it was given; ``waiting`` says what it waits for where it is in the queue for some.
    """

    id: str
    name: str
    directory: Path
    supervisor: "subprocess.Popen[bytes]" = field(repr=False)
    pid: int | None = None
    exit_code: int | None = None
    failure: str | None = None
    gpus: tuple[dict[str, Any], ...] = ()
    waiting: dict[str, Any] | None = None

    @property
    def folder(self) -> Path:
        """The folder of its first attempt."""
        return rundir.attempt_folder(self.directory, 1)


def launch(
    argv: Sequence[str],
    plan: Plan,
    settings: Settings,
    *,
    environ: Mapping[str, str] | None = None,
    terminal: Terminal | None = None,
    pass_input: bool = True,
    now: float | None = None,
    gpus: int | None = None,
    wait: bool = False,
) -> Launched:
    """Start ``argv`` under a supervisor in the current folder; it reads our input where that is a file or a pipe.

    With ``gpus`` it sees so many that are free; where fewer are, ``wait`` puts it into the queue for them. Raises
    LaunchError when nothing could be started; a command that cannot be executed is a run that failed, and comes back
    with ``failure``.
    """
    environ = dict(os.environ if environ is None else environ)
    now = time.time() if now is None else now
    cwd = _current_folder()
    run_id = rundir.new_id(now)
    directory = settings.runs_folder / run_id
    name = settings.redact(name_of(plan, list(argv), run_id))
    with gpu_requests.claimed(settings.home, run_id, name, gpus, environ, wait=wait, now=now) as claim:
        try:
            manifest = _prepare(directory, run_id, list(argv), plan, environ, cwd, now, settings.redact, claim)
        except OSError as error:
            raise LaunchError(
                f"cannot make a run directory in {settings.runs_folder}: {error.strerror or error}; nothing was "
                "started. Free some space or set MACHIAI_HOME to a folder you can write to"
            ) from error
        spec: dict[str, Any] = {"run": run_id, "attempt": 1, "argv": list(argv), "cwd": str(cwd)}
        if claim:
            spec |= {"home": str(settings.home.absolute()), "claim": claim.to_json()}
        if terminal and terminal.tty:
            spec |= {"tty": True, "rows": terminal.rows, "columns": terminal.columns}
        try:
            environment = _training_environment(environ, run_id, directory, terminal)
            supervisor, report = _start(directory, spec, environment, pass_input=pass_input and _has_input())
        except (OSError, LaunchError) as error:
            if (rundir.attempt_folder(directory, 1) / rundir.LOG).exists():
                raise LaunchError(
                    f"the run's supervisor died as the command started ({error}); the command may be running, "
                    f"and writes to the log of {run_id}"
                ) from error
            shutil.rmtree(directory, ignore_errors=True)
            raise LaunchError(f"the run's supervisor could not be started ({error}); nothing was started") from error
        return Launched(
            run_id,
            manifest["name"],
            directory,
            supervisor,
            pid=report.get("pid"),
            exit_code=report.get("exit_code"),
            failure=report.get("reason"),
            gpus=(claim and claim.gpus) or (),
            waiting=report.get("waiting"),
        )


def _current_folder() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError as error:
        raise LaunchError("the current folder no longer exists; cd to one that does. Nothing was started") from error


def _prepare(
    directory: Path,
    run_id: str,
    argv: list[str],
    plan: Plan,
    environ: Mapping[str, str],
    cwd: Path,
    now: float,
    redact: Callable[[str], str],
    claim: Claim | None,
) -> dict[str, Any]:
    """Make the run directory with its manifest, patch and first attempt folder, whole or not at all."""
    unfinished = directory.with_name(f"{rundir.UNFINISHED}{run_id}")
    try:
        attempt = rundir.attempt_folder(unfinished, 1)
        for folder in (directory.parent.parent, directory.parent, unfinished, attempt):  # `mode` is not for parents
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        git = snapshot.take(cwd, unfinished / rundir.PATCH)
        manifest = _manifest(run_id, argv, plan, environ, cwd, git, now)
        if claim:
            manifest |= gpu_requests.describe(claim, manifest["environment"])
        manifest = dict(json.loads(redact(json.dumps(manifest))))
        rundir.write_json(unfinished / rundir.MANIFEST, manifest)
        unfinished.rename(directory)
        rundir.sync_folder(directory.parent)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return manifest


def _manifest(
    run_id: str,
    argv: list[str],
    plan: Plan,
    environ: Mapping[str, str],
    cwd: Path,
    git: dict[str, Any] | None,
    now: float,
) -> dict[str, Any]:
    return {
        "format": rundir.FORMAT,
        "id": run_id,
        "name": name_of(plan, argv, run_id),
        "project": plan.project,
        "project_root": git["root"] if git else str(cwd),
        "argv": command_line.mask(argv),
        "cwd": str(cwd),
        "host": socket.gethostname(),
        "boot_id": processes.boot_id(),
        "created": now,
        "python": shutil.which(argv[0], path=environ.get("PATH")),
        "engine": "local",
        "params": command_line.read_params(argv),
        "git": git,
        "parent": plan.parent,
        "hypothesis": plan.hypothesis,
        "expected": plan.expected,
        "if_success": plan.if_success,
        "if_failure": plan.if_failure,
        "tags": list(plan.tags),
        "alerts": list(plan.alerts),
        "environment": command_line.select_environment(environ),
    }


def name_of(plan: Plan, argv: Sequence[str], run_id: str) -> str:
    """What a run is called: as the user says, else after its script or command, else by its id."""
    return _one_line(plan.name or "") or _one_line(command_line.name_run(argv)) or run_id


def _one_line(name: str) -> str:
    """A name that can be printed anywhere: one line, no control characters, not endless."""
    return "".join(character if character.isprintable() else " " for character in name).strip()[:_NAME_LENGTH]


def _training_environment(
    environ: Mapping[str, str], run_id: str, directory: Path, terminal: Terminal | None
) -> dict[str, str]:
    """The environment of the training: the user's, without our token, with output unbuffered and coloured as in
    the terminal that watches."""
    environment = {name: value for name, value in environ.items() if name != "MACHIAI_PUSHBULLET_TOKEN"}
    environment |= {"MACHIAI_RUN_ID": run_id, "MACHIAI_RUN_DIR": str(directory)}
    environment.setdefault("PYTHONUNBUFFERED", "1")
    if terminal and not terminal.tty:
        environment.setdefault("COLUMNS", str(terminal.columns))
        environment.setdefault("LINES", str(terminal.rows))
        if "NO_COLOR" not in environment:
            environment.setdefault("FORCE_COLOR", "1")
            environment.setdefault("CLICOLOR_FORCE", "1")
    return environment


def _start(
    directory: Path, spec: dict[str, Any], environment: dict[str, str], *, pass_input: bool
) -> tuple["subprocess.Popen[bytes]", dict[str, Any]]:
    folder = rundir.attempt_folder(directory, 1)
    spec_source, spec_sink = os.pipe()
    report_source, report_sink = os.pipe()
    with (
        open(spec_sink, "wb") as sink,
        open(report_source, "rb") as source,
        (folder / "supervisor.log").open("wb") as errors,
    ):
        try:
            supervisor = subprocess.Popen(
                [
                    sys.executable,
                    "-I",
                    "-S",
                    str(_SUPERVISOR),
                    str(folder),
                    str(spec_source),
                    str(report_sink),
                ],
                stdin=None if pass_input else subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                env=environment,
                pass_fds=(spec_source, report_sink),
                start_new_session=True,
            )
        finally:
            os.close(spec_source)
            os.close(report_sink)
        sink.write(json.dumps(spec).encode())
        sink.close()
        answer = source.read()
    if not answer:
        supervisor.wait(_START_SECONDS)
        reason = (folder / "supervisor.log").read_text(errors="replace").strip().splitlines()
        raise LaunchError(reason[-1] if reason else f"it ended with exit code {supervisor.returncode}")
    report = json.loads(answer)
    if "refused" in report:
        supervisor.wait(_START_SECONDS)
        raise LaunchError(report["refused"])
    return supervisor, report


def _has_input() -> bool:
    """Whether our input is something the command can read: a file or a pipe, not the terminal we sit on."""
    try:
        return not os.isatty(0)
    except OSError:
        return False
