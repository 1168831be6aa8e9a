"""Months of a life by chance: the week's figures are those of its own account, in every zone and week start."""

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from store.database import open_journal
from store.weekly.calendar import parse_week
from store.weekly.review import read_week
from store.weekly.trends import read_trends
from tests.life.account import count_week
from tests.life.desk import Desk
from tests.life.differences import differences
from tests.life.rows import write_rows
from tests.life.years import DAY, epoch, live
from tests.life.zones import STARTS, ZONES, weeks_of

SEASONS = {"autumn": (20260914, "2026-09-14", 17), "spring": (20260216, "2026-02-16", 9)}
"""Seed, first day and weeks. The autumn has the end of summer time in Europe and America, its beginning in Australia
and New Zealand, a 53rd week and the end of the year; the spring has the other changes."""
ADDING_UP = (
    ("runs", "begun"), ("runs", "finished"), ("runs", "lost"), ("runs", "seconds"), ("gpu", "seconds"),
    ("gpu", "idle_seconds"), ("crashes", "count"), ("crashes", "seconds"), ("eta", "predictions"),
    ("waiting", "training_seconds"), ("sessions", "count"), ("sessions", "seconds"), ("tasks", "new"),
    ("work", "commits"), ("work", "added"), ("work", "reviewed"), ("entries", "count"), ("papers", "found"),
    ("pushes", "sent"), ("pushes", "muted"),
)  # fmt: skip
"""What is in one week and no other."""


@dataclass
class Season:
    """A life, and the journal that it left by ``now``."""

    life: Desk
    journal: sqlite3.Connection
    begin: float
    now: float
    seen: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)

    def read(self, name: str, zone: str, start: str) -> dict[str, Any]:
        """A week's figures as the journal has them; looked up once."""
        if (name, zone, start) not in self.seen:
            week = read_week(self.journal, parse_week(name), ZoneInfo(zone), start, self.now)
            self.seen[name, zone, start] = week
        return self.seen[name, zone, start]

    def compare(self, zone: str, start: str, since: float | None = None) -> list[str]:
        """What is wrong in the figures of all weeks, or of those that begin ``since`` then."""
        wrong = []
        for name, begin, end in weeks_of(self.begin, self.now, zone, start):
            if since is not None and begin < since:
                continue
            known = {"week": name, "zone": zone, "start": start, "closed": None}
            known |= count_week(self.life, begin, end, self.now)
            wrong += [f"{name} {zone} {start} {line}" for line in differences(known, self.read(name, zone, start))]
        return wrong


def lead(seed: int, first: str, weeks: int) -> Desk:
    """A life with something on the edge between two weeks of each zone and start, and with work over others."""
    begin = epoch(first)
    edges, nights = set[float](), set[float]()
    for number, zone in enumerate(ZONES):
        for start in STARTS:
            begun = [one[1] for one in weeks_of(begin, begin + weeks * 7 * DAY, zone, start)]
            edges.add(begun[4 + number % 4])
            nights.add(begun[2 + number % 2])
    return live(seed, begin, weeks, edges=tuple(sorted(edges)), nights=tuple(sorted(nights)))


@contextlib.contextmanager
def written(life: Desk, folder: Path, begin: float, now: float) -> Iterator[Season]:
    """The journal of a life as it is ``now``."""
    with contextlib.closing(open_journal(folder / f"{now}.db")) as journal:
        write_rows(journal, life.rows, life.holds, now)
        yield Season(life, journal, begin, now)


@pytest.fixture(name="season", scope="module", params=SEASONS)
def _season(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Season]:
    seed, first, weeks = SEASONS[request.param]
    begin = epoch(first)
    life = lead(seed, first, weeks)
    with written(life, tmp_path_factory.mktemp("life"), begin, begin + weeks * 7 * DAY - 2.7 * DAY) as season:
        yield season


@pytest.mark.parametrize("zone", ZONES)
def test_figures(season: Season, zone: str) -> None:
    """Every figure of every week is that of the account, whichever day weeks begin on; the week before the first is
    empty, the last but one goes on, the last has not begun."""
    assert [line for start in STARTS for line in season.compare(zone, start)] == []


def test_weeks_add_up(season: Season) -> None:
    """What happened in one week and no other adds up to the same in every zone, however weeks are cut."""
    sums: dict[tuple[str, str], set[float]] = {}
    for zone in ZONES:
        for start in STARTS:
            weeks = [season.read(name, zone, start) for name, _, _ in weeks_of(season.begin, season.now, zone, start)]
            for part, figure in ADDING_UP:
                whole = sum(one[part][figure] for one in weeks)
                assert whole > 0, (part, figure)
                sums.setdefault((part, figure), set()).add(round(whole, 3))
    assert {key: found for key, found in sums.items() if len(found) > 1} == {}


@pytest.mark.parametrize("days", [0.02, 3.4, 24.31, 40.003, 61.77, 80.5, 111.0])
def test_unfinished_weeks(days: float, tmp_path: Path) -> None:
    """In the middle of a week the figures are those of what has happened so far, as the journal knows it then."""
    seed, first, weeks = SEASONS["autumn"]
    now = round((epoch(first) + days * DAY) * 8) / 8
    with written(lead(seed, first, weeks), tmp_path, epoch(first), now) as season:
        wrong = [line for zone in ZONES[:4] for start in STARTS for line in season.compare(zone, start, now - 15 * DAY)]
    assert wrong == []


