"""The daemon: the only ingester and the only sender of alerts, one thread a worker, one daemon a data folder.

A worker that raises is logged, shown as unhealthy and started again after a pause that grows; the others go on.
Nothing here is needed by a run: whenever the daemon dies, the next one goes on from the run directories.
"""

import contextlib
import logging
import os
import signal
import threading
import time
from collections.abc import Callable

from store import heartbeats
from store.database import open_journal
from store.errors import MachiaiError
from store.heartbeats import Heartbeat
from store.settings import Settings
from workers import lock
from workers.context import Context, Health
from workers.duties import WORKERS
from workers.runs import rundir

log = logging.getLogger(__name__)

STOP_SECONDS = 1.5
_LONGEST_PAUSE_SECONDS = 60.0


def run(settings: Settings, reload: Callable[[], Settings], *, wait_for_lock: float = 2.0) -> None:
    """Be the daemon until SIGTERM, SIGINT or SIGHUP; DaemonRunning when there is one already."""
    with lock.hold(settings.home, wait_seconds=wait_for_lock):
        context = Context(settings, reload)
        rundir.sweep(settings.runs_folder, context.clock())
        with context.journal():  # a journal that cannot be opened is said now, and a new one made by one thread alone
            pass
        # A pipe that the signal itself writes to: a handler in Python runs only when this thread comes back to Python,
        # and never does where the signal comes in the moment before it begins to wait.
        told, tell = os.pipe()
        os.set_blocking(tell, False)
        signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: None)
        log.info("watching %s as process %d", settings.home, os.getpid())
        threads = [
            threading.Thread(target=_keep, args=(context, name, work), name=name, daemon=True)
            for name, work in WORKERS.items()
        ]
        for thread in threads:
            thread.start()
        os.read(told, 1)
        context.stopping.set()
        context.alert_raised.set()
        deadline = time.monotonic() + STOP_SECONDS
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        _say_goodbye(context)
        log.info("stopped")
        logging.shutdown()
        if any(thread.is_alive() for thread in threads):
            os._exit(0)  # a push that hangs in the network may take its time-out; what it was is claimed in the journal


def _keep(context: Context, name: str, work: Callable[[Context], None]) -> None:
    """Run a worker again whenever it dies."""
    pause = 1.0
    while not context.stopping.is_set():
        error = context.health[name].error if name in context.health else None
        context.health[name] = Health(context.clock(), context.clock(), error)
        began = time.monotonic()
        try:
            work(context)
        except Exception as failure:
            if context.stopping.is_set():
                return
            context.health[name].error = _words(failure)
            if isinstance(failure, MachiaiError):
                log.error("%s: %s", name, failure)
            else:
                log.exception("%s failed; it starts again in %.0f s", name, pause)
            if time.monotonic() - began > _LONGEST_PAUSE_SECONDS:
                pause = 1.0
            context.stopping.wait(pause)
            pause = min(_LONGEST_PAUSE_SECONDS, pause * 2)


def _say_goodbye(context: Context) -> None:
    """Tell the journal that this was on purpose, if it can be told quickly."""
    with (
        contextlib.suppress(MachiaiError),
        contextlib.closing(open_journal(context.settings.journal, busy_seconds=0.2)) as connection,
    ):
        signs = context.signs_of_life()
        heartbeats.beat(connection, [Heartbeat(s.worker, s.pid, s.started, s.beat, "stopped") for s in signs])


def _words(error: Exception) -> str:
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0]}" if text else type(error).__name__
