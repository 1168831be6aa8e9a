"""The daemon: the only ingester and the only sender of alerts, one thread a worker, one daemon a data folder.

A worker that raises is logged, shown as unhealthy and started again after a pause that grows; the others go on.
Nothing here is needed by a run: whenever the daemon dies, the next one goes on from the run directories.
"""

import contextlib
import logging
import math
import os
import random
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from store import deliveries, heartbeats
from store.database import open_journal
from store.errors import JournalError, MachiaiError
from store.heartbeats import Heartbeat
from store.settings import Settings
from store.weekly import watched
from workers import address, intentions, lock
from workers.alerts.channels import PUSHBULLET, Channel
from workers.alerts.outbox import NO_TOKEN, PushbulletAccount, deliver_due
from workers.alerts.relays import Relays
from workers.alerts.watch import LOOK_SECONDS, AlertWatch
from workers.code.watch import LOOK_SECONDS as CODE_SECONDS
from workers.code.watch import CodeWatch
from workers.disk_watch import MEASURE_SECONDS, DiskWatch
from workers.ingest import Ingester, log_seconds
from workers.monitor import Monitor
from workers.papers.ranking import Ranking
from workers.papers.watch import LOOK_SECONDS as PAPERS_SECONDS
from workers.papers.watch import PaperWatch
from workers.runs import rundir
from workers.waiting import LOOK_SECONDS as WAITING_SECONDS
from workers.waiting import WaitingWatch

log = logging.getLogger(__name__)

BEAT_SECONDS = 5.0
HUNG_SECONDS = 60.0
STOP_SECONDS = 1.5
CATCH_UP_SECONDS = 30.0
"""How long the alerts' worker waits for the logs to be read; what it must know of them it does not judge until then."""
CODE_DELAY_SECONDS = 5.0
"""How long after its start the daemon looks at code for the first time: the logs come first."""
WAKE_SECONDS = 0.5
"""How long the machine's worker waits for a line of the sampler before it looks whether the daemon is to stop."""
_LONGEST_PAUSE_SECONDS = 60.0
_OLDEST_PUSH_SECONDS = 48 * 3600.0


@dataclass
class Health:
    """How a worker is doing: its last sign of life, and what it last died of."""

    started: float
    beat: float
    error: str | None = None


@dataclass
class Context:
    """What the workers share; ``settings`` follow the files while the daemon runs."""

    settings: Settings
    reload: Callable[[], Settings]
    clock: Callable[[], float] = time.time
    stopping: threading.Event = field(default_factory=threading.Event)
    alert_raised: threading.Event = field(default_factory=threading.Event)
    health: dict[str, Health] = field(default_factory=dict)
    inodes: dict[int, int] = field(default_factory=dict)
    ingested: float | None = None
    """When, on the steady clock, all logs had been read as they were then; None before the first time."""

    def beat(self, worker: str) -> None:
        """The worker is alive and well."""
        health = self.health[worker]
        health.beat = self.clock()
        if health.error is not None and health.beat - health.started > BEAT_SECONDS:
            health.error = None

    def check_journal(self, connection: sqlite3.Connection) -> None:
        """JournalError when the file behind ``connection`` is no longer the journal: deleted, or replaced."""
        with contextlib.suppress(OSError):
            if self.settings.journal.stat().st_ino == self.inodes.get(id(connection)):
                return
        raise JournalError("the journal was deleted or replaced; opening it anew")

    def reload_settings(self) -> Settings:
        """Read the settings again and put them in force for all workers."""
        self.settings = self.reload()
        return self.settings

    @contextlib.contextmanager
    def journal(self) -> Iterator[sqlite3.Connection]:
        """A connection for the calling worker alone."""
        with contextlib.closing(open_journal(self.settings.journal)) as connection:
            self.inodes[id(connection)] = self.settings.journal.stat().st_ino
            try:
                yield connection
            finally:
                del self.inodes[id(connection)]


