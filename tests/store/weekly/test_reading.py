"""What was read in a month, and for a project, by known totals."""

import sqlite3
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from store import entries, links, projects
from store.database import write
from store.errors import ReviewError
from store.settings import Settings
from store.weekly.months import Month, month_of, parse_month
from store.weekly.reading import ReadingReview, as_json, read_month, read_project
from tests.fakes import reading_month as fake
from tests.fakes.reading_month import TOKYO, at, ref

NOVEMBER = Month(2026, 11)
LATER = at(12, 10)


@pytest.fixture(name="filled")
def _filled(journal: sqlite3.Connection, tmp_path: Path) -> dict[str, int]:
    return fake.fill(journal, Settings(home=tmp_path / "home"))


def refs(found: tuple[object, ...]) -> list[str]:
    """The refs of papers, in their order."""
    return [one.paper.ref for one in found]  # type: ignore[attr-defined]


def november(journal: sqlite3.Connection, as_of: float = LATER) -> ReadingReview:
    """November in Tokyo."""
    return read_month(journal, NOVEMBER, TOKYO, as_of)


def test_a_month_has_exactly_what_was_read_in_it(journal: sqlite3.Connection, filled: dict[str, int]) -> None:
    """Found, kept, read and dropped by the moments of the decisions; one that was taken back does not count."""
    review = november(journal)
    figures = review.figures
    assert (figures["found"], figures["kept"], figures["read"], figures["dropped"]) == (5, 3, 2, 0)
    assert figures["passes"] == {
        "1": {"count": 1, "seconds": 2400.0},
        "2": {"count": 0, "seconds": 0.0},
        "3": {"count": 0, "seconds": 0.0},
    }
    assert figures["seconds"] == 600 + 2400 + 2400
    assert refs(review.read) == [ref(fake.SECOND), ref(fake.FIRST)]
    assert not review.partial
    assert not review.is_empty


def test_what_was_in_hand_when_a_month_ended_is_told_of_it(journal: sqlite3.Connection, filled: dict[str, int]) -> None:
    """A paper that was read later was being read then; one taken up at the first moment of the next month was not."""
    assert refs(november(journal).reading) == [ref(fake.IN_HAND)]
    assert refs(november(journal).ahead) == [ref(fake.KEPT)]
    december = read_month(journal, Month(2026, 12), TOKYO, LATER)
    assert refs(december.read) == [ref(fake.NEXT), ref(fake.IN_HAND)]
    assert december.reading == ()
    assert december.partial


def test_the_time_of_a_session_over_midnight_is_split(journal: sqlite3.Connection, filled: dict[str, int]) -> None:
    """10 of its 20 minutes are of the month, on its first day; each paper has its own time."""
    review = november(journal)
    assert {label: seconds for label, seconds in review.strip if seconds} == {
        "2026-11-01": 600.0,
        "2026-11-03": 2400.0,
        "2026-11-25": 2400.0,
    }
    assert len(review.strip) == 30
    assert [one.seconds for one in review.read] == [600.0, 2400.0]
    assert read_month(journal, Month(2026, 10), TOKYO, LATER).figures["seconds"] == 600.0


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland"])
def test_other_zones_have_other_months(journal: sqlite3.Connection, filled: dict[str, int], zone: str) -> None:
    """No second is lost or counted twice over the months of any zone."""
    total = sum(
        read_month(journal, Month(2026, number), ZoneInfo(zone), LATER).figures["seconds"] for number in (10, 11, 12)
    )
    assert total == pytest.approx(6000.0)


def test_nothing_counts_that_came_later(journal: sqlite3.Connection, filled: dict[str, int]) -> None:
    """Looked at on the 5th at noon, a month has what was done until then, and is not over."""
    review = november(journal, at(11, 5, 11))
    assert review.partial
    assert (review.figures["kept"], review.figures["read"], review.figures["seconds"]) == (1, 0, 3000.0)
    assert sum(seconds for _, seconds in review.strip) == 3000.0


