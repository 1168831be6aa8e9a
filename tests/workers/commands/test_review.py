"""`machiai review`, as typed in a terminal."""

import contextlib
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from store import sessions
from store.database import open_journal, write
from store.weekly import closing, goals, notes, plans, review
from store.weekly.calendar import Week, week_of
from store.weekly.conclusions import conclude
from store.weekly.preferences import WeekPreferences, save_weeks
from tests.conftest import python
from tests.fakes.command import Machiai

Change = Callable[..., Any]


@pytest.fixture(name="lived")
def _lived(machiai: Machiai) -> str:
    """A run that finished with what it showed, one that crashed, a session, goals and planned runs; the first's id."""
    machiai.call("run", "--name", "baseline", "--project", "cifar", "--", *python("print('epoch 1')"))
    found = str(machiai.show()["id"])
    machiai.call("run", "--name", "sweep", "--project", "cifar", "--", *python("raise SystemExit('out of memory')"))
    machiai.show()
    now = time.time()
    with contextlib.closing(open_journal(machiai.home / "journal.db")) as connection, write(connection):
        conclude(connection, found, "warm-up matters", now)
        session = sessions.begin(connection, "plan", now - 600.0)
        sessions.end(connection, session, now)
        week = week_of(now, None)
        first, _ = goals.set_goals(connection, week, [("図 2 を直す", 1, []), ("read less", None, [])], now)
        goals.set_state(connection, first.id, "reached", now)
        plans.add_run(connection, week, "three seeds", now, count=3, hours=2.0)
    return found


