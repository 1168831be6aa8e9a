"""*Plan*: tasks by project, what they wait for and why they woke, typed and changed without losing anything."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app import left_lines, unkept
from app import tasks as pages
from store import links, projects, runs, tasks
from store.database import write
from store.errors import JournalReadOnly, TaskError
from store.progress import Progress, record_progress
from store.settings import Settings
from store.task_rows import Task
from tests.fakes import journal

Open = Callable[..., AppTest]
Shown = Callable[[AppTest], str]


def add(connection: sqlite3.Connection, title: str, **fields: Any) -> int:
    """Keep a task as of now."""
    with write(connection):
        return tasks.add(connection, title, time.time(), **fields)


def project_of(connection: sqlite3.Connection, run_id: str) -> int:
    """The project of a run."""
    run = runs.get_run(connection, run_id)
    assert run is not None
    return run.project_id


def block(connection: sqlite3.Connection, task_id: int, **what: Any) -> None:
    """Let a task wait."""
    with write(connection):
        tasks.block(connection, task_id, time.time(), **what)


def kept(connection: sqlite3.Connection, task_id: int) -> Task:
    """A task as the journal has it."""
    task = tasks.get(connection, task_id)
    assert task is not None
    return task


def menu(app: AppTest, task_id: int, entry: str) -> AppTest:
    """Open the menu of a task and press an entry of it."""
    app.session_state[f"task-menu-{task_id}"] = True
    app.run()
    keys = (f"task-menu-{task_id}-{entry}", f"task-{entry}-{task_id}")
    app.button(key=next(key for key in keys if key in {button.key for button in app.button})).click().run()
    assert not app.exception, app.exception
    return app


def test_an_empty_plan_says_so_and_takes_a_line(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """Before there is any run or project, a task can be written down; its marks are read."""
    app = open_page("plan")
    assert "Nothing is planned here yet." in shown(app)
    app.text_input(key="draft-plan-line--0").set_value("論文の図を直す #執筆 ~1時間半 !!")
    app.button[0].click().run()
    (task,) = tasks.list_tasks(connection)
    assert (task.title, task.kind, task.estimate, task.priority) == ("論文の図を直す", "write", 5400.0, 2)
    assert task.project_id is None
    text = shown(app)
    assert "論文の図を直す" in text and "writing · ~1 h 30 m" in text and "urgent]" in text and "1 to do" in text


def test_tasks_stand_by_project_in_order(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """Doing first, then what is to do in the user's order, then what waits; archived projects are hidden."""
    project = project_of(connection, busy["resnet-aug"])
    later = add(connection, "later", project_id=project)
    block(connection, later, text="the editor")
    add(connection, "first", project_id=project)
    add(connection, "second", project_id=project)
    add(connection, "begun", project_id=project, state="doing")
    add(connection, "of no project")
    with write(connection):
        old = projects.add_project(connection, "old things", time.time())
    add(connection, "forgotten", project_id=old)
    with write(connection):
        projects.archive(connection, old, time.time())
    text = shown(open_page("plan"))
    titles = ["begun", "first", "second", "later", "of no project"]
    assert [text.index(f"**{title}**") for title in titles] == sorted(text.index(f"**{one}**") for one in titles)
    assert "forgotten" not in text and "the editor" in text
    assert "1 in doing · 3 to do · 1 waiting" in text
    only = shown(open_page("plan", project=str(old)))
    assert "forgotten" in only and "begun" not in only


