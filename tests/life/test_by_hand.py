"""A week that is lived through the store's own functions, and its figures as they are worked out by hand.

The week is the one in Berlin that ends with summer time: it is an hour longer. Times below are UTC.
"""

import sqlite3
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from store import (
    alerts,
    commits,
    deliveries,
    drifts,
    entries,
    mutes,
    papers,
    progress,
    reading,
    reviews,
    runs,
    series,
    sessions,
    tasks,
)
from store.commits import Commit
from store.database import write
from store.weekly import gpu_use, watched
from store.weekly.calendar import parse_week
from store.weekly.review import read_week
from tests.life.differences import differences

HOUR, MINUTE = 3600.0, 60.0


def at(moment: str) -> float:
    """A moment of October 2026, as ``20 08:10:30``."""
    day, _, clock = moment.partition(" ")
    return datetime.fromisoformat(f"2026-10-{int(day):02} {clock}").replace(tzinfo=UTC).timestamp()


def launch(journal: sqlite3.Connection, name: str, created: str, *, engine: str = "local", lr: str = "3e-4") -> None:
    """A run is launched."""
    runs.record_launch(
        journal,
        {
            "id": name, "name": name, "created": at(created), "argv": ["python", "train.py"], "cwd": "/home/lab/cifar",
            "project_root": "/home/lab/cifar", "host": "lab-1", "params": {"lr": lr}, "engine": engine,
        },
        f"/home/lab/runs/{name}",
    )  # fmt: skip


def run(journal: sqlite3.Connection, name: str, number: int, begin: str, end: str | None, state: str) -> None:
    """What is known of an attempt of a run at its end, or now."""
    ended = at(end) if end else None
    journal_attempt = runs.Attempt(
        name, number, "lab-1", None, 1, 1, None, None, at(begin), ended, state, None, None, None
    )
    runs.record_attempt(journal, journal_attempt)
    runs.record_state(
        journal, name, attempt=number, state=state, health=(), certainty="recorded", evidence=(), exit_code=None,
        cause="SIGKILL" if state == "killed" else "KeyError: 'x'" if state == "failed" else None, signal=None, pid=1,
        started=at(begin), ended=ended, seconds=None, now=ended or at(begin),
    )  # fmt: skip


def measure(journal: sqlite3.Connection, name: str, values: list[float]) -> None:
    """The validations of a run, as its log told them."""
    steps = [float(step) for step in range(len(values))]
    series.append(
        journal, name, "val_acc", source="log", unit="epoch", legs=[0] * len(values), steps=steps, times=steps,
        values=values,
    )  # fmt: skip


def train(journal: sqlite3.Connection) -> None:
    """Five runs: one of before, one over the week's begin, one that was killed and begun anew, one that crashed, and
    one over the week's end."""
    launch(journal, "old", "10 08:00", lr="1e-3")
    run(journal, "old", 1, "10 08:00", "10 09:00", "finished")
    measure(journal, "old", [0.5, 0.7, 0.6])
    launch(journal, "over-begin", "17 12:00")
    run(journal, "over-begin", 1, "17 12:00", "19 02:00", "finished")
    measure(journal, "over-begin", [0.65, 0.8])
    launch(journal, "again", "20 08:00")
    run(journal, "again", 1, "20 08:00", "20 10:00", "killed")
    run(journal, "again", 2, "20 11:00", "21 00:00", "finished")
    measure(journal, "again", [0.4, 0.9, 0.85])
    progress.record_prediction(journal, "again", 2, percent=50, time=at("20 17:30"), remaining=6.5 * HOUR)
    progress.record_prediction(journal, "again", 2, percent=75, time=at("20 20:45"), remaining=4.55 * HOUR)
    drifts.record(
        journal, [drifts.Drift("again", at("20 12:00"), True, commit_count=1, file_count=5, imported_count=2)]
    )
    sightings = [
        gpu_use.Sighting("again", "GPU-0", at("20 08:00") + n * 10, 90.0 if n <= 60 else 0.0) for n in range(181)
    ]
    gpu_use.count(journal, sightings[:100])
    gpu_use.count(journal, sightings[100:])
    launch(journal, "typo", "22 09:00")
    run(journal, "typo", 1, "22 09:00", "22 09:10", "failed")
    launch(journal, "over-end", "25 20:00", engine="attached")
    run(journal, "over-end", 1, "25 20:00", None, "running")