def ingest(context: Context) -> None:
    """Keep the journal up to date with the run directories."""
    with context.journal() as connection:
        ingester = Ingester(
            connection,
            context.settings,
            clock=context.clock,
            dashboard_url=lambda: address.find(context.settings),
            beat=lambda: context.beat("ingest"),
        )
        read = -math.inf
        while not context.stopping.is_set():
            context.check_journal(connection)
            ingester.settings = context.settings
            began = time.monotonic()
            glance = began - read < log_seconds(context.settings) - context.settings.poll_seconds / 2
            read = read if glance else began
            if ingester.tick(glance=glance):
                context.alert_raised.set()
            context.beat("ingest")
            if not ingester.backlog:
                context.ingested = context.ingested if glance else began
                context.stopping.wait(context.settings.poll_seconds)


def deliver(context: Context) -> None:
    """Send what waits in the outbox, at once when an alert is raised, else when it is due."""
    with context.journal() as connection:
        deliveries.release_claims(connection, PUSHBULLET, context.clock())
        account = PushbulletAccount(context.reload_settings, clock=context.clock)
        channel: Channel | None = None
        while not context.stopping.is_set():
            context.check_journal(connection)
            context.alert_raised.clear()
            before, channel = channel, account.channel(connection)
            if channel is not None and channel is not before:
                now = context.clock()
                deliveries.expire(connection, PUSHBULLET, now - _OLDEST_PUSH_SECONDS, NO_TOKEN, now=now)
            due = deliver_due(
                connection,
                channel,
                clock=context.clock,
                jitter=random.random,
                settings=account.settings,
                missing=account.missing,
                stopped=context.stopping.is_set,
            )
            context.beat("outbox")
            pause = 1.0 if due is None else min(1.0, max(0.02, due - context.clock()))
            context.alert_raised.wait(pause)


def relay(context: Context) -> None:
    """Send what waits for the channels besides Pushbullet."""
    with context.journal() as connection:
        relays = Relays(connection, context.reload_settings, clock=context.clock)
        try:
            while not context.stopping.is_set():
                context.check_journal(connection)
                relays.tick()
                context.beat("relays")
                relays.wait(context.alert_raised)
        finally:
            relays.close()


def watch_alerts(context: Context) -> None:
    """Raise what the rules find; the first time when the journal is up to date, for until then it tells of the past."""
    with context.journal() as connection:
        watch: AlertWatch | None = None
        patience = time.monotonic() + CATCH_UP_SECONDS
        while not context.stopping.is_set():
            context.check_journal(connection)
            if context.ingested is not None or time.monotonic() >= patience:
                watch = watch or AlertWatch(
                    connection,
                    context.settings,
                    clock=context.clock,
                    dashboard_url=lambda: address.find(context.settings),
                    read_at=lambda: context.ingested or 0.0,
                )
                watch.settings = context.settings
                if watch.tick():
                    context.alert_raised.set()
            context.beat("alerts")
            context.stopping.wait(LOOK_SECONDS if watch else context.settings.poll_seconds)


def watch_waiting(context: Context) -> None:
    """Wake tasks, follow the researcher's session, and keep the search up to date."""
    with context.journal() as connection:
        watch = WaitingWatch(
            connection, context.settings, clock=context.clock, dashboard_url=lambda: address.find(context.settings)
        )
        while not context.stopping.is_set():
            context.check_journal(connection)
            watch.settings = context.settings
            if watch.tick():
                context.alert_raised.set()
            is_behind = watch.documents.tick() > 0
            context.beat("waiting")
            context.stopping.wait(0.05 if is_behind else WAITING_SECONDS)


def watch_code(context: Context) -> None:
    """Keep the drift of runs, and the commits of their projects, in the journal; alone, for git may be slow."""
    with context.journal() as connection:
        watch = CodeWatch(connection, context.settings, clock=context.clock, beat=lambda: context.beat("code"))
        due = time.monotonic() + CODE_DELAY_SECONDS
        while not context.stopping.is_set():
            context.check_journal(connection)
            watch.settings = context.settings
            if time.monotonic() >= due:
                watch.tick()
                due = time.monotonic() + CODE_SECONDS
            context.beat("code")
            context.stopping.wait(min(HUNG_SECONDS / 4, max(0.0, due - time.monotonic())))


