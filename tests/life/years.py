"""A life by chance: weeks of runs, work and reading from a seed, with what is rare and awkward in it on purpose."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.life.desk import Desk
from tests.life.weekly import live_week

HOUR, DAY = 3600.0, 86400.0


@dataclass(frozen=True)
class Pace:
    """How much happens in a week; ``gpus`` that the machine has."""

    runs: int = 26
    gpus: int = 4
    papers: int = 30
    tasks: int = 9


def epoch(text: str) -> float:
    """The moment that begins a day in UTC, given as 2026-09-21."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def live(
    seed: int, begin: float, weeks: int, pace: Pace | None = None, edges: tuple[float, ...] = (),
    nights: tuple[float, ...] = (),
) -> Desk:  # fmt: skip
    """A life of so many weeks from ``begin``; something happens exactly at each of the ``edges`` and just before, and
    the work of each of the ``nights`` goes on over it."""
    chance = random.Random(seed)
    life = Desk()
    first = life.project("cifar-robust", begin, [("val_acc", "higher"), ("loss", "lower")])
    life.project("rl-notes", begin, [("return", "higher")])
    life.project("notes-lm", begin, [("novelty", "higher")], chosen=True)
    life.project("probe", begin, [])
    pace = pace or Pace()
    for week in range(weeks):
        live_week(life, chance, begin + week * 7 * DAY, pace.runs, pace.gpus, pace.papers, pace.tasks)
    _watch(life, chance, begin, begin + weeks * 7 * DAY)
    for number, edge in enumerate(edges):
        _stand_on(life, first, edge, number)
    for night in nights:
        life.session("plan", night - 4000, night - 1000)
        life.entry("idea", night + 700, [])
    life.ledger.sort()
    return life


def _watch(life: Desk, chance: random.Random, begin: float, end: float) -> None:
    """The daemon is at work but for some hours now and then, once over a weekend, and some gaps too short to tell."""
    at = begin + 2 * HOUR
    while at < end:
        until = min(end, at + chance.randrange(int(0.5 * DAY), int(9 * DAY)))
        life.watched(at, until)
        at = until + chance.choice([200.0, 299.0, 300.0, 301.0, 5 * HOUR, 14.5 * HOUR, 62 * HOUR])


def _stand_on(life: Desk, project: int, edge: float, number: int) -> None:
    """Everything that has a moment has one exactly on the edge between two weeks, and an eighth of a second before."""
    for when in (edge - 0.125, edge):
        task = life.task(None, f"edge {number}", when)
        life.task_state(task, "done", when)
        life.entry("note", when, [])
        life.commit(project, when, (1, 1))
        life.paper(f"Edge {when}", when, "so it is", [(when, "queue", None), (when, "read", None)])
    life.task_state(life.task(None, f"until edge {number}", edge - 3 * HOUR), "done", edge)
    run_id = f"edge-{number}"
    life.run(
        run_id, "edge", project, edge - 3 * HOUR, [(edge - 2 * HOUR, edge - HOUR, "failed"), (edge, edge + 60, "killed")],
        params={"lr": "1"},
    )  # fmt: skip
    life.run(f"{run_id}-b", "edge", project, edge - HOUR, [(edge - 1800, edge, "failed")], params={}, bare=True)
    life.run(f"{run_id}-c", "edge", project, edge - HOUR, [(edge - 2000, edge, "finished")], params={})
    life.measured(f"{run_id}-c", edge - 2000, [("val_acc", 0.1, 50.0 + number)], None)
    life.alert("task", edge - 60, sent=[(edge - 0.125, "pushbullet"), (edge, "ntfy")], seen=edge)
