"""The page Plan in a real browser: a task from its line to its end, a pasted list, two tabs, a locked journal."""

import contextlib
import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from store import database, plans, runs, tasks
from store.database import write
from store.task_rows import STATES
from tests.e2e.conftest import Dashboard, Visit, beating, serve
from tests.e2e.test_browser import CRASHED, RUN, check
from tests.fakes import journal, measurements

pytestmark = pytest.mark.browser
Look = Callable[..., Visit]
Wait = Callable[..., None]
OTHER = "261121-130501-q7wd"


@pytest.fixture(name="desk", scope="module")
def _desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """The dashboard over a busy day with tasks: one that waits for the run that goes on, one that woke, four in
    doing."""
    home = tmp_path_factory.mktemp("plan")
    now = time.time()
    with closing(database.open_journal(home / "journal.db")) as connection:
        measurements.fill(connection, journal.fill(connection, home, now), now)
        run = runs.get_run(connection, RUN)
        assert run is not None
        with write(connection):
            for title in ("学習率スイープの結果を表に", "read “Horizon”", "split train.py", "plot the seeds"):
                tasks.add(connection, title, now, project_id=run.project_id, state="doing", kind="read")
            waiting = tasks.add(connection, "write the ablation", now, project_id=run.project_id, priority=1)
            tasks.block(connection, waiting, now, run_id=RUN)
            dated = tasks.add(connection, "answer the reviewers", now - 60, estimate=1800.0)
            tasks.block(connection, dated, now - 60, until=now - 30)
            tasks.wake_due(connection, now)
    with serve(home) as dashboard, beating(home):
        yield dashboard


def titles(home: Path, *states: str) -> list[str]:
    """The tasks in those states as the journal has them, in order."""
    with closing(database.open_journal(home / "journal.db", read_only=True)) as connection:
        return [task.title for task in tasks.list_tasks(connection, states=states or tasks.OPEN)]


@pytest.mark.parametrize(
    ("width", "scheme", "locale"),
    [(1280, "light", "en-US"), (390, "dark", "ja-JP")],
)
def test_the_plan_loads_cleanly(desk: Dashboard, visit: Look, width: int, scheme: str, locale: str) -> None:
    """On desk and phone, by day and night: no error, no foreign request, no sideways scroll, text that reads."""
    seen = visit(width, scheme, locale)
    seen.go(f"{desk.url}/plan")
    main = seen.page.get_by_test_id("stMain")
    main.get_by_text("write the ablation").first.wait_for()
    check(seen, f"plan-{width}-{scheme}-{locale[:2]}")
    main.get_by_role("button", name=re.compile("More|その他")).first.click()
    seen.page.get_by_role("button", name=re.compile("Edit …|編集…")).click()
    seen.page.get_by_role("dialog").get_by_label(re.compile("Title|題名")).wait_for()
    check(seen, f"plan-edit-{width}-{scheme}-{locale[:2]}", contrast=False)  # the page behind is dimmed
    assert seen.errors == []
    assert seen.strangers == []


def choose(seen: Visit, row: Any, name: str) -> None:
    """Choose in a row's menu; one that was still open from before closes at the first click."""
    for _ in range(3):
        row.get_by_role("button", name="More").click()
        with contextlib.suppress(Exception):
            seen.page.get_by_role("button", name=name).click(timeout=4000)
            return
    raise AssertionError(f"the menu has no {name}")