def said(machiai: Machiai, *arguments: str) -> str:
    """What it prints."""
    done = machiai.call("review", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def figures(machiai: Machiai, *arguments: str) -> dict[str, Any]:
    """What it says to scripts."""
    found: dict[str, Any] = json.loads(said(machiai, "--json", *arguments))
    return found


def close_it(machiai: Machiai, week: Week, **answers: str) -> None:
    """Close a week."""
    now = time.time()
    with contextlib.closing(open_journal(machiai.home / "journal.db")) as connection, write(connection):
        closing.begin(connection, week, None, "mon", now)
        for name, text in answers.items():
            closing.answer(connection, week, name, text, now)
        closing.close(connection, week, review.read_week(connection, week, None, "mon", now), now)


def test_this_week(machiai: Machiai, lived: str) -> None:
    """Without a name it is this week: every figure by its name, and what was written."""
    found = figures(machiai)
    assert found["week"] == str(week_of(time.time(), None))
    assert (found["partial"], found["closed"], found["differences"]) == (True, None, [])
    assert (found["runs"]["finished"], found["runs"]["failed"], found["crashes"]["count"]) == (1, 1, 1)
    assert found["sessions"]["kinds"]["plan"]["count"] == 1
    assert (found["goals"]["reached"], found["goals"]["open"]) == (1, 1)
    assert found["planned"] == {"runs": 3, "gpu_seconds": 6 * 3600.0, "without": 0}
    assert found["conclusions"] == [{"run": lived, "name": "baseline", "text": "warm-up matters"}]
    assert (found["answers"], found["notes"]) == ({}, [])
    assert set(review.PARTS) < set(found)


def test_in_words(machiai: Machiai, lived: str) -> None:
    """In a terminal it is told in sentences, with the goals and what was planned; what did not happen comes last."""
    text = said(machiai)
    week = week_of(time.time(), None)
    assert text.startswith(f"Week {week.number} of {week.year}  ")
    for words in ("This week is not over", "This is the first week", "2 runs", "1 crash", "reached  図 2 を直す  [cifar]", "open     read less",
                  "3 runs were planned, 6.0 GPU-hours", "- baseline: warm-up matters"):  # fmt: skip
        assert words in text
    assert text.index("Otherwise") > text.index("Crashes")


def test_closed(machiai: Machiai, lived: str) -> None:
    """A closed week is told with its figures of then, the answers, the notes, and how they differ by now."""
    week = week_of(time.time(), None)
    close_it(machiai, week, worked="short runs", did_not="会議", seen_tasks="1 2")
    machiai.call("run", "--name", "late", "--", *python("raise SystemExit(3)"))
    with contextlib.closing(open_journal(machiai.home / "journal.db")) as connection, write(connection):
        notes.add_note(connection, week, "the disk was full", time.time())
    found = figures(machiai)
    assert found["closed"] is not None
    assert found["crashes"]["count"] == 1
    assert {"name": "crashes.count", "was": 1, "now": 2} in found["differences"]
    assert found["answers"] == {"worked": "short runs", "did_not": "会議"}
    assert [one["text"] for one in found["notes"]] == ["the disk was full"]
    text = said(machiai, "--week", str(week))
    for words in ("these figures are frozen", "crashes 1 → 2", "What worked\n  short runs", "the disk was full"):
        assert words in text


def test_empty_weeks(machiai: Machiai) -> None:
    """A week of which nothing is known says so, one to come too, and neither is an error."""
    assert "Nothing is known of this week" in said(machiai, "--week", "2020-W53")
    assert "This week has not begun" in said(machiai, "--week", "2199-w1")
    assert figures(machiai, "--week", "2020-W53")["runs"]["at_work"] == 0


def test_zone_and_first_day(machiai: Machiai) -> None:
    """The week is that of the zone, and begins on the day that was chosen."""
    utc = figures(machiai, "--week", "2026-W47", "--zone", "UTC")
    tokyo = figures(machiai, "--week", "2026-W47", "--zone", "Asia/Tokyo")
    assert (tokyo["zone"], utc["begin"] - tokyo["begin"]) == ("Asia/Tokyo", 9 * 3600.0)
    with contextlib.closing(open_journal(machiai.home / "journal.db")) as connection:
        save_weeks(connection, WeekPreferences("sat"), 1.0)
    assert utc["begin"] - figures(machiai, "--week", "2026-W47", "--zone", "UTC")["begin"] == 2 * 86400.0


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--week", "last"), "'last' names no week; give one as 2026-W47"),
        (("--week", "2026-W60"), "2026 has no week 60"),
        (("--week", "9999-W52"), "names no week"),
        (("--zone", "Tokio"), "'Tokio' names no time zone"),
        (("--out", "week.pdf"), "let its name end in .md or .html"),
        (("--month", "November"), "names no month"),
        (("--week", "2026-W47", "--reading"), "--week is of a week"),
        (("--month", "2026-11", "--project", "x"), "either --month or --project"),
        (("--notes",), "--notes goes with"),
        (("--project", "nerf"), "nerf"),
    ],
)
def test_refusals(machiai: Machiai, arguments: tuple[str, ...], reason: str) -> None:
    """What cannot be is refused in a line that says how a right one looks."""
    done = machiai.call("review", *arguments)
    assert done.returncode in (1, 2)
    assert reason in done.stderr
    assert "Traceback" not in done.stderr


def test_into_files(machiai: Machiai, lived: str) -> None:
    """It is written as Markdown or as one page, in the language that is asked for; a file in the way of a folder is
    said plainly and nothing is left behind."""
    page, text = machiai.cwd / "week.html", machiai.cwd / "week.md"
    done = machiai.call("review", "--out", str(page), "--language", "ja")
    assert (done.returncode, done.stdout) == (0, "")
    assert f"is in {page}" in done.stderr
    assert '<html lang="ja">' in page.read_text(encoding="utf-8")
    said(machiai, "--out", str(text))
    assert "図 2 を直す" in text.read_text(encoding="utf-8")
    assert figures(machiai, "--out", str(text))["runs"]["finished"] == 1
    done = machiai.call("review", "--out", str(text / "deeper.md"))
    assert (done.returncode, "cannot write" in done.stderr) == (1, True)
    assert {one.name for one in machiai.cwd.iterdir() if one.name.startswith(".")} == set()


def test_reading(machiai: Machiai, lived: str) -> None:
    """What was read in a month or for a project is told, for scripts too, and written into a file."""
    assert "2026-10" in said(machiai, "--month", "2026-10")
    assert "cifar" in said(machiai, "--project", "cifar")
    assert json.loads(said(machiai, "--reading", "--json"))
    out = machiai.cwd / "reading.html"
    said(machiai, "--month", "2026-10", "--out", str(out))
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")
