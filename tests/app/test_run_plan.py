"""The plan of a run on its page and on the card of its end: written in time or late, and made a task once."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app import plans as pages
from store import links, plans, runs, tasks
from store.database import write
from store.errors import JournalReadOnly
from store.settings import Settings
from tests.fakes import journal

Open = Callable[..., AppTest]
Shown = Callable[[AppTest], str]
LATE = "written after the result was known"


def opened(open_page: Open, run_id: str) -> AppTest:
    """The page of a run with the inputs of its plan open."""
    app = open_page("run", id=run_id)
    app.button(key="run-plan-open").click().run()
    return app


def add_waiting(connection: sqlite3.Connection, title: str, run_id: str) -> int:
    """Keep a task that waits for a run."""
    with write(connection):
        task_id = tasks.add(connection, title, time.time())
        tasks.block(connection, task_id, time.time(), run_id=run_id)
    return task_id


def ended(connection: sqlite3.Connection, home: Path, state: str, **plan: Any) -> str:
    """A run that ended in that state, with the alert of a crash or finish where one belongs to it."""
    run_id = f"261121-090000-{state[:4]}"
    journal.add_run(
        connection, home, run_id, created=time.time() - 500, state=state, name=f"run-{state}", seconds=100, **plan
    )
    kind = {"finished": "finished", "failed": "crashed", "killed": "killed", "lost": "lost"}.get(state)
    if kind:
        journal.add_alert(connection, run_id, kind, time.time() - 400)
    return run_id


def test_a_plan_is_written_while_the_run_goes_on(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """A run without a plan asks for one; what is typed is kept, is not late, and is shown."""
    run_id = busy["pong-pg-baseline"]
    app = open_page("run", id=run_id)
    assert "Best written before the result is known." in shown(app)
    app.button(key="run-plan-open").click().run()
    key = f"run-plan-{run_id}-0"
    app.text_area(key=f"draft-plan-{run_id}-hypothesis--0").set_value("ベースラインは 21 点に届く")
    app.text_area(key=f"draft-plan-{run_id}-expected--0").set_value("+5 points")
    app.text_area(key=f"draft-plan-{run_id}-if_success--0").set_value("launch the sweep")
    app.button(key=f"{key}-save").click().run()
    plan = plans.read_plan(connection, run_id)
    assert (plan.hypothesis, plan.expected, plan.if_success) == (
        "ベースラインは 21 点に届く", "+5 points", "launch the sweep",
    )  # fmt: skip
    assert not plan.late
    text = shown(app)
    assert ":gray[Expected effect] +5 points" in text and LATE not in text
    assert ":material/arrow_forward: :gray[If it succeeds]" not in text and "Make it a task" not in text


def test_what_is_written_after_the_end_is_marked(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """The inputs say so before, the plan after; how it was before can be seen."""
    run_id = busy["lm-tiny"]
    app = opened(open_page, run_id)
    assert "marked as written after the result" in shown(app)
    app.text_area(key=f"draft-plan-{run_id}-hypothesis--0").set_value("I knew it")
    app.button(key=f"run-plan-{run_id}-0-save").click().run()
    assert plans.read_plan(connection, run_id).late and f"{LATE}]" in shown(app)
    app.session_state["run-plan-versions"] = True
    app.run()
    assert "RandAugment helps more than a longer schedule" in shown(app)


def test_a_plan_changed_elsewhere_is_shown_and_nothing_typed_is_lost(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """The first to save is not overwritten unseen; saving once more keeps mine and their other parts."""
    run_id = busy["resnet-aug"]
    app = opened(open_page, run_id)
    with write(connection):
        plans.change_plan(connection, run_id, time.time(), hypothesis="theirs", expected="their effect")
    field = f"draft-plan-{run_id}-hypothesis--0"
    app.text_area(key=field).set_value("mine")
    app.button(key=f"run-plan-{run_id}-0-save").click().run()
    text = shown(app)
    assert "Changed elsewhere meanwhile" in text and "theirs" in text and app.text_area(key=field).value == "mine"
    app.button(key=f"run-plan-{run_id}-0-save").click().run()
    plan = plans.read_plan(connection, run_id)
    assert (plan.hypothesis, plan.expected) == ("mine", "their effect")


def test_a_locked_journal_keeps_the_inputs_open(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was typed stays until it is saved."""
    monkeypatch.setattr("app.reads.WAIT_SECONDS", 0.05)
    run_id = busy["resnet-aug"]
    app = opened(open_page, run_id)
    field = f"draft-plan-{run_id}-expected--0"
    with write(connection):
        app.text_area(key=field).set_value("+1 point")
        app.button(key=f"run-plan-{run_id}-0-save").click().run()
        assert "is locked by another process" in shown(app) and app.text_area(key=field).value == "+1 point"
    app.button(key=f"run-plan-{run_id}-0-save").click().run()
    assert plans.read_plan(connection, run_id).expected == "+1 point"


