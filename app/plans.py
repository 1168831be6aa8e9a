"""What the pages read and change of the plans of runs, and of what follows from them."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app import reads
from store import plans, tasks
from store.database import snapshot, write
from store.plans import Plan, PlanVersion
from store.runs import Run
from store.settings import Settings
from store.task_rows import Task


@dataclass(frozen=True)
class Planned:
    """The plan of a run with what it was before, the branch it came to and the task made of it, what waits for it."""

    plan: Plan
    versions: list[PlanVersion]
    branch: str | None
    made: Task | None
    waiting: list[Task]


@dataclass(frozen=True)
class Outcome:
    """What follows from the end of a run: what its plan says for it, the task made of that, the tasks that woke."""

    branch: str | None = None
    made: Task | None = None
    woken: list[Task] = field(default_factory=list)


def read_planned(settings: Settings, run: Run) -> Planned:
    """The plan of a run and all that hangs on it."""
    with reads.open_journal(settings) as connection, snapshot(connection):
        found = Planned(
            plans.read_plan(connection, run.id),
            plans.plan_versions(connection, run.id),
            plans.branch_of(run),
            plans.branch_task_of(connection, run),
            tasks.waiting_on(connection, run.id),
        )
    return reads.without_token(settings, found)


def read_outcomes(settings: Settings, ended: Iterable[Run]) -> dict[str, Outcome]:
    """What follows from the end of each of these runs, by id."""
    with reads.open_journal(settings) as connection, snapshot(connection):
        woken = tasks.woken(connection)
        found = {
            run.id: Outcome(
                plans.matching_branch(run),
                plans.branch_task_of(connection, run),
                [task for task in woken if task.woken_run == run.id],
            )
            for run in ended
        }
    return reads.without_token(settings, found)


def change(settings: Settings, run_id: str, revision: int | None, fields: Mapping[str, str]) -> Plan:
    """Write parts of a plan; Conflict where it was written elsewhere meanwhile."""
    reads.refuse_read_only(settings)
    with reads.open_journal(settings, read_only=False) as connection, write(connection):
        return plans.change_plan(connection, run_id, time.time(), revision, **fields)


def make_task(settings: Settings, run_id: str) -> Task:
    """Make a task of the branch a run came to, once; the task, also where it was made before."""
    reads.refuse_read_only(settings)
    with reads.open_journal(settings, read_only=False) as connection, write(connection):
        return plans.branch_task(connection, run_id, time.time())
