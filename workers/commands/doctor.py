"""`machiai doctor`: look at everything that can be wrong, and say what to do about it."""

import collections
import contextlib
import importlib.util
import json
import os
import shutil
import socket
import sqlite3
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from store import database, deliveries, heartbeats, host_findings, machines
from store.database import open_journal
from store.durations import spell
from store.errors import MachiaiError
from store.settings import PREFIX, Settings, describe, load
from store.sizes import spell_size
from workers import address, lock
from workers.alerts import setup
from workers.machine import disks, gpu_reading, nvml_library
from workers.runs import rundir

_LOW_BYTES = 2 << 30
_NETWORK_FILESYSTEMS = (
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "fuse.sshfs",
    "9p",
    "lustre",
    "beegfs",
    "gpfs",
    "afs",
)
_ICONS = {"ok": ("✔", "green"), "note": ("·", None), "wrong": ("✖", "red")}
_OUR_OWN = ("RUN_ID", "RUN_DIR")


@dataclass(frozen=True)
class Finding:
    """One thing looked at: ``ok``, worth a ``note``, or ``wrong``, and the words for it."""

    subject: str
    level: str
    words: str


@click.command()
@click.option("--online", is_flag=True, help="Also ask Pushbullet whether it knows the token.")
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def doctor(online: bool, as_json: bool) -> int:
    """Check settings, data folder, journal, daemon, GPUs, disks, alerts, tools; exit code 1 when something is wrong."""
    settings = load()
    findings = list(examine(settings, online=online))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            icon, colour = _ICONS[finding.level]
            click.echo(click.style(f"{icon} {finding.subject:<10}", fg=colour) + f" {finding.words}")
    return int(any(finding.level == "wrong" for finding in findings))


def examine(settings: Settings, *, online: bool = False) -> Iterator[Finding]:
    """All findings, in the order in which one thing needs another."""
    yield Finding("python", "ok", f"{sys.version.split()[0]}, {sys.executable}")
    for problem in settings.problems:
        yield Finding("settings", "wrong", str(problem))
    known = {name for name, _, _ in describe()} | {PREFIX + name for name in _OUR_OWN}
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in known:
            yield Finding("settings", "note", f"the environment sets {name}, which is no setting")
    yield from _examine_folder(settings)
    yield from _examine_journal(settings)
    yield from _examine_gpus(settings)
    yield from _examine_disks(settings)
    yield _examine_token(settings, online=online)
    yield Finding("dashboard", "ok", f"alerts link to {address.find(settings)}")
    for tool, use in (("git", "the code a run starts with is not recorded"),):
        found = shutil.which(tool)
        yield Finding(tool, "ok" if found else "note", found or f"not found: {use}")
    torch = importlib.util.find_spec("torch")
    yield Finding(
        "torch", "ok" if torch else "note", "installed" if torch else "not installed: `machiai demo` needs it"
    )


def _examine_folder(settings: Settings) -> Iterator[Finding]:
    home = settings.home
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = home / f".doctor.{os.getpid()}"
        probe.write_text("x")
        probe.unlink()
    except OSError as error:
        yield Finding("folder", "wrong", f"cannot write to {home}: {error.strerror}; set MACHIAI_HOME")
        return
    free = shutil.disk_usage(home).free
    level = "wrong" if free < _LOW_BYTES else "ok"
    yield Finding("folder", level, f"{home}, {free / 2**30:.1f} GiB free")
    kind = _filesystem_of(str(home.resolve()))
    if kind in _NETWORK_FILESYSTEMS:
        yield Finding("folder", "wrong", f"{home} is on {kind}; the journal needs a local disk: set MACHIAI_HOME")
    broken = [
        entry.name
        for entry in (os.scandir(settings.runs_folder) if settings.runs_folder.is_dir() else ())
        if entry.name[0] != "." and rundir.read_json(settings.runs_folder / entry.name / rundir.MANIFEST) is None
    ]
    if broken:
        yield Finding(
            "runs",
            "note",
            f"{len(broken)} folders without a run.json that can be read: {', '.join(broken[:3])}",
        )


def _examine_journal(settings: Settings) -> Iterator[Finding]:
    try:
        with contextlib.closing(open_journal(settings.journal, busy_seconds=2.0)) as connection:
            health = database.examine(connection)
            size = settings.journal.stat().st_size / 2**20
            yield Finding(
                "journal",
                "ok" if health == "ok" else "wrong",
                f"{settings.journal}, {size:.1f} MiB, {health}",
            )
            yield from _examine_daemon(connection, settings)
            waiting = deliveries.waiting_deliveries(connection)
            if waiting:
                reason = next((one.error for one in waiting if one.error), "being sent")
                yield Finding("alerts", "note", f"{len(waiting)} wait to be pushed: {reason}")
    except (MachiaiError, sqlite3.Error) as error:
        yield Finding("journal", "wrong", str(error))


