"""*Review*, part *Reading*: a month at a glance, a project at a glance, and the files to take along."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import reading_review
from app.words import Words
from store.errors import ReviewError
from store.settings import Settings, load
from store.weekly.calendar import parse_week
from store.weekly.months import Month
from tests.fakes import reading_month as fake
from tests.fakes.reading_month import TOKYO

Open = Callable[..., AppTest]
Shown = Callable[[AppTest], str]
NOVEMBER = Month(2024, 11)
SAY = Words("en", TOKYO)


@pytest.fixture(name="filled")
def _filled(connection: sqlite3.Connection, home: Path) -> dict[str, int]:
    return fake.fill(connection, Settings(home=home), 2024)


def metrics(app: AppTest) -> dict[str, str]:
    """The figures of the page by their names."""
    return {one.label: str(one.value) for one in app.metric}


def test_a_month_at_a_glance(filled: dict[str, int], open_page: Open, shown: Shown) -> None:
    """The month of the address: its figures, each paper with what was learned of it, what was kept for later."""
    app = open_page("review", section="reading", month=str(NOVEMBER))
    assert [title.value for title in app.title] == ["Reading in 2024\\-11"]
    assert metrics(app) == {
        "Papers read": "2", "In reading": "1", "Kept": "3", "Found": "5", "Dropped": "0", "Time of reading": "1 h 30 m",
    }  # fmt: skip
    text = shown(app)
    for words in (
        "Try their schedule on *ours*.", "What was learned is not written down yet.", "pass 1: 1 × 40 m",
        "2024-11-01 – 2024-11-30", "What a residual stream remembers", "1 note", "40 m spent",
    ):  # fmt: skip
        assert words in text, words
    assert [one.label for one in app.expander] == ["Kept for later · 1"]


def test_turning_the_months(filled: dict[str, int], open_page: Open, shown: Shown) -> None:
    """Back and on by button; before the first month and after this one there is none; nonsense says so."""
    app = open_page("review", section="reading", month=str(NOVEMBER))
    app.button(key="reading-turn-Left").click().run()
    assert [title.value for title in app.title] == ["Reading in 2024\\-10"]
    assert app.query_params["month"] == "2024-10"
    assert app.button(key="reading-turn-Left").disabled
    app = open_page("review", section="reading")
    assert app.button(key="reading-turn-Right").disabled
    assert "Nothing was read in this month, and no paper was kept." in shown(app)
    app = open_page("review", section="reading", month="2024-13")
    assert "'2024-13' names no month; give one as 2026-11" in shown(app)
    app = open_page("review", section="reading", month="1999-01")
    assert [title.value for title in app.title] == ["Reading in 2024\\-10"]


def test_a_project_at_a_glance(filled: dict[str, int], open_page: Open, shown: Shown) -> None:
    """Chosen on the page, or by the address, which carries it; one that is gone is said to be."""
    app = open_page("review", section="reading", month=str(NOVEMBER))
    app.session_state["reading-of"] = "project"
    app.run()
    assert not app.exception
    assert [title.value for title in app.title] == [f"Reading for {fake.PROJECT}".replace("-", "\\-")]
    assert app.query_params["project"] == str(filled["project"])
    assert metrics(app)["Time of reading"] == "1 h 20 m"
    app = open_page("review", section="reading", project=str(filled["project"]))
    assert metrics(app)["Papers read"] == "2"
    assert "there is no project 77 any more" in shown(open_page("review", section="reading", project="77"))


def test_nothing_is_known_yet(home: Path, open_page: Open, shown: Shown) -> None:
    """An empty journal: why there is nothing, in either language, and the way to papers."""
    app = open_page("review", section="reading")
    assert "Nothing was read in this month" in shown(app)
    assert not app.metric
    assert "この月に読んだ論文も、残した論文もありません。" in shown(open_page("review", "ja-JP", section="reading"))


def test_the_files(filled: dict[str, int], home: Path) -> None:
    """A page and Markdown, named by what they are of; the texts of notes are in them where that is asked for."""
    settings = load()
    page = reading_review.write_out(settings, NOVEMBER, "html", SAY, notes=False).decode()
    assert page.startswith("<!doctype html>")
    assert "data:image/png;base64," in page
    assert "is enough" not in page
    text = reading_review.write_out(settings, filled["project"], "md", Words("ja", TOKYO), notes=True).decode()
    assert text.startswith("# ssm-gates の読書")
    assert "is enough" in text
    review = reading_review.read(settings, NOVEMBER, TOKYO)
    assert reading_review.name_file(review, "html") == "reading-2024-11.html"
    week = reading_review.write_week(settings, parse_week("2024-W45"), "md", SAY).decode()
    assert week.startswith("# Week 45 of 2024\n")
    with pytest.raises(ReviewError, match="there is no project 77"):
        reading_review.read(settings, 77, TOKYO)


def test_the_token_is_in_no_file(filled: dict[str, int], connection: sqlite3.Connection, home: Path) -> None:
    """Even where somebody wrote it into a lesson."""
    connection.execute("UPDATE papers SET lesson = 'o.secrettoken' WHERE state = 'read'")
    settings = Settings(home=home, pushbullet_token="o.secrettoken")
    for form in reading_review.FORMS:
        assert b"secrettoken" not in reading_review.write_out(settings, NOVEMBER, form, SAY, notes=True)


def test_names_of_files_are_names(filled: dict[str, int], connection: sqlite3.Connection, home: Path) -> None:
    """Whatever a project is called."""
    settings = load()
    for name, file in (("a/b c", "reading-a-b-c.md"), ("../..", "reading-project.md"), ("学習率", "reading-学習率.md")):
        connection.execute("UPDATE projects SET name = ? WHERE id = ?", (name, filled["project"]))
        review = reading_review.read(settings, filled["project"], TOKYO)
        assert reading_review.name_file(review, "md") == file
