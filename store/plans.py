"""The plan of a run: what it shall show, and what comes next whichever way it ends, written before that is known."""

import sqlite3
from dataclasses import dataclass, replace

from store import tasks
from store.errors import Conflict, TaskError
from store.runs import ACTIVE, Run, get_run
from store.symptoms import Phrase
from store.task_lines import Draft, read_line
from store.task_rows import Task

FIELDS = ("hypothesis", "expected", "if_success", "if_failure")
SUCCESS, FAILURE = "success", "failure"
_KIND = "experiment"


@dataclass(frozen=True)
class Plan:
    """The plan of a run; ``late`` where something of it was written when the run had ended.

    ``changed`` is when it was last written after the launch (epoch seconds), ``revision`` counts that.
    """

    run_id: str
    hypothesis: str | None = None
    expected: str | None = None
    if_success: str | None = None
    if_failure: str | None = None
    changed: float | None = None
    late: bool = False
    revision: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing of it is written."""
        return not any(getattr(self, name) for name in FIELDS)


@dataclass(frozen=True)
class PlanVersion:
    """A plan as it was from ``saved`` (epoch seconds) on."""

    saved: float
    hypothesis: str | None
    expected: str | None
    if_success: str | None
    if_failure: str | None
    late: bool


def read_plan(connection: sqlite3.Connection, run_id: str) -> Plan:
    """The plan of a run; TaskError where there is no such run."""
    row = connection.execute(
        "SELECT r.hypothesis, r.expected, r.if_success, r.if_failure, r.plan_changed, r.plan_late, "
        "(SELECT coalesce(max(id), 0) FROM plan_versions WHERE run_id = r.id) AS revision FROM runs r WHERE r.id = ?",
        (run_id,),
    ).fetchone()
    if row is None:
        raise TaskError("no run has the id {run}; `machiai ls` lists them", run=repr(run_id))
    texts = {name: row[name] or None for name in FIELDS}
    return Plan(run_id, **texts, changed=row["plan_changed"], late=bool(row["plan_late"]), revision=row["revision"])


def change_plan(
    connection: sqlite3.Connection, run_id: str, now: float, revision: int | None = None, **fields: str | None
) -> Plan:
    """Write any of ``FIELDS``, inside the caller's transaction; an empty text takes one away. The plan as it is then.

    What is written when the run has ended makes the plan late. ``revision`` is the one that was read: Conflict (its
    ``current`` is the plan) where it was written elsewhere meanwhile. TaskError where there is no such run.
    """
    if unknown := set(fields) - set(FIELDS):
        raise TypeError(f"a plan has no {', '.join(sorted(unknown))}")
    plan = read_plan(connection, run_id)
    texts = {name: _tidy(text) for name, text in fields.items()}
    wanted = replace(plan, **texts)  # type: ignore[arg-type]
    if wanted == plan:
        return plan
    if revision is not None and revision != plan.revision:
        raise Conflict(
            "the plan was changed elsewhere meanwhile, and nothing was written: see how it is now, then save again",
            plan,
        )
    run = connection.execute("SELECT state, created FROM runs WHERE id = ?", (run_id,)).fetchone()
    if not plan.revision and not plan.is_empty:
        _keep_version(connection, plan, run["created"])
    late = not wanted.is_empty and (plan.late or run["state"] not in ACTIVE)
    wanted = replace(wanted, changed=now, late=late)
    connection.execute(
        "UPDATE runs SET hypothesis = ?, expected = ?, if_success = ?, if_failure = ?, plan_changed = ?, plan_late = ? "
        "WHERE id = ?",
        (*(getattr(wanted, name) for name in FIELDS), now, late, run_id),
    )
    return replace(wanted, revision=_keep_version(connection, wanted, now))


def plan_versions(connection: sqlite3.Connection, run_id: str) -> list[PlanVersion]:
    """What a plan was over time, the first version first; empty where it is as it was at launch."""
    rows = connection.execute(
        "SELECT saved, hypothesis, expected, if_success, if_failure, late FROM plan_versions WHERE run_id = ? "
        "ORDER BY id",
        (run_id,),
    )
    return [PlanVersion(**{**dict(row), "late": bool(row["late"])}) for row in rows]


def unplanned(connection: sqlite3.Connection) -> list[str]:
    """The ids of queued and running runs of whose next step nothing is written, neither for success nor for failure."""
    rows = connection.execute(
        "SELECT id FROM runs WHERE state IN ('queued', 'running') AND coalesce(if_success, '') = '' "
        "AND coalesce(if_failure, '') = '' ORDER BY created, id"
    )
    return [str(row["id"]) for row in rows]


def branch_of(run: Run) -> str | None:
    """Which branch of its plan a run came to: ``success`` where it finished, ``failure`` where it failed, was killed or
    lost. None while it goes on, and where the user stopped it: why is theirs to say."""
    if run.state == "finished":
        return SUCCESS
    return FAILURE if run.state in ("failed", "killed", "lost") else None


def matching_branch(run: Run) -> str | None:
    """What its plan says for how a run ended; None where it says nothing, or there is no telling which branch."""
    branch = branch_of(run)
    text = run.if_success if branch == SUCCESS else run.if_failure if branch == FAILURE else None
    return (text or "").strip() or None


def branch_task_of(connection: sqlite3.Connection, run: Run) -> Task | None:
    """The task that a run's matching branch was made into, if it was."""
    branch = branch_of(run)
    return tasks.made_of(connection, _origin(run.id, branch)) if branch else None


