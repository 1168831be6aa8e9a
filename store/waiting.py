"""The situation of the moment, gathered from the journal: what advice is given from."""

import sqlite3
from datetime import datetime, tzinfo

from store import advice_log, drifts, heartbeats, reading, resumes, sessions, task_rows
from store.progress import Progress, progress_of
from store.runs import Run, active_runs
from store.situations import Guard, Job, OpenGoal, OpenTask, Pile, ResumeCard, Situation
from store.waiting_preferences import read_waiting
from store.weekly.calendar import week_of
from store.weekly.goals import open_goals
from store.weekly.preferences import read_weeks
from store.worked import read_stretch, seconds_by_kind

UNLOOKED_SECONDS = 4 * 86400.0
"""How long the code of a run that failed is kept in mind: what fails on a Friday is looked at after the weekend."""
UNREVIEWED_SECONDS = 30 * 86400.0


def gather(
    connection: sqlite3.Connection, now: float, zone: tzinfo | None = None, *, live: bool | None = None
) -> Situation:
    """What is known at ``now``; the day is that of ``zone``, None for this machine's.

    ``live`` is whether the journal is up to date; by default, whether the daemon is alive.
    """
    if live is None:
        live = heartbeats.is_alive(heartbeats.read_heartbeats(connection), now)
    chosen = read_waiting(connection)
    active = active_runs(connection)
    session = sessions.open_session(connection)
    today = day_begin(now, zone)
    read = seconds_by_kind(connection, today, now, now).get("read", 0.0)
    return Situation(
        now=now,
        jobs=tuple(_jobs(connection, active)),
        silent=not live and bool(active),
        tasks=tuple(_tasks(connection, now)),
        guards=tuple(_guards(connection, active, now)),
        piles=tuple(_piles(connection, now)),
        papers=reading.items(connection, now),
        resumes=tuple(_cards(connection)),
        goals=tuple(_goals(connection, now, zone)),
        read_today=read / 60,
        read_stretch=read_stretch(connection, now) / 60,
        last_mail=_last_mail(connection, today),
        task_id=session.task_id if session else None,
        project_id=session.project_id if session else None,
        stamina_minutes=chosen.stamina_minutes,
        day_minutes=chosen.day_minutes,
        mail_minutes=chosen.mail_minutes,
        declined=advice_log.declined(connection, now) | _going_on(session),
        weights=advice_log.weights(connection, now),
    )


def day_begin(now: float, zone: tzinfo | None = None) -> float:
    """When the day of ``now`` began in that zone, in epoch seconds."""
    local = datetime.fromtimestamp(now, zone).astimezone(zone)
    return local.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def _going_on(session: sessions.Session | None) -> frozenset[tuple[str, str]]:
    """What the open session is about, as advice names it: it need not be proposed."""
    if session is None:
        return frozenset()
    named = {"task": session.task_id, "run": session.run_id, "paper": session.paper, "project": session.project_id}
    return frozenset(
        {(session.kind, f"{about}:{one}") for about, one in named.items() if one is not None} | {(session.kind, "")}
    )


def _jobs(connection: sqlite3.Connection, active: list[Run]) -> list[Job]:
    known = progress_of(connection, [run.id for run in active])
    return [_job(run, known.get(run.id)) for run in active]


def _job(run: Run, progress: Progress | None) -> Job:
    current = progress if progress is not None and progress.attempt == run.attempt else None
    return Job(
        id=run.id,
        name=run.name,
        project_id=run.project_id,
        state=run.state,
        planned=bool(run.if_success or run.if_failure),
        health=tuple(run.health),
        eta_low=current.eta_low if current else None,
        eta_at=current.eta_at if current else None,
        eta_high=current.eta_high if current else None,
    )


