"""A week of a life that is closed keeps its figures, and tells what is others since."""

import contextlib
from pathlib import Path
from zoneinfo import ZoneInfo

from store.database import open_journal, write
from store.weekly import closing
from store.weekly.calendar import parse_week
from store.weekly.review import read_shown, read_week
from store.weekly.trends import read_trends
from tests.life.account import count_week
from tests.life.differences import differences
from tests.life.rows import write_rows
from tests.life.years import DAY, HOUR, epoch, live
from tests.life.zones import begin_of, weeks_of

ZONE, FIRST = "America/New_York", "2026-09-14"


def test_what_came_after(tmp_path: Path) -> None:
    """A week that is closed on its Friday is shown as it was then; what differs is what the account says, also for a
    reader in another zone whose weeks begin on another day."""
    begin = epoch(FIRST)
    life = live(4, begin, 8)
    name, first, end = list(weeks_of(begin, begin + 30 * DAY, ZONE, "mon"))[4]
    closed, later = first + 4 * DAY + 16.5 * HOUR, end + 20 * DAY
    week, zone = parse_week(name), ZoneInfo(ZONE)
    with contextlib.closing(open_journal(tmp_path / "then.db")) as then:
        write_rows(then, life.rows, life.holds, closed)
        with write(then):
            closing.begin(then, week, zone, "mon", closed - 600)
            closing.close(then, week, read_week(then, week, zone, "mon", closed), closed)
        kept = tuple(then.execute("SELECT * FROM week_reviews").fetchone())
        assert read_shown(then, week, zone, "mon", closed)[1] == []
        assert read_shown(then, week, ZoneInfo("Asia/Tokyo"), "sun", closed)[1] == []
    with contextlib.closing(open_journal(tmp_path / "now.db")) as now:
        write_rows(now, life.rows, life.holds, later)
        with write(now):
            now.execute(f"INSERT INTO week_reviews VALUES ({','.join('?' * len(kept))})", kept)
        shown, changed = read_shown(now, week, zone, "mon", later)
        abroad = read_shown(now, week, ZoneInfo("Asia/Tokyo"), "sun", later)
        trends = read_trends(now, week.shift(2), zone, "mon", later)
    was, known = count_week(life, first, end, closed), count_week(life, first, end, later)
    assert differences({**was, "closed": closed}, shown) == []
    assert abroad == (shown, changed)
    told = {one["name"]: (one["was"], one["now"]) for one in changed}
    for part in ("runs", "gpu", "crashes", "eta", "sessions", "tasks", "work", "papers", "pushes"):
        for key, value in was[part].items():
            after = known[part][key]
            if isinstance(value, int | float | None) and (value is None or abs(value - (after or 0)) >= 1):
                assert value == after is None or told.pop(f"{part}.{key}") == (value, after), f"{part}.{key}"
    assert not {one for one in told if one.split(".")[0] in ("runs", "gpu", "tasks", "work", "pushes")}
    (row,) = [row for row in trends if row["week"] == name]
    assert row["closed"] == closed
    assert row["crash_seconds"] == known["crashes"]["seconds"], "a trend is of whole weeks"


def test_closed_when_it_was_over(tmp_path: Path) -> None:
    """Of a week that was closed when it was over the trend has the figures of then, whatever was found since."""
    begin = epoch(FIRST)
    life = live(5, begin, 6)
    name, first, end = list(weeks_of(begin, begin + 20 * DAY, "UTC", "mon"))[3]
    week, zone, closed = parse_week(name), ZoneInfo("UTC"), end + 5 * HOUR
    with contextlib.closing(open_journal(tmp_path / "journal.db")) as journal:
        write_rows(journal, life.rows, life.holds, closed)
        figures = read_week(journal, week, zone, "mon", closed)
        with write(journal):
            closing.begin(journal, week, zone, "mon", closed)
            closing.close(journal, week, figures, closed)
            journal.execute("UPDATE attempts SET state = 'lost' WHERE state = 'finished'")
        row = read_trends(journal, week, zone, "mon", closed + DAY)[-1]
        _, changed = read_shown(journal, week, zone, "mon", closed + DAY)
    known = count_week(life, first, end, closed)
    assert known["crashes"]["count"] > 0
    assert (row["crashes"], row["crash_seconds"]) == (known["crashes"]["count"], known["crashes"]["seconds"])
    assert "crashes.count" in {one["name"] for one in changed}


def test_midnights() -> None:
    """Weeks begin with the first moment of their day, also where the clocks leave midnight out or have it twice."""
    for zone in ("America/Santiago", "America/Havana", "Africa/Cairo", "Asia/Beirut", "Atlantic/Azores", "Asia/Tehran"):
        for start, before in (("mon", 0), ("sun", 1), ("sat", 2)):
            for name, begin, end in weeks_of(epoch("2026-01-01"), epoch("2026-12-30"), zone, start):
                week = parse_week(name)
                assert week.bounds(ZoneInfo(zone), start) == (begin, end), (zone, start, name)
                assert begin_of(week.days()[0], zone) - begin <= (before * 24 + 1) * HOUR
