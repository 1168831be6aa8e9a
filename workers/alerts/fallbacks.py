"""A channel that is marked as a fallback: it tells what no other could, and then the others need not."""

import sqlite3
from collections.abc import Mapping, Sequence

from store import deliveries, push_budget
from store.alerts import Alert
from store.database import write
from store.deliveries import Delivery
from store.preferences import AlertPreferences, read_preferences
from workers.alerts.policy import BUDGET, FALLBACK, WORDS, fallback_seconds

TOLD, FREE = "told", "free"
_OPEN = ("held", "waiting")
_SETTLED = frozenset({"sent", "digested"})


def judge(
    alert: Alert, mine: Delivery, ways: Sequence[Delivery], preferences: AlertPreferences, now: float, *, empty: bool
) -> str | float:
    """What becomes of ``mine``, an alert's delivery through a fallback: ``told`` elsewhere, ``free`` to go, or until
    when to wait on.

    ``ways`` are all deliveries of the alert; ``empty`` says that the month's pushes are used up.
    """
    others = [way for way in ways if way.id != mine.id]
    if any(way.state in _SETTLED for way in others):
        return TOLD
    patience = fallback_seconds(alert.kind)
    waits = []
    for way in others:
        if preferences.channel(way.channel).fallback and (way.state == "held" or way.id > mine.id):
            continue  # of several fallbacks the first has a try of its own
        if way.state in _OPEN and (way.why == BUDGET or (empty and way.channel == push_budget.CHANNEL)):
            continue
        if way.state == "held":
            waits.append(way.next_try + patience)
        elif way.state in ("waiting", "sending"):
            waits.append((alert.raised if way.queued is None else way.queued) + patience)
    return max(waits) if waits and max(waits) > now else FREE


def note_sent(connection: sqlite3.Connection, delivery: Delivery, now: float) -> None:
    """A channel took an alert: a fallback need not tell it, and where it was the fallback the others need not."""
    ways = deliveries.deliveries_of(connection, [delivery.alert_id])[delivery.alert_id]
    if not any(way.state in _OPEN and way.id != delivery.id for way in ways):
        return
    preferences = read_preferences(connection)
    by_fallback = preferences.channel(delivery.channel).fallback
    with write(connection):
        for way in ways:
            if way.id != delivery.id and (by_fallback or preferences.channel(way.channel).fallback):
                deliveries.suppress(
                    connection, way.alert_id, now, why=FALLBACK, error=WORDS["told"], channel=way.channel
                )


def note_failed(connection: sqlite3.Connection, alert_ids: Sequence[int], now: float) -> None:
    """A channel will not tell these: their fallbacks look at once whether it is for them to do."""
    ways = deliveries.deliveries_of(connection, alert_ids)
    if channels_of(ways):
        with write(connection):
            hasten(connection, alert_ids, now)


def hasten(connection: sqlite3.Connection, alert_ids: Sequence[int], now: float) -> None:
    """Let the fallbacks of these alerts look now; inside the caller's transaction."""
    found = channels_of(deliveries.deliveries_of(connection, alert_ids))
    deliveries.hold(connection, [way for some in found.values() for way in some], now, FALLBACK, now)


def waiting_fallbacks(ways: Sequence[Delivery]) -> list[Delivery]:
    """The deliveries of an alert that wait to see whether the others go through."""
    return [way for way in ways if (way.state, way.why) == ("held", FALLBACK)]


def channels_of(ways: Mapping[int, Sequence[Delivery]]) -> dict[str, list[int]]:
    """The fallbacks that wait for any of these alerts: their deliveries, by channel."""
    found: dict[str, list[int]] = {}
    for some in ways.values():
        for way in waiting_fallbacks(some):
            found.setdefault(way.channel, []).append(way.id)
    return found
