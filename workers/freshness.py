"""Making sure that what a command reads from the journal is what the run directories say now."""

import contextlib
import os
import sqlite3
import time
from pathlib import Path

from store import runs
from store.errors import DaemonRunning
from store.settings import Settings
from workers import address, lock
from workers.ingest import CONFIRM_SECONDS, Ingester
from workers.manifests import is_launching, read_manifest
from workers.runs import rundir

_PATIENCE_SECONDS = 3.0


def freshen(connection: sqlite3.Connection, settings: Settings) -> None:
    """Wait for a living daemon to catch up; without one, ingest here, as the daemon of a moment."""
    if not settings.runs_folder.is_dir() or not _is_behind(connection, settings):
        return
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if lock.holder(settings.home) is None:
            with contextlib.suppress(DaemonRunning), lock.hold(settings.home):
                _ingest(connection, settings)
                return
        if not _is_behind(connection, settings):
            return
        time.sleep(0.05)


def _is_behind(connection: sqlite3.Connection, settings: Settings) -> bool:
    """Whether a run is not in the journal yet, or has an end that is not — or nobody is there to tell."""
    if lock.holder(settings.home) is None:
        return True
    known, open_ = runs.watched_ids(connection)
    if any(_is_run(settings.runs_folder / name) for name in _names(settings.runs_folder) - known):
        return True
    for run_id in open_:
        run = runs.get_run(connection, run_id)
        if run and run.is_active:
            folder = rundir.latest_folder(Path(run.directory))
            if (folder / rundir.EXIT).exists() or (run.state == "queued" and _has_started(folder)):
                return True
    return False


def _has_started(folder: Path) -> bool:
    """Whether an attempt has shown a sign of life, other than that it waits for GPUs."""
    beat = rundir.read_json(folder / rundir.BEAT)
    return beat is not None and not rundir.is_waiting(beat)


def _ingest(connection: sqlite3.Connection, settings: Settings) -> None:
    ingester = Ingester(connection, settings, dashboard_url=lambda: address.find(settings))
    ingester.tick()
    while ingester.backlog:
        ingester.tick()
    if any(watched.gone_since is not None and not watched.ended for watched in ingester.watched.values()):
        time.sleep(CONFIRM_SECONDS + 0.1)
        ingester.tick()


def _names(folder: Path) -> set[str]:
    return {name for name in os.listdir(folder) if name[0] != "."}


def _is_run(directory: Path) -> bool:
    """Whether the daemon would take that directory up."""
    try:
        return not is_launching(directory, read_manifest(directory), time.time())
    except (ValueError, TypeError):
        return False
