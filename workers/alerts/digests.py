"""What was held for a channel and is due: sent by itself, or several together as one alert, the digest."""

import math
import os
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import NamedTuple

from store import alerts, deliveries, push_budget
from store.alert_rules import BAD_ENDS, NOW
from store.alerts import DIGEST, Alert
from store.database import write
from store.deliveries import Delivery, Planned
from store.preferences import AlertPreferences, read_preferences
from store.settings import Settings
from workers import address
from workers.alerts import fallbacks, messages, policy
from workers.alerts.policy import BUDGET, FALLBACK, GRACE, QUIET, WORDS

MOST_SINGLE = 2
"""So many alerts of quiet hours are told one by one when these end; more of them come together."""

Told = tuple[Alert, Delivery]


class _Round(NamedTuple):
    """One look at what is due for a channel; ``empty`` says that the month's pushes to Pushbullet are used up."""

    connection: sqlite3.Connection
    settings: Settings
    preferences: AlertPreferences
    channel: str
    now: float
    zone: tzinfo | None
    empty: bool


def release_due(
    connection: sqlite3.Connection, settings: Settings, channel: str, now: float, zone: tzinfo | None = None
) -> None:
    """Let go what is held for ``channel`` until now, and hold what waits for it though these are quiet hours.

    One alert that is due goes out by itself, several as a digest. All of it is one transaction: whoever is killed has
    done nothing of it, or all.
    """
    due = deliveries.next_due(connection, channel)
    is_due = due is not None and due <= now
    keeps_back = channel == push_budget.CHANNEL and push_budget.keeps_back(connection)
    if not is_due and not keeps_back:
        return
    preferences = read_preferences(connection)
    empty = push_budget.stage(push_budget.read_budget(connection, preferences, now, zone)) == push_budget.EMPTY
    is_quiet = policy.quiet_until(now, preferences, zone) is not None
    is_fallback = preferences.channel(channel).fallback
    free_again = keeps_back and not empty
    if not (free_again or is_quiet or is_fallback or (is_due and _has_held_or_old(connection, channel, now))):
        return
    with write(connection):
        _release(_Round(connection, settings, preferences, channel, now, zone, empty))


def _has_held_or_old(connection: sqlite3.Connection, channel: str, now: float) -> bool:
    if deliveries.held(connection, channel, now):
        return True
    return any(_is_old(alert, now) for alert, _ in deliveries.waiting(connection, channel, now))


def _release(at: _Round) -> None:
    held = [one for one in deliveries.held(at.connection, at.channel, math.inf) if _is_due(at, one[1])]
    waiting = deliveries.waiting(at.connection, at.channel, at.now)
    held, waiting = _leave_out_old(at, held), _leave_out_old(at, waiting)
    held, waiting = _keep_quiet(at, held), _keep_quiet(at, waiting)
    if at.preferences.channel(at.channel).fallback:
        held, waiting = _judge_fallbacks(at, held), _judge_fallbacks(at, waiting)
    if at.empty and at.channel == push_budget.CHANNEL:
        held = _keep_for_next_month(at, held)
    singles, together = sort_out(held)
    deliveries.release(at.connection, [delivery.id for _, delivery in singles], at.now)
    if together:
        _tell_together(at, together)


def _is_due(at: _Round, delivery: Delivery) -> bool:
    if delivery.next_try <= at.now:
        return True
    return delivery.why == BUDGET and at.channel == push_budget.CHANNEL and not at.empty


def sort_out(due: Sequence[Told]) -> tuple[list[Told], list[Told]]:
    """What of the held deliveries that are due goes out one by one, and what together."""
    singles, urgent, rest = [], [], []
    for alert, delivery in due:
        at_once = alert.severity == NOW and delivery.why in (QUIET, FALLBACK)
        if alert.kind == DIGEST or delivery.unsure or delivery.why == GRACE:
            singles.append((alert, delivery))  # what may have arrived must not be told again by another
        elif at_once:
            urgent.append((alert, delivery))
        else:
            rest.append((alert, delivery))
    if len(urgent) <= MOST_SINGLE:
        singles += urgent
    else:
        rest = sorted(urgent + rest, key=lambda one: (one[0].occurred, one[1].id))
    return (singles + rest, []) if len(rest) == 1 else (singles, rest)


