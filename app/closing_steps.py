"""What is to be gone through before a week is closed: runs, tasks, papers, and what is planned for the next week."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from sqlite3 import Connection

from app import papers as shelves
from app import reads, tasks
from app.attention import Card
from app.closing import SEEN_PAPERS, SEEN_TASKS, Closing, changing, expect
from app.papers import Decision, Shelf
from app.reads import Now
from app.tasks import Board
from store import machines, papers, projects, reading, runs
from store.database import snapshot
from store.machines import GPUS
from store.paper_rows import Paper
from store.projects import Project
from store.runs import Run
from store.settings import Settings
from store.task_rows import Task, list_tasks
from store.weekly import conclusions, goals, plans
from store.weekly.calendar import Week
from store.weekly.goals import Goal, Link
from store.weekly.plans import PlannedRun

MOST = 200
"""How many papers and choices are read of a list."""
RUNS = 20
"""How many runs are asked about at a time."""


@dataclass(frozen=True)
class Desk:
    """What waits for its reader: the cards of *Now*, and the inbox of papers."""

    now: Now
    shelf: Shelf

    @property
    def cards(self) -> list[Card]:
        """What needs a person."""
        return self.now.cards


@dataclass(frozen=True)
class Ends:
    """The runs of the week that ended: those to be asked about, how many more there are, and of how many it is written
    what they showed."""

    runs: list[Run]
    more: int
    concluded: int


@dataclass(frozen=True)
class Chores:
    """The open tasks that were not gone through, and how many were; ``done`` are those that were done in the week."""

    board: Board
    open: list[Task]
    carried: int
    done: list[Task]


@dataclass(frozen=True)
class Pile:
    """The papers that were not gone through: those read in the week, then those that are read, then the queue.

    ``minutes`` is the time spent on each of the first, by ref; ``decision`` the last one that can be taken back.
    """

    papers: list[Paper]
    gone_through: int
    minutes: dict[str, float]
    decision: Decision | None


@dataclass(frozen=True)
class Outlook:
    """The week to come: its goals and runs, what they can be about, and the GPUs that the machine has (None: unknown).

    ``hours`` is how many it has; ``choices`` are what a goal can be about, with their names.
    """

    week: Week
    hours: float
    goals: list[Goal]
    planned: list[PlannedRun]
    projects: list[Project]
    choices: dict[Link, str]
    gpus: int | None

    @property
    def capacity(self) -> float | None:
        """GPU-hours that the machine has in that week."""
        return None if self.gpus is None else plans.capacity(self.gpus, self.hours / 24)


def read_desk(settings: Settings) -> Desk:
    """What waits for its reader now."""
    return Desk(reads.read_now(settings), shelves.read_shelf(settings, "inbox"))


def read_ends(settings: Settings, one: Closing, asked: Sequence[str] = ()) -> Ends:
    """The runs of the week without a conclusion, after those that were ``asked`` about already; these go once all of
    them have one and there are others."""
    with reads.open_journal(settings) as connection, snapshot(connection):
        open_ones = conclusions.without_conclusion(connection, one.begin, one.until)
        concluded = len(conclusions.with_conclusion(connection, one.begin, one.until))
        before = [run for run in (runs.get_run(connection, run_id) for run_id in asked) if run is not None]
    fresh = [run for run in open_ones if run.id not in asked]
    is_filled = all(run.conclusion is not None for run in before)
    shown = [] if is_filled and fresh else before
    shown += fresh[: max(0, RUNS - len(shown))]
    kept = {run.id for run in shown}
    return reads.without_token(settings, Ends(shown, sum(run.id not in kept for run in open_ones), concluded))


def read_chores(settings: Settings, one: Closing) -> Chores:
    """The tasks of all projects that are not archived."""
    board = tasks.read_board(settings)
    seen = one.seen(SEEN_TASKS)
    with reads.open_journal(settings) as connection:
        done = list_tasks(connection, states=("done",), sort="ended", limit=MOST)
    waiting = [task for task in board.open_tasks if task.id not in seen]
    done = [task for task in done if one.begin <= (task.ended or 0) < one.until]
    return Chores(board, waiting, len(board.open_tasks) - len(waiting), reads.without_token(settings, done))


def read_pile(settings: Settings, one: Closing) -> Pile:
    """The papers of the week, of reading and of the queue."""
    now = time.time()
    seen = one.seen(SEEN_PAPERS)
    with reads.open_journal(settings) as connection, snapshot(connection):
        most = MOST + len(seen)
        read = papers.list_papers(connection, ["read"], limit=most)
        read = [paper for paper in read if one.begin <= (paper.ended or 0) < one.until]
        begun, queue = (papers.list_papers(connection, [state], limit=most) for state in ("reading", "queue"))
        every = [*read, *begun, *queue]
        waiting = [paper for paper in every if paper.id not in seen]
        minutes = reading.minutes_of_all(connection, [paper.ref for paper in waiting[:1]], now)
        event = papers.last_decision(connection, now)
        about = papers.get(connection, event.paper_id) if event is not None else None
        decision = Decision(event, about) if event is not None and about is not None else None
        pile = Pile(waiting, len(every) - len(waiting), minutes, decision)
    return reads.without_token(settings, pile)


def write_lesson(settings: Settings, ref: str, text: str, expected: str) -> str:
    """Keep what was learned from a paper; as it is kept. Conflict as ``expect`` raises it."""
    with shelves.changing(settings) as connection:
        expect(papers.known(connection, ref).lesson, expected, text)
        return papers.change(connection, ref, time.time(), lesson=text).lesson


def read_goals(settings: Settings, one: Closing) -> list[Goal]:
    """The goals that the week had."""
    with reads.open_journal(settings) as connection:
        return reads.without_token(settings, goals.goals_of(connection, one.week))


def read_outlook(settings: Settings, one: Closing) -> Outlook:
    """The week after the one that is closed."""
    week = one.week.shift(1)
    begin, end = week.bounds(one.zone, one.start)
    with reads.open_journal(settings) as connection, snapshot(connection):
        found = goals.goals_of(connection, week)
        outlook = Outlook(
            week,
            (end - begin) / 3600,
            found,
            plans.planned_runs(connection, week),
            projects.list_projects(connection, archived=False),
            read_choices(connection, found),
            count_gpus(connection),
        )
    return reads.without_token(settings, outlook)


def read_choices(connection: Connection, known: Sequence[Goal]) -> dict[Link, str]:
    """What a goal can be about: open tasks, papers that are read or to be read, active runs, and what one is about."""
    found: dict[Link, str] = {}
    for task in list_tasks(connection, None, archived=False, limit=MOST):
        found["task", str(task.id)] = task.title
    for paper in papers.list_papers(connection, ["reading", "queue"], limit=MOST):
        found["paper", paper.ref] = paper.title
    for run in runs.active_runs(connection):
        found["run", run.id] = run.name
    for link in (link for goal in known for link in goal.links):
        found.setdefault(link, link[1])
    return found


def count_gpus(connection: Connection) -> int | None:
    """How many GPUs the machine has, as it was seen last; None where that was never seen."""
    newest = max(machines.read_readings(connection, GPUS), key=lambda one: one.as_of, default=None)
    if newest is None or newest.data.get("status") == "failed":
        return None
    return len([gpu for gpu in newest.data.get("gpus") or [] if gpu.get("trouble") != "lost"])


def write_goal(settings: Settings, one: Closing, place: int, wanted: goals.Wanted, expected: str) -> list[Goal]:
    """Keep the goal at a place from 0, nowhere where its text is empty; those of the week then. Conflict as ``expect``
    raises it."""
    week = one.week.shift(1)
    with changing(settings, one) as connection:
        found = goals.goals_of(connection, week)
        known: list[goals.Wanted] = [(goal.text, goal.project_id, goal.links) for goal in found]
        expect(known[place][0] if place < len(known) else "", expected, wanted[0])
        known[place : place + 1] = [wanted]
        return goals.set_goals(connection, week, known, time.time())


def plan_run(settings: Settings, one: Closing, text: str) -> PlannedRun:
    """Plan a run for the next week."""
    with changing(settings, one) as connection:
        return plans.add_run(connection, one.week.shift(1), text, time.time())


def change_planned(settings: Settings, one: Closing, planned_id: int, **fields: object) -> PlannedRun:
    """Change a run that is planned; ReviewError for what cannot be."""
    with changing(settings, one) as connection:
        return plans.change_run(connection, planned_id, **fields)


def rename_planned(settings: Settings, one: Closing, planned_id: int, text: str, expected: str) -> PlannedRun:
    """Change what a planned run is. Conflict as ``expect`` raises it."""
    with changing(settings, one) as connection:
        known = plans.planned_runs(connection, one.week.shift(1))
        expect(next((run.text for run in known if run.id == planned_id), expected), expected, text)
        return plans.change_run(connection, planned_id, text=text)


def remove_planned(settings: Settings, one: Closing, planned_id: int) -> None:
    """Plan a run no more."""
    with changing(settings, one) as connection:
        plans.remove_run(connection, planned_id)
