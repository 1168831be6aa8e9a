"""A session that nobody ended, in a life of a few deeds."""

import contextlib
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from store.database import open_journal
from store.weekly.calendar import parse_week
from store.weekly.review import read_week
from tests.life.account import count_week
from tests.life.desk import Desk
from tests.life.differences import differences
from tests.life.rows import write_rows
from tests.life.years import DAY, HOUR, epoch


@pytest.mark.parametrize(("hours", "seconds"), [(1.5, 1.5 * HOUR), (4.0, 4 * HOUR), (9.0, 2 * HOUR), (200.0, 2 * HOUR)])
def test_left_open(hours: float, seconds: float, tmp_path: Path) -> None:
    """It counts until now, and until its planned end once it must have been forgotten: at the desk, too."""
    begin = epoch("2026-11-16")
    life = Desk()
    project = life.project("cifar-robust", begin, [])
    life.run("run", "run", project, begin, [(begin, None, "running")], params={}, engine="attached")
    life.session("task", begin + DAY, None)
    life.ledger.sort()
    now = begin + DAY + hours * HOUR
    with contextlib.closing(open_journal(tmp_path / "journal.db")) as journal:
        write_rows(journal, life.rows, life.holds, now)
        seen = read_week(journal, parse_week("2026-W47"), ZoneInfo("UTC"), "mon", now)
    assert differences(count_week(life, begin, begin + 7 * DAY, now), seen) == []
    assert seen["sessions"]["kinds"] == {"task": {"count": 1, "seconds": seconds}}
    assert seen["waiting"]["desk_seconds"] == seen["waiting"]["used_seconds"] == seconds
