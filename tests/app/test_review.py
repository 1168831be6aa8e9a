"""*Review*: an empty week, a week as it is and as it was closed, its goals, the weeks before; goals on *Now*."""

import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from app import review as pages
from store import sessions, tasks
from store.database import write
from store.errors import JournalReadOnly, PreferencesError
from store.preferences import AlertPreferences, save_preferences
from store.settings import load
from store.weekly import closing, goals, notes, plans, preferences, review
from store.weekly.calendar import Week, week_of
from tests.app.conftest import acts
from tests.fakes import journal

Open = Callable[..., AppTest]
Shown = Callable[[AppTest], str]
TOKYO = ZoneInfo("Asia/Tokyo")
HOUR, DAY = 3600.0, 86400.0


@pytest.fixture(name="week")
def _week() -> Week:
    """The week that is over last, where the reader of these pages is."""
    return week_of(time.time(), TOKYO).shift(-1)


@pytest.fixture(name="lived")
def _lived(connection: sqlite3.Connection, home: Path, week: Week) -> Week:
    """A week with two runs, of which one crashed unnoticed, a session, a task that was done and one that was not."""
    begin, _ = week.bounds(TOKYO)
    journal.beat(connection, time.time())
    journal.add_run(connection, home, "260101-000000-aaaa", created=begin + DAY, state="finished", seconds=6 * HOUR)
    journal.add_run(connection, home, "260101-000000-bbbb", created=begin + 2 * DAY, state="failed", seconds=2 * HOUR,
                    name="resnet-long", cause="CUDA out of memory")  # fmt: skip
    with write(connection):
        reading = sessions.begin(connection, "read", begin + DAY + HOUR, planned=HOUR)
        sessions.end(connection, reading, begin + DAY + 1.5 * HOUR)
        done = tasks.add(connection, "write the table", begin + DAY)
        tasks.set_state(connection, done, "done", begin + 2 * DAY)
        tasks.add(connection, "rename the flags", begin + DAY)
    return week


def close(connection: sqlite3.Connection, week: Week, **answers: str) -> None:
    """Close a week an hour after its end, with these answers."""
    at = week.bounds(TOKYO)[1] + HOUR
    with write(connection):
        closing.begin(connection, week, TOKYO, "mon", at)
        for name, text in answers.items():
            closing.answer(connection, week, name, text, at)
        closing.close(connection, week, review.read_week(connection, week, TOKYO, "mon", at), at)


def press(app: AppTest, key: str) -> AppTest:
    """Press a button and let the page be drawn anew."""
    app.button(key=key).click().run()
    assert not app.exception, app.exception
    return app


@pytest.mark.parametrize("locale", ["en-US", "ja-JP"])
@pytest.mark.parametrize("section", ["week", "history", "reading"])
def test_an_empty_journal_says_how_weeks_come_here(open_page: Open, shown: Shown, locale: str, section: str) -> None:
    """Nothing recorded yet is an ordinary state of every section, in both languages; nothing is to be closed then."""
    app = open_page("review", locale, section=section)
    assert app.title or section == "reading"
    if section == "week":
        assert "machiai run" in shown(app)
        assert "review-close" not in acts(app)
        assert app.button(key="review-turn-Left").disabled


def test_a_week_is_told_by_its_link(lived: Week, open_page: Open, shown: Shown) -> None:
    """Its figures in a line, its parts as sentences, names that lead to what they name; that it is the first week."""
    app = open_page("review", week=str(lived))
    seen = shown(app)
    assert app.title[0].value == f"Week {lived.number} of {lived.year}"
    assert "2 runs · 1 crash · 1 session · 1 task done" in seen
    assert "2 runs were at work, 8 h in all." in seen and "How they ended: 1 finished, 1 failed." in seen
    assert "1 crash, 2 h of training lost with it." in seen and "1 was not noticed at all." in seen
    assert "failed after 2 h · CUDA out of memory · nobody noticed" in seen
    assert "1 done, 0 dropped, 1 carried over; 2 came in." in seen
    assert "This is the first week: nothing is known of before" in seen
    labels = [link.proto.label.replace("\\", "") for link in app.get("page_link")]
    assert "**resnet-long**" in labels and "**rename the flags**" in labels


