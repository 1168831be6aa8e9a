"""A week that is over and not closed, with something left at each step of closing it."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from store import machines, papers, projects, tasks
from store.database import write
from store.weekly import goals
from store.weekly.calendar import Week, week_of
from tests.fakes import journal
from tests.fakes.papers import find

TOKYO = ZoneInfo("Asia/Tokyo")
RUNS = ("resnet-aug", "学習率スイープ")
TASKS = ("write the ablation table", "分散学習を試す", "answer the reviewers")
READ, READING, QUEUE, INBOX = 30, 31, 32, (33, 34)
"""The numbers of the papers in each state, as ``find`` makes them."""
GOAL = "拡張の効果を確かめる"
GPUS = 2


@dataclass(frozen=True)
class LastWeek:
    """What is there: the week, its runs by name, its tasks by title."""

    week: Week
    runs: dict[str, str]
    tasks: dict[str, int]


def fill(connection: sqlite3.Connection, home: Path, now: float) -> LastWeek:
    """Last week as somebody in Tokyo left it: two runs that ended, one of them by a crash that nobody acknowledged;
    three open tasks; papers in every list; a goal; two GPUs."""
    week = week_of(now, TOKYO).shift(-1)
    begin, _ = week.bounds(TOKYO)
    made = {}
    for number, (name, state) in enumerate(zip(RUNS, ("failed", "finished"), strict=True)):
        made[name] = journal.add_run(
            connection, home, f"26010{number}-101112-week", created=begin + (2 + number) * 86400.0, name=name,
            state=state, seconds=7200.0, cause="CUDA out of memory, train.py:88" if state == "failed" else None,
            hypothesis="RandAugment helps more than a longer schedule",
        )  # fmt: skip
    journal.add_alert(connection, made[RUNS[0]], "crashed", begin + 2 * 86400.0 + 7200)
    with write(connection):
        project = next(one.id for one in projects.list_projects(connection) if one.name == "cifar-robust")
        numbers = {title: tasks.add(connection, title, begin + 86400, project_id=project) for title in TASKS}
        tasks.set_state(connection, numbers[TASKS[0]], "doing", begin + 90000)
        tasks.block(connection, numbers[TASKS[2]], begin + 90000, text="their answer")
        places = {READ: "read", READING: "reading", QUEUE: "queue"} | dict.fromkeys(INBOX, "inbox")
        for number, state in places.items():
            papers.take_up(connection, find(number), begin + 100_000 - number, state=state)
        goals.set_goals(connection, week, [(GOAL, project, [])], begin)
        cards = [{"uuid": f"GPU-{n}", "index": n, "name": "H100", "trouble": None} for n in range(GPUS)]
        reading = {"status": "ok", "gpus": cards}
        machines.record_reading(connection, machines.GPUS, "lab-1", host="lab-1", as_of=now - 60, data=reading)
    return LastWeek(week, made, numbers)
