"""What the page *Plan* reads and changes: tasks, what they wait for, the projects they belong to."""

import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from app import reads
from app.reads import Pulse
from store import links, papers, projects, runs, tasks
from store.database import snapshot, write
from store.errors import TaskError
from store.links import Link
from store.progress import Progress, progress_of
from store.projects import Project
from store.runs import Run
from store.settings import Settings
from store.task_rows import ENDED, STATES, Task, TaskEvent
from store.waiting_preferences import read_waiting

ALL, NONE = 0, -1
"""In place of a project's id: every project that is not archived; tasks of no project."""
LATELY = 20
LATELY_SECONDS = 14 * 86400.0
CANDIDATES = 200


@dataclass(frozen=True)
class Awaited:
    """A run that a task waits or waited for, and how far it is."""

    run: Run
    progress: Progress | None


@dataclass(frozen=True)
class Group:
    """The open tasks of a project, or of none, in the order to be shown; those that woke are not among them.

    ``doing`` is how many are in doing, those that woke included, ``limit`` how many the user finds good.
    """

    project: Project | None
    tasks: list[Task]
    doing: int
    limit: int

    @property
    def is_over(self) -> bool:
        """Whether more is in doing than the user finds good."""
        return self.doing > self.limit


@dataclass(frozen=True)
class Board:
    """The page *Plan*: what woke, the open tasks by project, what ended lately, and the runs these wait for, by id.

    ``asked`` is the task that a link led to, whatever its state and project; it is not among the others.
    """

    pulse: Pulse
    woken: list[Task]
    groups: list[Group]
    ended: list[Task]
    runs: dict[str, Awaited]
    asked: Task | None = None

    @property
    def open_tasks(self) -> list[Task]:
        """Everything to do that is shown."""
        asked = [self.asked] if self.asked is not None and self.asked.is_open else []
        return asked + self.woken + [task for group in self.groups for task in group.tasks]


@dataclass(frozen=True)
class Detail:
    """Everything about one task: what it is about, and its history with the names of the runs and projects in it, and
    the titles of its papers."""

    task: Task
    links: list[Link]
    events: list[TaskEvent]
    names: dict[str, str]
    projects: dict[int, str]
    papers: dict[str, str]


def read_projects(settings: Settings) -> list[Project]:
    """All projects, archived ones too, by name."""
    with reads.open_journal(settings) as connection:
        return reads.without_token(settings, projects.list_projects(connection))


def read_usual_limit(settings: Settings) -> int:
    """How many tasks of a project are well in doing where the project says nothing else."""
    with reads.open_journal(settings) as connection:
        return read_waiting(connection).doing_limit


def read_latest_project(settings: Settings) -> int | None:
    """The project that the last task was written for, else that of the last run, unless it is archived."""
    with reads.open_journal(settings) as connection:
        latest = tasks.list_tasks(connection, states=STATES, sort="newest", limit=1)
        if latest:
            return latest[0].project_id
        some = runs.active_runs(connection) or runs.ended_runs(connection, 1)
        present = {one.id for one in projects.list_projects(connection, archived=False)}
        return next((run.project_id for run in some if run.project_id in present), None)


def read_board(settings: Settings, chosen: int = ALL, asked: int | None = None, now: float | None = None) -> Board:
    """What there is to do in a project, in all that are not archived (``ALL``) or in none (``NONE``)."""
    now = time.time() if now is None else now
    with reads.open_journal(settings) as connection, snapshot(connection):
        known = {one.id: one for one in projects.list_projects(connection)}
        found = _chosen(tasks.list_tasks(connection, chosen if chosen > 0 else None, archived=False), chosen)
        ended = tasks.list_tasks(
            connection,
            chosen if chosen > 0 else None,
            ENDED,
            sort="ended",
            limit=LATELY if chosen != NONE else 25 * LATELY,
        )
        ended = [one for one in _chosen(ended, chosen)[:LATELY] if (one.ended or 0) > now - LATELY_SECONDS]
        first = tasks.get(connection, asked) if asked is not None else None
        others = [one for one in found if one.id != asked]
        woken = sorted((one for one in others if one.woken is not None), key=lambda one: -(one.woken or 0))
        usual = read_waiting(connection).doing_limit
        groups = []
        for project_id in _in_order(found, known):
            some = [one for one in found if one.project_id == project_id]
            groups.append(
                Group(
                    known.get(project_id) if project_id is not None else None,
                    sorted((one for one in some if one.woken is None and one.id != asked), key=_place),
                    sum(one.state == "doing" for one in some),
                    tasks.doing_limit(connection, project_id, usual),
                )
            )
        mentioned = [*found, *([first] if first is not None else [])]
        awaited = _awaited(connection, [one.blocked_run or one.woken_run for one in mentioned])
        pulse = reads.pulse_of(connection, [one.run for one in awaited.values() if one.run.is_active])
        return reads.without_token(settings, Board(pulse, woken, groups, ended, awaited, first))