def test_a_task_from_its_line_to_its_end(desk: Dashboard, visit: Look, wait_for: Wait) -> None:
    """Typed with Enter, one after the other; moved up, edited, begun and done: the journal follows each step."""
    seen = visit()
    seen.go(f"{desk.url}/plan")
    main = seen.page.get_by_test_id("stMain")
    line = main.get_by_label("A task", exact=True)
    line.fill("fit the baseline again #experiment ~30m !")
    line.press("Enter")
    main.get_by_text("fit the baseline again", exact=True).wait_for()
    line.fill("乱数の種を固定する")
    line.press("Enter")
    main.get_by_text("乱数の種を固定する", exact=True).wait_for()
    assert line.input_value() == ""
    wait_for(lambda: titles(desk.home, "todo")[-2:] == ["fit the baseline again", "乱数の種を固定する"], "the tasks")
    row = main.locator("[class*=st-key-task-]").filter(has_text="乱数の種を固定する").first
    row.get_by_role("button", name="More").click()
    seen.page.get_by_role("button", name="Move up").click()
    wait_for(lambda: titles(desk.home, "todo")[-1] == "fit the baseline again", "the move")
    choose(seen, row, "Edit …")
    dialog = seen.page.get_by_role("dialog")
    dialog.get_by_label("Estimate").fill("1h30")
    dialog.get_by_label("Title").fill("乱数の種を固定し、記録する")
    dialog.get_by_label("Title").press("Enter")
    dialog.get_by_text("is no length of time").wait_for()
    assert dialog.get_by_label("Title").input_value() == "乱数の種を固定し、記録する"
    dialog.get_by_label("Estimate").fill("1h30m")
    dialog.get_by_label("Estimate").press("Enter")
    dialog.wait_for(state="detached")
    main.get_by_text("乱数の種を固定し、記録する", exact=True).wait_for()
    row = main.locator("[class*=st-key-task-]").filter(has_text="乱数の種を固定し").first
    row.get_by_role("button", name="Start").click()
    row.get_by_role("button", name="Done").click()
    wait_for(lambda: titles(desk.home, "done") == ["乱数の種を固定し、記録する"], "the end")


def test_a_task_is_let_wait_for_a_run(desk: Dashboard, visit: Look, wait_for: Wait) -> None:
    """Chosen in the dialog with Enter: the row says for which run, and the run's page that it waits."""
    seen = visit()
    seen.go(f"{desk.url}/plan")
    main = seen.page.get_by_test_id("stMain")
    row = main.locator("[class*=st-key-task-]").filter(has_text="split train.py").first
    row.get_by_role("button", name="More").click()
    seen.page.get_by_role("button", name="Let it wait …").click()
    dialog = seen.page.get_by_role("dialog")
    dialog.get_by_text("split train.py").wait_for()
    dialog.get_by_role("combobox", name="Run").click()
    seen.page.get_by_role("option", name=re.compile("resnet-aug")).first.click()
    dialog.get_by_role("button", name="Let it wait").click()
    dialog.wait_for(state="detached")
    wait_for(lambda: "split train.py" in titles(desk.home, "blocked"), "the wait")
    seen.go(f"{desk.url}/run?id={RUN}")
    main.get_by_text("tasks wait for its end").wait_for()
    main.get_by_role("link", name="split train.py").wait_for()


def test_a_list_is_shown_before_it_is_kept(desk: Dashboard, visit: Look, wait_for: Wait) -> None:
    """Pasted with bullets, ticks and marks in Japanese: read aloud first, kept only by the second button."""
    seen = visit()
    seen.go(f"{desk.url}/plan")
    main = seen.page.get_by_test_id("stMain")
    before = len(titles(desk.home, *STATES))
    main.get_by_text("Paste a list").click()
    area = main.get_by_role("textbox", name="One task a line")
    area.fill("- [ ] 図3を描き直す #執筆 ~30分 !!\n・ログを読む\n\n- [x] order disks #chore")
    main.get_by_role("button", name="See how it is read").click()
    main.get_by_role("cell", name="図3を描き直す").wait_for()
    main.get_by_text("Ticked lines are added as done.").wait_for()
    assert len(titles(desk.home, *STATES)) == before
    main.get_by_role("button", name="Add all 3 tasks").click()
    main.get_by_text("3 tasks were added.").wait_for()
    wait_for(lambda: len(titles(desk.home, *STATES)) == before + 3, "the list")
    assert main.get_by_role("textbox", name="One task a line").input_value() == ""


