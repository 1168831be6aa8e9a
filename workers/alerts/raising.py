"""Raising an alert: written in the reader's language, joined with what tells the same, and planned for each channel.

Everything that raises one goes through here, inside the transaction that records its cause.
"""

import os
import socket
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import tzinfo
from typing import Any

from store import alerts, channels, deliveries, mutes, progress, push_budget, runs, sessions
from store.alert_rules import RULES
from store.alerts import Alert
from store.deliveries import Delivery, Planned
from store.preferences import AlertPreferences, read_preferences
from store.runs import Run
from store.settings import Settings
from store.waiting_preferences import read_waiting
from workers.alerts import merging, messages, policy


def raise_alert(
    connection: sqlite3.Connection,
    settings: Settings,
    *,
    kind: str,
    occurred: float,
    now: float,
    run: Run | None = None,
    attempt: int | None = None,
    subject: str = "",
    occasion: str = "",
    facts: Mapping[str, Any] | None = None,
    severity: str | None = None,
    log_lines: Sequence[str] = (),
    dashboard_url: str = "",
    unique: str = "",
    title: str | None = None,
    body: str | None = None,
    url: str | None = None,
    channels: Collection[str] | None = None,
    push: bool = True,
    zone: tzinfo | None = None,
) -> int | None:
    """Raise an alert once per cause; inside the caller's transaction. Its id, None where it was raised before.

    The cause is (run, attempt, kind, subject, occasion), or ``unique``. ``title`` and ``body`` are the user's own words
    (a note, a test) instead of those for ``kind`` and ``facts``. It goes to ``channels`` only, where given, and with
    ``push`` false to none. A new best that is not told yet takes the place of the one before, whose id is returned.
    """
    facts = dict(facts or {})
    attempt = run.attempt if attempt is None and run is not None else attempt
    run_id = run.id if run else None
    cause: dict[str, Any] = {"kind": kind, "run_id": run_id, "attempt": attempt, "subject": subject}
    if not unique and alerts.find_alert(connection, **cause, occasion=occasion) is not None:
        return None
    preferences = read_preferences(connection)
    severity = severity or preferences.severity(kind)
    others = _others(connection, run_id, attempt)
    ways = deliveries.deliveries_of(connection, [other.id for other in others])
    planned = _plan(connection, settings, preferences, kind, severity, run_id, channels, now, zone) if push else []
    planned = _wait_for_session(connection, kind, planned, now)
    merged = merging.merge(kind, facts, run, occurred, now, planned, others, ways)
    if merged.said:
        facts["before"] = [{"kind": one.kind, "facts": one.facts} for one in merged.said]
    known = _untold_best(facts, others, ways) if kind == "best" else None
    if known is not None and "previous" in known.facts:
        facts["previous"] = known.facts["previous"]
    if title is not None:
        message = messages.compose_note(title, body or "", url=url, redact=settings.redact)
    else:
        message = messages.compose(
            run,
            kind,
            facts=facts,
            log_lines=log_lines,
            now=now,
            dashboard_url=dashboard_url,
            occurred=occurred,
            redact=settings.redact,
            zone=zone,
            language=messages.language_of(settings, preferences, os.environ),
            private=settings.private or preferences.private,
            progress=progress.read_progress(connection, run_id) if run_id else None,
            # what waits would tell at its end who ran at its beginning
            others=[] if any(plan.state == "held" for plan in planned) else _running_beside(connection, run),
            before=merged.said,
            host=socket.gethostname(),
        )
    if known is not None:
        alerts.update_alert(connection, known.id, title=message.title, body=message.body, facts=facts, latest=occurred)
        return known.id
    alert_id = alerts.raise_alert(
        connection,
        **cause,
        occasion=occasion,
        severity=severity,
        occurred=occurred,
        now=now,
        title=message.title,
        body=message.body,
        url=url or message.url,
        facts=facts,
        planned=merged.planned,
        unique=unique,
    )
    if alert_id is not None:
        for other in merged.swallowed:
            alerts.merge_alert(connection, other.id, alert_id, now, why="replaced")
        if merged.into is not None:
            alerts.merge_alert(connection, alert_id, merged.into.id, now)
    return alert_id


