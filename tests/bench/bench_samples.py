"""The history of a machine with 8 GPUs and 4 runs: what keeping and folding it costs, what it weighs, how fast it is read.

A day of seconds is simulated sample by sample. Minutes of the other 89 days are written as the folding writes them.
"""

import argparse
import contextlib
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from store import history, runs, samples, series
from store.database import open_journal, write
from store.samples import DAY, MINUTE, SECOND
from tests.bench import percentile, report

START = 1_800_000_000
RUNS = [f"270115-08000{number}-aaaa" for number in range(4)]
GPUS = [f"gpu:GPU-{number:08x}-1111-2222-3333-444444444444" for number in range(8)]
CPU, WEIGHT, CHART = 2.0, 6.0, 20.0

Point = tuple[str, str, float]


def main() -> int:
    """Each figure beside what it is to stay below."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=int, default=24, help="of seconds")
    parser.add_argument("--days", type=int, default=90, help="of minutes")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="machiai-bench-") as folder,
        contextlib.closing(open_journal(Path(folder) / "journal.db")) as journal,
    ):
        with write(journal):
            for run in RUNS:
                manifest = {"id": run, "created": START, "argv": ["train"], "project_root": "/p"}
                runs.record_launch(journal, manifest, f"/r/{run}")
        empty = size_of(journal)
        machine = Machine()
        first = START - options.days * int(DAY) + options.hours * 3600
        fill_minutes(journal, machine, first, START)
        minutes = size_of(journal) - empty
        measure_writing(journal, machine, options.hours)
        seconds = size_of(journal) - empty - minutes
        report_weight(journal, SECOND, seconds, f"{options.hours} hours of seconds (and their minutes)")
        report_weight(journal, MINUTE, minutes, f"{options.days} days of minutes")
        end = START + options.hours * 3600
        with write(journal):
            began = time.perf_counter()
            dropped = samples.trim(journal, end)
            took = time.perf_counter() - began
        print(f"  trimming {dropped} points of {count(journal, '')} series: {1000 * took:.0f} ms")
        measure_charts(journal, end, options.days)
    return 0


class Machine:
    """What such a machine would say: some figures stand still, some flicker, some are noise."""

    def __init__(self) -> None:
        self.rng = random.Random(1)

    def sample(self) -> list[Point]:
        """All figures of one second."""
        rng = self.rng
        points: list[Point] = []
        for gpu in GPUS:
            points.append((gpu, "utilisation", rng.choice((97, 98, 99, 100, 60))))
            points.append((gpu, "memory", 71_234_567_168 + (rng.randrange(10**9) if rng.random() < 0.05 else 0)))
            points.append((gpu, "temperature", 60 + rng.randrange(4)))
            points.append((gpu, "power", round(rng.gauss(300, 20), 3)))
            points.append((gpu, "clock", rng.choice((1980, 1965, 1950))))
        points.append(("host:lab", "cpu", rng.gauss(40, 5)))
        points.append(("host:lab", "memory", 4096 * int(rng.gauss(5e6, 2e4))))
        points.append(("host:lab", "load", round(rng.gauss(8, 1), 2)))
        points.append(("host:lab", "pressure", 0.0))
        for run in RUNS:
            subject = f"run:{run}"
            points.append((subject, "cpu", rng.gauss(100, 3)))
            points.append((subject, "memory", 4096 * rng.randrange(1_200_000, 2_200_000)))
            points.append((subject, "read", max(0.0, rng.gauss(1e7, 1e6))))
            points.append((subject, "write", 0.0 if rng.random() < 0.9 else 1e6))
            points.append((subject, "processes", 9))
            points.append((subject, "gpu_utilisation", rng.randrange(90, 101)))
            points.append((subject, "gpu_memory", 70_000_000_000))
        return points


def fill_minutes(journal: sqlite3.Connection, machine: Machine, first: int, last: int) -> None:
    """Minutes as folding leaves them, a thousand at once."""
    places = [float(place) for place in range(first, last, 60)]
    for begin in range(0, len(places), 1000):
        steps = places[begin : begin + 1000]
        rows = [machine.sample() for _ in steps]
        with write(journal):
            for column in zip(*rows, strict=True):
                run_id, subject = samples.place_of(column[0][0])
                values = [samples.shorten(value) for _, _, value in column]
                for source, factor in zip(samples.SOURCES[1:], (1.0, 0.96, 1.03), strict=True):
                    series.append(
                        journal,
                        run_id,
                        column[0][1],
                        source=source,
                        unit="s",
                        legs=[0] * len(steps),
                        steps=steps,
                        times=steps,
                        values=[samples.shorten(value * factor) for value in values],
                        subject=subject,
                        form=samples.FORM,
                    )


def measure_writing(journal: sqlite3.Connection, machine: Machine, hours: int) -> None:
    """CPU of a transaction a second that keeps, and one a minute that folds and trims."""
    kept = folded = 0.0
    longest, points = 0.0, machine.sample()
    for second in range(hours * 3600):
        now, points = START + second + 0.3, machine.sample()
        began = time.process_time()
        with write(journal):
            samples.keep(journal, now, points)
        kept += time.process_time() - began
        if second % 60 == 5:
            began = time.process_time()
            with write(journal):
                samples.fold(journal, now)
                samples.trim(journal, now)
            longest = max(longest, time.process_time() - began)
            folded += time.process_time() - began
    total = 3600 * hours
    what = f"keeping {len(points)} figures a second, folding and trimming each minute"
    figures = f"{1e6 * kept / total:.0f} + {1e6 * folded / total:.0f} µs a second, longest fold {1000 * longest:.0f} ms"
    share = 100 * (kept + folded) / total
    report(what, f"{share:.3f} % of a core ({figures})", ok=share < CPU, budget=f"{CPU} % for all of the daemon")


def report_weight(journal: sqlite3.Connection, source: str, size: int, what: str) -> None:
    """Megabytes of the journal, and bytes a point by what is sealed."""
    points, packed, told = journal.execute(
        "SELECT sum(c.count), sum(length(c.points)), sum(length(c.summary)) FROM series_chunks c "
        "JOIN series s ON s.id = c.series_id WHERE s.source = ?",
        (source,),
    ).fetchone()
    print(f"  {what}: {size / 1e6:.1f} MB, {count(journal, source)} series of that source")
    weight = (packed + told) / points
    report(
        f"a sealed point ({source})",
        f"{weight:.2f} bytes, {packed / points:.2f} of them its own, the others its share of summaries",
        ok=weight < WEIGHT,
        budget=f"{WEIGHT:.0f}",
    )


def measure_charts(journal: sqlite3.Connection, end: int, days: int) -> None:
    """Reading one figure and all five of a GPU, in 300 buckets."""
    names = ["utilisation", "memory", "temperature", "power", "clock"]
    for length, what in (
        (3600, "an hour"),
        (int(DAY), "a day"),
        (7 * int(DAY), "a week"),
        (days * int(DAY), f"{days} days"),
    ):
        for chosen in (names[:1], names):
            times = list(timed(journal, chosen, end - length, end))
            report(
                f"history of {what}, {len(chosen)} of a GPU's figures",
                f"median {percentile(times, 0.5):.1f} ms, p95 {percentile(times, 0.95):.1f} ms",
                ok=percentile(times, 0.5) < CHART,
                budget=f"{CHART:.0f} ms",
            )


def timed(journal: sqlite3.Connection, names: list[str], low: int, high: int) -> Iterator[float]:
    """Milliseconds of reading that, for each GPU."""
    for gpu in GPUS:
        began = time.perf_counter()
        found = history.read_history(journal, gpu, names, low, high, buckets=300)
        yield 1000 * (time.perf_counter() - began)
        assert all(40 <= len(buckets) <= 300 for buckets in found.values()), {k: len(v) for k, v in found.items()}


def count(journal: sqlite3.Connection, source: str) -> int:
    """How many series there are, of one source if it is named."""
    return int(
        journal.execute("SELECT count(*) FROM series WHERE source = ? OR ? = ''", (source, source)).fetchone()[0]
    )


def size_of(journal: sqlite3.Connection) -> int:
    """Bytes of the journal without pages that are free."""
    used, free, page = (
        journal.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((used - free) * page)


if __name__ == "__main__":
    raise SystemExit(main())