def test_what_two_tabs_type_is_both_kept_or_shown(desk: Dashboard, visit: Look) -> None:
    """The second to save sees what the first one wrote, keeps what is typed, and decides."""
    first, second = visit(), visit()
    for seen in (first, second):
        seen.go(f"{desk.url}/plan")
        main = seen.page.get_by_test_id("stMain")
        row = main.locator("[class*=st-key-task-]").filter(has_text="plot the seeds").first
        row.get_by_role("button", name="More").click()
        seen.page.get_by_role("button", name="Edit …").click()
        seen.page.get_by_role("dialog").get_by_label("Title").wait_for()
    for seen, notes in ((first, "with error bars"), (second, "on a log scale")):
        dialog = seen.page.get_by_role("dialog")
        dialog.get_by_label("Notes").fill(notes)
        dialog.get_by_role("button", name="Save").click()
        if seen is first:
            dialog.wait_for(state="detached")
    dialog = second.page.get_by_role("dialog")
    dialog.get_by_text("Changed elsewhere meanwhile").wait_for()
    dialog.get_by_text("with error bars").wait_for()
    second.page.wait_for_timeout(6000)  # over a refresh of the list
    assert dialog.get_by_label("Notes").input_value() == "on a log scale"
    dialog.get_by_label("Notes").fill("on a log scale, with error bars")
    dialog.get_by_role("button", name="Save").click()
    dialog.wait_for(state="detached")
    with closing(database.open_journal(desk.home / "journal.db", read_only=True)) as connection:
        kept = [task.notes for task in tasks.list_tasks(connection) if task.title == "plot the seeds"]
    assert kept == ["on a log scale, with error bars"]


def test_a_locked_journal_loses_no_line(desk: Dashboard, visit: Look, wait_for: Wait) -> None:
    """Two lines typed while another program holds the journal: both stay on the page, and are kept when asked again."""
    seen = visit()
    seen.go(f"{desk.url}/plan")
    main = seen.page.get_by_test_id("stMain")
    line = main.get_by_label("A task", exact=True)
    with closing(database.open_journal(desk.home / "journal.db", busy_seconds=60)) as connection:
        with write(connection):
            line.fill("written under a lock")
            line.press("Enter")
            main.get_by_text("is locked by another process").wait_for()
            line.fill("typed meanwhile")
            seen.page.wait_for_timeout(1500)
            assert line.input_value() == "typed meanwhile"
            seen.go(f"{desk.url}/plan")
            main.get_by_text("written under a lock").wait_for()
        wait_for(lambda: line.input_value() == "typed meanwhile", "the line typed meanwhile")
    main.get_by_role("button", name="Keep it now").click()
    wait_for(lambda: "written under a lock" in titles(desk.home), "the line")
    main.get_by_role("button", name="Keep it now").wait_for(state="detached")
    assert line.input_value() == "typed meanwhile"


def test_what_is_typed_on_the_plan_survives_a_reload(desk: Dashboard, visit: Look, wait_for: Wait) -> None:
    """The line, a list and a task that is being edited: each as it was, the dialog open; kept, they do not come back."""
    seen = visit()
    seen.go(f"{desk.url}/plan")
    main = seen.page.get_by_test_id("stMain")
    line = main.get_by_label("A task", exact=True)
    main.get_by_text("Paste a list").click()
    area = main.get_by_role("textbox", name="One task a line")
    area.press_sequentially("half a list")
    line.press_sequentially("half a line")
    row = main.locator("[class*=st-key-task-]").filter(has_text="read “Horizon”").first
    choose(seen, row, "Edit …")
    dialog = seen.page.get_by_role("dialog")
    dialog.get_by_label("Notes").press_sequentially("第3章まで")
    seen.page.reload()
    wait_for(lambda: dialog.get_by_label("Notes").input_value() == "第3章まで", "the notes")
    wait_for(lambda: line.input_value() == "half a line", "the line")
    area.wait_for()  # the part it is in is open again
    assert area.input_value() == "half a list"
    dialog.get_by_role("button", name="Save").click()
    dialog.wait_for(state="detached")
    line.press("Enter")
    main.get_by_text("half a line", exact=True).wait_for()
    area.fill("")
    seen.page.reload()
    main.get_by_text("第3章まで").wait_for()
    list_field = seen.page.locator("[class*=st-key-draft-plan-list] textarea")  # its part is closed now
    assert (line.input_value(), list_field.input_value()) == ("", "")
    assert seen.page.get_by_role("dialog").count() == 0
    assert seen.errors == []