def _tasks(connection: sqlite3.Connection, now: float) -> list[OpenTask]:
    spent = {
        row["task_id"]: row["seconds"]
        for row in connection.execute(
            "SELECT task_id, sum(max(0, coalesce(ended, ?) - begun - slept)) AS seconds FROM sessions "
            "WHERE task_id IS NOT NULL GROUP BY task_id",
            (now,),
        )
    }
    names = {
        f"{task_rows.RUN_MARK}{row['id']}": row["name"]
        for row in connection.execute(
            "SELECT r.id, r.name FROM tasks t JOIN runs r ON r.id = substr(t.woken_by, ?) WHERE t.woken IS NOT NULL",
            (len(task_rows.RUN_MARK) + 1,),
        )
    }
    return [
        OpenTask(
            id=task.id,
            title=task.title,
            kind=task.kind,
            project_id=task.project_id,
            state=task.state,
            priority=task.priority,
            estimate=task.estimate,
            spent=spent.get(task.id, 0.0),
            woken_by=None if task.woken is None else names.get(task.woken_by or "", ""),
            notes=task.notes,
        )
        for task in task_rows.list_tasks(connection)
    ]


def _guards(connection: sqlite3.Connection, active: list[Run], now: float) -> list[Guard]:
    """Active runs, and those that failed in the last four days and that nobody wrote of, ran again or got past."""
    rows = connection.execute(
        "SELECT r.id, r.name, r.project_id FROM runs r WHERE r.state IN ('failed', 'killed', 'lost') AND r.ended > ? "
        "AND NOT EXISTS (SELECT 1 FROM runs n WHERE n.parent = r.id) "
        "AND NOT EXISTS (SELECT 1 FROM runs n WHERE n.project_id = r.project_id AND n.state = 'finished' "
        "AND n.created > r.ended) "
        "AND NOT EXISTS (SELECT 1 FROM links l WHERE l.to_kind = 'run' AND l.to_id = r.id AND l.from_kind = 'entry' "
        "AND l.created > r.ended) ORDER BY r.ended DESC",
        (now - UNLOOKED_SECONDS,),
    ).fetchall()
    wanted = [(run.id, run.name, run.project_id, True) for run in active]
    wanted += [(row["id"], row["name"], row["project_id"], False) for row in rows]
    known = drifts.read_many(connection, [one[0] for one in wanted])
    return [_guard(*one, known.get(one[0])) for one in wanted]


def _guard(run_id: str, name: str, project_id: int, active: bool, drift: drifts.Drift | None) -> Guard:
    if drift is None or not drift.known or not drift.sources:
        return Guard(run_id, name, project_id, active)
    files = frozenset(drift.sources)
    return Guard(
        run_id,
        name,
        project_id,
        active,
        files,
        whole=len(files) >= drift.imports,
        count=drift.imports,
        changed=drift.imported_count,
        commits=drift.commit_count,
    )


def _piles(connection: sqlite3.Connection, now: float) -> list[Pile]:
    rows = connection.execute(
        "SELECT c.project_id, p.name, count(DISTINCT c.sha) AS commits, sum(c.added + c.deleted) AS lines "
        "FROM commits c JOIN projects p ON p.id = c.project_id WHERE c.mine AND c.parents < 2 AND c.reviewed IS NULL "
        "AND c.gone IS NULL AND c.time > ? AND p.archived IS NULL GROUP BY c.project_id ORDER BY c.project_id",
        (now - UNREVIEWED_SECONDS,),
    )
    return [Pile(row["project_id"], row["name"], row["commits"], row["lines"]) for row in rows]


def _cards(connection: sqlite3.Connection) -> list[ResumeCard]:
    return [
        ResumeCard(one.id, one.project_id, one.project or "", one.place, one.next_step, one.written)
        for one in resumes.open_resumes(connection)
        if one.project_id is not None
    ]


def _goals(connection: sqlite3.Connection, now: float, zone: tzinfo | None) -> list[OpenGoal]:
    """Those of this week, of which nothing is said yet to have come."""
    week = week_of(now, zone, read_weeks(connection).week_start)
    return [OpenGoal(one.text, one.project_id, frozenset(one.links)) for one in open_goals(connection, week)]


def _last_mail(connection: sqlite3.Connection, today: float) -> float | None:
    """When mail was last looked at today."""
    row = connection.execute("SELECT max(coalesce(ended, seen)) FROM sessions WHERE kind = 'mail'").fetchone()
    last = row[0]
    return float(last) if last is not None and last >= today else None
