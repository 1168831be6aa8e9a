"""Attaching: make a run of a job that is running already, without touching it.

The run's directory is like any other, but for its log, which is a link to the job's own file (or what is copied of a
deleted one, or what a tmux pane shows), and for its beat, which is written once: nobody is there who could beat, or
record how the job ends.
"""

import contextlib
import fcntl
import json
import os
import shutil
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from store.errors import WatchRefused
from store.settings import Settings
from workers.machine import processes
from workers.mirrors import file_id
from workers.runs import beginnings, command_line, discovery, launcher, pane_capture, rundir, snapshot
from workers.runs.discovery import Discovery, Output

UNKNOWABLE = "its exit code: whether it finished or failed is told from its log"
UNTELLABLE = "how it will end: there is no exit code, and no log to tell it from"
_LOCK = "watch.lock"


@dataclass(frozen=True)
class Attached:
    """A run that watches a job which was running before; ``already`` where it was watched by then.

    ``log`` is where its output is read from, None where it cannot be read, or was looked for earlier; ``notes`` tell
    people what was found, and ``unknown`` what will not be known of it.
    """

    id: str
    name: str
    directory: Path
    pid: int
    notes: list[str]
    unknown: list[str]
    log: Output | None = None
    already: bool = False


def attach(
    pid: int,
    settings: Settings,
    *,
    log: Path | None = None,
    plan: launcher.Plan | None = None,
    now: float | None = None,
) -> Attached:
    """Begin to watch a running process; ``log`` is the file to read where it is not to be the one found.

    Raises WatchRefused where it cannot be watched; nothing is left behind then.
    """
    if settings.read_only:
        raise WatchRefused("Machiai is set to read-only; unset MACHIAI_READ_ONLY to watch jobs")
    now = time.time() if now is None else now
    try:
        with _one_at_a_time(settings):
            known = find_watching(settings, pid)
            if known is not None:
                return known
            found = discovery.examine(pid)
            if log is not None:
                found = replace(found, log=_given_log(log, found), notes=[f"The log is {log}, as asked"])
            return _make(found, settings, plan or launcher.Plan(), now)
    except OSError as error:
        raise WatchRefused(
            f"cannot make a run directory in {settings.runs_folder}: {error.strerror or error}. "
            "Free some space or set MACHIAI_HOME to a folder you can write to"
        ) from error


def find_watching(settings: Settings, pid: int) -> Attached | None:
    """The run that watches a process, or one that it descends from; None where none does."""
    watched = {beat["pid"]: (beat, directory) for beat, directory in _living(settings)}
    member: int | None = pid
    while member and member > 1:
        stat = processes.read_stat(member)
        if stat is None:
            return None
        beat, directory = watched.get(member, (None, None))
        if beat is not None and directory is not None and beat.get("start_ticks") == stat.start_ticks:
            manifest = rundir.read_json(directory / rundir.MANIFEST) or {}
            name = str(manifest.get("name") or directory.name)
            return Attached(directory.name, name, directory, member, [], [], already=True)
        member = stat.parent
    return None


def _living(settings: Settings) -> Iterator[tuple[dict[str, Any], Path]]:
    """The last beats of the runs on this machine that nothing has ended yet, as far as their directories tell."""
    here, boot = socket.gethostname(), processes.boot_id()
    with contextlib.suppress(OSError), os.scandir(settings.runs_folder) as entries:
        for entry in entries:
            folder = Path(entry.path, "attempt-1")
            if entry.name[0] == "." or (folder / rundir.EXIT).exists():
                continue
            folder = rundir.latest_folder(Path(entry.path))
            beat = rundir.read_json(folder / rundir.BEAT)
            if beat and beat.get("pid") and beat.get("host") == here and beat.get("boot_id") == boot:
                yield beat, Path(entry.path)


def _given_log(log: Path, found: Discovery) -> Output:
    """The log that the user names, and who has it open if anybody has."""
    try:
        path = log.resolve(strict=True)
        if not path.is_file():
            raise WatchRefused(f"{log} is no file; --log names the file that the job writes its output to")
        with path.open("rb"):
            wanted = file_id(path.stat())
    except OSError as error:
        raise WatchRefused(f"cannot read {log}: {error.strerror}") from error
    for member in processes.family_of(found.pid):
        with contextlib.suppress(OSError):
            for name in os.listdir(f"/proc/{member}/fd"):
                with contextlib.suppress(OSError):
                    if file_id(Path(f"/proc/{member}/fd/{name}").stat()) == wanted:
                        return Output(str(path), "file", int(name), member)
    return Output(str(path), "file", None, found.pid)