def test_weeks_are_turned_to_by_their_arrows_and_the_list(lived: Week, open_page: Open, shown: Shown) -> None:
    """→ leads on to the next week, which has not begun at the latest; ← no further back than anything is known."""
    app = open_page("review", week=str(lived))
    assert app.button(key="review-turn-Left").disabled
    press(app, "review-turn-Right")
    assert app.query_params["week"] == str(lived.shift(1))
    assert "This week is not over" in shown(app)
    press(app, "review-turn-Right")
    assert "This week has not begun." in shown(app) and app.button(key="review-turn-Right").disabled
    assert "No goals yet." in shown(app)
    app.selectbox(key=f"review-week-{lived.shift(2)}").set_value(lived).run()
    assert app.query_params["week"] == str(lived) and "2 runs" in shown(app)


@pytest.mark.parametrize(
    ("asked", "why"), [("2026-47", "names no week"), ("2026-W54", "2026 has no week 54"), ("<b>", "names no week")]
)
def test_an_address_that_names_no_week_is_told_why(lived: Week, open_page: Open, asked: str, why: str) -> None:
    """The page says what is wrong with it and shows this week."""
    app = open_page("review", week=asked)
    assert why in app.warning[0].value.replace("\\", "")
    assert app.title[0].value == f"Week {lived.shift(1).number} of {lived.shift(1).year}"


def test_weeks_that_nothing_is_known_of_open(lived: Week, open_page: Open, shown: Shown) -> None:
    """A week long before anything and one far ahead: said plainly."""
    assert "Nothing is known of this week" in shown(open_page("review", week="2009-W53"))
    assert "This week has not begun." in shown(open_page("review", week="2099-W01"))


def test_a_closed_week_keeps_its_figures_and_says_what_is_others_now(
    connection: sqlite3.Connection, home: Path, lived: Week, open_page: Open, shown: Shown
) -> None:
    """A run that is heard of later changes nothing but the line of what differs; what was written stands below."""
    close(connection, lived, worked="The **table** is filled.", seen_tasks="1 2")
    begin, _ = lived.bounds(TOKYO)
    journal.add_run(connection, home, "260101-000000-cccc", created=begin + 3 * DAY, state="lost", seconds=HOUR)
    app = open_page("review", week=str(lived))
    seen = shown(app)
    assert "these figures are frozen" in seen and "2 runs · 1 crash ·" in seen
    assert "review-close" not in acts(app)
    changed = "\n".join(one.value for one in app.markdown).replace("\\", "")
    assert "crashes 1 → 2" in changed and "runs at work 2 → 3" in changed and "lost to crashes 2 h → 3 h" in changed
    assert "The **table** is filled." in seen and "seen_tasks" not in seen and "1 2" not in seen


def test_a_note_on_a_closed_week_is_kept_and_shown(
    connection: sqlite3.Connection, lived: Week, open_page: Open, shown: Shown
) -> None:
    """What is put right later stands beside the frozen figures; an empty note is refused, and said so."""
    close(connection, lived)
    app = open_page("review", week=str(lived))
    press(app, "week-note-keep")
    assert "a note needs a text" in app.error[0].value.replace("\\", "")
    app.text_area[0].set_value("the crash was a power cut")
    press(app, "week-note-keep")
    assert [one.text for one in notes.notes_of(connection, lived)] == ["the crash was a power cut"]
    assert "the crash was a power cut" in shown(app) and not app.error and not app.text_area[0].value


def test_goals_stay_on_now_and_are_reached_there(
    connection: sqlite3.Connection, lived: Week, open_page: Open, shown: Shown
) -> None:
    """Those of this week are on *Now* until it is over; a button says what came of each, and takes it back."""
    week = lived.shift(1)
    with write(connection):
        one, other = goals.set_goals(connection, week, [("fill the table", None, []), ("read two", None, [])], 1.0)
    app = open_page("now")
    assert "Goals of this week" in shown(app) and "fill the table" in shown(app)
    press(app, f"goal-reached-{one.id}")
    press(app, f"goal-dropped-{other.id}")
    assert [goal.state for goal in goals.goals_of(connection, week)] == ["reached", "dropped"]
    press(app, f"goal-open-{one.id}")
    assert goals.get_goal(connection, one.id).state == "open"
    seen = open_page("review", week=str(week))
    assert f"goal-reached-{one.id}" in acts(seen) and "read two" in shown(seen)


def test_planned_runs_stand_with_the_goals(
    connection: sqlite3.Connection, lived: Week, open_page: Open, shown: Shown
) -> None:
    """What was planned for the week, and the GPU-hours that it takes."""
    with write(connection):
        plans.add_run(connection, lived, "sweep", 1.0, count=6, hours=8, gpus=2)
        plans.add_run(connection, lived, "long run", 1.0)
    seen = shown(open_page("review", week=str(lived)))
    assert "Planned: 6 × sweep, long run · 96 GPU-hours · 1 run not estimated" in seen


