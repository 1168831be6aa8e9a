"""The outbox: sends what waits, one alert at a time, and records each outcome before the next.

A delivery is claimed in the journal before it is sent. Whoever dies in between leaves a claim that runs out,
and the next try, knowing that the first may have arrived, looks for it before it sends under the same guid.
"""

import math
import os
import sqlite3
import time
from collections.abc import Callable

from store import deliveries, push_budget
from store.alert_rules import BAD_ENDS
from store.database import write
from store.deliveries import Delivery
from store.preferences import read_preferences
from store.settings import Settings
from workers.alerts import digests, fallbacks
from workers.alerts.channels import PUSHBULLET, Channel, Held, Hold, Outcome, Refused, Sent
from workers.alerts.channels.pushbullet import channel_from
from workers.alerts.following import SettingsFiles
from workers.alerts.messages import language_of
from workers.alerts.policy import BUDGET, TEST

NO_TOKEN = "no Pushbullet token; run `machiai notify --setup`"
LONGEST_BACK_OFF_SECONDS = 300.0
_BACK_OFF_SECONDS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0, 240.0, LONGEST_BACK_OFF_SECONDS)
_BEHIND = 0.001


def deliver_due(
    connection: sqlite3.Connection,
    channel: Channel | None,
    *,
    clock: Callable[[], float],
    jitter: Callable[[], float],
    settings: Settings | None = None,
    missing: str = NO_TOKEN,
    stopped: Callable[[], bool] = lambda: False,
) -> float | None:
    """Send everything that is due through ``channel``; returns when to come back, None when nothing waits.

    ``clock`` gives epoch seconds, ``jitter`` numbers from 0 to 1. What is held and due is let go first, in digests
    written by ``settings``; without these it stays held. Without a channel everything stays as it is, with ``missing``
    as the reason, and there is nothing to come back for until there is one. ``stopped`` is asked between two alerts.
    """
    if channel is None:
        deliveries.lapse_claims(connection, PUSHBULLET, clock())
        deliveries.explain_waiting(connection, PUSHBULLET, missing, now=clock())
        return None
    if settings is not None:
        digests.release_due(connection, settings, channel.name, clock())
    while not stopped():
        now = clock()
        if channel.hold is not None and channel.hold.firm and now < channel.hold.until:
            keep_back(connection, channel.name, channel.hold, now)
            break
        claimed = deliveries.claim_due(connection, channel.name, now, channel.worst_seconds)
        if claimed is None:
            break
        alert, delivery = claimed
        outcome = channel.send(alert, unsure=delivery.unsure, queued=delivery.queued)
        record_outcome(connection, channel, delivery, outcome, clock(), jitter())
    return deliveries.next_due(connection, channel.name)


def back_off(failures: int, chance: float) -> float:
    """Seconds to wait after so many failures in a row; ``chance`` from 0 to 1 spreads them by a fifth."""
    seconds = _BACK_OFF_SECONDS[max(1, min(failures, len(_BACK_OFF_SECONDS))) - 1]
    return min(seconds * (0.8 + 0.4 * chance), LONGEST_BACK_OFF_SECONDS)


def keep_back(connection: sqlite3.Connection, name: str, hold: Hold, now: float) -> None:
    """Leave all that waits for the channel ``name`` until its ``hold`` is over."""
    due = deliveries.next_due(connection, name)
    if due is not None and due < hold.until:
        deliveries.lapse_claims(connection, name, now)
        deliveries.postpone(connection, name, hold.until, hold.error, now=now)


def record_outcome(
    connection: sqlite3.Connection,
    channel: Held,
    delivery: Delivery,
    outcome: Outcome,
    now: float,
    chance: float,
) -> None:
    """Write down what came of a try, and when the next one is; ``chance`` from 0 to 1 spreads it."""
    if isinstance(outcome, Sent):
        deliveries.record_sent(connection, delivery, now, outcome.receipt)
        fallbacks.note_sent(connection, delivery, now)
        if channel.name == PUSHBULLET:
            _note_not_used_up(connection, now)
        if channel.hold is not None:
            channel.hold = None
            deliveries.hasten(connection, channel.name, now)
        return
    if isinstance(outcome, Refused):
        deliveries.record_refusal(connection, delivery, outcome.error, now=now)
        fallbacks.note_failed(connection, [delivery.alert_id], now)
        return
    failures = delivery.attempts
    if outcome.whole_channel:
        failures = channel.hold.failures + 1 if channel.hold else 1
    asked = outcome.after_seconds
    until = now + (back_off(failures, chance) if asked is None else asked * (1 + 0.05 * chance))
    if outcome.whole_channel:
        channel.hold = Hold(until, outcome.error, firm=asked is not None, failures=failures)
        deliveries.postpone(connection, channel.name, until, outcome.error, now=now)
        until += _BEHIND  # another one is tried first next time: this one may be what the trouble is about
    deliveries.record_retry(connection, delivery, outcome.error, until, unsure=outcome.unsure, now=now)
    if outcome.used_up:
        _note_used_up(connection, channel.name, now)


def _note_used_up(connection: sqlite3.Connection, name: str, now: float) -> None:
    """Keep all but crashes for the next month, and let the fallbacks have what waits."""
    waiting = deliveries.waiting(connection, name, math.inf)
    late = [delivery.id for alert, delivery in waiting if alert.kind not in (*BAD_ENDS, TEST)]
    with write(connection):
        push_budget.mark_used_up(connection, now)
        deliveries.hold(connection, late, push_budget.next_month(now), BUDGET, now)
    fallbacks.note_failed(connection, [alert.id for alert, _ in waiting], now)


def _note_not_used_up(connection: sqlite3.Connection, now: float) -> None:
    """The account takes pushes: whatever it said of the month before, or another account said, is no more so."""
    if push_budget.is_used_up(connection, now):
        with write(connection):
            push_budget.forget_mark(connection)


class PushbulletAccount:
    """The account that the settings name, followed while they change: a token set now is used at once."""

    def __init__(self, load: Callable[[], Settings], *, clock: Callable[[], float] = time.time) -> None:
        """``load`` reads the settings afresh, as ``store.settings.load`` does."""
        self.missing = NO_TOKEN
        self.settings: Settings | None = None
        """Those in force; None as long as they could not be read."""
        self._files = SettingsFiles(load)
        self._clock = clock
        self._channel: Channel | None = None

    def channel(self, connection: sqlite3.Connection) -> Channel | None:
        """The channel in force; when it has just changed, and at first, all that waits is made due.

        Costs two ``stat`` calls where no file has changed. While the settings cannot be read the channel
        stays as it was; ``missing`` says why there is none.
        """
        settings = self._files.changed()
        if settings is None:
            self.missing = self._files.trouble or self.missing
            return self._channel
        before, self.settings = self.settings, settings
        unused = [str(one) for one in settings.problems if str(settings.secrets) in str(one)]
        self.missing = "; ".join([NO_TOKEN, *unused]) if not settings.pushbullet_token else ""
        self._channel = channel_from(
            settings,
            clock=self._clock,
            device=lambda: read_preferences(connection).channel(PUSHBULLET).device,
            language=lambda: language_of(settings, read_preferences(connection), os.environ),
        )
        if before is not None and before.pushbullet_token != settings.pushbullet_token:
            _note_not_used_up(connection, self._clock())
        deliveries.hasten(connection, PUSHBULLET, self._clock())
        return self._channel
