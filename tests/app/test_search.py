"""The search box and the page *Search*: what is found, by kind, with the place marked; searching writes nothing."""

import sqlite3
import time
from collections.abc import Callable
from datetime import UTC

import pytest
from streamlit.testing.v1 import AppTest

from app import finds
from app.views import entry_words
from store import documents, entries, resumes, sessions, settings, tasks
from store.database import write
from store.projects import ensure_project
from store.weekly import closing
from store.weekly.calendar import Week

Open = Callable[..., AppTest]
Shown = Callable[[AppTest], str]


@pytest.fixture(name="written")
def _written(connection: sqlite3.Connection) -> sqlite3.Connection:
    """A journal with an entry, tasks and a log of two projects."""
    with write(connection):
        first = ensure_project(connection, "/home/lab/cifar-robust", 1.0)
        second = ensure_project(connection, "/home/lab/notes-lm", 1.0)
        entries.add(connection, "note", "学習率のスケジュールは cosine が良い", time.time(), project_id=first)
        tasks.add(connection, "学習率を半分にする", time.time(), project_id=second)
        documents.put(
            connection, "log", "261121-102011-k3fa", title="resnet-aug", text="GPU使用率 97 % **loss** nan",
            time=time.time(), project_id=first,
        )  # fmt: skip
    return connection


def test_the_box_leads_to_what_is_found(written: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """From any page, with Enter: the hits, the found place marked."""
    app = open_page("runs")
    app.text_input("search-text").set_value("学習率")
    app.button("search-go").click().run()
    assert "2 hits for “学習率”" in shown(app)
    assert ":orange-background[学習率]のスケジュール" in shown(app)
    links = {(link.proto.page, link.proto.query_string) for link in app.get("page_link")}
    assert ("journal", "entry=1") in links and ("plan", "task=1") in links


def test_what_was_written_by_others_is_plain_text(written: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """A log's stars and percents are shown as they are, with the spaces around the mark."""
    app = open_page("search", q="使用率")
    assert "GPU:orange-background[使用率] 97 % **loss** nan" in shown(app)
    snippet = next(one.value for one in app.markdown if "orange" in one.value)
    assert "\\*\\*loss\\*\\*" in snippet


def test_the_filters(written: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """By kind and by project."""
    app = open_page("search", q="学習率")
    app.button_group[0].set_value(["task"]).run()
    assert "半分にする" in shown(app) and "スケジュール" not in shown(app)
    app.button_group[0].set_value([]).run()
    app.selectbox("found-project").select_index(1).run()
    assert "スケジュール" in shown(app) and "半分にする" not in shown(app)


def test_a_note_of_a_session_leads_to_its_day(written: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """What came of a session and where it was left is found, and stands on the day that the find leads to."""
    with write(written):
        session = sessions.begin(written, "task", time.time() - 900)
        resumes.write_resume(written, time.time(), project_id=None, session_id=session, place="損失の平滑化の途中")
        sessions.end(written, session, time.time() - 60, outcome="two seams left")
    app = open_page("search", q="平滑化")
    assert "1 hit" in shown(app) and "two seams left" in shown(app)
    (link,) = [one.proto for one in app.get("page_link") if one.proto.query_string.startswith("day=")]
    assert link.page == "journal"
    page = shown(open_page("journal", **dict([link.query_string.split("=")])))
    assert "two seams left · 損失の平滑化の途中" in page


def test_what_was_written_of_a_week_leads_to_its_review(
    written: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """A goal and an answer of a review are found as the week, in both languages."""
    week = Week(2026, 47)
    with write(written):
        closing.begin(written, week, UTC, "mon", week.bounds(UTC)[1])
        closing.answer(written, week, "worked", "朝に蒸留の実験を始めた", time.time())
    for locale, word in (("en-US", "weeks"), ("ja-JP", "週")):
        app = open_page("search", locale=locale, q="蒸留")
        assert ":orange-background[蒸留]の実験" in shown(app) and word in shown(app)
        assert ("review", "week=2026-W47") in {(one.proto.page, one.proto.query_string) for one in app.get("page_link")}


def test_nothing_found_and_nothing_asked(written: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """The page says so, and what to try."""
    assert "Fewer words find more" in shown(open_page("search", q="強化学習 Atari"))
    assert "Fewer words find more" in shown(open_page("search", q="%%%"))
    assert open_page("search").title[0].value == "Search"


def test_many_hits_come_in_pages(connection: sqlite3.Connection, open_page: Open) -> None:
    """Twenty on a page; the count is of all of them."""
    with write(connection):
        for number in range(45):
            entries.add(connection, "note", f"loss curve {number}", time.time() + number)
    found = finds.find(settings.load(), "loss", number=3)
    assert found.counts == {"entry": 45} and len(found.hits) == 5
    app = open_page("search", q="loss")
    assert len([link for link in app.get("page_link") if link.proto.page == "journal"]) == finds.PAGE
    assert {*entry_words.FOUND} == {*finds.KINDS}


def test_searching_writes_nothing(
    written: sqlite3.Connection, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal is not changed by it, and a dashboard that only shows searches too."""
    before = "\n".join(written.iterdump())
    open_page("search", q="学習率")
    monkeypatch.setenv("MACHIAI_READ_ONLY", "1")
    assert "hits" in open_page("search", q="学習率").title[0].value
    assert "\n".join(written.iterdump()) == before


def test_the_token_is_not_shown(
    connection: sqlite3.Connection, open_page: Open, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command line that had it is found without it."""
    monkeypatch.setenv("MACHIAI_PUSHBULLET_TOKEN", "o.secretsecretsecret")
    with write(connection):
        entries.add(connection, "note", "run with o.secretsecretsecret today", time.time())
    text = shown(open_page("search", q="today"))
    assert "run with" in text and "secretsecret" not in text