def _examine_gpus(settings: Settings) -> Iterator[Finding]:
    """The driver, what reads it, and each card; a machine without a GPU is in order."""
    try:
        nvml_library.import_binding()
    except nvml_library.NvmlFailure as failure:
        yield Finding("gpus", "wrong", failure.reason)
        return
    try:
        with contextlib.closing(open_journal(settings.journal, busy_seconds=2.0)) as connection:
            look = gpu_reading.look_at_gpus(connection, settings)
            found = gpu_reading.findings_of(connection, look, settings)
    except (MachiaiError, sqlite3.Error):
        return  # said of the journal already
    if look.trouble:
        yield Finding("gpus", "wrong", look.trouble)
    data = look.reading.data if look.reading else {}
    if data.get("status") == "no_library":
        yield Finding("gpus", "ok", "no NVIDIA GPU, or no driver for one: runs are watched without")
    elif data.get("status") == "ok":
        kinds = collections.Counter(str(gpu.get("name") or "GPU") for gpu in data.get("gpus") or ())
        names = ", ".join(f"{count} × {name}" for name, count in kinds.items())
        yield Finding("gpus", "ok", f"{names}; driver {data.get('driver')}, CUDA {data.get('cuda')}")
    for one in found:
        yield Finding("gpus", "wrong" if one.level == "bad" else "note", str(one))


def _examine_disks(settings: Settings) -> Iterator[Finding]:
    """The disks that runs need, asked now; when they will be full, the daemon knows."""
    now, here = time.time(), socket.gethostname()
    measured = disks.Disks(patience=2.0).measure(disks.places_of(settings.runs_folder, Path.home(), ()))
    with contextlib.suppress(MachiaiError, sqlite3.Error):
        with contextlib.closing(open_journal(settings.journal, busy_seconds=2.0)) as connection:
            known = machines.read_reading(connection, machines.DISKS, here)
        foreseen = {disk.get("path"): disk for disk in (known.data.get("disks") or () if known else ())}
        for disk in measured:
            last = foreseen.get(disk["path"], {})
            disk |= {name: last.get(name) for name in ("full_at", "per_day")}
    found = list(host_findings.find_disks(machines.Reading(machines.DISKS, here, here, now, {"disks": measured}), now))
    for one in found:
        yield Finding("disks", "wrong" if one.level == "bad" else "note", str(one))
    if not found:
        yield Finding("disks", "ok", ", ".join(f"{disk['path']} {spell_size(disk['free'])} free" for disk in measured))


def _examine_daemon(connection: sqlite3.Connection, settings: Settings) -> Iterator[Finding]:
    pid = lock.holder(settings.home)
    beats = heartbeats.read_heartbeats(connection)
    silence = heartbeats.silent_for(beats, time.time())
    if pid is None:
        yield Finding("daemon", "wrong", "not running, so no alert is sent: machiai daemon --detach")
    elif silence is not None and silence > heartbeats.SILENT_AFTER_SECONDS:
        words = f"process {pid} has been silent for {spell(silence)}; see {settings.home / 'daemon.log'}"
        yield Finding("daemon", "wrong", words)
    else:
        yield Finding("daemon", "ok", f"process {pid}")
        for one in beats:
            if one.status == "unhealthy" and one.worker != heartbeats.DAEMON:
                yield Finding("daemon", "wrong", f"{one.worker}: {one.detail}")


def _examine_token(settings: Settings, *, online: bool) -> Finding:
    if not settings.pushbullet_token:
        return Finding("pushbullet", "note", "no token, so alerts stay in the dashboard: machiai notify --setup")
    if not online:
        return Finding("pushbullet", "ok", "a token is set; --online asks Pushbullet about it")
    check = setup.check_token(settings)
    return Finding("pushbullet", "ok" if check.ok else "wrong", check.words)


def _filesystem_of(path: str) -> str:
    """The type of the filesystem that holds ``path``, from /proc/mounts."""
    best, kind = "", ""
    with contextlib.suppress(OSError), open("/proc/mounts", encoding="utf-8", errors="replace") as mounts:
        for line in mounts:
            _, point, found, *_ = line.split()
            point = point.replace("\\040", " ")
            if (path == point or path.startswith(point.rstrip("/") + "/")) and len(point) >= len(best):
                best, kind = point, found
    return kind