def keep_papers(context: Context) -> None:
    """Pull the searches for papers, have what else is wanted of arXiv, and keep the inbox in order; alone, for arXiv
    answers when it likes."""
    with context.journal() as connection:
        watch = PaperWatch(
            connection,
            context.settings,
            clock=context.clock,
            sleep=context.stopping.wait,
            beat=lambda: context.beat("papers"),
        )
        with contextlib.closing(Ranking(connection, context.settings)) as ranking:
            while not context.stopping.is_set():
                context.check_journal(connection)
                watch.settings = ranking.settings = context.settings
                watch.tick()
                ranking.tick()
                context.beat("papers")
                context.stopping.wait(PAPERS_SECONDS)


def serve_intents(context: Context) -> None:
    """Do what the dashboard asked for."""
    with context.journal() as connection:
        while not context.stopping.is_set():
            context.check_journal(connection)
            intentions.serve(connection, context.settings, context.clock())
            context.beat("intents")
            context.stopping.wait(context.settings.poll_seconds)


def watch_machine(context: Context) -> None:
    """Keep what the GPUs, the host and the runs' processes do in the journal."""
    with (
        context.journal() as connection,
        contextlib.closing(Monitor(connection, context.settings, clock=context.clock)) as monitor,
    ):
        while not context.stopping.is_set():
            context.check_journal(connection)
            monitor.settings = context.settings
            monitor.tick()
            context.beat("machine")
            monitor.wait(WAKE_SECONDS)


def watch_disks(context: Context) -> None:
    """Keep how full the disks are in the journal; alone, for a disk that is gone may not answer."""
    with context.journal() as connection:
        watch = DiskWatch(connection, context.settings, clock=context.clock)
        due = time.monotonic()
        while not context.stopping.is_set():
            context.check_journal(connection)
            watch.settings = context.settings
            if time.monotonic() >= due:
                due = time.monotonic() + MEASURE_SECONDS
                watch.tick()
            context.beat("disks")
            context.stopping.wait(min(HUNG_SECONDS / 2, max(0.0, due - time.monotonic())))


def beat(context: Context) -> None:
    """Write everybody's signs of life into the journal."""
    with context.journal() as connection:
        while not context.stopping.is_set():
            context.check_journal(connection)
            context.beat("heart")
            heartbeats.beat(connection, _signs_of_life(context))
            watched.keep_noted(connection, context.clock())
            context.stopping.wait(BEAT_SECONDS)


WORKERS: dict[str, Callable[[Context], None]] = {
    "ingest": ingest,
    "outbox": deliver,
    "relays": relay,
    "alerts": watch_alerts,
    "intents": serve_intents,
    "waiting": watch_waiting,
    "code": watch_code,
    "papers": keep_papers,
    "machine": watch_machine,
    "disks": watch_disks,
    "heart": beat,  # last, so that its first signs of life are of all
}


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


def _signs_of_life(context: Context) -> list[Heartbeat]:
    now = context.clock()
    signs = []
    for name, health in sorted(context.health.items()):
        error = health.error
        if error is None and now - health.beat > HUNG_SECONDS:
            error = f"not heard for {now - health.beat:.0f} s"
        signs.append(Heartbeat(name, os.getpid(), health.started, health.beat, "unhealthy" if error else "ok", error))
    ill = [sign.worker for sign in signs if sign.status != "ok"]
    began = min(health.started for health in list(context.health.values()))
    return [
        Heartbeat(heartbeats.DAEMON, os.getpid(), began, now, "unhealthy" if ill else "ok", ", ".join(ill) or None),
        *signs,
    ]


def _say_goodbye(context: Context) -> None:
    """Tell the journal that this was on purpose, if it can be told quickly."""
    with (
        contextlib.suppress(MachiaiError),
        contextlib.closing(open_journal(context.settings.journal, busy_seconds=0.2)) as connection,
    ):
        signs = _signs_of_life(context)
        heartbeats.beat(connection, [Heartbeat(s.worker, s.pid, s.started, s.beat, "stopped") for s in signs])


def _words(error: Exception) -> str:
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0]}" if text else type(error).__name__
