"""*Now*: what to do now, where projects were left, and what the day was spent on."""

import re
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from app import waiting
from app.views import session_list
from app.words import Words
from store import advice_log, drifts, resumes, sessions, tasks
from store.database import write
from store.drifts import Drift, DriftFile
from store.runs import get_run
from store.sessions import Session

Open = Callable[..., AppTest]
Shown = Callable[[AppTest], str]
HOSTILE = "**x** <script>alert(1)</script> :red[hi] $x$ :tada: [a](http://example.org)"


def add_task(connection: sqlite3.Connection, title: str, project_id: int | None = None, **fields: object) -> int:
    """A task that is to do; its id."""
    with write(connection):
        return tasks.add(connection, title, time.time(), project_id=project_id, **fields)  # type: ignore[arg-type]


def plan(connection: sqlite3.Connection, *run_ids: str) -> None:
    """Write a plan for these runs, so that theirs is not what comes first."""
    with write(connection):
        for run_id in run_ids:
            connection.execute("UPDATE runs SET if_success = 'x', if_failure = 'y' WHERE id = ?", (run_id,))


def project_of(connection: sqlite3.Connection, run_id: str) -> int:
    """The project of a run."""
    run = get_run(connection, run_id)
    assert run is not None
    return run.project_id


def buttons(app: AppTest, prefix: str) -> list[str]:
    """The keys of the buttons that begin so."""
    return [button.key or "" for button in app.button if (button.key or "").startswith(prefix)]