def test_every_week_of_the_calendar_was_among_them() -> None:
    """The weeks above have one of 167 and one of 169 hours, a half hour's change, a 53rd, and the turn of the year."""
    looked = {
        (zone, name): (end - begin) / 3600
        for _, first, weeks in SEASONS.values()
        for zone in ZONES
        for name, begin, end in weeks_of(epoch(first), epoch(first) + weeks * 7 * DAY, zone, "mon")
    }
    for zone in ("America/New_York", "Europe/Berlin", "Pacific/Auckland"):
        assert {167.0, 168.0, 169.0} == {hours for key, hours in looked.items() if key[0] == zone}
    assert {167.5, 168.0, 168.5} == {hours for key, hours in looked.items() if key[0] == "Australia/Lord_Howe"}
    assert ("UTC", "2026-W53") in looked
    assert ("UTC", "2027-W01") in looked


@pytest.mark.parametrize("start", STARTS)
def test_trends(season: Season, start: str) -> None:
    """The rows of twelve weeks are those of the account."""
    zone = "Europe/Berlin"
    weeks = list(weeks_of(season.begin, season.now, zone, start))[-12:]
    rows = read_trends(season.journal, parse_week(weeks[-1][0]), ZoneInfo(zone), start, season.now)
    wrong = []
    for row, (name, begin, end) in zip(rows[-len(weeks) :], weeks, strict=True):
        figures = count_week(season.life, begin, end, season.now)
        known = {
            "week": name, "closed": None, "gpu_seconds": figures["gpu"]["seconds"],
            "run_seconds": figures["runs"]["seconds"], "crashes": figures["crashes"]["count"],
            "crash_seconds": figures["crashes"]["seconds"], "session_seconds": figures["sessions"]["seconds"],
            "used_seconds": figures["waiting"]["used_seconds"], "papers_kept": figures["papers"]["kept"],
            "papers_read": figures["papers"]["read"], "tasks_done": figures["tasks"]["done"],
        }  # fmt: skip
        wrong += [f"{name}{line}" for line in differences(known, row)]
    assert wrong == []


SPOILS = (
    "DELETE FROM attempts WHERE number = 1 AND run_id = (SELECT max(run_id) FROM attempts WHERE number = 2)",
    "UPDATE attempts SET ended = ended + 0.125 WHERE number = 2 AND run_id = (SELECT max(run_id) FROM attempts "
    "WHERE number = 2 AND ended < 1775000000)",
    "UPDATE gpu_use SET held = held + 0.125 WHERE quarter = (SELECT max(quarter) FROM gpu_use WHERE quarter < 1971111)",
    "DELETE FROM task_events WHERE id = (SELECT max(id) FROM task_events WHERE kind = 'state')",
    "DELETE FROM delivery_log WHERE id = (SELECT max(id) FROM delivery_log WHERE outcome = 'sent')",
    "UPDATE alerts SET acknowledged = acknowledged + 1 WHERE kind = 'crashed'",
    "UPDATE sessions SET ended = ended + 0.125 WHERE id = 40",
    "UPDATE commits SET mine = 0 WHERE sha = (SELECT max(sha) FROM commits WHERE mine AND gone IS NULL)",
    "UPDATE papers SET added = added + 86400 * 7 WHERE id = 60",
    "UPDATE series SET low = -100, high = 100 WHERE name = 'return' AND run_id = (SELECT max(run_id) FROM series "
    "WHERE name = 'return' AND run_id < 'life-000200')",
    "UPDATE drifts SET data = json_set(data, '$.imported_count', 7)",
    "UPDATE eta_predictions SET remaining = 2 * remaining",
    "DELETE FROM watched_spans WHERE begun = (SELECT max(begun) FROM watched_spans WHERE begun < 1775000000)",
    "UPDATE paper_events SET undone = 1 WHERE id = (SELECT max(id) FROM paper_events WHERE kind = 'state')",
)


def test_a_wrong_row_is_noticed(tmp_path: Path) -> None:
    """The comparison sees a single row of the journal that is not as it was."""
    seed, first, weeks = SEASONS["spring"]
    begin = epoch(first)
    with written(lead(seed, first, weeks), tmp_path, begin, begin + weeks * 7 * DAY) as season:
        assert season.compare("UTC", "mon") == []
        unseen = []
        for spoil in SPOILS:
            season.seen.clear()
            season.journal.execute("BEGIN IMMEDIATE")
            assert season.journal.execute(spoil).rowcount >= 1, spoil
            unseen += [] if season.compare("UTC", "mon") else [spoil]
            season.journal.execute("ROLLBACK")
    assert unseen == []


def test_an_empty_journal(journal: sqlite3.Connection) -> None:
    """A week of which nothing is known has no figure but zero, and nothing fails."""
    begin = epoch("2026-11-16")
    known = count_week(Desk(), begin, begin + 7 * DAY, begin + 9 * DAY)
    assert differences(known, read_week(journal, parse_week("2026-W47"), ZoneInfo("UTC"), "mon", begin + 9 * DAY)) == []
    assert known["runs"]["seconds"] == known["waiting"]["desk_seconds"] == 0
    assert known["watched"] == {"seconds": 0.0, "gaps": []}
