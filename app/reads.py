"""What the pages read: the only module of the dashboard that opens the journal.

Every function opens a connection, reads and closes it (about a millisecond), so that no connection is ever
shared between the threads that sessions run in. What comes back carries no token, whatever a command line,
a log or a service's answer had in it.
"""

import dataclasses
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from app.attention import CALM as CALM
from app.attention import NEEDS, Card, Need, cards_of, rank
from store import (
    alerts,
    catalogue,
    database,
    deliveries,
    delivery_log,
    heartbeats,
    intents,
    logs,
    mutes,
    plaintext,
    projects,
    runs,
)
from store.errors import JournalReadOnly
from store.settings import HIDDEN, Settings

PAGE = 50
LOG_LINES = 200
LOG_BYTES = 262_144
DOWNLOAD_BYTES = 64 << 20
DIFF_BYTES = 200_000
WAIT_SECONDS = 5.0
_PATHS = ("id", "directory", "log_path", "path")
_Any = TypeVar("_Any")


@dataclass(frozen=True)
class Pulse:
    """Whether the daemon is heard. ``as_of`` is when the newest thing in the journal was written; it, not the
    clock on the wall, is the time of what a page shows."""

    alive: bool
    beat: float | None
    silence: float | None
    stopped: bool
    as_of: float
    unhealthy: list[tuple[str, str]]


@dataclass(frozen=True)
class Now:
    """The front page."""

    pulse: Pulse
    needs: list[Need]
    active: list[runs.Run]
    ended: list[runs.Run]

    @property
    def cards(self) -> list[Card]:
        """What needs a person, a card for each run, the worst first."""
        return cards_of(self.needs)

    @property
    def is_empty(self) -> bool:
        """Whether there has never been a run."""
        return not (self.active or self.ended or self.needs)


@dataclass(frozen=True)
class Listing:
    """One page of the list of runs."""

    pulse: Pulse
    page: catalogue.Page


@dataclass(frozen=True)
class Story:
    """Everything about one run but its log."""

    pulse: Pulse
    run: runs.Run
    events: list[runs.Event]
    alerts: list[Need]
    intents: list[intents.Intent]
    mutes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Tail:
    """The end of a log, as plain lines; ``kept`` when only the journal's copy is left, ``cut`` when the
    file holds more than is shown."""

    lines: list[str]
    kept: bool
    cut: bool
    size: int
    path: Path
    exists: bool = True


@contextmanager
def open_journal(settings: Settings, *, read_only: bool = True) -> Iterator[sqlite3.Connection]:
    """A connection for the length of the block."""
    connection = database.open_journal(settings.journal, read_only=read_only, busy_seconds=WAIT_SECONDS)
    try:
        yield connection
    finally:
        connection.close()


def refuse_read_only(settings: Settings) -> None:
    """JournalReadOnly where this dashboard only shows; before anything is changed."""
    if settings.read_only:
        raise JournalReadOnly("this dashboard shows everything and changes nothing; unset MACHIAI_READ_ONLY to change")


def read_pulse(settings: Settings) -> Pulse:
    """Whether the daemon is alive."""
    with open_journal(settings) as connection:
        return pulse_of(connection, [])


def read_now(settings: Settings) -> Now:
    """The front page: what needs a person, what runs, what ended."""
    with open_journal(settings) as connection:
        active = runs.active_runs(connection)
        muted = mutes.all_mutes(connection)
        found = alerts.open_alerts(connection, time.time(), kinds=NEEDS)
        needs = _with_deliveries(connection, [one for one in found if (one.run_id, one.kind) not in muted])
        needs.sort(key=lambda need: rank(need.alert.kind))
        ended = runs.ended_runs(connection, 8)
        return without_token(settings, Now(pulse_of(connection, active), needs, active, ended))


def read_list(
    settings: Settings, *, states: Sequence[str], project_id: int | None, text: str, sort: str, number: int
) -> Listing:
    """Page ``number`` (from 1) of the runs that match."""
    with open_journal(settings) as connection:
        page = catalogue.list_runs(
            connection,
            states=states,
            project_id=project_id,
            text=text,
            sort=sort,
            limit=PAGE,
            offset=PAGE * (number - 1),
        )
        pulse = pulse_of(connection, [run for run in page.runs if run.is_active])
        return without_token(settings, Listing(pulse, page))


def read_projects(settings: Settings) -> list[projects.Project]:
    """All projects, by name."""
    with open_journal(settings) as connection:
        return projects.list_projects(connection)


def read_run(settings: Settings, run_id: str) -> Story | None:
    """One run with its history, or None when there is none of that id."""
    with open_journal(settings) as connection:
        run = runs.get_run(connection, run_id)
        if run is None:
            return None
        story = Story(
            pulse_of(connection, [run] if run.is_active else []),
            run,
            runs.events_of(connection, run_id),
            _with_deliveries(connection, alerts.alerts_of_run(connection, run_id)),
            intents.intents_of_run(connection, run_id),
            sorted(mutes.mutes_of(connection, run_id)),
        )
    return without_token(settings, story)


