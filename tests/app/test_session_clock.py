"""The clock of the open session on every page, its gentle end, and the form before it is left."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import leaving
from app import sessions as desk
from app.leaving import Leaving, Start
from store import database, resumes, sessions, tasks
from store.database import write
from store.errors import JournalReadOnly, SessionError
from store.runs import get_run
from store.sessions import Session
from store.settings import Settings
from store.waiting_preferences import WaitingPreferences, save_waiting

Open = Callable[..., AppTest]
Shown = Callable[[AppTest], str]


def begin(connection: sqlite3.Connection, kind: str, ago: float, **fields: object) -> int:
    """A session that began so many seconds ago."""
    with write(connection):
        return sessions.begin(connection, kind, time.time() - ago, **fields)  # type: ignore[arg-type]


def open_now(connection: sqlite3.Connection) -> Session:
    """The session that goes on."""
    found = sessions.open_session(connection)
    assert found is not None
    return found


def field(app: AppTest, name: str) -> str:
    """The key of a line of the form."""
    return next(one.key for one in app.text_input if one.key and f"-{name}" in one.key and "resume-" in one.key)


@pytest.mark.parametrize("view", ["", "runs", "machine", "settings", "run"])
def test_on_every_page(
    connection: sqlite3.Connection, busy: dict[str, str], open_page: Open, shown: Shown, view: str
) -> None:
    """Kind, subject and minutes of those planned, with the way to end it."""
    with write(connection):
        task = tasks.add(connection, "fix the *loader*", time.time())
    begin(connection, "task", 725, planned=1800, task_id=task)
    app = open_page(view)
    assert "**Task** · fix the *loader* · 12 min of 30 min" in shown(app)
    assert app.button(key="session-end").label == "End" and "Time is up" not in shown(app)


def test_without_a_session_there_is_no_clock(connection: sqlite3.Connection, open_page: Open) -> None:
    """Nothing is shown where nothing goes on, and looking writes nothing."""
    before = connection.execute("PRAGMA data_version").fetchone()[0]
    app = open_page()
    assert "session-end" not in [button.key for button in app.button]
    assert connection.execute("PRAGMA data_version").fetchone()[0] == before


def test_a_gentle_end(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """When its time is up it says so and offers ten minutes more, from now."""
    begin(connection, "refactor", 1900, planned=1800)
    app = open_page()
    assert "Time is up." in shown(app)
    app.button(key="session-more").click().run()
    assert "Time is up." not in shown(app)
    assert open_now(connection).length == pytest.approx(2500, abs=5)
    assert open_now(connection).ended is None


def test_mail_has_a_cap(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """It is not lengthened beyond the cap that was chosen; a break is."""
    save_waiting(connection, WaitingPreferences(mail_minutes=15), time.time())
    begin(connection, "mail", 950)
    app = open_page()
    assert "Time is up: mail has 15 min at a time." in shown(app)
    assert "session-more" not in [button.key for button in app.button]
    app.button(key="session-end").click().run()
    assert sessions.open_session(connection) is None
    assert "Before you go on" not in shown(app)
    begin(connection, "break", 700, planned=600)
    assert "session-more" in [button.key for button in open_page().button]


def test_mail_tells_the_way_back(
    connection: sqlite3.Connection, busy: dict[str, str], open_page: Open, shown: Shown
) -> None:
    """The line written before leaving is beside the clock of mail and of breaks."""
    run = get_run(connection, busy["resnet-aug"])
    assert run is not None
    with write(connection):
        resumes.write_resume(connection, time.time() - 60, project_id=run.project_id, next_step="try 3 seeds")
    begin(connection, "mail", 30)
    assert "Then back to: try 3 seeds" in shown(open_page("runs"))


def test_a_forgotten_one_ends_when_it_was_meant_to(
    connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """It is asked for, and ended at its planned end, marked; the rest of the night is no work."""
    number = begin(connection, "task", 30_000, planned=1800)
    app = open_page()
    assert "Forgotten? It was meant to end" in shown(app)
    app.button(key="session-forgotten").click().run()
    kept = sessions.get_session(connection, number)
    assert kept.ended_by == "forgotten" and kept.seconds(time.time()) == pytest.approx(1800, abs=1)


def test_read_only_shows_the_clock_without_buttons(
    connection: sqlite3.Connection, open_page: Open, shown: Shown, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    """What goes on is seen; nothing can be pressed, and no change goes through."""
    number = begin(connection, "read", 60)
    monkeypatch.setenv("MACHIAI_READ_ONLY", "true")
    app = open_page("runs")
    assert "**Reading** · 1 min of 30 min" in shown(app)
    assert "session-end" not in [button.key for button in app.button]
    settings = Settings(home=home, read_only=True)
    for change in (desk.end, desk.extend, desk.close_forgotten):
        with pytest.raises(JournalReadOnly):
            change(settings, number)


def test_the_form_at_the_end(
    connection: sqlite3.Connection, busy: dict[str, str], open_page: Open, shown: Shown
) -> None:
    """The session ends at once; three lines are asked for, with the commits and files of its time filled in."""
    run = get_run(connection, busy["resnet-aug"])
    assert run is not None
    number = begin(connection, "task", 1200, project_id=run.project_id)
    now = time.time()
    with write(connection):
        connection.execute(
            "INSERT INTO commits (repository, sha, project_id, author, email, time, subject, files, mine) "
            "VALUES ('/r', '4f1c2ab9d0', ?, 'me', 'me@example.org', ?, 'split the loader', ?, 1)",
            (run.project_id, now - 300, '[["data/loader.py", 3, 1]]'),
        )
    app = open_page()
    app.button(key="session-end").click().run()
    assert sessions.get_session(connection, number).ended == pytest.approx(now, abs=20)
    text = shown(app)
    assert "Before you go on" in text and "split the loader" in text and "data/loader.py" in text
    app.text_input(key=field(app, "place")).set_value("学習率を下げる所").run()
    app.text_input(key=field(app, "next_step")).set_value("3 seeds").run()
    app.button(key="resume-keep").click().run()
    kept = resumes.latest_open(connection, run.project_id)
    assert kept is not None and (kept.place, kept.next_step, kept.session_id) == ("学習率を下げる所", "3 seeds", number)
    assert kept.facts["files"] == ["data/loader.py"]
    assert "Before you go on" not in shown(app)


def test_the_form_can_be_skipped(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """One press, and it does not come back."""
    begin(connection, "task", 1200)
    app = open_page()
    app.button(key="session-end").click().run()
    app.button(key="resume-skip").click().run()
    assert "Before you go on" not in shown(app) and "Before you go on" not in shown(open_page())
    assert connection.execute("SELECT count(*) FROM resumes").fetchone()[0] == 0


def test_before_a_switch_the_form_comes_first(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """What goes on is not ended before the form is done; then both happen at once, or one stays."""
    first = begin(connection, "refactor", 900)
    app = open_page()
    app.button(key="begin-open").click().run()
    app.selectbox(key="begin-kind").set_value("mail")
    app.button(key="begin-go").click().run()
    assert open_now(connection).id == first and "Before you go on" in shown(app)
    app.text_input(key=field(app, "question")).set_value("is the seam").run()
    app.button(key="resume-stay").click().run()
    assert open_now(connection).id == first and "Before you go on" not in shown(app)
    app.button(key="begin-open").click().run()
    app.selectbox(key="begin-kind").set_value("mail")
    app.button(key="begin-go").click().run()
    assert app.text_input(key=field(app, "question")).value == "is the seam"  # typed before, and still there
    app.text_input(key=field(app, "question")).set_value("is the seam right?").run()
    app.button(key="resume-keep").click().run()
    assert open_now(connection).kind == "mail"
    assert sessions.get_session(connection, first).ended_by == "switch"
    (note,) = resumes.open_resumes(connection)
    assert (note.question, note.session_id) == ("is the seam right?", first)


def test_beginning_by_hand(connection: sqlite3.Connection, busy: dict[str, str], open_page: Open, shown: Shown) -> None:
    """Kind, minutes, task and project are chosen; without minutes it is what is usual."""
    with write(connection):
        task = tasks.add(connection, "write the table", time.time(), kind="write")
    app = open_page()
    app.button(key="begin-open").click().run()
    app.number_input(key="begin-minutes").set_value(25)
    app.selectbox(key="begin-task").set_value(task)
    app.button(key="begin-go").click().run()
    session = open_now(connection)
    assert (session.kind, session.planned, session.task_id) == ("task", 1500.0, task)
    assert "**Task** · write the table · 0 min of 25 min" in shown(app)
    assert "begin-go" not in [button.key for button in app.button]


def test_what_is_typed_survives_a_reload_and_another_tab(
    connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """A new page of the browser goes on with the same form and the same text."""
    begin(connection, "task", 1200)
    app = open_page()
    app.button(key="session-end").click().run()
    app.text_input(key=field(app, "place")).set_value("half of the seam").run()
    again = open_page("runs")
    assert again.text_input(key=field(again, "place")).value == "half of the seam"
    again.text_input(key=field(again, "place")).set_value("half of the seam, and more").run()
    app.run()
    assert app.text_input(key=field(app, "place")).value == "half of the seam, and more"
    app.button(key="resume-keep").click().run()
    assert resumes.open_resumes(connection)[0].place == "half of the seam, and more"


def test_a_locked_journal_costs_no_text(
    connection: sqlite3.Connection, home: Path, open_page: Open, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reason stands beside what was typed, which is saved with the next press."""
    begin(connection, "task", 1200)
    app = open_page()
    app.button(key="session-end").click().run()
    app.text_input(key=field(app, "place")).set_value("half of the seam").run()
    other = database.open_journal(home / "journal.db")
    other.execute("BEGIN IMMEDIATE")
    app.button(key="resume-keep").click().run(timeout=30)
    assert "Not kept: the journal is locked by another process; try again" in shown(app)
    assert app.text_input(key=field(app, "place")).value == "half of the seam"
    other.execute("ROLLBACK")
    other.close()
    app.button(key="resume-keep").click().run()
    assert resumes.open_resumes(connection)[0].place == "half of the seam"
    assert "Not kept" not in shown(app)