def test_up_to_three_cards_say_what_how_long_and_why(
    measured: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """The time left stands once above; the plan that is missing comes first; looking at them writes nothing."""
    project = project_of(connection, measured["resnet-aug"])
    for number in range(3):
        add_task(connection, f"ablation {number}", project, estimate=1800.0, priority=2 - number)
    app = open_page()
    text = shown(app)
    assert "What to do now :gray[:small[about 42 m left until “resnet-aug” ends (35 m to 58 m)]]" in text
    assert len(buttons(app, "take-")) == len(buttons(app, "skip-")) == 3
    assert "Plan what follows “pong-pg-baseline”** · 5 min" in text and "nobody wrote yet" in text
    card, running = text.index("in 2 h 2 m"), text.index("**3 h 12 m**")
    assert card < text.index("Plan what follows") < running
    assert connection.execute("SELECT count(*) FROM advice").fetchone()[0] == 0


def test_one_button_begins_it(measured: dict[str, str], connection: sqlite3.Connection, open_page: Open) -> None:
    """The session has the suggestion's kind, minutes, task and project; the suggestion counts as accepted."""
    project = project_of(connection, measured["resnet-aug"])
    plan(connection, *measured.values())
    task = add_task(connection, "write the ablation", project, kind="write", estimate=1200.0, priority=2)
    app = open_page()
    app.button(key=f"take-task-task-{task}").click().run()
    assert not app.exception
    session = sessions.open_session(connection)
    assert session is not None and (session.kind, session.planned, session.task_id) == ("task", 1200.0, task)
    assert session.project_id == project
    (offer,) = advice_log.list_offers(connection, 0, time.time() + 9)
    assert (offer.outcome, offer.session_id) == ("accepted", session.id)
    kept = tasks.get(connection, task)
    assert kept is not None and kept.state == "doing"


def test_a_plan_and_a_review_lead_to_where_they_are_done(
    measured: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """The one button opens the plan of that run to be written; the clock has the way there, from every page."""
    run_id = measured["pong-pg-baseline"]
    app = open_page()
    app.button(key=f"take-plan-run-{run_id}").click().run()
    assert not app.exception
    session = sessions.open_session(connection)
    assert session is not None and (session.kind, session.run_id) == ("plan", run_id)
    assert f"draft-plan-{run_id}-hypothesis--0" in {area.key for area in app.text_area}
    again = open_page("machine")
    (way,) = [link for link in again.get("page_link") if "Write the plan" in link.proto.label]
    assert way.proto.query_string == f"id={run_id}&plan=write"
    with write(connection):
        sessions.begin(connection, "review", time.time())
    (way,) = [link for link in open_page().get("page_link") if link.proto.label == "Review"]
    assert way.proto.query_string == "section=review"
    assert "waits for a review" in shown(open_page("journal", section="review"))


def test_another_takes_it_away_for_now(
    measured: dict[str, str], connection: sqlite3.Connection, open_page: Open
) -> None:
    """What is skipped is recorded and gone, and its kind counts less, which is shown with the way back."""
    project = project_of(connection, measured["resnet-aug"])
    plan(connection, *measured.values())
    task = add_task(connection, "write the ablation", project, kind="write", estimate=1200.0, priority=2)
    app = open_page()
    app.button(key=f"skip-task-task-{task}").click().run()
    assert f"take-task-task-{task}" not in buttons(app, "take-")
    assert sessions.open_session(connection) is None
    assert advice_log.weights(connection, time.time())["task"] == pytest.approx(0.9, abs=0.01)
    rows = str([table.value.to_dict() for table in app.table])
    assert "× 0.90" in rows and "begun 0, finished 0, skipped 1" in rows.replace("\\", "")
    app.button(key="weights-reset").click().run()
    assert advice_log.weights(connection, time.time())["task"] == 1
    assert app.button(key="weights-reset").disabled


def test_during_a_session_nothing_is_urged(
    measured: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """Suggestions are put away while a session goes on, and come back when its time is up."""
    now = time.time()
    with write(connection):
        number = sessions.begin(connection, "read", now - 600, planned=1200)
    app = open_page()
    assert "What to do now" not in shown(app) and len(app.expander) == 1
    assert buttons(app.expander[0], "take-") != []  # type: ignore[arg-type]
    with write(connection):
        connection.execute("UPDATE sessions SET begun = ? WHERE id = ?", (now - 1300, number))
    assert "What to do now" in shown(open_page())


def test_nothing_fits(home: object, connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """Calm words where every suggestion was skipped; nothing at all on a journal that knows nothing."""
    assert "What to do now" not in shown(open_page())
    add_task(connection, "the only one", kind="code", estimate=600.0)
    app = open_page()
    for key in buttons(app, "skip-"):
        app.button(key=key).click().run()
    text = shown(app)
    assert "Nothing that is known fits this time." in text and buttons(app, "take-") == []


def test_read_only_shows_them_without_buttons(
    measured: dict[str, str],
    connection: sqlite3.Connection,
    open_page: Open,
    shown: Shown,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Suggestions, resume notes and the day are shown; nothing of them can be pressed."""
    now = time.time()
    with write(connection):
        session = sessions.begin(connection, "mail", now - 60)
        sessions.end(connection, session, now - 30)
        project = project_of(connection, measured["resnet-aug"])
        resumes.write_resume(connection, now - 20, project_id=project, place="before the head")
    monkeypatch.setenv("MACHIAI_READ_ONLY", "true")
    app = open_page()
    text = shown(app)
    assert "Plan what follows" in text and "before the head" in text and "Mail and messages" in text
    assert [key for key in buttons(app, "") if not key.startswith("search-")] == []


def test_names_in_them_are_never_markup(
    measured: dict[str, str], connection: sqlite3.Connection, open_page: Open
) -> None:
    """Titles of tasks, notes and outcomes go to the browser escaped."""
    now = time.time()
    project = project_of(connection, measured["resnet-aug"])
    plan(connection, *measured.values())
    task = add_task(connection, HOSTILE, project, estimate=600.0, priority=2)
    with write(connection):
        number = sessions.begin(connection, "task", now - 300, task_id=task)
        sessions.end(connection, number, now - 200, outcome=HOSTILE)
        facts = {"commits": [{"sha": "abc", "subject": HOSTILE}], "files": [HOSTILE]}
        resumes.write_resume(
            connection, now - 100, project_id=project, place=HOSTILE, next_step=HOSTILE, question=HOSTILE, facts=facts
        )
    app = open_page()
    for text in [element.value for element in (*app.markdown, *app.caption, *app.subheader)]:
        stripped = re.sub(r"\\.", "", text)
        assert not any(mark in stripped for mark in ("**x**", "<script", ":red[hi]", "$x$", ":tada:", "](http"))


def test_where_a_project_was_left_stands_first(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """Above the cards, with what was filled in by itself, until somebody is back."""
    project = project_of(connection, busy["resnet-aug"])
    facts = {"commits": [{"sha": "4f1c2ab9d0", "subject": "split the loader"}], "files": ["data/loader.py"]}
    with write(connection):
        note = resumes.write_resume(
            connection, time.time() - 900, project_id=project, place="halving the batch", next_step="try 3 seeds",
            question="why NaN at 4k", facts=facts,
        )  # fmt: skip
    app = open_page()
    text = shown(app)
    for part in ("You left cifar-robust here", "halving the batch", "try 3 seeds", "why NaN at 4k", "split the loader"):
        assert part in text
    assert "data/loader.py" in text and "`4f1c2ab9`" in text
    assert text.index("You left cifar-robust") < text.index("after 12 m — CUDA out of memory")
    app.button(key=f"back-{note}").click().run()
    assert "You left cifar-robust" not in shown(app)
    assert resumes.latest_open(connection, project) is None


def test_a_note_comes_when_its_project_is_taken_up(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """Not while something else goes on, nor during the block it was left for."""
    now = time.time()
    left, other = (project_of(connection, busy[name]) for name in ("resnet-aug", "pong-pg-baseline"))
    with write(connection):
        resumes.write_resume(connection, now - 900, project_id=left, place="halving the batch")
        sessions.begin(connection, "task", now - 60, project_id=other)
    assert "halving the batch" not in shown(open_page())
    with write(connection):
        sessions.begin(connection, "task", now - 30, project_id=left)
    assert "halving the batch" in shown(open_page())
    with write(connection):
        resumes.write_resume(connection, now - 20, project_id=left, place="in the middle of the head")
    assert "in the middle of the head" not in shown(open_page())


def test_a_note_of_a_project_with_nothing_to_do_waits() -> None:
    """Of a project without runs and tasks nothing calls one back; a note of no project has nowhere else to wait for."""
    note = resumes.Resume(1, 7, None, 0.0, "x", "", "", {}, None)
    assert not waiting.is_back(note, None, {1, 2, None})
    assert waiting.is_back(note, None, {7})
    assert waiting.is_back(replace(note, project_id=None), None, set())


def test_a_note_of_no_project_is_no_way_back_from_mail() -> None:
    """Mail and breaks have no project: what was left waits until they are over."""
    note = resumes.Resume(1, None, None, 0.0, "x", "", "", {}, None)
    mail = Session(1, "mail", None, None, None, None, 60.0, 600, None, 0, 60.0, None, None, None, None)
    assert not waiting.is_back(note, mail, {None})
    assert waiting.is_back(note, replace(mail, kind="task"), {None})


def test_the_day_in_sums_and_sessions(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """Minutes by kind, each session with its minutes, a forgotten one marked."""
    now = time.time()
    with write(connection):
        number = sessions.begin(connection, "read", now - 3000, planned=600)
        sessions.end(connection, number, now - 2400, by="forgotten")
        sessions.begin(connection, "mail", now - 1200)
        sessions.begin(connection, "break", now - 600)
    text = shown(open_page())
    if "Today" not in text:
        pytest.skip("midnight in Tokyo: there is no day yet to sum up")
    assert "Reading · 10 min" in text and ":orange[forgotten]" in text
    assert "Mail and messages **10 min**" in text and "–now · Break" in text


def test_a_session_is_put_right(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """The form has what is kept; an overlap is refused beside what was typed, and what can be is kept."""
    tokyo = ZoneInfo("Asia/Tokyo")
    midnight = datetime.now(tokyo).replace(hour=0, minute=0, second=0, microsecond=0)
    if datetime.now(tokyo) - midnight < timedelta(minutes=50):
        pytest.skip("the day in Tokyo is too young to have sessions to correct")
    begin = midnight.timestamp()
    with write(connection):
        first = sessions.begin(connection, "read", begin + 600)
        sessions.end(connection, first, begin + 1200)
        second = sessions.begin(connection, "task", begin + 1500)
        sessions.end(connection, second, begin + 2100, by="forgotten")
    app = open_page()
    app.button(key=f"correct-{second}").click().run()
    assert app.time_input(key=f"correct-begun-{second}").value == clock(0, 25)
    app.time_input(key=f"correct-begun-{second}").set_value(clock(0, 15))
    app.text_area(key=f"correct-outcome-{second}").set_value("half a table")
    app.button(key="correct-keep").click().run()
    assert "it would overlap session" in shown(app)
    assert app.text_area(key=f"correct-outcome-{second}").value == "half a table"
    app.time_input(key=f"correct-begun-{second}").set_value(clock(0, 22))
    app.button(key="correct-keep").click().run()
    kept = sessions.get_session(connection, second)
    assert (kept.begun, kept.ended, kept.outcome) == (begin + 1320, begin + 2100, "half a table")
    assert ":gray[corrected]" in shown(app)


def test_times_that_were_left_alone_keep_their_seconds() -> None:
    """Only what was changed is given; an end before the begin is one of the next day."""
    begun = datetime(2026, 11, 21, 23, 30, 17, tzinfo=UTC).timestamp()
    one = Session(1, "read", None, None, None, None, begun, 1800, begun + 600, 0, begun, "user", None, None, None)
    say = Words("en", UTC)
    day = datetime(2026, 11, 21, tzinfo=UTC).date()

    def changes(first: clock, last: clock, kind: str = "read") -> dict[str, object]:
        return session_list.changes(one, say, kind=kind, day=day, first=first, last=last, outcome="")

    assert changes(clock(23, 30), clock(23, 40)) == {}
    assert changes(clock(23, 30), clock(23, 40), "review") == {"kind": "review"}
    past_midnight = datetime(2026, 11, 22, 0, 10, tzinfo=UTC).timestamp()
    assert changes(clock(23, 30), clock(0, 10)) == {"ended": past_midnight}
    assert changes(clock(23, 20), clock(23, 40)) == {"begun": datetime(2026, 11, 21, 23, 20, tzinfo=UTC).timestamp()}


def test_drift_on_the_card_of_a_running_run(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """One line where files that it imports have changed; none where others have."""
    run_id = busy["resnet-aug"]

    def record(imported: bool) -> None:
        files = (DriftFile("loader.py", "modified", 3, 1, imported),)
        with write(connection):
            drifts.record(
                connection,
                [Drift(run_id, time.time(), True, files=files, file_count=1, imported_count=int(imported),
                       commit_count=2, entry="train.py", imports=4)],
            )  # fmt: skip

    record(imported=False)
    assert "it imports has changed" not in shown(open_page())
    record(imported=True)
    assert "2 commits since · 1 file it imports has changed" in shown(open_page())
    assert "読み込むファイル 1 個が変更済み" in shown(open_page(locale="ja-JP"))
