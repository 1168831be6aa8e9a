"""The channels besides Pushbullet: one alert at a time through each, none waiting for another.

Each try is a process of its own, looked after without waiting. What is written in the journal before and after it is
what the outbox of Pushbullet writes: whoever dies in between leaves a claim, and the next try looks first where the
service can be asked. A service that cannot be asked may be told twice, rather than not at all.
"""

import math
import os
import random
import select
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from store import channels, deliveries
from store.channels import PUSHBULLET
from store.database import write
from store.deliveries import Delivery
from store.preferences import read_preferences
from store.settings import Settings
from workers.alerts import digests
from workers.alerts.channels import Outcome, Retry
from workers.alerts.channels.apprise import AppriseChannel, Attempt
from workers.alerts.channels.apprise_answers import KEY_SECONDS
from workers.alerts.following import SettingsFiles
from workers.alerts.messages import language_of
from workers.alerts.outbox import keep_back, record_outcome

IDLE_SECONDS = 1.0
BUSY_SECONDS = 0.1
"""How long an alert for one channel may go unseen while another is being sent to."""
SWEEP_SECONDS = 60.0
_OLDEST_SECONDS = 48 * 3600.0
_REMOVED = "the channel was taken out of the settings"
_AGAIN = "; it may have arrived, and cannot be looked up there: it is sent again"


@dataclass
class _Relay:
    channel: AppriseChannel
    attempt: Attempt | None = None
    delivery: Delivery | None = None
    due: float | None = None