def test_what_waits_for_a_run_is_on_its_page(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """With a plan or without one."""
    for name in ("resnet-aug", "pong-pg-baseline"):
        add_waiting(connection, f"after {name}", busy[name])
        text = shown(open_page("run", id=busy[name]))
        assert "1 task waits for its end:" in text and f"after {name}" in text


@pytest.mark.parametrize("page", ["run", "now"])
@pytest.mark.parametrize(
    ("state", "branch"),
    [("finished", "do A"), ("failed", "do B"), ("killed", "do B"), ("lost", "do B"), ("stopped", None)],
)
def test_the_matching_branch_becomes_a_task_once(
    connection: sqlite3.Connection, home: Path, open_page: Open, shown: Shown, page: str, state: str, branch: str | None
) -> None:
    """One click on *Now* or on the run's page; a stopped run came to no branch."""
    journal.beat(connection, time.time())
    run_id = ended(connection, home, state, if_success="do A", if_failure="do B")
    app = open_page("run", id=run_id) if page == "run" else open_page()
    key = f"branch-task-{run_id}"
    if branch is None:
        assert key not in {button.key for button in app.button}
        return
    if page == "now":
        assert f"Your plan for this: *{branch}*" in shown(app)
    other = open_page("run", id=run_id)
    app.button(key=key).click().run()
    other.button(key=key).click().run()
    (task,) = tasks.list_tasks(connection)
    assert task.title == branch and [one.to_id for one in links.links_of(connection, "task", task.id)] == [run_id]
    for one in (app, other):
        assert f"Task: {branch} · to do" in shown(one) and key not in {button.key for button in one.button}


def test_the_card_of_an_end_tells_what_it_woke(
    connection: sqlite3.Connection, home: Path, open_page: Open, shown: Shown
) -> None:
    """Until somebody touches the task."""
    now = time.time()
    journal.beat(connection, now)
    run_id = journal.add_run(connection, home, "261121-090000-woke", created=now - 500)
    task_id = add_waiting(connection, "write the ablation", run_id)
    with write(connection):
        runs.record_state(
            connection, run_id, attempt=1, state="finished", health=(), certainty="recorded", cause=None, evidence=(),
            exit_code=0, signal=None, pid=None, started=now - 500, ended=now, seconds=500, now=now,
        )  # fmt: skip
        tasks.wake_for_run(connection, run_id, now)
    journal.add_alert(connection, run_id, "finished", now)
    assert "It woke: write the ablation" in shown(open_page())
    with write(connection):
        tasks.set_state(connection, task_id, "doing", time.time())
    assert "It woke" not in shown(open_page())


def test_read_only_shows_the_plan_without_buttons(
    busy: dict[str, str], home: Path, open_page: Open, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The changes themselves are refused, too."""
    monkeypatch.setenv("MACHIAI_READ_ONLY", "1")
    for app in (open_page("run", id=busy["vit-small-lr3e-4"]), open_page()):
        assert "halve the batch" in shown(app)
        assert not [one for one in app.button if str(one.key).startswith(("branch", "run-plan"))]
    settings = Settings(home=home, read_only=True)
    with pytest.raises(JournalReadOnly):
        pages.make_task(settings, busy["vit-small-lr3e-4"])
    with pytest.raises(JournalReadOnly):
        pages.change(settings, busy["vit-small-lr3e-4"], None, {"hypothesis": "x"})


def test_a_plan_is_never_markup(connection: sqlite3.Connection, home: Path, open_page: Open) -> None:
    """Its texts are shown as what they are, lines apart."""
    text = "**x** :red[y]\n- $z$"
    journal.beat(connection, time.time())
    run_id = ended(connection, home, "failed", hypothesis=text, if_failure=text)
    assert runs.get_run(connection, run_id) is not None
    shown = [element.value for element in open_page("run", id=run_id).markdown]
    written = [one for one in shown if "Hypothesis" in one or "If it fails" in one]
    assert len(written) == 2
    assert all(":red[y]" not in one and "\\*\\*x\\*\\*" in one and "  \n" in one for one in written)