def read_tail(settings: Settings, run: runs.Run) -> Tail:
    """The last lines of a run's log, from the file, else from the copy the journal kept."""
    path = log_path(run)
    try:
        size = path.stat().st_size
    except OSError:
        with open_journal(settings) as connection:
            excerpt = logs.read_excerpt(connection, run.id, run.attempt)
        if excerpt is None:
            return Tail([], kept=False, cut=False, size=0, path=path, exists=False)
        lines = [settings.redact(line) for line in excerpt.lines]
        return Tail(lines, kept=True, cut=excerpt.first_line > 1, size=0, path=path)
    lines = [settings.redact(line) for line in plaintext.tail(path, LOG_LINES, LOG_BYTES)]
    return Tail(lines, kept=False, cut=size > LOG_BYTES or len(lines) >= LOG_LINES, size=size, path=path)


def read_log(settings: Settings, run: runs.Run, limit: int = DOWNLOAD_BYTES) -> bytes:
    """The log as it is, its last ``limit`` bytes if it is longer, without the token."""
    path = log_path(run)
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            file.seek(max(0, size - limit))
            raw = file.read(limit)
    except OSError:
        raw = "\n".join(read_tail(settings, run).lines).encode()
    token = settings.pushbullet_token.encode()
    return raw.replace(token, HIDDEN.encode()) if token else raw


def read_diff(settings: Settings, run: runs.Run) -> tuple[str, bool] | None:
    """What was changed and not committed when the run was launched, and whether more was left out."""
    path = Path(run.directory) / "code" / "diff.patch"
    try:
        with path.open("rb") as file:
            raw = file.read(DIFF_BYTES + 1)
    except OSError:
        return None
    text = settings.redact(raw[:DIFF_BYTES].decode("utf-8", errors="replace"))
    return (text, len(raw) > DIFF_BYTES) if text.strip() else None


def log_path(run: runs.Run) -> Path:
    """Where the log of a run's latest attempt lies."""
    return Path(run.log_path or Path(run.directory) / f"attempt-{run.attempt}" / "log")


def acknowledge(settings: Settings, alert_ids: Sequence[int]) -> None:
    """Note that a person has seen these alerts."""
    with open_journal(settings, read_only=False) as connection:
        for alert_id in alert_ids:
            alerts.acknowledge(connection, alert_id, time.time())


def snooze(settings: Settings, alert_ids: Sequence[int], until: float) -> None:
    """Show these alerts again at ``until`` (epoch seconds), not before."""
    with open_journal(settings, read_only=False) as connection:
        for alert_id in alert_ids:
            alerts.snooze(connection, alert_id, until)


def mute(settings: Settings, run_id: str, rule: str) -> None:
    """Hear no more of a rule about this run; what it has said so far counts as seen."""
    with open_journal(settings, read_only=False) as connection:
        now = time.time()
        mutes.mute(connection, run_id, rule, now)
        for alert in alerts.alerts_of_run(connection, run_id):
            if alert.kind == rule:
                alerts.acknowledge(connection, alert.id, now)


def unmute(settings: Settings, run_id: str, rule: str) -> None:
    """Hear of that rule about this run again."""
    with open_journal(settings, read_only=False) as connection:
        mutes.unmute(connection, run_id, rule)


def ask_stop(settings: Settings, run_id: str) -> None:
    """Ask the daemon to stop a run; it answers in the run's intents."""
    with open_journal(settings, read_only=False) as connection:
        intents.ask(connection, intents.STOP_RUN, run_id, time.time(), {"by": "dashboard"})


def pulse_of(connection: sqlite3.Connection, active: Sequence[runs.Run] = ()) -> Pulse:
    """Whether the daemon is alive, with what these runs add to how fresh the journal is."""
    now = time.time()
    beats = heartbeats.read_heartbeats(connection)
    daemon = next((beat for beat in beats if beat.worker == heartbeats.DAEMON), None)
    alive = heartbeats.is_alive(beats, now)
    times = [beat.beat for beat in beats]
    if alive:
        times += [moment for run in active for moment in (run.updated, run.last_output) if moment]
    unhealthy = [(beat.worker, beat.detail or "") for beat in beats if beat.status == "unhealthy"]
    return Pulse(
        alive=alive,
        beat=daemon.beat if daemon else None,
        silence=heartbeats.silent_for(beats, now),
        stopped=daemon is not None and daemon.status == "stopped",
        as_of=min(now, max(times, default=now)),
        unhealthy=unhealthy if alive else [],
    )


def without_token(settings: Settings, value: _Any) -> _Any:
    """The same, with the token taken out of every text in it but paths and ids."""
    return _redacted(settings, value) if settings.pushbullet_token else value


def _redacted(settings: Settings, value: Any) -> Any:
    if isinstance(value, str):
        return settings.redact(value)
    if isinstance(value, list):
        return [_redacted(settings, item) for item in value]
    if isinstance(value, dict):
        return {_redacted(settings, name): _redacted(settings, item) for name, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changes = {
            field.name: _redacted(settings, getattr(value, field.name))
            for field in dataclasses.fields(value)
            if field.name not in _PATHS
        }
        return dataclasses.replace(value, **changes)
    return value


def _with_deliveries(connection: sqlite3.Connection, found: Sequence[alerts.Alert]) -> list[Need]:
    sent = deliveries.deliveries_of(connection, [alert.id for alert in found])
    run_ids = {alert.run_id for alert in found if alert.run_id}
    known = {run_id: runs.get_run(connection, run_id) for run_id in run_ids}
    held: dict[int, dict[str, str]] = {alert.id: {} for alert in found}
    for (alert_id, channel), why in delivery_log.held_of(connection, held).items():
        held[alert_id][channel] = why
    return [Need(alert, known.get(alert.run_id or ""), sent[alert.id], held[alert.id]) for alert in found]