def _make(found: Discovery, settings: Settings, plan: launcher.Plan, now: float) -> Attached:
    """Make the run's directory, whole or not at all."""
    run_id = rundir.new_id(now)
    directory = settings.runs_folder / run_id
    unfinished = directory.with_name(f"{rundir.UNFINISHED}{run_id}")
    piped = False
    try:
        folder = rundir.attempt_folder(unfinished, 1)
        for one in (settings.home, settings.runs_folder, unfinished, folder):  # `mode` is not for parents
            one.mkdir(mode=0o700, parents=True, exist_ok=True)
        git = snapshot.take(Path(found.cwd), unfinished / rundir.PATCH)
        manifest = _manifest(run_id, found, plan, {**git, "as_of": now} if git else None, now)
        manifest = dict(json.loads(settings.redact(json.dumps(manifest))))
        rundir.write_json(unfinished / rundir.MANIFEST, manifest)
        rundir.write_json(folder / rundir.BEAT, _beat(run_id, found, now))
        source, piped = _link_log(found, folder, rundir.attempt_folder(directory, 1))
        rundir.write_json(folder / rundir.SOURCE, source)
        if processes.start_ticks(found.pid) != found.start_ticks:
            raise WatchRefused(f"process {found.pid} has just ended; there is nothing to watch any more")
        unfinished.rename(directory)
        rundir.sync_folder(directory.parent)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        if piped and found.log.pane:
            pane_capture.release(found.log.pane, found.log.pane_socket)
        raise
    readable = found.log if source["kind"] in ("file", "deleted", "pane") else None
    told = [note for note in source["notes"] if readable is not None]  # else the notes have said so
    unknown = [UNKNOWABLE if readable else UNTELLABLE, *told]
    if git:
        unknown.append("the code it started with: what is kept is the code as it is now")
    return Attached(run_id, manifest["name"], directory, found.pid, list(found.notes), unknown, log=readable)


def _manifest(
    run_id: str, found: Discovery, plan: launcher.Plan, git: dict[str, Any] | None, now: float
) -> dict[str, Any]:
    python = None
    with contextlib.suppress(OSError):
        python = str(Path(f"/proc/{found.pid}/exe").readlink())
    return {
        "format": rundir.FORMAT,
        "id": run_id,
        "name": launcher.name_of(plan, found.argv, run_id),
        "project": plan.project,
        "project_root": git["root"] if git else found.cwd,
        "argv": command_line.mask(found.argv),
        "cwd": found.cwd,
        "host": socket.gethostname(),
        "boot_id": processes.boot_id(),
        "created": now,
        "python": python,
        "engine": rundir.ATTACHED,
        "kind": found.kind,
        "user": found.user,
        "params": command_line.read_params(found.argv),
        "git": git,
        "parent": plan.parent,
        "hypothesis": plan.hypothesis,
        "expected": plan.expected,
        "if_success": plan.if_success,
        "if_failure": plan.if_failure,
        "tags": list(plan.tags),
        "environment": command_line.select_environment(found.environ),
    }


def _beat(run_id: str, found: Discovery, now: float) -> dict[str, Any]:
    return {
        "format": rundir.FORMAT,
        "run": run_id,
        "attempt": 1,
        "engine": rundir.ATTACHED,
        "host": socket.gethostname(),
        "boot_id": processes.boot_id(),
        "pid": found.pid,
        "start_ticks": found.start_ticks,
        "supervisor_pid": None,
        "supervisor_ticks": None,
        "started": found.started,
        "at": now,
    }


def _link_log(found: Discovery, folder: Path, final: Path) -> tuple[dict[str, Any], bool]:
    """Put the log in place in ``folder``, which is to be ``final``; what is known of it, and whether a pane was piped.

    ``begin`` is where the job's own part begins, null where that cannot be told; ``notes`` are for people, and say what
    will not be known.
    """
    output = found.log
    source: dict[str, Any] = {
        "kind": output.kind,
        "path": output.path,
        "descriptor": output.descriptor,
        "pid": output.pid,
        "pane": output.pane,
        "pane_socket": output.pane_socket,
        "begin": 0,
        "notes": [],
    }
    log = folder / rundir.LOG
    if output.kind in ("file", "deleted"):
        path = Path(output.path or "")
        if output.kind == "file":
            log.symlink_to(path)
        else:
            path = Path(f"/proc/{output.pid}/fd/{output.descriptor}")
            source["notes"].append(
                "its log has no name any more: what it writes while no daemon is running may be lost"
            )
        with contextlib.suppress(OSError):
            source["file_id"] = file_id(path.stat())
        begin = beginnings.find_beginning(path, pid=output.pid, descriptor=output.descriptor, started=found.started)
        source["begin"] = begin.offset
        source["notes"] += [begin.note] if begin.note else []
        return source, False
    if output.kind == "pane" and output.pane:
        shown = pane_capture.follow(
            output.pane,
            output.pane_socket,
            final,
            pid=found.pid,
            start_ticks=found.start_ticks,
            argv=found.argv,
        )
        if shown is not None:
            log.write_bytes(shown.text)
            log.chmod(0o600)
            source["begin"] = 0 if shown.whole else None
            source["notes"] += [shown.note] if shown.note else []
            return source, shown.piped
        output = replace(output, kind="terminal", note="its tmux pane did not answer")
    source |= {"kind": output.kind if output.kind != "pane" else "terminal", "begin": None}
    source["notes"].append(f"its output: {output.note or 'it goes nowhere where it could be read'}")
    return source, False


@contextlib.contextmanager
def _one_at_a_time(settings: Settings) -> Iterator[None]:
    """Nobody else attaches meanwhile: a job that is asked for twice at once is watched once."""
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(settings.home / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
