"""`machiai stop`: ask a run to end, and wait until it has."""

import contextlib
import signal
import time
from pathlib import Path

import click

from store.catalogue import find_run
from store.database import open_journal
from store.errors import StopRefused
from store.settings import load
from workers.commands import say
from workers.freshness import freshen
from workers.runs import rundir, stopping

WAY = "machiai stop"


@click.command()
@click.argument("run")
@click.option("--grace", type=click.FloatRange(min=0), help="Seconds between SIGINT, SIGTERM and SIGKILL.")
@click.option("--force", is_flag=True, help="Send SIGKILL at once; the training cannot save anything.")
@click.option("--no-wait", is_flag=True, help="Send one SIGINT and return.")
def stop(run: str, grace: float | None, force: bool, no_wait: bool) -> int:
    """Stop RUN: SIGINT first, as Ctrl-C would; then, if it stays, SIGTERM and SIGKILL."""
    settings = load()
    if settings.read_only:
        raise StopRefused("Machiai is set to read-only; unset MACHIAI_READ_ONLY to stop runs")
    with contextlib.closing(open_journal(settings.journal)) as connection:
        freshen(connection, settings)
        found = find_run(connection, run)
    if not found.is_active:
        raise StopRefused(f"{found.name} ({found.id}) has already ended: {found.state}")
    folder = rundir.latest_folder(Path(found.directory))
    patience = settings.stop_grace_seconds if grace is None else grace
    for number in (signal.SIGKILL,) if force else stopping.ESCALATION:
        began = time.monotonic()
        waits = rundir.is_waiting(rundir.read_json(folder / rundir.BEAT))
        try:
            stopping.ask(folder, number, WAY)
        except StopRefused:
            if stopping.wait_gone(folder, 1.0):
                break
            raise
        did = "took {} out of the queue" if waits else f"sent {number.name} to {{}}"
        say(did.format(f"{found.name} ({found.id})"))
        if no_wait:
            return 0
        if stopping.wait_gone(folder, 60.0 if number == signal.SIGKILL else patience):
            break
        say(f"still running after {time.monotonic() - began:.0f} s")
    else:
        raise StopRefused(f"{found.name} does not end even after SIGKILL: it hangs in the kernel (a driver or a disk)")
    say(f"{found.name} has ended")
    return 0