def test_the_plan_of_a_run_is_written_while_it_runs(desk: Dashboard, visit: Look, wait_for: Wait) -> None:
    """Typed over several refreshes of the page, saved, and shown; it is not late."""
    seen = visit(390)
    seen.go(f"{desk.url}/run?id={RUN}")
    main = seen.page.get_by_test_id("stMain")
    main.get_by_role("button", name="Edit the plan").click()
    field = main.get_by_label("Expected effect")
    field.fill("検証精度が 1 ポイント上がる")
    seen.page.wait_for_timeout(4000)
    assert field.input_value() == "検証精度が 1 ポイント上がる"
    seen.page.reload()
    field.wait_for()
    wait_for(lambda: field.input_value() == "検証精度が 1 ポイント上がる", "what was typed")
    main.get_by_role("button", name="Save").click()
    main.get_by_text("検証精度が 1 ポイント上がる").wait_for()
    main.get_by_role("button", name="Edit the plan").wait_for()
    with closing(database.open_journal(desk.home / "journal.db", read_only=True)) as connection:
        plan = plans.read_plan(connection, RUN)
    assert plan.expected == "検証精度が 1 ポイント上がる" and not plan.late
    check(seen, "run-plan-390")


def test_a_run_that_ends_while_its_plan_is_typed(desk: Dashboard, visit: Look) -> None:
    """The page is drawn anew, what is typed stays, and it is told that it is late now."""
    seen = visit()
    seen.go(f"{desk.url}/run?id={OTHER}")
    main = seen.page.get_by_test_id("stMain")
    main.get_by_role("button", name="Write a plan").click()
    field = main.get_by_label("If it fails")
    field.fill("学習率を半分に")
    now = time.time()
    with closing(database.open_journal(desk.home / "journal.db")) as connection, write(connection):
        runs.record_state(
            connection, OTHER, attempt=1, state="failed", health=(), certainty="recorded", cause="boom", evidence=(),
            exit_code=1, signal=None, pid=None, started=now - 900, ended=now, seconds=900, now=now,
        )  # fmt: skip
        runs.record_event(connection, OTHER, 1, now, "ended", {"state": "failed"})
    main.get_by_text("marked as written after the result").wait_for()
    assert field.input_value() == "学習率を半分に"
    main.get_by_role("button", name="Save").click()
    main.get_by_text("written after the result was known").first.wait_for()
    with closing(database.open_journal(desk.home / "journal.db", read_only=True)) as connection:
        plan = plans.read_plan(connection, OTHER)
    assert plan.if_failure == "学習率を半分に" and plan.late


def test_a_branch_becomes_a_task_with_one_click(desk: Dashboard, visit: Look, wait_for: Wait) -> None:
    """On Now the card of a crash offers its plan as a task; one click makes it, and leads there."""
    seen = visit()
    seen.go(desk.url)
    main = seen.page.get_by_test_id("stMain")
    card = main.locator("[class*=st-key-need-]").filter(has_text="vit-small-lr3e-4").first
    card.get_by_role("button", name="Make it a task").click()
    card.get_by_role("link", name=re.compile("Task: halve the batch, accumulate 2")).wait_for()
    card.get_by_role("button", name="Make it a task").wait_for(state="detached")
    assert titles(desk.home).count("halve the batch, accumulate 2") == 1
    seen.go(f"{desk.url}/run?id={CRASHED}")
    main.get_by_role("link", name=re.compile("Task: halve the batch, accumulate 2")).click()
    seen.page.get_by_role("heading", name="Plan").wait_for()
    main.get_by_text("halve the batch, accumulate 2").wait_for()
