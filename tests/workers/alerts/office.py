"""Two channels, Pushbullet and one more, over one journal, with a clock that is moved by hand."""

import random
import sqlite3
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from store import alerts, deliveries, runs
from store.alerts import Alert
from store.channels import ChannelUrl
from store.database import write
from store.deliveries import Delivery
from store.preferences import AlertPreferences, save_preferences
from store.runs import Run
from store.settings import Settings
from tests.fakes.journal import add_run
from tests.workers.alerts.conftest import Clock
from workers.alerts import raising
from workers.alerts.channels import PUSHBULLET, Hold, Outcome, Refused, Retry, Sent
from workers.alerts.outbox import deliver_due

OTHER = "lab-ntfy"
CHANNELS = (PUSHBULLET, OTHER)
HOUR, DAY = 3600.0, 86400.0
QUIET = ("23:00", "07:00")
NOON = time.mktime((2026, 11, 21, 12, 0, 0, 0, 0, -1))
"""By this machine's clock, whatever its zone."""

DOWN = Retry("no answer", whole_channel=True)
FLAKY = Retry("trouble")
LOST_ANSWER = Retry("the answer was lost", unsure=True)
USED_UP = Retry("no pushes left", after_seconds=6 * 3600.0, whole_channel=True, used_up=True)
REFUSED = Refused("not this one")


@dataclass
class Phone:
    """The far side of a channel: what arrived there, and what it answers next."""

    name: str
    arrived: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    script: deque[Outcome] = field(default_factory=deque)
    usual: Outcome | None = None
    before: Callable[[], object] | None = None
    after: Callable[[], None] | None = None
    worst_seconds: float = 80.0
    hold: Hold | None = None

    def send(self, alert: Alert, *, unsure: bool, queued: float | None = None) -> Outcome:
        """Take it, unless something else is scripted; what comes ``before`` and ``after`` happens once."""
        before, self.before = self.before, None
        if before:
            before()
        outcome = self.script.popleft() if self.script else self.usual
        if unsure and alert.guid in self.arrived:
            outcome = Sent("found")
        elif outcome is None or (isinstance(outcome, Retry) and outcome.unsure):
            self.arrived.append(alert.guid)
            self.titles.append(alert.title)
        after, self.after = self.after, None
        if after:
            after()
        return outcome or Sent("push")


class Office:
    """What stands between rules and phones, with words for what a test does and sees."""

    def __init__(self, connection: sqlite3.Connection, home: Path, clock: Clock) -> None:
        clock.now = NOON
        self.connection = connection
        self.home = home
        self.clock = clock
        self.settings = Settings(
            home=home, pushbullet_token="o.nobody", channels=(ChannelUrl(OTHER, "ntfys://example.org/topic"),)
        )
        self.phones = {name: Phone(name) for name in CHANNELS}
        self.preferences = AlertPreferences()
        self.chance = random.Random(1)
        self._runs = 0

    def choose(self, **chosen: Any) -> None:
        """Choose that in the settings of alerts."""
        self.preferences = replace(self.preferences, **chosen)
        save_preferences(self.connection, self.preferences, self.clock.now)

    def run(self, **fields: Any) -> Run:
        """A run that began an hour ago."""
        self._runs += 1
        run_id = f"261121-12000{self._runs}-aaaa"
        add_run(self.connection, self.home, run_id, created=self.clock.now - 3600, files=False, **fields)
        found = runs.get_run(self.connection, run_id)
        assert found is not None
        return found

    def tell(self, kind: str, run: Run | None = None, **fields: Any) -> int:
        """Raise an alert that was not raised before."""
        made = self.tell_again(kind, run, **fields)
        assert made is not None
        return made

    def tell_again(self, kind: str, run: Run | None = None, **fields: Any) -> int | None:
        """Raise an alert; None where it was."""
        now = self.clock.now
        with write(self.connection):
            return raising.raise_alert(
                self.connection, self.settings, kind=kind, **({"occurred": now, "now": now, "run": run} | fields)
            )

    def deliver(self, *names: str) -> float | None:
        """Let the channels do what is due; when the next thing is."""
        wakes = [
            deliver_due(
                self.connection, self.phones[name], clock=self.clock, jitter=lambda: 0.5, settings=self.settings
            )
            for name in names or CHANNELS
        ]
        return min((wake for wake in wakes if wake is not None), default=None)

    def deliver_until(self, end: float) -> None:
        """Let time pass up to ``end``, and the channels do what is due whenever it is."""
        while True:
            wake = self.deliver()
            if wake is None or wake > end:
                break
            self.clock.now = max(self.clock.now + 0.01, wake)
        self.clock.now = max(self.clock.now, end)
        self.deliver()

    def way(self, alert_id: int, channel: str = PUSHBULLET) -> Delivery:
        """An alert's delivery through one channel."""
        [found] = [way for way in self.ways(alert_id) if way.channel == channel]
        return found

    def state(self, alert_id: int, channel: str = PUSHBULLET) -> tuple[str, str | None]:
        """How far that is, and why."""
        way = self.way(alert_id, channel)
        return way.state, way.why

    def ways(self, alert_id: int) -> list[Delivery]:
        """All deliveries of an alert."""
        return deliveries.deliveries_of(self.connection, [alert_id])[alert_id]

    def alert(self, alert_id: int) -> Alert:
        """The alert as it is now."""
        return alerts.get_alert(self.connection, alert_id)
