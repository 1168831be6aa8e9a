"""`machiai up`, `daemon` and `service`: what runs in the background, and how it is kept there."""

import logging
import logging.handlers
import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

import click

from store.errors import DaemonRunning, MachiaiError
from store.settings import Settings, load
from workers import dashboard, lock
from workers.commands import say

_LOG_BYTES = 1_000_000


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="First port to try for the dashboard (8501).")
def up(port: int | None) -> int:
    """Start the daemon, if none runs, and the dashboard on this machine; Ctrl-C ends both, never a run."""
    settings = load()
    return dashboard.up(replace(settings, port=port) if port else settings, say)


@click.command()
@click.option("--detach", "-d", is_flag=True, help="Go on in the background.")
@click.option("--stop", "stop_", is_flag=True, help="Stop the daemon that watches this data folder.")
def daemon(detach: bool, stop_: bool) -> int:
    """Watch the runs of this data folder, keep the journal, send the alerts. One a data folder."""
    settings = load()
    if stop_:
        return _stop_daemon(settings)
    if detach:
        return _detach_daemon(settings)
    _log_to_file(settings)
    from workers import daemon as worker

    worker.run(settings, load)
    return 0


@click.group()
def service() -> None:
    """A systemd user unit for the daemon, so that alerts survive logout and reboot."""


@service.command()
def install() -> int:
    """Write the unit, and start it where systemd is running."""
    from workers import service as unit

    return unit.install(load(), click.echo)


@service.command()
def remove() -> int:
    """Stop the unit and take it away."""
    from workers import service as unit

    return unit.remove(click.echo)


def _detach_daemon(settings: Settings) -> int:
    pid = lock.holder(settings.home)
    if pid is not None:
        raise DaemonRunning(f"process {pid} already watches {settings.home}", pid)
    process = dashboard.start_daemon(settings)
    deadline = time.monotonic() + 15.0
    while lock.holder(settings.home) != process.pid:
        if process.poll() is not None or time.monotonic() > deadline:
            raise MachiaiError(f"the daemon did not start; see {settings.home / 'daemon.log'}")
        time.sleep(0.05)
    say(f"the daemon watches {settings.home} as process {process.pid}")
    return 0


def _stop_daemon(settings: Settings) -> int:
    pid = lock.holder(settings.home)
    if not pid:
        say(f"no daemon watches {settings.home}")
        return 0
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + 10.0
    while lock.holder(settings.home) == pid:
        if time.monotonic() > deadline:
            raise MachiaiError(f"the daemon, process {pid}, does not end; see {settings.home / 'daemon.log'}")
        time.sleep(0.05)
    say("the daemon has stopped; runs go on, alerts wait")
    return 0


def _log_to_file(settings: Settings) -> None:
    """Log to the data folder, and to the terminal where there is one; never the token."""
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    formatter = _Redacting("%(asctime)s %(levelname)s %(name)s: %(message)s")
    path = Path(settings.home / "daemon.log")
    handlers: list[logging.Handler] = [
        logging.handlers.RotatingFileHandler(path, maxBytes=_LOG_BYTES, backupCount=2, encoding="utf-8")
    ]
    if sys.stderr.isatty():
        handlers.append(logging.StreamHandler())
    for handler in handlers:
        handler.setFormatter(formatter)
    logging.basicConfig(level=logging.INFO, handlers=handlers)


class _Redacting(logging.Formatter):
    """Takes the token out of whatever is logged, tracebacks too; the token of now, should it have changed."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        if record.levelno < logging.WARNING:
            return text
        try:
            return load().redact(text)
        except MachiaiError:
            return text