def test_a_dashboard_that_only_shows_changes_nothing(
    connection: sqlite3.Connection, lived: Week, open_page: Open, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No button but those that lead to other weeks, and the functions behind the others refuse."""
    with write(connection):
        (goal,) = goals.set_goals(connection, lived.shift(1), [("fill the table", None, [])], 1.0)
    close(connection, lived)
    monkeypatch.setenv("MACHIAI_READ_ONLY", "1")
    app = open_page("review", week=str(lived))
    assert set(acts(app)) == {"review-turn-Left", "review-turn-Right"} and not app.text_area
    assert "only shows" in shown(app)
    assert "fill the table" in shown(open_page("now"))
    for change in (
        lambda: pages.set_goal(load(), goal.id, "reached"),
        lambda: pages.add_note(load(), lived, "no"),
        lambda: pages.set_start(load(), "sun"),
    ):
        with pytest.raises(JournalReadOnly):
            change()


def test_past_weeks_are_drawn_and_lead_to_themselves(
    connection: sqlite3.Connection, lived: Week, open_page: Open, shown: Shown
) -> None:
    """Four charts of twelve weeks; a line a week that anything can be known of, closed or not; earlier ones a page on."""
    close(connection, lived)
    app = open_page("review", section="history")
    assert app.title[0].value == "1 of 12 weeks closed"
    assert len(app.get("echarts_chart")) == 4
    links = [link.proto.label.replace("\\", "") for link in app.get("page_link")]
    first = lived.days()[0]
    assert f"{lived} · {first:%m-%d}" in links and not any(str(lived.shift(-1)) in one for one in links)
    assert "1 crash · sessions 30 m · 1 task done" in shown(app)
    assert app.button(key="history-turn-Left").disabled and app.button(key="history-turn-Right").disabled


def test_what_was_written_of_weeks_is_found(
    connection: sqlite3.Connection, lived: Week, open_page: Open, shown: Shown
) -> None:
    """The search of *History* looks in weeks alone."""
    close(connection, lived, did_not="学習率が高すぎた")
    app = open_page("review", section="history")
    app.text_input(key="history-search").set_value("学習率").run()
    assert "学習率が高すぎた" in shown(app)
    app.text_input(key="history-search").set_value("rename").run()
    assert "No week holds all of these words." in shown(app)


def test_weeks_begin_where_their_reader_wants(
    connection: sqlite3.Connection, lived: Week, open_page: Open, shown: Shown
) -> None:
    """The day is chosen in *Settings*; the days of a week then begin with it."""
    app = open_page("settings")
    app.selectbox(key="times-week-start").set_value("sun").run()
    assert preferences.read_weeks(connection).week_start == "sun"
    first = lived.days("sun")[0]
    assert f"{first:%Y-%m-%d} – " in shown(open_page("review", week=str(lived)))
    with pytest.raises(PreferencesError):
        pages.set_start(load(), "wed")


def test_last_due_is_the_moment_that_was_last() -> None:
    """At the minute itself it is that one; a minute before, that of the week before; never for none."""
    friday = datetime(2026, 11, 20, 16, 0, tzinfo=UTC).timestamp()
    assert pages.last_due("fri 16:00", friday, UTC) == friday
    assert pages.last_due("fri 16:00", friday - 60, UTC) == friday - 7 * DAY
    assert pages.last_due("fri 16:00", friday + 7 * DAY - 1, UTC) == friday
    assert pages.last_due("", friday, UTC) is None
    berlin = ZoneInfo("Europe/Berlin")
    assert pages.last_due("sun 02:30", datetime(2026, 10, 26, tzinfo=UTC).timestamp(), berlin) is not None


def test_a_week_is_offered_from_when_it_is_due_until_it_is_closed(
    connection: sqlite3.Connection, lived: Week, open_page: Open, shown: Shown
) -> None:
    """*Now* leads to closing it, not before it is due, not once it is closed, not for weeks without anything."""
    now = time.time()
    day = datetime.fromtimestamp(now - 600, UTC).astimezone()
    save_preferences(connection, AlertPreferences(review=f"{day:%a} {day:%H:%M}".lower()), now)
    due = week_of(now - 600, TOKYO)
    assert pages.read_goals(load(), TOKYO).due == due
    assert f"Look back on {due}" in shown(open_page("now"))
    assert pages.read_goals(load(), TOKYO, now + 6 * DAY).due is None
    with write(connection):
        closing.begin(connection, due, TOKYO, "mon", now)
        closing.close(connection, due, review.read_week(connection, due, TOKYO, "mon", now), now)
    assert pages.read_goals(load(), TOKYO).due is None
    assert "Look back on" not in shown(open_page("now"))