def alarm(journal: sqlite3.Connection, run_id: str, kind: str, occurred: str, channels: list[str]) -> int:
    """An alert of a run's end."""
    alert_id = alerts.raise_alert(
        journal, kind=kind, severity="now", occurred=at(occurred), now=at(occurred) + 1, title=kind, body="",
        channels=channels, run_id=run_id, attempt=1,
    )  # fmt: skip
    assert alert_id is not None
    return alert_id


def tell(journal: sqlite3.Connection) -> None:
    """The kill is pushed and seen, the crash is only seen in the dashboard, three hours later."""
    with write(journal):
        killed = alarm(journal, "again", "killed", "20 10:00", ["pushbullet"])
        crashed = alarm(journal, "typo", "crashed", "22 09:10", [])
    (delivery,) = deliveries.deliveries_of(journal, [killed])[killed]
    deliveries.record_sent(journal, delivery, at("20 10:00:30"), "receipt")
    alerts.acknowledge(journal, killed, at("20 10:05"))
    alerts.acknowledge(journal, crashed, at("22 12:10"))
    mutes.mute(journal, "again", "stalled", at("23 11:00"))


def read_and_plan(journal: sqlite3.Connection) -> None:
    """Papers on Monday and Friday, tasks and sessions on Tuesday."""
    refs = ("2610.00001", "2610.00002", "2610.00003")
    for ref in refs:
        papers.take_up(journal, papers.Find(ref, f"On {ref}", version=1), at("19 05:00"))
    tasks.add(journal, "tidy up", at("12 09:00"), kind="chore")
    papers.set_state(journal, refs[0], "queue", at("19 09:00"))
    mistake = papers.set_state(journal, refs[1], "dropped", at("19 09:01"))
    papers.undo(journal, at("19 09:01:20"), mistake)
    papers.set_state(journal, refs[1], "queue", at("19 09:02"))
    papers.set_state(journal, refs[2], "dropped", at("19 09:03"))
    idea = tasks.add(journal, "try RandAugment", at("19 09:03"), kind="experiment")
    code = tasks.add(journal, "cache the data", at("20 08:05"), kind="code")
    sessions.end(journal, sessions.begin(journal, "read", at("20 08:10"), paper=refs[0]), at("20 08:40"))
    reading.finish_pass(journal, refs[0], at("20 08:40"))
    sessions.end(journal, sessions.begin(journal, "break", at("20 08:40")), at("20 08:50"))
    sessions.end(journal, sessions.begin(journal, "task", at("20 09:00"), task_id=code), at("20 09:45"))
    tasks.set_state(journal, code, "done", at("20 09:50"))
    papers.set_state(journal, refs[0], "read", at("23 10:00"))
    papers.change(journal, refs[0], at("23 10:01"), lesson="it works")
    tasks.set_state(journal, idea, "dropped", at("23 10:00"))


def write_down(journal: sqlite3.Connection) -> None:
    """Commits and entries on Wednesday, and a commit of the week before."""
    for sha, moment, mine in (("a", "12 09:00", True), ("b", "21 09:20", True), ("c", "21 09:21", False)):
        commits.record(
            journal,
            [
                Commit(
                    "/home/lab/cifar", sha * 40, 1, "", f"{mine}@example.org", at(moment), sha, "", 1, 10, 3, (), mine
                )
            ],
        )
    entries.add(journal, "review", "The loader reads each file twice.", at("21 09:00"))
    removed = entries.add(journal, "note", "Nothing.", at("21 09:05"))
    entries.remove(journal, removed, at("21 09:06"))
    reviews.review_all(journal, "/home/lab/cifar", ["b" * 40], at("21 10:00"))


def watch(journal: sqlite3.Connection, begin: float, end: float) -> None:
    """The daemon notes that it is there, every two minutes."""
    moment = begin
    while moment <= end:
        watched.note(journal, moment)
        moment += 120


@pytest.fixture(name="lived")
def _lived(journal: sqlite3.Connection) -> sqlite3.Connection:
    """The journal of that week, two days after it."""
    with write(journal):
        train(journal)
        read_and_plan(journal)
        write_down(journal)
        watch(journal, at("18 21:00"), at("22 00:00"))
        watch(journal, at("22 06:00"), at("27 12:00"))
    tell(journal)
    return journal