def withdraw(connection: sqlite3.Connection, alert_id: int, now: float) -> int:
    """What the alert tells is over: do not send it where that has not begun; inside the caller's transaction.

    How many deliveries this stopped.
    """
    return deliveries.suppress(connection, alert_id, now, why="over", error=policy.WORDS["over"])


def resume(
    connection: sqlite3.Connection, settings: Settings, alert_id: int, now: float, zone: tzinfo | None = None
) -> int:
    """What the alert tells is so again: send it after all where it was withdrawn; inside the caller's transaction.

    Where it has gone out nothing is said a second time. How many deliveries this planned anew.
    """
    alert = alerts.get_alert(connection, alert_id)
    ways = deliveries.deliveries_of(connection, [alert_id])[alert_id]
    if any(way.state in ("sent", "sending", "digested") for way in ways):
        return 0
    withdrawn = [way.channel for way in ways if (way.state, way.why) == ("suppressed", "over")]
    if not withdrawn:
        return 0
    preferences = read_preferences(connection)
    planned = _plan(connection, settings, preferences, alert.kind, alert.severity, alert.run_id, withdrawn, now, zone)
    return sum(deliveries.plan_again(connection, alert_id, plan, now) for plan in planned)


def _plan(
    connection: sqlite3.Connection,
    settings: Settings,
    preferences: AlertPreferences,
    kind: str,
    severity: str,
    run_id: str | None,
    wanted: Collection[str] | None,
    now: float,
    zone: tzinfo | None,
) -> list[Planned]:
    """What is to become of it on each channel."""
    names = [name for name in channels.names(settings) if wanted is None or name in wanted]
    has_token = bool(settings.pushbullet_token)
    planned = policy.decide(
        kind,
        severity,
        preferences.at_night(kind),
        now,
        preferences,
        names,
        muted=run_id is not None and kind in RULES and mutes.is_muted(connection, run_id, kind),
        budget=push_budget.read_budget(connection, preferences, now, zone),
        unable=() if has_token else (channels.PUSHBULLET,),
        zone=zone,
    )
    elsewhere = any(plan.state != "suppressed" and plan.channel != channels.PUSHBULLET for plan in planned)
    if has_token or not elsewhere or kind == policy.TEST:
        return planned
    return [
        policy.suppress(plan.channel, policy.FILTER, policy.WORDS["token"])
        if plan.channel == channels.PUSHBULLET and plan.state != "suppressed"
        else plan
        for plan in planned
    ]


def _wait_for_session(
    connection: sqlite3.Connection, kind: str, planned: Sequence[Planned], now: float
) -> list[Planned]:
    """Hold the news that a run finished while its reader is at something, unless they chose otherwise."""
    until = sessions.held_until(sessions.open_session(connection), now) if kind == "finished" else None
    if until is None or not read_waiting(connection).hold_ends:
        return list(planned)
    return [policy.hold(plan.channel, policy.SESSION, until) if plan.state == "waiting" else plan for plan in planned]


def _others(connection: sqlite3.Connection, run_id: str | None, attempt: int | None) -> list[Alert]:
    """The alerts of the same attempt that no other one tells, newest first."""
    if run_id is None:
        return []
    known = alerts.alerts_of_run(connection, run_id)
    return [one for one in known if one.attempt == attempt and one.merged_into is None]


def _untold_best(
    facts: Mapping[str, Any], others: Sequence[Alert], ways: Mapping[int, Sequence[Delivery]]
) -> Alert | None:
    """The last new best of the same metric that is still held everywhere."""
    for other in others:
        states = {way.state for way in ways[other.id]}
        if other.kind == "best" and other.facts.get("metric") == facts.get("metric"):
            return other if "held" in states and states <= {"held", "suppressed"} else None
    return None


def _running_beside(connection: sqlite3.Connection, run: Run | None) -> list[str]:
    """The names of the other runs that are running."""
    if run is None:
        return []
    return [one.name for one in runs.active_runs(connection) if one.state == "running" and one.id != run.id]
