"""A week, and a month's reading, as a report: what is known is told, in either language, and nothing is where nothing
is."""

import sqlite3
from pathlib import Path

import pytest

from store.database import write
from store.settings import Settings
from store.weekly import closing, goals, notes, plans
from store.weekly.calendar import Week, parse_week
from store.weekly.months import Month
from store.weekly.parts import Charts, Items, Lines, PaperCard, Prose, Report, Section, Tiles
from store.weekly.pictures import Album
from store.weekly.reading import read_month
from store.weekly.reading_report import tell_reading
from store.weekly.report import FORMS, MEDIA, read_facts, render, tell_report
from store.weekly.review import read_week
from store.words import Words
from tests.fakes import reading_month as fake
from tests.fakes.reading_month import TOKYO, at

WEEK = parse_week("2026-W45")
SAY = Words("en", TOKYO)
CLOSED = at(11, 13, 16)


@pytest.fixture(name="settings")
def _settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture(name="filled")
def _filled(journal: sqlite3.Connection, settings: Settings) -> sqlite3.Connection:
    """The reading month, and its second week closed on the Friday after it."""
    fake.fill(journal, settings)
    with write(journal):
        closing.begin(journal, WEEK, TOKYO, "mon", CLOSED)
        closing.answer(journal, WEEK, "worked", "Mornings on **one** thing.", CLOSED)
        closing.answer(journal, WEEK, "did_not", "Mail <first>.", CLOSED)
        goals.set_goals(journal, WEEK, [("read two papers", None, [])], CLOSED)
        goals.set_state(journal, goals.goals_of(journal, WEEK)[0].id, "reached", CLOSED)
        goals.set_goals(journal, WEEK.shift(1), [("finish the ablation", None, [])], CLOSED)
        plans.add_run(journal, WEEK.shift(1), "ablation", CLOSED, count=4, hours=6, gpus=2)
        closing.close(journal, WEEK, read_week(journal, WEEK, TOKYO, "mon", CLOSED), CLOSED)
        notes.add_note(journal, WEEK, "The *cut* was on Tuesday.", CLOSED + 60)
    return journal


def report_of(journal: sqlite3.Connection, week: Week, as_of: float, say: Words = SAY) -> Report:
    """The report of a week in Tokyo."""
    return tell_report(read_facts(journal, week, TOKYO, "mon", as_of), say)


def section(report: Report, title: str) -> Section:
    """The section of that title."""
    return next(one for one in report.sections if one.title == title)


def cards(report: Report) -> list[PaperCard]:
    """The papers of the section of those that were read."""
    return [part for part in section(report, "Read").parts if isinstance(part, PaperCard)]


def test_a_week_has_its_parts(filled: sqlite3.Connection) -> None:
    """Title, days and headline; goals, what was written, the next week's goals and runs; the last twelve weeks."""
    report = report_of(filled, WEEK, at(11, 20))
    assert report.title == "Week 45 of 2026"
    assert report.about[0] == "2026-11-02 – 11-08 · Asia/Tokyo"
    assert section(report, "Goals of this week").parts == (Lines(("✔ read two papers: reached",)),)
    assert section(report, "Looked back").parts == (
        Prose("Mornings on **one** thing.", "What worked"),
        Prose("Mail <first>.", "What did not"),
    )
    table = section(report, "Next week").parts[1]
    assert section(report, "Next week").parts[0] == Lines(("○ finish the ablation: open",))
    assert getattr(table, "rows", None) == (("ablation", "", "4", "48"),)
    assert Prose("The *cut* was on Tuesday.", "2026-11-13") in section(report, "Since it was closed").parts
    (charts,) = section(report, "The last 12 weeks").parts
    assert isinstance(charts, Charts)
    assert [one.title for one in charts.charts] == ["GPU-hours", "Lost to crashes", "Time of sessions", "Papers read"]
    assert charts.charts[2].labels[-1] == "2026-W45"
    assert charts.charts[2].marked == 11
    assert charts.charts[2].said[-1] == "40 m"
    assert report.footer == "Written by Machiai, 2026-11-20 12:00"