class TestLeaving:
    """What waits to be left, apart from any page."""

    @pytest.fixture(name="settings")
    def _settings(self, home: Path) -> Settings:
        return Settings(home=home)

    def test_an_empty_note_is_refused_and_nothing_begins(
        self, connection: sqlite3.Connection, settings: Settings
    ) -> None:
        """Both or neither: the session that is left stays open."""
        first = begin(connection, "task", 900)
        desk.start(settings, Start("mail"))
        asked = leaving.waiting(settings)
        assert asked is not None
        with pytest.raises(SessionError, match="write a line, or skip"):
            desk.finish_leaving(settings, asked, {"place": "", "next_step": "", "question": ""})
        assert open_now(connection).id == first and leaving.waiting(settings) == asked

    def test_done_twice_begins_once_and_keeps_both_texts(
        self, connection: sqlite3.Connection, settings: Settings
    ) -> None:
        """Another tab that still shows the form adds its note; nothing is begun again."""
        begin(connection, "task", 900)
        desk.start(settings, Start("mail"))
        asked = leaving.waiting(settings)
        assert asked is not None
        desk.finish_leaving(settings, asked, {"place": "one", "next_step": "", "question": ""})
        began = open_now(connection).id
        desk.finish_leaving(settings, asked, {"place": "two", "next_step": "", "question": ""})
        assert open_now(connection).id == began
        assert [one.place for one in resumes.list_resumes(connection, 0, time.time() + 9)] == ["one", "two"]

    def test_text_belongs_to_its_session(self, connection: sqlite3.Connection, settings: Settings) -> None:
        """Another session's form begins empty, the same one's goes on."""
        leaving.ask(settings, Leaving(1))
        leaving.type_in(settings, "place", "here")
        leaving.ask(settings, Leaving(1, Start("mail")))
        assert leaving.typed(settings, "place") == "here"
        leaving.ask(settings, Leaving(2))
        assert leaving.typed(settings, "place") == ""

    def test_a_dashboard_started_again_goes_on(self, connection: sqlite3.Connection, settings: Settings) -> None:
        """The form of a session that ended is shown again with its text; after a switch that was meant, the session
        goes on and its text waits. What is done leaves nothing behind."""
        number = begin(connection, "task", 900)
        desk.start(settings, Start("mail"))
        leaving.type_in(settings, "place", "学習率を下げる所")
        leaving._DESKS.clear()
        assert leaving.waiting(settings) is None and open_now(connection).id == number
        desk.end(settings, number)
        leaving._DESKS.clear()
        asked = leaving.waiting(settings)
        assert asked == Leaving(number) and leaving.typed(settings, "place") == "学習率を下げる所"
        desk.finish_leaving(settings, asked, None)
        leaving._DESKS.clear()
        assert leaving.waiting(settings) is None and leaving.typed(settings, "place") == ""
        assert [path.name for path in settings.home.iterdir() if "resume" in path.name] == []

    @pytest.mark.parametrize(
        "text", ["", "[]", '{"session": 1}', '{"session": "x", "typed": 3, "ended": true}', "\x00"]
    )
    def test_a_damaged_copy_is_no_form(self, connection: sqlite3.Connection, settings: Settings, text: str) -> None:
        """It is passed over."""
        (settings.home / leaving.FILE).write_text(text, encoding="utf-8")
        assert leaving.waiting(settings) is None or leaving.typed(settings, "place") == ""

    def test_staying_keeps_the_text(self, connection: sqlite3.Connection, settings: Settings) -> None:
        """It is there when the session is left after all."""
        number = begin(connection, "task", 900)
        desk.start(settings, Start("mail"))
        asked = leaving.waiting(settings)
        assert asked is not None
        leaving.type_in(settings, "place", "the seam")
        desk.stay(settings, asked)
        assert leaving.waiting(settings) is None
        desk.end(settings, number)
        assert leaving.typed(settings, "place") == "the seam"

    def test_a_session_left_without_thought_needs_no_form(
        self, connection: sqlite3.Connection, settings: Settings
    ) -> None:
        """From a break one begins at once."""
        begin(connection, "break", 300)
        desk.start(settings, Start("review", 20))
        session = open_now(connection)
        assert (session.kind, session.planned) == ("review", 1200) and leaving.waiting(settings) is None