KNOWN: dict[str, Any] = {
    "begin": at("18 22:00"), "end": at("25 23:00"), "until": at("25 23:00"), "partial": False, "closed": None,
    # 4 h of the one over the begin, 2 h and 13 h of the one begun anew, 10 min, and 3 h of the one over the end
    "runs": {
        "at_work": 4, "begun": 3, "finished": 2, "failed": 1, "stopped": 0, "killed": 0, "lost": 0, "running": 1,
        "spanning": 2, "seconds": 22 * HOUR + 10 * MINUTE,
    },
    # seen for half an hour, from the eleventh minute on doing nothing
    "gpu": {
        "seconds": 1800.0, "idle_seconds": 1200.0, "gpus": 1, "without_runs": 3, "without_seconds": 7 * HOUR + 600,
    },
    "crashes": {
        "count": 2, "seconds": 2 * HOUR + 600, "late_median": (30 + 3 * HOUR) / 2, "late_worst": 3 * HOUR,
        "unnoticed": 0,
        "found": [
            {
                "run": "again", "name": "again", "attempt": 1, "state": "killed", "ended": at("20 10:00"), "cause": None,
                "seconds": 2 * HOUR, "by": "push", "late": 30.0,
            },
            {
                "run": "typo", "name": "typo", "attempt": 1, "state": "failed", "ended": at("22 09:10"),
                "cause": "KeyError: 'x'", "seconds": 600.0, "by": "dashboard", "late": 3 * HOUR,
            },
        ],
    },
    "best": [
        {
            "project": "cifar", "metric": "val_acc", "direction": "higher", "value": 0.9, "run": "again",
            "improved": True, "before": {"value": 0.7, "run": "old", "name": "old"},
            "changed": [{"key": "lr", "was": "1e-3", "now": "3e-4"}], "commits": 1,
        }
    ],
    # right at half of the way; at three quarters 1.3 h too long, of 13 h
    "eta": {"runs": 1, "predictions": 2, "median_error": 0.05, "worst_error": 0.1},
    "drift": {"runs": 1, "files": 2, "list": [{"run": "again", "name": "again", "files": 2, "commits": 1}]},
    # Monday 8:55–9:03; Tuesday 7:55–10:05; Wednesday 8:55–9:20; Thursday 8:55–9:00 and 12:05–12:10; Friday 9:55–10:01.
    # While the run that was killed was at work, 8:00–10:00, there were sessions of 30, 10 and 45 min.
    "waiting": {
        "desk_seconds": (8 + 130 + 25 + 5 + 5 + 6) * MINUTE, "training_seconds": 22 * HOUR + 10 * MINUTE,
        "waiting_seconds": 120 * MINUTE, "used_seconds": 85 * MINUTE,
    },
    "sessions": {
        "count": 3, "seconds": 85 * MINUTE,
        "kinds": {
            "read": {"count": 1, "seconds": 1800.0}, "break": {"count": 1, "seconds": 600.0},
            "task": {"count": 1, "seconds": 2700.0},
        },
    },
    "tasks": {"new": 2, "done": 1, "dropped": 1, "carried": 1, "carried_list": [{"id": 1, "title": "tidy up"}]},
    "work": {"commits": 1, "added": 10, "deleted": 3, "reviewed": 1, "refactors": 0, "reviews": 1},
    "entries": {"count": 1, "kinds": {"review": 1}},
    "papers": {
        "found": 3, "kept": 2, "read": 1, "dropped": 1, "seconds": 1800.0,
        "passes": {
            "1": {"count": 1, "seconds": 1800.0}, "2": {"count": 0, "seconds": 0.0}, "3": {"count": 0, "seconds": 0.0},
        },
        "lessons": [{"ref": "2610.00001", "title": "On 2610.00001", "lesson": "it works"}],
    },
    "pushes": {"sent": 1, "alerts": 1, "acknowledged": 1, "muted": 1},
    "watched": {"seconds": 163 * HOUR, "gaps": [{"begin": at("22 00:00"), "end": at("22 06:00")}]},
}  # fmt: skip


def test_the_week_of_the_longer_sunday(lived: sqlite3.Connection) -> None:
    """Each figure is the one that was worked out by hand."""
    seen = read_week(lived, parse_week("2026-W43"), ZoneInfo("Europe/Berlin"), "mon", at("27 12:00"))
    assert differences(KNOWN, seen) == []


def test_the_day_after(lived: sqlite3.Connection) -> None:
    """The week after goes on: the run that is at work in it, and nothing of what was before."""
    seen = read_week(lived, parse_week("2026-W44"), ZoneInfo("Europe/Berlin"), "mon", at("27 12:00"))
    assert seen["partial"]
    assert seen["until"] == at("27 12:00")
    assert (seen["runs"]["at_work"], seen["runs"]["running"], seen["runs"]["begun"]) == (1, 1, 0)
    assert seen["runs"]["seconds"] == seen["waiting"]["training_seconds"] == 37 * HOUR
    assert seen["waiting"]["desk_seconds"] == seen["crashes"]["count"] == seen["papers"]["found"] == 0
