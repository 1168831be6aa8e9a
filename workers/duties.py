"""What each worker of the daemon does, a function a worker: until it is to stop, or raises.

It opens the journal for itself, gives a sign of life now and then, and looks whether the journal is still the same.
"""

import contextlib
import logging
import math
import random
import time
from collections.abc import Callable

from store import deliveries, heartbeats
from store.weekly import watched
from workers import address, intentions
from workers.alerts.channels import PUSHBULLET, Channel
from workers.alerts.outbox import NO_TOKEN, PushbulletAccount, deliver_due
from workers.alerts.relays import Relays
from workers.alerts.watch import LOOK_SECONDS, AlertWatch
from workers.code.watch import LOOK_SECONDS as CODE_SECONDS
from workers.code.watch import CodeWatch
from workers.context import BEAT_SECONDS, HUNG_SECONDS, Context
from workers.disk_watch import MEASURE_SECONDS, DiskWatch
from workers.ingest import Ingester, log_seconds
from workers.monitor import Monitor
from workers.papers.ranking import Ranking
from workers.papers.watch import LOOK_SECONDS as PAPERS_SECONDS
from workers.papers.watch import PaperWatch
from workers.waiting import LOOK_SECONDS as WAITING_SECONDS
from workers.waiting import WaitingWatch

log = logging.getLogger(__name__)

CATCH_UP_SECONDS = 30.0
"""How long the alerts' worker waits for the logs to be read; what it must know of them it does not judge until then."""
CODE_DELAY_SECONDS = 5.0
"""How long after its start the daemon looks at code for the first time: the logs come first."""
WAKE_SECONDS = 0.5
"""How long the machine's worker waits for a line of the sampler before it looks whether the daemon is to stop."""
_OLDEST_PUSH_SECONDS = 48 * 3600.0


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
            heartbeats.beat(connection, context.signs_of_life())
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