def test_what_waits_for_a_run_says_which_and_how_long(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """The run is linked with its time left, or with that it is not known; no time of a silent daemon's runs."""
    now, known, unknown = time.time(), busy["resnet-aug"], busy["pong-pg-baseline"]
    far = Progress(1, 40, 90, "epoch", now, eta_at=now + 2520, eta_low=now + 2100, eta_high=now + 3480, main="loss")
    with write(connection):
        record_progress(connection, known, far)
    for run_id in (known, unknown):
        block(connection, add(connection, f"after {run_id}"), run_id=run_id)
    text = shown(open_page("plan"))
    assert "until this run ends:" in text and "**resnet-aug**" in text
    assert "about 42 min, 35–58" in text and "time left unknown" in text
    journal.beat(connection, now - 3600)
    text = shown(open_page("plan"))
    assert "about 42 min" not in text and text.count("time left unknown") == 2 and "silent for" in text


def test_what_woke_comes_first_with_why(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """A run's end and a date wake; beginning the task, or noting it, puts it among the others."""
    project = project_of(connection, busy["lm-tiny"])
    add(connection, "zzz doing", project_id=project, state="doing")
    by_run, by_date = add(connection, "write it up", project_id=project), add(connection, "ask again")
    block(connection, by_run, run_id=busy["resnet-aug"])
    block(connection, by_date, until=time.time() + 1)
    with write(connection):
        tasks.wake_for_run(connection, busy["resnet-aug"], time.time())
        tasks.wake_due(connection, time.time() + 2)
    app = open_page("plan")
    text = shown(app)
    assert "2 can go on" in text and "woke because its date has come" in text
    assert text.index("woke because this run ended:") < text.index("zzz doing")
    app.button(key=f"task-next-{by_run}").click().run()
    menu(app, by_date, "visibility")
    text = shown(app)
    assert "can go on" not in text and kept(connection, by_run).state == "doing"
    assert kept(connection, by_date).woken is None and kept(connection, by_date).state == "todo"


def test_too_many_in_doing_is_pointed_out_and_nothing_more(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """The fourth is begun all the same; the project's own limit replaces the usual one."""
    project = project_of(connection, busy["resnet-aug"])
    for number in range(3):
        add(connection, f"open {number}", project_id=project, state="doing")
    fourth = add(connection, "one more", project_id=project)
    app = open_page("plan")
    assert "your limit" not in shown(app)
    app.button(key=f"task-next-{fourth}").click().run()
    assert kept(connection, fourth).state == "doing" and "4 in doing, 3 is your limit" in shown(app)
    with write(connection):
        projects.set_doing_limit(connection, project, 4)
    assert "your limit" not in shown(open_page("plan"))


def test_a_task_is_done_dropped_moved_and_taken_up_again(
    connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """Every entry of the menu does what it says."""
    first, second, third = (add(connection, title) for title in ("one", "two", "three"))
    app = open_page("plan")
    menu(app, third, "arrow_upward")
    assert [task.title for task in tasks.list_tasks(connection)] == ["one", "three", "two"]
    menu(app, second, "vertical_align_top")
    assert [task.title for task in tasks.list_tasks(connection)] == ["two", "one", "three"]
    menu(app, second, "arrow_downward")
    assert [task.title for task in tasks.list_tasks(connection)] == ["one", "two", "three"]
    app.button(key=f"task-next-{first}").click().run()
    app.button(key=f"task-next-{first}").click().run()
    menu(app, second, "do_not_disturb_on")
    assert [kept(connection, one).state for one in (first, second, third)] == ["done", "dropped", "todo"]
    app.session_state["plan-ended"] = True
    app.run()
    assert "one" in shown(app) and "two" in shown(app)
    app.button(key=f"task-again-{second}").click().run()
    assert kept(connection, second).state == "todo"


def test_all_fields_are_edited_and_only_what_was_touched_is_written(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """A wrong estimate keeps the dialog with what was typed; a right one closes it."""
    project = project_of(connection, busy["resnet-aug"])
    task_id = add(connection, "draft", estimate=1800.0, notes="line 1\nline 2")
    app = menu(open_page("plan"), task_id, "edit")
    key = f"task-edit-{task_id}-0"
    assert app.text_input(key=f"draft-task-{task_id}-estimate--0").value == "30m"
    app.text_input(key=f"draft-task-{task_id}-title--0").set_value("下書きを書く")
    app.text_input(key=f"draft-task-{task_id}-estimate--0").set_value("soon")
    app.selectbox(key=f"{key}-kind").set_value("write")
    app.selectbox(key=f"{key}-priority").set_value(1)
    app.selectbox(key=f"{key}-project").set_value(project)
    app.button(key=f"{key}-save").click().run()
    assert "'soon' is no length of time" in shown(app) and kept(connection, task_id).title == "draft"
    assert app.text_input(key=f"draft-task-{task_id}-title--0").value == "下書きを書く"
    app.text_input(key=f"draft-task-{task_id}-estimate--0").set_value("2時間")
    app.button(key=f"{key}-save").click().run()
    task = kept(connection, task_id)
    assert (task.title, task.kind, task.priority, task.estimate) == ("下書きを書く", "write", 1, 7200.0)
    assert task.project_id == project and task.notes == "line 1\nline 2" and task.revision == 2
    assert not [one.key for one in app.text_input if "-title--" in str(one.key)]


def test_a_change_from_elsewhere_is_shown_beside_what_is_typed(
    connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """Nothing is overwritten unseen: saving again keeps what is typed here and what was changed there besides."""
    task_id = add(connection, "draft")
    app = menu(open_page("plan"), task_id, "edit")
    with write(connection):
        tasks.change(connection, task_id, time.time(), title="theirs", notes="a note of theirs")
    key = f"task-edit-{task_id}-0"
    app.text_input(key=f"draft-task-{task_id}-title--0").set_value("mine")
    app.button(key=f"{key}-save").click().run()
    text = shown(app)
    assert "Changed elsewhere meanwhile" in text and "theirs" in text and "a note of theirs" in text
    assert (
        app.text_input(key=f"draft-task-{task_id}-title--0").value == "mine"
        and kept(connection, task_id).title == "theirs"
    )
    app.button(key=f"{key}-save").click().run()
    task = kept(connection, task_id)
    assert (task.title, task.notes) == ("mine", "a note of theirs")


def test_what_is_kept_elsewhere_can_be_taken(connection: sqlite3.Connection, open_page: Open) -> None:
    """The other way on from a conflict: the inputs begin anew with what is kept."""
    task_id = add(connection, "draft")
    app = menu(open_page("plan"), task_id, "edit")
    with write(connection):
        tasks.change(connection, task_id, time.time(), title="theirs")
    app.text_input(key=f"draft-task-{task_id}-title--0").set_value("mine")
    app.button(key=f"task-edit-{task_id}-0-save").click().run()
    app.button(key=f"task-theirs-{task_id}-0").click().run()
    assert app.text_input(key=f"draft-task-{task_id}-title--1").value == "theirs"
    app.button(key=f"task-edit-{task_id}-1-save").click().run()
    assert kept(connection, task_id).title == "theirs"


@pytest.mark.parametrize("how", ["run", "date", "text"])
def test_a_task_is_let_wait(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown, how: str
) -> None:
    """For a run's end, until a date in the reader's zone, or for something in words."""
    task_id = add(connection, "what follows", state="doing")
    app = menu(open_page("plan"), task_id, "wait")
    app.radio(key=f"task-how-{task_id}").set_value(how).run()
    if how == "run":
        app.selectbox(key=f"task-wait-{task_id}-run").set_value(busy["resnet-aug"])
    elif how == "text":
        app.text_input(key=f"task-wait-{task_id}-text").set_value("査読の返事")
    app.button(key=f"task-wait-{task_id}-save").click().run()
    task = kept(connection, task_id)
    assert (task.state, task.blocked_was) == ("blocked", "doing")
    if how == "run":
        assert task.blocked_run == busy["resnet-aug"]
    elif how == "text":
        assert task.blocked_text == "査読の返事" and "査読の返事" in shown(app)
    else:
        assert task.blocked_until is not None and task.blocked_until % 86400 == 0  # 9:00 in Tokyo is midnight UTC
        assert time.time() < task.blocked_until < time.time() + 2 * 86400


def test_a_wait_that_cannot_be_is_told(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """Without a run there is no end to wait for, and an empty text is refused; the task stays as it is."""
    task_id = add(connection, "what follows")
    app = menu(open_page("plan"), task_id, "wait")
    app.radio(key=f"task-how-{task_id}").set_value("run").run()
    assert "there is no end to wait for" in shown(app) and app.button(key=f"task-wait-{task_id}-save").disabled
    app.radio(key=f"task-how-{task_id}").set_value("text").run()
    app.button(key=f"task-wait-{task_id}-save").click().run()
    assert "the text is empty" in shown(app) and kept(connection, task_id).state == "todo"
    app.button(key=f"task-wait-{task_id}-cancel").click().run()
    assert "What does it wait for?" not in shown(app)


def test_a_pasted_list_is_shown_before_it_is_kept(
    connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """How each line is read is a table; nothing is kept before the second button, and then once."""
    app = open_page("plan")
    app.text_area(key="draft-plan-list--0").set_value(
        "- [ ] tune it #experiment ~30m !\n・ログを読む\n\n[x] order disks"
    )
    app.button(key="plan-list-read").click().run()
    rows = app.table[0].value.values.tolist()
    assert [row[0].replace("\\", "") for row in rows] == ["tune it", "ログを読む", "order disks"]
    assert rows[0][1] == "experiment" and tasks.list_tasks(connection) == []
    app.button(key="plan-list-keep").click().run()
    assert [task.title for task in tasks.list_tasks(connection)] == ["tune it", "ログを読む"]
    assert [task.title for task in tasks.list_tasks(connection, states=("done",))] == ["order disks"]
    assert "3 tasks were added." in shown(app) and app.text_area(key="draft-plan-list--1").value in ("", None)
    assert "plan-list-keep" not in {button.key for button in app.button}


def test_links_and_history_of_a_task(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """What happened is told in words, with names of runs; a run is linked and unlinked."""
    task_id = add(connection, "compare both", estimate=1800.0)
    with write(connection):
        tasks.change(connection, task_id, time.time(), title="compare all", estimate=3600.0)
    block(connection, task_id, run_id=busy["resnet-aug"])
    with write(connection):
        tasks.wake_for_run(connection, busy["resnet-aug"], time.time())
        tasks.set_state(connection, task_id, "doing", time.time())
    app = menu(open_page("plan"), task_id, "links")
    text = shown(app)
    for told in (
        "written down", "Title: compare both → compare all", "Estimate: 30 m → 1 h",
        "waits for the end of resnet-aug", "woke: resnet-aug ended", "to do → doing",
    ):  # fmt: skip
        assert told in text
    app.selectbox(key=f"task-link-run-{task_id}-0").set_value(busy["lm-tiny"])
    app.button(key=f"FormSubmitter:task-link-{task_id}-Link").click().run()
    assert [one.to_id for one in links.links_of(connection, "task", task_id)] == [busy["lm-tiny"]]
    app.button(key=f"task-unlink-{task_id}-run-{busy['lm-tiny']}").click().run()
    assert links.links_of(connection, "task", task_id) == []


def test_projects_are_added_renamed_and_archived(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """By hand; a name that is taken is refused and stays typed."""
    app = open_page("plan")
    app.text_input(key="project-new-0").set_value("学位論文")
    app.button(key="FormSubmitter:project-new-form-Add").click().run()
    app.text_input(key="project-new-1").set_value("学位論文")
    app.button(key="FormSubmitter:project-new-form-Add").click().run()
    (project,) = projects.list_projects(connection)
    assert "Not kept" in shown(app) and app.text_input(key="project-new-1").value == "学位論文"
    app.selectbox(key="project-which").set_value(project.id).run()
    app.text_input(key=f"project-name-{project.id}").set_value("thesis")
    app.number_input(key=f"project-limit-{project.id}").set_value(2)
    app.button(key=f"FormSubmitter:project-form-{project.id}-Save").click().run()
    (changed,) = projects.list_projects(connection)
    assert (changed.name, changed.doing_limit) == ("thesis", 2)
    app.button(key=f"project-archive-{project.id}").click().run()
    assert projects.list_projects(connection, archived=False) == []
    app.button(key=f"project-archive-{project.id}").click().run()
    assert projects.list_projects(connection, archived=False) != []


def test_a_line_is_kept_later_where_the_journal_is_locked(
    connection: sqlite3.Connection, open_page: Open, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was typed stays on the page with a button that keeps it once the lock is gone; once."""
    monkeypatch.setattr("app.reads.WAIT_SECONDS", 0.05)
    app = open_page("plan")
    with write(connection):
        app.text_input(key="draft-plan-line--0").set_value("typed under a lock")
        app.button[0].click().run()
        text = shown(app)
        assert "is locked by another process" in text and "typed under a lock" in text
        app.button(key="plan-line-again-0").click().run()
        assert "typed under a lock" in shown(app)
    app.button(key="plan-line-again-0").click().run()
    assert [task.title for task in tasks.list_tasks(connection)] == ["typed under a lock"]
    assert "plan-line-again-0" not in {button.key for button in app.button} and "Not kept" not in shown(app)


def test_a_line_that_waits_is_on_every_tab_and_after_a_restart(
    connection: sqlite3.Connection, home: Path, open_page: Open, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another tab shows it, a dashboard that is started again does; kept in one, it is not kept twice."""
    monkeypatch.setattr("app.reads.WAIT_SECONDS", 0.05)
    first = open_page("plan")
    with write(connection):
        first.text_input(key="draft-plan-line--0").set_value("論文を直す")
        first.button[0].click().run()
    second = open_page("plan")
    unkept._KNOWN.clear()  # as a process that has just begun
    third = open_page("plan")
    assert "論文を直す" in shown(second) and "論文を直す" in shown(third)
    third.button(key="plan-line-again-0").click().run()
    second.button(key="plan-line-again-0").click().run()
    assert [task.title for task in tasks.list_tasks(connection)] == ["論文を直す"]
    assert not (home / "plan-lines.json").exists()


def test_what_is_wrong_is_said_in_japanese(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """An estimate that is none, a line that says nothing, a name that is taken: no English between the reader's words."""
    task_id = add(connection, "下書き")
    app = menu(open_page("plan", locale="ja-JP"), task_id, "edit")
    app.text_input(key=f"draft-task-{task_id}-estimate--0").set_value("そのうち")
    app.button(key=f"task-edit-{task_id}-0-save").click().run()
    assert "'そのうち' は時間の長さになっていません" in shown(app)
    app.button(key=f"task-edit-{task_id}-0-cancel").click().run()
    app.text_input(key="draft-plan-line--0").set_value("  ")
    app.button[0].click().run()
    assert "することが何も書いてありません" in shown(app) and "nothing to do" not in shown(app)


@pytest.mark.parametrize("text", ["", "{", "[1]", '[["a"]]', '{"a": 1}'])
def test_a_damaged_copy_is_no_line(home: Path, text: str) -> None:
    """The page is drawn without it."""
    home.mkdir()
    (home / left_lines.FILE).write_text(text, encoding="utf-8")
    assert left_lines.lines(Settings(home=home)) == []


def test_a_task_that_was_edited_is_open_again_after_a_reload(
    connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """As the address has it; where it was changed meanwhile, that is shown before anything is saved."""
    task_id = add(connection, "draft")
    app = menu(open_page("plan"), task_id, "edit")
    assert app.query_params["edit"] == f"{task_id}.1"
    again = open_page("plan", edit=f"{task_id}.1")
    assert again.text_input(key=f"draft-task-{task_id}-title--0").value == "draft"
    assert "Changed elsewhere meanwhile" not in shown(again)
    with write(connection):
        tasks.change(connection, task_id, time.time(), title="theirs")
    late = open_page("plan", edit=f"{task_id}.1")
    assert "Changed elsewhere meanwhile" in shown(late) and "theirs" in shown(late)
    late.button(key=f"task-edit-{task_id}-0-cancel").click().run()
    assert "edit" not in late.query_params and not [one.key for one in late.text_input if "-title--" in str(one.key)]
    for wrong in ("", "x", "1", "99.1", "1.", "１.１"):
        assert "task-edit" not in str([button.key for button in open_page("plan", edit=wrong).button])


def test_read_only_shows_and_changes_nothing(
    connection: sqlite3.Connection, home: Path, open_page: Open, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No input and no button; the changes themselves are refused, too."""
    task_id = add(connection, "look only")
    monkeypatch.setenv("MACHIAI_READ_ONLY", "1")
    app = open_page("plan")
    keys = [str(one.key) for one in (*app.text_input, *app.text_area, *app.button)]
    assert "look only" in shown(app) and not [key for key in keys if key.startswith(("plan", "task", "project"))]
    settings = Settings(home=home, read_only=True)
    for act in (
        lambda: pages.add(settings, "x", None),
        lambda: pages.set_state(settings, task_id, "done"),
        lambda: pages.add_project(settings, "x"),
    ):
        with pytest.raises(JournalReadOnly):
            act()


def test_nothing_of_a_task_is_markup(connection: sqlite3.Connection, open_page: Open) -> None:
    """Titles, notes and texts are shown as what they are."""
    task_id = add(connection, "**bold** :red[x] <b> $a$", notes="[link](http://x.example)")
    block(connection, task_id, text="# heading")
    text = "\n".join(element.value for element in open_page("plan").markdown)
    assert "\\*\\*bold\\*\\*" in text and ":red[x]" not in text and "\\#" in text


def test_a_link_leads_to_its_task(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """In front of all others and once, also where it is done; an unknown one is told."""
    add(connection, "another one")
    open_one, done = add(connection, "asked for"), add(connection, "long done", state="done")
    text = shown(open_page("plan", task=str(open_one)))
    assert text.count("**asked for**") == 1 and text.index("**asked for**") < text.index("**another one**")
    assert "2 to do" in text and "All tasks" in text
    assert "done] **long done**" in shown(open_page("plan", task=str(done)))
    for unknown in ("999", "x", "٣", "9" * 40):
        assert "another one" in shown(open_page("plan", task=unknown))
    assert "This task is no longer known." in shown(open_page("plan", task="999"))


def test_many_tasks_are_shown_in_part(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """A long list shows its beginning and a button for the rest."""
    with write(connection):
        tasks.paste(connection, "\n".join(f"task number {n}" for n in range(60)), time.time())
    app = open_page("plan")
    assert "task number 39" in shown(app) and "task number 40" not in shown(app)
    app.button(key="button-plan-all-of:-1").click().run()
    assert "task number 59" in shown(app)


def test_the_plan_in_japanese(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """Every word of ours is Japanese for a Japanese browser."""
    block(connection, add(connection, "続き"), run_id=busy["resnet-aug"])
    text = shown(open_page("plan", locale="ja-JP"))
    assert "計画" in text and "待ち 1 件" in text and "終了待ち:" in text and "残り時間は不明" in text


def test_an_empty_line_is_no_task(connection: sqlite3.Connection, home: Path) -> None:
    """Nothing, a bullet or a ruled line is refused."""
    for text in ("", "  ", "-", "-----"):
        with pytest.raises(TaskError):
            pages.add(Settings(home=home), text, None)
    assert tasks.list_tasks(connection) == []