def test_notes_and_pictures_come_with_the_paper(journal: sqlite3.Connection, filled: dict[str, int]) -> None:
    """Those written in the month; none for a month in which none was."""
    review = november(journal)
    noted = review.read[1]
    assert [one.id for one in noted.notes] == [filled["note"]]
    assert noted.attached is not None
    assert list(noted.attached) == [filled["picture"]]
    assert [done.number for done in noted.passes] == [1]
    assert read_month(journal, Month(2026, 12), TOKYO, LATER).read[0].notes == ()


def test_a_project_has_what_belongs_to_it(journal: sqlite3.Connection, filled: dict[str, int]) -> None:
    """By a task that is about the paper, by a tag of the project's name, by an entry of the project."""
    project = next(one for one in projects.list_projects(journal) if one.id == filled["project"])
    review = read_project(journal, project, TOKYO, LATER)
    assert sorted(refs(review.read)) == [ref(fake.FIRST), ref(fake.IN_HAND)]
    assert review.figures["seconds"] == 4800.0
    assert review.figures["passes"]["1"] == {"count": 1, "seconds": 2400.0}
    assert dict(review.strip) == {"2026-11": 4800.0, "2026-12": 0.0}
    with write(journal):
        made = entries.add(journal, "note", "see there", at(12, 4), project_id=project.id)
        links.link(journal, "entry", made, "paper", ref(fake.KEPT), at(12, 4))
    assert refs(read_project(journal, project, TOKYO, LATER).ahead) == [ref(fake.KEPT)]
    with write(journal):
        entries.remove(journal, made, at(12, 5))
    assert read_project(journal, project, TOKYO, LATER).ahead == ()


def test_an_empty_journal_has_empty_months(journal: sqlite3.Connection) -> None:
    """Nothing is read, nothing fails; so in a month that has not begun."""
    for month in (NOVEMBER, Month(2030, 2)):
        review = read_month(journal, month, TOKYO, LATER)
        assert review.is_empty
        assert review.figures["passes"]["3"] == {"count": 0, "seconds": 0.0}
        assert len(review.strip) in (28, 30)
    with write(journal):
        project_id = projects.add_project(journal, "new", 1.0)
    project = next(one for one in projects.list_projects(journal) if one.id == project_id)
    assert read_project(journal, project, TOKYO, LATER).is_empty


def test_scripts_have_it_by_names(journal: sqlite3.Connection, filled: dict[str, int]) -> None:
    """The figures, and each paper in its group with its lesson."""
    row = as_json(november(journal))
    assert (row["month"], row["project"], row["read"], row["partial"]) == ("2026-11", None, 2, False)
    assert [(one["id"], one["group"]) for one in row["papers"]] == [
        (ref(fake.SECOND), "read"),
        (ref(fake.FIRST), "read"),
        (ref(fake.IN_HAND), "reading"),
        (ref(fake.KEPT), "ahead"),
    ]
    assert row["papers"][1]["lesson"] == fake.LESSON


def test_months_by_name() -> None:
    """They are read and written as 2026-11, turn over at year ends, and have their days."""
    assert parse_month(" 2026-11 ") == NOVEMBER
    assert str(NOVEMBER.shift(2)) == "2027-01"
    assert str(NOVEMBER.shift(-11)) == "2025-12"
    assert (len(NOVEMBER.days()), len(Month(2028, 2).days())) == (30, 29)
    assert month_of(at(12, 1, 0), TOKYO) == Month(2026, 12)
    assert month_of(at(12, 1, 0), ZoneInfo("UTC")) == NOVEMBER
    begin, end = Month(2026, 3).bounds(ZoneInfo("Europe/Berlin"))
    assert end - begin == 31 * 86400 - 3600
    for text in ("2026", "2026-13", "2026-00", "0001-01", "november", ""):
        with pytest.raises(ReviewError, match="names no month"):
            parse_month(text)