def branch_task(connection: sqlite3.Connection, run_id: str, now: float, branch: str | None = None) -> Task:
    """Make a task of a run's matching branch, or of ``branch``, inside the caller's transaction; once: the task that
    was made of it before is returned. Its first line is the title (with marks as in a pasted list), the rest the notes.

    TaskError where there is no such run, or nothing is written for that branch.
    """
    run = get_run(connection, run_id)
    if run is None:
        raise TaskError("no run has the id {run}; `machiai ls` lists them", run=repr(run_id))
    chosen = branch or branch_of(run)
    if chosen not in (SUCCESS, FAILURE):
        raise TaskError(
            "{name} is {state}: say which branch of its plan is meant, success or failure",
            name=run.name,
            state=Phrase(run.state),
        )
    made = tasks.made_of(connection, _origin(run_id, chosen))
    if made is not None:
        return made
    text = _tidy(run.if_success if chosen == SUCCESS else run.if_failure)
    if text is None:
        raise TaskError(
            "the plan of {name} says nothing for {chosen}; write it down first, or add a task",
            name=run.name,
            chosen=chosen,
        )
    first, _, rest = text.partition("\n")
    draft = read_line(first) or Draft(first)
    task_id = tasks.add(
        connection,
        draft.title,
        now,
        project_id=run.project_id,
        kind=draft.kind or _KIND,
        estimate=draft.estimate,
        priority=draft.priority,
        notes=rest.strip(),
        origin=_origin(run_id, chosen),
        about=[("run", run_id)],
    )
    task = tasks.get(connection, task_id)
    assert task is not None
    return task


def _origin(run_id: str, branch: str) -> str:
    return f"plan:{run_id}:{branch}"


def _tidy(text: str | None) -> str | None:
    """The text as it is kept; None for an empty one."""
    return (text or "").encode("utf-8", "replace").decode("utf-8").replace("\0", "").strip() or None


def _keep_version(connection: sqlite3.Connection, plan: Plan, saved: float) -> int:
    cursor = connection.execute(
        "INSERT INTO plan_versions (run_id, saved, hypothesis, expected, if_success, if_failure, late) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (plan.run_id, saved, *(getattr(plan, name) for name in FIELDS), plan.late),
    )
    return int(cursor.lastrowid or 0)
