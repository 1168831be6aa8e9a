"""Closing a week: what its runs showed, its tasks, its papers, the goals and runs of the next week."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from app import closing as pages
from app import closing_steps
from store import machines, papers, tasks
from store.database import write
from store.errors import Conflict
from store.settings import load
from store.weekly import conclusions, goals, plans
from store.weekly.calendar import Week
from tests.app.closing_page import at, one_of, press
from tests.fakes import closing_week, journal
from tests.fakes.closing_week import RUNS, TASKS, LastWeek
from tests.fakes.papers import find

Open = Callable[..., AppTest]
Shown = Callable[[AppTest], str]


@pytest.fixture(name="last")
def _last(connection: sqlite3.Connection, home: Path) -> LastWeek:
    """A week that is over and not closed."""
    return closing_week.fill(connection, home, time.time())


def test_conclusions_are_kept_when_the_field_is_left(
    connection: sqlite3.Connection, last: LastWeek, open_page: Open, shown: Shown
) -> None:
    """One that is filled in stays to be looked at; after another visit only those without one are asked about."""
    at(connection, last, "runs")
    app = open_page("close", week=str(last.week))
    fields = {field.label: field for field in app.text_input}
    fields[f"What {RUNS[0]} showed"].set_value("  batch 256\n does not fit ").run()
    found = conclusions.with_conclusion(connection, one_of(last).begin, one_of(last).until)
    assert [run.conclusion for run in found] == ["batch 256 does not fit"]
    assert len([field for field in app.text_input if field.label.startswith("What ")]) == 2
    again = open_page("close", week=str(last.week))
    assert [field.label for field in again.text_input if field.label.startswith("What ")] == [f"What {RUNS[1]} showed"]


def test_many_runs_are_asked_about_in_turn(connection: sqlite3.Connection, home: Path, last: LastWeek) -> None:
    """Twenty at a time; the next come when all of those have their line."""
    one = one_of(last)
    for number in range(30):
        journal.add_run(connection, home, f"2601{number:02}-090000-many", created=one.begin + 900.0 * number,
                        state="finished", seconds=60, files=False)  # fmt: skip
    first = closing_steps.read_ends(load(), one)
    assert (len(first.runs), first.more) == (20, 12)
    ids = [run.id for run in first.runs]
    with write(connection):
        for run_id in ids[:19]:
            conclusions.conclude(connection, run_id, "as before", time.time())
    assert [run.id for run in closing_steps.read_ends(load(), one, ids).runs] == ids
    with write(connection):
        conclusions.conclude(connection, ids[19], "as before", time.time())
    then = closing_steps.read_ends(load(), one, ids)
    assert (len(then.runs), then.more, then.concluded) == (12, 0, 20)


def test_tasks_are_done_carried_or_dropped(
    connection: sqlite3.Connection, last: LastWeek, open_page: Open, shown: Shown
) -> None:
    """Also out of turn; taken back, one that waited waits for the same again."""
    at(connection, last, "tasks")
    app = open_page("close", week=str(last.week))
    blocked = last.tasks[TASKS[2]]
    press(app, f"close-task-dropped-{blocked}")
    assert f"Task dropped: {TASKS[2]}" in shown(app)
    press(app, "close-task-undo")
    task = tasks.get(connection, blocked)
    assert task is not None and (task.state, task.blocked_text) == ("blocked", "their answer")
    press(app, f"close-task-first-carry-{last.tasks[TASKS[0]]}")
    assert one_of(last).seen(pages.SEEN_TASKS) == {last.tasks[TASKS[0]]}
    assert [one.title for one in closing_steps.read_chores(load(), one_of(last)).open] == list(TASKS[1:])
    press(app, "close-task-undo")
    assert one_of(last).seen(pages.SEEN_TASKS) == set()
    press(app, f"close-task-done-{last.tasks[TASKS[1]]}")
    found = tasks.get(connection, last.tasks[TASKS[1]])
    assert found is not None and found.state == "done"


def test_all_that_is_left_is_carried_at_once(
    connection: sqlite3.Connection, last: LastWeek, open_page: Open, shown: Shown
) -> None:
    """Tasks and papers alike; taken back, all of them are there again."""
    for step, key, undo, name, count in (
        ("tasks", "close-tasks-carry", "close-task-undo", pages.SEEN_TASKS, 3),
        ("papers", "close-papers-keep", "close-paper-undo", pages.SEEN_PAPERS, 3),
    ):
        at(connection, last, step)
        app = open_page("close", week=str(last.week))
        press(app, key)
        assert len(one_of(last).seen(name)) == count
        assert "was gone through." in shown(app)
        press(app, undo)
        assert one_of(last).seen(name) == set()


def test_papers_come_in_their_order(connection: sqlite3.Connection, last: LastWeek) -> None:
    """What was read in the week, what is being read, the queue; what was gone through is not asked about again."""
    settings = load()
    assert [paper.state for paper in closing_steps.read_pile(settings, one_of(last)).papers] == [
        "read", "reading", "queue"]  # fmt: skip
    first = closing_steps.read_pile(settings, one_of(last)).papers[0]
    pages.set_seen(settings, one_of(last), pages.SEEN_PAPERS, first.id)
    pile = closing_steps.read_pile(settings, one_of(last))
    assert [paper.state for paper in pile.papers] == ["reading", "queue"]
    assert pile.gone_through == 1
    kept = closing_steps.write_lesson(settings, find(closing_week.READ).ref, " two lines\nof it ", "")
    assert kept == papers.known(connection, find(closing_week.READ).ref).lesson == "two lines\nof it"
    with pytest.raises(Conflict):
        closing_steps.write_lesson(settings, find(closing_week.READ).ref, "another", "")


def test_goals_move_up(connection: sqlite3.Connection, last: LastWeek, open_page: Open) -> None:
    """One that is written into the third field is the first where there is none; emptied, the next one moves up."""
    at(connection, last, "next")
    app = open_page("close", week=str(last.week))
    week = last.week.shift(1)

    def write_into(label: str, text: str) -> list[str]:
        next(field for field in app.text_input if field.label == label).set_value(text).run()
        assert not app.exception, app.exception
        fields = [field.value for field in app.text_input if field.label.endswith(" goal")]
        kept = [goal.text for goal in goals.goals_of(connection, week)]
        assert [text for text in fields if text] == kept
        return kept

    assert write_into("Third goal", "the table") == ["the table"]
    assert write_into("Second goal", "three seeds") == ["the table", "three seeds"]
    assert write_into("First goal", "the whole table") == ["the whole table", "three seeds"]
    app.selectbox(key="close-goal-project-0-1").set_value(1).run()
    app.multiselect(key="close-goal-links-0-1").set_value([("task", str(last.tasks[TASKS[0]]))]).run()
    (first, _) = goals.goals_of(connection, week)
    assert (first.project_id, first.links) == (1, (("task", str(last.tasks[TASKS[0]])),))
    assert write_into("First goal", "") == ["three seeds"]
    assert goals.goals_of(connection, week)[0].links == ()


def test_planned_runs_are_weighed_against_the_machine(
    connection: sqlite3.Connection, last: LastWeek, open_page: Open, shown: Shown
) -> None:
    """GPU-hours as they are typed, of those that two GPUs have in a week; more than that is said, so is what nobody
    estimated, and that no GPU is known."""
    at(connection, last, "next")
    app = open_page("close", week=str(last.week))
    line = next(field for field in app.text_input if field.label.startswith("Plan a run"))
    line.set_value("other seeds").run()
    assert "1 run of unknown length is not in it." in shown(app)
    (planned,) = plans.planned_runs(connection, last.week.shift(1))
    app.number_input(key=f"close-plan-hours-{planned.id}").set_value(12.5).run()
    app.number_input(key=f"close-plan-count-{planned.id}").set_value(4).run()
    assert "50 GPU-hours planned of the 336 GPU-hours that 2 GPUs" in str(app.get("progress")[-1].proto.text).replace(
        "\\", ""
    )
    app.number_input(key=f"close-plan-gpus-{planned.id}").set_value(20).run()
    assert "That is 3.0 times what the machine has." in shown(app)
    with write(connection):
        machines.forget_reading(connection, machines.GPUS, "lab-1")
    app.run()
    assert "1,000 GPU-hours planned; how many GPUs this machine has is not known." in shown(app)
    press(app, f"close-plan-remove-{planned.id}")
    assert plans.planned_runs(connection, last.week.shift(1)) == []


def test_a_week_with_a_change_of_the_clocks_has_its_own_hours(last: LastWeek) -> None:
    """The GPU-hours of a machine are those of the week that comes."""
    one = one_of(last)
    berlin = pages.Closing(Week(2026, 42), ZoneInfo("Europe/Berlin"), "mon", one.now)
    assert closing_steps.read_outlook(load(), berlin).capacity == 2 * 169
