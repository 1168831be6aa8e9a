"""The weeks as files."""

import sqlite3
from datetime import timedelta, timezone
from pathlib import Path

from store.database import write
from store.settings import Settings
from store.weekly import closing, goals, notes, plans
from store.weekly.calendar import Week
from store.weekly.review import read_week
from tests.fakes.journal import add_run
from tests.workers.test_entry_files import read
from workers.entry_files import export_journal

JST = timezone(timedelta(hours=9))
FRIDAY = 1_795_158_000.0  # 2026-11-20 16:00 in Japan
WEEK = Week(2026, 47)


def test_weeks(journal: sqlite3.Connection, settings: Settings, tmp_path: Path) -> None:
    """A closed week is there with its figures, what was written of it, its goals and plans; one with goals alone too."""
    add_run(journal, settings.home, "r1", created=FRIDAY - 7200)
    with write(journal):
        first, _ = goals.set_goals(journal, WEEK, [("図 2", 1, [("run", "r1")]), ("read", None, [])], FRIDAY)
        goals.set_state(journal, first.id, "reached", FRIDAY)
        plans.add_run(journal, WEEK, "seeds | three", FRIDAY, count=3, hours=2.5, gpus=2)
        closing.begin(journal, WEEK, JST, "mon", FRIDAY)
        closing.answer(journal, WEEK, "worked", "short runs\nmornings", FRIDAY)
        closing.answer(journal, WEEK, "seen_tasks", "1 2", FRIDAY)
        closing.close(journal, WEEK, read_week(journal, WEEK, JST, "mon", FRIDAY), FRIDAY)
        notes.add_note(journal, WEEK, "the disk was full", FRIDAY + 60)
        goals.set_goals(journal, WEEK.shift(1), [("distill", None, [])], FRIDAY)
    out = tmp_path / "out"
    assert export_journal(journal, settings, out, JST).weeks == 2
    head, body = read(out / "weeks" / "2026-W47.md")
    assert (head["week"], head["begins_on"], head["zone"]) == ("2026-W47", "mon", "+09:00")
    assert head["closed"] == "2026-11-20T16:00:00+09:00"
    assert head["figures"]["goals"]["reached"] == 1
    assert body.strip().split("\n\n") == [
        "## Goals",
        "- reached: 図 2 (cifar-robust, run:r1)\n- open: read",
        "## Planned runs",
        "| runs | project | count | hours | gpus |\n| --- | --- | --- | --- | --- |\n| seeds \\| three |  | 3 | 2.5 | 2 |",
        "## What worked",
        "short runs\nmornings",
        "## Note of 2026-11-20T16:01:00+09:00",
        "the disk was full",
    ]
    head, body = read(out / "weeks" / "2026-W48.md")
    assert (head, body.strip()) == ({"week": "2026-W48"}, "## Goals\n\n- open: distill")
    with write(journal):
        goals.set_goals(journal, WEEK.shift(1), [], FRIDAY)
    export_journal(journal, settings, out, JST)
    assert [one.name for one in (out / "weeks").iterdir()] == ["2026-W47.md"]
