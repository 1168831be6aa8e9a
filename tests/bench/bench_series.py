"""Metric points: how fast they go in, what they weigh, how fast a chart is drawn — ours, and peers on the same points.

Without ``--peers`` only ours is measured, against its budgets. With it every peer gets a virtual environment of its
own below that folder, made on first use with pip; one that cannot be installed is left out, with a word.
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import Any

from store import curves, series
from store.buckets import Bucket
from store.database import open_journal, write
from tests.bench import ROOT, report
from tests.bench.series_peers import NANS, SPIKES, Points

REQUIREMENTS = {
    "trackio": ["trackio==0.43.0"],
    "exptrack": ["exptrack==2.1.0"],
    "mlflow": ["mlflow==3.17.2"],
    "tensorboard": ["tensorboard==2.21.0", "tensorboardX==2.6.5"],
}
SCRIPT = Path(__file__).with_name("series_peers.py")
INGEST, WEIGHT, CHART = 200_000, 30, 20


def main() -> int:
    """Ours against the budgets, then the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--peers", type=Path, metavar="DIR", help="compare with other trackers, installed below DIR")
    parser.add_argument("--only", action="append", choices=sorted(REQUIREMENTS), help="that peer; may be given again")
    options = parser.parse_args()
    points = Points(options.points)
    measure_ingest(points)
    measure_charts(points)
    if options.peers:
        names = options.only or list(REQUIREMENTS)
        pythons = {"machiai": sys.executable, **{name: make_python(options.peers, name) for name in names}}
        rows = {name: measure_peer(name, python, options.points) for name, python in pythons.items() if python}
        print_table({name: row for name, row in rows.items() if row}, options.points)
    return 0


def measure_ingest(points: Points) -> None:
    """Transactions of 1,000 points, of one series or of many, and all in large ones."""
    total = len(points.steps)
    for many, size in ((1, 1000), (10, 1000), (50, 1000), (1, 100_000)):
        each = size // many
        with tempfile.TemporaryDirectory(prefix="machiai-bench-") as folder:
            path = Path(folder) / "journal.db"
            with contextlib.closing(open_journal(path)) as journal:
                began, spent = time.perf_counter(), time.process_time()
                for begin in range(0, total // many, each):
                    part = slice(begin, min(begin + each, total // many))
                    steps = points.steps[part]
                    with write(journal):
                        for number in range(many):
                            series.append(
                                journal,
                                None,
                                f"loss {number}",
                                source="log",
                                unit="step",
                                legs=[0] * len(steps),
                                steps=steps,
                                times=points.times[part],
                                values=points.values[part],
                            )
                seconds, spent = time.perf_counter() - began, time.process_time() - spent
            count = total // many * many
            what = f"{count:,} points of {many} series, {size:,} a transaction"
            speed = f"{count / seconds:,.0f}/s, {count / spent:,.0f} per CPU second"
            report(f"ingest {what}", speed, ok=count / seconds >= INGEST, budget=f"{INGEST:,}/s")
            weight = weigh(Path(folder)) / count
            report("  on disk", f"{weight:.1f} bytes a point", ok=weight <= WEIGHT, budget=f"{WEIGHT} bytes")


def measure_charts(points: Points) -> None:
    """1,000 buckets of the whole, of parts, of a run that was resumed again and again."""
    count = len(points.steps)
    for legs in (1, 20, 1000):
        with (
            tempfile.TemporaryDirectory(prefix="machiai-bench-") as folder,
            contextlib.closing(open_journal(Path(folder) / "journal.db")) as journal,
        ):
            # Every leg resumes half a leg back.
            length = count // legs
            with write(journal):
                for leg in range(legs):
                    part = slice(leg * length, (leg + 1) * length)
                    series.append(
                        journal,
                        None,
                        "loss",
                        source="log",
                        unit="step",
                        legs=[leg] * length,
                        steps=[step - leg * (length // 2) for step in points.steps[part]],
                        times=points.times[part],
                        values=points.values[part],
                    )
            (found,) = series.list_series(journal, None)
            for share in (1.0, 0.6, 0.3, 0.06, 0.01):
                low, high = (None, None) if share == 1 else (found.last_step * 0.1, found.last_step * (0.1 + share))
                taken: list[float] = []
                drawn: list[Bucket] = []
                for _ in range(15):
                    began = time.perf_counter()
                    drawn = curves.read_buckets(journal, found.id, low=low, high=high, buckets=1000)
                    taken.append((time.perf_counter() - began) * 1000)
                seen = len({one.maximum for one in drawn} & set(SPIKES)), sum(one.nans for one in drawn)
                middle = statistics.median(taken)
                whole = f", {seen[0]} spikes and {seen[1]} NaNs seen" if share == 1 else ""
                report(
                    f"chart of {share:.0%} of {count:,} points in {legs} legs",
                    f"median {middle:.1f} ms, worst {max(taken):.1f} ms, {len(drawn)} buckets{whole}",
                    ok=middle <= CHART and (share < 1 or seen == (len(SPIKES), NANS)),
                    budget=f"{CHART} ms, all spikes and NaNs",
                )


def make_python(folder: Path, name: str) -> str | None:
    """The Python of a peer's own environment, made if need be; None, with a word, where it cannot be."""
    place = folder / name
    python = place / "bin" / "python"
    if not (place / "ready").exists():
        print(f"… installing {', '.join(REQUIREMENTS[name])} into {place}", flush=True)
        venv.create(place, with_pip=True, clear=True)
        done = subprocess.run(
            [python, "-m", "pip", "install", "--quiet", *REQUIREMENTS[name]],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            print(
                f"– {name} is left out, it cannot be installed: {(done.stderr.splitlines() or ['?'])[-1]}", flush=True
            )
            return None
        (place / "ready").touch()
    return str(python)


def measure_peer(name: str, python: str, count: int) -> dict[str, Any] | None:
    """Ingest and chart of one tracker, each in a process of its own; None, with a word, where it fails."""
    environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "1"}
    if name == "machiai":
        environment["PYTHONPATH"] = str(ROOT)
    measured: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="machiai-bench-") as folder:
        for what in ("ingest", "chart"):
            print(f"… {name}: {what}", flush=True)
            done = subprocess.run(
                [python, SCRIPT, name, what, folder, str(count)],
                env=environment,
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                print(f"– {name} is left out, its {what} failed: {(done.stderr.splitlines() or ['?'])[-1]}", flush=True)
                return None
            measured |= json.loads(done.stdout)
            if what == "ingest":
                measured["bytes"] = weigh(Path(folder)) / count
    return measured


def weigh(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def print_table(rows: dict[str, dict[str, Any]], count: int) -> None:
    """Figures, and in brackets how many times ours."""
    ours = rows["machiai"]
    print(f"\n{count:,} points of one metric, {len(SPIKES)} spikes of one step, {NANS} NaNs; (×) is against ours\n")
    print("| | ingest, points/s | bytes/point | first chart, ms | again, ms | spikes | NaNs | memory, MB |")
    print("|---|---|---|---|---|---|---|---|")
    for name, row in rows.items():
        speed = count / row["seconds"]
        cells = [
            f"{speed:,.0f} ({speed / (count / ours['seconds']):.3g})",
            *(f"{row[key]:,.1f} ({row[key] / ours[key]:.3g})" for key in ("bytes", "first", "again")),
            f"{row['spikes']} of {len(SPIKES)}",
            f"{row['nans']} of {NANS}",
            f"{row['rss']:,.0f}",
        ]
        print(f"| {name} {row['version']} | {' | '.join(cells)} |")


if __name__ == "__main__":
    sys.exit(main())
