"""Gathering what a run directory and /proc say about one execution, for :func:`workers.verdicts.judge`."""

import os
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from store import plaintext
from workers.logs import endings
from workers.machine import memory, processes
from workers.runs import rundir
from workers.runs.claims import ATTEMPT_GPUS
from workers.verdicts import SILENT_SECONDS, Evidence, Verdict, judge

END_LINES = 2000
END_BYTES = 1 << 20
"""How much of a log's end is read for its cause: the tracebacks of many ranks, a device assertion a thousand times."""


def gather(
    folder: Path,
    manifest: Mapping[str, Any],
    exit_record: Mapping[str, Any] | None,
    *,
    now: float,
    beat: Mapping[str, Any] | None = None,
    log_modified: float | None = None,
    here: str | None = None,
    progress: tuple[float, float] | None = None,
    seen: float | None = None,
    vanished: float | None = None,
) -> Evidence:
    """The evidence about the attempt in ``folder``; ``beat`` where the caller knows the last one, ``progress`` too.

    ``seen`` and ``vanished`` are when the caller saw the process of an attached run last, and first missed it.

    The caller reads ``exit_record`` before it reads the log, so that what the log lacks then was never written.
    The end of the log is read only where the training is over.
    """
    here = here or socket.gethostname()
    beat = beat or rundir.read_json(folder / rundir.BEAT)
    if rundir.is_waiting(beat) and exit_record is None and not _is_awaited(beat or {}, here):
        beat = find_orphan(folder, manifest) or beat
    training = supervisor = processes.GONE
    if beat and exit_record is None and beat.get("host") == here:
        training = processes.status(beat.get("pid"), beat.get("start_ticks"))
        supervisor = processes.status(beat.get("supervisor_pid"), beat.get("supervisor_ticks"))
    over = exit_record is not None or training == supervisor == processes.GONE
    if over and exit_record is None and beat and beat.get("host") != here:
        over = now - max(float(beat.get("at") or 0), log_modified or 0.0) > SILENT_SECONDS
    boot = processes.boot_id()
    raw = plaintext.read_end(folder / rundir.LOG, END_BYTES) if over else b""
    attached = manifest.get("engine") == rundir.ATTACHED
    oom = _find_oom_kill(beat) if attached and over and beat and beat.get("boot_id") == boot else None
    source = (rundir.read_json(folder / rundir.SOURCE) or {}) if attached else {}
    return Evidence(
        argv=manifest.get("argv") or [],
        folder=manifest.get("project_root"),
        host=str(manifest.get("host")),
        created=float(manifest["created"]),
        now=now,
        here=here,
        boot_id=boot,
        booted=processes.boot_time() if beat and beat.get("boot_id") != boot else None,
        exit=exit_record,
        beat=beat,
        training=training,
        supervisor=supervisor,
        stops=list(rundir.stop_requests(folder)),
        log_modified=log_modified,
        last_lines=plaintext.lines_of(raw)[-END_LINES:] if raw else [],
        progress=progress,
        log_end=endings.split_end(raw) if raw else [],
        attached=attached,
        seen=seen,
        vanished=vanished,
        oom=oom,
        notes=[str(note) for note in source.get("notes") or []],
    )


def _find_oom_kill(beat: Mapping[str, Any]) -> str | None:
    """The line of the kernel's log that names an attached process as killed for memory."""
    pid, ticks = beat.get("pid"), beat.get("start_ticks")
    if pid is None or ticks is None:
        return None
    return memory.kernel_log_names(int(pid), since=float(ticks) / os.sysconf("SC_CLK_TCK"))


def _is_awaited(beat: Mapping[str, Any], here: str) -> bool:
    """Whether the supervisor of a queued run may still start its command, for all we can see from here."""
    known = (beat.get("supervisor_pid"), beat.get("supervisor_ticks"))
    return beat.get("host") != here or processes.status(*known) != processes.GONE


def find_orphan(folder: Path, manifest: Mapping[str, Any]) -> dict[str, Any] | None:
    """In place of a beat: what can be told of a command whose supervisor died before its first one.

    None while its log is empty and it was given no GPUs: then nothing says that it ever started. Its process is found
    by the run id in its environment; there is no pid where there is none any more.
    """
    given = rundir.read_json(folder / ATTEMPT_GPUS)
    try:
        if given is None and not (folder / rundir.LOG).stat().st_size:
            return None
    except OSError:
        return None
    beat = {"host": manifest.get("host"), "boot_id": manifest.get("boot_id")}
    started = (given or {}).get("granted") or manifest["created"]
    beat |= {"at": started, "started": started}
    found = None
    if beat["boot_id"] == processes.boot_id():
        found = processes.find_marked(f"MACHIAI_RUN_ID={manifest['id']}")
    return beat if found is None else {**beat, "pid": found[0], "start_ticks": found[1]}


def judge_folder(directory: Path) -> Verdict:
    """The verdict on the newest attempt in a run directory, straight from it."""
    folder = rundir.latest_folder(directory)
    manifest = rundir.read_json(directory / rundir.MANIFEST) or {"created": time.time()}
    exit_record = rundir.read_json(folder / rundir.EXIT)
    return judge(gather(folder, manifest, exit_record, now=time.time()))