def test_a_closed_week_keeps_its_figures(filled: sqlite3.Connection) -> None:
    """What changed since is told beside them."""
    with write(filled):
        filled.execute("UPDATE sessions SET ended = ended + 600, planned = planned + 600 WHERE begun = ?", (at(11, 3),))
    report = report_of(filled, WEEK, at(11, 20))
    tiles = next(part for part in report.sections[0].parts if isinstance(part, Tiles))
    assert {one.label: one.value for one in tiles.tiles}["Time of sessions"] == "40 m"
    told = section(report, "Since it was closed").parts[0]
    assert isinstance(told, Lines)
    assert "time of sessions 40 m → 50 m" in told.texts


@pytest.mark.parametrize("language", ["en", "ja"])
def test_an_empty_week_says_so(journal: sqlite3.Connection, language: str) -> None:
    """In an empty journal, and in a week that is still to come: a word on it, and no figures, charts or headings."""
    for week, now in ((WEEK, at(11, 20)), (WEEK.shift(9), at(11, 20))):
        report = report_of(journal, week, now, Words(language, TOKYO))
        assert [one.title for one in report.sections] == [""]
        assert report.sections[0].parts
        for form in FORMS:
            assert render(report, form)
    assert set(FORMS) == set(MEDIA)


@pytest.mark.parametrize("form", list(FORMS))
def test_a_week_is_in_the_readers_language(filled: sqlite3.Connection, form: str) -> None:
    """What we say is Japanese; what was written stays as it was."""
    text = render(report_of(filled, WEEK, at(11, 20), Words("ja", TOKYO)), form)
    for words in ("2026 年 第 45 週", "今週の目標", "うまくいったこと", "finish the ablation", "直近 12 週"):
        assert words in text
    for words in ("Looked back", "What worked", "The last", "Goals of"):
        assert words not in text


def test_a_months_reading_has_lessons_and_pictures(filled: sqlite3.Connection, settings: Settings) -> None:
    """Each paper with what was learned; the pictures of its notes, and their texts where they are asked for."""
    review = read_month(filled, Month(2026, 11), TOKYO, at(12, 10))
    report = tell_reading(review, Album(settings, SAY), SAY, at(12, 10))
    assert [one.title for one in report.sections] == ["", "Read", "In reading", "Kept for later"]
    tiles = next(part for part in report.sections[0].parts if isinstance(part, Tiles))
    assert [(one.label, one.value) for one in tiles.tiles] == [
        ("Papers read", "2"), ("In reading", "1"), ("Kept", "3"), ("Found", "5"), ("Dropped", "0"),
        ("Time of reading", "1 h 30 m"),
    ]  # fmt: skip
    without, learned = cards(report)
    assert (learned.lesson, learned.notes) == (fake.LESSON, ())
    assert without.missing == "What was learned is not written down yet."
    (picture,) = learned.pictures
    assert picture.uri.startswith("data:image/png;base64,")
    noted = cards(tell_reading(review, Album(settings, SAY), SAY, at(12, 10), notes=True))[1]
    (note,) = noted.notes
    assert "That $x^2$ is enough" in note.text
    assert noted.pictures == (), "it stands in the note"
    assert "That $x^2$" not in render(report, "md")


def test_names_stay_names(filled: sqlite3.Connection) -> None:
    """A title with marks of HTML or Markdown is that title."""
    with write(filled):
        filled.execute("UPDATE papers SET title = '<b>*A|B*</b> & more' WHERE ref = ?", (fake.ref(fake.FIRST),))
    report = report_of(filled, WEEK.shift(1), at(11, 20))
    assert any(isinstance(part, Items) for one in report.sections for part in one.parts)
    assert "&lt;b&gt;*A|B*&lt;/b&gt; &amp; more" in render(report, "html")
    assert r"\<b\>\*A\|B\*\</b\> \& more" in render(report, "md")
