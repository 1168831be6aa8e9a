"""Five years of a life on eight GPUs, 10,000 runs: what the page *Review* reads of it, and the page as a whole."""

import argparse
import contextlib
import functools
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from streamlit.testing.v1 import AppTest

from app import review as page
from store.database import open_journal
from store.settings import Settings, load
from tests.bench import ROOT, report, workplace
from tests.life.rows import write_rows
from tests.life.years import DAY, Pace, live

YEARS, PACE = 5, Pace(runs=39, gpus=8, papers=100, tasks=12)
ZONE = "Asia/Tokyo"
BUDGET = 300.0
TABLES = ("runs", "gpu_use", "papers", "task_events", "delivery_log", "sessions", "commits")


def main() -> int:
    """Fill a journal, then read and open weeks of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=int, default=YEARS)
    chosen = parser.parse_args()
    with workplace() as command:
        os.environ["MACHIAI_HOME"] = str(command.home)
        settings = load({"MACHIAI_HOME": str(command.home)})
        _fill(settings, chosen.years)
        _read(settings, chosen.years)
        _open(chosen.years)
    return 0


def _fill(settings: Settings, years: int) -> None:
    now = time.time()
    weeks = round(years * 365.25 / 7)
    life = live(8, (now // DAY - weeks * 7) * DAY, weeks, PACE)
    with contextlib.closing(open_journal(settings.journal)) as journal:
        write_rows(journal, life.rows, life.holds, now)
        counts = [f"{journal.execute(f'SELECT count(*) FROM {one}').fetchone()[0]:,} {one}" for one in TABLES]
    size = Path(settings.journal).stat().st_size / 1e6
    print(f"{years} years: {', '.join(counts)}; {size:.0f} MB")


def _read(settings: Settings, years: int) -> None:
    zone = ZoneInfo(ZONE)
    span = page.read_span(settings, zone)
    _time(f"{years} years, which weeks there are", functools.partial(page.read_span, settings, zone))
    for what, ago in (
        ("this week", 0),
        ("last week", 1),
        ("a year ago", 52),
        ("the second of all", len(span.weeks) - 3),
    ):
        week = span.current.shift(-ago)
        _time(f"{what}: figures, twelve weeks, lists", functools.partial(page.read_look, settings, span, week, zone))
    chance = random.Random(3)
    weeks = [chance.choice(span.weeks) for _ in range(30)]
    _time(
        f"{len(weeks)} weeks by chance", [functools.partial(page.read_look, settings, span, one, zone) for one in weeks]
    )
    _time("the weeks before", functools.partial(page.read_history, settings, span, span.current, zone))
    _time("this week's goals on Now", functools.partial(page.read_goals, settings, zone))


def _open(years: int) -> None:
    """The page's script as the server runs it, from its entry on."""
    app = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=60)
    app.context = {"locale": "en-US", "timezone": ZONE}
    app.run()
    app.switch_page("views/review.py")

    def run() -> None:
        app.run()
        assert not app.exception, app.exception

    run()
    _time(f"{years} years, the page as a whole", run)


def _time(what: str, calls: Callable[[], object] | list[functools.partial[page.Look]]) -> None:
    taken, worked = [], []
    for call in calls if isinstance(calls, list) else [calls] * 15:
        began, cpu = time.perf_counter(), time.process_time()
        call()
        taken.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - cpu) * 1000)
    middle = statistics.median(taken)
    figure = f"median {middle:.0f} ms, worst {max(taken):.0f} ms; {statistics.median(worked):.0f} ms of a core"
    report(what, figure, ok=middle <= BUDGET, budget=f"{BUDGET:.0f} ms")


if __name__ == "__main__":
    sys.exit(main())
