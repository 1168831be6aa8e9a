"""A week is closed in a real browser, by mouse and by keyboard, with a reload at every step."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from store import alerts, database, papers, runs, tasks
from store.weekly import goals, plans
from store.words import Words
from tests.e2e.closing_hand import TITLES, Hand, Look, Wait
from tests.e2e.conftest import Dashboard, beating, serve
from tests.e2e.test_browser import check
from tests.fakes import closing_week
from tests.fakes.closing_week import GOAL, INBOX, QUEUE, READ, READING, RUNS, TASKS, LastWeek
from tests.fakes.papers import find

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Iterator[tuple[Dashboard, LastWeek]]:
    """A dashboard over a week that is over, with a daemon that is heard."""
    home = tmp_path / "home"
    home.mkdir()
    with closing(database.open_journal(home / "journal.db")) as connection:
        week = closing_week.fill(connection, home, time.time())
    with serve(home) as dashboard, beating(home):
        yield dashboard, week


@pytest.mark.parametrize(
    ("hand", "width", "scheme", "locale"),
    [
        ("mouse", 1280, "light", "en-US"),
        ("mouse", 390, "dark", "ja-JP"),
        ("keys", 1280, "dark", "ja-JP"),
        ("keys", 390, "light", "en-US"),
    ],
)
def test_a_week_is_closed(
    desk: tuple[Dashboard, LastWeek], visit: Look, wait_for: Wait, hand: str, width: int, scheme: str, locale: str
) -> None:
    """From what waits to the frozen figures; after a reload at any step one is there again, with what was typed."""
    dashboard, week = desk
    seen = visit(width, scheme, locale)
    say = Words(locale[:2])
    one = Hand(seen, dashboard.home, week, say, hand == "keys", wait_for, f"{hand}-{width}-{locale[:2]}")
    seen.go(f"{dashboard.url}/review?week={week.week}")
    begin(one)
    clear_the_inbox(one)
    one.go_on("runs")
    conclude(one)
    one.go_on("tasks")
    decide_on_tasks(one)
    one.go_on("papers")
    go_through_papers(one)
    one.go_on("looking_back")
    look_back(one)
    one.go_on("next")
    plan(one)
    one.go_on("close")
    close(one)
    assert seen.errors == []
    assert seen.strangers == []


def begin(one: Hand) -> None:
    """From the page *Review*."""
    button = one.main.get_by_role("button", name=one.say.say("Close this week"))
    one.reach(button)
    if one.keys:
        one.seen.page.keyboard.press("Enter")
    one.at("inbox")


def clear_the_inbox(one: Hand) -> None:
    """The alert is acknowledged; a paper is kept, one skipped, taken back and skipped again."""
    one.main.get_by_role("link", name=RUNS[0]).wait_for()
    one.press("Acknowledge", "a")
    one.until(lambda journal: not alerts.open_alerts(journal, time.time()), "the alert")
    one.main.get_by_role("link", name=RUNS[0]).wait_for(state="detached")
    one.reload("inbox")
    assert one.main.get_by_role("link", name=RUNS[0]).count() == 0
    kept, skipped = (find(number) for number in INBOX)
    one.main.get_by_text(kept.title).first.wait_for()
    one.press("Keep it", "k")
    one.until(lambda journal: papers.known(journal, kept.ref).state == "queue", "the paper that is kept")
    one.main.get_by_text(skipped.title).first.wait_for()
    one.press("Skip", "s")
    one.until(lambda journal: papers.known(journal, skipped.ref).state == "dropped", "the paper that is skipped")
    one.main.get_by_text(one.say.say("Nothing waits: no alert, no paper.")).wait_for()
    one.press("Undo", "u")
    one.until(lambda journal: papers.known(journal, skipped.ref).state == "inbox", "the paper that came back")
    one.press("Skip", "s")
    one.main.get_by_text(one.say.say("Nothing waits: no alert, no paper.")).wait_for()


def conclude(one: Hand) -> None:
    """What each run showed; what is half typed is there after a reload, and what is left is kept."""
    first, second = (one.field("What {run} showed", run=name) for name in (RUNS[1], RUNS[0]))
    one.write(first, "シード間の差は ")
    one.reload("runs")
    first.wait_for()
    one.wait_for(lambda: first.input_value().strip() == "シード間の差は", "what was typed")
    one.write(first, "0.3 pt")
    one.write(second, "batch 256 does not fit")
    one.until(lambda journal: conclusion_of(journal, one, RUNS[1]) == "シード間の差は 0.3 pt", "the first line")


def conclusion_of(journal: Any, one: Hand, name: str) -> str | None:
    """What it is written that a run showed."""
    run = runs.get_run(journal, one.week.runs[name])
    assert run is not None
    return run.conclusion


def decide_on_tasks(one: Hand) -> None:
    """The line that was left by going on is kept; a task is done, one carried; one is dropped, waits again, is dropped."""
    one.until(lambda journal: conclusion_of(journal, one, RUNS[0]) == "batch 256 does not fit", "the second line")
    head = one.main.locator("[class*=st-key-close-task-first]")
    head.get_by_text(TASKS[0]).first.wait_for()
    one.press("Done", "d")
    head.get_by_text(TASKS[1]).first.wait_for()
    one.until(lambda journal: state_of(journal, one, TASKS[0]) == "done", "the task that is done")
    one.press("Carry over", "k")
    head.get_by_text(TASKS[2]).first.wait_for()
    one.reload("tasks")
    head.get_by_text(TASKS[2]).first.wait_for()
    one.press("Drop", "x")
    one.until(lambda journal: state_of(journal, one, TASKS[2]) == "dropped", "the task that is dropped")
    one.press("Undo", "u")
    one.until(lambda journal: state_of(journal, one, TASKS[2]) == "blocked", "the task that waits again")
    head.get_by_text(TASKS[2]).first.wait_for()
    one.press("Drop", "x")
    one.main.get_by_text(one.say.say("Every open task was gone through.")).wait_for()
    one.until(lambda journal: state_of(journal, one, TASKS[1]) == "todo", "the task that is carried")


def state_of(journal: Any, one: Hand, title: str) -> str:
    """The state that a task is in."""
    task = tasks.get(journal, one.week.tasks[title])
    assert task is not None
    return task.state


def go_through_papers(one: Hand) -> None:
    """What was learned of the one that was read, over a reload; one is worth it still, the others are not or are."""
    head = one.main.locator("[class*=st-key-papers-first]")
    head.get_by_text(find(READ).title).wait_for()
    lesson = one.field("What I learned, in two lines")
    one.write(lesson, "state is enough")
    one.reload("papers")
    one.wait_for(lambda: lesson.input_value() == "state is enough", "the lesson")
    one.write(lesson, ", at length 1e5")
    if one.keys:
        one.seen.page.keyboard.press("Tab")
    else:
        head.get_by_text(find(READ).title).click(trial=True)
        one.main.get_by_role("heading", name=one.say.say(TITLES["papers"])).click()
    one.until(lambda journal: papers.known(journal, find(READ).ref).lesson.endswith("1e5"), "the lesson in the journal")
    one.press("Go on", "k")
    head.get_by_text("regularised bridges").first.wait_for()
    one.press("Still worth it", "k")
    head.get_by_text(find(QUEUE).title).first.wait_for()
    one.press("Drop", "x")
    one.until(lambda journal: papers.known(journal, find(QUEUE).ref).state == "dropped", "the paper that is dropped")
    head.get_by_text(find(INBOX[0]).title).first.wait_for()
    one.press("Still worth it", "k")
    one.main.get_by_text(one.say.say("Every paper was gone through.")).wait_for()
    one.until(lambda journal: papers.known(journal, find(READING).ref).state == "reading", "the paper that is read on")


def look_back(one: Hand) -> None:
    """What came of the goal; two answers, the first in lines and over a reload, the second left by going on."""
    came = one.main.locator("[class*=st-key-close-goal-]").filter(has_text=GOAL)
    reached = came.get_by_role("radio", name=one.say.say("reached")).or_(
        came.get_by_role("button", name=one.say.say("reached"))
    )
    one.reach(reached.first)
    if one.keys:
        one.seen.page.keyboard.press("Space")
    one.until(lambda journal: goals.goals_of(journal, one.week.week)[0].state == "reached", "the goal that is reached")
    worked, failed = one.field("What worked?"), one.field("What did not?")
    one.write(worked, "fixing the seeds first")
    worked.press("Enter")
    worked.press_sequentially("朝に論文を一本")
    one.reload("looking_back")
    one.wait_for(lambda: worked.input_value() == "fixing the seeds first\n朝に論文を一本", "the first answer")
    one.write(failed, "three crashes of one cause")


def plan(one: Hand) -> None:
    """The second answer is kept. Goals and a run with its hours; all of it is there after a reload."""
    one.wait_for(lambda: (found := one.review()) is not None and found.answers.get("did_not") is not None, "the answer")
    found = one.review()
    assert found is not None
    assert found.answers["worked"] == "fixing the seeds first\n朝に論文を一本"
    assert found.answers["did_not"] == "three crashes of one cause"
    week = one.week.week.shift(1)
    one.write(one.field("First goal"), "アブレーションの表を書く")
    one.write(one.field("Second goal"), "three seeds of the baseline")
    line = one.field("Plan a run: what is it? Enter adds it")
    one.write(line, "baseline, other seeds")
    line.press("Enter")
    hours, count = one.field("Hours each"), one.field("How many")
    hours.wait_for()
    for number, text in ((count, "3"), (hours, "12")):
        one.reach(number)
        one.seen.page.keyboard.press("Control+A")
        number.press_sequentially(text)
        number.press("Enter")
    one.until(lambda journal: [run.gpu_hours for run in plans.planned_runs(journal, week)] == [36], "the planned hours")
    text = one.say.say("{n} GPU-hours", n="336")
    one.main.get_by_text(text).first.wait_for()
    one.reload("next")
    one.wait_for(lambda: one.field("First goal").input_value() == "アブレーションの表を書く", "the first goal")
    assert one.field("Second goal").input_value() == "three seeds of the baseline"
    assert one.field("Hours each").input_value() == "12"
    with one.journal() as journal:
        assert [goal.text for goal in goals.goals_of(journal, week)] == [
            "アブレーションの表を書く", "three seeds of the baseline"]  # fmt: skip


def close(one: Hand) -> None:
    """Nothing is left; after a reload the last step, then the week is closed and stays so."""
    one.reload("close")
    left = one.main.locator("[class*=st-key-close-left]").first
    left.get_by_text(one.say.say("Nothing waits")).wait_for()
    assert (
        left.get_by_text(one.say.count("{n} run without a conclusion", "{n} runs without a conclusion", 2)).count() == 0
    )
    check(one.seen, f"close-close-{one.name}")
    one.press("Close week {number}", "Control+Shift+Enter", number=one.week.week.number)
    closed = one.main.locator("[class*=st-key-close-closed]").first
    closed.wait_for()
    closed.get_by_text("three crashes of one cause").wait_for()
    check(one.seen, f"close-closed-{one.name}")
    found = one.review()
    assert found is not None and found.closed is not None and found.figures is not None
    assert found.figures["crashes"]["count"] == 1
    assert found.figures["runs"]["finished"] == 1
    one.seen.page.reload()
    closed.wait_for()
    assert one.main.get_by_role("button", name=one.say.say("Next"), exact=True).count() == 0