def _tell_together(at: _Round, due: Sequence[Told]) -> None:
    """Raise the digest of these, and with it that of the fallbacks that wait for them."""
    told = [alert for alert, _ in due]
    message = messages.compose_digest(
        told,
        now=at.now,
        dashboard_url=address.find(at.settings),
        redact=at.settings.redact,
        zone=at.zone,
        language=messages.language_of(at.settings, at.preferences, os.environ),
    )
    behind: Mapping[str, list[int]] = {}
    if not at.preferences.channel(at.channel).fallback:
        behind = fallbacks.channels_of(deliveries.deliveries_of(at.connection, [alert.id for alert in told]))
    until = at.now + policy.fallback_seconds(DIGEST)
    slot = max(delivery.next_try for _, delivery in due)
    digest_id = alerts.raise_alert(
        at.connection,
        kind=DIGEST,
        severity=DIGEST,
        occurred=at.now,
        now=at.now,
        title=message.title,
        body=message.body,
        url=message.url,
        facts={"count": len(told)},
        planned=[Planned(at.channel), *(policy.hold(name, FALLBACK, until) for name in behind)],
        unique=f"digest/{at.channel}/{slot:.3f}/{min(delivery.id for _, delivery in due)}",
    )
    if digest_id is None:
        raise RuntimeError(f"the digest of {at.channel} for {slot} was told before")
    put = [delivery.id for _, delivery in due]
    put += [delivery_id for ids in behind.values() for delivery_id in ids]
    deliveries.put_in_digest(at.connection, put, digest_id, at.now)


def _leave_out_old(at: _Round, due: Sequence[Told]) -> list[Told]:
    """Without what told of something going on, a day ago."""
    left = []
    for alert, delivery in due:
        if _is_old(alert, at.now):
            deliveries.suppress(
                at.connection, alert.id, at.now, why="expired", error=WORDS["expired"], channel=at.channel
            )
        else:
            left.append((alert, delivery))
    return left


def _is_old(alert: Alert, now: float) -> bool:
    return alert.kind in policy.PASSING and now - (alert.latest or alert.raised) > policy.PASSING_SECONDS


def _judge_fallbacks(at: _Round, due: Sequence[Told]) -> list[Told]:
    """Of a fallback, what is for it to tell."""
    ways = deliveries.deliveries_of(at.connection, [alert.id for alert, _ in due])
    left = []
    for alert, delivery in due:
        verdict = fallbacks.judge(alert, delivery, ways[alert.id], at.preferences, at.now, empty=at.empty)
        if verdict == fallbacks.FREE or (delivery.state == "held" and delivery.why != FALLBACK):
            left.append((alert, delivery))
        elif verdict == fallbacks.TOLD:
            deliveries.suppress(at.connection, alert.id, at.now, why=FALLBACK, error=WORDS["told"], channel=at.channel)
        elif delivery.state == "held" and not isinstance(verdict, str):
            deliveries.hold(at.connection, [delivery.id], verdict, FALLBACK, at.now)
        else:
            left.append((alert, delivery))
    return left


def _keep_quiet(at: _Round, due: Sequence[Told]) -> list[Told]:
    """Without what must not disturb now; that is held until the quiet hours end."""
    until = policy.quiet_until(at.now, at.preferences, at.zone)
    if until is None:
        return list(due)
    late = [one for one in due if not policy.may_disturb(one[0].kind, one[0].severity, at.preferences)]
    for _, delivery in late:
        why = FALLBACK if delivery.why == FALLBACK else QUIET
        deliveries.hold(at.connection, [delivery.id], until, why, at.now)
    return [one for one in due if one not in late]


def _keep_for_next_month(at: _Round, due: Sequence[Told]) -> list[Told]:
    """Without what no push is left for."""
    late = [one for one in due if one[0].kind not in (*BAD_ENDS, policy.TEST)]
    until = push_budget.next_month(at.now, at.zone)
    deliveries.hold(at.connection, [delivery.id for _, delivery in late], until, BUDGET, at.now)
    fallbacks.hasten(at.connection, [alert.id for alert, _ in late], at.now)
    return [one for one in due if one not in late]