def read_detail(settings: Settings, task_id: int) -> Detail | None:
    """Everything about one task, None where there is none of that id."""
    with reads.open_journal(settings) as connection, snapshot(connection):
        task = tasks.get(connection, task_id)
        if task is None:
            return None
        events = tasks.history(connection, task_id)
        about = links.links_of(connection, "task", task_id)
        wanted = {one.to_id for one in about if one.to_kind == "run"}
        for event in events:
            by = str(event.detail.get("by") or "").removeprefix("run:")
            wanted |= {str(one) for one in (event.detail.get("run"), event.detail.get("blocked_run"), by) if one}
        named = (runs.get_run(connection, run_id) for run_id in wanted)
        names = {run.id: run.name for run in named if run is not None}
        whose = {one.id: one.name for one in projects.list_projects(connection)}
        found = (papers.get(connection, one.to_id) for one in about if one.to_kind == "paper")
        titles = {paper.ref: paper.title for paper in found if paper is not None}
        return reads.without_token(settings, Detail(task, about, events, names, whose, titles))


def read_candidates(settings: Settings) -> list[Run]:
    """The runs whose end a task can wait for, the last launched first."""
    with reads.open_journal(settings) as connection:
        return reads.without_token(settings, runs.active_runs(connection)[: -CANDIDATES - 1 : -1])


def read_recent_runs(settings: Settings) -> list[Run]:
    """Runs that a task may be about: what is active, then what ended last."""
    with reads.open_journal(settings) as connection:
        found = [*reversed(runs.active_runs(connection)), *runs.ended_runs(connection, CANDIDATES)]
        return reads.without_token(settings, found)


def add(settings: Settings, text: str, project_id: int | None) -> list[int]:
    """Keep what a line, or several, say to do, with their marks. TaskError where that is nothing."""
    with _change(settings) as connection:
        made = tasks.paste(connection, text, time.time(), project_id)
    if not made:
        raise TaskError("nothing to do is written there")
    return made


def change(settings: Settings, task_id: int, revision: int | None, fields: Mapping[str, Any]) -> Task:
    """Change what is typed of a task; Conflict where somebody else did meanwhile, TaskError where it cannot be kept."""
    with _change(settings) as connection:
        return tasks.change(connection, task_id, time.time(), revision, **fields)


def set_state(settings: Settings, task_id: int, state: str) -> None:
    """Set a task to todo, doing, done or dropped."""
    with _change(settings) as connection:
        tasks.set_state(connection, task_id, state, time.time())


def acknowledge(settings: Settings, task_id: int) -> None:
    """Note that it was seen that a task woke."""
    with _change(settings) as connection:
        tasks.acknowledge(connection, task_id, time.time())


def move(settings: Settings, task_id: int, where: str) -> None:
    """Put a task up, down or to the top among those of its project and state."""
    with _change(settings) as connection:
        tasks.move(connection, task_id, where)


def block(settings: Settings, task_id: int, *, run_id: str | None, text: str | None, until: float | None) -> None:
    """Let a task wait for one of these; TaskError where it cannot."""
    with _change(settings) as connection:
        tasks.block(connection, task_id, time.time(), run_id=run_id, text=text, until=until)


def link(settings: Settings, task_id: int, run_id: str) -> None:
    """Keep that a task is about a run."""
    with _change(settings) as connection:
        links.link(connection, "task", task_id, "run", run_id, time.time())


def unlink(settings: Settings, one: Link) -> None:
    """Forget what a task is about."""
    with _change(settings) as connection:
        links.unlink(connection, one.from_kind, one.from_id, one.to_kind, one.to_id)


def add_project(settings: Settings, name: str) -> int:
    """Make a project by hand; TaskError where the name is empty or taken."""
    with _change(settings) as connection:
        return projects.add_project(connection, name, time.time())


def change_project(settings: Settings, project: Project, name: str, limit: int | None) -> None:
    """Rename a project, and set how many of its tasks are well in doing (None: as usual): what differs from what was
    read, all or nothing."""
    with _change(settings) as connection:
        if name != project.name:
            projects.rename(connection, project.id, name)
        if limit != project.doing_limit:
            projects.set_doing_limit(connection, project.id, limit)


def archive(settings: Settings, project_id: int, *, back: bool = False) -> None:
    """See a project and its tasks no longer, or again."""
    with _change(settings) as connection:
        if back:
            projects.unarchive(connection, project_id)
        else:
            projects.archive(connection, project_id, time.time())


@contextmanager
def _change(settings: Settings) -> Iterator[sqlite3.Connection]:
    """A transaction that changes the journal; refused where the dashboard only shows."""
    reads.refuse_read_only(settings)
    with reads.open_journal(settings, read_only=False) as connection, write(connection):
        yield connection


def _chosen(found: list[Task], chosen: int) -> list[Task]:
    return [one for one in found if one.project_id is None] if chosen == NONE else found


def _in_order(found: Iterable[Task], known: Mapping[int, Project]) -> list[int | None]:
    """The projects of these tasks by name, none last."""
    some = {one.project_id for one in found}
    names = {one: known[one].name.casefold() for one in some if one is not None and one in known}
    return sorted(some, key=lambda one: (one is None, names.get(one or 0, "")))


def _place(task: Task) -> tuple[int, float, int]:
    """What is in doing first, what is blocked last, each in the user's order."""
    return ("doing", "todo", "blocked").index(task.state), task.place, task.id


def _awaited(connection: sqlite3.Connection, wanted: Iterable[str | None]) -> dict[str, Awaited]:
    ids = list(dict.fromkeys(one for one in wanted if one))
    far = progress_of(connection, ids)
    found = (runs.get_run(connection, run_id) for run_id in ids)
    return {run.id: Awaited(run, far.get(run.id)) for run in found if run is not None}


__all__ = ["ALL", "NONE", "Awaited", "Board", "Detail", "Group", "Link", "Project", "Task", "TaskEvent"]