class Relays:
    """All channels of the settings but Pushbullet; belongs to one thread."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        load: Callable[[], Settings],
        *,
        clock: Callable[[], float] = time.time,
        jitter: Callable[[], float] = random.random,
        start_seconds: float | None = None,
    ) -> None:
        """``load`` reads the settings afresh; only the holder of the daemon's lock may make one."""
        self._connection = connection
        self._files = SettingsFiles(load)
        self._clock = clock
        self._jitter = jitter
        self._start_seconds = start_seconds
        self._settings = Settings()
        self._relays: dict[str, _Relay] = {}
        self._sweep = -math.inf
        for name in channels.awaited(connection):
            if name != PUSHBULLET:
                deliveries.release_claims(connection, name, clock())

    def tick(self) -> None:
        """Take every channel one step further; waits for none."""
        settings = self._files.changed()
        if settings is not None:
            self._follow(settings)
        if self._clock() >= self._sweep:
            self._sweep = self._clock() + SWEEP_SECONDS
            self._settle_strays()
        for relay in list(self._relays.values()):
            self._advance(relay)

    def wait(self, raised: threading.Event) -> None:
        """Until something may be to do: a try has ended, ``raised`` was set, or the time of one has come."""
        busy = [relay.attempt for relay in self._relays.values() if relay.attempt is not None]
        if busy:
            select.select(busy, [], [], BUSY_SECONDS)
            return
        dues = [relay.due for relay in self._relays.values() if relay.due is not None]
        raised.wait(min([IDLE_SECONDS, *(max(0.02, due - self._clock()) for due in dues)]))

    def close(self, patience: float = 1.0) -> None:
        """End the tries under way, those first heard out that get done within ``patience`` seconds."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and any(relay.attempt for relay in self._relays.values()):
            select.select([relay.attempt for relay in self._relays.values() if relay.attempt], [], [], BUSY_SECONDS)
            for relay in self._relays.values():
                self._hear(relay)
        for relay in self._relays.values():
            self._break_off(relay)

    def _follow(self, settings: Settings) -> None:
        """Take up channels that are new or changed, and let those go that are no more."""
        self._settings = settings
        wanted = {channel.name: channel for channel in settings.channels}
        for name in [name for name in self._relays if name not in wanted]:
            self._break_off(self._relays.pop(name))
        for name, channel in wanted.items():
            made = AppriseChannel(channel, settings, clock=self._clock, language=self._language)
            if self._start_seconds is not None:
                made.allow(self._start_seconds)
            before = self._relays.get(name)
            if before is None:
                self._relays[name] = _Relay(made)
            elif before.channel.description == made.description:
                made.hold = before.channel.hold  # other settings, as what is secret, may have changed
                before.channel = made
                continue
            else:
                self._break_off(before)
                self._relays[name] = _Relay(made)
            deliveries.hasten(self._connection, name, self._clock())
        self._sweep = -math.inf

    def _language(self) -> str:
        return language_of(self._settings, read_preferences(self._connection), os.environ)

    def _settle_strays(self) -> None:
        """Tell of deliveries that nobody will make: the channel is gone, or its address waits to be mended too long.

        A secrets file that cannot be used as it is takes no channel away.
        """
        now = self._clock()
        awaited = [name for name in channels.awaited(self._connection) if name != PUSHBULLET]
        for name in awaited:
            relay = self._relays.get(name)
            if relay is not None and relay.channel.hold is not None:
                deliveries.expire(self._connection, name, now - _OLDEST_SECONDS, relay.channel.hold.error, now=now)
        gone = [name for name in awaited if name not in self._relays]
        unread = [str(one) for one in self._settings.problems if str(self._settings.secrets) in str(one)]
        if not gone or self._files.trouble or unread:
            for name in gone:
                deliveries.lapse_claims(self._connection, name, now)
                deliveries.explain_waiting(self._connection, name, "; ".join(unread) or self._files.trouble, now=now)
            return
        for name in gone:
            deliveries.lapse_claims(self._connection, name, now)
            left = [one.alert_id for one in deliveries.waiting_deliveries(self._connection) if one.channel == name]
            left += [alert.id for alert, _ in deliveries.held(self._connection, name, math.inf)]
            with write(self._connection):
                for alert_id in left:
                    deliveries.suppress(self._connection, alert_id, now, why="filter", error=_REMOVED, channel=name)

    def _advance(self, relay: _Relay) -> None:
        self._hear(relay)
        if relay.attempt is not None:
            return
        name, now = relay.channel.name, self._clock()
        relay.due = deliveries.next_due(self._connection, name)
        if relay.due is None or relay.due > now:
            return
        digests.release_due(self._connection, self._settings, name, now)
        hold = relay.channel.hold
        if hold is not None and hold.firm and now < hold.until:
            keep_back(self._connection, name, hold, now)
            claimed = None
        else:
            claimed = deliveries.claim_due(self._connection, name, now, relay.channel.worst_seconds)
        if claimed is None:
            due = deliveries.next_due(self._connection, name)
            relay.due = None if due is None else max(due, now + IDLE_SECONDS)
            return
        alert, delivery = claimed
        try:
            relay.attempt = relay.channel.begin(
                alert, unsure=delivery.unsure, queued=delivery.queued, tries=delivery.attempts
            )
            relay.delivery = delivery
        except OSError as error:
            self._record(relay, delivery, Retry(f"cannot start the sender: {error.strerror}", whole_channel=True))

    def _hear(self, relay: _Relay) -> None:
        """Write down what came of the try under way, where it is over."""
        outcome = relay.attempt.poll() if relay.attempt is not None else None
        if outcome is not None and relay.delivery is not None:
            relay.attempt = None
            self._record(relay, relay.delivery, outcome)

    def _break_off(self, relay: _Relay) -> None:
        if relay.attempt is not None and relay.delivery is not None:
            outcome = relay.attempt.end("was ended")
            relay.attempt = None
            self._record(relay, relay.delivery, outcome)

    def _record(self, relay: _Relay, delivery: Delivery, outcome: Outcome) -> None:
        channel = relay.channel
        if isinstance(outcome, Retry) and outcome.unsure and not channel.can_look:
            outcome = replace(outcome, error=outcome.error + _AGAIN)
        record_outcome(self._connection, channel, delivery, outcome, self._clock(), self._jitter())
        if isinstance(outcome, Retry) and outcome.after_seconds == KEY_SECONDS and channel.hold is not None:
            channel.hold = replace(channel.hold, firm=False)  # a person may have mended it on the other side
