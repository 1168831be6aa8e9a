"""Writing down what was found out about a run: its state, what happened to it, its last lines, and the alert."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from store import logs, plaintext, runs, tasks
from store.settings import Settings
from workers.alerts import raising
from workers.alerts.rules import ends
from workers.evidence import END_BYTES
from workers.runs import rundir
from workers.verdicts import Evidence, Verdict

PUSH_WITHIN_SECONDS = 48 * 3600.0
"""An end older than this when we learn of it is shown, but no longer pushed."""
ALERT_WITHIN_SECONDS = 7 * 86400.0
"""An end older than this when we learn of it (a journal built anew) raises no alert at all."""


@dataclass(frozen=True)
class Finding:
    """What one look at an attempt of a run found out, at ``now``."""

    run_id: str
    attempt: int
    evidence: Evidence
    verdict: Verdict
    now: float


def record_finding(connection: sqlite3.Connection, settings: Settings, known: Finding) -> None:
    """Write attempt, state and events; inside the caller's transaction."""
    evidence, verdict = known.evidence, known.verdict
    beat: Any = evidence.exit or evidence.beat or {}
    runs.record_attempt(connection, _attempt(known, beat))
    runs.record_state(
        connection,
        known.run_id,
        attempt=known.attempt,
        state=verdict.state,
        health=verdict.health,
        certainty=verdict.certainty,
        cause=settings.redact(verdict.cause) if verdict.cause else None,
        evidence=[settings.redact(line) for line in verdict.evidence],
        exit_code=verdict.exit_code,
        signal=verdict.signal,
        pid=beat.get("pid"),
        started=verdict.started,
        ended=verdict.ended,
        seconds=verdict.seconds,
        now=known.now,
        hint=settings.redact(verdict.hint) if verdict.hint else None,
    )
    _record_events(connection, known)


def suspensions(evidence: Evidence) -> tuple[tuple[float, float | None], ...]:
    """When the job was suspended, from and to; None as the end where it still is."""
    record = evidence.exit or evidence.beat or {}
    return tuple((float(begin), end if end is None else float(end)) for begin, end in record.get("suspended") or [])


def keep_excerpt(
    connection: sqlite3.Connection, settings: Settings, known: Finding, path: Path, cursor: logs.Cursor
) -> None:
    """Keep the last lines of a log whose run has ended; inside the caller's transaction."""
    lines = plaintext.tail(path, logs.EXCERPT_LINES, END_BYTES)
    total = cursor.lines + (1 if cursor.partial else 0)
    lines = [settings.redact(line) for line in lines]
    first = max(1, total - len(lines) + 1)
    logs.keep_excerpt(connection, known.run_id, known.attempt, first, lines, known.now)


def raise_alert(connection: sqlite3.Connection, settings: Settings, known: Finding, dashboard_url: str) -> int:
    """Wake the tasks that wait for this end, and raise the alert that it calls for, which names them; inside the
    caller's transaction. How many were raised."""
    woken = tasks.wake_for_run(connection, known.run_id, known.now)
    run = runs.get_run(connection, known.run_id)
    kind = ends.alert_kind(run) if run else None
    occurred = known.verdict.ended or known.now
    if run is None or kind is None or known.now - occurred > ALERT_WITHIN_SECONDS:
        return 0
    alert = raising.raise_alert(
        connection,
        settings,
        kind=kind,
        occurred=occurred,
        now=known.now,
        run=run,
        facts={"unblocks": [task.title for task in woken]} if woken else None,
        log_lines=known.evidence.last_lines[-40:],
        dashboard_url=dashboard_url,
        push=known.now - occurred <= PUSH_WITHIN_SECONDS,
    )
    return int(alert is not None)


def _record_events(connection: sqlite3.Connection, known: Finding) -> None:
    def note(kind: str, moment: float, **detail: Any) -> None:
        runs.record_event(connection, known.run_id, known.attempt, moment, kind, detail)

    evidence, verdict = known.evidence, known.verdict
    if verdict.started is not None:
        note("started", verdict.started)
    if evidence.attached and evidence.beat and evidence.beat.get("engine") == rundir.ATTACHED:
        note("attached", float(evidence.beat["at"]))
    for begin, end in suspensions(evidence):
        note("suspended", begin)
        if end is not None:
            note("resumed", end)
    for stop in evidence.stops:
        note("stop_asked", float(stop["at"]), way=stop.get("way"), signal=stop.get("signal"))
    if verdict.supervisor_lost and evidence.beat:
        note("supervisor_lost", float(evidence.beat.get("at", known.now)))
    if verdict.ended is not None and verdict.has_ended:
        note("ended", verdict.ended, state=verdict.state, certainty=verdict.certainty)


def _attempt(known: Finding, beat: Any) -> runs.Attempt:
    verdict = known.verdict
    return runs.Attempt(
        run_id=known.run_id,
        number=known.attempt,
        host=beat.get("host"),
        boot_id=beat.get("boot_id"),
        pid=beat.get("pid"),
        start_ticks=beat.get("start_ticks"),
        supervisor_pid=beat.get("supervisor_pid"),
        supervisor_ticks=beat.get("supervisor_ticks"),
        started=verdict.started,
        ended=verdict.ended,
        state=verdict.state,
        exit_code=verdict.exit_code,
        signal=verdict.signal,
        beat_at=known.evidence.seen or (known.evidence.beat or {}).get("at"),
    )
