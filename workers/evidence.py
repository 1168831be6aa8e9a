"""Gathering what a run directory and /proc say about one execution, for :func:`workers.verdicts.judge`."""

import contextlib
import os
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from store import plaintext
from workers.logs import endings
from workers.machine import processes
from workers.runs import rundir
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
) -> Evidence:
    """The evidence about the attempt in ``folder``; ``beat`` where the caller knows the last one, ``progress`` too.

    The caller reads ``exit_record`` before it reads the log, so that what the log lacks then was never written.
    The end of the log is read only where the training is over.
    """
    here = here or socket.gethostname()
    beat = beat or rundir.read_json(folder / rundir.BEAT)
    training = supervisor = processes.GONE
    if beat and exit_record is None and beat.get("host") == here:
        training = processes.status(beat.get("pid"), beat.get("start_ticks"))
        supervisor = processes.status(beat.get("supervisor_pid"), beat.get("supervisor_ticks"))
    over = exit_record is not None or training == supervisor == processes.GONE
    if over and exit_record is None and beat and beat.get("host") != here:
        over = now - max(float(beat.get("at") or 0), log_modified or 0.0) > SILENT_SECONDS
    boot = processes.boot_id()
    raw = plaintext.read_end(folder / rundir.LOG, END_BYTES) if over else b""
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
    )


def find_orphan(folder: Path, manifest: Mapping[str, Any]) -> dict[str, Any] | None:
    """In place of a beat: what can be told of a command whose supervisor died before its first one.

    None while its log is empty: then nothing says that it ever started. Its process is found by the run id in its
    environment; there is no pid where there is none any more.
    """
    try:
        if not (folder / rundir.LOG).stat().st_size:
            return None
    except OSError:
        return None
    beat = {"host": manifest.get("host"), "boot_id": manifest.get("boot_id")}
    beat |= {"at": manifest["created"], "started": manifest["created"]}
    mark = f"MACHIAI_RUN_ID={manifest['id']}".encode()
    for name in os.listdir("/proc") if beat["boot_id"] == processes.boot_id() else ():
        with contextlib.suppress(OSError):
            if name.isdigit() and mark in Path("/proc", name, "environ").read_bytes().split(b"\0"):
                stat = processes.read_stat(int(name))
                if stat and stat.session == int(name):
                    return {**beat, "pid": int(name), "start_ticks": stat.start_ticks}
    return beat


def judge_folder(directory: Path) -> Verdict:
    """The verdict on the newest attempt in a run directory, straight from it."""
    folder = rundir.latest_folder(directory)
    manifest = rundir.read_json(directory / rundir.MANIFEST) or {"created": time.time()}
    exit_record = rundir.read_json(folder / rundir.EXIT)
    return judge(gather(folder, manifest, exit_record, now=time.time()))
