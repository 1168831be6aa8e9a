"""The outbox: sends what waits, one alert at a time, and records each outcome before the next.

A delivery is claimed in the journal before it is sent. Whoever dies in between leaves a claim that runs out,
and the next try, knowing that the first may have arrived, looks for it before it sends under the same guid.
"""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from store import alerts
from store.alerts import Delivery
from store.errors import SettingsError
from store.settings import Settings
from workers.alerts.channels import PUSHBULLET, Channel, Hold, Outcome, Refused, Sent
from workers.alerts.channels.pushbullet import channel_from

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
    missing: str = NO_TOKEN,
    stopped: Callable[[], bool] = lambda: False,
) -> float | None:
    """Send everything that is due through ``channel``; returns when to come back, None when nothing waits.

    ``clock`` gives epoch seconds, ``jitter`` numbers from 0 to 1. Without a channel everything stays waiting,
    with ``missing`` as the reason, and there is nothing to come back for until there is one. ``stopped`` is
    asked between two alerts.
    """
    if channel is None:
        alerts.lapse_claims(connection, PUSHBULLET, clock())
        alerts.explain_waiting(connection, PUSHBULLET, missing)
        return None
    while not stopped():
        now = clock()
        if channel.hold is not None and channel.hold.firm and now < channel.hold.until:
            _keep_back(connection, channel.name, channel.hold, now)
            break
        claimed = alerts.claim_due(connection, channel.name, now, channel.worst_seconds)
        if claimed is None:
            break
        alert, delivery = claimed
        outcome = channel.send(alert, unsure=delivery.unsure)
        _record(connection, channel, delivery, outcome, clock(), jitter())
    return alerts.next_due(connection, channel.name)


def back_off(failures: int, chance: float) -> float:
    """Seconds to wait after so many failures in a row; ``chance`` from 0 to 1 spreads them by a fifth."""
    seconds = _BACK_OFF_SECONDS[max(1, min(failures, len(_BACK_OFF_SECONDS))) - 1]
    return min(seconds * (0.8 + 0.4 * chance), LONGEST_BACK_OFF_SECONDS)


def _keep_back(connection: sqlite3.Connection, name: str, hold: Hold, now: float) -> None:
    due = alerts.next_due(connection, name)
    if due is not None and due < hold.until:
        alerts.lapse_claims(connection, name, now)
        alerts.postpone(connection, name, hold.until, hold.error)


def _record(
    connection: sqlite3.Connection,
    channel: Channel,
    delivery: Delivery,
    outcome: Outcome,
    now: float,
    chance: float,
) -> None:
    if isinstance(outcome, Sent):
        alerts.record_sent(connection, delivery, now, outcome.receipt)
        if channel.hold is not None:
            channel.hold = None
            alerts.hasten(connection, channel.name, now)
        return
    if isinstance(outcome, Refused):
        alerts.record_refusal(connection, delivery, outcome.error)
        return
    failures = delivery.attempts
    if outcome.whole_channel:
        failures = channel.hold.failures + 1 if channel.hold else 1
    asked = outcome.after_seconds
    until = now + (back_off(failures, chance) if asked is None else asked * (1 + 0.05 * chance))
    if outcome.whole_channel:
        channel.hold = Hold(until, outcome.error, firm=asked is not None, failures=failures)
        alerts.postpone(connection, channel.name, until, outcome.error)
        until += _BEHIND  # another one is tried first next time: this one may be what the trouble is about
    alerts.record_retry(connection, delivery, outcome.error, until, unsure=outcome.unsure)


class PushbulletAccount:
    """The account that the settings name, followed while they change: a token set now is used at once."""

    def __init__(self, load: Callable[[], Settings], *, clock: Callable[[], float] = time.time) -> None:
        """``load`` reads the settings afresh, as ``store.settings.load`` does."""
        self.missing = NO_TOKEN
        self._load = load
        self._clock = clock
        self._channel: Channel | None = None
        self._files: tuple[Path, ...] = ()
        self._seen: list[tuple[int, ...] | None] = []

    def channel(self, connection: sqlite3.Connection) -> Channel | None:
        """The channel in force; when it has just changed, and at first, all that waits is made due.

        Costs two ``stat`` calls where no file has changed. While the settings cannot be read the channel
        stays as it was; ``missing`` says why there is none.
        """
        seen = self._stamp()
        if self._files and seen == self._seen:
            return self._channel
        try:
            settings = self._load()
        except SettingsError as error:
            self.missing = str(error)
            self._seen = seen
            return self._channel
        files = (settings.secrets, settings.home / "config.toml")
        if files != self._files:
            self._files = files
            return self.channel(connection)  # again, with the right files stamped before they are read
        self._seen = seen
        unused = [problem for problem in settings.problems if str(settings.secrets) in problem]
        self.missing = "; ".join([NO_TOKEN, *unused]) if not settings.pushbullet_token else ""
        self._channel = channel_from(settings, clock=self._clock)
        alerts.hasten(connection, PUSHBULLET, self._clock())
        return self._channel

    def _stamp(self) -> list[tuple[int, ...] | None]:
        stamps: list[tuple[int, ...] | None] = []
        for path in self._files:
            try:
                found = path.stat()
                stamps.append((found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns))
            except OSError:
                stamps.append(None)
        return stamps
